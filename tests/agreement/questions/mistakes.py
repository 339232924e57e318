"""What is raised by a mistake, written as a person would write it, and whether what mends it runs.

A mistake is a text of Python. It may use all that stands in here, and `names_for_fixes` holds what
code that mends one supposes to be there.
"""

from __future__ import annotations

import linecache
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from tests.agreement.questions import SCRIPT, outcome

N, T, F, U = 8, 5, 2, 4
X, Y = np.zeros((N, T, F), "float32"), np.zeros((N, T, 1), "float32")
LAST = Y[:, -1]
ROWS = np.zeros((30, F), "float32")
RAGGED = tf.ragged.constant([[[1.0, 2.0]], [[3.0, 4.0], [5.0, 6.0]]], ragged_rank=1)


def raised(code: str) -> dict[str, str] | None:
    """The class, the message and the traceback above it of what these lines raise; or None."""
    keras.backend.clear_session()  # layers are counted from 1
    return outcome(lambda: run(code, dict(globals())))


def runs(code: str, before: str) -> bool:
    """Whether code that mends a mistake runs, after lines that make what it needs.

    Raises:
        Exception: what the code raises.
    """
    made: dict[str, Any] = {}
    run(before, dict(globals()), made)
    run(code, names_for_fixes() | made)
    return True


def mended(code: str, output: list[int], y: list[int], loss: str) -> tuple[Any, Any, str]:
    """The shapes of output and y, and the loss, once the code is followed; given without N."""
    names = {"np": np, "keras": keras, "layers": layers, "units": output[-1]}
    names |= {"y": np.zeros((N, *y)), "outputs": (inputs := keras.Input((T, F)))}
    lines = code.splitlines()
    if not any(line.startswith("LSTM") for line in lines):
        lines.insert(0, f"LSTM(units, return_sequences={len(output) == 2})")
    for line in lines:
        if line.startswith("model.compile"):
            loss = line.split('"')[1]
        elif line.startswith(("LSTM", "Dense")):
            run(f"outputs = layers.{line}(outputs)", names)
        else:
            run(line, names)
    return keras.Model(inputs, names["outputs"]).output_shape, names["y"].shape, loss


def run(code: str, names: dict[str, Any], made: dict[str, Any] | None = None) -> None:
    """Run lines that a traceback can show, as it shows those of a file.

    What they assign ends up in `made` if that is given, else in `names`.
    """
    lines = code.splitlines(keepends=True)
    linecache.cache[SCRIPT] = len(code), None, lines, SCRIPT
    exec(compile(code, SCRIPT, "exec"), names, made)  # noqa: S102 - a mistake, or what mends it


def sequential(*parts: Any, loss: Any = "mse", **options: Any) -> keras.Model:
    """A model that is ready for `fit`."""
    model = keras.Sequential(parts)
    model.compile("sgd", loss, **options)
    return model


def every_step(columns: int = 1, **options: Any) -> keras.Model:
    """(N, T, F) → (N, T, columns)."""
    lstm = layers.LSTM(U, return_sequences=True)
    return sequential(keras.Input((T, F)), lstm, layers.Dense(columns), **options)


def last_step(**options: Any) -> keras.Model:
    """(N, T, F) → (N, 1)."""
    return sequential(keras.Input((T, F)), layers.LSTM(U), layers.Dense(1), **options)


def recurrent(output: tuple[int, ...], **options: Any) -> keras.Model:
    """A layer of an LSTM with that output, without the samples."""
    lstm = layers.LSTM(output[-1], return_sequences=len(output) == 2)
    return sequential(keras.Input((T, F)), lstm, **options)


def stateful(batch_size: int) -> keras.Model:
    """(batch_size, T, F) → (batch_size, 1)."""
    lstm = layers.LSTM(1, stateful=True)
    return sequential(keras.Input(batch_shape=(batch_size, T, F)), lstm)


def stateful_with_head() -> keras.Model:
    """(4, T, F) → (4, 1)."""
    lstm = layers.LSTM(3, stateful=True)
    return sequential(keras.Input(batch_shape=(4, T, F)), lstm, layers.Dense(1))


def two_outputs() -> keras.Model:
    """From sequences, two numbers."""
    x = keras.Input((T, F))
    model = keras.Model(x, [layers.LSTM(1)(x), layers.LSTM(1)(x)])
    model.compile("sgd", "mse")
    return model


def with_states() -> keras.Model:
    """A model whose outputs are an LSTM's three."""
    x = keras.Input((T, F))
    model = keras.Model(x, layers.LSTM(1, return_state=True)(x))
    model.compile("sgd", "mse")
    return model


def decoder(units: int) -> keras.Model:
    """A decoder that starts from the states of an encoder with 4 units."""
    x = inputs = keras.Input((T, F))
    x, *states = layers.LSTM(4, return_state=True)(x)
    x = layers.LSTM(units)(layers.RepeatVector(3)(x), initial_state=states)
    return keras.Model(inputs, x)


def starting(below: Any) -> keras.Model:
    """A layer that starts from what the layer `below` gives besides its first output."""
    inputs = keras.Input((T, F))
    _, *states = below(inputs)
    return keras.Model(inputs, layers.LSTM(4)(inputs, initial_state=states))


def started(shape: tuple[int, int]) -> Any:
    """What a layer of 3 units makes of two samples, from states of that shape."""
    starts = [keras.ops.convert_to_tensor(state) for state in states(2, shape)]
    return layers.LSTM(3)(X[:2], initial_state=starts)


class Sequences(layers.Layer):
    """An output, and twice the sequence where the states should be."""

    def __init__(self, units: int) -> None:
        super().__init__()
        self.layer = layers.LSTM(units, return_sequences=True)

    def call(self, x: Any) -> list[Any]:
        """(N, T, F) → three times (N, T, U)."""
        return [self.layer(x)] * 3


def fit(model: keras.Model, x: Any = X, y: Any = LAST, **options: Any) -> Any:
    """One epoch."""
    return model.fit(x, y, verbose=0, **options)


def predict(model: keras.Model, x: Any) -> Any:
    """Without a progress bar."""
    return model.predict(x, verbose=0)


def states(count: int, shape: tuple[int, ...] = (N, U)) -> list[np.ndarray]:
    """As many arrays of zeros."""
    return [np.zeros(shape, "float32")] * count


def built(units: int = U, features: int = F) -> layers.Layer:
    """A layer with weights."""
    lstm = layers.LSTM(units)
    lstm.build((None, T, features))
    return lstm


def dataset(*parts: Any) -> tf.data.Dataset:
    """Of the samples, without batches."""
    return tf.data.Dataset.from_tensor_slices(parts if len(parts) > 1 else parts[0])


class Table:
    """As much of pandas's as the code uses."""

    def drop(self, columns: Any) -> Table:
        """Without some columns."""
        assert columns
        return self

    def to_numpy(self, dtype: Any) -> np.ndarray:
        """Its numbers."""
        return ROWS.astype(dtype)


def names_for_fixes() -> dict[str, Any]:
    """What the code that is handed out supposes to be there, and what is in here."""
    lstm = layers.LSTM(U, return_sequences=True, return_state=True)
    return {
        **globals(),
        **{name: getattr(layers, name) for name in dir(layers) if name[0].isupper()},
        **{"timesteps": T, "features": F, "units": U, "batch_size": 4, "dataset": dataset(X, LAST)},
        **{"filters": 3, "kernel_size": 2, "a": np.zeros((N, T, U)), "b": np.zeros((N, T, U))},
        **{"optimizer": "sgd", "loss": "mse", "model": every_step(), "twin": every_step()},
        **{
            "x": X,
            "y": Y,
            "w": np.ones(N),
            "decoder_input": X,
            "h": states(1)[0],
            "c": states(1)[0],
        },
        **{"layer": layers.LSTM(U, return_sequences=True), "recurrent_layer": lstm},
        **{"sequence": X[0], "table": ROWS, "generate": lambda: iter([(X, LAST)])},
    }
