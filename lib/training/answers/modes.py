"""Both modes on the same weights: whether they are equal, what breaks that, and padding."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import keras
import numpy as np

from lib.experiment import LOSSES
from lib.recurrence import layers_of
from lib.training.answers.layers import Calls, Weights, largest, recurrent, stack


def modes(cell: str, layers: int, weights: Weights, x: np.ndarray, sample: int) -> dict[str, Any]:
    """Run a stack with `return_sequences=True`, with `return_state=True` too, and with `False`.

    On x (N, T, F), and on every prefix of one `sample` of it. A head is passed over.

    Returns:
        `sequence` (N, T, U) and `last` (N, U), the top layer's outputs; `difference`, the largest
        of |sequence[:, -1] - last|; `prefixes` (T, U), what `return_sequences=False` says of the
        first 1, 2, … T timesteps of the sample, and `whole` (T, U), what `True` says of all of it
        at once, run alone as the prefixes are; and `states`, each (N, U), that `return_state`
        adds to the top layer's output.
    """
    parts = layers_of(weights, layers)
    every, last = stack(cell, parts, return_sequences=True, return_state=True), stack(cell, parts)
    steps = x.shape[1]
    run = Calls("modes", cell, weights, steps * steps // 2).run  # most of them in prefixes
    (sequence, *states), final = run(every, x), run(last, x)
    one = x[sample : sample + 1]
    prefixes = [run(last, one[:, :t]) for t in range(1, steps + 1)]
    return {
        "difference": largest(sequence[:, -1] - final),
        "sequence": sequence,
        "last": final,
        "prefixes": np.concatenate(prefixes),
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
    below, here = every[:-1], len(parts) - 1
    answer = run(last, x)

    ways = [*parts[-1], *backward]
    turning = recurrent(cell, ways, here, "concat", return_sequences=True)
    sequence = run([*below, turning], x)
    final = run([*below, recurrent(cell, ways, here, "concat")], x)
    units = len(parts[-1][1])
    rule = np.concatenate([sequence[:, -1, :units], sequence[:, 0, units:]], axis=1)

    padded = np.pad(x, [(0, 0), (0, padding), (0, 0)])
    mask = np.arange(padded.shape[1]) < x.shape[1]
    mask = np.broadcast_to(mask, padded.shape[:2])
    zeroed = stack(cell, parts, return_sequences=True, zero_output_for_mask=True)
    padded_last, masked_last = run(last, padded), run(last, padded, mask)

    backwards = run(stack(cell, parts, return_sequences=True, go_backwards=True), x)
    backwards_last = run(stack(cell, parts, go_backwards=True), x)
    return {
        "bidirectional": largest(sequence[:, -1] - final),
        "bidirectional_rule": largest(rule - final),
        "padded": largest(run(every, padded)[:, -1] - padded_last),
        "padded_moved": largest(padded_last - answer),
        "masked": largest(run(every, padded, mask)[:, -1] - masked_last),
        "masked_moved": largest(masked_last - answer),
        "zeroed": largest(run(zeroed, padded, mask)[:, -1] - masked_last),
        "backwards": largest(backwards[:, -1] - backwards_last),
        "backwards_flipped": largest(np.flip(backwards, axis=1)[:, -1] - backwards_last),
    }


def _from_zero(loss: keras.losses.Loss, outputs: Any) -> Any:
    """The loss of outputs against targets of zero; Keras's outputs know their mask."""
    return loss(keras.ops.zeros_like(outputs), outputs)


_MASKING = keras.layers.Masking(0.0)
_LOSSES = {
    # As objects Keras's losses know of masks; as functions they don't.
    name: partial(_from_zero, getattr(keras.losses, loss.keras.title().replace("_", ""))())
    for name, loss in LOSSES.items()
}


def padding(
    cell: str, weights: Weights, batches: Mapping[str, np.ndarray], loss: str
) -> dict[str, Any]:
    """The last-step mode's outputs for padded batches, and the sequence mode's loss.

    `weights` are of the layers up to the one that is asked; Keras hands the mask up. `batches` are
    inputs (N, T, F) by name, padded with zeros.

    Returns:
        By the name of the batch, plain and behind `Masking(0.0)`: `last` and `masked_last`,
        outputs (N, U); `loss` and `masked_loss`, of all timesteps against targets of zero.
    """
    parts = layers_of(weights)
    every, last = stack(cell, parts, return_sequences=True), stack(cell, parts)
    measure = _LOSSES[loss]
    run = Calls("padding", cell, weights, max(x.shape[1] for x in batches.values())).run
    return {
        name: {
            "last": run(last, x),
            "masked_last": run([_MASKING, *last], x),
            "loss": float(run([*every, measure], x)),
            "masked_loss": float(run([_MASKING, *every, measure], x)),
        }
        for name, x in batches.items()
    }
