"""Layers on top of each other, up to the whole model of an experiment."""

from collections.abc import Iterator, Sequence

import numpy as np

from lib.experiment import Experiment
from lib.recurrence.cells import Trace, unroll
from lib.recurrence.weights import ARRAYS_EACH, dense_weights, initial_weights, layers_of

HELD = 2_000_000
"""Numbers that a part of a forward pass may hold at once: gates, states and outputs."""


def initial_model_weights(experiment: Experiment, features: int, targets: int) -> list[np.ndarray]:
    """The weights that both modes start from, by the experiment's seed, in Keras's order.

    The recurrent layers from the bottom up, then the head where there is one.
    """
    rng = np.random.default_rng([experiment.seed, 1])
    model = experiment.model
    weights: list[np.ndarray] = []
    for layer in range(model.layers):
        width = features if layer == 0 else model.units
        weights += initial_weights(model.cell, width, model.units, rng)
    if model.head == "dense":
        weights += dense_weights(model.units, targets, rng)
    return weights


def unroll_stack(
    cell: str,
    weights: Sequence[np.ndarray],
    x: np.ndarray,
    mask: np.ndarray | None = None,
    *,
    precision: type[np.floating] = np.float32,
) -> list[Trace]:
    """The trace of each of several layers; Keras hands a mask (N, T) up to all of them.

    `weights` are three for each layer, from the bottom up; the rest is as in `unroll`.
    """
    traces: list[Trace] = []
    for layer in layers_of(weights):
        traces.append(unroll(cell, layer, x, mask, precision=precision))
        x = traces[-1].hidden
    return traces


def forward(
    experiment: Experiment, weights: Sequence[np.ndarray], x: np.ndarray
) -> tuple[list[Trace], np.ndarray]:
    """Run the whole stack: a trace for each recurrent layer, and the model's outputs (N, T, K).

    The sequence model returns `outputs`, the last-step model `outputs[:, -1]`; the earlier steps
    are then what its head would have said. Without a head, K is U.

    `weights` are in the order of `initial_model_weights`, and `x` is (N, T, F). Raises ValueError
    where they don't fit the stack.
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
