"""Columns of texts and numbers → times and numbers, for files whose conventions aren't known.

One column at a time, and every doubtful reading is said in a note. Files are opened and cut into
cells elsewhere (`read`).
"""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np
import pandas as pd

NUMBERS_PART = 0.9
"""A column in which at least this part of the cells are numbers is a number column."""
_SAMPLE = 200

_DATES = (
    "ISO8601",
    *(
        f"{day}{time}"
        for day in ("%Y/%m/%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y")
        for time in ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
    ),
    *("%d.%m.%y", "%d/%m/%y", "%m/%d/%y", "%Y.%m.%d", "%m/%Y", "%Y/%m", "%YM%m"),
    *("%d %b %Y", "%d-%b-%Y", "%d-%b-%y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%b %d %Y"),
    *("%b %Y", "%B %Y", "%b-%Y", "%b-%y", "%Y-%b", "%Y %b"),
)
"""Formats of dates. Where several fit, the one with the evenest steps is taken, or the first."""

_STEPS = {
    "second": (1, 1),
    "minute": (60, 60),
    "hour": (3600, 3600),
    "day": (86400, 86400),
    "week": (7 * 86400, 7 * 86400),
    "month": (28 * 86400, 31 * 86400),
    "quarter": (90 * 86400, 92 * 86400),
    "year": (365 * 86400, 366 * 86400),
}
"""What lies between two rows, by the seconds that it may have."""

_TIME_WORDS = {"year", "date", "day", "time", "timestamp"}
"""One of these has to be in the name of a column of numbers, if it is to label the rows."""

_SPACES = r"[ '’\u00a0\u2009\u202f]"
_BETWEEN_GROUPS = rf"(?<!\d{{4}}){_SPACES}(?=\d{{3}}(?!\d))"
_SPACE_GROUPS = rf"[+-]?\d{{1,3}}(?:{_SPACES}\d{{3}})+(?:[.,]\d*)?"
_SIGNS = r"^[$€£¥] ?| ?[%€$£¥]$"
_COMMA_GROUPS = r"[+-]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d*)?"
_POINT_GROUPS = r"[+-]?[1-9]\d{0,2}(?:\.\d{3})+(?:,\d*)?"
_WITH_COMMA = re.compile(r"[+-]?[\d.]*,\d+(?:e[+-]?\d+)?", re.IGNORECASE)
_WITH_POINT = re.compile(r"[+-]?\d*\.\d+(?:e[+-]?\d+)?", re.IGNORECASE)
_VALUE = re.compile(r"[+-]?[\d.,][\d.,:/TZ+%'e \u00a0\u202f-]*|[+-]?inf|nan", re.IGNORECASE)


Repairs = tuple[tuple[str, str], ...]
"""What was done to a column of texts to read its numbers: (regular expression, replacement)."""


class Numbers(NamedTuple):
    """A column that was read as numbers."""

    values: pd.Series
    """(R,) float64, NaN where a cell isn't a number."""
    how: str
    """How commas and points were read, where that is in doubt; else empty."""
    repairs: Repairs


class Times(NamedTuple):
    """A column that was read as times."""

    values: pd.Series
    """(R,) without a zone, NaT where a cell isn't a time."""
    how: str = ""
    """How it was read, where that is in doubt; else empty."""
    form: str = ""
    """What `pandas.to_datetime` calls its format; empty where the times are numbers."""


def is_value(cell: str) -> bool:
    """Whether a cell holds a number or a date rather than a name."""
    return _VALUE.fullmatch(cell.strip()) is not None


def has_decimal_commas(cells: list[str], delimiter: str) -> bool:
    """Whether a file's commas are decimal, from some of its cells.

    "1,234" alone may be either: behind a semicolon it is taken as decimal, as spreadsheets of
    such countries write it, otherwise as a thousand.
    """
    cells = [cell.strip() for cell in cells]
    commas = [cell for cell in cells if _WITH_COMMA.fullmatch(cell)]
    if any(not re.fullmatch(_COMMA_GROUPS, cell) for cell in commas):
        return True
    points = any(_WITH_POINT.fullmatch(c) and not re.fullmatch(_POINT_GROUPS, c) for c in cells)
    return bool(commas) and delimiter == ";" and not points


def as_numbers(texts: pd.Series, decimal_commas: bool) -> Numbers | None:
    """A text column (R,) as numbers.

    None if it isn't a column of numbers. Thousands may be set apart by spaces, apostrophes,
    commas or points; a sign of currency or percent is left off.
    """
    texts = texts.astype("str").str.strip()
    known = int(texts.notna().sum())
    sample = texts.dropna().iloc[:_SAMPLE]
    if not known or _as_floats(sample, decimal_commas).values.isna().all():
        return None  # not a single one: spare the time for the rest
    numbers = _as_floats(texts, decimal_commas)
    return numbers if int(numbers.values.notna().sum()) >= NUMBERS_PART * known else None


def _as_floats(texts: pd.Series, decimal_commas: bool) -> Numbers:
    """Each text as a number, NaN where it is none. One reading of commas holds for all of them."""
    repairs: list[tuple[str, str]] = []

    def repair(pattern: str, by: str = "") -> None:
        nonlocal texts
        repaired = texts.str.replace(pattern, by, regex=True)
        if not repaired.equals(texts):
            repairs.append((pattern, by))
            texts = repaired

    repair("\u2212", "-")
    repair(_SIGNS)
    if texts.str.fullmatch(_SPACE_GROUPS, na=False).any():
        repair(_BETWEEN_GROUPS)
    with_comma = texts.str.contains(",", regex=False, na=False)
    with_point = texts.str.contains(".", regex=False, na=False)
    how = ""
    if with_comma.any():
        commas = texts[with_comma]
        groups = commas.str.fullmatch(_COMMA_GROUPS)
        sure = commas.str.count(",").gt(1) | commas.str.contains(".", regex=False)
        if groups.mean() >= NUMBERS_PART and (not decimal_commas or (groups & sure).any()):
            repair(",")
            how = "commas as thousands separators"
        else:
            repair(r"\." if _all_groups(texts[with_point & ~with_comma]) else r"\.(?=.*,)")
            repair(",", ".")
            how = "" if decimal_commas else "decimal commas"
    elif decimal_commas and with_point.any() and _all_groups(texts[with_point]):
        repair(r"\.")
        how = "points as thousands separators"
    values = pd.to_numeric(texts, errors="coerce").astype(np.float64)
    return Numbers(values, how, tuple(repairs))


def _all_groups(texts: pd.Series) -> bool:
    """Whether all points stand before three digits, as in 1.234.567."""
    return bool(texts.str.fullmatch(_POINT_GROUPS).all())


def as_times(name: str, column: pd.Series, decimal_commas: bool) -> Times | None:
    """A column (R,) as times.

    None if it isn't one. Numbers are times by their name and size: years, 20120131, Unix seconds.
    """
    if pd.api.types.is_bool_dtype(column):
        return None
    if pd.api.types.is_numeric_dtype(column):
        return _from_numbers(name, column)
    texts = column.astype("str").str.strip()
    sample = texts.dropna().iloc[:_SAMPLE]
    if sample.empty or not sample.str.contains(r"\d").all():
        return None
    if as_numbers(sample, decimal_commas) is not None:
        found = as_numbers(texts, decimal_commas) if _TIME_WORDS & _words(name) else None
        return None if found is None else _from_numbers(name, found.values)
    fitting = [form for form in _DATES if _dates(sample, form).notna().all()]
    readings = {form: _dates(texts, form) for form in fitting}
    readings = {f: r for f, r in readings.items() if r.notna().mean() >= NUMBERS_PART}
    if not readings:
        return None
    form = max(readings, key=lambda form: _evenness(readings[form]))
    how = {"%d": ", the day before the month", "%m": ", the month before the day"}
    return Times(readings[form], how.get(form[:2], "") if len(readings) > 1 else "", form)


def _dates(texts: pd.Series, form: str) -> pd.Series:
    return pd.to_datetime(texts, format=form, errors="coerce", utc=True).dt.tz_localize(None)


def _evenness(times: pd.Series) -> float:
    """The part of the steps from row to row that are about as long as the typical one."""
    steps = times.dropna().diff().dropna().dt.total_seconds()
    typical = steps.median()
    return float(((steps - typical).abs() <= abs(typical) * 0.12).mean()) if len(steps) else 0.0


def _words(name: str) -> set[str]:
    return set(re.findall("[a-z]+", name.lower()))


def _from_numbers(name: str, numbers: pd.Series) -> Times | None:
    words = _words(name)
    if numbers.empty or not words & _TIME_WORDS or numbers.isna().any() or (numbers % 1).any():
        return None
    low, high = float(numbers.min()), float(numbers.max())
    if "year" in words and low >= 1700 and high <= 2200 and numbers.is_unique:
        return Times(_dates(numbers.astype(int).astype("str"), "%Y"))
    if low >= 17_000_000 and high <= 22_001_231:
        times = _dates(numbers.astype(int).astype("str"), "%Y%m%d")
        return None if times.isna().any() else Times(times)
    for size, how in ((1, ", as seconds since 1970"), (1000, ", as milliseconds since 1970")):
        if low >= 1e8 * size and high <= 4e9 * size:
            return Times((numbers * (1e9 / size)).astype("int64").astype("datetime64[ns]"), how)
    return None


def step_of(times: pd.Series) -> str:
    """What lies between two rows: "day", "month", …; "row" where nothing regular does."""
    steps = times.dropna().diff().dropna().abs()
    typical = float(steps.dt.total_seconds().median()) if len(steps) else 0.0
    fits = (step for step, (low, high) in _STEPS.items() if low <= typical <= high)
    return next(fits, "row")
