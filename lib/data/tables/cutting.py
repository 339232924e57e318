"""Which rows become which window of which part: whole numbers alone, no values.

A window reads `timesteps` rows of one series, `rate` rows apart, and its targets lie up to
`horizon` rows after each. It belongs to a part with all its rows, targets included: so no row is in
two parts. By time the parts follow one another; by series each has some of them. What the parts of
a dataset have is counted from its windows themselves, whatever they were meant to be.
"""

import math
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from lib.data.dataset import Dataset, Origin
from lib.data.tables.table import TooShortError, WindowError
from lib.experiment import DataSettings, Experiment
from lib.text import joined

_HOURS_OF_A_WEEK = 168


def every_kth(times: float, period: int) -> int:
    """The k for which every k-th makes at least `times` times fewer, and meets all of a season."""
    every = max(1, math.ceil(times))
    while math.gcd(every, max(1, period)) > 1:
        every += 1
    return every


def span_of(data: DataSettings) -> int:
    """The rows that a window covers, targets included."""
    return (data.timesteps - 1) * data.rate + data.horizon + 1


def part_count(data: DataSettings) -> int:
    """2, or 3 with a test part."""
    return 3 if data.test else 2


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """The windows: those of the training part first, then validation, then test."""

    starts: np.ndarray
    """The row of each window's first timestep, (N,) int; increasing in each part."""
    sizes: tuple[int, int, int]
    """How many windows are for training, validation and test."""
    part: np.ndarray
    """The part that each row belongs to, (R,) int: 0, 1 or 2; -1 for the gaps."""
    every: int
    """Every k-th window of a part is used, since all would be too many; 1 means all."""


def cut(
    series: np.ndarray,
    rank: np.ndarray,
    data: DataSettings,
    seed: int = 0,
    most: float = math.inf,
    *,
    segment: np.ndarray | None = None,
) -> Cut:
    """Cut rows into windows; where there are too few rows for a test part, without one.

    Args:
        series: which series a row belongs to, (R,) int, never decreasing.
        rank: where a row stands in time, (R,) int from 0, increasing in each series.
        data: the settings.
        seed: draws the series of each part.
        most: of more windows every k-th is used.
        segment: the part of a series that no window leaves, (R,) int, never decreasing; all of it
            by default.

    Raises:
        TooShortError: where a part would have no window, with settings that would do.
        WindowError: where there are too few series for the parts.
    """
    attempt = partial(_cut, series, rank, segment, seed=seed, most=most)
    try:
        return attempt(data)
    except TooShortError as error:
        reason, cure = f"{error}", error.cure
    while cure:  # an estimate, where series are of different lengths: try it
        try:
            attempt(Experiment(data).set(**cure).data)
            break
        except TooShortError as error:
            cure = error.cure if error.cure != cure else {}
    names = {"T": "T", "horizon": "a horizon"}
    choices = joined([f"{names[key]} ≤ {value}" for key, value in cure.items()])
    raise TooShortError(f"{reason}: {f'choose {choices}, or ' if cure else ''}add rows.", cure)


def _cut(
    series: np.ndarray,
    rank: np.ndarray,
    segment: np.ndarray | None,
    data: DataSettings,
    *,
    seed: int,
    most: float,
) -> Cut:
    """The same; the error's message ends before the cure, which is an estimate."""
    span = span_of(data)
    whole, segment = (" without a gap", segment) if segment is not None else ("", series)
    if data.split == "id":
        part = _parts_by_series(series, segment, data, seed)
    else:
        times = int(rank.max(initial=-1)) + 1
        if data.test and times < 3 * span + 2 * data.gap:
            data = replace(data, test=0)
        part = _parts_by_time(rank, times, data)
    # A window lies within a block: one segment's rows of one part.
    block = np.where(part < 0, -1, segment.astype(np.int64) * 3 + part)
    first = np.arange(len(series) - span + 1)
    first = first[(block[first] >= 0) & (block[first] == block[first + span - 1])]
    begins = np.flatnonzero(np.diff(block[first], prepend=-1))
    number = np.arange(len(first)) - np.repeat(begins, np.diff(begins, append=len(first)))
    first = first[number % data.stride == 0]  # counted anew in each block
    by_part = [first[part[first] == p] for p in range(3)]
    every = every_kth(len(first) / most, _HOURS_OF_A_WEEK)  # so all hours and weekdays come up
    while every > 1 and sum(len(starts[::every]) for starts in by_part) > most:
        every = every_kth(every + 1, _HOURS_OF_A_WEEK)
    by_part = [starts[::every] for starts in by_part]
    names = ("training", "validation", "test")[: part_count(data)]
    for name, starts in zip(names, by_part, strict=False):
        if not len(starts):
            raise TooShortError(
                f"{data.timesteps} timesteps and a horizon of {data.horizon} leave no window for "
                f"the {name} part in any series, of which the longest has "
                f"{np.bincount(segment).max()} rows{whole}",
                {"T": max(2, data.timesteps // 2)} if data.timesteps > 2 else {},
            )
    sizes = (len(by_part[0]), len(by_part[1]), len(by_part[2]))
    return Cut(np.concatenate(by_part), sizes, part, every)


def _parts_by_time(rank: np.ndarray, times: int, data: DataSettings) -> np.ndarray:
    """The part of each row, (R,) int. Of one series each part has its share of windows."""
    span, parts = span_of(data), part_count(data)
    usable = times - (parts - 1) * data.gap
    windows = usable - parts * (span - 1)
    if windows < parts:
        what = "one window to learn from, one to check on"
        what += ", one for the test" if data.test else ""
        what += f", and {data.gap} rows between" if data.gap else ""
        need = f"need at least {parts * span + (parts - 1) * data.gap} rows ({what})"
        raise _too_short(data, need, times, usable // parts)
    train, test = _shares(windows, data)
    edges = [train + span - 1, times]
    if test:
        edges.insert(1, times - (test + span - 1) - data.gap)
    part = np.full(len(rank), -1)
    begin = 0
    for number, end in enumerate(edges):
        part[(begin <= rank) & (rank < end)] = number
        begin = end + data.gap
    return part


def _parts_by_series(
    series: np.ndarray, segment: np.ndarray, data: DataSettings, seed: int
) -> np.ndarray:
    """The part of each row's series, (R,) int, drawn by the seed; -1 for one without a window."""
    longest, parts = np.zeros(series[-1] + 1, int), part_count(data)
    np.maximum.at(longest, series, np.bincount(segment)[segment])  # segment of each series
    usable = np.flatnonzero(longest >= span_of(data))
    if (count := len(longest)) < parts:
        raise WindowError(
            f"a split by series needs {parts} of them at least, one for each part, and there "
            f"{'is 1' if count == 1 else f'are {count}'}: split by time."
        )
    if len(usable) < parts:
        rows = int(np.sort(longest)[-parts])
        raise _too_short(data, f"need series of {span_of(data)} rows at least", rows, rows)
    order = np.random.default_rng([seed, 0]).permutation(usable)
    train, test = _shares(len(usable), data)
    of_series = np.full(count, -1)
    for number, chosen in enumerate(np.split(order, [train, len(usable) - test])):
        of_series[chosen] = number
    return of_series[series]


def _shares(count: int, data: DataSettings) -> tuple[int, int]:
    """How many of all are for training and for the test: at least one for each part."""
    train = min(max(round(count * data.train / 100), 1), count - part_count(data) + 1)
    test = min(max(round(count * data.test / 100), 1), count - train - 1) if data.test else 0
    return train, test


def _too_short(data: DataSettings, need: str, rows: int, longest_span: int) -> TooShortError:
    """What is needed, and the nearest settings with a span that fits.

    A smaller T, else a shorter horizon, else both.
    """
    timesteps = (longest_span - data.horizon - 1) // data.rate + 1
    horizon = longest_span - span_of(data) + data.horizon
    shortest = (longest_span - 2) // data.rate + 1
    cure = {}
    if timesteps >= 2:
        cure = {"T": timesteps}
    elif horizon >= 1:
        cure = {"horizon": horizon}
    elif shortest >= 2:
        cure = {"T": shortest, "horizon": 1}
    apart = f", {data.rate} rows apart," if data.rate > 1 else ""
    return TooShortError(
        f"{data.timesteps} timesteps{apart} and a horizon of {data.horizon} {need}, but there are "
        f"{rows}",
        cure,
    )


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
