"""Axes: a layer or a model that got too many, or too few, of them."""

from __future__ import annotations

import math
import re

from lib.errors.message import Explanation, Messages, as_tuple, entries

MESSAGES = Messages("input_axes")


@MESSAGES.computed(
    r"LAYER ?expected (?:min_)?ndim=(?P<expected>\d), found ndim=(?P<received>\d)FULL_SHAPE"
)
def _other_number_of_axes(match: re.Match[str]) -> Explanation | None:
    expected, received = int(match["expected"]), int(match["received"])
    shape = match["shape"] or f"{received} axes"
    kind = re.sub(r"_\d+$", "", (match["layer"] or "").split("/")[-1])
    needs = _OF_IMAGES.get(kind) or {2: "features", 3: "timesteps, features"}.get(expected)
    if not needs:
        return None
    layer = f"The layer {match['layer']!r}" if match["layer"] else "The layer"
    letters = needs.replace("timesteps", "T").replace("features", "F")
    cause = f"{layer} needs (N, {letters}) and got {shape}"
    if kind in _OF_IMAGES:
        return Explanation(
            f"{cause}.",
            "Give it that, with an Input that has the shape of one sample, without the batch; for "
            "sequences of features take an LSTM, or a Conv1D.",
            f"keras.Input(({needs}))",
        )
    if (expected, received) == (3, 4):
        inner = ", ".join(entries(shape)[2:]) or "timesteps, features"
        return Explanation(
            f"{cause}: one axis too many. Most likely the Input counts the samples, which Keras "
            "adds by itself, as None; or a layer below adds an axis, as an Embedding does, or "
            "keeps the rows of an image, as a Conv2D does.",
            "Give Input the shape of one sample; below an Embedding, the timesteps alone. Of "
            "images flatten each.",
            f"keras.Input(({inner}))\nkeras.Input((timesteps,))  # below an Embedding\n"
            f"{_flattened(shape)}",
        )
    if (expected, received) in ((3, 1), (3, 2), (2, 3)):  # they have rows of their own
        return None
    less = f"{abs(received - expected)} too {'many' if received > expected else 'few'}"
    flat = f"\n{_flattened(shape)}" if expected == 3 and received > 4 and entries(shape)[4:] else ""
    return Explanation(
        f"{cause}: of the axes there are {less}.",
        f"Bring what goes in to {expected} axes; an Input has the shape of one sample, without the "
        "samples.",
        f"keras.Input(({needs}{',' * (expected == 2)})){flat}",
    )


_OF_IMAGES = {
    "conv2d": "rows, columns, channels",
    "max_pooling2d": "rows, columns, channels",
    "conv_lstm1d": "timesteps, rows, channels",
    "conv_lstm2d": "timesteps, rows, columns, channels",
}
"""What one sample is for a layer that isn't for rows of features, by the layer's name."""


def _flattened(shape: str) -> str:
    """Code that leaves a row of features at each timestep."""
    sizes = entries(shape)
    row = [int(size) for size in sizes[2:] if size.isdigit()]
    after = as_tuple([*sizes[:2], str(math.prod(row)) if row else "features"])
    return f"TimeDistributed(Flatten())  # {shape} → {after}"


@MESSAGES.computed(
    r"[Ee]xpected shape (?P<expected>SHAPE), but input has incompatible shape (?P<received>SHAPE)",
    r"expected shape=(?P<expected>SHAPE), found shape=(?P<received>SHAPE)",
)
def _other_shape(match: re.Match[str]) -> Explanation:
    one, other = match["expected"], match["received"]
    expected, received = entries(one), entries(other)
    if len(received) == len(expected) - 1 and (axis := _axis_missing(match, expected, received)):
        return axis
    if received[-len(expected) + 1 :] == expected[1:] and len(received) == len(expected) + 1:
        sizes = ", ".join(size.replace("None", "-1") for size in expected[1:])
        return Explanation(
            f"The model takes {one} and got {other}: one axis too many in front. Most likely a "
            "dataset was batched twice, or an array of batches was given.",
            "Batch once.",
            f"dataset = dataset.unbatch()\nx = x.reshape(-1, {sizes})",
        )
    return other_input("The model", one, other, expected[1:], received[1:])


def _axis_missing(
    match: re.Match[str], expected: list[str], received: list[str]
) -> Explanation | None:
    """For a model that got an axis too few: which one, if the two shapes tell."""
    cause = f"The model takes {match['expected']} and got {match['received']}"
    if all("None" in (e, r) or e == r for e, r in zip(expected[1:], received, strict=True)):
        return _no_batch(match, expected, received)
    if expected[-1] == "1":
        return Explanation(f"{cause}: the axis of features is missing.", "Add it.", _LAST_AXIS)
    if received[1:] == expected[1:-1]:
        return Explanation(
            f"{cause}: one number for each timestep, where it takes {expected[-1]} features.",
            "Give x all features; or give it an axis of one, and build the model for that.",
            f"{_LAST_AXIS}\nkeras.Input(({expected[1]}, 1))",
        )
    return None


_LAST_AXIS = "x = x[..., None]"


def _no_batch(match: re.Match[str], expected: list[str], received: list[str]) -> Explanation:
    """For what may be a sample; but with an open size in front also a table's rows."""
    takes = f"The model takes {match['expected']}"
    sample = f"{takes}, and got one sample, {match['received']}, without the batch axis"
    in_training = "training=True" in match.string
    batched = "dataset = dataset.batch(32)"
    if received[0].isdigit() and received[0] == expected[1]:
        if in_training:
            cause = f"{sample}. Most likely a tf.data.Dataset wasn't batched."
            return Explanation(cause, "Batch it, before fit.", batched)
        return Explanation(
            f"{sample}.",
            "Make it a batch of one; batch a dataset.",
            f"model.predict(x[None])\n{batched}  # of a tf.data.Dataset",
        )
    steps = expected[1] if expected[1].isdigit() else "timesteps"
    windows = f"x = np.stack([x[i : i + {steps}] for i in range(len(x) - {steps} + 1)])"
    table = "the rows of a table, which aren't cut into sequences"
    if in_training:
        return Explanation(
            f"{takes} and got {match['received']}. Most likely these are {table}; or a "
            "tf.data.Dataset wasn't batched.",
            "Cut windows out of the table; batch a dataset.",
            f"{windows}\n{batched}  # of a tf.data.Dataset",
        )
    return Explanation(
        f"{sample}; or {table}.",
        "Make one sample a batch of one; cut windows out of a table.",
        f"model.predict(x[None])\n{windows}",
    )


def other_input(
    name: str, one: str, other: str, expected: list[str], received: list[str]
) -> Explanation:
    """For x: the shapes as the message has them, and the sizes of one sample."""
    cause = f"{name} takes {one} and got {other}"
    if len(expected) == 2 and expected != received and expected == received[::-1]:
        return Explanation(
            f"{cause}: timesteps and features are swapped.",
            "Transpose them; a reshape would mix the values up.",
            "x = np.transpose(x, (0, 2, 1))  # (N, F, T) → (N, T, F)",
        )
    # An Input for the data as it is may be none that an LSTM takes.
    if len(received) != len(expected):
        return Explanation(
            f"{cause}: the number of axes differs.",
            "Bring the data to the shape of the model's Input, (N, T, F) for an LSTM. "
            "With several Inputs, look at their order.",
            f"print(x.shape)  # has to become {one}",
        )
    return Explanation(
        f"{cause}.",
        "Bring the data to the shape of the model's Input, or build the model for the data.",
        f"keras.Input({as_tuple(received)})",
    )
