"""Sort rows by time, find the series that rows belong to, and describe the steps between rows."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd

from lib.data.dataset import Rows
from lib.data.tables.baselines import on_weekdays
from lib.data.tables.table import Table, WindowError, as_texts, count_classes, features
from lib.experiment import NO_SERIES, DataSettings
from lib.text import counted, joined, listed

_STEPS = {  # the name of a step → its minimum and maximum seconds
    "second": (1, 1),
    "minute": (60, 60),
    "hour": (3_600, 3_600),
    "day": (86_400, 86_400),
    "week": (604_800, 604_800),
    "month": (2_419_200, 2_678_400),
    "quarter": (7_776_000, 7_948_800),
    "year": (31_536_000, 31_622_400),
}
_EVEN = 0.98  # times are evenly spaced if this share of steps are multiples of the median step
_REGULAR = 0.8  # the median step has a name ("day") if this share of steps are multiples of it
_FULL = 0.6  # a column of any name identifies series if this share of series × times has a row
_SERIES_WORDS = (
    "ids?|series|store|shop|branch|department|family|product|item|sku|customer|user|country|region|"
    "state|province|county|city|zone|site|location|station|sensor|device|meter|machine|engine|unit|"
    "turbine|plant|household|subject|patient|sample|ticker|symbol"
)
_NAMES_SERIES = re.compile(rf"(?:^|[^a-z])(?i:{_SERIES_WORDS})s?(?:[^a-zA-Z]|$)|I[Dd]$")


def order_rows(table: Table, times: pd.Series, name: str, notes: list[str]) -> Table:
    """Return the table sorted by `times` (R,), whose columns are called `name` in notes."""
    frame = table.frame
    if not times.is_unique and (copies := frame.assign(**{"": times}).duplicated()).any():
        notes.append(f"{counted(int(copies.sum()), 'duplicate row')} removed.")
        frame, times = frame[~copies].reset_index(drop=True), times[~copies].reset_index(drop=True)
    names = [] if times.is_unique else series_columns(frame, times)
    if not times.is_unique and not names:
        notes.append(f"Rows with the same {name} are averaged: no column identifies series.")
    series, codes = ", ".join(names), np.zeros(len(frame), np.int64)
    if names:
        if len(names) > 1:  # add a column that combines their values
            texts = pd.DataFrame({name: as_texts(frame[name]).astype("str") for name in names})
            combined = texts[names[0]].str.cat(texts[names[1:]], sep=", ")
            frame = frame.assign(**{series: combined.astype("category")})
        codes = pd.factorize(frame[series])[0]
        count = counted(int(codes.max()) + 1, "series", "series")
        notes.append(f"Times in {name} repeat: there are {count}, identified by {joined(names)}.")
    elif not times.is_monotonic_increasing:
        notes.append(f"Rows sorted by {name}.")
        times = times.sort_values(kind="stable")
        frame = frame.loc[times.index].reset_index(drop=True)
    index = pd.DatetimeIndex(times)
    step, spacing_notes = spacing(index, codes)
    notes += spacing_notes
    return replace(table, frame=frame, times=index, step=step, series=series)


def rows_without_times(table: Table, notes: list[str]) -> Table:
    """Return the table with its rows in file order; they may belong to several series."""
    [series] = series_columns(table.frame) or [""]
    if series:
        count = counted(table.frame[series].nunique(), "series", "series")
        notes.append(f"The table has {count}, identified by {series}.")
    return replace(table, times=None, step="row", series=series)


def series_columns(frame: pd.DataFrame, times: pd.Series | None = None) -> list[str]:
    """Return the columns that identify series with at most one row per time; [] if none do.

    Without times, a column needs a name such as "store", and its series must be consecutive.
    """
    rows, distinct_times = len(frame), 0 if times is None else times.nunique()
    candidates, named = list[tuple[bool, int, str]](), list[str]()
    for name in map(str, frame.columns):
        column, is_named = frame[name], _NAMES_SERIES.search(name) is not None
        has_fractions = pd.api.types.is_numeric_dtype(column) and (column % 1 != 0).any()
        count = column.nunique()
        if column.hasnans or has_fractions or not 2 <= count <= rows / 2:
            continue
        if times is None:
            identifies = is_named and int((column != column.shift()).sum()) == count <= rows / 4
        else:
            named += [name] if is_named else []
            is_full = is_named or rows >= _FULL * count * distinct_times
            identifies = is_full and _identify_series(frame[[name]], times)
        if identifies:
            candidates.append((not is_named, count, name))
    if candidates:  # prefer a typical name, then few series
        return [min(candidates, key=lambda each: each[:2])[2]]
    return named if len(named) > 1 and _identify_series(frame[named], times) else []


def _identify_series(columns: pd.DataFrame, times: pd.Series | None) -> bool:
    """Return whether the rows (R,) with the same values of all columns have different times."""
    return not columns.assign(**{"": times}).duplicated().any()


def spacing(times: pd.DatetimeIndex, codes: np.ndarray) -> tuple[str, list[str]]:
    """Return the step between a series' rows ("day"), and notes on gaps and uneven steps."""
    order = np.lexsort((times.asi8, codes))
    times, in_series = times[order], np.diff(codes[order]) == 0
    seconds = np.diff(times.to_numpy()) / np.timedelta64(1, "s")
    is_step = in_series & (seconds > 0)
    if not is_step.any():
        return "row", []
    typical = float(np.median(seconds[is_step]))
    step = next((s for s, (low, high) in _STEPS.items() if low <= typical <= high), "row")
    counts = _step_counts(codes[order], times.to_numpy())[is_step]
    notes = list[str]()
    if step == "day" and on_weekdays(times.to_numpy()):
        notes.append("Weekdays only: Monday follows Friday.")
    missing = np.maximum(counts.round() - 1, 0).astype(int)
    if (even := _even_share(counts)) < _EVEN:
        notes.append("The times are uneven. Each row counts as one step.")
        step = step if even >= _REGULAR else "row"
    elif total := int(missing.sum()):
        are = counted(total, f"{step} is", f"{step}s are")
        longest = counted(int(missing.max()), step)
        notes.append(f"{are} missing between rows. The longest gap is {longest}.")
    return step, notes


def _even_share(counts: np.ndarray) -> float:
    """Return the share of steps that are multiples of the median step; 1 if there are no steps."""
    whole = counts.round()
    return float(((np.abs(counts - whole) < 0.1) & (whole >= 1)).mean()) if len(counts) else 1.0


def segments(series: np.ndarray, numbers: np.ndarray, times: np.ndarray | None) -> np.ndarray:
    """Return the number of each row's stretch without gaps, (R,) int, never decreasing.

    A gap exceeds 1.5 median steps, in `times`, or in row `numbers` if times are missing or uneven.
    """
    counts = _step_counts(series, numbers if times is None else times)
    if times is not None and _even_share(counts[counts > 0]) < _REGULAR:
        counts = _step_counts(series, numbers)
    begins = (np.diff(series) != 0) | (counts > 1.5)
    return np.concatenate([[0], np.cumsum(begins)]).astype(np.int64)


def _step_counts(series: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Return steps divided by the series' median step, (R-1,); NaN between two series."""
    steps = np.diff(places).astype(np.int64)
    if on_weekdays(places):
        days = places.astype("M8[D]")
        steps = np.busday_count(days[:-1], days[1:])
    within = pd.Series(np.where((np.diff(series) == 0) & (steps > 0), steps, np.nan))
    return (within / within.groupby(series[1:]).transform("median")).to_numpy()


def rows_of(
    table: Table, inputs: tuple[str, ...], targets: tuple[str, ...], data: DataSettings
) -> tuple[list[str], Rows, np.ndarray, list[str]]:
    """Return F feature names, the usable rows, their ranks in time (R,), and notes.

    Ranks increase within a series. Raises WindowError for unknown columns, no inputs, or too many.
    """
    names, columns = features(table, inputs)
    columns += [_target_values(table.frame[name]) for name in targets]
    frame, labels = pd.DataFrame(dict(enumerate(columns)), copy=False), [*names, *targets]
    has_labels = count_classes(table, targets) > 0
    notes = list[str]()
    codes: np.ndarray = np.zeros(len(frame), np.int8)
    series_names: tuple[str, ...] = ("",)
    by = "" if data.series == NO_SERIES else data.series or table.series
    if by:
        if by not in table.frame.columns:
            raise WindowError(
                f"the series column {by!r} isn't in {table.name}. Choose one of "
                f"{[*map(str, table.frame.columns)]}."
            )
        codes, ids = pd.factorize(as_texts(table.frame[by]), use_na_sentinel=False)
        series_names = tuple("none" if pd.isna(each) else f"{each}" for each in ids)
    times = table.times
    order = np.lexsort((times.asi8, codes) if isinstance(times, pd.DatetimeIndex) else (codes,))
    if (np.diff(order) != 1).any():
        frame, codes = frame.iloc[order], codes[order]
        times = None if times is None else times[order]
        notes.append(f"Rows sorted by {by} and time." if by else "Rows sorted by time.")
    if isinstance(times, pd.DatetimeIndex):
        # Whether a row is the first of its series and time. Later rows are averaged with it.
        first = np.r_[True, (np.diff(codes) != 0) | (np.diff(times.asi8) != 0)]
        if not first.all():
            shared = np.unique(np.cumsum(first)[~first]).size
            used = "first" if has_labels else "mean"  # a mean of class numbers means nothing
            frame = frame.groupby(np.cumsum(first), sort=False).agg(used)
            codes, times = codes[first], times[first]
            notes.append(
                f"{counted(shared, 'time has', 'times have')} several rows. The {used} of them is "
                f"used, which reduced {counted(len(first), 'row')} to {len(frame):,}. To keep all "
                "rows, choose a series column, or remove the dates from the file."
            )
    keep = frame.notna().all(axis=1).to_numpy()
    if data.missing == "fill" and not keep.all():
        # A label stays missing: if it was filled, it would count as true.
        filling = [*range(len(names) if has_labels else len(labels))]
        frame[filling] = frame.groupby(codes)[filling].ffill()
        known, keep = keep, frame.notna().all(axis=1).to_numpy()
        if filled := int((keep & ~known).sum()):
            notes.append(f"Missing values filled with the last known in {counted(filled, 'row')}.")
    if lost := int((~keep).sum()):
        is_filled = data.missing == "fill" and not has_labels
        why = "no earlier value to fill" if is_filled else "missing values"
        gaps = [name for name, is_gap in zip(labels, frame.isna().any(), strict=True) if is_gap]
        notes.append(f"{counted(lost, 'row')} dropped: {why} in {listed(gaps)}.")
    values, codes = frame.to_numpy()[keep], codes[keep]
    times = times if times is None or keep.all() else times[keep]
    dates = times.to_numpy() if isinstance(times, pd.DatetimeIndex) else None
    rank = pd.Series(codes).groupby(codes).cumcount().to_numpy()
    if dates is not None:
        rank = np.unique(dates, return_inverse=True)[1]
    segment = segments(codes, np.flatnonzero(keep), dates)
    targets_only = values[:, len(names) :].copy()  # a view would keep the raw inputs in memory
    rows = Rows(targets_only, values[:, : len(names)], codes, segment, series_names, times)
    return names, rows, rank, notes


def _target_values(column: pd.Series) -> np.ndarray:
    """Return a target column as float64, (R,): for texts, the numbers of their categories."""
    if column.dtype != "category":
        return column.to_numpy(np.float64)
    return column.cat.codes.where(column.notna()).to_numpy(np.float64)
