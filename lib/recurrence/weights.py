"""A fresh layer's weights, drawn as Keras's default initialisers draw them."""

from collections.abc import Sequence

import numpy as np

from lib.experiment import CELLS
from lib.recurrence.cells import GATES, INITIAL_BIAS
from lib.shapes import BLOCKS, bias_shapes

_KERNELS = ("kernel", "recurrent_kernel", "bias")
ARRAYS_EACH = len(_KERNELS)
"""Of a recurrent layer."""


def layers_of(
    weights: Sequence[np.ndarray], layers: int | None = None
) -> list[tuple[np.ndarray, ...]]:
    """The arrays of each recurrent layer, from the bottom up: of so many, or of all there are."""
    count = len(weights) // ARRAYS_EACH if layers is None else layers
    return [tuple(weights[ARRAYS_EACH * k : ARRAYS_EACH * (k + 1)]) for k in range(count)]


def weight_names(cell: str, arrays: int) -> list[str]:
    """Keras's paths of a model's arrays, in order: "lstm_1/lstm_cell/kernel", …, "dense/bias"."""
    layers, head = divmod(arrays, ARRAYS_EACH)
    names = [f"{cell}_{k + 1}" if layers > 1 else cell for k in range(layers)]
    paths = [f"{name}/{cell}_cell/{kernel}" for name in names for kernel in _KERNELS]
    return [*paths, "dense/kernel", "dense/bias"] if head else paths


def initial_weights(
    cell: str, features: int, units: int, rng: np.random.Generator
) -> list[np.ndarray]:
    """A fresh recurrent layer's weights, as Keras's default initialisers draw them, float32.

    `kernel` is Glorot uniform, `recurrent_kernel` orthogonal, `bias` zero, but for LSTM's forget
    gate, where it is one. A GRU has `reset_after=True`, Keras's default.

    Raises ValueError for an unknown cell. Source: `keras/src/layers/rnn/*.py`,
    `keras/src/initializers/random_initializers.py`.
    """
    if cell not in BLOCKS:
        raise ValueError(f"cell must be one of {list(CELLS)}, got {cell!r}")
    width = BLOCKS[cell] * units
    kernel = glorot_uniform(features, width, rng)
    recurrent = orthogonal(units, width, rng)
    bias = np.zeros(bias_shapes(cell, units)[0], np.float32)
    for gate, value in INITIAL_BIAS.get(cell, {}).items():
        block = [*GATES[cell]].index(gate)
        bias[block * units : (block + 1) * units] = value
    return [kernel, recurrent, bias]


def dense_weights(units: int, outputs: int, rng: np.random.Generator) -> list[np.ndarray]:
    """A fresh Dense layer's kernel (U, K), Glorot uniform, and bias (K,), zero; float32."""
    return [glorot_uniform(units, outputs, rng), np.zeros(outputs, np.float32)]


def glorot_uniform(rows: int, columns: int, rng: np.random.Generator) -> np.ndarray:
    """Uniform, within what keeps the outputs' variance: Keras's `GlorotUniform`.

    Source: Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural
    networks", 2010, equation 16.
    """
    limit = np.sqrt(6 / (rows + columns))
    return rng.uniform(-limit, limit, (rows, columns)).astype(np.float32)


def orthogonal(rows: int, columns: int, rng: np.random.Generator) -> np.ndarray:
    """Orthonormal rows, or columns where these are fewer: Keras's `Orthogonal`.

    Source: Saxe, McClelland and Ganguli, "Exact solutions to the nonlinear dynamics of learning in
    deep linear neural networks", 2014.
    """
    q, r = np.linalg.qr(rng.standard_normal((max(rows, columns), min(rows, columns))))
    q *= np.sign(np.diag(r))  # QR leaves the signs open; without this they aren't uniform
    return np.ascontiguousarray(q.T if rows < columns else q, dtype=np.float32)
