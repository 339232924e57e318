"""Values of arguments that Keras doesn't take: sizes that are no whole numbers, misspelt names."""

from __future__ import annotations

import difflib
import re

from lib.doctor.loss_shapes import RULE_OF
from lib.errors.explanations import Explanation, Messages

MESSAGES = Messages()


@MESSAGES.add(
    r"invalid value for (?:argument )?`units`, expected a positive integer"
    r"[.,] (?:got |Received: units=)(?P<given>\S{1,50})",
    r"'<=' not supported between instances of '(?P<given>tuple|list|str|NoneType)' and 'int'",
)
def _units(found: re.Match[str]) -> Explanation:
    given, start = found["given"].rstrip("."), ""
    if found[0].startswith("'<="):
        given, start = f"a {given}", "If it comes from a layer: "
    return Explanation(
        f"{start}units is the number of columns of the output, a whole number of 1 or more; it got "
        f"{given}. The shape of the data belongs to an Input.",
        "Say how many units, and nothing else.",
        "keras.Input((timesteps, features))\nLSTM(16)",
    )


@MESSAGES.add(
    r"Cannot convert '(?P<shape>.{1,100}?)' to a shape\. Found invalid dimension "
    r"'(?P<size>[\d.]{1,20})' of type '<class '(?P<kind>\w{1,20})'>"
)
def _no_whole_number(found: re.Match[str]) -> Explanation:
    return Explanation(
        f"{found['size']} in {found['shape']} is no whole number, but of the type "
        f"{found['kind']}. The sizes of a shape are whole numbers, units among them. Most likely "
        "it comes from a division, or from text.",
        "Divide with //, or make a whole number of it.",
        "units = features // 2\nunits = int(units)",
    )


@MESSAGES.add(r"Cannot convert '(\d{1,20})' to a shape")
def _no_tuple(found: re.Match[str]) -> Explanation:
    return Explanation(
        f"{found[1]} is a number, and a shape is a tuple of them.",
        "An LSTM takes (timesteps, features); a shape of one size has a comma.",
        f"keras.Input(({found[1]}, features))\nkeras.Input(({found[1]},))  # below an Embedding",
    )


@MESSAGES.add(r"You (must pass a `shape`|cannot pass both `shape` and `batch_shape`)")
def _shape_or_batch_shape(_: re.Match[str]) -> Explanation:
    return Explanation(
        "An Input takes one of two: shape, that of one sample, or batch_shape, with the samples "
        "of a batch in front.",
        "Give the shape; the batch belongs in it for stateful layers alone.",
        "keras.Input((timesteps, features))\n"
        "keras.Input(batch_shape=(batch_size, timesteps, features))  # stateful",
    )


@MESSAGES.add(
    r"Could not interpret (?P<kind>activation function|initializer|loss|optimizer|metric) "
    r"identifier: (?P<given>\(.{0,100}?\)|\S{1,100})"
)
def _identifier(found: re.Match[str]) -> Explanation | None:
    kind, given = found["kind"], found["given"].strip("'\".")
    if kind == "activation function" and re.match(r"\(|-?\d|True|False", given):
        return Explanation(
            f"{given} stands where the activation belongs: it comes second, behind units.",
            "Give units alone without a name, and the shape of the data to an Input.",
            "keras.Input((timesteps, features))\nLSTM(16, return_sequences=True)",
        )
    for meant in difflib.get_close_matches(given, _KNOWN[kind], 1, 0.7):
        return Explanation(
            f"Keras knows no {kind} of the name {given}.", f"Write {meant}.", f'"{meant}"'
        )
    return None


_KNOWN = {
    "activation function": ("tanh", "sigmoid", "relu", "softmax", "linear", "hard_sigmoid", "gelu"),
    "initializer": ("glorot_uniform", "orthogonal", "zeros", "ones", "random_normal", "he_normal"),
    "loss": tuple(RULE_OF),
    "optimizer": ("adam", "sgd", "rmsprop", "adamw", "nadam", "adagrad"),
    "metric": (
        "accuracy",
        "binary_accuracy",
        "categorical_accuracy",
        "sparse_categorical_accuracy",
        *RULE_OF,
    ),
}
"""What Keras takes by name, as far as it is at home in a recurrent model."""


@MESSAGES.add(r"Invalid merge mode(?:\. Received: (\S{1,50}?)\. )?")
def _merge_mode(found: re.Match[str]) -> Explanation:
    return Explanation(
        f"{found[1] or 'The merge_mode'} is no way of joining the two directions.",
        'Take "concat", the default, "sum", "mul" or "ave"; or None, for a list of the two.',
        'Bidirectional(LSTM(units), merge_mode="concat")',
    )


@MESSAGES.add(
    r"Expected an integer value for `n`, got <class '(?P<given>\w{1,50})'>",
    r"Argument `n` should be a positive integer\. Received: n=(?P<given>-?\w{1,50})",
)
def _repeats(found: re.Match[str]) -> Explanation:
    return Explanation(
        "RepeatVector takes the number of timesteps that it makes, a whole number of 1 or more, "
        f"and got {found['given']}. It is fixed when the model is built.",
        "Give the number; from a division, as a whole one.",
        "RepeatVector(int(timesteps))",
    )


@MESSAGES.add(r"`dims` for Permute Layer\..{0,200}? Received dims=(\([\d, ]{1,50}\))")
def _permuted(found: re.Match[str]) -> Explanation:
    return Explanation(
        f"Permute counts the axes from 1, without the batch, and got {found[1]}.",
        "Leave the batch out.",
        "Permute((2, 1))  # (N, T, F) → (N, F, T)",
    )


@MESSAGES.add(
    r"`(input_dim|output_dim)` must be a positive integer\. Received: \w{1,20}=(\S{1,50})"
)
def _embedding_sizes(found: re.Match[str]) -> Explanation:
    return Explanation(
        f"{found[1]} of an Embedding is a whole number of 1 or more, and got {found[2]}.",
        "Give one more than the largest number in x, and the length of the vectors.",
        "Embedding(int(x.max()) + 1, 16)",
    )
