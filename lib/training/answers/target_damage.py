"""Train the right target and a wrong one from the same initial weights: see `lib.doctor.damage`."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import initializers, layers

from lib.doctor.damage import (
    BATCH_SIZE,
    EPOCHS,
    LOSS,
    MISTAKES,
    TIMESTEPS,
    TRAINED_SAMPLES,
    UNITS,
    Damage,
    damage_data,
)


def target_damage(case: str) -> dict[str, Any]:
    """Both losses over the epochs, and what both models predict for sequences they haven't seen.

    Args:
        case: a key of `lib.doctor.damage.MISTAKES`.

    Returns:
        The arrays of a `Damage`. They are the same whenever they are asked for.

    Raises:
        ValueError: for a case that isn't one.
    """
    if case not in MISTAKES:
        raise ValueError(f"expected case to be one of {list(MISTAKES)}, received {case!r}")
    mistake = MISTAKES[case]
    x, y = damage_data()
    right = y if not mistake.sequences else y[:, -1]
    wrong = y if not mistake.sequences else y[:, -1].reshape(len(y), *mistake.y_axes)
    loss, last = {}, {}
    for side, sequences, target in (
        ("right", not mistake.sequences, right),
        ("wrong", mistake.sequences, wrong),
    ):
        model = _model(sequences)
        history = model.fit(
            x[:TRAINED_SAMPLES],
            target[:TRAINED_SAMPLES],
            batch_size=BATCH_SIZE,
            epochs=EPOCHS,
            shuffle=False,  # the samples are noise in any order, and both get the same batches
            verbose=0,
        )
        loss[side] = np.array(history.history["loss"], np.float32)
        predictions = model.predict(x[TRAINED_SAMPLES:], verbose=0)
        last[side] = (predictions[:, -1] if sequences else predictions)[:, 0]
    return dict(Damage(loss, last, y[TRAINED_SAMPLES:, -1, 0]).arrays())


def _model(sequences: bool) -> keras.Model:
    """LSTM and Dense, from the same weights every time."""
    model = keras.Sequential(
        [
            keras.Input((TIMESTEPS, 1)),
            layers.LSTM(
                UNITS,
                return_sequences=sequences,
                kernel_initializer=initializers.GlorotUniform(seed=0),
                recurrent_initializer=initializers.Orthogonal(seed=1),
            ),
            layers.Dense(1, kernel_initializer=initializers.GlorotUniform(seed=2)),
        ]
    )
    model.compile(keras.optimizers.Adam(0.01), LOSS, jit_compile=False)
    return model
