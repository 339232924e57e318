"""Answers of the Cell page: whether both modes are equal, what breaks that, and gradients."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from lib.experiment import LOSSES
from lib.recurrence import ARRAYS_EACH, layers_of
from lib.training.answers.layers import Calls, Weights, head, recurrent, stack, through

MOST_OUTPUTS = 200  # outputs that are looked at: T times as many as output columns
MOST_VALUES = 1_000_000  # states in one pass, which remembers about twenty numbers for each: 80 MB


def modes(cell: str, layers: int, weights: Weights, x: np.ndarray, sample: int) -> dict[str, Any]:
    """Run a stack in both modes on x (N, T, F), and on every prefix of one `sample`; no head.

    Returns:
        `sequence` (N, T, U) and `last` (N, U), the top layer's outputs; `difference`, the largest
        of |sequence[:, -1] - last|; `prefixes` (T, U), the last-step outputs for the first 1, 2, …
        T timesteps of the sample, and `whole` (T, U), the sequence mode's for all of it, run alone
        as the prefixes are; and `states`, each (N, U), that `return_state` adds.
    """
    parts = layers_of(weights, layers)
    every, last = stack(cell, parts, return_sequences=True, return_state=True), stack(cell, parts)
    steps = x.shape[1]
    run = Calls("modes", cell, weights, steps * steps // 2).run  # most of them in prefixes
    (sequence, *states), final = run(every, x), run(last, x)
    one = x[sample : sample + 1]
    return {
        "difference": _largest(sequence[:, -1] - final),
        "sequence": sequence,
        "last": final,
        "prefixes": np.concatenate([run(last, one[:, :t]) for t in range(1, steps + 1)]),
        "whole": run(every, one)[0][0],
        "states": tuple(states),
    }


def breakings(
    cell: str, weights: Weights, backward: Weights, x: np.ndarray, padding: int
) -> dict[str, float]:
    """Largest absolute differences over samples and units, by what is compared.

    `weights` are of the layers up to the one that is asked, which hand a mask up, `backward` of the
    one that reads backwards, where there are two; `padding` steps of zeros go after x (N, T, F).
    """
    run = Calls("breakings", cell, weights, x.shape[1]).run
    parts = layers_of(weights)
    every, last = stack(cell, parts, return_sequences=True), stack(cell, parts)
    answer = run(last, x)

    below, here, both = every[:-1], len(parts) - 1, [*parts[-1], *backward]
    turning = recurrent(cell, both, here, "concat", return_sequences=True)
    sequence = run([*below, turning], x)
    final = run([*below, recurrent(cell, both, here, "concat")], x)
    units = len(parts[-1][1])
    rule = np.concatenate([sequence[:, -1, :units], sequence[:, 0, units:]], axis=1)

    padded = np.pad(x, [(0, 0), (0, padding), (0, 0)])
    mask = np.broadcast_to(np.arange(padded.shape[1]) < x.shape[1], padded.shape[:2])
    zeroed = stack(cell, parts, return_sequences=True, zero_output_for_mask=True)
    padded_last, masked_last = run(last, padded), run(last, padded, mask)

    backwards = run(stack(cell, parts, return_sequences=True, go_backwards=True), x)
    backwards_last = run(stack(cell, parts, go_backwards=True), x)
    return {
        "bidirectional": _largest(sequence[:, -1] - final),
        "bidirectional_rule": _largest(rule - final),
        "padded": _largest(run(every, padded)[:, -1] - padded_last),
        "padded_moved": _largest(padded_last - answer),
        "masked": _largest(run(every, padded, mask)[:, -1] - masked_last),
        "masked_moved": _largest(masked_last - answer),
        "zeroed": _largest(run(zeroed, padded, mask)[:, -1] - masked_last),
        "backwards": _largest(backwards[:, -1] - backwards_last),
        "backwards_flipped": _largest(np.flip(backwards, axis=1)[:, -1] - backwards_last),
    }


def _largest(values: np.ndarray) -> float:
    """The largest absolute value: 0.0 only where all of them are exactly zero."""
    return float(np.abs(values).max(initial=0.0))


def influence(
    *, cell: str, layers: int, weights: Weights, x: np.ndarray, backward: Weights | None = None
) -> dict[str, Any]:
    """Norms of the gradients of one sample's outputs by its inputs x (T, F).

    With weights of layers that read `backward`, every layer is Bidirectional and averages. Returns
    `map` (T, T): row t, column s; and `columns`, of how many output columns it is the norm.
    """
    parts, of_head = layers_of(weights, layers), weights[ARRAYS_EACH * layers :]
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
    # The sample is repeated, so that one pass backwards has a row for each of some outputs.
    rows = max(1, MOST_VALUES // (steps * units * layers * (1 if backward is None else 2)))
    call = Calls("influence", cell, (*weights, *(backward or ())), steps)
    layers_up = (*below_head, *head(of_head))
    chosen = np.eye(count, dtype=np.float32).reshape(count, steps, columns)
    gradients = [
        call(_by_inputs, layers_up, np.repeat(x[None], len(part), axis=0), part)
        for part in (chosen[start : start + rows] for start in range(0, count, rows))
    ]
    by_output = np.concatenate(gradients).reshape(steps, columns, *x.shape)
    return {"map": np.sqrt((by_output**2).sum(axis=(1, 3))), "columns": columns}


def _by_inputs(layers: tuple[Any, ...], x: tf.Tensor, chosen: tf.Tensor) -> tf.Tensor:
    """Gradients by x (rows, T, F) of the outputs for which `chosen` (rows, T, columns) isn't 0."""
    with tf.GradientTape() as tape:
        tape.watch(x)
        outputs = through(layers, x)
        total = tf.reduce_sum(outputs[:, :, : chosen.shape[2]] * chosen)
    return tape.gradient(total, x)


def reach(
    *, cell: str, layers: int, weights: Weights, x: np.ndarray, y: np.ndarray, loss: str, layer: int
) -> dict[str, Any]:
    """Norms of the gradients by the hidden states of `layer` (from 0), each the mean over samples.

    Samples are x (N, T, F) with targets y (N, T, K). Returns `sequence`, where a sample's loss is
    the mean over its timesteps, and `last`, where it is that of the last; (T,) each.
    """
    parts, of_head = layers_of(weights, layers), weights[ARRAYS_EACH * layers :]
    cells = tuple(recurrent(cell, part, place).cell for place, part in enumerate(parts))
    model = (cells, tuple(head(of_head)), loss, layer)
    samples, steps, units = *x.shape[:2], len(parts[layer][1])
    twice = [np.concatenate([array, array]) for array in (x, y)]
    call = Calls("reach", cell, weights, steps)
    by_state = call(_by_states, model, *twice, np.zeros((2 * samples, steps, units), np.float32))
    norms = np.linalg.norm(by_state, axis=2)
    return {
        "sequence": norms[:samples].mean(axis=0, dtype=np.float64),
        "last": norms[samples:].mean(axis=0, dtype=np.float64),
    }


def _by_states(model: Any, x: tf.Tensor, y: tf.Tensor, nudges: tf.Tensor) -> tf.Tensor:
    """Gradients of both losses by hidden states, one half of the samples for each loss."""
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

    The gradient by `nudges` (N, T, U), zeros that are added to the states, is that by the states.
    """
    start = cell.get_initial_state(batch_size=tf.shape(inputs)[1])
    start = start if isinstance(start, list) else [start]
    nothing = tf.zeros((tf.shape(inputs)[0], 1, 1))
    added = nothing if nudges is None else tf.transpose(nudges, (1, 0, 2))

    def step(states: list[tf.Tensor], now: tuple[tf.Tensor, tf.Tensor]) -> list[tf.Tensor]:
        _, after = cell(now[0], states)
        return [after[0] + now[1], *after[1:]]

    return tf.scan(step, (inputs, added), start)[0]
