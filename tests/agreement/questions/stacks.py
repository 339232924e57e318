"""What Keras makes of a stack of layers: shapes, masks, parameters, or what is raised, and where.

A stack is the lines of code that the page shows, one for each layer; each calls what it makes `x`,
and some by a name of its own as well: `inputs`, `inputs_2`, `x3`.
"""

from __future__ import annotations

import inspect
import re
import warnings
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
from keras import layers

from tests.agreement.questions import steady

COLOUR = re.compile(r"\x1b\[[0-9;]*m")
LOST = "does not support masking"
"""What Keras warns of where a layer loses a mask."""


def built(lines: list[str], model: str, then: str, usual: list[int]) -> dict[str, Any]:
    """The shapes and masks of the tensors after each line, and the number of parameters.

    `model` is the line that makes a model of them, and `then` what happens to it: "call",
    "predict", "fit", or nothing; what it gives then has the shapes "given". `usual` is the batch
    size and the timesteps of the data where the model leaves them open. The lines at which a mask
    is lost are told, and what a line raises, or what comes then: the class's name, the message,
    and that it was "built" or "run".
    """
    keras.backend.clear_session(free_memory=False)
    names: dict[str, Any] = {**vars(layers), "keras": keras, "layers": layers}
    answer: dict[str, Any] = {"shapes": [], "masks": [], "lost": []}
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            for place, line in enumerate(lines):
                warned.clear()
                exec(line, names)  # noqa: S102 - the code that the page shows
                answer["shapes"].append(shapes_of(names["x"]))
                answer["masks"].append(masks_of(names["x"]))
                if any(LOST in f"{one.message}" for one in warned):
                    answer["lost"].append(place)
            exec(model, names)  # noqa: S102
        except Exception as error:
            return answer | {"raised": "built", **told(error)}
        answer["parameters"] = names["model"].count_params()
        try:
            answer["given"] = go(names["model"], then, usual)
        except Exception as error:
            return answer | {"raised": "run", **told(error)}
    return answer


def script(code: str, usual: list[int]) -> dict[str, Any]:
    """The shapes of the outputs and the parameters of the `model` of a script, after a `fit`."""
    names: dict[str, Any] = {}
    exec(code, names)  # noqa: S102 - the code that the page shows
    model = names["model"]
    go(model, "fit", usual)
    return {"shapes": shapes_of(model.outputs), "parameters": model.count_params()}


def signatures(names: list[str]) -> dict[str, str]:
    """By layer its arguments in their order: "=" behind what may be left out, "**" for the rest."""
    return {name: ", ".join(_arguments(getattr(layers, name))) for name in names}


def _arguments(layer: type) -> Iterator[str]:
    for name, about in [*inspect.signature(layer.__init__).parameters.items()][1:]:
        may_miss = about.default is not about.empty
        yield "**" if about.kind is about.VAR_KEYWORD else f"{name}=" if may_miss else name


PLAIN = {"axes": 1, "activation": "relu", "cell": layers.LSTMCell(1), "cells": [layers.LSTMCell(1)]}
PLAIN |= {"dims": (1,), "layer": layers.LSTM(1), "rate": 0.5, "stddev": 0.5, "target_shape": (1,)}
"""Values of arguments that must be there; 1 of all others."""
VALUES = {"name": "a", "input_shape": (4, 3), "input_dim": 3, "input_length": 3, "trainable": True}


def takes(name: str, arguments: list[str]) -> list[str]:
    """Which of these arguments a layer takes without a word about them."""
    layer = getattr(layers, name)
    needed = [word for word in _arguments(layer) if word[-1:] not in "=*"]
    given = {word: PLAIN.get(word, 1) for word in needed}
    taken = []
    for argument in arguments:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of shapes that belong into an Input
                layer(**{argument: VALUES.get(argument), **given})
        except Exception as error:
            if argument in f"{error}":
                continue
        taken.append(argument)
    return taken


def same(pairs: list[list[str]]) -> list[bool]:
    """Whether two names are of one layer."""
    return [getattr(layers, one, None) is getattr(layers, other, layers) for one, other in pairs]


def activations() -> list[str]:
    """All that Keras has, by name."""
    others = {"deserialize", "get", "serialize"}
    return [name for name in dir(keras.activations) if name[0] != "_" and name not in others]


def shapes_of(x: Any) -> list[list[int | None]]:
    """The shapes of one Keras tensor or several."""
    return [list(one.shape) for one in keras.tree.flatten(x)]


def masks_of(x: Any) -> list[bool]:
    """Of each tensor whether it has a mask."""
    tensors = keras.tree.flatten(x)
    return [getattr(one, "_keras_mask", None) is not None for one in tensors]


def told(error: Exception) -> dict[str, str]:
    """The class's name and the message, without colours; of a long one the first part."""
    message = steady(COLOUR.sub("", str(error)))
    return {"type": type(error).__name__, "message": message[:1500]}


def go(model: keras.Model, then: str, usual: list[int]) -> list[list[int]]:
    """Let zeros of the usual sizes go through a model; the shapes of what it gives."""
    if not then:
        return []
    batch, timesteps = usual
    shapes = [tuple(one.shape) for one in model.inputs]
    n = next((shape[0] for shape in shapes if shape[0]), batch)
    x = [np.zeros((n, *(size or timesteps for size in shape[1:])), "float32") for shape in shapes]
    x = x if len(x) > 1 else x[0]
    if then != "fit":
        return shapes_of(model(x) if then == "call" else model.predict(x, batch_size=n, verbose=0))
    y = [np.zeros((n, *(size or timesteps for size in out.shape[1:]))) for out in model.outputs]
    model.compile("sgd", ["mse"] * len(y))
    model.fit(x, y, batch_size=n, verbose=0)
    return shapes_of(y)
