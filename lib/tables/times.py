"""Columns of texts or numbers → times, in whatever form a date was written.

A column at a time, or parts of a date in several; every doubtful reading is said in a note. What
the times say of their rows is in `order`.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import pandas as pd

from lib.english import MONTHS
from lib.tables.numbers import NUMBERS_PART, SAMPLE, as_numbers

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

_DAY_0 = "1899-12-30"
"""From which spreadsheets count days."""
PARTS = {
    "year": {"year", "yr", "yyyy"},
    "quarter": {"quarter", "qtr", "q"},
    "month": {"month", "mon", "mm"},
    "day": {"day", "dd"},
    "hour": {"hour", "hr", "hh"},
}
"""What columns are called that hold a part of a date, the coarse ones first."""
_BOUNDS = {"year": (1700, 2200), "quarter": (1, 4), "month": (1, 12), "day": (1, 31)}
_BOUNDS["hour"] = (0, 24)
_CLOCK = {"time", "hour", "clock", "time of day"}
"""What columns are called that hold the time of day, as 13:45."""

_TIME_WORDS = {"year", "date", "day", "time", "timestamp"}
"""One of these has to be in the name of a column of numbers, if it is to label the rows."""


class Times(NamedTuple):
    """A column that was read as times."""

    values: pd.Series
    """(R,) without a zone, NaT where an entry isn't a time."""
    how: str = ""
    """How it was read, where that is in doubt; else empty."""
    form: str = ""
    """How a script reads it: a format of `pandas.to_datetime`, "quarter", the unit of a number
    ("s", "ms", "D" since the end of 1899), "utc" for times with a zone; empty where they are
    times already."""


def as_times(name: str, column: pd.Series, decimal_commas: bool) -> Times | None:
    """A column (R,) as times.

    None if it isn't one; a few entries may be none, such as the "Total" of a last line. Numbers are
    times by their name and size: years, 20120131, Unix seconds.
    """
    if column.dtype.kind in "biufM":
        return _from_values(name, column)
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
    return Times(readings[form], how, "quarter" if quarters else form)


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


def _from_values(name: str, column: pd.Series) -> Times | None:
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        return Times(column.dt.tz_convert("UTC").dt.tz_localize(None), ", in UTC", "utc")
    if column.dtype.kind == "M":
        return Times(column)
    return None if column.dtype.kind == "b" else _from_numbers(name, column)


def _from_numbers(name: str, numbers: pd.Series) -> Times | None:
    words = _words(name)
    known = numbers.dropna()
    if known.empty or not words & _TIME_WORDS or (known % 1).any():
        return None
    if len(known) < len(numbers):
        times = _from_numbers(name, known) if len(known) >= NUMBERS_PART * len(numbers) else None
        return times and times._replace(values=times.values.reindex(numbers.index))
    low, high = float(numbers.min()), float(numbers.max())
    years = "year" in words and low >= 1700 and high <= 2200
    if years or (low >= 17_000_000 and high <= 22_001_231):
        form = "%Y" if years else "%Y%m%d"
        dates = _dates(numbers.astype(int).astype("str"), form)
        return None if dates.isna().any() else Times(dates, form=form)
    if "date" in words and low >= 20_000 and high < 100_000:
        days = pd.to_datetime(numbers, unit="D", origin=_DAY_0)
        return Times(days, ", as a spreadsheet counts days", "D")
    for size, unit, how in ((1, "s", "seconds"), (1000, "ms", "milliseconds")):
        if low >= 1e8 * size and high <= 4e9 * size:
            values = (numbers * (1e9 / size)).astype("int64").astype("datetime64[ns]")
            return Times(values, f", as {how} since 1970", unit)
    return None


def from_parts(entries: pd.DataFrame) -> tuple[list[str], pd.Series] | None:
    """A year, with a quarter or a month, a day and an hour, each in a column of its own.

    Returns the columns by part, alternating ("year", "YEAR", "month:text", "Mon", …), and the times
    (R,); None where there is no year, or nothing that divides it.
    """
    found = {
        part: column
        for part, names in PARTS.items()
        for column in entries.columns
        if str(column).strip().lower() in names
    }
    parts: dict[str, pd.Series] = {}
    for part in PARTS:
        numbers = _part(entries[found[part]], part) if part in found else None
        if numbers is not None:
            parts[part] = numbers
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
    labels = {
        part: part if entries[found[part]].dtype.kind in "iuf" else f"{part}:text" for part in parts
    }
    return [word for part in parts for word in (labels[part], found[part])], times


def with_clock(times: Times, entries: pd.DataFrame) -> tuple[str, Times] | None:
    """Days that repeat (R,), with a column of hours or of times of day: its name, and the times.

    Their form is that of the days, "|", and what the column holds: "hour" or "time".
    """
    dates = times.values
    if dates.is_unique or dates.isna().any() or (dates != dates.dt.normalize()).any():
        return None
    for column in entries.columns:
        name, values = str(column).strip().lower(), entries[column]
        if name in PARTS["hour"] and (hours := _part(values, "hour")) is not None:
            clock, form = pd.to_timedelta(hours, unit="h"), f"{times.form}|hour"
            return column, times._replace(values=dates + clock, form=form)
        if name in _CLOCK and not pd.api.types.is_numeric_dtype(values):
            texts = values.astype("str").str.strip()
            if texts.str.fullmatch(r"\d\d?:\d\d(:\d\d(\.\d+)?)?", na=False).all():
                short = texts.str.count(":") == 1
                clock = pd.to_timedelta(texts.where(~short, texts + ":00"))
                return column, times._replace(values=dates + clock, form=f"{times.form}|time")
    return None


def _part(column: pd.Series, part: str) -> pd.Series | None:
    """A column as whole numbers that this part of a date can have, (R,); None if it isn't one."""
    if not pd.api.types.is_numeric_dtype(column):
        texts = column.astype("str").str.strip().str.lower()
        if part == "month":
            column = texts.str[:3].map({name: k for k, name in enumerate(MONTHS, 1)})
        elif part == "quarter":
            column = texts.str.extract(r"^q([1-4])$", expand=False)
        column = pd.to_numeric(column, errors="coerce")
    low, high = _BOUNDS[part]
    fits = column.between(low, high).all() and not (column % 1).any()
    return column.astype("int64") if fits else None
