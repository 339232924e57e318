"""What Keras's error messages about recurrent layers mean: of today, and of earlier versions.

What raises no error at all is the subject of `lib.shapes.doctor`.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from lib.shapes.errors import arguments, arrays, inputs, loading, models, states, targets
from lib.shapes.errors.message import Explanation, Message
from lib.shapes.errors.pasted import Found, error_and_whole
from lib.text import beside

# A new message: a `Message` in the module of its subject, with a text for it in
# tests/unit/known_messages.py; if Keras raises it today, a case in tests/agreement/mistakes.py.
# The first match wins: modules with more specific messages come first.
MODULES = (loading, states, arguments, targets, inputs, arrays, models)
MESSAGES: tuple[Message, ...] = tuple(each for module in MODULES for each in module.MESSAGES)
_EXAMPLES = beside(__file__, "examples")
# What Keras says of the commonest mistakes, by a short name, which stands in the address.
EXAMPLES = {name: " ".join(text.split()) for name, text in _EXAMPLES["examples"].items()}
CHECKLIST: list[str] = _EXAMPLES["checklist"]  # what to look at when a message says nothing


def explain_error(message: str) -> Explanation | None:
    """What a message means, or a traceback that ends in it; None for one that isn't known here."""
    last, whole = error_and_whole(message)
    for _, explanation in explanations(last, whole):
        return explanation
    for _, explanation in explanations(whole, whole):  # it stands elsewhere in the text
        return replace(explanation, confidence="possible")
    return None


def explanations(part: str, whole: str) -> Iterator[tuple[Message, Explanation]]:
    """The known messages that match in a part of a text, each with its explanation."""
    for message in MESSAGES:
        for pattern in message.patterns:
            # Unbounded, a long text that repeats the words before .*? would take minutes.
            bounded = pattern.replace(".*?", ".{0,300}?")
            # From the end: a traceback quotes the line that raised, without numbers.
            for match in reversed(list(re.finditer(bounded, part))):
                if explanation := message.explain(Found(match, whole)):
                    yield message, explanation
