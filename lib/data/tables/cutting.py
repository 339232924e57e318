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


def every_kth(times: float, period: int) -> int:
    """Of which k every k-th makes so many times fewer, or more: of a season all rows come up."""
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

    `series` tell which one a row belongs to, (R,) int, never decreasing; `rank` where it stands in
    time, (R,) int from 0, increasing in each; `segment` the part of a series that no window leaves,
    (R,) int, never decreasing: all of it, where none is given. The seed draws the series of each
    part. Of more than `most` windows every k-th is used.

    Raises TooShortError where a part would have no window, and WindowError where there are too few
    series for the parts.
    """
    one = partial(_cut, series, rank, series if segment is None else segment, seed=seed, most=most)
    try:
        return one(data)
    except TooShortError as error:
        words, cure = f"{error}", error.cure
    while cure:  # of a panel it is no more than a guess
        try:
            one(Experiment(data).set(**cure).data)
            break
        except TooShortError as error:
            cure = error.cure if error.cure != cure else {}
    names = {"T": "T", "horizon": "a horizon"}
    choices = joined([f"{names[key]} ≤ {value}" for key, value in cure.items()])
    raise TooShortError(f"{words}: {f'choose {choices}, or ' if cure else ''}add rows.", cure)


def _cut(
    series: np.ndarray,
    rank: np.ndarray,
    segment: np.ndarray,
    data: DataSettings,
    *,
    seed: int,
    most: float,
) -> Cut:
    """The same, but that a cure is a guess and isn't told."""
    span = span_of(data)
    if data.split == "id":
        part = _parts_by_series(series, segment, data, seed)
    else:
        times = int(rank.max(initial=-1)) + 1
        if data.test and times < 3 * span + 2 * data.gap:
            data = replace(data, test=0)
        part = _parts_by_time(rank, times, data)
    block = np.where(part < 0, -1, segment.astype(np.int64) * 3 + part)
    first = np.arange(len(series) - span + 1)
    first = first[(block[first] >= 0) & (block[first] == block[first + span - 1])]
    new = np.flatnonzero(np.diff(block[first], prepend=-1))  # counted anew in each block
    number = np.arange(len(first)) - np.repeat(new, np.diff(new, append=len(first)))
    first = first[number % data.stride == 0]
    by_part = [first[part[first] == p] for p in range(3)]
    every = every_kth(len(first) / most, 168)  # hours of a week: all hours and weekdays come up
    while every > 1 and sum(len(starts[::every]) for starts in by_part) > most:
        every = every_kth(every + 1, 168)
    by_part = [starts[::every] for starts in by_part]
    names = ("training", "validation", "test")[: part_count(data)]
    for name, starts in zip(names, by_part, strict=False):
        if not len(starts):
            longest = int(np.bincount(segment).max())
            fewer = {"T": max(2, data.timesteps // 2)} if data.timesteps > 2 else {}
            whole = " without a gap" if segment is not series else ""
            about = {"part": name, "longest": longest, "whole": whole}
            raise TooShortError.of("no_window", fewer, data=data, **about)
    sizes = (len(by_part[0]), len(by_part[1]), len(by_part[2]))
    return Cut(np.concatenate(by_part), sizes, part, every)


def _parts_by_time(rank: np.ndarray, times: int, data: DataSettings) -> np.ndarray:
    """The part of each row, (R,) int. Of one series each part has its share of windows."""
    span, parts = span_of(data), part_count(data)
    usable = times - (parts - 1) * data.gap
    windows = usable - parts * (span - 1)
    if windows < parts:
        raise _too_short(data, times, usable // parts)
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
    rows, parts = np.zeros(series[-1] + 1, int), part_count(data)
    np.maximum.at(rows, series, np.bincount(segment)[segment])  # the longest segment of each
    usable = np.flatnonzero(rows >= span_of(data))
    if len(rows) < parts:
        are = "is 1" if len(rows) == 1 else f"are {len(rows)}"
        raise WindowError.of("few_series", parts=parts, are=are)
    if len(usable) < parts:
        nth = int(np.sort(rows)[-parts])
        raise _too_short(data, nth, nth)
    order = np.random.default_rng([seed, 0]).permutation(usable)
    train, test = _shares(len(usable), data)
    of_series = np.full(len(rows), -1)
    for number, chosen in enumerate(np.split(order, [train, len(usable) - test])):
        of_series[chosen] = number
    return of_series[series]


def _shares(count: int, data: DataSettings) -> tuple[int, int]:
    """How many of all are for training and for the test: at least one for each part."""
    train = min(max(round(count * data.train / 100), 1), count - part_count(data) + 1)
    test = min(max(round(count * data.test / 100), 1), count - train - 1) if data.test else 0
    return train, test


def _too_short(data: DataSettings, rows: int, longest_span: int) -> TooShortError:
    """What is needed, and the nearest settings that one series of `rows` would do for."""
    span, parts = span_of(data), part_count(data)
    apart = f", {data.rate} rows apart," if data.rate > 1 else ""
    need = f"need series of {span} rows at least"
    if data.split == "time":
        what = "one window to learn from, one to check on"
        what += ", one for the test" if data.test else ""
        what += f", and {data.gap} rows between" if data.gap else ""
        need = f"need at least {parts * span + (parts - 1) * data.gap} rows ({what})"
    cure = _cure(data, longest_span)
    return TooShortError.of("too_short", cure, data=data, apart=apart, need=need, rows=rows)


def _cure(data: DataSettings, longest_span: int) -> dict[str, int]:
    """The nearest settings whose span fits: a smaller T, else a shorter horizon, else both."""
    timesteps = (longest_span - data.horizon - 1) // data.rate + 1
    if timesteps >= 2:
        return {"T": timesteps}
    horizon = longest_span - span_of(data) + data.horizon
    if horizon >= 1:
        return {"horizon": horizon}
    timesteps = (longest_span - 2) // data.rate + 1
    return {"T": timesteps, "horizon": 1} if timesteps >= 2 else {}


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
