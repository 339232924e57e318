"""Error messages of Keras and PyTorch with parts of their explanations; all messages of the tests.

A row of known_messages.jsonl says of which library a message is, and has parts of the cause and of
the fix. These are null for a message that any code may raise, or whose sizes fit. threads.jsonl and
mistakes.py have more messages.
"""

import json
from pathlib import Path

from lib.shapes import explain_error
from lib.shapes.errors import TORCH as OF_TORCH
from lib.shapes.errors import explanations
from lib.shapes.errors.pasted import error_and_whole
from tests.agreement.recorded import ANSWERS
from tests.unit.threads import ROWS

_LINES = Path(__file__).with_suffix(".jsonl").read_text("utf-8").splitlines()
KERAS_3, EARLIER, TORCH = (
    [tuple(known) for of, *known in (json.loads(line).values() for line in _LINES) if of == library]
    for library in ("Keras 3", "earlier Keras", "PyTorch")
)
"""Messages with parts of the cause and of the fix."""

RECORDED = (ANSWERS / "mistakes.jsonl").read_text("utf-8").splitlines()[1:]
TEXTS = [text for text, *_ in KERAS_3 + EARLIER + TORCH] + [row["text"] for row in ROWS]
TEXTS += [
    answer["message"]
    for answer in (json.loads(line)["answer"] for line in RECORDED)
    if isinstance(answer, dict)
]
"""All messages of the tests: of these tables, of public threads, and of the recorded mistakes."""


def known_message(text):
    """Return the known message that explains a text; None for an unknown message."""
    part, whole = error_and_whole(text)
    found = (known for each in (part, whole) for known, _ in explanations(each, whole))
    return next(found, None)


def fixes_for_keras():
    """Yield each text whose message isn't PyTorch's, its explanation, and the code of each fix."""
    of_torch = [message for module in OF_TORCH for message in module.MESSAGES]
    for text in TEXTS:
        explanation = explain_error(text)
        if explanation and known_message(text) not in of_torch:
            for meaning in explanation.meanings:
                for code in meaning.code.split("# or:\n"):
                    yield text, explanation, code.strip()
