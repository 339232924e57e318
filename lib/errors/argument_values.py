"""Values of arguments that Keras doesn't take: sizes that are no whole numbers, misspelt names."""

from __future__ import annotations

import difflib
import re

from lib.doctor.loss_shapes import RULE_OF
from lib.errors.message import Explanation, Messages

MESSAGES = Messages("argument_values")


@MESSAGES.computed(
    r"Could not interpret (?P<kind>activation function|initializer|loss|optimizer|metric) "
    r"identifier: (?P<received>\(.{0,100}?\)|\S{1,100})"
)
def _identifier(match: re.Match[str]) -> Explanation | None:
    kind, received = match["kind"], match["received"].strip("'\".")
    if kind == "activation function" and re.match(r"\(|-?\d|True|False", received):
        return MESSAGES.say("activation in second place", received=received)
    known = [*MESSAGES.file["known"][kind], *(RULE_OF if kind in ("loss", "metric") else ())]
    for meant in difflib.get_close_matches(received, known, 1, 0.7):
        return MESSAGES.say("misspelt", kind=kind, received=received, meant=meant)
    return None
