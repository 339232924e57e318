"""Values of arguments that Keras doesn't take: sizes that are no whole numbers, misspelt names."""

from __future__ import annotations

import difflib
import re

from lib.doctor.loss_shapes import RULE_OF
from lib.errors.message import Explanation, Message, Messages

MESSAGES = Messages()


@MESSAGES.computed(
    r"invalid value for (?:argument )?`units`, expected a positive integer"
    r"[.,] (?:got |Received: units=)(?P<received>\S{1,50})",
    r"'<=' not supported between instances of '(?P<received>tuple|list|str|NoneType)' and 'int'",
)
def _units(match: re.Match[str]) -> Explanation:
    received, start = match["received"].rstrip("."), ""
    if match[0].startswith("'<="):
        received, start = f"a {received}", "If it comes from a layer: "
    return Explanation(
        f"{start}units is the number of columns of the output, a whole number of 1 or more; it got "
        f"{received}. The shape of the data belongs to an Input.",
        "Say how many units, and nothing else.",
        "keras.Input((timesteps, features))\nLSTM(16)",
    )


@MESSAGES.computed(
    r"Could not interpret (?P<kind>activation function|initializer|loss|optimizer|metric) "
    r"identifier: (?P<received>\(.{0,100}?\)|\S{1,100})"
)
def _identifier(match: re.Match[str]) -> Explanation | None:
    kind, received = match["kind"], match["received"].strip("'\".")
    if kind == "activation function" and re.match(r"\(|-?\d|True|False", received):
        return Explanation(
            f"{received} stands where the activation belongs: it comes second, behind units.",
            "Give units alone without a name, and the shape of the data to an Input.",
            "keras.Input((timesteps, features))\nLSTM(16, return_sequences=True)",
        )
    for meant in difflib.get_close_matches(received, _KNOWN[kind], 1, 0.7):
        return Explanation(
            f"Keras knows no {kind} of the name {received}.", f"Write {meant}.", f'"{meant}"'
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


MESSAGES.rows(
    Message(
        r"Cannot convert '(?P<shape>.{1,100}?)' to a shape\. Found invalid dimension "
        r"'(?P<size>[\d.]{1,20})' of type '<class '(?P<kind>\w{1,20})'>",
        "{size} in {shape} is no whole number, but of the type {kind}. The sizes of a shape are "
        "whole numbers, units among them. Most likely it comes from a division, or from text.",
        "Divide with //, or make a whole number of it.",
        "units = features // 2\nunits = int(units)",
    ),
    Message(
        r"Cannot convert '(?P<size>\d{1,20})' to a shape",
        "{size} is a number, and a shape is a tuple of them.",
        "An LSTM takes (timesteps, features); a shape of one size has a comma.",
        "keras.Input(({size}, features))\nkeras.Input(({size},))  # below an Embedding",
    ),
    Message(
        r"You (must pass a `shape`|cannot pass both `shape` and `batch_shape`)",
        "An Input takes one of two: shape, that of one sample, or batch_shape, with the samples "
        "of a batch in front.",
        "Give the shape; the batch belongs in it for stateful layers alone.",
        "keras.Input((timesteps, features))\n"
        "keras.Input(batch_shape=(batch_size, timesteps, features))  # stateful",
    ),
    Message(
        r"Invalid merge mode(?:\. Received: (?P<mode>\S{1,50}?)\. )?",
        "{mode} is no way of joining the two directions.",
        'Take "concat", the default, "sum", "mul" or "ave"; or None, for a list of the two.',
        'Bidirectional(LSTM(units), merge_mode="concat")',
        otherwise={"mode": "The merge_mode"},
    ),
    Message(
        (
            r"Expected an integer value for `n`, got <class '(?P<received>\w{1,50})'>",
            r"Argument `n` should be a positive integer\. Received: n=(?P<received>-?\w{1,50})",
        ),
        "RepeatVector takes the number of timesteps that it makes, a whole number of 1 or more, "
        "and got {received}. It is fixed when the model is built.",
        "Give the number; from a division, as a whole one.",
        "RepeatVector(int(timesteps))",
    ),
    Message(
        r"`dims` for Permute Layer\..{0,200}? Received dims=(?P<dims>\([\d, ]{1,50}\))",
        "Permute counts the axes from 1, without the batch, and got {dims}.",
        "Leave the batch out.",
        "Permute((2, 1))  # (N, T, F) → (N, F, T)",
    ),
    Message(
        r"`(?P<name>input_dim|output_dim)` must be a positive integer\. Received: "
        r"\w{1,20}=(?P<received>\S{1,50})",
        "{name} of an Embedding is a whole number of 1 or more, and got {received}.",
        "Give one more than the largest number in x, and the length of the vectors.",
        "Embedding(int(x.max()) + 1, 16)",
    ),
)
