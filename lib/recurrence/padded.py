"""Sequences of different length, padded in each of the ways that people pad them.

Four shortened copies of one sample stand for a batch of different lengths. NumPy computes at once
what a stack up to some layer makes of them; `lib.training.answers.modes` asks Keras the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lib.recurrence.model import unroll_stack

ROUNDING = 1e-6
"""Outputs that differ by no more are the same: other batches are added up in another order."""
SHARES = (1.0, 0.75, 0.5, 0.25)
"""The lengths of the sequences, as shares of T."""


@dataclass(frozen=True, slots=True, eq=False)
class Padded:
    """One way to treat the batch, and what the last-step mode then gives for each sequence."""

    at_end: bool
    masked: bool
    counts: np.ndarray
    """Which steps are the sequence's own, (N, T) bool; with a mask, those that it lets through."""
    last_step: np.ndarray
    """The step whose output the last-step mode gives, (N,): the last that was read; -1 where the
    mask hides them all, and the state stays as it starts."""
    outputs: np.ndarray
    """What the last-step mode gives, (N, U)."""
    differences: np.ndarray
    """Largest difference, over units, from the layer's output for the unpadded sequence, (N,)."""
    loss_steps: int
    """How many steps the mean of the sequence mode's loss is taken over."""
    hidden_steps: int
    """How many of the sequences' own steps the mask hides, as zeros that are no padding."""
    stays_zero: bool
    """Whether zeros in front are read and leave the layer's state where it starts, at zero."""

    @property
    def title(self) -> str:
        """What is done, in words: "Padded at the end, with a mask"."""
        place, mask = "end" if self.at_end else "start", "with" if self.masked else "without"
        return f"Padded at the {place}, {mask} a mask"


def lengths(steps: int) -> np.ndarray:
    """Of the four sequences, (N,): T, and three shorter ones; at least 1."""
    return np.maximum(1, np.round(np.array(SHARES) * steps)).astype(int)


def batch(x: np.ndarray, at_end: bool) -> tuple[np.ndarray, np.ndarray]:
    """The first steps of one sample (T, F), four lengths of it: x (N, T, F), and what counts."""
    steps = len(x)
    padded = np.zeros((len(SHARES), *x.shape), np.float32)
    counts = np.zeros(padded.shape[:2], bool)
    for row, length in enumerate(lengths(steps)):
        place = slice(0, length) if at_end else slice(steps - length, steps)
        padded[row, place] = x[:length]
        counts[row, place] = True
    return padded, counts


def masking(x: np.ndarray) -> np.ndarray:
    """Which steps of x (N, T, F) the layer `Masking(0.0)` lets through, (N, T): not all zero."""
    return (x != 0).any(axis=-1)


def ways(cell: str, weights: Sequence[np.ndarray], x: np.ndarray) -> list[Padded]:
    """All four: padded at the end and at the start, without a mask and with that of `Masking`.

    `weights` are those of a stack up to the layer that is looked at. The features `x` (T, F) of one
    sample are what is padded, and what the mask is made of, which is handed up.
    """
    steps = len(x)
    unpadded = unroll_stack(cell, weights, x[None])[-1].hidden[0, lengths(steps) - 1]
    treatments = []
    for at_end in (True, False):
        padded, own_steps = batch(x, at_end)
        mask = masking(padded)
        for masked in (False, True):
            counts = mask if masked else own_steps
            hidden = unroll_stack(cell, weights, padded, mask if masked else None)[-1].hidden
            in_front = hidden[~own_steps]
            stays_zero = not at_end and not masked and in_front.size > 0 and not in_front.any()
            own_last = np.where(counts.any(axis=1), steps - 1 - counts[:, ::-1].argmax(axis=1), -1)
            treatments.append(
                Padded(
                    at_end,
                    masked,
                    counts,
                    last_step=own_last if masked else np.full(len(counts), steps - 1),
                    outputs=hidden[:, -1],
                    differences=np.abs(hidden[:, -1] - unpadded).max(axis=1),
                    loss_steps=int(counts.sum()) if masked else counts.size,
                    hidden_steps=int((own_steps & ~mask).sum()) if masked else 0,
                    stays_zero=stays_zero,
                )
            )
    return treatments
