"""Sequences of different lengths in one batch, padded at the end or start, masked or unmasked."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lib.recurrence.cells import Array
from lib.recurrence.model import unroll_stack

SHARES = (1.0, 0.75, 0.5, 0.25)  # the lengths of four sequences, divided by T


@dataclass(frozen=True, slots=True, eq=False)
class Padded:
    """A padded batch of N sequences, and the effect of the padding on each sequence."""

    at_end: bool
    masked: bool
    counts: Array  # (N, T) bool: steps that aren't padding; with a mask, the unmasked steps
    last_step: Array  # the step of the last-step output, (N,); -1 if the mask hides all steps
    outputs: Array  # the last-step outputs, (N, U)
    differences: Array  # each sequence's largest difference from its unpadded output, (N,)
    loss_steps: int  # the number of steps in sequence mode's loss
    hidden_steps: int  # the number of unpadded steps that the mask hides, since they are all zero

    @property
    def title(self) -> str:
        """The kind of padding in words: "Padded at the end, with a mask"."""
        place, mask = "end" if self.at_end else "start", "with" if self.masked else "without"
        return f"Padded at the {place}, {mask} a mask"


def lengths(steps: int) -> Array:
    """Return the lengths of the four sequences, (N,): T and three shorter lengths, at least 1."""
    return np.maximum(1, np.round(np.array(SHARES) * steps)).astype(int)


def batch(x: Array, at_end: bool) -> tuple[Array, Array]:
    """Cut a sample (T, F) to four lengths and pad it. Return x (N, T, F), and unpadded steps."""
    steps = len(x)
    padded = np.zeros((len(SHARES), *x.shape), np.float32)
    is_own = np.zeros(padded.shape[:2], bool)
    for row, length in enumerate(lengths(steps)):
        place = slice(0, length) if at_end else slice(steps - length, steps)
        padded[row, place] = x[:length]
        is_own[row, place] = True
    return padded, is_own


def padded_batches(cell: str, weights: Sequence[Array], x: Array) -> list[Padded]:
    """Return batches of a sample (T, F), padded at the end and start, without and with a mask."""
    steps = len(x)
    unpadded = unroll_stack(cell, weights, x[None])[-1].hidden[0, lengths(steps) - 1]
    batches = []
    for at_end in (True, False):
        padded, is_own = batch(x, at_end)
        mask = (padded != 0).any(axis=-1)  # (N, T), the mask of `Masking(0.0)`
        for masked in (False, True):
            counts = mask if masked else is_own
            hidden = unroll_stack(cell, weights, padded, mask if masked else None)[-1].hidden
            last = np.where(counts.any(axis=1), steps - 1 - counts[:, ::-1].argmax(axis=1), -1)
            batches.append(
                Padded(
                    at_end,
                    masked,
                    counts,
                    last_step=last if masked else np.full(len(counts), steps - 1),
                    outputs=hidden[:, -1],
                    differences=np.abs(hidden[:, -1] - unpadded).max(axis=1),
                    loss_steps=int(counts.sum()) if masked else counts.size,
                    hidden_steps=int((is_own & ~mask).sum()) if masked else 0,
                )
            )
    return batches
