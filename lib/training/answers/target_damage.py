"""Train the right target and a wrong one from the same initial weights: see `lib.shapes.damage`."""

from typing import Any

import keras
import numpy as np
from keras import initializers, layers

from lib.shapes import MISTAKES, TRAINED_SAMPLES, damage


def target_damage(case: str) -> dict[str, Any]:
    """Both losses over the epochs, and what both models predict for sequences they haven't seen.

    The fields of a `Damage`, the same whenever they are asked for. `case` is a key of MISTAKES.
    """
    if case not in MISTAKES:
        raise ValueError(f"expected case to be one of {list(MISTAKES)}, received {case!r}")
    mistake = MISTAKES[case]
    x, y = damage.damage_data()
    right = wrong = y
    if mistake.sequences:
        right, wrong = y[:, -1], y[:, -1].reshape(len(y), *mistake.target[1:])
    loss, last = {}, {}
    for side, target in (("right", right), ("wrong", wrong)):
        sequences = mistake.sequences == (side == "wrong")
        model = _model(sequences)
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


def _model(sequences: bool) -> keras.Model:
    """LSTM and Dense, from the same weights every time."""
    model = keras.Sequential(
        [
            keras.Input((damage.TIMESTEPS, 1)),
            layers.LSTM(
                damage.UNITS,
                return_sequences=sequences,
                kernel_initializer=initializers.GlorotUniform(seed=0),
                recurrent_initializer=initializers.Orthogonal(seed=1),
            ),
            layers.Dense(1, kernel_initializer=initializers.GlorotUniform(seed=2)),
        ]
    )
    model.compile(keras.optimizers.Adam(0.01), damage.LOSS, jit_compile=False)
    return model
