"""All entries of a file, `Entries`, → its table: names, times that label the rows, and columns."""

import re
from dataclasses import dataclass, field, replace
from itertools import count, pairwise
from typing import Any

import pandas as pd

from lib.data.tables import texts
from lib.data.tables.order import order_rows, rows_without_times, series_columns
from lib.data.tables.table import MIN_ROWS, MOST_TEXTS, Table, UploadError, row_numbers
from lib.text import counted, joined, listed

MISSING = ["-", "--", "?", ".", "..", "–", "—"]  # besides pandas's own: NA, NaN, null, …
NUMBERED_COLUMNS = "The first {} holds values, not names, so the columns are numbered."
_UNKNOWN = {"", "na", "n/a", "#n/a", "nan", "null", "none", *MISSING}
_VALUE = re.compile(r"[+-]?[\d.,][\d.,:/TZQ+%'e \u00a0\u202f-]*|[+-]?inf", re.IGNORECASE)
_WORDS_OF_DATES = re.compile(
    r"\b(jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?|aug(ust)?|sept?(ember)?"
    r"|oct(ober)?|nov(ember)?|dec(ember)?|[ap]m|utc)\b",
    re.IGNORECASE,
)
MOST_YEARS = 3  # this many columns of repeating years are tried as labels: each is slow
_HUGE = 1e100  # larger numbers can't be squared; they are taken as missing, as infinities are


@dataclass(slots=True, eq=False)
class Entries:
    """A file's entries, and facts about them."""

    frame: pd.DataFrame  # numbers, texts, or dates, as far as the file or pandas distinguishes them
    notes: list[str] = field(default_factory=list)  # what a person should know, a sentence each
    decimal_commas: bool = False
    cells: str = ""  # how a file of text was cut into cells, for where that may be wrong
    known: dict[str, Any] = field(default_factory=dict)  # fields of the `Table` in the file itself

    def drop_empty_rows(self) -> None:
        """Leave out rows without any entry; a single column may have gaps."""
        empty = self.frame.isna().all(axis=1)
        if empty.any() and len(self.frame.columns) > 1:
            self.notes.append(f"{counted(int(empty.sum()), 'empty row')} left out.")
            self.frame = self.frame[~empty].reset_index(drop=True)


def has_header(first: list[str], body: list[list[str]]) -> bool:
    """Return whether the first line holds names, evaluated by the lines below it.

    A text above values is a name. Else values make the first line data, with texts above texts as
    in iris.data; unless they are years, or 0, 1, 2, … as pandas calls nameless columns.
    """
    known = {j: entry.strip() for j, entry in enumerate(first) if _is_known(entry)}
    values = [entry for entry in known.values() if is_value(entry)]
    names = [j for j, entry in known.items() if not is_value(entry)]
    if not values or not body:
        return bool(names)
    for j in names:
        below = [row[j] for row in body[:100] if j < len(row) and _is_known(row[j])]
        if 2 * sum(map(is_value, below)) > len(below):
            return True
    numbers = [int(value) for value in values if value.isdecimal()]
    steps = {later - number for number, later in pairwise(numbers)}
    if len(numbers) < len(values) or not steps or min(steps) < 1:
        return False
    if names or (not first[0].strip() and _is_known(body[0][0])):  # a name, or an index's empty one
        return steps == {1} or (numbers[0] >= 1700 and numbers[-1] <= 2200)
    decimals = any(entry.strip() and not entry.strip().isdecimal() for entry in body[0])
    return steps == {1} and numbers[0] == 0 and len(numbers) > 2 and decimals


def is_value(entry: str) -> bool:
    """Return whether an entry holds a number or a date rather than a name."""
    entry = texts.bare(entry.strip())
    if any(char.isdigit() for char in entry):
        entry = _WORDS_OF_DATES.sub("1", entry)
    return _VALUE.fullmatch(entry) is not None


def _is_known(entry: str) -> bool:
    return entry.strip().lower() not in _UNKNOWN


def unique_names(entries: list[str]) -> tuple[list[str], list[str]]:
    """Return names that are all different and never empty, and notes on what was changed."""
    wanted = [" ".join(entry.split()) or f"column {i + 1}" for i, entry in enumerate(entries)]
    names, twice = list[str](), list[str]()
    for name in wanted:
        others = (f"{name} ({k})" for k in count(2))
        if name in names:
            twice.append(next(each for each in others if each not in (*names, *wanted)))
        names.append(twice[-1] if name in names else name)
    return names, [f"Names that stand twice were numbered: {listed(twice)}."] if twice else []


def make_table(name: str, fingerprint: str, entries: Entries) -> Table:
    """Return the table of a file's entries. Raises UploadError if too short or without numbers."""
    notes, found = entries.notes, _find_times(entries)
    if found is None:
        table = Table(name, _usable_columns(entries))
        # A file that names the series itself has a note on these already.
        rows = rows_without_times(table, [] if "series" in entries.known else notes)
    else:
        labels, times = found
        dated = times.values.notna()
        if not dated.all():
            wrong = entries.frame.loc[~dated, labels[0]].dropna()
            which = f": {listed(dict.fromkeys(map(repr, wrong)))}" if len(wrong) else ""
            without = counted(int((~dated).sum()), "row")
            notes.append(f"{without} without a date left out{which}.")
        entries.frame = entries.frame[dated].drop(columns=labels).reset_index(drop=True)
        table = Table(name, _usable_columns(entries))
        label = "labels" if len(labels) < 2 else "label"
        notes.append(f"{joined(labels)} {label} the rows{times.reading}.")
        values = times.values[dated].reset_index(drop=True)
        rows = order_rows(table, values, tuple(labels), notes)
    if len(rows.frame) < MIN_ROWS:
        raise UploadError(
            f"The table has {counted(len(rows.frame), 'row')} and at least {MIN_ROWS} are needed, "
            "a row for each timestep. Add rows."
        )
    frame = rows.frame
    others = frame.select_dtypes("category").columns.difference([rows.series], sort=False)
    if long := [name for name in others if frame[name].nunique() > MOST_TEXTS]:
        frame = frame.drop(columns=long)
        notes.append(f"Columns of over {MOST_TEXTS:,} different texts left out: {listed(long)}.")
    if constant := [f"{name}" for name, different in frame.nunique().items() if different < 2]:
        notes.append(f"Constant columns say nothing: {listed(constant)}.")
    if gaps := {name: count for name, count in frame.isna().sum().items() if count}:
        are = counted(int(sum(gaps.values())), "value is", "values are")
        by_column = listed(f"{name} {count:,}" for name, count in gaps.items())
        notes.append(f"{are} missing: {by_column}.")
    numbers = frame.select_dtypes("number").columns.difference([rows.series], sort=False)
    if counters := row_numbers(frame[numbers]):
        counting = joined(counters)
        notes.append(f"Row numbers are left out until you choose them: {counting}.")
    known = {"notes": tuple(notes), "fingerprint": fingerprint, **entries.known}
    return replace(rows, frame=frame, **known)


def _find_times(entries: Entries) -> tuple[list[str], texts.Parsed] | None:
    """Return the columns that label the rows, and the times (R,); years repeat only in panels."""
    frame, years = entries.frame, list[tuple[list[str], texts.Parsed]]()
    for column in frame.columns:
        times = texts.as_times(column, frame[column], entries.decimal_commas)
        if times is None:
            continue
        if times.are_years and not times.values.dropna().is_unique:
            years.append(([column], times))
            continue
        both = texts.with_clock(times, frame.drop(columns=column))
        return ([column, both[0]], both[1]) if both else ([column], times)
    if (parts := texts.from_parts(frame)) is not None:
        return parts
    for columns, times in years[:MOST_YEARS]:
        others = frame.drop(columns=columns)
        if times.values.notna().all() and series_columns(others, times.values):
            return columns, times
    return None


def _usable_columns(entries: Entries) -> pd.DataFrame:
    """Return columns of numbers as float64, NaN if missing or unusable, others as categories."""
    notes, columns = entries.notes, dict[str, pd.Series]()
    readings, dates, empty, huge = dict[str, list[str]](), list[str](), list[str](), 0
    for name in map(str, entries.frame.columns):
        column = entries.frame[name]
        if column.dtype.kind == "M":
            dates.append(name)
            continue
        parsed: texts.Parsed | None = texts.Parsed(column, "")
        if pd.api.types.is_bool_dtype(column):
            parsed = texts.Parsed(column, "1 for true and 0 for false")
        elif not pd.api.types.is_numeric_dtype(column) and column.notna().any():
            parsed = texts.as_numbers(column, entries.decimal_commas)
        if parsed is None:
            columns[name] = column.astype("str").astype("category")
            continue
        numbers, reading = parsed.values.astype(float), parsed.reading
        notes += texts.not_numbers_note(column, numbers)
        is_huge = numbers.abs() > _HUGE
        huge += int(is_huge.sum())
        numbers = numbers.mask(is_huge)
        if numbers.isna().all():
            empty.append(name)
            continue
        columns[name] = numbers
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
