"""All entries of a file → its table: times that label the rows, and columns of numbers or texts."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from lib.data.tables.order import OrderedRows, order_rows, rows_without_times, series_columns
from lib.data.tables.table import MIN_ROWS, MOST_TEXTS, Table, UploadError, row_numbers
from lib.data.tables.texts import (
    Numbers,
    Times,
    as_numbers,
    as_times,
    from_parts,
    not_numbers_note,
    with_clock,
)
from lib.data.uploads.entries import Entries
from lib.text import counted, joined, listed

MOST_YEARS = 3
"""This many columns of repeating years are tried: for each, all others may identify series."""
_HUGE = 1e100  # larger numbers can't be squared; they are taken as missing, as infinities are


def make_table(name: str, fingerprint: str, entries: Entries) -> Table:
    """The table of a file's entries. Raises UploadError for too few rows, and without numbers."""
    found = _take_times(entries)
    frame, notes = _usable_columns(entries), entries.notes
    if found is None:
        # A file that names the series itself has a note on these already.
        rows = rows_without_times(frame, [] if "series" in entries.known else notes)
    else:
        rows = _label_rows(frame, *found, notes)
    if len(rows.frame) < MIN_ROWS:
        raise UploadError(
            f"The table has {counted(len(rows.frame), 'row')} and at least {MIN_ROWS} are needed, "
            "a row for each timestep. Add rows."
        )
    rows = rows._replace(frame=_without_long_texts(rows, notes))
    _note_doubtful_columns(rows, notes)
    known = rows._asdict() | entries.known
    return Table(name, notes=tuple(notes), fingerprint=fingerprint, **known)


def _take_times(entries: Entries) -> tuple[list[str], Times] | None:
    """Take out the columns that label the rows; return their names and their times (R,).

    Rows at the ends without one are left out.
    """
    found = next(_find_times(entries), None)
    if found is None:
        return None
    columns, times = found
    first, last = np.flatnonzero(times.values.notna())[[0, -1]]
    if undated := int(first + len(times.values) - 1 - last):
        texts = entries.frame.loc[times.values.isna(), columns[0]].dropna()
        which = f": {listed(dict.fromkeys(map(repr, texts)))}" if len(texts) else ""
        entries.notes.append(
            f"{counted(undated, 'row')} without a date at the table's ends left out{which}."
        )
        entries.frame = entries.frame[first : last + 1].reset_index(drop=True)
        times = times._replace(values=times.values[first : last + 1].reset_index(drop=True))
    entries.frame = entries.frame.drop(columns=columns)
    return columns, times


def _find_times(entries: Entries) -> Iterator[tuple[list[str], Times]]:
    """What may label the rows, the likeliest first: columns, and their times (R,).

    The first dates count; years that repeat only where there are no others, and where a column
    identifies series.
    """
    frame, years = entries.frame, list[tuple[list[str], Times]]()
    for column in frame.columns:
        times = as_times(column, frame[column], entries.decimal_commas)
        if times is None:
            continue
        if times.are_years and not times.values.dropna().is_unique:
            years.append(([column], times))
        elif (both := with_clock(times, frame.drop(columns=column))) is not None:
            yield [column, both[0]], both[1]
        else:
            yield [column], times
    if (parts := from_parts(frame)) is not None:
        yield parts
    for columns, times in years[:MOST_YEARS]:
        others = frame.drop(columns=columns)
        if times.values.notna().all() and series_columns(others, times.values):
            yield columns, times


def _label_rows(
    frame: pd.DataFrame, names: list[str], times: Times, notes: list[str]
) -> OrderedRows:
    """The rows in order of their times; where a time is missing, in the file's order."""
    verb, values = "label" if len(names) > 1 else "labels", times.values
    notes.append(f"{joined(names)} {verb} the rows{times.reading}.")
    if not values.isna().any():
        return order_rows(frame, values, tuple(names), notes)
    notes.append(f"{counted(int(values.isna().sum()), 'row has', 'rows have')} no date.")
    texts = pd.Index(values.dt.strftime("%Y-%m-%d %H:%M:%S").fillna("no date"))
    return rows_without_times(frame, notes)._replace(times=texts, labels=tuple(names))


def _usable_columns(entries: Entries) -> pd.DataFrame:
    """The columns as float64, NaN where a value is missing or can't be used, and as categories."""
    notes, columns = entries.notes, dict[str, pd.Series]()
    readings, dates, empty, huge = dict[str, list[str]](), list[str](), list[str](), 0
    for name in map(str, entries.frame.columns):
        column = entries.frame[name]
        if column.dtype.kind == "M" or column.isna().all():
            (dates if column.dtype.kind == "M" else empty).append(name)
            continue
        parsed: Numbers | None
        if pd.api.types.is_bool_dtype(column):
            parsed = Numbers(column.astype(float), "1 for true and 0 for false")
        elif pd.api.types.is_numeric_dtype(column):
            parsed = Numbers(column.astype(float), "")
        elif (parsed := as_numbers(column, entries.decimal_commas)) is not None:
            notes += not_numbers_note(column, parsed.values)
        if parsed is None:
            columns[name] = column.astype("str").astype("category")
            continue
        numbers, reading = parsed
        is_huge = numbers.abs() > _HUGE
        huge += int(is_huge.sum())
        if (is_huge | numbers.isna()).all():
            empty.append(name)
            continue
        columns[name] = numbers.mask(is_huge)
        if reading:
            readings.setdefault(reading, []).append(name)
    notes += [f"Numbers in {listed(of)} were read with {how}." for how, of in readings.items()]
    if huge:
        are = counted(huge, "value is", "values are")
        notes.append(f"{are} infinite or beyond {_HUGE:.0e} and taken as missing.")
    frame = pd.DataFrame(columns, copy=False)
    if frame.select_dtypes("number").empty:
        raise UploadError(
            "No column of numbers was found, and at least one is needed. Texts: "
            f"{listed(columns)}. Empty: {listed(empty)}.{entries.cells}"
        )
    if dates:
        notes.append(f"Other dates are left out: {listed(dates)}.")
    if empty:
        notes.append(f"Empty columns are left out: {listed(empty)}.")
    return frame


def _without_long_texts(rows: OrderedRows, notes: list[str]) -> pd.DataFrame:
    """The columns but those of too many different texts, which can be no categories."""
    texts = rows.frame.select_dtypes("category").columns
    long = [n for n in texts if n != rows.series and rows.frame[n].nunique() > MOST_TEXTS]
    if long:
        notes.append(
            f"Columns of more than {MOST_TEXTS:,} different texts are left out: {listed(long)}."
        )
    return rows.frame.drop(columns=long)


def _note_doubtful_columns(rows: OrderedRows, notes: list[str]) -> None:
    """Name columns that are constant, have gaps, or count the rows."""
    frame = rows.frame
    if constant := [f"{name}" for name, different in frame.nunique().items() if different < 2]:
        notes.append(f"Constant columns say nothing: {listed(constant)}.")
    if gaps := {name: count for name, count in frame.isna().sum().items() if count}:
        are = counted(int(sum(gaps.values())), "value is", "values are")
        by_column = listed(f"{name} {count:,}" for name, count in gaps.items())
        notes.append(f"{are} missing: {by_column}.")
    numbers = frame.select_dtypes("number").columns.difference([rows.series], sort=False)
    if counters := row_numbers(frame[numbers]):
        notes.append(
            "Row numbers are left out of inputs and targets until you choose them: "
            f"{joined(counters)}."
        )
