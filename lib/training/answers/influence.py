"""Which inputs move which outputs: the size of ∂output(t) / ∂input(s), for every t and s."""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf

from lib.recurrence import layers_of
from lib.training.answers.calls import Calls, through
from lib.training.answers.stacks import Weights, head, recurrent, split, stack

MOST_OUTPUTS = 200
"""Outputs that are looked at: T times as many as output columns."""
MOST_VALUES = 1_000_000
"""States in one pass, which remembers about twenty numbers for each: 80 MB."""


def influence(
    *, cell: str, layers: int, weights: Weights, x: np.ndarray, backward: Weights | None = None
) -> dict[str, Any]:
    """Norms of the gradients of one sample's outputs by its inputs x (T, F).

    The sample is repeated, so that one pass backwards has a row for each output, or, of a large
    model, for some of them. With weights of layers that read `backward`, every layer is
    Bidirectional with `merge_mode="ave"`, which leaves the number of units as it is.

    Returns:
        `map` (T, T): row t, column s; and `columns`, of how many output columns it is the norm.
    """
    parts, of_head = split(weights, layers)
    if backward is None:
        below_head = stack(cell, parts, return_sequences=True)
    else:
        below_head = tuple(
            recurrent(cell, [*one, *other], place, "ave", return_sequences=True)
            for place, (one, other) in enumerate(zip(parts, layers_of(backward), strict=True))
        )
    steps, units = len(x), len(parts[-1][1])
    width = of_head[0].shape[1] if of_head else units
    columns = max(1, min(width, MOST_OUTPUTS // steps))
    count = steps * columns
    rows = max(1, MOST_VALUES // (steps * units * layers * (1 if backward is None else 2)))
    call = Calls("influence", cell, (*weights, *(backward or ())), steps)
    layers_up = (*below_head, *head(of_head))
    chosen = np.eye(count, dtype=np.float32).reshape(count, steps, columns)
    gradients = [
        call(_gradient, layers_up, np.repeat(x[None], len(part), axis=0), part)
        for part in (chosen[start : start + rows] for start in range(0, count, rows))
    ]
    by_output = np.concatenate(gradients).reshape(steps, columns, *x.shape)
    return {"map": np.sqrt((by_output**2).sum(axis=(1, 3))), "columns": columns}


def _gradient(layers: tuple[Any, ...], x: tf.Tensor, chosen: tf.Tensor) -> tf.Tensor:
    """What x (rows, T, F) does to the outputs for which `chosen` (rows, T, columns) isn't 0."""
    with tf.GradientTape() as tape:
        tape.watch(x)
        outputs = through(layers, x)
        total = tf.reduce_sum(outputs[:, :, : chosen.shape[2]] * chosen)
    return tape.gradient(total, x)
