"""Train an LSTM one way and both ways on the next value of noise: see `lib.shapes.Leak`."""

import keras
import numpy as np
from keras import initializers, layers

from lib.shapes import LEAK_EPOCHS

TRAINED_SAMPLES, CHECKED_SAMPLES, TIMESTEPS = 768, 2048, 12


def train_leak():
    """The fields of a `Leak`, the same whenever they are asked for."""
    return {"one_way": _errors(False), "both_ways": _errors(True)}


def _errors(both_ways):
    """Mean squared error by timestep (T,) on samples that weren't trained on."""
    samples = TRAINED_SAMPLES + CHECKED_SAMPLES
    noise = np.random.default_rng(0).normal(0, 1, (samples, TIMESTEPS + 1, 1)).astype(np.float32)
    x, y = noise[:, :-1], noise[:, 1:]
    lstm = layers.LSTM(
        16,
        return_sequences=True,
        kernel_initializer=initializers.GlorotUniform(seed=0),
        recurrent_initializer=initializers.Orthogonal(seed=1),
    )
    recurrent = layers.Bidirectional(lstm) if both_ways else lstm
    head = layers.Dense(1, kernel_initializer=initializers.GlorotUniform(seed=2))
    model = keras.Sequential([keras.Input(x.shape[1:]), recurrent, head])
    model.compile(keras.optimizers.Adam(0.01), "mse", jit_compile=False)
    n = TRAINED_SAMPLES
    options = {"batch_size": 32, "epochs": LEAK_EPOCHS, "verbose": 0}
    model.fit(x[:n], y[:n], shuffle=False, **options)  # both get the same batches
    wrong = model.predict(x[n:], verbose=0) - y[n:]
    return (wrong**2).mean(axis=(0, 2), dtype=np.float64)
