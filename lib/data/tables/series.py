"""A table's rows → `Rows`: values of inputs and targets, series after series, in order of time."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from lib.data.tables.order import as_texts, segments
from lib.data.tables.table import MAX_COLUMNS, Table, WindowError, features
from lib.experiment import NO_SERIES, DataSettings
from lib.text import counted, listed


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """R rows of S series, each with F features and C targets, none of them missing."""

    feature_names: tuple[str, ...]
    inputs: np.ndarray  # (R, F) float64
    targets: np.ndarray  # (R, C) float64
    series: np.ndarray  # which series a row belongs to, (R,) int, 0 to S-1, never decreasing
    names: tuple[str, ...]  # S names; ("",) where all rows are one series
    times: pd.Index | None  # a label for each row
    rank: np.ndarray  # a row's place among all distinct times, (R,) int; increasing in each series
    segment: np.ndarray  # which run of rows without a gap, (R,) int: `order.segments`
    notes: tuple[str, ...]  # sentences on what was done, and why rows are left out


def rows_of(
    table: Table, inputs: tuple[str, ...], targets: tuple[str, ...], data: DataSettings
) -> Rows:
    """The rows that can be used. Raises WindowError for wrong columns, none or too many."""
    if wrong := [name for name in targets if name not in table.numbers]:
        raise WindowError(
            f"the target column {wrong[0]!r} isn't a number column of {table.name}, and only "
            f"numbers can be predicted: choose among {list(table.numbers)}."
        )
    if not 1 <= len(set(targets)) == len(targets) <= MAX_COLUMNS:
        raise WindowError(
            f"1 to {MAX_COLUMNS} different target columns are allowed, got {len(targets)}: "
            f"{list(targets)}."
        )
    if len(set(inputs)) < len(inputs):
        raise WindowError(f"different input columns are allowed, got {list(inputs)}.")
    names, columns = features(table, inputs)
    columns += [table.frame[name].to_numpy(np.float64) for name in targets]
    frame, labels = pd.DataFrame(dict(enumerate(columns)), copy=False), [*names, *targets]
    notes = list[str]()
    codes: np.ndarray = np.zeros(len(frame), np.int8)
    series_names: tuple[str, ...] = ("",)
    if by := {"": table.series, NO_SERIES: ""}.get(data.series, data.series):
        if by not in table.frame.columns:
            raise WindowError(
                f"the column {by!r}, by which series are told apart, isn't in {table.name}, which "
                f"has {[*map(str, table.frame.columns)]}."
            )
        found: pd.Index
        codes, found = pd.factorize(as_texts(table.frame[by]), use_na_sentinel=False)
        series_names = tuple("none" if pd.isna(name) else f"{name}" for name in found)
    times = table.times
    order = np.lexsort((times.asi8, codes) if isinstance(times, pd.DatetimeIndex) else (codes,))
    if (np.diff(order) != 1).any():
        frame, codes = frame.iloc[order], codes[order]
        times = None if times is None else times[order]
        notes.append(f"Rows were put in order of {f'{by} and ' if by else ''}time.")
    if isinstance(times, pd.DatetimeIndex):
        # The first row of each time of a series; others are averaged with it.
        first = np.r_[True, (np.diff(codes) != 0) | (np.diff(times.asi8) != 0)]
        if not first.all():
            twice = np.unique(np.cumsum(first)[~first]).size
            apart = f"{by} doesn't tell them apart" if by else "nothing tells series apart"
            notes.append(
                f"{counted(twice, 'time has', 'times have')} more than one row, so "
                f"{counted(len(first), 'row')} became {first.sum():,} by averaging: {apart}. "
                "Choose a column that does, or leave the dates out."
            )
            frame = frame.groupby(np.cumsum(first), sort=False).mean()
            codes, times = codes[first], times[first]
    if data.missing == "fill" and (missing := _missing(frame, labels)):
        frame = frame.groupby(codes).ffill()
        if filled := sum(missing.values()) - sum(_missing(frame, labels).values()):
            were = counted(filled, "missing value was", "missing values were")
            notes.append(f"{were} filled with the last known value.")
    keep = frame.notna().all(axis=1).to_numpy()
    if dropped := int((~keep).sum()):
        lost = listed(_missing(frame, labels))
        why = f"values of {lost} are missing"
        if data.missing == "fill":
            why = f"no earlier value of {lost} is known to fill them with"
        notes.append(f"{counted(dropped, 'row was', 'rows were')} dropped: {why}.")
    values, codes = frame.to_numpy()[keep], codes[keep]
    times = times if times is None or keep.all() else times[keep]
    dates = times.to_numpy() if isinstance(times, pd.DatetimeIndex) and not times.hasnans else None
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
    )


def _missing(frame: pd.DataFrame, labels: list[str]) -> dict[str, int]:
    """How many values are missing, by column where there are any."""
    counts = dict(zip(labels, frame.isna().sum().tolist(), strict=True))
    return {name: count for name, count in counts.items() if count}


def _rank(codes: np.ndarray, dates: np.ndarray | None) -> np.ndarray:
    """Order of the rows in time, (R,): by their dates, else by their place in each series."""
    if dates is not None:
        by_date = np.unique(dates, return_inverse=True)[1]
        if (np.diff(by_date)[np.diff(codes) == 0] > 0).all():
            return by_date
    return pd.Series(codes).groupby(codes).cumcount().to_numpy()
