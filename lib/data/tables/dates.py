"""Texts and numbers → times of any usual form, in one column or in several."""

import re
from itertools import product
from typing import NamedTuple

import pandas as pd

from lib.data.tables.numbers import NUMBERS_SHARE, SAMPLE, as_numbers
from lib.text import MONTHS

_DAYS = (
    *("%Y/%m/%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y.%m.%d"),
    *("%d.%m.%y", "%d/%m/%y", "%m/%d/%y"),
)
_HOURS = ("%H:%M", "%H:%M:%S", "%H:%M:%S.%f", "%I:%M %p", "%I:%M:%S %p")
_FORMATS = (
    *("ISO8601", "%Y-%m-%d %H:%M:%S UTC", "%Y-%m-%d %H:%M:%S.%f UTC", "%Y-%m-%d %I:%M:%S %p"),
    *_DAYS,
    *(f"{day}{between}{hour}" for day, hour in product(_DAYS, _HOURS) for between in (" ", ", ")),
    *("%m/%Y", "%Y/%m", "%YM%m", "%d %b %Y", "%d-%b-%Y", "%d-%b-%y", "%d %B %Y", "%b %d, %Y"),
    *("%B %d, %Y", "%b %d %Y", "%b %Y", "%B %Y", "%b-%Y", "%b-%y", "%Y-%b", "%Y %b"),
)
"""Of those that fit, the format with the evenest steps is taken, or the first."""
_ZONE = r":.*[+-]\d{2}(?::?\d{2})?$"
_TIME_WORDS = {"year", "date", "day", "time", "timestamp"}
"""One of these is in the name of a column of numbers that labels the rows."""
_CLOCK_NAMES = ("time", "hour", "clock", "time of day")
_PART_NAMES = {
    "year": ("year", "yr", "yyyy"),
    "quarter": ("quarter", "qtr", "q"),
    "month": ("month", "mon", "mm"),
    "day": ("day", "dd"),
    "hour": ("hour", "hr", "hh"),
}
"""What columns that hold a part of a date are called."""
_PART_RANGES = {
    "year": (1700, 2200), "quarter": (1, 4), "month": (1, 12), "day": (1, 31), "hour": (0, 24),
}  # fmt: skip


class Times(NamedTuple):
    """A column that was read as times."""

    values: pd.Series  # (R,) without a zone, NaT where an entry isn't a time
    reading: str = ""  # how it was read, where that is in doubt (", in UTC"); else empty
    are_years: bool = False  # whether an entry is only a year


def as_times(name: str, column: pd.Series, decimal_commas: bool = False) -> Times | None:
    """A column (R,) as times, or None.

    A few entries may be no time, such as the "Total" of a last line. Numbers are times by their
    name and size: years, 20120131, Unix seconds.
    """
    if column.dtype.kind == "M":
        if column.dt.tz is None:
            return Times(column)
        return Times(column.dt.tz_convert("UTC").dt.tz_localize(None), ", in UTC")
    if column.dtype.kind in "iuf":
        return _from_numbers(name, column)
    texts = column.astype("str").str.strip()
    sample = texts.dropna().iloc[:SAMPLE]
    if sample.empty or sample.str.contains(r"\d").mean() < NUMBERS_SHARE:
        return None
    if as_numbers(sample, decimal_commas) is not None:
        numbers = as_numbers(texts, decimal_commas) if _time_words(name) else None
        return numbers and _from_numbers(name, numbers.values)
    return _from_texts(texts, sample)


def _from_texts(texts: pd.Series, sample: pd.Series) -> Times | None:
    """Texts (R,) as times by the format that fits best; `sample` are some that aren't missing."""
    if sample.str.fullmatch(r"\d{4}[- ]?Q[1-4]").mean() >= NUMBERS_SHARE:
        for k in range(4):  # pandas has no format for these: the quarter's first month
            quarter, month = f"[- ]?Q{k + 1}$", f"-{3 * k + 1:02}"
            sample, texts = (of.str.replace(quarter, month, regex=True) for of in (sample, texts))
    first, fitting = sample[sample.str.contains(r"\d")].iloc[0], dict[str, pd.Series]()
    for form in _FORMATS:
        if pd.isna(pd.to_datetime(first, format=form, errors="coerce")):
            continue
        if _are_dates(_parse(sample, form)) and _are_dates(dates := _parse(texts, form)):
            fitting[form] = dates
    if not fitting:
        return None
    form = max(fitting, key=lambda form: _evenness(fitting[form]))
    reading = ""
    if sample.str.contains(_ZONE).any():
        reading = ", in UTC"
    elif len(fitting) > 1 and form.startswith("%d"):
        reading = ", the day before the month"
    elif len(fitting) > 1 and form.startswith("%m"):
        reading = ", the month before the day"
    return Times(fitting[form], reading)


def _parse(texts: pd.Series, form: str) -> pd.Series:
    return pd.to_datetime(texts, format=form, errors="coerce", utc=True).dt.tz_localize(None)


def _are_dates(dates: pd.Series) -> bool:
    return bool(dates.notna().mean() >= NUMBERS_SHARE)


def _evenness(times: pd.Series) -> float:
    """The share of the steps from time to time that are about as long as the median one."""
    steps = times.dropna().drop_duplicates().diff().dropna().dt.total_seconds()
    typical = steps.median()
    return float(((steps - typical).abs() <= abs(typical) * 0.12).mean()) if len(steps) else 0.0


def _time_words(name: str) -> set[str]:
    """The words of a column's name that speak of time."""
    return _TIME_WORDS.intersection(re.findall("[a-z]+", name.lower()))


def _from_numbers(name: str, column: pd.Series) -> Times | None:
    """Years, 20240131, days as a spreadsheet counts them, or (milli)seconds since 1970 (R,).

    None for other numbers, and unless the column's name speaks of time.
    """
    words, numbers = _time_words(name), column.dropna()
    if numbers.empty or not _are_dates(column) or not words or (numbers % 1).any():
        return None
    numbers, reading, is_year = numbers.astype("int64"), "", False
    low, high = int(numbers.min()), int(numbers.max())
    if "year" in words and low >= 1700 and high <= 2200:
        times, is_year = _parse(numbers.astype("str"), "%Y"), True
    elif low >= 17_000_000 and high <= 22_001_231:
        times = _parse(numbers.astype("str"), "%Y%m%d")
    elif "date" in words and low >= 20_000 and high < 100_000:
        times = pd.to_datetime(numbers, unit="D", origin="1899-12-30")
        reading = ", as a spreadsheet counts days"
    elif low >= 1e8 and high <= 4e9:
        times, reading = pd.to_datetime(numbers, unit="s"), ", as seconds since 1970"
    elif low >= 1e11 and high <= 4e12:
        times, reading = pd.to_datetime(numbers, unit="ms"), ", as milliseconds since 1970"
    else:
        return None
    return None if times.isna().any() else Times(times.reindex(column.index), reading, is_year)


def from_parts(entries: pd.DataFrame) -> tuple[list[str], Times] | None:
    """Times from a year, with a quarter or a month, a day and an hour, in a column each."""
    columns = {str(column).strip().lower(): str(column) for column in entries.columns}
    found, parts = dict[str, str](), dict[str, pd.Series]()
    for part, names in _PART_NAMES.items():
        name = next((columns[each] for each in names if each in columns), "")
        values = _part(entries[name], part) if name else None
        if values is not None:
            found[part], parts[part] = name, values
        elif part != "quarter":
            break  # without months, days say nothing
    if "month" in parts:
        parts.pop("quarter", None)
    if "year" not in parts or len(parts) < 2:
        return None
    month = 3 * parts["quarter"] - 2 if "quarter" in parts else parts["month"]
    date = {"year": parts["year"], "month": month, "day": parts.get("day", 1)}
    times = pd.to_datetime(pd.DataFrame(date), errors="coerce")
    if "hour" in parts:
        times += pd.to_timedelta(parts["hour"], unit="h")
    return None if times.isna().any() else ([found[part] for part in parts], Times(times))


def with_clock(times: Times, entries: pd.DataFrame) -> tuple[str, Times] | None:
    """Days that repeat (R,) with the hours or times of day of a column: its name, and the times."""
    dates = times.values
    if dates.is_unique or dates.isna().any() or (dates != dates.dt.normalize()).any():
        return None
    for column, values in entries.items():
        clock = _time_of_day(str(column).strip().lower(), values)
        if clock is not None:
            return str(column), times._replace(values=dates + clock, are_years=False)
    return None


def _time_of_day(name: str, column: pd.Series) -> pd.Series | None:
    """Hours, or texts such as 13:45, as time since midnight (R,)."""
    if name in _PART_NAMES["hour"] and (hours := _part(column, "hour")) is not None:
        return pd.to_timedelta(hours, unit="h")
    if name not in _CLOCK_NAMES or pd.api.types.is_numeric_dtype(column):
        return None
    texts = column.astype("str").str.strip()
    if not texts.str.fullmatch(r"\d\d?:\d\d(:\d\d(\.\d+)?)?", na=False).all():
        return None
    return pd.to_timedelta(texts.where(texts.str.count(":") > 1, texts + ":00"))


def _part(column: pd.Series, part: str) -> pd.Series | None:
    """A column as whole numbers that this part of a date can have, (R,); None if it isn't one."""
    if not pd.api.types.is_numeric_dtype(column):
        texts = column.astype("str").str.strip().str.lower()
        if part == "month":
            column = texts.str[:3].map({name: k for k, name in enumerate(MONTHS, 1)})
        elif part == "quarter":
            column = texts.str.removeprefix("q")
        column = pd.to_numeric(column, errors="coerce")
    fits = column.between(*_PART_RANGES[part]).all() and not (column % 1).any()
    return column.astype("int64") if fits else None
