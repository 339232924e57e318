"""Wordings that Keras 1 and 2 had of their own, which people still paste.

The answers are for today's Keras. Where an earlier version said the same in other words, both
stand in one place, in the other files.
"""

import re

from lib.errors.input_axes import other_input
from lib.errors.message import Explanation, Messages, entries
from lib.errors.target_remedies import to_one_shape

MESSAGES = Messages("keras2_wordings")


def _dimensions(match: re.Match[str]) -> Explanation:
    layer, axes, shape = match["layer"], int(match["axes"]), match["shape"]
    received = len(entries(shape))
    if not _is_input(match):
        return _target(layer, axes, shape, received)
    row = "x lacks an axis" if received == axes - 1 else "x of other axes"
    return MESSAGES.say(row, match, received=received)


def _is_input(match: re.Match[str]) -> bool:
    """Whether x is meant, not y: the message says so, or else the layer's name does."""
    if match["what"]:
        return "input" in match["what"]
    return bool(re.search(r"(^|_)input(_\d+)?$", match["layer"]))


def _target(layer: str, axes: int, shape: str, received: int) -> Explanation:
    """For y that has other axes than the output, which has 2 or 3."""
    row = f"output of {axes} axes, y of {received}"
    if (axes, received) == (2, 3) and entries(shape)[-2] == "1":
        row += " with 1"
    elif row not in MESSAGES.said:
        row = "y with an axis of 1" if "1" in entries(shape)[1:] else "y of other axes"
    return MESSAGES.say(row, layer=layer, axes=axes, received=received, shape=shape)


def _shape(match: re.Match[str]) -> Explanation:
    layer, one, other = match["layer"], match["expected"], match["received"]
    expected, received = entries(one), entries(other)
    is_input = _is_input(match)
    # An open size in front is the batch; but in (None, 3), of a recurrent layer, it is the time.
    is_time = is_input and len(expected) == 2 and re.search("rnn|lstm|gru", layer, re.IGNORECASE)
    if expected[:1] == ["None"] and not is_time:
        expected, received = expected[1:], received[1:]
    if is_input:
        return other_input(layer, one, other, expected, received)
    if len(expected) != len(received):
        return _target(layer, len(expected) + 1, other, len(received) + 1)
    row = "columns"  # of y with as many axes as the output
    if expected[-1:] == received[-1:]:
        row = "timesteps"
    elif received[-1] == "1":
        row = "class numbers"
    elif expected[-1] == "1":  # the sparse loss of Keras 2 said so of any output
        row = "columns for one"
    columns, y_columns = "".join(expected[-1:]), "".join(received[-1:])
    return MESSAGES.say(row, layer=layer, output=one, y=other, columns=columns, y_columns=y_columns)


def _passed(match: re.Match[str]) -> Explanation:
    y, output = match["y"], match["output"]
    sparse = "categorical" in (match["loss"] or "")
    remedy = to_one_shape(entries(y)[1:], entries(output)[1:], sparse=sparse)
    return MESSAGES.say("passed", y=y, output=output, advice=remedy.advice, code=remedy.code)


def _other_number_of_arrays(match: re.Match[str]) -> Explanation:
    expected, received = int(match["expected"]), match["received"].replace("one", "1")
    arrays = ", ".join(f"x{i}" for i in range(1, min(expected, 6) + 1))
    row = "one array" if expected == 1 else "several arrays"
    return MESSAGES.say(row, expected=expected, received=received, arrays=arrays)
