"""Tensors and arrays that are reshaped, joined or combined, and whose sizes don't go together."""

from __future__ import annotations

import math
import re

from lib.errors.explanations import SHAPE, Explanation, Messages, entries

MESSAGES = Messages()


@MESSAGES.add(
    r"total size of (?:the tensor|new array) must be unchanged(?:.{0,20}?input_shape="
    rf"(?P<before>{SHAPE}), (?:target_shape|output_shape)=(?P<after>{SHAPE}))?",
    r"cannot reshape array of size (?P<numbers>\d+) into shape (?P<after>\([\d, -]{1,100}\))",
    r"Input to reshape is a tensor with (?P<numbers>\d+) values, but the requested shape has "
    r"(?:a multiple of )?(?P<wanted>\d+)",
)
def _reshaped(found: re.Match[str]) -> Explanation:
    parts = found.groupdict()
    before, after = parts.get("before"), parts.get("after")
    numbers = parts.get("numbers") or (_count(before) if before else "some")
    wanted = parts.get("wanted") or (_count(after) if after else "others")
    shapes = f", {before} → {after}" if before and after else f", into {after}" if after else ""
    if after and "-1" in after:
        wanted = f"a multiple of {wanted.removeprefix('-')}"
    return Explanation(
        f"A reshape has to keep all numbers: there are {numbers}, and the new shape has {wanted}"
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


@MESSAGES.add(
    r"`Concatenate` layer requires inputs with matching shapes except for the concatenation axis"
    rf"(?:\. (?:Received: input_shape=|Got inputs shapes: )\[{SHAPE}, {SHAPE})?",
    r"ConcatOp : (?:Ranks of all input tensors|Dimensions of inputs) should match: "
    rf"shape\[0\] = {SHAPE} vs\. shape\[\d+\] = {SHAPE}",
)
def _concatenated(found: re.Match[str]) -> Explanation:
    one, other = entries(found[1] or ""), entries(found[2] or "")
    if len(one) != len(other):
        return Explanation(
            f"{found[1]} and {found[2]} are to be joined: one has a time axis and the other has "
            "none.",
            "Repeat the one for each timestep, or return the other's last step only.",
            "b = RepeatVector(timesteps)(b)  # (N, K) → (N, T, K)\ny = Concatenate()([a, b])",
        )
    return Explanation(
        f"{found[1] or 'Two shapes'} and {found[2] or 'another'} are to be joined along the last "
        "axis, and differ in another.",
        "Bring them to the same timesteps; or name the axis along which they differ, if there is "
        "one alone.",
        "y = Concatenate(axis=1)([a, b])  # one after the other in time",
    )


@MESSAGES.add(r"Concatenate`? layer should be called on a list of at least \d inputs?")
def _one_to_join(_: re.Match[str]) -> Explanation:
    return Explanation(
        "Concatenate got one tensor, and joins a list of several.",
        "Give it a list.",
        "y = Concatenate()([a, b])",
    )


@MESSAGES.add(
    rf"Inputs have incompatible shapes\. Received shapes {SHAPE} and {SHAPE}",
    rf"Operands could not be broadcast together with shapes {SHAPE} {SHAPE}",
)
def _added(found: re.Match[str]) -> Explanation:
    return Explanation(
        f"{found[1]} and {found[2]}, without the batch, are to be added or multiplied, and can't "
        "be paired.",
        "Give the layers below the same units, and return_sequences to both or to none.",
        "a = LSTM(units)(x)\nb = LSTM(units)(x)\ny = Add()([a, b])",
    )


@MESSAGES.add(
    rf"operands could not be broadcast together with shapes {SHAPE} {SHAPE}",
)
def _arrays(found: re.Match[str]) -> Explanation:
    return Explanation(
        f"NumPy lines {found[1]} and {found[2]} up from the right, and of two sizes that differ "
        "one must be 1. After a model with return_sequences=True predictions have a time axis.",
        "Compare the last step, or give y the time axis too.",
        "error = model.predict(x)[:, -1] - y  # y is (N, K)",
    )


@MESSAGES.add(
    r"non-broadcastable output operand with shape (\([\d,]{1,50}\)) doesn't match the broadcast "
    r"shape (\([\d,]{1,50}\))"
)
def _scaled_back(found: re.Match[str]) -> Explanation:
    return Explanation(
        f"Most likely a scaler that was fitted to {entries(found[2])[-1]} columns is to scale "
        f"{found[1]} back, the model's output.",
        "Fit a scaler of its own to the targets, and scale back with that.",
        "y_scaler = MinMaxScaler().fit(y)  # (N, K)\n"
        "y_pred = y_scaler.inverse_transform(model.predict(x))",
    )


@MESSAGES.add(r"Found array with dim (\d)[.,].{0,60}? expected <= 2")
def _scaler(found: re.Match[str]) -> Explanation:
    return Explanation(
        f"scikit-learn takes tables, (rows, columns), and got {found[1]} axes.",
        "Scale the table before it is cut into windows; or flatten samples and timesteps, and "
        "restore the shape.",
        "flat = x.reshape(-1, x.shape[-1])\nx = scaler.transform(flat).reshape(x.shape)",
    )


@MESSAGES.add(
    r"all the input arrays must have same number of dimensions, but the array at index \d+ has "
    r"(\d) dimension\(s\) and the array at index \d+ has (\d)"
)
def _stacked(found: re.Match[str]) -> Explanation:
    return Explanation(
        f"Arrays of {found[1]} and of {found[2]} axes are to be joined.",
        "Give the one with fewer axes the one that it lacks: features last, samples first.",
        "b = b[..., None]  # an axis of features\nb = b[None]       # an axis of samples",
    )


@MESSAGES.add(
    r"all (?:the )?input array(?:s must have the same shape|"
    r" dimensions (?:except )?for the concatenation axis must match exactly"
    r"(?:, but along dimension (?P<axis>\d), the array at index \d+ has size (?P<one>\d+) and the "
    r"array at index \d+ has size (?P<other>\d+))?)"
)
def _unequal_arrays(found: re.Match[str]) -> Explanation:
    where = f", {found['one']} and {found['other']} along axis {found['axis']}" if found[1] else ""
    return Explanation(
        f"Arrays of different sizes are to be joined{where}. If they are sequences, and the axis "
        "is that of time, they have different lengths.",
        "Pad them to one length, and mask the padding; or cut all to the shortest.",
        'x = keras.utils.pad_sequences(sequences, padding="post", dtype="float32")',
    )


@MESSAGES.add(
    r"Computed output size would be zero or negative\. Received `?inputs shape="
    r"(\([^)]{1,50}\))`?, `?kernel shape=(\([^)]{1,50}\))"
)
def _too_short(found: re.Match[str]) -> Explanation:
    steps, kernel = entries(found[1])[1:2], entries(found[2])[:1]
    return Explanation(
        f"The convolution's kernel sees {kernel[0]} timesteps at once, and {found[1]} has "
        f"{steps[0]}. Each convolution and pooling below may have shortened the sequence.",
        "Take a smaller kernel, or keep the length.",
        'Conv1D(filters, kernel_size, padding="same")',
    )


@MESSAGES.add(
    r"^(?:IndexError: )?tuple index out of range$",
    r"\.shape\[2\].{0,300}?tuple index out of range",
    r"axes don't match array",
)
def _no_such_axis(_: re.Match[str]) -> Explanation:
    return Explanation(
        "If it comes from x.shape[2], or from a transpose of three axes, then x has two, and an "
        "LSTM wants three: (N, timesteps, features).",
        "Cut the data into sequences; for one number a step, add the axis of features.",
        "x = x[..., None]  # (N, T) → (N, T, 1)",
    )


@MESSAGES.add(
    r"Attention layer must be called on a list of inputs",
    r"missing a required argument: 'value'",
)
def _attention(found: re.Match[str]) -> Explanation:
    call = "MultiHeadAttention(num_heads, key_dim)(decoded, encoded)"
    if found[0].startswith("Attention"):
        call = "Attention()([decoded, encoded])"
    return Explanation(
        "Attention looks from one sequence, the query, at another, the value, and got one tensor.",
        "Give it both; of one sequence alone, twice the same.",
        f"decoded = LSTM(units, return_sequences=True)(decoder_input)\n"
        f"encoded = LSTM(units, return_sequences=True)(x)\ny = {call}",
    )


@MESSAGES.add(
    r"calling Attention\.call\(\).{0,300}?In\[0\]: (\[[\d,]{1,50}\]), In\[1\]: (\[[\d,]{1,50}\])"
)
def _unlike(found: re.Match[str]) -> Explanation:
    one, other = entries(found[1])[-1], entries(found[2])[-2]
    return Explanation(
        f"The query has {one} columns and the value {other}, and Attention multiplies them.",
        "Give the layers that they come from the same units.",
        f"decoded = LSTM({other}, return_sequences=True)(decoder_input)\n"
        f"encoded = LSTM({other}, return_sequences=True)(x)\ny = Attention()([decoded, encoded])",
    )
