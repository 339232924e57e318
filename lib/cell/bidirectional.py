"""Keras's Bidirectional in NumPy: one layer forwards, one backwards, and how they are merged.

What `return_sequences=False` gives is not the last step of the sequence here: the backward layer
hands out what it knows after it has read all of x, which stands at the *first* step of the
sequence. Tests hold all of it equal to Keras.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from lib.recurrence import Trace, unroll

Merge = Callable[[np.ndarray, np.ndarray], np.ndarray]

MERGE_MODES: dict[str, Merge] = {
    "concat": lambda forward, backward: np.concatenate([forward, backward], axis=-1),
    "sum": lambda forward, backward: forward + backward,
    "ave": lambda forward, backward: (forward + backward) / 2,
    "mul": lambda forward, backward: forward * backward,
}
"""Keras's `merge_mode` by name. With None Keras returns the two unmerged, as the record does."""


@dataclass(frozen=True, slots=True, eq=False)
class TwoWays:
    """Both layers' traces, in the order in which each has read x."""

    forward: Trace
    backward: Trace
    merge: Merge
    mask: np.ndarray | None

    @property
    def sequence(self) -> np.ndarray:
        """With `return_sequences=True`: (N, T, U), or 2U. The backward part is turned round.

        At masked steps it is zero: Keras sets `zero_output_for_mask` where both ways meet.
        """
        merged = self.merge(self.forward.hidden, self.backward.hidden[:, ::-1])
        return merged if self.mask is None else np.where(self.mask[:, :, None], merged, 0)

    @property
    def last(self) -> np.ndarray:
        """With `return_sequences=False`: each layer's own last step, (N, U), or 2U."""
        return self.merge(self.forward.hidden[:, -1], self.backward.hidden[:, -1])


def unroll_both_ways(
    cell: str,
    weights: Sequence[np.ndarray],
    x: np.ndarray,
    mask: np.ndarray | None = None,
    *,
    merge_mode: str = "concat",
    activation: str = "tanh",
) -> TwoWays:
    """Run `Bidirectional(cell)` over x (N, T, F).

    Args:
        cell: a key of `lib.experiment.CELLS`.
        weights: six arrays, as Keras's `get_weights()` orders them: the forward layer's, then the
            backward layer's.
        x: inputs (N, T, F).
        mask: as for `lib.recurrence.unroll`.
        merge_mode: a key of `MERGE_MODES`.
        activation: as for `lib.recurrence.unroll`.

    Raises:
        ValueError: for an unknown name, or shapes that don't fit.
    """
    if merge_mode not in MERGE_MODES:
        raise ValueError(f"merge_mode must be one of {list(MERGE_MODES)}, got {merge_mode!r}")
    if len(weights) != 6:
        raise ValueError(f"weights must be 6 arrays, 3 for each direction, got {len(weights)}")
    return TwoWays(
        unroll(cell, weights[:3], x, mask, activation=activation),
        unroll(cell, weights[3:], x, mask, go_backwards=True, activation=activation),
        MERGE_MODES[merge_mode],
        None if mask is None else np.asarray(mask, bool),
    )
