"""When is the last step of the sequence not what the last-step mode says? Each way, measured."""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np

from lib.training.answers.stacks import both_ways, largest, recurrent


def breakings(
    cell: str,
    weights: Sequence[np.ndarray],
    backward: Sequence[np.ndarray],
    x: np.ndarray,
    padding: int,
) -> dict[str, float]:
    """Largest absolute differences over samples and units, by what is compared.

    Args:
        cell: a key of `lib.experiment.CELLS`.
        weights: a layer's.
        backward: of the layer that reads backwards, where there are two.
        x: the layer's inputs (N, T, F).
        padding: how many steps of zeros to add at the end.
    """
    every = recurrent(cell, weights, return_sequences=True)
    last = recurrent(cell, weights)
    answer = np.asarray(last(x))

    sequence = np.asarray(both_ways(cell, weights, backward, "concat", return_sequences=True)(x))
    final = np.asarray(both_ways(cell, weights, backward, "concat")(x))
    units = len(weights[1])
    rule = np.concatenate([sequence[:, -1, :units], sequence[:, 0, units:]], axis=1)

    padded = np.pad(x, [(0, 0), (0, padding), (0, 0)])
    mask = np.arange(padded.shape[1]) < x.shape[1]
    mask = np.broadcast_to(mask, padded.shape[:2])
    zeroed = recurrent(cell, weights, return_sequences=True, zero_output_for_mask=True)

    reverse = recurrent(cell, weights, return_sequences=True, go_backwards=True)
    turned = np.asarray(reverse(x))
    turned_last = np.asarray(recurrent(cell, weights, go_backwards=True)(x))
    return {
        "bidirectional": largest(sequence[:, -1] - final),
        "bidirectional_rule": largest(rule - final),
        "padded": largest(np.asarray(every(padded))[:, -1] - np.asarray(last(padded))),
        "padded_moved": largest(np.asarray(last(padded)) - answer),
        "masked": largest(np.asarray(every(padded, mask=mask))[:, -1] - last(padded, mask=mask)),
        "masked_moved": largest(np.asarray(last(padded, mask=mask)) - answer),
        "zeroed": largest(np.asarray(zeroed(padded, mask=mask))[:, -1] - last(padded, mask=mask)),
        "backwards": largest(turned[:, -1] - turned_last),
        "backwards_flipped": largest(keras.ops.flip(turned, axis=1)[:, -1] - turned_last),
    }
