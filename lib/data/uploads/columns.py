"""All entries → the times that label the rows, and the columns that are numbers or texts."""

from collections.abc import Hashable, Iterator

import numpy as np
import pandas as pd

from lib.data.tables.order import Placed, place, series_columns, unlabelled
from lib.data.tables.table import MOST_TEXTS, row_numbers
from lib.data.tables.texts import Times, as_numbers, as_times, from_parts, not_numbers, with_clock
from lib.data.uploads import MIN_ROWS, UploadError, said
from lib.data.uploads.raw_table import RawTable
from lib.text import counted, joined, listed

MOST_YEARS = 3
"""So many columns of repeating years are tried: for each, all others may tell series apart."""
_HUGE = 1e100
"""Larger numbers can't be squared; they are taken as missing, as infinities are."""


def take_times(raw: RawTable) -> tuple[pd.DataFrame, Times] | None:
    """Take out the columns that label the rows: these columns, and the times (R,) that they say.

    Rows at the ends without one are left out. The first dates count; years that repeat only where
    there are no others, and where a column tells series apart.
    """
    found = next(_dates(raw), None)
    if found is None:
        return None
    columns, times = found
    first, last = np.flatnonzero(times.values.notna())[[0, -1]]
    after = len(times.values) - 1 - last
    if first or after:
        undated = raw.entries.loc[times.values.isna(), columns[0]].dropna()
        which = f": {listed(dict.fromkeys(map(repr, undated)))}" if len(undated) else ""
        raw.notes.append(said("undated", rows=counted(int(first + after), "row"), which=which))
        raw.entries = raw.entries[first : last + 1].reset_index(drop=True)
        times = times._replace(values=times.values[first : last + 1].reset_index(drop=True))
    labels = raw.entries[columns]
    raw.entries = raw.entries.drop(columns=columns)
    return labels, times


def _dates(raw: RawTable) -> Iterator[tuple[list[str], Times]]:
    """What may label the rows, the likeliest first: columns, and their times (R,)."""
    entries, years = raw.entries, list[tuple[list[str], Times]]()
    for column in entries.columns:
        times = as_times(column, entries[column], raw.decimal_commas)
        if times is None:
            continue
        if times.are_years and not times.values.dropna().is_unique:
            years.append(([column], times))
        elif (both := with_clock(times, entries.drop(columns=column))) is not None:
            yield [column, both[0]], both[1]
        else:
            yield [column], times
    if (parts := from_parts(entries)) is not None:
        yield parts
    for columns, times in years[:MOST_YEARS]:
        others = entries.drop(columns=columns)
        if times.values.notna().all() and series_columns(others, times.values):
            yield columns, times


def put_in_order(raw: RawTable, found: tuple[pd.DataFrame, Times] | None) -> Placed:
    """The columns that can be used, in order of time. Raises UploadError for too little."""
    frame = _take_columns(raw)
    if found is None:
        notes = [] if "series" in raw.known else raw.notes  # who knows the series has said so
        return _described(unlabelled(frame, notes), raw.notes)
    labels, (times, how, _) = found
    names = [str(name) for name in labels.columns]
    label = _kept(labels, times)
    raw.notes.append(f"{joined(names)} {'label' if len(names) > 1 else 'labels'} the rows{how}.")
    if times.isna().any():
        raw.notes.append(f"{counted(int(times.isna().sum()), 'row has', 'rows have')} no date.")
        texts = pd.Index(times.dt.strftime("%Y-%m-%d %H:%M:%S").fillna("no date"))
        placed = unlabelled(frame, raw.notes)._replace(times=texts, label=label)
    else:
        placed = place(frame, times, label, raw.notes)
    return _described(placed, raw.notes)


def _kept(labels: pd.DataFrame, times: pd.Series) -> pd.DataFrame:
    """Columns of times as a table keeps them: see `Table.label`."""
    kept = dict[Hashable, pd.Series]()
    for name, column in labels.items():
        if pd.api.types.is_numeric_dtype(column):
            kept[name] = column.astype(np.float64)
        else:
            short = all(of.nunique() <= MOST_TEXTS for of in (column[: 2 * MOST_TEXTS], column))
            kept[name] = column.astype("str").astype("category") if short else times
    return pd.DataFrame(kept)


def _take_columns(raw: RawTable) -> pd.DataFrame:
    """The columns as float64, NaN where a value is missing or can't be used, and as categories."""
    notes, columns = raw.notes, dict[str, pd.Series]()
    readings, left = dict[str, list[str]](), dict[str, list[str]]()
    huge = 0
    for name in map(str, raw.entries.columns):
        column, how, numbers = raw.entries[name], "", None
        if pd.api.types.is_numeric_dtype(column):
            how = "1 for true and 0 for false" if pd.api.types.is_bool_dtype(column) else ""
            numbers = column.astype(np.float64)
        elif column.dtype.kind == "M":
            left.setdefault("Other dates", []).append(name)
            continue
        elif (reading := as_numbers(column, raw.decimal_commas)) is not None:
            how, numbers = reading.how, reading.values
            notes += not_numbers(column, numbers)
        elif column.notna().any():
            columns[name] = column.astype("str").astype("category")
            continue
        if how:
            readings.setdefault(how, []).append(name)
        if numbers is not None and (wrong := numbers.abs() > _HUGE).any():
            huge += int(wrong.sum())
            numbers = numbers.mask(wrong)
        if numbers is None or numbers.isna().all():
            left.setdefault("Empty columns", []).append(name)
        else:
            columns[name] = numbers
    notes += [f"Numbers in {listed(of)} were read with {how}." for how, of in readings.items()]
    if huge:
        notes.append(said("huge", values=counted(huge, "value is", "values are"), most=_HUGE))
    frame = pd.DataFrame(columns, copy=False)
    if frame.select_dtypes("number").empty:
        empty = listed(left.get("Empty columns", []))
        raise UploadError.of("no_numbers", texts=listed(columns), empty=empty, cells=raw.cells)
    notes += [f"{what} are left out: {listed(names)}." for what, names in left.items()]
    return frame


def _described(placed: Placed, notes: list[str]) -> Placed:
    """Refuse what is too short, leave out columns of too many texts, note what says nothing."""
    frame = placed.frame
    if len(frame) < MIN_ROWS:
        raise UploadError.of("short", rows=counted(len(frame), "row"), least=MIN_ROWS)
    different = frame.nunique()
    texts = frame.select_dtypes("category").columns.difference([placed.series], sort=False)
    if long := [name for name in texts if different[name] > MOST_TEXTS]:
        notes.append(said("long", most=MOST_TEXTS, columns=listed(long)))
        frame = frame.drop(columns=long)
    if constant := [name for name in frame.columns if different[name] < 2]:
        notes.append(f"Constant columns say nothing: {listed(constant)}.")
    if gaps := {name: count for name, count in frame.isna().sum().items() if count}:
        are = counted(int(sum(gaps.values())), "value is", "values are")
        each = listed(f"{name} {count:,}" for name, count in gaps.items())
        notes.append(f"{are} missing: {each}.")
    others = frame.select_dtypes("number").columns.difference([placed.series], sort=False)
    if counters := row_numbers(frame[others]):
        notes.append(said("row_numbers", columns=joined(counters)))
    return placed._replace(frame=frame)
