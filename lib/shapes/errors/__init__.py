"""What Keras's error messages about recurrent layers mean: of today, and of earlier versions.

A text is read first (`facts`): its last error, what was called, shapes with what each is. Tables
of wordings say what a message means, in words alone (`explanation`), or through a rule that
compares shapes axis by axis (`axes`, `inputs`, `targets`, `arguments`). What raises no error at all
is the subject of `lib.shapes.doctor`.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from lib.shapes.errors import arguments, inputs, targets
from lib.shapes.errors.explanation import TABLES, Explanation, Meaning, rows
from lib.shapes.errors.facts import Facts, Pasted, pasted
from lib.shapes.stack.link import from_text, to_text
from lib.text import beside

__all__ = ["CHECKLIST", "EXAMPLES", "Explanation", "Meaning", "described_stack", "explain_error"]

RULES = {**vars(arguments), **vars(inputs), **vars(targets)}
"""The functions of the facts that a row may name, by name."""
_EXAMPLES = beside(__file__, "examples")
EXAMPLES = {name: " ".join(text.split()) for name, text in _EXAMPLES["examples"].items()}
CHECKLIST = _EXAMPLES["checklist"]
"""What Keras says of the commonest mistakes, by a short name, which stands in the address; and what
to look at, in this order, when a message says nothing."""


def explain_error(message: str) -> Explanation | None:
    """What a message means, or a traceback that ends in it; None for one that isn't known here.

    The last error is looked at first. A wording that stands elsewhere in the text alone is no more
    than a possibility.
    """
    text = pasted(message)
    for part in dict.fromkeys((text.message, text.whole)):
        for explanation in _explanations(text, part):
            is_last = part == text.message
            return explanation if is_last else replace(explanation, confidence="possible")
    return None


def _explanations(text: Pasted, part: str) -> Iterator[Explanation]:
    """What the tables say of a part of a text, and each wording of its last words first.

    A traceback quotes the line that raised, with the message as it was before its numbers were
    filled in.
    """
    for row in (row for table in TABLES for row in rows(table)):
        for pattern in row.says:
            for match in reversed(list(pattern.finditer(part))):
                rule, facts = row.about.get("rule"), Facts(text, match)
                if not re.search(row.about.get("beside", ""), text.whole):
                    continue
                told = RULES[rule](facts) if rule else row.say(match.groupdict())
                if told:
                    yield told


def described_stack(message: str) -> str:
    """The stack that a message describes, as an address has it: "input_formflat_f64~lstm".

    "" where it describes none, or one with sizes that a stack can't have.
    """
    explanation = explain_error(message)
    described = explanation.stack if explanation else ""
    numbers = set(re.findall(r"\d+", to_text(from_text(described))))
    return described if numbers <= set(re.findall(r"\d+", described)) else ""
