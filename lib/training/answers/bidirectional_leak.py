"""Train an LSTM one way and both ways on the next value of noise: see `lib.shapes.doctor.leak`."""

from typing import Any

import keras
import numpy as np
from keras import initializers, layers

from lib.shapes import leak


def bidirectional_leak() -> dict[str, Any]:
    """The fields of a `Leak`, the same whenever they are asked for."""
    return {"one_way": _errors(False), "both_ways": _errors(True)}


def _errors(both_ways: bool) -> np.ndarray:
    """Mean squared error by timestep (T,) on samples that weren't trained on."""
    x, y = leak.leak_data()
    lstm = layers.LSTM(
        leak.UNITS,
        return_sequences=True,
        kernel_initializer=initializers.GlorotUniform(seed=0),
        recurrent_initializer=initializers.Orthogonal(seed=1),
    )
    recurrent = layers.Bidirectional(lstm) if both_ways else lstm
    head = layers.Dense(1, kernel_initializer=initializers.GlorotUniform(seed=2))
    model = keras.Sequential([keras.Input(x.shape[1:]), recurrent, head])
    model.compile(keras.optimizers.Adam(leak.LEARNING_RATE), "mse", jit_compile=False)
    model.fit(
        x[: leak.TRAINED_SAMPLES],
        y[: leak.TRAINED_SAMPLES],
        batch_size=leak.BATCH_SIZE,
        epochs=leak.EPOCHS,
        shuffle=False,  # noise in any order, and both get the same batches
        verbose=0,
    )
    wrong = model.predict(x[leak.TRAINED_SAMPLES :], verbose=0) - y[leak.TRAINED_SAMPLES :]
    return (wrong**2).mean(axis=(0, 2), dtype=np.float64)
