"""What Keras's error messages about recurrent layers mean: of today, and of earlier versions.

A text is read first (`facts`): its last error, what was called, shapes with what each is the shape
of. Tables of wordings say what a message means, in words alone (`explanation`), or through a rule
that compares shapes axis by axis (`axes`, `inputs`, `targets`, `arguments`). What raises no error at
all is the subject of `lib.doctor`.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from lib.errors import arguments, inputs, targets
from lib.errors.explanation import Explanation, Reading, Row, rows, spelled
from lib.errors.facts import Facts, Pasted, pasted

from lib.stack.link import from_text, to_text
from lib.toml import beside

__all__ = ["CHECKLIST", "EXAMPLES", "TABLES", "Explanation", "Reading", "described_stack", "explain_error"]

TABLES = ("loading", "states", "arguments", "targets", "inputs", "models")
"""In the order in which they are asked. A text may hold several messages: a layer's inside another's,
or a general one below the one that says what happened. So what says more comes first."""
RULES = {**vars(arguments), **vars(inputs), **vars(targets)}
"""The functions of the facts that a row may name, by name."""
_EXAMPLES = beside(__file__, "examples")
EXAMPLES, CHECKLIST = _EXAMPLES["examples"], _EXAMPLES["checklist"]
"""What Keras says of the commonest mistakes, by a short name, which stands in the address; and what
to look at, in this order, when a message says nothing."""


def explain_error(message: str) -> Explanation | None:
    """What a message means, or a traceback that ends in it; None for one that isn't known here.

    The last error is looked at first. A wording that stands elsewhere in the text alone is no more
    than a possibility.
    """
    text = pasted(message)
    for part, certain in ((text.message, True), (text.whole, text.message == text.whole)):
        for row in (row for table in TABLES for row in rows(table)):
            for explanation in _explanations(row, text, part):
                if not certain:
                    explanation = replace(explanation, confidence="possible")
                return spelled(explanation)
    return None


def _explanations(row: Row, text: Pasted, part: str) -> Iterator[Explanation]:
    """What a row says of a part of the text, of its last words first.

    A traceback quotes the line that raised, with the message as it was before its numbers were
    filled in.
    """
    for pattern in row.says:
        for match in reversed(list(pattern.finditer(part))):
            facts = Facts(text, match)
            if not re.search(row.about.get("beside", ""), text.whole):
                return
            explanation = RULES[row.about["rule"]](facts) if "rule" in row.about else row.say(facts.words())
            if explanation:
                yield explanation


def described_stack(message: str) -> str:
    """The stack that a message describes, as an address has it: "input_formflat_f64~lstm".

    "" where it describes none, or one with sizes that a stack can't have.
    """
    explanation = explain_error(message)
    if explanation is None or not explanation.stack:
        return ""
    text = to_text(from_text(explanation.stack))
    numbers = (set(re.findall(r"\d+", words)) for words in (text, explanation.stack))
    return text if next(numbers) <= next(numbers) else ""
