"""When is the last step of the sequence not what the last-step mode says? Each way, measured."""

from __future__ import annotations

import numpy as np

from lib.recurrence import layers_of
from lib.training.answers.calls import Calls
from lib.training.answers.stacks import Weights, largest, recurrent, stack


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
