"""Functional models: tensors without numbers yet, how they are connected, and how many go in.

A KerasTensor has a shape and no values. What needs values, or another library's functions, fails.
"""

from __future__ import annotations

import re

from lib.errors.message import Explanation, Messages, entries

MESSAGES = Messages("functional_models")


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
    r"Array has shape (?P<shape>SHAPE) but slice has to many indices",
    r"too many indices for array: array is (?P<axes>\d)-dimensional",
    r"Index out of range using input dim \d; input has only (?P<axes>\d) dims",
)
def _slice(match: re.Match[str]) -> Explanation:
    shape = match.groupdict().get("shape")
    axes = f"{len(entries(shape))}, {shape}" if shape else match["axes"]
    return Explanation(
        f"A slice such as x[:, -1, :] asks for more axes than there are: {axes}. If x comes from "
        "a layer without return_sequences=True, that one returned its last step already.",
        "Leave the slice out; or return every step and keep it.",
        "y = LSTM(units)(x)  # the last step\n"
        "y = LSTM(units, return_sequences=True)(x)[:, -1, :]  # the same",
    )
