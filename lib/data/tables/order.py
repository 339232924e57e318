"""Rows by their times: their order, the series that they are of, and what is odd about the times.

What is decided here is said in a note. A panel's rows stay as they are: `series` sorts them when it
cuts, and averages those of one time where no column tells series apart.
"""

import re
from typing import NamedTuple

import numpy as np
import pandas as pd

from lib.data.tables.steps import MONTHS, SECONDS, STEPS, on_weekdays
from lib.data.tables.table import said
from lib.text import beside, counted, joined, number

_FILE = beside(__file__)
_EVEN, _REGULAR = 0.98, 0.8
"""The part of the steps that have to be whole for times to be evenly spaced, and to have a name."""
_FULL = 0.6
"""A column by another name tells series apart if this share of its series and times have a row."""
_ID = re.compile(rf"(?:^|[^a-z])(?i:{_FILE['series']})s?(?:[^a-zA-Z]|$)|I[Dd]$")


class Placed(NamedTuple):
    """Rows in order, or series by series: fields of `lib.data.tables.table.Table`."""

    frame: pd.DataFrame
    times: pd.Index | None
    label: pd.DataFrame | None
    step: str = "row"
    series: str = ""


def place(frame: pd.DataFrame, times: pd.Series, label: pd.DataFrame, notes: list[str]) -> Placed:
    """Put rows in order of their times (R,), none missing; `label` are the columns of these."""
    name, series = joined(list(label.columns)), ""
    if not times.is_unique:
        twice = frame.assign(**{"": times}).duplicated().to_numpy()
        if twice.any():
            again = counted(int(twice.sum()), "row that repeats", "rows that repeat")
            notes.append(said("repeat_left", rows=again))
            kept = frame[~twice].reset_index(drop=True)
            rest = times[~twice].reset_index(drop=True)
            return place(kept, rest, label[~twice], notes)
        if names := series_columns(frame, times):
            series = ", ".join(names)
            if len(names) > 1:
                texts = pd.DataFrame({name: as_texts(frame[name]).astype("str") for name in names})
                both = texts[names[0]].str.cat(texts[names[1:]], sep=", ")
                frame = frame.assign(**{series: both.astype("category")})
            count = counted(frame[series].nunique(), "series", "series")
            notes.append(said("told_apart", name=name, series=count, by=joined(names)))
        else:
            notes.append(said("untold", name=name))
    if not (series or times.is_monotonic_increasing):
        order = np.argsort(times.to_numpy(), kind="stable")
        if times.is_monotonic_decreasing and times.is_unique:
            notes.append("The newest row came first, so the order was turned round.")
        elif times.is_unique:
            notes.append(f"The rows were put in order of {name}.")
        frame, times = frame.iloc[order].reset_index(drop=True), times.iloc[order]
        label = label.iloc[order]
    index = pd.DatetimeIndex(times)
    codes = pd.factorize(frame[series])[0] if series else np.zeros(len(index), np.int64)
    step, odd = spacing(index, codes)
    notes += odd
    return Placed(frame, index, label, step, series)


def unlabelled(frame: pd.DataFrame, notes: list[str]) -> Placed:
    """Rows without times; they may be of several series all the same."""
    [series] = series_columns(frame) or [""]
    if series:
        count = counted(frame[series].nunique(), "series", "series")
        notes.append(f"There are {count}, told apart by {series}.")
    return Placed(frame, None, None, series=series)


def series_columns(frame: pd.DataFrame, times: pd.Series | None = None) -> list[str]:
    """The column that tells series apart, or the columns that do together; [] where none do.

    With each of them there has to be one row a time. Without times only a column with the name of
    one counts, whose series stand one after the other, or have as many rows each.
    """
    rows, dated = len(frame), times is not None
    ranks = np.zeros(rows, np.int64) if times is None else pd.factorize(times)[0]
    moments = int(ranks.max()) + 1
    found: list[tuple[bool, int, str]] = []
    named: list[str] = []
    for name in map(str, frame.columns):
        is_named, column = _ID.search(name) is not None, frame[name]
        if not (is_named or dated) or column.hasnans:
            continue
        if pd.api.types.is_numeric_dtype(column) and (column % 1 != 0).any():
            continue
        codes = pd.factorize(column)[0].astype(np.int64)
        sizes = np.bincount(codes)
        count = len(sizes)
        if count < 2 or count > rows / (2 if dated else 4):
            continue
        if dated:
            named += [name] * is_named
            full = is_named or rows >= _FULL * count * moments
            tells = full and _differ(codes, ranks, moments)
        else:
            blocks = np.count_nonzero(np.diff(codes)) == count - 1
            tells = blocks or sizes.min() == sizes.max()
        if tells:
            found.append((not is_named, count, name))
    if found:
        return [min(found, key=lambda each: each[:2])[2]]
    if len(named) > 1:
        together = frame.groupby(named, observed=True, sort=False).ngroup().to_numpy(np.int64)
        if _differ(together, ranks, moments):
            return named
    return []


def _differ(codes: np.ndarray, ranks: np.ndarray, moments: int) -> bool:
    """Whether no series has two rows of one time."""
    return pd.Index(codes * moments + ranks).is_unique


def as_texts(column: pd.Series) -> pd.Series:
    """Numbers as texts, whole ones without a point, as categories; texts as they are."""
    if not pd.api.types.is_numeric_dtype(column):
        return column
    codes, values = pd.factorize(column)
    names = [f"{int(value)}" if value % 1 == 0 else f"{value}" for value in values]
    return pd.Series(pd.Categorical.from_codes(codes, pd.Index(names)), name=column.name)


def spacing(times: pd.DatetimeIndex, codes: np.ndarray) -> tuple[str, list[str]]:
    """What lies between two rows of a series, and sentences on gaps and uneven steps.

    `codes` tell the series of each row, (R,).
    """
    order = np.lexsort((times.asi8, codes))
    times, same = times[order], np.diff(codes[order]) == 0
    seconds = np.diff(times.to_numpy()) / np.timedelta64(1, "s")
    there = same & (seconds > 0)
    if not there.any():
        return "row", []
    typical = float(np.median(seconds[there]))
    step = next((s for s, (low, high) in STEPS.items() if low <= typical <= high), "row")
    counts, notes = seconds[there] / typical, []
    if months := MONTHS.get(step):
        counts = np.diff(np.asarray(times.year * 12 + times.month))[there] / months
    elif step == "day" and on_weekdays(times.to_numpy()):
        days = times.to_numpy().astype("M8[D]")
        counts = np.busday_count(days[:-1], days[1:])[there]
        notes.append("No row is on a weekend, and Monday follows Friday.")
    if (even := _even_share(counts)) < _EVEN:
        usual, least, most = map(_span, (typical, seconds[there].min(), seconds[there].max()))
        notes.append(said("uneven", usual=usual, least=least, most=most))
        return step if even >= _REGULAR else "row", notes
    missing = np.maximum(counts.round() - 1, 0).astype(int)
    if total := int(missing.sum()):
        gone = counted(total, f"{step} is", f"{step}s are")
        longest = f", {missing.max():,} in a row at most" if total > 1 else ""
        notes.append(f"{gone} missing between rows{longest}.")
    return step, notes


def _even_share(counts: np.ndarray) -> float:
    """The part of steps, in usual ones, that are whole; 1 where there are no steps."""
    if not len(counts):
        return 1.0
    whole = counts.round()
    return float(np.mean((np.abs(counts - whole) < 0.1) & (whole >= 1)))


def segments(series: np.ndarray, numbers: np.ndarray, times: np.ndarray | None) -> np.ndarray:
    """Which run of rows without a gap each row belongs to, (R,) int from 0, never decreasing.

    `series` (R,) never decrease; `numbers` of rows and `times` (R,) are in order within each. A gap
    is a step of more than one and a half times the series' median one; on weekdays alone, of more
    than one weekday. Where times are spaced unevenly each row counts as one step: a gap is where
    row numbers have one.
    """
    new = np.diff(series) != 0
    counts = _step_counts(series, numbers if times is None else times)
    if times is not None and _even_share(counts[counts > 0]) < _REGULAR:
        counts = _step_counts(series, numbers)
    return np.concatenate([[0], np.cumsum(new | (counts > 1.5))]).astype(np.int64)


def _step_counts(series: np.ndarray, places: np.ndarray) -> np.ndarray:
    """The steps between rows, in the median ones of their series, (R-1,); NaN where none is."""
    steps = np.diff(places).astype(np.int64)
    if on_weekdays(places):
        days = places.astype("M8[D]")
        steps = np.busday_count(days[:-1], days[1:])
    within = pd.Series(np.where((np.diff(series) == 0) & (steps > 0), steps, np.nan))
    return (within / within.groupby(series[1:]).transform("median")).to_numpy()


def _span(seconds: float) -> str:
    """So many seconds in words: "5 minutes"."""
    units = ("day", "hour", "minute")
    unit = next((unit for unit in units if seconds >= SECONDS[unit]), "second")
    count = number(seconds / SECONDS[unit])
    return f"{count} {unit}{'' if count == '1' else 's'}"
