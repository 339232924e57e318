"""Tensors and arrays that are reshaped, joined or combined, and whose sizes don't go together."""

from __future__ import annotations

import math
import re

from lib.errors.message import Explanation, Messages, entries

MESSAGES = Messages("joined_arrays")


@MESSAGES.computed(
    r"total size of (?:the tensor|new array) must be unchanged(?:.{0,20}?input_shape="
    r"(?P<before>SHAPE), (?:target_shape|output_shape)=(?P<after>SHAPE))?",
    r"cannot reshape array of size (?P<numbers>\d+) into shape (?P<after>\([\d, -]{1,100}\))",
    r"Input to reshape is a tensor with (?P<numbers>\d+) values, but the requested shape has "
    r"(?:a multiple of )?(?P<expected>\d+)",
)
def _reshaped(match: re.Match[str]) -> Explanation:
    parts = match.groupdict()
    before, after = parts.get("before"), parts.get("after")
    numbers = parts.get("numbers") or (_count(before) if before else "some")
    expected = parts.get("expected") or (_count(after) if after else "others")
    shapes = f", {before} → {after}" if before and after else f", into {after}" if after else ""
    if after and "-1" in after:
        expected = f"a multiple of {expected.removeprefix('-')}"
    return MESSAGES.say("reshaped", numbers=numbers, expected=expected, shapes=shapes)


def _count(shape: str) -> str:
    """How many numbers a shape holds; -1 counts as 1."""
    sizes = re.findall(r"(?<!-)\b\d+", shape)
    return str(math.prod(int(size) for size in sizes))


@MESSAGES.computed(
    r"`Concatenate` layer requires inputs with matching shapes except for the concatenation axis"
    r"(?:\. (?:Received: input_shape=|Got inputs shapes: )\[(?P<one>SHAPE), (?P<other>SHAPE))?",
    r"ConcatOp : (?:Ranks of all input tensors|Dimensions of inputs) should match: "
    r"shape\[0\] = (?P<one>SHAPE) vs\. shape\[\d+\] = (?P<other>SHAPE)",
)
def _concatenated(match: re.Match[str]) -> Explanation:
    one, other = entries(match["one"] or ""), entries(match["other"] or "")
    return MESSAGES.say("joined" if len(one) == len(other) else "joined without time", match)
