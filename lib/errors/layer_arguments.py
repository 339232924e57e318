"""Arguments of layers: those that they don't take, those that are missing, and misplaced ones.

What is wrong with an argument's value is in `lib.errors.argument_values`.
"""

from __future__ import annotations

import difflib
import re

from lib.english import joined
from lib.errors.message import SHAPE, Explanation, Messages

MESSAGES = Messages("layer_arguments")


@MESSAGES.computed(
    r"Unrecognized keyword arguments passed to (?P<owner>\w{1,100})?(?:: "
    r"\{(?P<received>.{0,5000}))?",
    r"\(?'Keyword argument not understood:', (?P<owner>)(?P<received>'\w{1,100}')",
    r"(?P<owner>\b[A-Z]\w{1,100})(?:\.__init__)?\(\) got an unexpected keyword argument "
    r"(?P<received>'\w{1,100}')",
    r"__init__\(\) got an unexpected keyword argument (?P<owner>)(?P<received>'\w{1,100}')",
)
def _keywords(match: re.Match[str]) -> Explanation | None:
    known, received = match["owner"] or "", match["received"] or ""
    owner = known or "The layer"
    names = re.findall(r"'(\w+)'(?::|$)", received)[:20]
    if owner == "Model" and not names:
        names = ["input"]
    for name in names:
        if name in _GONE:
            value = re.search(rf"'{name}': ({SHAPE})", received)
            cause, fix, code = _GONE[name]
            code = code.replace("SHAPE", value[1] if value else "(…)")
            return Explanation(f"{owner} has no {name} in Keras 3. {cause}", fix, code)
    for name in names:
        if known and name in _TAKERS and owner not in _TAKERS[name]:
            return _misplaced(owner, name)
        for meant in difflib.get_close_matches(name, _TAKERS, 1):
            if not known or owner in _TAKERS[meant]:
                return Explanation(f"{owner} has no {name}.", f"Write {meant}.", f"{meant}=…")
    if not match[0].startswith("Unrecognized"):  # then it may be anybody's function
        return None
    listed = ", ".join(names) or "such argument"
    return Explanation(
        f"{owner} has no {listed} in Keras 3.",
        "Leave it out, or look up its name.",
        f"help({known or 'keras.layers.LSTM'})",
    )


def _misplaced(owner: str, name: str) -> Explanation:
    takers = _TAKERS[name]
    cause = f"{name} is an argument of {joined(takers)}, not of {owner}."
    first = {"units": "", "merge_mode": "LSTM(units), "}.get(name, "units, ")
    code = f"{takers[0]}({first}{name}=…)"
    if owner == "Bidirectional":
        return Explanation(cause, "Give it to the layer inside.", f"Bidirectional({code})")
    if name == "go_backwards":
        return Explanation(
            f"{cause} Bidirectional sets it for the layer inside, which has to be a recurrent one.",
            "Put a recurrent layer into Bidirectional; an argument of your own, into that layer.",
            "Bidirectional(LSTM(units))",
        )
    return Explanation(cause, "Put it there.", code)


_RECURRENT = ("LSTM", "GRU", "SimpleRNN")
_TAKERS = {
    **dict.fromkeys(
        ["units", "activation", "use_bias", "kernel_initializer", "bias_initializer"],
        (*_RECURRENT, "Dense"),
    ),
    **dict.fromkeys(
        ["recurrent_initializer", "dropout", "recurrent_dropout", "seed", "return_sequences"],
        _RECURRENT,
    ),
    **dict.fromkeys(["return_state", "go_backwards", "stateful", "unroll", "name"], _RECURRENT),
    "recurrent_activation": ("LSTM", "GRU"),
    "use_cudnn": ("LSTM", "GRU"),
    "unit_forget_bias": ("LSTM",),
    "reset_after": ("GRU",),
    "merge_mode": ("Bidirectional",),
}
"""Arguments, each with the layers that take it, of those that are told apart here."""

_GONE = {
    "batch_input_shape": (
        "The shape belongs to an Input.",
        "Begin the model with an Input that has the batch in its shape.",
        "keras.Input(batch_shape=SHAPE)",
    ),
    "input_shape": (
        "The shape belongs to an Input.",
        "Begin the model with an Input.",
        "keras.Input(SHAPE)",
    ),
    "time_major": (
        "The batch always comes first.",
        "Leave it out, and swap the axes of the data.",
        "x = np.swapaxes(x, 0, 1)  # (T, N, F) → (N, T, F)",
    ),
    **{
        name: (
            f"The number of {sizes} belongs to an Input.",
            "Leave it out, and begin the model with an Input.",
            "keras.Input((timesteps, features))",
        )
        for name, sizes in (("input_length", "timesteps"), ("input_dim", "features"))
    },
    "weights": (
        "Weights are set once the layer has been built.",
        "Leave it out, and set them afterwards.",
        "layer = LSTM(units)\nlayer.build((None, timesteps, features))\nlayer.set_weights(weights)",
    ),
    **dict.fromkeys(
        ("input", "output"),
        (
            "The words are inputs and outputs now.",
            "Add an s to both.",
            "keras.Model(inputs=…, outputs=…)",
        ),
    ),
}
"""Arguments of earlier Keras: what became of them, what to do, and code."""


@MESSAGES.computed(
    r"(?:\b(?P<owner>\w{1,100})\.)?__init__\(\) missing \d required positional arguments?: "
    r"(?P<names>'\w+'(?:,? (?:and )?'\w+'){0,4})"
)
def _missing(match: re.Match[str]) -> Explanation | None:
    owner, names = match["owner"], re.findall(r"\w+", match["names"].replace(" and ", " "))
    if names == ["units"]:
        layer = owner or "LSTM"
        return Explanation(
            f"{owner or 'The layer'} has to know how many units it has: the size of its output at "
            "each timestep, whatever the number of timesteps and features.",
            "Say it first.",
            f"{layer}(16)",
        )
    name = owner or next((name for name, (first, *_) in _REQUIRED.items() if first == names[0]), "")
    if name not in _REQUIRED:
        return None
    _, why, fix, code = _REQUIRED[name]
    return Explanation(f"{name} {why}.", fix, code)


_REQUIRED = {
    "Bidirectional": (
        "layer",
        "wraps a recurrent layer, and runs it through the timesteps in both directions",
        "Put the layer into its brackets.",
        "Bidirectional(LSTM(16))",
    ),
    "TimeDistributed": (
        "layer",
        "wraps a layer, and applies it to each timestep",
        "Put the layer into its brackets.",
        "TimeDistributed(Dense(1))",
    ),
    "RepeatVector": (
        "n",
        "has to know how often it repeats the vector: its output has as many timesteps",
        "Say how many.",
        "RepeatVector(timesteps)",
    ),
    "Embedding": (
        "input_dim",
        "has to know how many different numbers may come in, and how long the vector of each is",
        "Count from 0: one more than the largest number; then the length.",
        "Embedding(int(x.max()) + 1, 16)",
    ),
    "RNN": (
        "cell",
        "goes through the timesteps with a cell, which does one of them",
        "Put the cell into its brackets; or take the layer that has one.",
        "RNN(LSTMCell(16))\nLSTM(16)  # the same",
    ),
    "StackedRNNCells": (
        "cells",
        "takes a list of cells, and RNN goes through the timesteps with them",
        "Put the cells into its brackets.",
        "RNN(StackedRNNCells([LSTMCell(16), LSTMCell(16)]))",
    ),
    "Reshape": (
        "target_shape",
        "has to know the shape of one sample afterwards, without the batch",
        "Say it, as a tuple.",
        "Reshape((timesteps, features))",
    ),
    "Permute": (
        "dims",
        "has to know the new order of the axes, which count from 1, without the batch",
        "Say it, as a tuple.",
        "Permute((2, 1))  # (N, T, F) → (N, F, T)",
    ),
    "Conv1D": (
        "filters",
        "has to know how many columns its output has, and how many timesteps it sees at once",
        "Say both.",
        "Conv1D(16, 3)",
    ),
}
"""By class: its first argument, what it is for, the fix, and code."""


@MESSAGES.computed(
    r"(?<![\w)] )(?:\b\w{1,100}\.)?(?:call\(\) )?got an unexpected keyword argument "
    r"'(?P<name>\w{1,100})'"
)
def _given_to_the_call(match: re.Match[str]) -> Explanation | None:
    name = match["name"]
    if name in ("states", "initial_states", "state"):
        return Explanation(
            f"A recurrent layer has no {name} in its call: the states that it starts from are its "
            "initial_state.",
            "Write initial_state.",
            "y = LSTM(units)(x, initial_state=[h, c])",
        )
    if name not in _TAKERS or name == "name":
        return None
    first = "" if name == "units" else "units, "
    return Explanation(
        f"{name} stands in the second brackets, those of the call. It belongs to the layer.",
        "Move it into the first brackets.",
        f"y = LSTM({first}{name}=…)(x)",
    )


@MESSAGES.computed(
    r"(?:\b(?P<owner>\w{1,100})(?:\.__init__)?\(\) )?got multiple values for argument "
    r"'(?P<name>\w{1,100})'"
)
def _twice(match: re.Match[str]) -> Explanation | None:
    owner, name = match["owner"] or "LSTM", match["name"]
    if name not in _TAKERS:
        return None
    return Explanation(
        f"{owner} got {name} twice: once by its place, and once by its name. The first argument of "
        "a recurrent layer is units.",
        "Give units first, and all others by name.",
        f"{owner}(16, return_sequences=True)",
    )
