"""A table's rows → `Rows`: values of inputs and targets, series after series, in order of time.

Gaps are filled from the past of the same series, or rows dropped. Nothing is cut or standardised.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from lib.data.tables.features import features
from lib.data.tables.order import as_texts, segments
from lib.data.tables.table import MAX_COLUMNS, Table, WindowError
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
    """Sentences on what was done,"""
    fewer: tuple[str, ...]
    """and on why there are fewer rows than in the table."""


def series_column(table: Table, chosen: str) -> str:
    """The column that identifies series, "" for none. Raises WindowError where it isn't there."""
    name = {"": table.series, NO_SERIES: ""}.get(chosen, chosen)
    if name and name not in table.frame.columns:
        raise WindowError(
            f"the column {name!r}, by which series are told apart, isn't in {table.name}, which "
            f"has {[str(column) for column in table.frame.columns]}."
        )
    return name


def rows_of(
    table: Table, inputs: tuple[str, ...], targets: tuple[str, ...], data: DataSettings
) -> Rows:
    """The rows that can be used. Raises WindowError for wrong columns, none or too many."""
    _check_targets(table, targets)
    if len(set(inputs)) < len(inputs):
        raise WindowError(f"different input columns are allowed, got {list(inputs)}.")
    names, columns = features(table, inputs)
    columns += [table.frame[name].to_numpy(np.float64) for name in targets]
    frame = pd.DataFrame(dict(enumerate(columns)), copy=False)
    labels = [*names, *targets]
    notes, fewer = list[str](), list[str]()
    by = series_column(table, data.series)
    codes, series_names = _series_of(table, by)
    times = table.times
    keys = (times.asi8, codes) if isinstance(times, pd.DatetimeIndex) else (codes,)
    order = np.lexsort(keys)
    moved = bool((np.diff(order) != 1).any())
    if moved:
        frame, codes = frame.iloc[order], codes[order]
        times = None if times is None else times[order]
    if by and moved:
        notes.append(f"Rows were put in order of {by} and time: no window crosses series.")
    elif by:
        count = counted(len(series_names), "series", "series")
        notes.append(f"{by} tells {count} apart: no window crosses them.")
    elif moved:
        notes.append("All rows are one series, and were put in order of time.")
    if isinstance(times, pd.DatetimeIndex):
        frame, codes, times = _one_row_a_time(frame, codes, times, by, fewer)
    if data.missing == "fill":
        frame = _filled(frame, codes, labels, notes)
    keep = _complete(frame, labels, data.missing, fewer)
    frame, codes = frame[keep], codes[keep]
    times = times if times is None or keep.all() else times[keep]
    has_dates = isinstance(times, pd.DatetimeIndex) and not times.hasnans
    dates = times.to_numpy() if has_dates and times is not None else None
    values = frame.to_numpy()
    return Rows(
        feature_names=tuple(names),
        inputs=values[:, : len(names)],
        targets=values[:, len(names) :].copy(),  # without the inputs, which nobody keeps
        series=codes,
        names=series_names,
        times=times,
        rank=_rank(codes, dates),
        segment=segments(codes, np.flatnonzero(keep), dates),
        notes=tuple(notes),
        fewer=tuple(fewer),
    )


def _check_targets(table: Table, targets: tuple[str, ...]) -> None:
    for name in targets:
        if name in table.categories:
            raise WindowError(
                f"the target column {name!r} holds texts, and only numbers can be predicted: "
                f"choose among {listed(table.numbers)}."
            )
        if name not in table.numbers:
            raise WindowError(
                f"the target column {name!r} isn't a number column of {table.name}, which has "
                f"{list(table.numbers)}."
            )
    if not 1 <= len(set(targets)) == len(targets) <= MAX_COLUMNS:
        raise WindowError(
            f"1 to {MAX_COLUMNS} different target columns are allowed, got {len(targets)}: "
            f"{list(targets)}."
        )


def _series_of(table: Table, by: str) -> tuple[np.ndarray, tuple[str, ...]]:
    """The series of each row, (R,) int, and S names, from the column that identifies them."""
    if not by:
        return np.zeros(len(table.frame), np.int8), ("",)
    codes, found = pd.factorize(as_texts(table.frame[by]), use_na_sentinel=False)
    return codes.astype(np.int32), tuple("none" if pd.isna(name) else f"{name}" for name in found)


def _one_row_a_time(
    frame: pd.DataFrame, codes: np.ndarray, times: pd.DatetimeIndex, by: str, fewer: list[str]
) -> tuple[pd.DataFrame, np.ndarray, pd.DatetimeIndex]:
    """Average the rows of one series and one time, where there are several."""
    same = (np.diff(codes) == 0) & (np.diff(times.asi8) == 0)
    if not same.any():
        return frame, codes, times
    group = np.cumsum(np.r_[True, ~same]) - 1
    first = np.flatnonzero(np.r_[True, ~same])
    have = counted(len(np.unique(group[1:][same])), "time has", "times have")
    became = f"{counted(len(frame), 'row')} became {len(first):,} by averaging"
    if by:
        fewer.append(
            f"{have} more than one row of one series, so {became}: {by} doesn't tell them apart. "
            "Choose another column."
        )
    else:
        fewer.append(
            f"{have} more than one row, so {became}: no column was chosen that tells series apart. "
            "Choose one, or leave the dates out."
        )
    return frame.groupby(group, sort=False).mean(), codes[first], times[first]


def _filled(
    frame: pd.DataFrame, codes: np.ndarray, labels: list[str], notes: list[str]
) -> pd.DataFrame:
    """The rows with missing values filled from the past of their series."""
    if not (gaps := _gaps(frame, labels)):
        return frame
    frame = frame.ffill() if not codes[-1] else frame.groupby(codes).ffill()
    if filled := gaps - _gaps(frame, labels):
        were = counted(filled, "missing value was", "missing values were")
        notes.append(f"{were} filled with the last known value.")
    return frame


def _gaps(frame: pd.DataFrame, labels: list[str]) -> int:
    """How many values are missing; a column that is input and target counts once."""
    missing = frame.isna().sum()
    return int(sum(dict(zip(labels, missing, strict=True)).values()))


def _complete(frame: pd.DataFrame, labels: list[str], missing: str, fewer: list[str]) -> np.ndarray:
    """Which rows have no missing value, (R,) bool."""
    known = frame.notna()
    keep = known.all(axis=1).to_numpy()
    if dropped := int((~keep).sum()):
        names = listed(dict.fromkeys(name for j, name in enumerate(labels) if not known[j].all()))
        why = f"values of {names} are missing"
        if missing == "fill":
            why = f"no earlier value of {names} is known to fill them with"
        fewer.append(f"{counted(dropped, 'row was', 'rows were')} dropped: {why}.")
    return keep


def _rank(codes: np.ndarray, dates: np.ndarray | None) -> np.ndarray:
    """Order of the rows in time, (R,): by their dates, else by their place in each series."""
    if dates is not None:
        by_date = np.unique(dates, return_inverse=True)[1]
        if (np.diff(by_date)[np.diff(codes) == 0] > 0).all():
            return by_date
    return pd.Series(codes).groupby(codes).cumcount().to_numpy()
