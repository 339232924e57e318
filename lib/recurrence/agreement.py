"""Compare Keras's outputs with NumPy's, and tell whether rounding explains the difference.

Both compute in 32 bits and add up in different orders. Each step of a layer enlarges or shrinks
such a difference, so no fixed limit fits all layers. Instead the error of each is measured against
the same computation in 64 bits.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lib.recurrence.model import unroll_stack
from lib.recurrence.padded import ROUNDING

TIMES = 4.0
"""Rounding explains a difference if Keras's error is at most so many times NumPy's. The sum of both
errors would tell nothing: by the triangle inequality it always exceeds the difference."""
VISIBLE = 1e-3
"""A difference from here on can be seen in the numbers of the page."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """Largest differences of outputs and last states, relative to Keras's largest value above 1."""

    differs: float
    """Between NumPy and Keras, both in 32 bits."""
    numpy_off: float | None = None
    """Between NumPy in 32 and in 64 bits; None where `differs` is below ROUNDING."""
    keras_off: float | None = None
    """Between Keras and NumPy in 64 bits; None likewise."""

    @property
    def is_rounding(self) -> bool:
        """Whether rounding to 32 bits is why they differ."""
        if self.numpy_off is None or self.keras_off is None:
            return self.differs <= ROUNDING
        return self.keras_off <= TIMES * self.numpy_off

    @property
    def allowed(self) -> float:
        """The largest difference at which the two count as equal."""
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
