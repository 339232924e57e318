"""What Keras makes of a stack of layers: shapes and parameters, or what is raised, and where.

A stack is the lines of code that the page shows, one for each layer; each calls what it makes `x`,
the first `inputs` as well.
"""

from __future__ import annotations

import re
import warnings
from typing import Any

import keras
import numpy as np
from keras import layers

COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def built(lines: list[str], then: str, usual: list[int]) -> dict[str, Any]:
    """The shapes of the tensors after each line, and the number of parameters.

    `then` is what happens to the finished model: "predict", "fit", or nothing; `usual` the batch
    size and the timesteps of the data where the model leaves them open. What is raised by a line,
    or then, is among the answers: the class's name, the message, and that it was "built" or "run".
    """
    keras.backend.clear_session()
    names: dict[str, Any] = {"keras": keras, "layers": layers}
    answer: dict[str, Any] = {"shapes": []}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of masks that are lost on the way
        try:
            for line in lines:
                exec(line, names)  # noqa: S102 - the code that the page shows
                answer["shapes"].append(shapes_of(names["x"]))
        except Exception as error:
            return answer | {"raised": "built", **told(error)}
        model = keras.Model(names["inputs"], names["x"])
        answer["parameters"] = model.count_params()
        try:
            go(model, then, usual)
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


def called(lines: list[str], shape: list[int]) -> dict[str, Any]:
    """The shapes of the output of a model when it predicts and when it trains, or what is raised.

    `shape` is that of the data.
    """
    names: dict[str, Any] = {"keras": keras, "layers": layers}
    for line in lines:
        exec(line, names)  # noqa: S102 - the code that the page shows
    model = keras.Model(names["inputs"], names["x"])
    model.predict(np.zeros(shape, "float32"), batch_size=shape[0], verbose=0)
    x = np.zeros(shape, "float32")
    answer: dict[str, Any] = {"predicting": shapes_of(model(x))}
    try:
        return answer | {"training": shapes_of(model(x, training=True))}
    except ValueError as error:
        return answer | told(error)


def shapes_of(x: Any) -> list[list[int | None]]:
    """The shapes of one Keras tensor or several."""
    return [list(one.shape) for one in (x if isinstance(x, (list, tuple)) else [x])]


def told(error: Exception) -> dict[str, str]:
    """The class's name and the message, without colours."""
    return {"type": type(error).__name__, "message": COLOUR.sub("", str(error))}


def go(model: keras.Model, then: str, usual: list[int]) -> None:
    """Let data go through a model: all zeros, of the sizes that it wants, or the usual ones."""
    if not then:
        return
    batch, timesteps = usual
    n = model.input_shape[0] or batch
    x = np.zeros((n, *(size or timesteps for size in model.input_shape[1:])), "float32")
    if then == "predict":
        model.predict(x, batch_size=n, verbose=0)
        return
    y = [np.zeros((n, *(size or timesteps for size in out.shape[1:]))) for out in model.outputs]
    model.compile("sgd", ["mse"] * len(y))
    model.fit(x, y, batch_size=n, verbose=0)
