"""Answers that build whole Keras models: files of trained models, and damage by wrong targets."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import keras
import numpy as np

from lib.experiment import CELLS
from lib.recurrence import ARRAYS_EACH, weight_names
from lib.shapes import MISTAKES, damage

Weights = Sequence[np.ndarray]


def keras_file(  # noqa: PLR0917  callers name the arguments
    cell: str,
    mode: str,
    weights: Weights,
    timesteps: int,
    activation: str = "",
    masks: bool = False,
) -> dict[str, bytes]:
    """Return the bytes of a `.keras` file with an uncompiled model of one mode.

    Models for labels may have an `activation` in the head, and a Masking layer.
    """
    paths, top = weight_names(cell, len(weights)), len(weights) // ARRAYS_EACH - 1
    names = list(dict.fromkeys(path.partition("/")[0] for path in paths))
    kind, units = getattr(keras.layers, CELLS[cell].keras), len(weights[1])
    layers: list[Any] = [keras.Input((timesteps, len(weights[0])), name="inputs")]
    layers += [keras.layers.Masking(name="masking")] if masks else []
    for place, name in enumerate(names[: top + 1]):
        layers.append(kind(units, return_sequences=place < top or mode == "sequence", name=name))
    for name in names[top + 1 :]:
        layers.append(keras.layers.Dense(len(weights[-1]), activation or None, name=name))
    model = keras.Sequential(layers, name=f"{mode}_model")
    model.set_weights(list(weights))
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"{mode}.keras"
        model.save(path)
        return {"file": path.read_bytes()}


def target_damage(case: str) -> dict[str, Any]:
    """Train a case of MISTAKES and its fix from the same weights; return the fields of `Damage`."""
    mistake = MISTAKES[case]
    x, y = damage.damage_data()
    right = wrong = y
    learns_steps = len(mistake.output) == 3  # whether the mistaken model returns sequences
    if learns_steps:
        right, wrong = y[:, -1], y[:, -1].reshape(len(y), *mistake.target[1:])
    loss, last = {}, {}
    for side, target in (("right", right), ("wrong", wrong)):
        sequences = learns_steps == (side == "wrong")
        lstm = keras.layers.LSTM(
            damage.UNITS,
            return_sequences=sequences,
            kernel_initializer=keras.initializers.GlorotUniform(seed=0),
            recurrent_initializer=keras.initializers.Orthogonal(seed=1),
        )
        head = keras.layers.Dense(1, kernel_initializer=keras.initializers.GlorotUniform(seed=2))
        model = keras.Sequential([keras.Input((damage.TIMESTEPS, 1)), lstm, head])
        model.compile(keras.optimizers.Adam(0.01), damage.LOSS, jit_compile=False)
        history = model.fit(
            x[: damage.TRAINED_SAMPLES],
            target[: damage.TRAINED_SAMPLES],
            batch_size=damage.BATCH_SIZE,
            epochs=damage.DAMAGE_EPOCHS,
            shuffle=False,  # the samples are noise, and both models get the same batches
            verbose=0,
        )
        loss[side] = np.array(history.history["loss"], np.float32)
        predictions = model.predict(x[damage.TRAINED_SAMPLES :], verbose=0)
        last[side] = (predictions[:, -1] if sequences else predictions)[:, 0]
    return {"loss": loss, "predictions": last, "truth": y[damage.TRAINED_SAMPLES :, -1, 0]}
