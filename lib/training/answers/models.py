"""Answers about whole models: a Keras file with given weights, and what a wrong target does."""

from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import keras
import numpy as np
from keras import initializers, layers

from lib.experiment import CELLS
from lib.recurrence import ARRAYS_EACH, weight_names
from lib.shapes import MISTAKES, TRAINED_SAMPLES, damage
from lib.training.answers.layers import Weights


def keras_file(cell: str, mode: str, weights: Weights, timesteps: int) -> dict[str, bytes]:
    """The `file` that Keras saves of a model of one mode. It isn't compiled."""
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
    recurrent, units = getattr(layers, CELLS[cell].keras), shapes[1][0]
    stack: list[Any] = [keras.Input((timesteps, shapes[0][0]), name="inputs")]
    for place, name in enumerate(names[: top + 1]):
        every = place < top or mode == "sequence"
        stack.append(recurrent(units, return_sequences=every, name=name))
    stack += [layers.Dense(shapes[-1][0], name=name) for name in names[top + 1 :]]
    return keras.Sequential(stack, name=f"{mode}_model")


def target_damage(case: str) -> dict[str, Any]:
    """Train a mistake of MISTAKES and what is right from the same weights: a `Damage`'s fields."""
    if case not in MISTAKES:
        raise ValueError(f"expected case to be one of {list(MISTAKES)}, received {case!r}")
    mistake = MISTAKES[case]
    x, y = damage.damage_data()
    right = wrong = y
    learns_steps = len(mistake.output) == 3  # the model with the wrong y returns sequences
    if learns_steps:
        right, wrong = y[:, -1], y[:, -1].reshape(len(y), *mistake.target[1:])
    loss, last = {}, {}
    for side, target in (("right", right), ("wrong", wrong)):
        sequences = learns_steps == (side == "wrong")
        lstm = layers.LSTM(
            damage.UNITS,
            return_sequences=sequences,
            kernel_initializer=initializers.GlorotUniform(seed=0),
            recurrent_initializer=initializers.Orthogonal(seed=1),
        )
        head = layers.Dense(1, kernel_initializer=initializers.GlorotUniform(seed=2))
        model = keras.Sequential([keras.Input((damage.TIMESTEPS, 1)), lstm, head])
        model.compile(keras.optimizers.Adam(0.01), damage.LOSS, jit_compile=False)
        history = model.fit(
            x[:TRAINED_SAMPLES],
            target[:TRAINED_SAMPLES],
            batch_size=damage.BATCH_SIZE,
            epochs=damage.EPOCHS,
            shuffle=False,  # the samples are noise in any order, and both get the same batches
            verbose=0,
        )
        loss[side] = np.array(history.history["loss"], np.float32)
        predictions = model.predict(x[TRAINED_SAMPLES:], verbose=0)
        last[side] = (predictions[:, -1] if sequences else predictions)[:, 0]
    return {"loss": loss, "predictions": last, "truth": y[TRAINED_SAMPLES:, -1, 0]}
