"""What error messages of earlier Keras and TensorFlow versions mean, which people still paste.

The answers are for today's Keras. Messages that it raises itself are in `lib.errors.today`.
"""

from __future__ import annotations

import math
import re

from lib.errors.explanations import SHAPE, Explanation, Messages, entries, missing_axis

MESSAGES = Messages()


_WHAT = r"(?:checking (?P<what>(?:model )?(?:input|target)): )?"
_LAYER = r"expected (?P<layer>\S{1,200}) to have"


@MESSAGES.add(
    rf"{_WHAT}{_LAYER} (?P<axes>\d+) dimensions, but got array with shape (?P<shape>{SHAPE})"
)
def _dimensions(found: re.Match[str]) -> Explanation:
    layer, axes, shape = found["layer"], int(found["axes"]), found["shape"]
    given = len(entries(shape))
    if not _is_input(found):
        return _target(layer, axes, shape, given)
    if given == axes - 1:
        return Explanation(
            f"{layer} takes {axes} axes, (batch, timesteps, features), and the array has {given}, "
            f"{shape}: the time axis or the axis of features is missing.",
            "Cut the data into sequences; or add the axis of features, for one number a step.",
            "x = x[..., None]  # (N, T) → (N, T, 1)",
        )
    return Explanation(
        f"{layer} takes {axes} axes, (batch, timesteps, features), and the array has {given}, "
        f"{shape}.",
        "Bring the data to (N, timesteps, features).",
        "x = x.reshape(len(x), timesteps, features)",
    )


def _is_input(found: re.Match[str]) -> bool:
    """Whether x is meant, not y: the message says so, or else the layer's name does."""
    if found["what"]:
        return "input" in found["what"]
    return bool(re.search(r"(^|_)input(_\d+)?$", found["layer"]))


def _target(layer: str, axes: int, shape: str, given: int) -> Explanation:
    if axes == 3 and given == 2:
        return Explanation(
            f"The output {layer} has 3 axes, one answer for each timestep, and y has {given}, "
            f"{shape}: one answer for each sample.",
            "Return the last step only; or give y an answer for each timestep. Keras today raises "
            "nothing here, and broadcasts.",
            "LSTM(units, return_sequences=False)",
        )
    if axes == 2 and given == 3:
        return Explanation(
            f"The output {layer} has 2 axes, one answer for each sample, and y has {given}, "
            f"{shape}: one for each timestep.",
            "Return every step. Keras today raises nothing here, and broadcasts.",
            "LSTM(units, return_sequences=True)",
        )
    return Explanation(
        f"The output {layer} has {axes} axes and y has {given}, {shape}.",
        "Give y the output's shape.",
        "y = y.reshape(model.output_shape[1:])",
    )


@MESSAGES.add(rf"{_WHAT}{_LAYER} shape {SHAPE} but got array with shape {SHAPE}")
def _shape(found: re.Match[str]) -> Explanation:
    layer, one, other = found["layer"], found[3], found[4]
    wanted, given = entries(one), entries(other)
    is_input = _is_input(found)
    # An open size in front is the batch; but in (None, 3), of a recurrent layer, it is the time.
    is_time = is_input and len(wanted) == 2 and re.search("rnn|lstm|gru", layer, re.IGNORECASE)
    if wanted[:1] == ["None"] and not is_time:
        wanted, given = wanted[1:], given[1:]
    if is_input:
        return _other_input(layer, one, other, wanted, given)
    if len(wanted) != len(given):
        return _target(layer, len(wanted) + 1, other, len(given) + 1)
    return _other_target(layer, one, other, wanted, given)


@MESSAGES.add(rf"expected shape={SHAPE}, found shape={SHAPE}")
def _model_shape(found: re.Match[str]) -> Explanation:
    if told := missing_axis(found[1], found[2]):
        return told
    wanted, given = entries(found[1])[1:], entries(found[2])[1:]
    return _other_input("The model", found[1], found[2], wanted, given)


def _other_input(
    name: str, one: str, other: str, wanted: list[str], given: list[str]
) -> Explanation:
    """For x: the shapes as the message has them, and the sizes of one sample."""
    if len(wanted) == 2 and wanted != given and wanted == given[::-1]:
        return Explanation(
            f"{name} takes {one} and got {other}: timesteps and features are swapped.",
            "Transpose them; a reshape would mix the values up.",
            "x = np.transpose(x, (0, 2, 1))  # (N, F, T) → (N, T, F)",
        )
    if len(given) != len(wanted):  # an Input for the data as it is may be none that an LSTM takes
        return Explanation(
            f"{name} takes {one} and got {other}: the number of axes differs.",
            "Bring the data to the shape of the model's Input.",
            f"print(x.shape)  # has to become {one}",
        )
    sample = f"({', '.join(given)}{',' * (len(given) == 1)})"
    return Explanation(
        f"{name} takes {one} and got {other}.",
        "Bring the data to the shape of the model's Input, or build the model for the data.",
        f"keras.Input({sample})",
    )


def _other_target(
    name: str, one: str, other: str, wanted: list[str], given: list[str]
) -> Explanation:
    """For y with as many axes as the output."""
    if wanted[-1:] == given[-1:]:
        return Explanation(
            f"The output {name} is {one} and y is {other}: they have different timesteps.",
            "Cut x and y to the same timesteps.",
            "steps = min(x.shape[1], y.shape[1])\nx, y = x[:, :steps], y[:, :steps]",
        )
    if given[-1] == "1":
        return Explanation(
            f"{name} has {wanted[-1]} columns and y has one, {other}: class numbers, where a "
            "column for each class is wanted.",
            "Take the loss for class numbers.",
            'model.compile(optimizer, loss="sparse_categorical_crossentropy")',
        )
    return Explanation(
        f"The output {name} is {one} and y is {other}: they have different columns.",
        "End the model with as many columns as y has.",
        f"Dense({given[-1]})",
    )


@MESSAGES.add(r"If a RNN is stateful, it needs to know its batch size")
def _batch_size(_: re.Match[str]) -> Explanation:
    return Explanation(
        "A stateful layer keeps one state per sample of the batch, so the batch size has to be "
        "known when the model is built.",
        "Put it into the Input.",
        "keras.Input(batch_shape=(batch_size, timesteps, features))",
    )


@MESSAGES.add(
    r"[Ll]ayer (?P<layer>\S{1,200}) expects 1 inputs?,? but it received (?P<given>\d+) input "
    r"tensors"
)
def _many_inputs(found: re.Match[str]) -> Explanation:
    return Explanation(
        f"With return_state=True the layer below {found['layer']} returns {found['given']} "
        "tensors, its output and its states.",
        "Unpack them, and pass on the output.",
        "out, *states = recurrent_layer(x)\ny = layer(out)",
    )


@MESSAGES.add(
    r"logits.{1,3}and.{1,3}labels.{1,3}must have the same shape[^(]{0,100}"
    rf"\({SHAPE} vs {SHAPE}\)",
    rf"Shapes {SHAPE} and {SHAPE} are incompatible",
)
def _two_shapes(found: re.Match[str]) -> Explanation:
    return Explanation(
        f"The loss compares {found[1]} with {found[2]}, and wants the output and y in one shape.",
        "With class numbers in y take the sparse loss; with one answer per sample return the last "
        "step only.",
        'model.compile(optimizer, loss="sparse_categorical_crossentropy")\n'
        "LSTM(units, return_sequences=False)  # y has no time axis",
    )


@MESSAGES.add(
    rf"shape of labels \(received {SHAPE}\) should equal the shape of logits"
    rf"(?: except for the last dimension)? \(received {SHAPE}\)"
)
def _class_numbers(found: re.Match[str]) -> Explanation:
    # Both may be flattened, so that timesteps count as samples; then how many they are tells.
    labels, (*answers, classes) = entries(found[1]), entries(found[2]) or ["None"]
    numbers, wanted = (
        math.prod(int(size) for size in shape if size.isdigit()) for shape in (labels, answers)
    )
    cause = (
        "The sparse loss wants one class number for each answer of the output. y is "
        f"{found[1]}, the output {found[2]}."
    )
    if numbers < wanted:
        return Explanation(
            cause,
            "With one class per sample return the last step only.",
            "LSTM(units, return_sequences=False)  # y is (N,)",
        )
    every = "LSTM(units, return_sequences=True)  # y is (N, T)"
    if classes.isdigit() and numbers == wanted * int(classes):
        return Explanation(
            cause,
            f"With {classes} columns in y, one per class, take the loss for that; with a class per "
            "timestep return every step.",
            f'model.compile(optimizer, loss="categorical_crossentropy")\n{every}',
        )
    return Explanation(cause, "With a class per timestep return every step.", every)


@MESSAGES.add(r"last dimension of the inputs to (?:a )?`?Dense`?(?: layer)? should be defined")
def _open_dense(_: re.Match[str]) -> Explanation:
    return Explanation(
        "Dense has a weight for each entry of its last axis, and that length is open: after "
        "Flatten it depends on the number of timesteps.",
        "Fix the number of timesteps, or drop the Flatten.",
        "keras.Input((timesteps, features))",
    )


@MESSAGES.add(r"setting an array element with a sequence|Failed to convert .{0,500}? to a Tensor")
def _ragged(_: re.Match[str]) -> Explanation:
    return Explanation(
        "The sequences have different lengths, so that they make no array of numbers.",
        "Pad them to one length, and mask the padding.",
        'x = keras.utils.pad_sequences(x, padding="post", dtype="float32")',
    )


@MESSAGES.add(r"label value of (-?\d+) which is outside the valid range of \[0, (\d+)\)")
def _label(found: re.Match[str]) -> Explanation:
    label, classes = found[1], found[2]
    return Explanation(
        f"y holds the class number {label}, and the output has {classes} columns, for the classes "
        f"0 to {int(classes) - 1}.",
        "Count classes from 0, and end with as many columns as there are classes.",
        "Dense(int(y.max()) + 1, activation='softmax')",
    )
