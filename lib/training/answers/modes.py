"""Are the two modes one computation? Both of them, and every prefix, on the same weights."""

from __future__ import annotations

from typing import Any

import numpy as np

from lib.recurrence import layers_of
from lib.training.answers.calls import Calls
from lib.training.answers.stacks import Weights, largest, stack


def modes(cell: str, layers: int, weights: Weights, x: np.ndarray, sample: int) -> dict[str, Any]:
    """Run a stack with `return_sequences=True`, with `False`, and with `return_state=True`.

    On x (N, T, F), and on every prefix of one `sample` of it. A head is passed over.

    Returns:
        `sequence` (N, T, U) and `last` (N, U), the top layer's outputs; `difference`, the largest
        of |sequence[:, -1] - last|; `prefixes` (T, U), what `return_sequences=False` says of the
        first 1, 2, … T timesteps of the sample, and `whole` (T, U), what `True` says of all of it
        at once, run alone as the prefixes are; and `states`, each (N, U), that `return_state`
        adds to the top layer's output.
    """
    parts = layers_of(weights, layers)
    every, last = stack(cell, parts, return_sequences=True), stack(cell, parts)
    stateful = stack(cell, parts, return_sequences=True, return_state=True)
    steps = x.shape[1]
    run = Calls("modes", cell, weights, steps * steps // 2).run  # most of them in prefixes
    sequence, final = run(every, x), run(last, x)
    one = x[sample : sample + 1]
    prefixes = [run(last, one[:, :t]) for t in range(1, steps + 1)]
    return {
        "difference": largest(sequence[:, -1] - final),
        "sequence": sequence,
        "last": final,
        "prefixes": np.concatenate(prefixes),
        "whole": run(every, one)[0],
        "states": tuple(run(stateful, x)[1:]),
    }
