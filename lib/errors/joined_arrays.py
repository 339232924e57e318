"""Tensors and arrays that are reshaped, joined or combined, and whose sizes don't go together."""

from __future__ import annotations

import math
import re

from lib.errors.message import Explanation, Message, Messages, a_shape, entries

MESSAGES = Messages()


@MESSAGES.computed(
    r"total size of (?:the tensor|new array) must be unchanged(?:.{0,20}?input_shape="
    rf"{a_shape('before')}, (?:target_shape|output_shape)={a_shape('after')})?",
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
    rf"(?:\. (?:Received: input_shape=|Got inputs shapes: )\[{a_shape('one')}, "
    rf"{a_shape('other')})?",
    r"ConcatOp : (?:Ranks of all input tensors|Dimensions of inputs) should match: "
    rf"shape\[0\] = {a_shape('one')} vs\. shape\[\d+\] = {a_shape('other')}",
)
def _concatenated(match: re.Match[str]) -> Explanation:
    one, other = entries(match["one"] or ""), entries(match["other"] or "")
    if len(one) != len(other):
        return Explanation(
            f"{match['one']} and {match['other']} are to be joined: one has a time axis and the "
            f"other "
            "has none.",
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


MESSAGES.rows(
    Message(
        r"non-broadcastable output operand with shape (?P<received>\([\d,]{1,50}\)) doesn't match "
        r"the "
        r"broadcast shape \((?:\d+,)*(?P<columns>\d+),?\)",
        "Most likely a scaler that was fitted to {columns} columns is to scale {received} back, "
        "the "
        "model's output.",
        "Fit a scaler of its own to the targets, and scale back with that.",
        "y_scaler = MinMaxScaler().fit(y)  # (N, K)\n"
        "y_pred = y_scaler.inverse_transform(model.predict(x))",
    ),
    Message(
        r"all (?:the )?input array(?:s must have the same shape|"
        r" dimensions (?:except )?for the concatenation axis must match exactly"
        r"(?:, but along dimension (?P<axis>\d), the array at index \d+ has size (?P<one>\d+) and "
        r"the array at index \d+ has size (?P<other>\d+))?)",
        "Arrays of different sizes are to be joined{sizes}. If they are sequences, and the axis is "
        "that of time, they have different lengths.",
        "Pad them to one length, and mask the padding; or cut all to the shortest.",
        'x = keras.utils.pad_sequences(sequences, padding="post", dtype="float32")',
        clauses={"sizes": ", {one} and {other} along axis {axis}"},
    ),
    Message(
        r"Computed output size would be zero or negative\. Received `?inputs shape="
        r"(?P<shape>\(\w{1,20}, (?P<steps>\w{1,20})[^)]{0,50}\))`?, "
        r"`?kernel shape=\((?P<kernel>\d{1,20})",
        "The convolution's kernel sees {kernel} timesteps at once, and {shape} has {steps}. Each "
        "convolution and pooling below may have shortened the sequence.",
        "Take a smaller kernel, or keep the length.",
        'Conv1D(filters, kernel_size, padding="same")',
    ),
    Message(
        r"calling Attention\.call\(\).{0,300}?In\[0\]: \[(?:\d+,)*(?P<query>\d+)\], "
        r"In\[1\]: \[(?:\d+,)*(?P<value>\d+),\d+\]",
        "The query has {query} columns and the value {value}, and Attention multiplies them.",
        "Give the layers that they come from the same units.",
        "decoded = LSTM({value}, return_sequences=True)(decoder_input)\n"
        "encoded = LSTM({value}, return_sequences=True)(x)\ny = Attention()([decoded, encoded])",
    ),
    Message(
        r"Concatenate`? layer should be called on a list of at least \d inputs?",
        "Concatenate got one tensor, and joins a list of several.",
        "Give it a list.",
        "y = Concatenate()([a, b])",
    ),
    Message(
        (
            rf"Inputs have incompatible shapes\. Received shapes {a_shape('one')} and "
            rf"{a_shape('other')}",
            rf"Operands could not be broadcast together with shapes {a_shape('one')} "
            rf"{a_shape('other')}",
        ),
        "{one} and {other}, without the batch, are to be added or multiplied, and can't be paired.",
        "Give the layers below the same units, and return_sequences to both or to none.",
        "a = LSTM(units)(x)\nb = LSTM(units)(x)\ny = Add()([a, b])",
    ),
    Message(
        rf"operands could not be broadcast together with shapes {a_shape('one')} "
        rf"{a_shape('other')}",
        "NumPy lines {one} and {other} up from the right, and of two sizes that differ one must "
        "be 1. After a model with return_sequences=True predictions have a time axis.",
        "Compare the last step, or give y the time axis too.",
        "error = model.predict(x)[:, -1] - y  # y is (N, K)",
    ),
    Message(
        r"Found array with dim (?P<one>\d)[.,].{0,60}? expected <= 2",
        "scikit-learn takes tables, (rows, columns), and got {one} axes.",
        "Scale the table before it is cut into windows; or flatten samples and timesteps, and "
        "restore the shape.",
        "flat = x.reshape(-1, x.shape[-1])\nx = scaler.transform(flat).reshape(x.shape)",
    ),
    Message(
        r"all the input arrays must have same number of dimensions, but the array at index \d+ has "
        r"(?P<one>\d) dimension\(s\) and the array at index \d+ has (?P<other>\d)",
        "Arrays of {one} and of {other} axes are to be joined.",
        "Give the one with fewer axes the one that it lacks: features last, samples first.",
        "b = b[..., None]  # an axis of features\nb = b[None]       # an axis of samples",
    ),
    Message(
        r"^(?:IndexError: )?tuple index out of range$|"
        r"\.shape\[2\].{0,300}?tuple index out of range|axes don't match array",
        "If it comes from x.shape[2], or from a transpose of three axes, then x has two, and an "
        "LSTM wants three: (N, timesteps, features).",
        "Cut the data into sequences; for one number a step, add the axis of features.",
        "x = x[..., None]  # (N, T) → (N, T, 1)",
    ),
)
