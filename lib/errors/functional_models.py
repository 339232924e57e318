"""Functional models: tensors without numbers yet, how they are connected, and how many go in.

A KerasTensor has a shape and no values. What needs values, or another library's functions, fails.
"""

from __future__ import annotations

import re

from lib.errors.message import Explanation, Message, Messages, a_shape, entries

MESSAGES = Messages()


@MESSAGES.computed(
    r"All `(?P<what>inputs|outputs)` values must be KerasTensors\.",
    r"(?P<what>Input|Output) tensors to a (?:Model|Functional) must (?:be the output of|come from)",
)
def _no_symbols(match: re.Match[str]) -> Explanation:
    what = match["what"].lower()
    what += "s" if not what.endswith("s") else ""
    return Explanation(
        f"The {what} of a Model must be what an Input, or a layer that was called, gave: not a "
        "layer, and no array.",
        "Begin with an Input, call the layers, and name the two ends.",
        "x = keras.Input((timesteps, features))\ny = LSTM(units)(x)\nmodel = keras.Model(x, y)",
    )


@MESSAGES.computed(
    r"(?:[Ll]ayer [\"']?(?P<layer>[^\"' ]{1,200})[\"']? )?expects (?P<expected>[2-9]|\d\d) "
    r"(?:named )?input(?:\(s\)|s)(?: with keys (?P<keys>\[[^\]]{0,500}\]))?,? but it received "
    r"(?P<received>\d+) input tensors"
)
def _fewer_inputs(match: re.Match[str]) -> Explanation:
    keys = re.findall(r"'([^']{1,100})'", match["keys"] or "")
    named = f": {', '.join(keys[:6])}" if keys else ""
    expected, received = int(match["expected"]), int(match["received"])
    code = f"model.predict([{', '.join(f'x{i}' for i in range(1, min(expected, 6) + 1))}])"
    if match["layer"] and re.match(r"(lstm|gru|simple_rnn)", match["layer"]):
        code = "y = layer(x, initial_state=[h, c])"
    return Explanation(
        f"{match['layer'] or 'The model'} takes {expected} tensors{named}; it received {received}.",
        "Give it a list of arrays in that order, or a dict by name. In a tf.data.Dataset they are "
        "a tuple of their own: ((x1, x2), y).",
        code,
    )


@MESSAGES.computed(
    rf"Array has shape {a_shape('shape')} but slice has to many indices",
    r"too many indices for array: array is (?P<axes>\d)-dimensional",
    r"Index out of range using input dim \d; input has only (?P<axes>\d) dims",
)
def _slice(match: re.Match[str]) -> Explanation:
    shape = match.groupdict().get("shape")
    there = f"{len(entries(shape))}, {shape}" if shape else match["axes"]
    return Explanation(
        f"A slice such as x[:, -1, :] asks for more axes than there are: {there}. If x comes from "
        "a layer without return_sequences=True, that one returned its last step already.",
        "Leave the slice out; or return every step and keep it.",
        "y = LSTM(units)(x)  # the last step\n"
        "y = LSTM(units, return_sequences=True)(x)[:, -1, :]  # the same",
    )


MESSAGES.rows(
    Message(
        r"A KerasTensor cannot be used as input to a TensorFlow function",
        "A function of TensorFlow was called while the model is built, where a tensor has a shape "
        "and no numbers yet.",
        "Take the same function from keras.ops; for the last step, slice.",
        "y = keras.ops.mean(x, axis=1)  # tf.reduce_mean\n"
        "y = keras.ops.concatenate([a, b], axis=-1)  # tf.concat\ny = x[:, -1]  # the last step",
    ),
    Message(
        r"A KerasTensor is symbolic: it's a placeholder for a shape|"
        r"'KerasTensor' object has no attribute 'numpy'|"
        r"A symbolic KerasTensor cannot be used as a boolean|"
        r"object of type 'KerasTensor' has no len\(\)",
        "While the model is built a tensor has a shape and no numbers yet: nothing can be read, "
        "compared or converted.",
        "Build with layers and keras.ops; numbers come from predict.",
        "x.shape  # (None, T, F)\nnumbers = model.predict(data)",
    ),
    Message(
        r"Output with path `(?!1`)\w{0,50}` is not connected to `inputs`|"
        r"Graph disconnected: cannot obtain value for tensor",
        "The model's outputs can't be reached from its inputs: on the way there is another Input, "
        "one that the model wasn't given. A decoder's states are such Inputs too.",
        "Name every Input that the outputs come from, and use the very same objects.",
        "x = keras.Input((timesteps, features))\ny = LSTM(units)(x)\nmodel = keras.Model(x, y)",
    ),
    Message(
        r"We could not automatically infer the shape of the Lambda's output"
        rf"(?:.{{0,300}}?shape={a_shape('shape')})?",
        "The function in the Lambda failed on a tensor of {shape}. If it takes a slice such as "
        "x[:, -1, :], the layer below returned its last step already.",
        "For the last step, let the layer below return it; else look at the function with a "
        "tensor of that shape.",
        "LSTM(units, return_sequences=False)  # without the Lambda",
        otherwise={"shape": "that shape"},
    ),
    Message(
        r"has never been called and thus has no defined (?:input|output)|"
        r"has no defined (?:input|output) shape yet|This model has not yet been built|"
        r"You tried to call `count_params` on (?:layer )?\S{1,200} but the layer isn't built",
        "The model doesn't know its shapes yet: it has no Input, and no data went through it.",
        "Begin with an Input.",
        "model = keras.Sequential([keras.Input((timesteps, features)), LSTM(units)])",
    ),
)
