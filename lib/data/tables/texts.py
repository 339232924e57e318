"""Columns of texts → numbers, where commas and points may mean either, and → times of any form.

One column at a time, or parts of a date in several; every doubtful reading is said in a note. How
dates and numbers are written is in texts.toml; what times say of their rows is in `order`.
"""

import re
from itertools import product
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from lib.text import MONTHS, beside, counted, listed

NUMBERS_PART = 0.9
"""A column in which at least this part of the entries are numbers is a number column."""
SAMPLE = 200
"""So many entries of a column tell whether it is worth looking at all of them."""

_FILE = beside(__file__)
PARTS: dict[str, dict[str, list[Any]]] = _FILE["parts"]
_DATES = (
    *_FILE["first"],
    *map("".join, product(_FILE["days"], _FILE["hours"])),
    *map(",".join, product(_FILE["days"], filter(None, _FILE["hours"]))),
    *_FILE["last"],
)
_AROUND: list[tuple[str, str]] = _FILE["around"]
_PATTERNS: dict[str, str] = _FILE["patterns"]


class Numbers(NamedTuple):
    """A column that was read as numbers."""

    values: pd.Series
    """(R,) float64, NaN where an entry isn't a number."""
    how: str
    """How commas and points were read, where that is in doubt; else empty."""


def bare(entry: str) -> str:
    """An entry without what stands around its number."""
    for pattern, by in _AROUND:
        entry = re.sub(pattern, by, entry)
    return entry


def has_decimal_commas(entries: list[str], delimiter: str) -> bool:
    """Whether a file's commas are decimal, from some of its entries.

    "1,234" alone may be either: behind a semicolon it is taken as decimal, as spreadsheets of
    such countries write it, otherwise as a thousand. "1.234.567" can only be theirs.
    """
    entries = [bare(entry.strip()) for entry in entries]
    commas = [entry for entry in entries if re.fullmatch(_PATTERNS["with_comma"], entry)]
    groups = [entry for entry in entries if re.fullmatch(_PATTERNS["point_groups"], entry)]
    if any(entry.count(".") > 1 for entry in groups):
        return True
    if any(not re.fullmatch(_PATTERNS["comma_groups"], entry) for entry in commas):
        return True
    points = {*filter(re.compile(_PATTERNS["with_point"]).fullmatch, entries)} - {*groups}
    return bool(commas) and delimiter == ";" and not points


def is_column_with_decimal_commas(lines: list[str]) -> bool:
    """Whether commas never stand between entries: each line that has one is a number."""
    commas = [bare(line.strip()) for line in lines if "," in line]
    return bool(commas) and all(re.fullmatch(_PATTERNS["with_comma"], line) for line in commas)


def as_numbers(texts: pd.Series, decimal_commas: bool) -> Numbers | None:
    """A text column (R,) as numbers, None if it isn't one: with thousands set apart, and signs."""
    texts = texts.astype("str").str.strip()
    known = int(texts.notna().sum())
    sample = texts.dropna().iloc[:SAMPLE]
    if not known or as_floats(sample, decimal_commas).values.isna().all():
        return None  # not a single one: spare the time for the rest
    numbers = as_floats(texts, decimal_commas)
    return numbers if int(numbers.values.notna().sum()) >= NUMBERS_PART * known else None


def as_floats(texts: pd.Series, decimal_commas: bool) -> Numbers:
    """Each text as a number, NaN where it is none. One reading of commas holds for all of them."""

    def repair(pattern: str, by: str = "") -> None:
        nonlocal texts
        texts = texts.str.replace(pattern, by, regex=True)

    for pattern, by in _AROUND:
        repair(pattern, by)
    if texts.str.fullmatch(_PATTERNS["space_groups"], na=False).any():
        repair(_PATTERNS["between_groups"])
    with_comma = texts.str.contains(",", regex=False, na=False)
    commas, others = texts[with_comma], texts[~with_comma].dropna()
    points = others[others.str.contains(".", regex=False)]
    grouped = bool(points.str.fullmatch(_PATTERNS["point_groups"]).all())
    how = ""
    if len(commas):
        groups = commas.str.fullmatch(_PATTERNS["comma_groups"])
        sure = commas.str.count(",").gt(1) | commas.str.contains(".", regex=False)
        decimal = decimal_commas or (commas.str.fullmatch(_PATTERNS["with_comma"]) & ~groups).any()
        if groups.mean() >= NUMBERS_PART and (not decimal or (groups & sure).any()):
            repair(",")
            how = "commas as thousands separators"
        else:
            repair(r"\." if grouped else r"\.(?=.*,)")
            repair(",", ".")
            how = "" if decimal_commas else "decimal commas"
    elif len(points) and grouped and (decimal_commas or points.str.count(r"\.").gt(1).any()):
        repair(r"\.")
        how = "points as thousands separators"
    values = pd.to_numeric(texts, errors="coerce").astype(np.float64)
    return Numbers(values, how)


def not_numbers(texts: pd.Series, numbers: pd.Series) -> list[str]:
    """A sentence on the entries of a column that are none, if there are any."""
    wrong = texts[numbers.isna() & texts.notna()]
    if wrong.empty:
        return []
    are = counted(len(wrong), "cell isn't a number", "cells aren't numbers")
    return [f"In {texts.name} {are}, taken as missing: {listed(map(repr, wrong.unique()))}."]


class Times(NamedTuple):
    """A column that was read as times."""

    values: pd.Series
    """(R,) without a zone, NaT where an entry isn't a time."""
    how: str = ""
    """How it was read, where that is in doubt; else empty."""
    are_years: bool = False
    """Whether an entry says no more than the year."""


def as_times(name: str, column: pd.Series, decimal_commas: bool) -> Times | None:
    """A column (R,) as times.

    None if it isn't one; a few entries may be none, such as the "Total" of a last line. Numbers are
    times by their name and size: years, 20120131, Unix seconds.
    """
    if column.dtype.kind == "M":
        zone = column.dt.tz is not None
        values = column.dt.tz_convert("UTC").dt.tz_localize(None) if zone else column
        return Times(values, ", in UTC") if zone else Times(values)
    if column.dtype.kind in "iuf":
        return _from_numbers(name, column)
    texts = column.astype("str").str.strip()
    sample = texts.dropna().iloc[:SAMPLE]
    if sample.empty or sample.str.contains(r"\d").mean() < NUMBERS_PART:
        return None
    if as_numbers(sample, decimal_commas) is not None:
        numbers = as_numbers(texts, decimal_commas) if _words(name) & {*_FILE["times"]} else None
        return numbers and _from_numbers(name, numbers.values)
    if sample.str.fullmatch("[0-9]{4}[- ]?Q[1-4]").mean() >= NUMBERS_PART:
        sample, texts = _as_months(sample), _as_months(texts)
    first, readings = sample[sample.str.contains(r"\d")].iloc[0], {}
    for form in _DATES:
        if pd.isna(pd.to_datetime(first, format=form, errors="coerce")):
            continue
        if _fits(_dates(sample, form)) and _fits(dates := _dates(texts, form)):
            readings[form] = dates
    if not readings:
        return None
    form = max(readings, key=lambda form: _evenness(readings[form]))
    doubts = {"%d": ", the day before the month", "%m": ", the month before the day"}
    how = doubts.get(form[:2], "") if len(readings) > 1 else ""
    if sample.str.contains(_PATTERNS["zone"]).any():
        how = ", in UTC"
    return Times(readings[form], how)


def _fits(dates: pd.Series) -> bool:
    return bool(dates.notna().mean() >= NUMBERS_PART)


def _as_months(quarters: pd.Series) -> pd.Series:
    """2024Q3, which pandas has no format for, as the quarter's first month: 2024-07."""
    for k in range(4):
        quarters = quarters.str.replace(f"[- ]?Q{k + 1}$", f"-{3 * k + 1:02}", regex=True)
    return quarters


def _dates(texts: pd.Series, form: str) -> pd.Series:
    return pd.to_datetime(texts, format=form, errors="coerce", utc=True).dt.tz_localize(None)


def _evenness(times: pd.Series) -> float:
    """The part of the steps from time to time that are about as long as the typical one."""
    steps = times.dropna().drop_duplicates().diff().dropna().dt.total_seconds()
    typical = steps.median()
    return float(((steps - typical).abs() <= abs(typical) * 0.12).mean()) if len(steps) else 0.0


def _words(name: str) -> set[str]:
    return set(re.findall("[a-z]+", name.lower()))


def _from_numbers(name: str, numbers: pd.Series) -> Times | None:
    words = _words(name)
    known = numbers.dropna()
    if known.empty or not words & {*_FILE["times"]} or (known % 1).any():
        return None
    if len(known) < len(numbers):
        times = _from_numbers(name, known) if _fits(numbers) else None
        return times and times._replace(values=times.values.reindex(numbers.index))
    low, high = float(numbers.min()), float(numbers.max())
    for form, least, most in (("%Y", 1700, 2200), ("%Y%m%d", 17_000_000, 22_001_231)):
        if low >= least and high <= most and (form != "%Y" or "year" in words):
            dates = _dates(numbers.astype(int).astype("str"), form)
            return None if dates.isna().any() else Times(dates, are_years=form == "%Y")
    if "date" in words and low >= 20_000 and high < 100_000:
        days = pd.to_datetime(numbers, unit="D", origin="1899-12-30")
        return Times(days, ", as a spreadsheet counts days")
    for size, how in ((1, "seconds"), (1000, "milliseconds")):
        if low >= 1e8 * size and high <= 4e9 * size:
            values = pd.to_datetime(numbers.astype("int64") * (1000 // size), unit="ms")
            return Times(values, f", as {how} since 1970")
    return None


def from_parts(entries: pd.DataFrame) -> tuple[list[str], Times] | None:
    """A year, with a quarter or a month, a day and an hour, each in a column of its own.

    Returns the columns, and the times; None where there is no year, or nothing that divides it.
    """
    columns = {str(column).strip().lower(): str(column) for column in entries.columns}
    found, parts = dict[str, str](), dict[str, pd.Series]()
    for part in PARTS:
        name = next((columns[word] for word in PARTS[part]["names"] if word in columns), "")
        numbers = _part(entries[name], part) if name else None
        if numbers is not None:
            found[part], parts[part] = name, numbers
        elif part != "quarter":
            break
    if "month" in parts:
        parts.pop("quarter", None)
    if "year" not in parts or len(parts) < 2:
        return None
    month = 3 * parts["quarter"] - 2 if "quarter" in parts else parts["month"]
    date = {"year": parts["year"], "month": month, "day": parts.get("day", 1)}
    times = pd.to_datetime(pd.DataFrame(date), errors="coerce")
    if "hour" in parts:
        times += pd.to_timedelta(parts["hour"], unit="h")
    if times.isna().any():
        return None
    return [found[part] for part in parts], Times(times)


def with_clock(times: Times, entries: pd.DataFrame) -> tuple[str, Times] | None:
    """Days that repeat (R,) with the hours or times of day of a column: its name, and the times."""
    dates = times.values
    if dates.is_unique or dates.isna().any() or (dates != dates.dt.normalize()).any():
        return None
    for column, values in entries.items():
        name, clock = str(column).strip().lower(), None
        if name in PARTS["hour"]["names"] and (hours := _part(values, "hour")) is not None:
            clock = pd.to_timedelta(hours, unit="h")
        elif name in _FILE["clock"] and not pd.api.types.is_numeric_dtype(values):
            texts = values.astype("str").str.strip()
            if texts.str.fullmatch(r"\d\d?:\d\d(:\d\d(\.\d+)?)?", na=False).all():
                clock = pd.to_timedelta(texts.where(texts.str.count(":") > 1, texts + ":00"))
        if clock is not None:
            return str(column), times._replace(values=dates + clock, are_years=False)
    return None


def _part(column: pd.Series, part: str) -> pd.Series | None:
    """A column as whole numbers that this part of a date can have, (R,); None if it isn't one."""
    if not pd.api.types.is_numeric_dtype(column):
        texts = column.astype("str").str.strip().str.lower()
        if part == "month":
            column = texts.str[:3].map({name: k for k, name in enumerate(MONTHS, 1)})
        elif part == "quarter":
            column = texts.str.removeprefix("q")
        column = pd.to_numeric(column, errors="coerce")
    fits = column.between(*PARTS[part]["between"]).all() and not (column % 1).any()
    return column.astype("int64") if fits else None
