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
    return Explanation(
        f"A reshape has to keep all numbers: there are {numbers}, and the new shape has {expected}"
        f"{shapes}. In a Reshape layer both are of one sample, without the batch.",
        "Choose sizes with the same product, with -1 for one of them. To get sequences out of a "
        "table cut windows; a reshape can't make them.",
        "x = x.reshape(len(x), -1, features)\n"
        "x = np.stack([table[i : i + timesteps] for i in range(len(table) - timesteps + 1)])",
    )


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
    if len(one) != len(other):
        return Explanation(
            f"{match['one']} and {match['other']} are to be joined: one has a time axis and the "
            "other has none.",
            "Repeat the one for each timestep, or return the other's last step only.",
            "b = RepeatVector(timesteps)(b)  # (N, K) → (N, T, K)\ny = Concatenate()([a, b])",
        )
    return Explanation(
        f"{match['one'] or 'Two shapes'} and {match['other'] or 'another'} are to be joined along "
        "the last axis, and differ in another.",
        "Bring them to the same timesteps; or name the axis along which they differ, if there is "
        "one alone.",
        "y = Concatenate(axis=1)([a, b])  # one after the other in time",
    )


@MESSAGES.computed(
    r"(?P<layer>Attention) layer must be called on a list of inputs",
    r"missing a required argument: 'value'(?P<layer>)",
)
def _one_sequence_to_attend(match: re.Match[str]) -> Explanation:
    call = "MultiHeadAttention(num_heads, key_dim)(decoded, encoded)"
    if match["layer"]:
        call = "Attention()([decoded, encoded])"
    return Explanation(
        "Attention looks from one sequence, the query, at another, the value, and got one tensor.",
        "Give it both; of one sequence alone, twice the same.",
        f"decoded = LSTM(units, return_sequences=True)(decoder_input)\n"
        f"encoded = LSTM(units, return_sequences=True)(x)\ny = {call}",
    )
