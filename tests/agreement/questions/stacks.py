"""The shapes, masks, parameters and errors of a stack of layers in Keras.

A stack is a list of lines of code, one for each layer, as the page shows them. Each line assigns
`x`, and some lines also assign another name: `inputs`, `inputs_2` or `x3`.
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

from tests.agreement.questions import stable

COLOR = re.compile(r"\x1b\[[0-9;]*m")
LOST_MASK = "does not support masking"
"""Part of Keras's warning if a layer loses a mask."""


def built(lines: list[str], model: str, action: str, default_sizes: list[int]) -> dict[str, Any]:
    """Run the lines of the layers, the line that creates `model`, and an action of the model.

    Return "shapes" and "masks" of the tensors after each line; "lost", the indexes of lines that
    lose a mask; "parameters"; and "returned", the shapes that the action returns. After an error,
    "raised" is "built" or "run", and "type" and "message" describe the error.
    """
    keras.backend.clear_session(free_memory=False)
    names: dict[str, Any] = {**vars(layers), "keras": keras, "layers": layers}
    answer: dict[str, Any] = {"shapes": [], "masks": [], "lost": []}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            for index, line in enumerate(lines):
                caught.clear()
                exec(line, names)  # noqa: S102 - The page shows this code.
                answer["shapes"].append(shapes_of(names["x"]))
                answer["masks"].append(masks_of(names["x"]))
                if any(LOST_MASK in f"{warning.message}" for warning in caught):
                    answer["lost"].append(index)
            exec(model, names)  # noqa: S102 - The page shows this code.
        except Exception as error:
            return answer | {"raised": "built", **described(error)}
        answer["parameters"] = names["model"].count_params()
        try:
            answer["returned"] = run(names["model"], action, default_sizes)
        except Exception as error:
            return answer | {"raised": "run", **described(error)}
    return answer


def script(code: str, default_sizes: list[int]) -> dict[str, Any]:
    """Run a script and `fit` of its `model`. Return the output shapes and the parameters."""
    names: dict[str, Any] = {}
    exec(code, names)  # noqa: S102 - The page shows this code.
    model = names["model"]
    run(model, "fit", default_sizes)
    return {"shapes": shapes_of(model.outputs), "parameters": model.count_params()}


def signatures(names: list[str]) -> dict[str, str]:
    """Return the arguments of each layer in order.

    An optional argument ends in "=". "**" stands for further keyword arguments.
    """
    return {name: ", ".join(_arguments(getattr(layers, name))) for name in names}


def _arguments(layer: type) -> Iterator[str]:
    for name, parameter in [*inspect.signature(layer.__init__).parameters.items()][1:]:
        is_optional = parameter.default is not parameter.empty
        is_rest = parameter.kind is parameter.VAR_KEYWORD
        yield "**" if is_rest else f"{name}=" if is_optional else name


REQUIRED = {"axes": 1, "activation": "relu", "dims": (1,)}
REQUIRED |= {"layer": layers.LSTM(1), "rate": 0.5, "stddev": 0.5, "target_shape": (1,)}
"""Values of required arguments. The value of any other required argument is 1."""
OPTIONAL = {"name": "a", "input_shape": (4, 3), "input_dim": 3, "input_length": 3}
OPTIONAL |= {"trainable": True}
"""Values of optional arguments. The value of any other optional argument is None."""


def accepted(name: str, arguments: list[str]) -> list[str]:
    """Return the arguments that a layer accepts, which means that no error names them."""
    layer = getattr(layers, name)
    required = [word for word in _arguments(layer) if word[-1:] not in "=*"]
    values = {word: REQUIRED.get(word, 1) for word in required}
    without_error = []
    for argument in arguments:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # Keras warns about shapes that Input should have.
                layer(**{argument: OPTIONAL.get(argument), **values})
        except Exception as error:
            if argument in f"{error}":
                continue
        without_error.append(argument)
    return without_error


def same(pairs: list[list[str]]) -> list[bool]:
    """Return for each pair of names whether both belong to the same layer."""
    return [getattr(layers, one, None) is getattr(layers, other, layers) for one, other in pairs]


def activations() -> list[str]:
    """Return the names of all activations."""
    others = {"deserialize", "get", "serialize"}
    return [name for name in dir(keras.activations) if name[0] != "_" and name not in others]


def shapes_of(x: Any) -> list[list[int | None]]:
    """Return the shapes of one tensor or several tensors."""
    return [list(tensor.shape) for tensor in keras.tree.flatten(x)]


def masks_of(x: Any) -> list[bool]:
    """Return for each tensor whether it has a mask."""
    tensors = keras.tree.flatten(x)
    return [getattr(tensor, "_keras_mask", None) is not None for tensor in tensors]


def described(error: Exception) -> dict[str, str]:
    """Return an error's type, and the first 1,500 characters of its message without colors."""
    message = stable(COLOR.sub("", str(error)))
    return {"type": type(error).__name__, "message": message[:1500]}


def run(model: keras.Model, action: str, default_sizes: list[int]) -> list[list[int]]:
    """Run "call", "predict", "fit" or no action on zeros. Return the shapes of outputs or of y.

    The default sizes are the batch size and the timesteps, for a model that leaves them open.
    """
    if not action:
        return []
    batch, timesteps = default_sizes
    shapes = [tuple(tensor.shape) for tensor in model.inputs]
    n = next((shape[0] for shape in shapes if shape[0]), batch)
    x = [np.zeros((n, *(size or timesteps for size in shape[1:])), "float32") for shape in shapes]
    x = x if len(x) > 1 else x[0]
    if action == "call":
        return shapes_of(model(x))
    if action == "predict":
        return shapes_of(model.predict(x, batch_size=n, verbose=0))
    y = [np.zeros((n, *(size or timesteps for size in out.shape[1:]))) for out in model.outputs]
    model.compile("sgd", ["mse"] * len(y))
    model.fit(x, y, batch_size=n, verbose=0)
    return shapes_of(y)
