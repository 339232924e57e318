"""How far the gradient of a loss reaches back in time: over all steps, and at the last alone."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from lib.experiment import LOSSES
from lib.training.answers.calls import Calls, through
from lib.training.answers.stacks import Weights, head, recurrent, split


def reach(
    *, cell: str, layers: int, weights: Weights, x: np.ndarray, y: np.ndarray, loss: str, layer: int
) -> dict[str, Any]:
    """Norms of the gradients by the hidden states of `layer` (from 0), each the mean over samples.

    The gradient by h_t goes through all that h_t leads to: the output at t, and the steps after.
    Samples are x (N, T, F) with targets y (N, T, K).

    Returns:
        `sequence`, where a sample's loss is the mean over its timesteps, and `last`, where it is
        that of the last; (T,) each.
    """
    parts, of_head = split(weights, layers)
    cells = tuple(recurrent(cell, part, place).cell for place, part in enumerate(parts))
    model = (cells, tuple(head(of_head)), loss, layer)
    samples, steps, units = *x.shape[:2], len(parts[layer][1])
    twice = [np.concatenate([array, array]) for array in (x, y)]
    call = Calls("reach", cell, weights, steps)
    by_state = call(_gradients, model, *twice, np.zeros((2 * samples, steps, units), np.float32))
    norms = np.linalg.norm(by_state, axis=2)
    return {
        "sequence": norms[:samples].mean(axis=0, dtype=np.float64),
        "last": norms[samples:].mean(axis=0, dtype=np.float64),
    }


def _gradients(model: Any, x: tf.Tensor, y: tf.Tensor, nudges: tf.Tensor) -> tf.Tensor:
    """By hidden states: the samples of the one loss, then the same of the other.

    A sample's loss is moved by its own states alone, so that the sum has them side by side.
    """
    cells, head, loss, layer = model
    measure = keras.losses.get(LOSSES[loss].keras)
    with tf.GradientTape() as tape:
        tape.watch(nudges)
        signal = tf.transpose(x, (1, 0, 2))
        for place, cell in enumerate(cells):
            signal = _steps(cell, signal, nudges if place == layer else None)
        losses = measure(y, through(head, tf.transpose(signal, (1, 0, 2))))
        half = tf.shape(losses)[0] // 2
        total = tf.reduce_sum(tf.reduce_mean(losses[:half], axis=1))
        total += tf.reduce_sum(losses[half:, -1])
    return tape.gradient(total, nudges)


def _steps(cell: Any, inputs: tf.Tensor, nudges: tf.Tensor | None) -> tf.Tensor:
    """Keras's own cell, step by step: inputs (T, N, F) to hidden states (T, N, U).

    To each of them, on all its ways, something is added that is zero (N, T, U): the gradient by
    what is added is that by the state.
    """
    start = cell.get_initial_state(batch_size=tf.shape(inputs)[1])
    start = start if isinstance(start, list) else [start]
    nothing = tf.zeros((tf.shape(inputs)[0], 1, 1))
    added = nothing if nudges is None else tf.transpose(nudges, (1, 0, 2))

    def step(states: list[tf.Tensor], now: tuple[tf.Tensor, tf.Tensor]) -> list[tf.Tensor]:
        _, after = cell(now[0], states)
        return [after[0] + now[1], *after[1:]]

    return tf.scan(step, (inputs, added), start)[0]
