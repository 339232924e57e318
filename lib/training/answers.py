"""Functions that need Keras and run in the worker, by name: see `TrainingClient.ask`.

Arguments and results are plain values and NumPy arrays. After sending, arrays are read-only and
tuples are lists. `weights` are in Keras's order: three arrays for each recurrent layer from the
bottom up, then the arrays of the head, if the model has a head.
"""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from lib.experiment import CELLS, LOSSES
from lib.recurrence import ARRAYS_EACH, layers_of, weight_names
from lib.training.keras_layers import (
    Calls,
    Weights,
    apply_layers,
    head_layers,
    keras_pool,
    largest,
    recurrent,
    stack,
)
from lib.training.streaming import streaming

MOST_OUTPUTS = 200  # `influence` differentiates at most this many outputs: T × output columns
MOST_VALUES = 1_000_000  # hidden values in one backward pass; each needs about 80 bytes


def modes(cell: str, weights: Weights, x: np.ndarray, sample: int) -> dict[str, Any]:
    """Run a stack without a head in both modes on x (N, T, F), and on prefixes of one `sample`.

    Returns:
        `sequence` (N, T, U) and `last` (N, U): the top layer's outputs in each mode.
        `difference`: the largest |sequence[:, -1] - last|.
        `prefixes` (T, U): last-step mode's outputs for the sample's first 1, 2, … T timesteps.
        `whole` (T, U): sequence mode's outputs if the batch holds only this sample.
    """
    parts, steps = layers_of(weights), x.shape[1]
    every, last = stack(cell, parts, return_sequences=True), stack(cell, parts)
    run = Calls("modes", cell, weights, steps * steps // 2).run  # the prefixes' total length
    sequence, final = run(every, x), run(last, x)
    one = x[sample : sample + 1]
    return {
        "difference": largest(sequence[:, -1] - final),
        "sequence": sequence,
        "last": final,
        "prefixes": np.concatenate([run(last, one[:, :t]) for t in range(1, steps + 1)]),
        "whole": run(every, one)[0],
    }


def breakings(
    cell: str, weights: Weights, backward: Weights, x: np.ndarray, padding: int
) -> dict[str, float]:
    """Return the largest absolute difference over samples and units for each comparison, by name.

    `weights` are the weights of all layers up to the examined layer; masks pass through all layers.
    `backward` are the backward layer's weights, for comparisons with Bidirectional. For comparisons
    with padding, `padding` timesteps of zeros are appended to x (N, T, F).
    """
    run = Calls("breakings", cell, weights, x.shape[1]).run
    parts = layers_of(weights)
    every, last = stack(cell, parts, return_sequences=True), stack(cell, parts)
    unpadded_last = run(last, x)
    below, top, both_ways = every[:-1], len(parts) - 1, [*parts[-1], *backward]
    sequence = run([*below, recurrent(cell, both_ways, top, "concat", return_sequences=True)], x)
    final = run([*below, recurrent(cell, both_ways, top, "concat")], x)
    units = len(parts[-1][1])
    both_ends = np.concatenate([sequence[:, -1, :units], sequence[:, 0, units:]], axis=1)

    padded = np.pad(x, [(0, 0), (0, padding), (0, 0)])
    mask = np.broadcast_to(np.arange(padded.shape[1]) < x.shape[1], padded.shape[:2])
    zeroed = stack(cell, parts, return_sequences=True, zero_output_for_mask=True)
    padded_last, masked_last = run(last, padded), run(last, padded, mask)
    backwards = run(stack(cell, parts, return_sequences=True, go_backwards=True), x)
    backwards_last = run(stack(cell, parts, go_backwards=True), x)
    return {
        "bidirectional": largest(sequence[:, -1] - final),
        "bidirectional_rule": largest(both_ends - final),
        "padded": largest(run(every, padded)[:, -1] - padded_last),
        "padded_moved": largest(padded_last - unpadded_last),
        "masked": largest(run(every, padded, mask)[:, -1] - masked_last),
        "masked_moved": largest(masked_last - unpadded_last),
        "zeroed": largest(run(zeroed, padded, mask)[:, -1] - masked_last),
        "backwards": largest(backwards[:, -1] - backwards_last),
        "backwards_flipped": largest(np.flip(backwards, axis=1)[:, -1] - backwards_last),
    }


def influence(
    *, cell: str, weights: Weights, x: np.ndarray, backward: Weights | None = None
) -> dict[str, Any]:
    """Return the gradient norms of one sample's outputs with respect to its inputs x (T, F).

    If `backward` weights are given, every layer is Bidirectional with merge_mode "ave". The result
    has `map` (T, T), the norm for output step t (row) and input step s (column), and `columns`, the
    number of output columns that the norms include.
    """
    parts = layers_of(weights)
    head_weights = weights[ARRAYS_EACH * len(parts) :]
    if backward is None:
        below_head = stack(cell, parts, return_sequences=True)
    else:
        below_head = tuple(
            recurrent(cell, [*forward, *back], place, "ave", return_sequences=True)
            for place, (forward, back) in enumerate(zip(parts, layers_of(backward), strict=True))
        )
    steps, units = len(x), len(parts[-1][1])
    width = head_weights[0].shape[1] if head_weights else units
    columns = max(1, min(width, MOST_OUTPUTS // steps))
    count = steps * columns
    # Repeat the sample once per output, so that one backward pass computes many gradients.
    rows = max(1, MOST_VALUES // (steps * units * len(parts) * (1 if backward is None else 2)))
    call = Calls("influence", cell, (*weights, *(backward or ())), steps)
    layers_up = (*below_head, *head_layers(head_weights))
    chosen = np.eye(count, dtype=np.float32).reshape(count, steps, columns)
    gradients = [
        call(_by_inputs, layers_up, np.repeat(x[None], len(part), axis=0), part)
        for part in np.split(chosen, range(rows, count, rows))
    ]
    by_output = np.concatenate(gradients).reshape(steps, columns, *x.shape)
    return {"map": np.sqrt((by_output**2).sum(axis=(1, 3))), "columns": columns}


def _by_inputs(layers: tuple[Any, ...], x: tf.Tensor, chosen: tf.Tensor) -> tf.Tensor:
    """Return the gradients (rows, T, F) of outputs marked 1 in `chosen` (rows, T, columns)."""
    with tf.GradientTape() as tape:
        tape.watch(x)
        outputs = apply_layers(layers, x)
        total = tf.reduce_sum(outputs[:, :, : chosen.shape[2]] * chosen)
    return tape.gradient(total, x)


def reach(
    *, cell: str, weights: Weights, x: np.ndarray, y: np.ndarray, loss: str, layer: int
) -> dict[str, Any]:
    """Return the norm of the loss's gradient with respect to a layer's hidden state, by timestep.

    x is (N, T, F), y (N, T, K). For labels, y is one-hot, and may be (2, N, T, K), by mode. Returns
    (T,) by mode, with the mode's loss: means over samples.
    """
    parts = layers_of(weights)
    head_weights = weights[ARRAYS_EACH * len(parts) :]
    cells = tuple(recurrent(cell, part, place).cell for place, part in enumerate(parts))
    model = (cells, tuple(head_layers(head_weights)), loss, layer)
    samples, steps, units = *x.shape[:2], len(parts[layer][1])
    twice = np.concatenate([x, x]), np.concatenate(y if y.ndim == 4 else [y, y])
    call = Calls("reach", cell, weights, steps)
    by_state = call(_by_states, model, *twice, np.zeros((2 * samples, steps, units), np.float32))
    norms = np.linalg.norm(by_state, axis=2)
    return {
        "sequence": norms[:samples].mean(axis=0, dtype=np.float64),
        "last": norms[samples:].mean(axis=0, dtype=np.float64),
    }


def _by_states(model: Any, x: tf.Tensor, y: tf.Tensor, nudges: tf.Tensor) -> tf.Tensor:
    """Return the gradients (2N, T, U) of the loss with respect to a layer's hidden states.

    The loss is sequence mode's for the first N samples, and last-step mode's for the last N.
    """
    cells, head, loss, layer = model
    with tf.GradientTape() as tape:
        tape.watch(nudges)  # zeros added to the states: their gradients are the states' gradients
        signal = tf.transpose(x, (1, 0, 2))
        for place, cell in enumerate(cells):
            signal = _unrolled(cell, signal, nudges if place == layer else None)
        losses = _losses(loss, y, apply_layers(head, tf.transpose(signal, (1, 0, 2))))
        half = tf.shape(losses)[0] // 2
        total = tf.reduce_sum(tf.reduce_mean(losses[:half], axis=1))
        total += tf.reduce_sum(losses[half:, -1])
    return tape.gradient(total, nudges)


def _losses(loss: str, y: tf.Tensor, outputs: tf.Tensor) -> tf.Tensor:
    """Return the loss (2N, T) of a head's outputs before the activation; labels y are one-hot."""
    if activation := LOSSES[loss].activation:
        name = {"softmax": "categorical_crossentropy", "sigmoid": "binary_crossentropy"}[activation]
        return getattr(keras.losses, name)(y, outputs, from_logits=True)
    return keras.losses.get(LOSSES[loss].keras)(y, outputs)


def _unrolled(cell: Any, inputs: tf.Tensor, nudges: tf.Tensor | None) -> tf.Tensor:
    """Return a cell's hidden states (T, N, U) for inputs (T, N, F), plus `nudges` (N, T, U)."""
    start = tf.nest.flatten(cell.get_initial_state(batch_size=tf.shape(inputs)[1]))
    nothing = tf.zeros((tf.shape(inputs)[0], 1, 1))
    added = nothing if nudges is None else tf.transpose(nudges, (1, 0, 2))

    def step(states: list[tf.Tensor], now: tuple[tf.Tensor, tf.Tensor]) -> list[tf.Tensor]:
        x, nudge = now
        _, (hidden, *others) = cell(x, states)
        return [hidden + nudge, *others]

    return tf.scan(step, (inputs, added), start)[0]


def keras_file(  # noqa: PLR0917  callers name the arguments
    cell: str,
    mode: str,
    weights: Weights,
    timesteps: int,
    activation: str = "",  # of the head, for labels
    masks: bool = False,  # whether a Masking layer skips padded steps
    pooling: str = "none",  # of mode "pooled"
) -> dict[str, bytes]:
    """Return the bytes of a `.keras` file with an uncompiled model of one mode."""
    paths, top = weight_names(cell, len(weights)), len(weights) // ARRAYS_EACH - 1
    names = list(dict.fromkeys(path.partition("/")[0] for path in paths))
    kind, units = getattr(keras.layers, CELLS[cell].keras), len(weights[1])
    x = inputs = keras.Input((timesteps, len(weights[0])), name="inputs")
    x = keras.layers.Masking(name="masking")(x) if masks else x
    for place, name in enumerate(names[: top + 1]):
        x = kind(units, return_sequences=place < top or mode != "last", name=name)(x)
    x = keras_pool(pooling, x)
    for name in names[top + 1 :]:
        x = keras.layers.Dense(len(weights[-1]), activation or None, name=name)(x)
    model = keras.Model(inputs, x, name=f"{mode}_model")
    model.set_weights(list(weights))
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"{mode}.keras"
        model.save(path)
        return {"file": path.read_bytes()}


_FUNCTIONS = breakings, influence, keras_file, modes, reach, streaming
ANSWERS: dict[str, Callable[..., dict[str, Any]]] = {each.__name__: each for each in _FUNCTIONS}
