"""Columns → deviations from the mean of their training rows, over all series or each by itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

from lib.origin import Scale
from lib.tables.table import WindowError

_FARTHEST = 1e15
"""A standardised value beyond this would overflow when squared as float32."""

Groups: TypeAlias = tuple[np.ndarray, int]
"""Which series each row belongs to, (R,), and how many there are."""


def standards(
    values: np.ndarray,
    names: Sequence[str],
    training: np.ndarray,
    groups: Groups | None,
) -> tuple[Scale, list[str]]:
    """Offsets and deviations of columns (R, C) from the training rows, and those that don't vary.

    With `groups` each series has its own; one without training rows has those of all.
    """
    offset, deviation, constant = _moments(values[training])
    flat = [names[j] for j in np.flatnonzero(constant).tolist()]
    if groups is None:
        return Scale(offset, deviation), flat
    series, count = groups
    offset, deviation = np.tile(offset, (count, 1)), np.tile(deviation, (count, 1))
    rows = np.flatnonzero(training)
    own, first = np.unique(series[rows], return_index=True)  # each series' rows lie together
    for s, known in zip(own, np.split(values[rows], first[1:]), strict=True):
        offset[s], deviation[s], _ = _moments(known)
    return Scale(offset, deviation), flat


def _moments(known: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean and deviation of columns (R, C), 1 where a column is constant, and which are."""
    offset, deviation = known.mean(axis=0), known.std(axis=0)
    constant = known.max(axis=0) == known.min(axis=0)
    constant |= deviation <= 1e-12 * np.abs(offset)  # the rest is rounding
    return offset, np.where(constant, 1.0, deviation), constant


def check_near(deviations: np.ndarray, names: Sequence[str]) -> None:
    """Raise WindowError where a standardised column (R, C) can't be computed with."""
    far = np.abs(deviations).max(axis=0)
    if far.max() > _FARTHEST:
        column = names[int(far.argmax())]
        raise WindowError(
            f"{column} gets {far.max():.1g} deviations away from its mean in the training rows, "
            f"and at most {_FARTHEST:.0g} can be computed with: mend its values or leave it out."
        )
