"""Both modes on the same weights: whether they are equal, and what breaks that."""

from typing import Any

import numpy as np

from lib.recurrence import layers_of
from lib.training.answers.layers import Calls, Weights, recurrent, stack


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
