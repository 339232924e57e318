"""Values of arguments that Keras doesn't take: sizes that are no whole numbers, misspelt names."""

from __future__ import annotations

import difflib
import re

from lib.doctor.loss_shapes import RULE_OF
from lib.errors.message import Explanation, Messages

MESSAGES = Messages("argument_values")


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
