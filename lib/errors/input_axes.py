"""Axes: a layer or a model that got too many, or too few, of them."""

from __future__ import annotations

import math
import re

from lib.errors.message import Explanation, Message, Messages, a_shape, as_tuple, entries

MESSAGES = Messages()


def _rank(wanted: str, given: str) -> str:
    """The pattern of a layer that wants so many axes, and got others."""
    return (
        r"(?:layer [\"']?(?P<layer>[\w/]+)[\"']?(?: is incompatible with the layer)?: )?"
        rf"expected (?:min_)?ndim=(?P<wanted>{wanted}), found ndim=(?P<given>{given})"
        rf"(?:\. Full shape received: {a_shape('shape')})?"
    )


@MESSAGES.computed(_rank(r"\d", r"\d"))
def _other_number_of_axes(match: re.Match[str]) -> Explanation | None:
    layer = f"The layer {match['layer']!r}" if match["layer"] else "The layer"
    wanted, given = int(match["wanted"]), int(match["given"])
    shape = match["shape"] or f"{given} axes"
    kind = re.sub(r"_\d+$", "", (match["layer"] or "").split("/")[-1])
    if meaning := _OF_IMAGES.get(kind):
        return _image_wanted(layer, shape, meaning)
    if (wanted, given) in ((3, 1), (3, 2), (2, 3)) or wanted not in (2, 3):
        return None
    if (wanted, given) == (3, 4):
        return _batch_in_shape(layer, shape)
    return _other_rank(layer, shape, wanted, given)


_OF_IMAGES = {
    "conv2d": "batch, rows, columns, channels",
    "max_pooling2d": "batch, rows, columns, channels",
    "conv_lstm1d": "batch, timesteps, rows, channels",
    "conv_lstm2d": "batch, timesteps, rows, columns, channels",
}
"""What a layer that isn't for rows of features takes, by its name."""


def _image_wanted(layer: str, shape: str, meaning: str) -> Explanation:
    return Explanation(
        f"{layer} needs ({meaning}) and got {shape}.",
        "Give it that, with an Input that has the shape of one sample, without the batch; for "
        "sequences of features take an LSTM, or a Conv1D.",
        f"keras.Input(({meaning.removeprefix('batch, ')}))",
    )


def _other_rank(layer: str, shape: str, wanted: int, given: int) -> Explanation:
    meaning = "batch, timesteps, features" if wanted == 3 else "batch, features"
    less = f"{abs(given - wanted)} too {'many' if given > wanted else 'few'}"
    flat = f"\n{_flattened(shape)}" if wanted == 3 and given > 4 and entries(shape)[4:] else ""
    return Explanation(
        f"{layer} needs ({meaning}) and got {shape}: of the axes there are {less}.",
        f"Bring what goes in to {wanted} axes; an Input has the shape of one sample, without the "
        "samples.",
        f"keras.Input(({meaning.removeprefix('batch, ')}{',' * (wanted == 2)})){flat}",
    )


def _flattened(shape: str) -> str:
    """Code that leaves a row of features at each timestep."""
    sizes = entries(shape)
    row = [int(size) for size in sizes[2:] if size.isdigit()]
    after = as_tuple([*sizes[:2], str(math.prod(row)) if row else "features"])
    return f"TimeDistributed(Flatten())  # {shape} → {after}"


def _batch_in_shape(layer: str, shape: str) -> Explanation:
    inner = ", ".join(entries(shape)[2:]) or "timesteps, features"
    return Explanation(
        f"{layer} needs (batch, timesteps, features) and got {shape}: one axis too many. Most "
        "likely the Input counts the samples, which Keras adds by itself, as None; or a layer "
        "below adds an axis, as an Embedding does, or keeps the rows of an image, as a Conv2D "
        "does.",
        "Give Input the shape of one sample; below an Embedding, the timesteps alone. Of images "
        "flatten each.",
        f"keras.Input(({inner}))\nkeras.Input((timesteps,))  # below an Embedding\n"
        f"{_flattened(shape)}",
    )


@MESSAGES.computed(
    rf"[Ee]xpected shape {a_shape('wanted')}, but input has incompatible shape {a_shape('given')}",
    rf"expected shape={a_shape('wanted')}, found shape={a_shape('given')}",
)
def _other_shape(match: re.Match[str]) -> Explanation:
    wanted, given = entries(match["wanted"]), entries(match["given"])
    if len(given) == len(wanted) - 1 and (missing := _axis_missing(match, wanted, given)):
        return missing
    if given[-len(wanted) + 1 :] == wanted[1:] and len(given) == len(wanted) + 1:
        return Explanation(
            f"The model takes {match['wanted']} and got {match['given']}: one axis too many in "
            f"front. "
            "Most likely a dataset was batched twice, or an array of batches was given.",
            "Batch once.",
            "dataset = dataset.unbatch()\n"
            f"x = x.reshape(-1, {', '.join(size.replace('None', '-1') for size in wanted[1:])})",
        )
    return other_input("The model", match["wanted"], match["given"], wanted[1:], given[1:])


def _axis_missing(match: re.Match[str], wanted: list[str], given: list[str]) -> Explanation | None:
    """For a model that got an axis too few: which one, if the two shapes tell."""
    takes = f"The model takes {match['wanted']}"
    if all("None" in (w, g) or w == g for w, g in zip(wanted[1:], given, strict=True)):
        return _no_batch(
            f"{takes}, and got one sample, {match['given']}, without the batch axis", match
        )
    if wanted[-1] == "1":
        return Explanation(
            f"{takes} and got {match['given']}: the axis of features is missing.",
            "Add it.",
            "x = x[..., None]",
        )
    if given[1:] == wanted[1:-1]:
        return Explanation(
            f"{takes} and got {match['given']}: one number for each timestep, where it takes "
            f"{wanted[-1]} features.",
            "Give x all features; or give it an axis of one, and build the model for that.",
            f"x = x[..., None]\nkeras.Input(({wanted[1]}, 1))",
        )
    return None


def _no_batch(cause: str, match: re.Match[str]) -> Explanation:
    """For what may be a sample; but with an open size in front also a table's rows."""
    wanted, given = entries(match["wanted"]), entries(match["given"])
    in_training = "training=True" in match.string
    batched = "dataset = dataset.batch(32)  # of a tf.data.Dataset"
    if given[0].isdigit() and given[0] == wanted[1]:
        if in_training:
            return Explanation(
                f"{cause}. Most likely a tf.data.Dataset wasn't batched.",
                "Batch it, before fit.",
                "dataset = dataset.batch(32)",
            )
        return Explanation(
            f"{cause}.",
            "Make it a batch of one; batch a dataset.",
            f"model.predict(x[None])\n{batched}",
        )
    steps = wanted[1] if wanted[1].isdigit() else "timesteps"
    windows = f"x = np.stack([x[i : i + {steps}] for i in range(len(x) - {steps} + 1)])"
    table = "the rows of a table, which aren't cut into sequences"
    if in_training:
        return Explanation(
            f"The model takes {match['wanted']} and got {match['given']}. Most likely these are "
            f"{table}; "
            "or a tf.data.Dataset wasn't batched.",
            "Cut windows out of the table; batch a dataset.",
            f"{windows}\n{batched}",
        )
    return Explanation(
        f"{cause}; or {table}.",
        "Make one sample a batch of one; cut windows out of a table.",
        f"model.predict(x[None])\n{windows}",
    )


def other_input(
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
            "Bring the data to the shape of the model's Input, (N, timesteps, features) for an "
            "LSTM. With several Inputs, look at their order.",
            f"print(x.shape)  # has to become {one}",
        )
    return Explanation(
        f"{name} takes {one} and got {other}.",
        "Bring the data to the shape of the model's Input, or build the model for the data.",
        f"keras.Input({as_tuple(given)})",
    )


MESSAGES.rows(
    Message(
        _rank("3", "[12]"),
        "The layer{named} needs (batch, timesteps, features) and got {shape}: there is no time "
        "axis. Either the recurrent layer below returned its last step only, or the data is flat.",
        "Set return_sequences=True on the layer below; or give the data its third axis.",
        "LSTM(units, return_sequences=True)  # the layer below\n"
        "x = x[..., None]                    # or the data: (N, T) → (N, T, 1)",
        clauses={"named": " {layer!r}", "shape": "{given} axes"},
    ),
    Message(
        _rank("2", "3"),
        "The layer{named} needs (batch, features) and got {shape}: every timestep instead of the "
        "last one.",
        "Let the layer below, the encoder, return its last step only.",
        "LSTM(units, return_sequences=False)",
        clauses={"named": " {layer!r}", "shape": "{given} axes"},
    ),
    Message(
        r"should be passed an `?input_shape ?`? with at least 3 dimensions"
        rf"(?:, received: {a_shape('shape')})?",
        "TimeDistributed works along the time axis, and {shape} has none: the layer below returns "
        "its last step only.",
        "Return every step there, or use the inner layer alone.",
        "LSTM(units, return_sequences=True)  # the layer below\n"
        "Dense(1)                            # or without TimeDistributed",
        otherwise={"shape": "its input"},
    ),
    Message(
        r"Kernel shape must have the same length as input, but received kernel of shape "
        rf"{a_shape('kernel')} and input of shape {a_shape('x')}",
        "The convolution's kernel is {kernel} and what comes in {x}: an axis is missing. If it "
        "stands in TimeDistributed, that hands it one timestep after the other, without a time "
        "axis.",
        "Give TimeDistributed a time axis in front of the image's three.",
        "keras.Input((timesteps, rows, columns, channels))",
    ),
)
