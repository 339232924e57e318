"""When is the last step of the sequence not what the last-step mode says? Each way, measured."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lib.training.answers.calls import Calls
from lib.training.answers.stacks import both_ways, largest, recurrent, split


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
        weights: three for each layer up to the one that is asked, from the bottom up. Those below
            it read forwards and hand a mask up.
        backward: of the layer that reads backwards, where there are two.
        x: the features (N, T, F).
        padding: how many steps of zeros to add at their end.
    """
    run = Calls("breakings", cell, weights, x.shape[1]).run
    *parts_below, weights = split(weights, len(weights) // 3)[0]
    below = [
        recurrent(cell, part, place, return_sequences=True)
        for place, part in enumerate(parts_below)
    ]
    here = len(below)
    every = recurrent(cell, weights, here, return_sequences=True)
    last = recurrent(cell, weights, here)
    answer = run([*below, last], x)

    turning = both_ways(cell, weights, backward, "concat", here, return_sequences=True)
    sequence = run([*below, turning], x)
    final = run([*below, both_ways(cell, weights, backward, "concat", here)], x)
    units = len(weights[1])
    rule = np.concatenate([sequence[:, -1, :units], sequence[:, 0, units:]], axis=1)

    padded = np.pad(x, [(0, 0), (0, padding), (0, 0)])
    mask = np.arange(padded.shape[1]) < x.shape[1]
    mask = np.broadcast_to(mask, padded.shape[:2])
    zeroed = recurrent(cell, weights, here, return_sequences=True, zero_output_for_mask=True)
    padded_last = run([*below, last], padded)
    masked_last = run([*below, last], padded, mask)

    turning = recurrent(cell, weights, here, return_sequences=True, go_backwards=True)
    turned = run([*below, turning], x)
    turned_last = run([*below, recurrent(cell, weights, here, go_backwards=True)], x)
    return {
        "bidirectional": largest(sequence[:, -1] - final),
        "bidirectional_rule": largest(rule - final),
        "padded": largest(run([*below, every], padded)[:, -1] - padded_last),
        "padded_moved": largest(padded_last - answer),
        "masked": largest(run([*below, every], padded, mask)[:, -1] - masked_last),
        "masked_moved": largest(masked_last - answer),
        "zeroed": largest(run([*below, zeroed], padded, mask)[:, -1] - masked_last),
        "backwards": largest(turned[:, -1] - turned_last),
        "backwards_flipped": largest(np.flip(turned, axis=1)[:, -1] - turned_last),
    }
