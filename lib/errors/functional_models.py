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
    ends = match["what"].lower().removesuffix("s")
    return MESSAGES.say("no symbols", ends=f"{ends}s")


@MESSAGES.computed(
    r"(?:[Ll]ayer [\"']?(?P<layer>[^\"' ]{1,200})[\"']? )?expects (?P<expected>[2-9]|\d\d) "
    r"(?:named )?input(?:\(s\)|s)(?: with keys (?P<keys>\[[^\]]{0,500}\]))?,? but it received "
    r"(?P<received>\d+) input tensors"
)
def _fewer_inputs(match: re.Match[str]) -> Explanation:
    keys = re.findall(r"'([^']{1,100})'", match["keys"] or "")
    arrays = ", ".join(f"x{i}" for i in range(1, min(int(match["expected"]), 6) + 1))
    code = f"model.predict([{arrays}])"
    if match["layer"] and re.match(r"(lstm|gru|simple_rnn)", match["layer"]):
        code = "y = layer(x, initial_state=[h, c])"
    return MESSAGES.say("fewer inputs", match, keys=", ".join(keys[:6]), call=code)


@MESSAGES.computed(
    r"Array has shape (?P<shape>SHAPE) but slice has to many indices",
    r"too many indices for array: array is (?P<axes>\d)-dimensional",
    r"Index out of range using input dim \d; input has only (?P<axes>\d) dims",
)
def _slice(match: re.Match[str]) -> Explanation:
    parts = match.groupdict()
    axes = parts.get("axes") or f"{len(entries(parts['shape']))}, {parts['shape']}"
    return MESSAGES.say("slice", axes=axes)
