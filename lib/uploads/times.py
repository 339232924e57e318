"""Columns of texts or numbers → times, in whatever form a date was written.

One column at a time, and every doubtful reading is said in a note.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import pandas as pd

from lib.uploads.numbers import NUMBERS_PART, SAMPLE, as_numbers

_DAYS = ("%Y/%m/%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y.%m.%d")
_SHORT_DAYS = ("%d.%m.%y", "%d/%m/%y", "%m/%d/%y")
_HOURS = ("", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", " %I:%M %p", " %I:%M:%S %p")
_DATES = (
    "ISO8601",
    *("%Y-%m-%d %H:%M:%S UTC", "%Y-%m-%d %H:%M:%S.%f UTC", "%Y-%m-%d %I:%M:%S %p"),
    *(f"{day}{hour}" for day in (*_DAYS, *_SHORT_DAYS) for hour in _HOURS),
    *(f"{day},{hour}" for day in (*_DAYS, *_SHORT_DAYS) for hour in _HOURS if hour),
    *("%m/%Y", "%Y/%m", "%YM%m", "%d %b %Y", "%d-%b-%Y", "%d-%b-%y", "%d %B %Y"),
    *("%b %d, %Y", "%B %d, %Y", "%b %d %Y", "%b %Y", "%B %Y", "%b-%Y", "%b-%y", "%Y-%b", "%Y %b"),
)
"""Formats of dates. Where several fit, the one with the evenest steps is taken, or the first."""

_PARTS = {"%Y": r"\d{4}", "%p": "[ap]m", "%b": "[a-z]{3}", "%B": "[a-z]{3,9}", "%f": r"\d{1,9}"}
_SHAPES = {
    form: re.compile(
        re.sub("%.", lambda part: _PARTS.get(part[0], r"\d\d?"), form.replace(".", r"\.")),
        re.IGNORECASE,
    )
    for form in _DATES[1:]
}
"""What a date of a format looks like: it costs pandas much longer to say that one isn't."""

_QUARTER = "[0-9]{4}[- ]?Q[1-4]"
_ZONE = r":.*[+-][0-9]{2}(?::?[0-9]{2})?$"
"""How a time ends that says how far from UTC it is."""

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


class Times(NamedTuple):
    """A column that was read as times."""

    values: pd.Series
    """(R,) without a zone, NaT where an entry isn't a time."""
    how: str = ""
    """How it was read, where that is in doubt; else empty."""
    form: str = ""
    """What `pandas.to_datetime` calls its format; empty where the times are numbers."""


def as_times(name: str, column: pd.Series, decimal_commas: bool) -> Times | None:
    """A column (R,) as times.

    None if it isn't one; a few entries may be none, such as the "Total" of a last line. Numbers are
    times by their name and size: years, 20120131, Unix seconds.
    """
    if pd.api.types.is_bool_dtype(column):
        return None
    if pd.api.types.is_numeric_dtype(column):
        return _from_numbers(name, column)
    texts = column.astype("str").str.strip()
    sample = texts.dropna().iloc[:SAMPLE]
    with_digits = sample.str.contains(r"\d")
    if sample.empty or with_digits.mean() < NUMBERS_PART:
        return None
    if as_numbers(sample, decimal_commas) is not None:
        numbers = as_numbers(texts, decimal_commas) if _TIME_WORDS & _words(name) else None
        return None if numbers is None else _from_numbers(name, numbers.values)
    quarters = sample.str.fullmatch(_QUARTER).mean() >= NUMBERS_PART
    if quarters:
        sample, texts = _as_months(sample), _as_months(texts)
    first = sample[with_digits].iloc[0]
    likely = [form for form in _DATES if form not in _SHAPES or _SHAPES[form].fullmatch(first)]
    fitting = [form for form in likely if _dates(sample, form).notna().mean() >= NUMBERS_PART]
    readings = {form: _dates(texts, form) for form in fitting}
    readings = {f: r for f, r in readings.items() if r.notna().mean() >= NUMBERS_PART}
    if not readings:
        return None
    form = max(readings, key=lambda form: _evenness(readings[form]))
    doubts = {"%d": ", the day before the month", "%m": ", the month before the day"}
    how = doubts.get(form[:2], "") if len(readings) > 1 else ""
    if sample.str.contains(_ZONE).any():
        how = ", in UTC"
    return Times(readings[form], how, "" if quarters else form)


def _as_months(quarters: pd.Series) -> pd.Series:
    """2024Q3, which pandas has no format for, as the quarter's first month: 2024-07."""
    for k in range(4):
        quarters = quarters.str.replace(f"[- ]?Q{k + 1}$", f"-{3 * k + 1:02}", regex=True)
    return quarters


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
    known = numbers.dropna()
    if known.empty or not words & _TIME_WORDS or (known % 1).any():
        return None
    if len(known) < len(numbers):
        times = _from_numbers(name, known) if len(known) >= NUMBERS_PART * len(numbers) else None
        return times and times._replace(values=times.values.reindex(numbers.index))
    low, high = float(numbers.min()), float(numbers.max())
    if "year" in words and low >= 1700 and high <= 2200 and numbers.is_unique:
        return Times(_dates(numbers.astype(int).astype("str"), "%Y"))
    if low >= 17_000_000 and high <= 22_001_231:
        dates = _dates(numbers.astype(int).astype("str"), "%Y%m%d")
        return None if dates.isna().any() else Times(dates)
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
