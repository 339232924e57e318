"""A batch of sequences of different lengths, padded at the end or the start, masked or not.

The batch is one sample cut to four lengths. NumPy computes what a stack of layers makes of it;
`lib.training.answers` asks Keras the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lib.recurrence.model import unroll_stack

SHARES = (1.0, 0.75, 0.5, 0.25)  # the four lengths as shares of T


@dataclass(frozen=True, slots=True, eq=False)
class Padded:
    """One treatment of the batch, and what last-step mode then returns for each sequence."""

    at_end: bool
    masked: bool
    counts: np.ndarray
    """Steps that belong to a sequence, (N, T) bool; with a mask, the steps that it keeps."""
    last_step: np.ndarray
    """The last step that is read, whose output last-step mode returns, (N,); -1 where the mask
    hides all steps."""
    outputs: np.ndarray  # what last-step mode returns, (N, U)
    differences: np.ndarray
    """Largest difference over units from the output for the unpadded sequence, (N,)."""
    loss_steps: int  # number of steps that sequence mode averages its loss over
    hidden_steps: int
    """Number of steps of the sequences themselves that the mask hides, being all zero."""

    @property
    def title(self) -> str:
        """The treatment in words: "Padded at the end, with a mask"."""
        place, mask = "end" if self.at_end else "start", "with" if self.masked else "without"
        return f"Padded at the {place}, {mask} a mask"


def lengths(steps: int) -> np.ndarray:
    """The lengths of the four sequences, (N,): T and three shorter ones, at least 1."""
    return np.maximum(1, np.round(np.array(SHARES) * steps)).astype(int)


def batch(x: np.ndarray, at_end: bool) -> tuple[np.ndarray, np.ndarray]:
    """Cut one sample (T, F) to four lengths and pad it: x (N, T, F), and its own steps (N, T)."""
    steps = len(x)
    padded = np.zeros((len(SHARES), *x.shape), np.float32)
    counts = np.zeros(padded.shape[:2], bool)
    for row, length in enumerate(lengths(steps)):
        place = slice(0, length) if at_end else slice(steps - length, steps)
        padded[row, place] = x[:length]
        counts[row, place] = True
    return padded, counts


def masking(x: np.ndarray) -> np.ndarray:
    """Steps of x (N, T, F) that the layer `Masking(0.0)` keeps, (N, T): not all zero."""
    return (x != 0).any(axis=-1)


def ways(cell: str, weights: Sequence[np.ndarray], x: np.ndarray) -> list[Padded]:
    """The four treatments: padded at the end and at the start, without and with a mask.

    `weights` are those of the layers up to the one looked at, and `x` is one sample (T, F).
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
                )
            )
    return treatments
