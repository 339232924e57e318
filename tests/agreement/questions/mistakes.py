"""The error that a mistake in Keras code raises, and whether the code of its fix runs.

The code of a mistake may use all names in this module. The code of a fix may only use the names
that `names_for_fixes` returns.
"""

from __future__ import annotations

import contextlib
import linecache
import tempfile
import warnings
from typing import Any

import keras
import numpy as np
import pandas as pd
import tensorflow as tf
from keras import layers

from tests.agreement.questions import SCRIPT, error_of

N, T, F, U = 8, 5, 2, 4
X, Y = np.zeros((N, T, F), "float32"), np.zeros((N, T, 1), "float32")
LAST = Y[:, -1]
TAGS = np.arange(N * T).reshape(N, T) % 3
ROWS = np.zeros((30, F), "float32")
RAGGED = tf.ragged.constant([[[1.0, 2.0]], [[3.0, 4.0], [5.0, 6.0]]], ragged_rank=1)


def raised(code: str) -> dict[str, str] | None:
    """Run a mistake. Return the type, message and traceback of its error, or None."""
    keras.backend.clear_session()  # Keras numbers the layers from 1 again.
    return error_of(lambda: run(code, dict(globals())))


def fails(code: str, before: str) -> str:
    """Run lines that define names, then the code of a fix. Return the error, or "".

    The code runs in an empty folder, which has the model in a file if the code loads a model.
    """
    names = names_for_fixes()
    with (
        warnings.catch_warnings(action="ignore"),
        tempfile.TemporaryDirectory() as folder,
        contextlib.chdir(folder),
    ):
        if "load_" in code:
            names["model"].save("model.keras")
            names["model"].save("model.h5")
            names["model"].save_weights("model.weights.h5")
            tf.train.Checkpoint(weight=tf.Variable(1.0)).write("model.ckpt")
        error = error_of(lambda: run(f"{before}\n{code}", names))
    return f"{error['type']}: {error['message']}" if error else ""


def after_fix(code: str, output: list[int], y: list[int], loss: str) -> tuple[Any, Any, str]:
    """Run the code of a fix. Return the new shapes of the output and y, and the new loss.

    The arguments are the shapes and the loss before the fix. Their shapes exclude the samples.
    """
    names = {"np": np, "keras": keras, "layers": layers, "units": output[-1]}
    names |= {"y": np.zeros((N, *y)), "outputs": (inputs := keras.Input((T, F)))}
    lines = code.splitlines()
    if not any(line.startswith("LSTM") for line in lines):
        lines.insert(0, f"LSTM(units, return_sequences={len(output) == 2})")
    for line in lines:
        if line.startswith("model.compile"):
            loss = line.split('loss="')[1].split('"')[0]
        elif line.startswith(("LSTM", "Dense", "Reshape")):
            run(f"outputs = layers.{line}(outputs)", names)
        else:
            run(line, names)
    return keras.Model(inputs, names["outputs"]).output_shape, names["y"].shape, loss


def run(code: str, names: dict[str, Any]) -> None:
    """Run code whose lines appear in tracebacks, like the lines of a file."""
    lines = code.splitlines(keepends=True)
    linecache.cache[SCRIPT] = len(code), None, lines, SCRIPT
    exec(compile(code, SCRIPT, "exec"), names)  # noqa: S102 - The code is ours.


def sequential(*parts: Any, loss: Any = "mse", **options: Any) -> keras.Model:
    """Return a compiled model."""
    model = keras.Sequential(parts)
    model.compile("sgd", loss, **options)
    return model


def every_step(columns: int = 1, **options: Any) -> keras.Model:
    """Return a model with inputs (N, T, F) and outputs (N, T, columns)."""
    lstm = layers.LSTM(U, return_sequences=True)
    return sequential(keras.Input((T, F)), lstm, layers.Dense(columns), **options)


def last_step(**options: Any) -> keras.Model:
    """Return a model with inputs (N, T, F) and outputs (N, 1)."""
    return sequential(keras.Input((T, F)), layers.LSTM(U), layers.Dense(1), **options)


def tagger(**options: Any) -> keras.Model:
    """Return a model with inputs (N, T, F) and the probabilities of 3 classes at each timestep."""
    lstm, head = layers.LSTM(U, return_sequences=True), layers.Dense(3, activation="softmax")
    loss = "sparse_categorical_crossentropy"
    return sequential(keras.Input((T, F)), lstm, head, loss=loss, **options)


def recurrent(output: tuple[int, ...], **options: Any) -> keras.Model:
    """Return a model of one LSTM with this output shape, which excludes the samples."""
    lstm = layers.LSTM(output[-1], return_sequences=len(output) == 2)
    return sequential(keras.Input((T, F)), lstm, **options)


def stateful(batch_size: int) -> keras.Model:
    """Return a model with inputs (batch_size, T, F) and outputs (batch_size, 1)."""
    lstm = layers.LSTM(1, stateful=True)
    return sequential(keras.Input(batch_shape=(batch_size, T, F)), lstm)


def stateful_with_head() -> keras.Model:
    """Return a model with inputs (4, T, F) and outputs (4, 1)."""
    lstm = layers.LSTM(3, stateful=True)
    return sequential(keras.Input(batch_shape=(4, T, F)), lstm, layers.Dense(1))


def two_outputs() -> keras.Model:
    """Return a model with two outputs (N, 1)."""
    x = keras.Input((T, F))
    model = keras.Model(x, [layers.LSTM(1)(x), layers.LSTM(1)(x)])
    model.compile("sgd", "mse")
    return model


def with_states() -> keras.Model:
    """Return a model whose outputs are the output and both states of an LSTM."""
    x = keras.Input((T, F))
    model = keras.Model(x, layers.LSTM(1, return_state=True)(x))
    model.compile("sgd", "mse")
    return model


def decoder(units: int) -> keras.Model:
    """Return a model whose decoder starts from the states of an encoder with 4 units."""
    x = inputs = keras.Input((T, F))
    x, *states = layers.LSTM(4, return_state=True)(x)
    x = layers.LSTM(units)(layers.RepeatVector(3)(x), initial_state=states)
    return keras.Model(inputs, x)


def starting_from(layer: Any) -> keras.Model:
    """Return a model whose LSTM starts from all outputs of a layer except the first."""
    inputs = keras.Input((T, F))
    _, *states = layer(inputs)
    return keras.Model(inputs, layers.LSTM(4)(inputs, initial_state=states))


def output_from_states(shape: tuple[int, int]) -> Any:
    """Return the output of an LSTM of 3 units for two samples, from states of this shape."""
    initial_states = [keras.ops.convert_to_tensor(state) for state in states(2, shape)]
    return layers.LSTM(3)(X[:2], initial_state=initial_states)


class Sequences(layers.Layer):
    """A layer that returns sequences in place of its states."""

    def __init__(self, units: int) -> None:
        super().__init__()
        self.layer = layers.LSTM(units, return_sequences=True)

    def call(self, x: Any) -> list[Any]:
        """Return three sequences (N, T, U)."""
        return [self.layer(x)] * 3


def fit(model: keras.Model, x: Any = X, y: Any = LAST, **options: Any) -> Any:
    """Train for one epoch."""
    return model.fit(x, y, verbose=0, **options)


def predict(model: keras.Model, x: Any) -> Any:
    """Return predictions. No progress bar is shown."""
    return model.predict(x, verbose=0)


def states(count: int, shape: tuple[int, ...] = (N, U)) -> list[np.ndarray]:
    """Return this many arrays of zeros."""
    return [np.zeros(shape, "float32")] * count


def built(units: int = U, features: int = F) -> layers.Layer:
    """Return an LSTM that has weights."""
    lstm = layers.LSTM(units)
    lstm.build((None, T, features))
    return lstm


def dataset(*parts: Any) -> tf.data.Dataset:
    """Return a dataset of samples, without batches."""
    return tf.data.Dataset.from_tensor_slices(parts if len(parts) > 1 else parts[0])


def names_for_fixes() -> dict[str, Any]:
    """Return all names that the code of a fix may use."""
    x, y = np.zeros((96, T, F), "float32"), np.zeros((96, T, 1), "float32")
    table = pd.DataFrame({"date": ["2026-01-01"] * 96, "target": 0.0, "other": 1.0})
    names = {name: getattr(layers, name) for name in dir(layers) if name[0].isupper()}
    names |= {"np": np, "keras": keras, "tf": tf, "x": x, "y": y, "model": every_step()}
    names |= {"dataset": dataset(x, y), "table": table, "a": x, "b": x}
    names |= {"w": np.ones((96, T)), "weights": np.ones(3)}
    return names
