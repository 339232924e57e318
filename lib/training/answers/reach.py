"""How far the gradient of a loss reaches back in time: over all steps, and at the last alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from lib.experiment import LOSSES
from lib.training.answers.stacks import head, recurrent, split


def reach(
    *,
    cell: str,
    layers: int,
    weights: Sequence[np.ndarray],
    x: np.ndarray,
    y: np.ndarray,
    loss: str,
    layer: int,
) -> dict[str, Any]:
    """Norms of the gradients by timestep, each the mean over samples.

    The gradient by h_t goes through all that h_t leads to: the output at t, and the steps after.

    Args:
        cell: a key of `lib.experiment.CELLS`.
        layers: how many recurrent layers there are.
        weights: the model's.
        x: inputs (N, T, F).
        y: targets (N, T, K).
        loss: a key of `lib.experiment.LOSSES`.
        layer: whose hidden states, 0 to layers-1.

    Returns:
        `h` and `x`, each with `sequence`, where a sample's loss is the mean over its timesteps,
        and `last`, where it is that of the last; (T,) each.
    """
    parts, of_head = split(weights, layers)
    cells = [recurrent(cell, part, place).cell for place, part in enumerate(parts)]
    dense, measure = head(of_head), keras.losses.get(LOSSES[loss].keras)
    inputs = [tf.constant(step, tf.float32) for step in np.moveaxis(x, 1, 0)]
    with tf.GradientTape(persistent=True) as tape:
        for step in inputs:
            tape.watch(step)
        signal, hidden = inputs, []
        for one in cells:
            signal = _steps(one, signal)
            hidden.append(signal)
        # A sample's loss is moved by its own states alone, so that the sum has them side by side.
        losses = measure(tf.constant(y, tf.float32), dense(tf.stack(signal, axis=1)))
        sums = {
            "sequence": tf.reduce_sum(tf.reduce_mean(losses, axis=1)),
            "last": tf.reduce_sum(losses[:, -1]),
        }
    found: dict[str, dict[str, np.ndarray]] = {"h": {}, "x": {}}
    for mode, total in sums.items():
        by_hidden, by_input = tape.gradient(total, [hidden[layer], inputs])
        found["h"][mode], found["x"][mode] = _norms(by_hidden), _norms(by_input)
    return found


def _steps(cell: Any, inputs: Sequence[Any]) -> list[Any]:
    """Keras's own cell, step by step, so that each state is there to be differentiated by."""
    states = cell.get_initial_state(batch_size=inputs[0].shape[0])
    states = states if isinstance(states, list) else [states]
    outputs = []
    for step in inputs:
        output, states = cell(step, states)
        outputs.append(output)
    return outputs


def _norms(gradients: Sequence[Any]) -> np.ndarray:
    """The mean over samples of each timestep's norm, (T,); what leads nowhere has None: zero."""
    return np.array(
        [
            0.0 if g is None else float(np.linalg.norm(np.asarray(g), axis=1).mean())
            for g in gradients
        ]
    )
