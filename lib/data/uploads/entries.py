"""Turn a file's entries into a table: find column names, row times and column types."""

import re
from dataclasses import dataclass, field, replace
from itertools import count, pairwise
from typing import Any

import pandas as pd

from lib.data.tables import texts
from lib.data.tables.order import order_rows, rows_without_times, series_columns
from lib.data.tables.table import MIN_ROWS, Table, UploadError, may_be_classes
from lib.text import counted, joined, listed

MISSING = ["-", "--", "?", ".", "..", "–", "—"]  # missing values, like pandas's NA, NaN, null, …
NUMBERED_COLUMNS = "The first {} holds values, not names, so columns are numbered."
_UNKNOWN = {"", "na", "n/a", "#n/a", "nan", "null", "none", *MISSING}
_VALUE = re.compile(r"[+-]?[\d.,][\d.,:/TZQ+%'e \u00a0\u202f-]*|[+-]?inf", re.IGNORECASE)
_WORDS_OF_DATES = re.compile(
    r"\b(jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?|aug(ust)?|sept?(ember)?"
    r"|oct(ober)?|nov(ember)?|dec(ember)?|[ap]m|utc)\b",
    re.IGNORECASE,
)
MOST_TEXTS = 1000  # a column of categories has at most this many different texts
MOST_YEARS = 3  # try at most 3 columns of repeating years as labels, since each try takes long
_HUGE = 1e100  # larger numbers, whose squares may overflow, become missing, like infinities


@dataclass(slots=True, eq=False)
class Entries:
    """A file's entries, and how they were read."""

    frame: pd.DataFrame  # columns of numbers, texts or dates, as the file or pandas declares them
    notes: list[str] = field(default_factory=list)  # sentences for the user
    decimal_commas: bool = False
    known: dict[str, Any] = field(default_factory=dict)  # values that the file sets in the `Table`

    def drop_empty_rows(self) -> None:
        """Drop rows without entries. A single column keeps them, as missing values."""
        empty = self.frame.isna().all(axis=1)
        if empty.any() and len(self.frame.columns) > 1:
            self.notes.append(f"{counted(int(empty.sum()), 'empty row')} removed.")
            self.frame = self.frame[~empty].reset_index(drop=True)


def has_header(first: list[str], body: list[list[str]]) -> bool:
    """Return whether the first line holds column names, judging by the lines below.

    A line with no values holds names. A line with values is data, except in three cases: a name
    is above values, the values are years, or they are 0, 1, 2, …, as pandas numbers columns.
    """
    known = {j: entry.strip() for j, entry in enumerate(first) if _is_known(entry)}
    values = [entry for entry in known.values() if is_value(entry)]
    name_columns = [j for j, entry in known.items() if not is_value(entry)]
    if not values or not body:
        return bool(name_columns)
    for j in name_columns:
        below = [row[j] for row in body[:100] if j < len(row) and _is_known(row[j])]
        if 2 * sum(map(is_value, below)) > len(below):
            return True
    numbers = [int(value) for value in values if value.isdecimal()]
    steps = {later - number for number, later in pairwise(numbers)}
    if len(numbers) < len(values) or not steps or min(steps) < 1:
        return False
    has_index = not first[0].strip() and _is_known(body[0][0])  # an index has an empty name
    if name_columns or has_index:
        return steps == {1} or (numbers[0] >= 1700 and numbers[-1] <= 2200)
    has_others = any(entry.strip() and not entry.strip().isdecimal() for entry in body[0])
    return steps == {1} and numbers[0] == 0 and len(numbers) > 2 and has_others


def is_value(entry: str) -> bool:
    """Return whether an entry holds a number or a date rather than a name."""
    entry = texts.bare(entry.strip())
    if any(char.isdigit() for char in entry):
        entry = _WORDS_OF_DATES.sub("1", entry)
    return _VALUE.fullmatch(entry) is not None


def _is_known(entry: str) -> bool:
    return entry.strip().lower() not in _UNKNOWN


def unique_names(entries: list[str]) -> tuple[list[str], list[str]]:
    """Return unique, non-empty names, and a note on duplicate names."""
    given = [" ".join(entry.split()) or f"column {i + 1}" for i, entry in enumerate(entries)]
    names = list[str]()
    for name in given:
        numbered = (f"{name} ({k})" for k in count(2))
        free = (each for each in numbered if each not in (*names, *given))
        names.append(next(free) if name in names else name)
    renamed = [name for name, old in zip(names, given, strict=True) if name != old]
    return names, [f"Duplicate names numbered: {listed(renamed)}."] if renamed else []


def make_table(name: str, fingerprint: str, entries: Entries) -> Table:
    """Return a file's table. Raises UploadError if it has too few rows or no usable columns."""
    notes, found = entries.notes, _find_times(entries)
    if found is None:
        rows = rows_without_times(Table(name, _usable_columns(entries)), notes)
    else:
        labels, times = found
        has_date = times.values.notna()
        if not has_date.all():
            wrong = entries.frame.loc[~has_date, labels[0]].dropna()
            which = f": {listed(dict.fromkeys(map(repr, wrong)))}" if len(wrong) else ""
            notes.append(f"{counted(int((~has_date).sum()), 'row')} without a date removed{which}.")
        entries.frame = entries.frame[has_date].drop(columns=labels).reset_index(drop=True)
        table = Table(name, _usable_columns(entries))
        notes.append(f"The rows are labeled by {joined(labels)}{times.reading}.")
        dates = times.values[has_date].reset_index(drop=True)
        rows = order_rows(table, dates, joined(labels), notes)
    if len(rows.frame) < MIN_ROWS:
        raise UploadError(
            f"The table has {counted(len(rows.frame), 'row')}, and at least {MIN_ROWS} are needed "
            "for the shortest windows. Add rows."
        )
    frame = rows.frame
    categories = frame.select_dtypes("category").columns.difference([rows.series], sort=False)
    if many := [name for name in categories if frame[name].nunique() > MOST_TEXTS]:
        frame = frame.drop(columns=many)
        notes.append(f"Columns with over {MOST_TEXTS:,} different texts ignored: {listed(many)}.")
    if missing := {name: count for name, count in frame.isna().sum().items() if count}:
        by_column = listed(f"{count:,} in {name}" for name, count in missing.items())
        notes.append(f"Missing values: {by_column}.")
    known = {"notes": tuple(notes), "fingerprint": fingerprint, **entries.known}
    return replace(rows, frame=frame, **known)


def _find_times(entries: Entries) -> tuple[list[str], texts.Parsed] | None:
    """Return the columns that label the rows, and their times (R,). Years may repeat in a panel."""
    frame, years = entries.frame, list[tuple[list[str], texts.Parsed]]()
    for column in frame.columns:
        times = texts.as_times(column, frame[column], entries.decimal_commas)
        if times is None:
            continue
        if times.are_years and not times.values.dropna().is_unique:
            years.append(([column], times))
            continue
        clock = texts.with_clock(times, frame.drop(columns=column))
        return ([column, clock[0]], clock[1]) if clock else ([column], times)
    if (parts := texts.from_parts(frame)) is not None:
        return parts
    for columns, times in years[:MOST_YEARS]:
        others = frame.drop(columns=columns)
        if times.values.notna().all() and series_columns(others, times.values):
            return columns, times
    return None


def _usable_columns(entries: Entries) -> pd.DataFrame:
    """Return columns of numbers as float64 (NaN if missing or huge), of texts as categories."""
    notes, columns, ignored = entries.notes, dict[str, pd.Series](), list[str]()
    by_how = dict[str, list[str]]()
    for name in map(str, entries.frame.columns):
        column = entries.frame[name]
        if column.dtype.kind == "M":
            ignored.append(name)
            continue
        if not pd.api.types.is_numeric_dtype(column):
            column = column.astype("str")
            column = column.where(column.str.strip() != "")  # blank texts are missing
        parsed: texts.Parsed | None = texts.Parsed(column)
        if pd.api.types.is_bool_dtype(column):
            parsed = texts.Parsed(column, "1 for true and 0 for false")
        elif column.dtype == "str":
            parsed = texts.as_numbers(column, entries.decimal_commas)
        if parsed is None:
            columns[name] = column.astype("category")
            continue
        numbers = parsed.values.astype(float)
        numbers = numbers.mask(numbers.abs() > _HUGE)
        columns[name] = numbers
        if not (wrong := column[numbers.isna() & column.notna()]).empty:
            kinds = "cell that isn't a number below 10¹⁰⁰", "cells that aren't numbers below 10¹⁰⁰"
            which = listed(map(repr, wrong.astype("str").unique()))
            notes.append(f"{name}: {counted(len(wrong), *kinds)} read as missing: {which}.")
        if parsed.reading:
            by_how.setdefault(parsed.reading, []).append(name)
    notes += [f"Numbers in {listed(names)} were read with {how}." for how, names in by_how.items()]
    frame = pd.DataFrame(columns, copy=False)
    empty = frame.columns[frame.isna().all()]
    ignored += map(str, empty)
    frame = frame.drop(columns=empty)
    has_numbers = not frame.select_dtypes("number").empty
    if not (has_numbers or any(may_be_classes(column) for _, column in frame.items())):
        raise UploadError(
            "The table needs a column of numbers, or of texts that repeat, but has none. Text "
            f"columns: {listed(map(str, frame))}. Ignored: {listed(ignored)}."
        )
    if ignored:
        notes.append(f"Columns without values, or of other dates, ignored: {listed(ignored)}.")
    return frame
