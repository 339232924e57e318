"""Stacks of recurrent layers: initial weights and forward passes."""

from collections.abc import Iterator, Sequence

import numpy as np

from lib.experiment import Experiment
from lib.recurrence.cells import Array, Trace, unroll
from lib.recurrence.pooling import BLOCK, pooled
from lib.shapes import BLOCKS, bias_shapes

_KERNELS = ("kernel", "recurrent_kernel", "bias")
ARRAYS_EACH = len(_KERNELS)  # the number of arrays of a recurrent layer
MAX_NUMBERS = 2_000_000  # gates, states and outputs that `outputs_in_parts` computes at once
ROUNDING = 1e-6  # outputs count as equal if they differ by at most this


def layers_of(weights: Sequence[Array]) -> list[tuple[Array, ...]]:
    """Group the arrays of recurrent layers by layer from the bottom up, without those of a head."""
    count = len(weights) // ARRAYS_EACH  # a head has fewer arrays
    return [tuple(weights[ARRAYS_EACH * k : ARRAYS_EACH * (k + 1)]) for k in range(count)]


def weight_names(cell: str, arrays: int) -> list[str]:
    """Return Keras's paths of a model's arrays, in order, such as "lstm_1/lstm_cell/kernel"."""
    layers, head = divmod(arrays, ARRAYS_EACH)
    names = [f"{cell}_{k + 1}" if layers > 1 else cell for k in range(layers)]
    paths = [f"{name}/{cell}_cell/{kernel}" for name in names for kernel in _KERNELS]
    return [*paths, "dense/kernel", "dense/bias"] if head else paths


def initial_weights(cell: str, features: int, units: int, rng: np.random.Generator) -> list[Array]:
    """Draw a layer's initial weights, float32, by Keras's defaults (for a GRU, `reset_after`)."""
    width = BLOCKS[cell] * units
    kernel = glorot_uniform(features, width, rng)
    recurrent = orthogonal(units, width, rng)
    bias = np.zeros(bias_shapes(cell, units)[0], np.float32)
    if cell == "lstm":
        bias[units : 2 * units] = 1  # the forget gate: Keras's `unit_forget_bias=True`
    return [kernel, recurrent, bias]


def initial_model_weights(experiment: Experiment, features: int, targets: int) -> list[Array]:
    """Draw the initial weights that all modes share from the seed, in Keras's order."""
    rng = np.random.default_rng([experiment.seed, 1])
    model, width = experiment.model, features
    weights: list[Array] = []
    for _ in range(model.layers):
        weights += initial_weights(model.cell, width, model.units, rng)
        width = model.units
    if model.head == "dense":
        weights += [glorot_uniform(width, targets, rng), np.zeros(targets, np.float32)]
    return weights


# Exported scripts contain the source of the next two functions, which need only NumPy.
def glorot_uniform(rows: int, columns: int, rng: np.random.Generator) -> np.ndarray:
    """Draw weights (rows, columns) as Keras's `GlorotUniform` does.

    Source: Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural
    networks", 2010, equation 16.
    """
    limit = np.sqrt(6 / (rows + columns))
    return rng.uniform(-limit, limit, (rows, columns)).astype(np.float32)


def orthogonal(rows: int, columns: int, rng: np.random.Generator) -> np.ndarray:
    """Draw weights as Keras's `Orthogonal` does: rows (or columns, if fewer) are orthonormal.

    Source: Saxe, McClelland and Ganguli, "Exact solutions to the nonlinear dynamics of learning in
    deep linear neural networks", 2014.
    """
    q, r = np.linalg.qr(rng.standard_normal((max(rows, columns), min(rows, columns))))
    q *= np.sign(np.diag(r))  # choose the signs so that q is drawn uniformly
    return np.ascontiguousarray(q.T if rows < columns else q, dtype=np.float32)


def unroll_stack(
    cell: str, weights: Sequence[Array], x: Array, mask: Array | None = None
) -> list[Trace]:
    """Return the trace of each layer, from the bottom up. A mask (N, T) applies to all layers."""
    traces: list[Trace] = []
    for layer in layers_of(weights):
        traces.append(unroll(cell, layer, x, mask))
        x = traces[-1].hidden
    return traces


def forward(
    experiment: Experiment,
    weights: Sequence[Array],
    x: Array,
    mask: Array | None = None,
    *,
    pooling: str = "none",
) -> tuple[list[Trace], Array]:
    """Return each recurrent layer's trace, and the outputs (N, T, K); K = U if there is no head.

    Outputs are those before the activation of a label loss. For a mask (N, T), see `unroll_stack`.
    With a `pooling`, the output at step t is of the pool of steps 1 to t.
    """
    model = experiment.model
    recurrent = ARRAYS_EACH * model.layers
    traces = unroll_stack(model.cell, weights[:recurrent], x, mask)
    outputs = pooled(pooling, traces[-1].hidden, mask)
    if model.head == "dense":
        kernel, bias = weights[recurrent:]
        with np.errstate(over="ignore", invalid="ignore"):
            outputs = outputs @ kernel + bias
    return traces, outputs


def outputs_in_parts(
    experiment: Experiment,
    weights: Sequence[Array],
    x: Array,
    mask: Array | None = None,
    *,
    pooling: str = "none",
) -> Iterator[Array]:
    """Yield the outputs of `forward`, (n, T, K), for parts of x (N, T, F) that fit into memory."""
    steps = x.shape[1]
    per_step = 6 * experiment.model.units * experiment.model.layers  # gates, states and outputs
    per_step += 2 * BLOCK if pooling == "attention" else 0  # scores and weights
    size = max(1, MAX_NUMBERS // (steps * per_step))
    for start in range(0, len(x), size):
        part, own = slice(start, start + size), None if mask is None else mask[start : start + size]
        yield forward(experiment, weights, x[part], own, pooling=pooling)[1]
