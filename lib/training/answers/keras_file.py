"""A model with its weights as Keras's own file, which `keras.models.load_model` opens anywhere."""

from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import keras

from lib.experiment import CELLS
from lib.recurrence import ARRAYS_EACH, weight_names
from lib.training.answers.layers import Weights


def keras_file(cell: str, mode: str, weights: Weights, timesteps: int) -> dict[str, bytes]:
    """The `file` of a model of one mode. It isn't compiled: the optimizer's memory isn't known."""
    model = _model(cell, mode, tuple(array.shape for array in weights), timesteps)
    model.set_weights(list(weights))
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"{mode}.keras"
        model.save(path)
        return {"file": path.read_bytes()}


# Used again, since whatever Keras builds leaves something behind: see `layers`.
@lru_cache(maxsize=8)
def _model(cell: str, mode: str, shapes: tuple[Any, ...], timesteps: int) -> keras.Sequential:
    paths, top = weight_names(cell, len(shapes)), len(shapes) // ARRAYS_EACH - 1
    names = list(dict.fromkeys(path.partition("/")[0] for path in paths))
    recurrent, units = getattr(keras.layers, CELLS[cell].keras), shapes[1][0]
    stack: list[Any] = [keras.Input((timesteps, shapes[0][0]), name="inputs")]
    for place, name in enumerate(names[: top + 1]):
        every = place < top or mode == "sequence"
        stack.append(recurrent(units, return_sequences=every, name=name))
    stack += [keras.layers.Dense(shapes[-1][0], name=name) for name in names[top + 1 :]]
    return keras.Sequential(stack, name=f"{mode}_model")
