"""Wordings that Keras 1 and 2 had of their own, which people still paste.

The answers are for today's Keras. Where an earlier version said the same in other words, both
stand in one place, in the other files.
"""

from __future__ import annotations

import re

from lib.errors.input_axes import other_input
from lib.errors.message import Explanation, Messages, entries
from lib.errors.target_remedies import CUT, LOOK, SPARSE, to_one_shape

MESSAGES = Messages("keras2_wordings")


_WHAT = r"(?:checking (?P<what>(?:model )?(?:input|target)): )?"
_LAYER = r"expected (?P<layer>\S{1,200}) to have"


@MESSAGES.computed(
    rf"{_WHAT}{_LAYER} (?P<axes>\d+) dimensions, but got array with shape (?P<shape>SHAPE)"
)
def _dimensions(match: re.Match[str]) -> Explanation:
    layer, axes, shape = match["layer"], int(match["axes"]), match["shape"]
    received = len(entries(shape))
    if not _is_input(match):
        return _target(layer, axes, shape, received)
    cause = f"{layer} takes {axes} axes, (N, T, F), and the array has {received}, {shape}"
    if received == axes - 1:
        return Explanation(
            f"{cause}: the time axis or the axis of features is missing.",
            "Cut the data into sequences; or add the axis of features, for one number a step.",
            "x = x[..., None]  # (N, T) → (N, T, 1)",
        )
    return Explanation(
        f"{cause}.",
        "Bring the data to (N, T, F).",
        "x = x.reshape(len(x), timesteps, features)",
    )


def _is_input(match: re.Match[str]) -> bool:
    """Whether x is meant, not y: the message says so, or else the layer's name does."""
    if match["what"]:
        return "input" in match["what"]
    return bool(re.search(r"(^|_)input(_\d+)?$", match["layer"]))


def _target(layer: str, axes: int, shape: str, received: int) -> Explanation:
    """For y that has other axes than the output, which has 2 or 3."""
    case = f"{axes}, {received}"
    if case == "2, 3" and entries(shape)[-2] == "1":
        case = "2, 3 with 1"
    elif case not in _OTHER_AXES:
        case = "with 1" if "1" in entries(shape)[1:] else ""
    each, what, fix, code = _OTHER_AXES[case]
    return Explanation(
        f"The output {layer} has {axes} axes{each} and y has {received}, {shape}{what}.", fix, code
    )


_TODAY = (
    "Keras today raises only where the sizes don't broadcast: with one column it says nothing, and "
    "trains something else."
)
_OTHER_AXES = {
    "3, 2": (
        ", one answer for each timestep,",
        ": one answer for each sample",
        f"Return the last step only; or give y an answer for each timestep. {_TODAY}",
        "LSTM(units, return_sequences=False)",
    ),
    "2, 3 with 1": (
        ", one answer for each sample,",
        ": one answer too, with an axis of 1 for timesteps",
        "Take that axis out of y.",
        "y = y[:, 0]",
    ),
    "2, 3": (
        ", one answer for each sample,",
        ": one for each timestep",
        f"Return every step. {_TODAY}",
        "LSTM(units, return_sequences=True)",
    ),
    "3, 1": (
        "",
        ": one number for each sample",
        "Return the last step only, and give y an axis for its one column.",
        "LSTM(units, return_sequences=False)\nDense(1)\ny = y[:, None]",
    ),
    "2, 1": (
        "",
        ": one number for each sample",
        "Give y an axis for its one column; with class numbers take the sparse loss.",
        f"y = y[:, None]\n{SPARSE}",
    ),
    "with 1": (
        "",
        ", an axis of 1 among them",
        "Give y the output's shape, if it has as many numbers for each sample.",
        "y = y.reshape(-1, *model.output_shape[1:])",
    ),
    "": ("", "", "Look at both, and give y the output's axes.", LOOK),
}
"""By the axes of the output and of y: what the two are, what to do, and code."""


@MESSAGES.computed(
    rf"{_WHAT}{_LAYER} shape (?P<expected>SHAPE) but got array with shape (?P<received>SHAPE)"
)
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
    return _other_target(layer, one, other, expected, received)


def _other_target(
    name: str, one: str, other: str, expected: list[str], received: list[str]
) -> Explanation:
    """For y with as many axes as the output."""
    if expected[-1:] == received[-1:]:
        return Explanation(
            f"The output {name} is {one} and y is {other}: they have different timesteps.",
            "Cut x and y to the same timesteps.",
            CUT,
        )
    if received[-1] == "1":
        return Explanation(
            f"{name} has {expected[-1]} columns and y has one, {other}: class numbers, where a "
            "column for each class is wanted.",
            "Take the loss for class numbers.",
            SPARSE,
        )
    fix, code = "End the model with as many columns as y has.", f"Dense({received[-1]})"
    if expected[-1] == "1":  # the sparse loss of Keras 2 said so of any output
        fix += " If it has them, and y a column per class, the loss is the one for class numbers."
        code += '\nmodel.compile(optimizer, loss="categorical_crossentropy")  # y by column'
    return Explanation(
        f"The output {name} is {one} and y is {other}: they have different columns.", fix, code
    )


@MESSAGES.computed(
    r"A target array with shape (?P<y>SHAPE) was passed for an output of shape "
    r"(?P<output>SHAPE)(?: while using as loss `(?P<loss>\w{1,100})`)?"
)
def _passed(match: re.Match[str]) -> Explanation:
    y, output = match["y"], match["output"]
    sparse = "categorical" in (match["loss"] or "")
    remedy = to_one_shape(entries(y)[1:], entries(output)[1:], sparse=sparse)
    return Explanation(
        f"The loss wants y in the shape of the output: y is {y}, the output {output}.",
        remedy.advice,
        remedy.code,
    )


@MESSAGES.computed(
    r"Expected to see (?P<expected>\d+) array\(s\),?.{0,60}? but instead got the following list of "
    r"(?P<received>\d+) arrays",
    r"The model expects (?P<expected>\d+) (?:input )?arrays?, but only received (?P<received>one) "
    r"array",
)
def _other_number_of_arrays(match: re.Match[str]) -> Explanation:
    expected, received = int(match["expected"]), match["received"].replace("one", "1")
    if expected == 1:
        return Explanation(
            f"The model takes one array and got a list of {received}, which counts as {received} "
            "inputs.",
            "Make one array of the list; pad sequences of different lengths first.",
            'x = np.stack(x)  # (N, T, F)\nx = keras.utils.pad_sequences(x, padding="post")',
        )
    return Explanation(
        f"The model takes {expected} arrays and got {received}.",
        "Give it a list, an array for each Input, or for each output, in their order.",
        f"model.fit([{', '.join(f'x{i}' for i in range(1, min(expected, 6) + 1))}], y)",
    )
