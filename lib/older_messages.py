"""What error messages of earlier Keras and TensorFlow versions mean, which people still paste.

The answers are for today's Keras. Messages that it raises itself are in `lib.error_messages`.
"""

from __future__ import annotations

import re

from lib.explanations import SHAPE, Explanation, Messages, entries

MESSAGES = Messages()


@MESSAGES.add(
    r"checking (?P<what>input|model input|target|model target): expected (?P<layer>\S+) to have "
    rf"(?P<axes>\d+) dimensions, but got array with shape {SHAPE}",
    r"expected (?P<layer>\S+) to have (?P<axes>\d+) dimensions, but got array with shape "
    rf"{SHAPE}(?P<what>)",
)
def _dimensions(found: re.Match[str]) -> Explanation:
    layer, axes = found["layer"], int(found["axes"])
    shape = next(group for group in found.groups() if group and group[0] in "([")
    given = len(entries(shape))
    if "target" in (found["what"] or "") or not layer.endswith("_input"):
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


@MESSAGES.add(
    r"expected (?P<layer>\S+) to have shape (?P<one>\([^()]*\)) but got array with shape "
    r"(?P<other>\([^()]*\))",
    r"expected shape=(?P<one>\([^()]*\)), found shape=(?P<other>\([^()]*\))(?P<layer>)",
)
def _shape(found: re.Match[str]) -> Explanation:
    one, other = found["one"], found["other"]
    wanted, given = entries(one), entries(other)
    name = found["layer"] or "The model"
    if sorted(wanted[-2:]) == sorted(given[-2:]) and wanted[-2:] != given[-2:]:
        return Explanation(
            f"{name} takes {one} and got {other}: timesteps and features are swapped.",
            "Transpose them; a reshape would mix the values up.",
            "x = np.transpose(x, (0, 2, 1))  # (N, F, T) → (N, T, F)",
        )
    if given[-1:] == ["1"] and not name.endswith("_input") and name != "The model":
        return Explanation(
            f"{name} has {wanted[-1]} columns and y has one, {other}: class numbers, where a "
            "column for each class is wanted.",
            "Take the loss for class numbers.",
            'model.compile(optimizer, loss="sparse_categorical_crossentropy")',
        )
    return Explanation(
        f"{name} takes {one} and got {other}.",
        "Bring the data to the shape of the model's Input, or build the model for the data.",
        f"keras.Input({other})" if len(given) == len(wanted) else "keras.Input(x.shape[1:])",
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
    r"[Ll]ayer (?P<layer>\S+) expects 1 inputs?,? but it received (?P<given>\d+) input tensors"
)
def _many_inputs(found: re.Match[str]) -> Explanation:
    return Explanation(
        f"With return_state=True the layer below {found['layer']} returns {found['given']} "
        "tensors, its output and its states.",
        "Unpack them, and pass on the output.",
        "out, *states = recurrent_layer(x)\ny = layer(out)",
    )


@MESSAGES.add(
    rf"logits.{{1,3}}and.{{1,3}}labels.{{1,3}}must have the same shape[^(]*\({SHAPE} vs {SHAPE}\)",
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


@MESSAGES.add(r"last dimension of the inputs to (?:a )?`?Dense`?(?: layer)? should be defined")
def _open_dense(_: re.Match[str]) -> Explanation:
    return Explanation(
        "Dense has a weight for each entry of its last axis, and that length is open: after "
        "Flatten it depends on the number of timesteps.",
        "Fix the number of timesteps, or drop the Flatten.",
        "keras.Input((timesteps, features))",
    )


@MESSAGES.add(r"setting an array element with a sequence|Failed to convert .* to a Tensor")
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
