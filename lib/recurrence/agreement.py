"""How far Keras is from the NumPy that the pictures are drawn from, and whether rounding says why.

Both compute in 32 bits and add up in different orders. A layer makes more of such a difference, or
less, at every step, so that no fixed limit fits all. What is measured instead: how far each of them
is from the same computation in 64 bits.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lib.recurrence.model import unroll_stack
from lib.recurrence.padded import ROUNDING

TIMES = 4.0
"""Keras's distance from 64 bits may be so many times NumPy's own. That both distances together are
as large as the difference would say nothing: so they are by the triangle inequality, always."""
VISIBLE = 1e-3
"""From here on a difference can be seen in the numbers of the page, whatever its cause."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """Largest differences of outputs and last states, relative to Keras's largest value above 1."""

    differs: float
    """NumPy's from Keras's, both in 32 bits."""
    numpy_off: float | None = None
    """NumPy's in 32 bits from those in 64; None where ROUNDING is enough."""
    keras_off: float | None = None
    """Keras's from NumPy's in 64 bits."""

    @property
    def is_rounding(self) -> bool:
        """Whether rounding to 32 bits is why they differ."""
        if self.numpy_off is None or self.keras_off is None:
            return self.differs <= ROUNDING
        return self.keras_off <= TIMES * self.numpy_off

    @property
    def allowed(self) -> float:
        """Up to here the two are called the same."""
        return max(ROUNDING, VISIBLE if self.is_rounding else 0.0)


def agreement(
    cell: str,
    weights: Sequence[np.ndarray],
    x: np.ndarray,
    sequence: np.ndarray,
    states: Sequence[np.ndarray],
) -> Agreement:
    """Compare a stack of recurrent layers with what Keras computed for it.

    `weights` are three for each layer, from the bottom up, and `x` is (N, T, F). Of the top one
    Keras's outputs are `sequence` (N, T, U), and its last `states` (N, U) h, and an LSTM's c.
    """
    keras = [sequence, *states]

    def computed(precision: type[np.floating]) -> list[np.ndarray]:
        """Outputs, and the states after the last step."""
        top = unroll_stack(cell, weights, x, precision=precision)[-1]
        return [top.hidden, *(s[:, -1] for s in (top.hidden, top.cell) if s is not None)]

    def largest(ones: Sequence[np.ndarray], others: Sequence[np.ndarray]) -> float:
        return max(
            float(np.abs(one - other).max() / max(1.0, np.abs(theirs).max()))
            for one, other, theirs in zip(ones, others, keras, strict=True)
        )

    ours = computed(np.float32)
    differs = largest(ours, keras)
    if differs <= ROUNDING:
        return Agreement(differs)
    exact = computed(np.float64)
    return Agreement(differs, largest(ours, exact), largest(keras, exact))
