"""Layers on top of each other: their initial weights, and their outputs."""

from collections.abc import Iterator, Sequence

import numpy as np

from lib.experiment import CELLS, Experiment
from lib.recurrence.cells import GATES, INITIAL_BIAS, Trace, unroll
from lib.shapes import BLOCKS, bias_shapes

_KERNELS = ("kernel", "recurrent_kernel", "bias")
ARRAYS_EACH = len(_KERNELS)  # of a recurrent layer
HELD = 2_000_000
"""Numbers that a part of a forward pass may hold at once: gates, states and outputs."""
ROUNDING = 1e-6
"""Outputs that differ by no more count as equal: sums are added up in different orders."""
VISIBLE = 1e-3  # rounding to 32 bits can grow to this in a deep or long stack


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

    An LSTM's forget gate has biases of one; a GRU has `reset_after=True`. Raises ValueError for an
    unknown cell. Source: `keras/src/layers/rnn/*.py`.
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


def initial_model_weights(experiment: Experiment, features: int, targets: int) -> list[np.ndarray]:
    """The weights that both modes start from, by the experiment's seed, in Keras's order."""
    rng = np.random.default_rng([experiment.seed, 1])
    model, width = experiment.model, features
    weights: list[np.ndarray] = []
    for _ in range(model.layers):
        weights += initial_weights(model.cell, width, model.units, rng)
        width = model.units
    if model.head == "dense":
        weights += [glorot_uniform(width, targets, rng), np.zeros(targets, np.float32)]
    return weights


def glorot_uniform(rows: int, columns: int, rng: np.random.Generator) -> np.ndarray:
    """Keras's `GlorotUniform`.

    Source: Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural
    networks", 2010, equation 16.
    """
    limit = np.sqrt(6 / (rows + columns))
    return rng.uniform(-limit, limit, (rows, columns)).astype(np.float32)


def orthogonal(rows: int, columns: int, rng: np.random.Generator) -> np.ndarray:
    """Keras's `Orthogonal`: orthonormal rows, or columns where these are fewer.

    Source: Saxe, McClelland and Ganguli, "Exact solutions to the nonlinear dynamics of learning in
    deep linear neural networks", 2014.
    """
    q, r = np.linalg.qr(rng.standard_normal((max(rows, columns), min(rows, columns))))
    q *= np.sign(np.diag(r))  # QR leaves the signs open; without this they aren't uniform
    return np.ascontiguousarray(q.T if rows < columns else q, dtype=np.float32)


def unroll_stack(
    cell: str, weights: Sequence[np.ndarray], x: np.ndarray, mask: np.ndarray | None = None
) -> list[Trace]:
    """The trace of each layer, from the bottom up; Keras hands a mask (N, T) up to all of them."""
    traces: list[Trace] = []
    for layer in layers_of(weights):
        traces.append(unroll(cell, layer, x, mask))
        x = traces[-1].hidden
    return traces


def forward(
    experiment: Experiment, weights: Sequence[np.ndarray], x: np.ndarray
) -> tuple[list[Trace], np.ndarray]:
    """Run the whole stack: a trace for each recurrent layer, and the model's outputs (N, T, K).

    The sequence model returns `outputs`, the last-step model `outputs[:, -1]`. Without a head, K is
    U. `weights` are in the order of `initial_model_weights`; ValueError where they don't fit.
    """
    model = experiment.model
    recurrent = ARRAYS_EACH * model.layers
    expected = recurrent + (2 if model.head == "dense" else 0)
    if len(weights) != expected:
        raise ValueError(f"weights must be {expected} arrays for this model, got {len(weights)}")
    traces = unroll_stack(model.cell, weights[:recurrent], x)
    outputs = traces[-1].hidden
    if model.head == "dense":
        kernel, bias = weights[recurrent:]
        with np.errstate(over="ignore", invalid="ignore"):
            outputs = outputs @ kernel + bias
    return traces, outputs


def outputs_in_parts(
    experiment: Experiment, weights: Sequence[np.ndarray], x: np.ndarray
) -> Iterator[np.ndarray]:
    """A model's outputs (n, T, K) for x (N, T, F), some samples after the other: see `forward`."""
    each = 6 * x.shape[1] * experiment.model.units * experiment.model.layers
    size = max(1, HELD // each)
    for start in range(0, len(x), size):
        yield forward(experiment, weights, x[start : start + size])[1]


def difference(
    cell: str,
    weights: Sequence[np.ndarray],
    x: np.ndarray,
    sequence: np.ndarray,
    states: Sequence[np.ndarray],
) -> float:
    """The largest difference from Keras's outputs, relative to its largest value above 1.

    Of a stack's top layer for x (N, T, F): Keras's `sequence` (N, T, U) and last `states` (N, U), h
    and an LSTM's c.
    """
    top = unroll_stack(cell, weights, x)[-1]
    ours = [top.hidden, *(s[:, -1] for s in (top.hidden, top.cell) if s is not None)]
    return max(
        float(np.abs(one - other).max() / max(1.0, np.abs(other).max()))
        for one, other in zip(ours, [sequence, *states], strict=True)
    )
