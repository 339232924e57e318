"""A table's rows → `Rows`: what inputs and targets say, series after series, in order of time.

Gaps are filled from the past of the same series, or rows dropped. Nothing is cut or standardised.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from lib.data.tables.features import features
from lib.data.tables.order import as_texts, segments
from lib.data.tables.table import MAX_COLUMNS, Table, WindowError, said
from lib.experiment import NO_SERIES, DataSettings
from lib.text import counted, listed


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """R rows of S series, each with F features and C targets, none of them missing."""

    feature_names: tuple[str, ...]
    inputs: np.ndarray
    """(R, F) float64."""
    targets: np.ndarray
    """(R, C) float64."""
    series: np.ndarray
    """Which series a row belongs to, (R,) int, 0 to S-1, never decreasing."""
    names: tuple[str, ...]
    """S names; ("",) where all rows are one series."""
    times: pd.Index | None
    """A label for each row."""
    rank: np.ndarray
    """Where a row stands among all distinct times, (R,) int from 0; increasing in each series."""
    segment: np.ndarray
    """Which run of rows without a gap a row belongs to, (R,) int: `order.segments`."""
    notes: tuple[str, ...]
    """What was done, a sentence each."""
    fewer: tuple[str, ...]
    """And why there are fewer rows than in the table."""


def series_column(table: Table, chosen: str) -> str:
    """The column that tells series apart, "" for none. Raises WindowError where it isn't there."""
    name = {"": table.series, NO_SERIES: ""}.get(chosen, chosen)
    if name and name not in table.frame.columns:
        there = [str(column) for column in table.frame.columns]
        raise WindowError.of("no_such_series", column=name, table=table.name, there=there)
    return name


def rows_of(
    table: Table, inputs: tuple[str, ...], targets: tuple[str, ...], data: DataSettings
) -> Rows:
    """The rows that can be used. Raises WindowError for wrong columns, none or too many."""
    _check_targets(table, targets)
    if len(set(inputs)) < len(inputs):
        raise WindowError.of("inputs_twice", inputs=list(inputs))
    names, columns = features(table, inputs)
    columns += [table.frame[name].to_numpy(np.float64) for name in targets]
    frame = pd.DataFrame(dict(enumerate(columns)), copy=False)
    labels = [*names, *targets]
    codes, times = np.zeros(len(frame), np.int8), table.times
    series: tuple[str, ...] = ("",)
    notes, fewer = list[str](), list[str]()
    if by := series_column(table, data.series):
        numbers, found = pd.factorize(as_texts(table.frame[by]), use_na_sentinel=False)
        codes = numbers.astype(np.int32)
        series = tuple("none" if pd.isna(name) else f"{name}" for name in found)
    keys = (times.asi8, codes) if isinstance(times, pd.DatetimeIndex) else (codes,)
    order = np.lexsort(keys)
    moved = bool((np.diff(order) != 1).any())
    if by:
        several = counted(len(series), "series", "series")
        notes.append(said("in_order" if moved else "crossed", by=by, series=several))
    elif moved:
        notes.append("All rows are one series, and were put in order of time.")
    if moved:
        frame, codes = frame.iloc[order], codes[order]
        times = None if times is None else times[order]
    if isinstance(times, pd.DatetimeIndex):
        frame, codes, times = _one_row_a_time(frame, codes, times, by, fewer)
    if data.missing == "fill":
        frame = _filled(frame, codes, labels, notes)
    keep = _complete(frame, labels, data.missing, fewer)
    frame, codes = frame[keep], codes[keep]
    times = times if times is None or keep.all() else times[keep]
    rank = pd.Series(codes).groupby(codes).cumcount().to_numpy()
    dates: np.ndarray | None = None
    if isinstance(times, pd.DatetimeIndex) and not times.hasnans:
        dates = times.to_numpy()
        by_time = np.unique(times.asi8, return_inverse=True)[1]
        if (np.diff(by_time)[np.diff(codes) == 0] > 0).all():  # else as the table has them
            rank = by_time
    values = frame.to_numpy()
    return Rows(
        feature_names=tuple(names),
        inputs=values[:, : len(names)],
        targets=values[:, len(names) :].copy(),  # without the inputs, which nobody keeps
        series=codes,
        names=series,
        times=times,
        rank=rank,
        segment=segments(codes, np.flatnonzero(keep), dates),
        notes=tuple(notes),
        fewer=tuple(fewer),
    )


def _check_targets(table: Table, targets: tuple[str, ...]) -> None:
    for name in targets:
        if name in table.categories:
            raise WindowError.of("text_target", column=name, there=listed(table.numbers))
        if name not in table.numbers:
            there = list(table.numbers)
            raise WindowError.of("no_such_target", column=name, table=table.name, there=there)
    if not 1 <= len(set(targets)) == len(targets) <= MAX_COLUMNS:
        names = list(targets)
        raise WindowError.of("targets_twice", most=MAX_COLUMNS, count=len(names), targets=names)


def _one_row_a_time(
    frame: pd.DataFrame, codes: np.ndarray, times: pd.DatetimeIndex, by: str, fewer: list[str]
) -> tuple[pd.DataFrame, np.ndarray, pd.DatetimeIndex]:
    """The rows with those of one series and one time averaged, which there should be one of."""
    same = (np.diff(codes) == 0) & (np.diff(times.asi8) == 0)
    if not same.any():
        return frame, codes, times
    group = np.cumsum(np.r_[True, ~same]) - 1
    first = np.flatnonzero(np.r_[True, ~same])
    several = counted(len(np.unique(group[1:][same])), "time has", "times have")
    rows = {"before": counted(len(frame), "row"), "after": f"{len(first):,}"}
    fewer.append(said("averaged_of" if by else "averaged", times=several, by=by, **rows))
    return frame.groupby(group, sort=False).mean(), codes[first], times[first]


def _filled(
    frame: pd.DataFrame, codes: np.ndarray, labels: list[str], notes: list[str]
) -> pd.DataFrame:
    """The rows with missing values filled from the past of their series."""
    if not (gaps := _gaps(frame, labels)):
        return frame
    frame = frame.ffill() if not codes[-1] else frame.groupby(codes).ffill()
    if filled := gaps - _gaps(frame, labels):
        values = counted(filled, "missing value was", "missing values were")
        notes.append(said("filled", values=values))
    return frame


def _complete(frame: pd.DataFrame, labels: list[str], missing: str, fewer: list[str]) -> np.ndarray:
    """Which rows have no missing value, (R,) bool."""
    known = frame.notna()
    keep = known.all(axis=1).to_numpy()
    if dropped := int((~keep).sum()):
        which = listed(dict.fromkeys(name for j, name in enumerate(labels) if not known[j].all()))
        rows = counted(dropped, "row was", "rows were")
        fewer.append(said(f"dropped_{missing}", rows=rows, columns=which))
    return keep


def _gaps(frame: pd.DataFrame, labels: list[str]) -> int:
    """How many values are missing; a column that is input and target counts once."""
    missing = frame.isna().sum()
    return int(sum(dict(zip(labels, missing, strict=True)).values()))
