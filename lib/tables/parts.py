"""Which rows and series of a table the training, validation and test parts of its windows have.

Counted from the windows themselves, whatever they were meant to be (`cutting`).
"""

from __future__ import annotations

import numpy as np

from lib.dataset import Dataset, Origin


def rows_by_part(dataset: Dataset, origin: Origin) -> dict[str, np.ndarray]:
    """Which rows each part reads or has as targets, (R,) bool, by its name."""
    by_part = {}
    for name, samples in dataset.parts.items():
        read = np.zeros(len(origin.series), bool)
        read[origin.rows(dataset.shape[1], samples)] = True
        by_part[name] = used = read.copy()
        for ahead in origin.horizons:
            used[ahead:] |= read[: len(read) - ahead]
    return by_part


def series_by_part(dataset: Dataset, origin: Origin) -> dict[str, set[int]]:
    """Which series have windows in each part, by its name."""
    first = {name: origin.starts[samples] for name, samples in dataset.parts.items()}
    return {name: set(np.unique(origin.series[rows]).tolist()) for name, rows in first.items()}


def part_spans(dataset: Dataset, origin: Origin, series: int) -> list[tuple[int, int, str]]:
    """From which to which row of a series each part goes, targets included, with its name."""
    length = origin.rate * (dataset.shape[1] - 1) + max(origin.horizons)
    first = {name: origin.starts[samples] for name, samples in dataset.parts.items()}
    own = {name: rows[origin.series[rows] == series] for name, rows in first.items()}
    return [(int(s.min()), int(s.max()) + length, name) for name, s in own.items() if len(s)]
