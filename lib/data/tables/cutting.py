"""Find the windows in a table's rows, and assign them to training, validation and test.

All rows of a window, including its target rows, belong to one series and one split.
"""

import math
from bisect import bisect_left
from dataclasses import dataclass, replace

import numpy as np

from lib.data.dataset import Rows
from lib.data.tables.table import WindowError
from lib.experiment import DataSettings
from lib.text import counted


def every_kth(least: float, period: int) -> int:
    """Return the smallest k ≥ `least` coprime to `period`: every k-th row then has all phases."""
    every = max(1, math.ceil(least))
    while math.gcd(every, max(1, period)) > 1:
        every += 1
    return every


def parts_of(data: DataSettings) -> int:
    """Return the number of splits: 2, or 3 with a test split."""
    return 3 if data.test else 2


def span_of(data: DataSettings) -> int:
    """Return the number of rows that a window covers, including its targets."""
    return (data.timesteps - 1) * data.rate + data.horizon + 1


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """The windows of the training, the validation and the test split, in this order."""

    starts: np.ndarray  # the row of each window's first timestep, (N,) int; increasing in a split
    sizes: tuple[int, int, int]  # the number of windows in each split
    part: np.ndarray  # each row's split, (R,) int: 0, 1 or 2; -1 for a row in no split
    every: int  # every k-th window of a split is used; 1 unless there are too many windows


def cut(rows: Rows, rank: np.ndarray, data: DataSettings, seed: int, most: float) -> Cut:
    """Cut rows into windows, without a test split if there are too few rows.

    `rank` (R,) numbers each row's place in time. If there are more than `most` windows, use every
    k-th. Raises WindowError for too few rows or series.
    """
    block = rows.segment if data.at_gaps == "stop" else rows.series

    def attempt(timesteps: int) -> Cut | None:
        new = replace(data, timesteps=timesteps)
        if new.split == "id":
            part = _parts_by_series(rows.series, block, new, seed)
        else:
            part = _parts_by_time(rank, new)
        return _cut(block, part, new, most)

    if made := attempt(data.timesteps):
        return made
    smaller = range(2, data.timesteps)
    # Count the smaller T for which there are enough rows.
    fitting = bisect_left(smaller, True, key=lambda timesteps: attempt(timesteps) is None)
    fix = smaller[fitting - 1] if fitting else 0
    raise WindowError(
        f"{data.timesteps} timesteps and targets {counted(data.horizon, 'step')} ahead make "
        f"windows of {span_of(data)} rows. Training and validation need one window each, with no "
        f"row in common. The longest series has {np.bincount(block).max(initial=0)} rows. "
        f"Choose {f'T ≤ {fix}' if fix else 'smaller values'}, or add rows.",
        timesteps=fix,
    )


def _cut(block: np.ndarray, part: np.ndarray | None, data: DataSettings, most: float) -> Cut | None:
    """Return the windows, or None if a split has none. A window's rows are in one `block`."""
    if part is None:
        return None
    span, parts = span_of(data), int(part.max()) + 1
    # Rows of one block and one split are consecutive.
    run = np.where(part < 0, -1, block.astype(np.int64) * 3 + part)
    first = np.arange(len(block) - span + 1)
    first = first[(run[first] >= 0) & (run[first] == run[first + span - 1])]
    begins = np.flatnonzero(np.diff(run[first], prepend=-1))
    number = np.arange(len(first)) - np.repeat(begins, np.diff(begins, append=len(first)))
    first = first[number % data.stride == 0]  # counted from 0 in each run
    by_part = [first[part[first] == p] for p in range(3)]
    if not all(map(len, by_part[:parts])):
        return None
    # Rounding may add a window to each part. The k keeps all 168 hours of a week.
    every = every_kth(len(first) / max(1, most - parts), 168)
    used = [starts[::every] for starts in by_part]
    train, validation, test = map(len, used)
    return Cut(np.concatenate(used), (train, validation, test), part, every)


def _parts_by_time(rank: np.ndarray, data: DataSettings) -> np.ndarray | None:
    """Return each row's split by time, (R,) int, with the chosen shares; None for too few rows."""
    times, span = int(rank.max(initial=-1)) + 1, span_of(data)
    if data.test and times < 3 * span + 2 * data.gap:
        data = replace(data, test=0)
    parts, common = parts_of(data), span - 1
    windows = times - (parts - 1) * data.gap - parts * common
    if windows < parts:
        return None
    train, test = _shares(windows, data)
    ends = [train + common, times]
    if test:
        ends.insert(1, times - (test + common) - data.gap)
    part, begin = np.full(len(rank), -1), 0
    for number, end in enumerate(ends):
        part[(begin <= rank) & (rank < end)] = number
        begin = end + data.gap
    return part


def _parts_by_series(
    series: np.ndarray, block: np.ndarray, data: DataSettings, seed: int
) -> np.ndarray | None:
    """Return each row's split, (R,) int, drawn by series (-1 if short); None for too few series."""
    longest, parts = np.zeros(series[-1] + 1, int), parts_of(data)
    np.maximum.at(longest, series, np.bincount(block)[block])
    if (count := len(longest)) < parts:
        raise WindowError(
            f"a split by series needs at least {parts} series, one for each part, got {count}. "
            "Split by time."
        )
    usable = np.flatnonzero(longest >= span_of(data))
    if len(usable) < parts:
        return None
    order = np.random.default_rng([seed, 0]).permutation(usable)
    train, test = _shares(len(usable), data)
    of_series = np.full(count, -1)
    for number, chosen in enumerate(np.split(order, [train, len(usable) - test])):
        of_series[chosen] = number
    return of_series[series]


def _shares(count: int, data: DataSettings) -> tuple[int, int]:
    """Return how many of `count` are for training and for test; each split gets at least one."""
    train = min(max(round(count * data.train / 100), 1), count - parts_of(data) + 1)
    test = min(max(round(count * data.test / 100), 1), count - train - 1) if data.test else 0
    return train, test
