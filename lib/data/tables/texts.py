"""Parse a column's texts as times, or as numbers with decimal commas or points."""

import re
from itertools import product, takewhile
from typing import NamedTuple

import numpy as np
import pandas as pd

SHARE = 0.9  # a column is parsed as numbers, or as times, if this share of its entries can be
SAMPLE = 200  # the number of first entries that decide whether to parse the whole column

_SPACE = "[ '’\u00a0\u2009\u202f]"
_SPACE_BETWEEN_GROUPS = rf"(?<=\d)(?<!\d{{4}}){_SPACE}(?=\d{{3}}(?!\d))"
COMMA_GROUPS = r"[+-]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d*)?"  # 1,234.5
POINT_GROUPS = r"[+-]?[1-9]\d{0,2}(?:\.\d{3})+(?:,\d*)?"  # 1.234,5
DECIMAL_COMMA = r"[+-]?[\d.]*,\d+(?:[eE][+-]?\d+)?"
DECIMAL_POINT = r"[+-]?\d*\.\d+(?:[eE][+-]?\d+)?"
_AROUND_A_NUMBER = (  # characters around a number in a text, and their replacement
    ("\u2212", "-"),  # a typographic minus
    (r"^\(([^()a-z]*)\)$", r"-\1"),  # accountants write -5 as (5)
    (r"^([+-]?)[$€£¥] ?", r"\1"),
    (r" ?[%€$£¥]$", ""),
)

_DAYS = (
    *("%Y/%m/%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y.%m.%d"),
    *("%d.%m.%y", "%d/%m/%y", "%m/%d/%y"),
)
_HOURS = ("%H:%M", "%H:%M:%S", "%H:%M:%S.%f", "%I:%M %p", "%I:%M:%S %p")
_FORMATS = (  # if several formats fit, the one with the most even steps is used, or the first
    *("ISO8601", "%Y-%m-%d %H:%M:%S UTC", "%Y-%m-%d %H:%M:%S.%f UTC", "%Y-%m-%d %I:%M:%S %p"),
    *_DAYS,
    *(f"{day}{between}{hour}" for day, hour in product(_DAYS, _HOURS) for between in (" ", ", ")),
    *("%m/%Y", "%Y/%m", "%YM%m", "%d %b %Y", "%d-%b-%Y", "%d-%b-%y", "%d %B %Y", "%b %d, %Y"),
    *("%B %d, %Y", "%b %d %Y", "%b %Y", "%B %Y", "%b-%Y", "%b-%y", "%Y-%b", "%Y %b"),
)
_ZONE = r":.*[+-]\d{2}(?::?\d{2})?$"
_CLOCKS = ("time", "hour", "clock", "time of day")  # names of columns with the time of a day


class Parsed(NamedTuple):
    """A column parsed as numbers or as times."""

    values: pd.Series  # (R,) float64, or times without a zone; missing if not parsed
    reading: str = ""  # how an ambiguous column was read; empty for other columns
    are_years: bool = False  # whether the times are years only


def bare(entry: str) -> str:
    """Return an entry without currency and percent signs, and with an ASCII minus."""
    for pattern, replacement in _AROUND_A_NUMBER:
        entry = re.sub(pattern, replacement, entry)
    return entry


def as_numbers(texts: pd.Series, decimal_commas: bool) -> Parsed | None:
    """Return a text column (R,) as numbers, or None unless most of its entries are numbers."""
    texts = texts.astype("str").str.strip()
    known = texts.dropna()
    if known.empty or _parse_numbers(known.iloc[:SAMPLE], decimal_commas).values.isna().all():
        return None  # the sample has no numbers: don't parse the whole column
    numbers = _parse_numbers(texts, decimal_commas)
    return numbers if numbers.values.count() >= SHARE * len(known) else None


def _parse_numbers(texts: pd.Series, decimal_commas: bool) -> Parsed:
    """Parse each text (R,) as a number, or NaN. A comma has one meaning in the whole column."""
    for pattern, replacement in _AROUND_A_NUMBER:
        texts = texts.str.replace(pattern, replacement, regex=True)
    texts = texts.str.replace(_SPACE_BETWEEN_GROUPS, "", regex=True)  # 1 234,5
    has_comma = texts.str.contains(",", regex=False, na=False)
    with_comma, others = texts[has_comma], texts[~has_comma].dropna()
    with_point = others[others.str.contains(".", regex=False)]
    points_may_group = bool(with_point.str.fullmatch(POINT_GROUPS).all())
    reading = ""
    if len(with_comma):
        may_group = with_comma.str.fullmatch(COMMA_GROUPS)
        must_group = with_comma.str.count(",").gt(1) | with_comma.str.contains(".", regex=False)
        is_decimal = decimal_commas or (with_comma.str.fullmatch(DECIMAL_COMMA) & ~may_group).any()
        if may_group.mean() >= SHARE and ((may_group & must_group).any() or not is_decimal):
            texts = texts.str.replace(",", "", regex=False)
            reading = "commas as thousands separators"
        else:
            # A point separates thousands if a comma follows it, or if all texts allow this reading.
            points = r"\." if points_may_group else r"\.(?=.*,)"
            texts = texts.str.replace(points, "", regex=True).str.replace(",", ".", regex=False)
            reading = "" if decimal_commas else "decimal commas"
    elif points_may_group and (
        (decimal_commas and len(with_point)) or with_point.str.count(r"\.").gt(1).any()
    ):
        texts = texts.str.replace(".", "", regex=False)
        reading = "points as thousands separators"
    return Parsed(pd.to_numeric(texts, errors="coerce").astype(np.float64), reading)


def as_times(name: str, column: pd.Series, decimal_commas: bool = False) -> Parsed | None:
    """Return a column (R,) as times, or None. A few entries may be other texts, such as "Total"."""
    if column.dtype.kind == "M":
        if column.dt.tz is None:
            return Parsed(column)
        return Parsed(column.dt.tz_convert("UTC").dt.tz_localize(None), ", in UTC")
    if column.dtype.kind in "iuf":
        return _from_numbers(name, column)
    texts = column.astype("str").str.strip()
    sample = texts.dropna().iloc[:SAMPLE]
    if sample.empty or sample.str.contains(r"\d").mean() < SHARE:
        return None
    numbers = as_numbers(sample, decimal_commas)
    if numbers is None:
        return _from_texts(texts, sample)
    if _from_numbers(name, numbers.values):  # only then parse the whole column
        numbers = as_numbers(texts, decimal_commas)
    return _from_numbers(name, numbers.values) if numbers else None


def _from_texts(texts: pd.Series, sample: pd.Series) -> Parsed | None:
    """Return texts (R,) as times in the format that fits best; `sample` has the first texts."""
    if sample.str.fullmatch(r"\d{4}[- ]?Q[1-4]").mean() >= SHARE:
        for k in range(4):  # pandas has no format for quarters: use the first month
            quarter, month = f"[- ]?Q{k + 1}$", f"-{3 * k + 1:02}"
            sample, texts = (s.str.replace(quarter, month, regex=True) for s in (sample, texts))
    first, fitting = sample[sample.str.contains(r"\d")].iloc[0], dict[str, pd.Series]()
    for form in _FORMATS:
        if pd.isna(pd.to_datetime(first, format=form, errors="coerce")):
            continue
        if _parse(sample, form).notna().mean() >= SHARE:
            fitting[form] = _parse(texts, form)
    fitting = {form: times for form, times in fitting.items() if times.notna().mean() >= SHARE}
    if not fitting:
        return None
    evenness = dict.fromkeys(fitting, 0.0)  # the share of steps that about equal the median step
    for form, times in fitting.items():
        steps = times.dropna().drop_duplicates().diff().dropna().dt.total_seconds()
        typical = steps.median()
        if len(steps):
            evenness[form] = ((steps - typical).abs() <= abs(typical) * 0.12).mean()
    form = max(fitting, key=evenness.__getitem__)
    reading = ""
    if sample.str.contains(_ZONE).any():
        reading = ", in UTC"
    elif len(fitting) > 1 and form.startswith(("%d", "%m")):
        parts = ("day", "month") if form.startswith("%d") else ("month", "day")
        reading = f", the {parts[0]} before the {parts[1]}"
    return Parsed(fitting[form], reading)


def _parse(texts: pd.Series, form: str) -> pd.Series:
    return pd.to_datetime(texts, format=form, errors="coerce", utc=True).dt.tz_localize(None)


def _from_numbers(name: str, column: pd.Series) -> Parsed | None:
    """Return numbers as times: years, 20240131, or seconds or milliseconds since 1970."""
    words, numbers = {*re.findall("[a-z]+", name.lower())}, column.dropna()
    is_time_name = bool(words & {"year", "date", "day", "time", "timestamp"})
    if len(numbers) < max(1, SHARE * len(column)) or not is_time_name or (numbers % 1).any():
        return None
    numbers, reading, are_years = numbers.astype("int64"), "", False
    low, high = int(numbers.min()), int(numbers.max())
    if "year" in words and low >= 1700 and high <= 2200:
        times, are_years = _parse(numbers.astype("str"), "%Y"), True
    elif low >= 17_000_000 and high <= 22_001_231:
        times = _parse(numbers.astype("str"), "%Y%m%d")
    elif low >= 1e8 and high <= 4e9:
        times, reading = pd.to_datetime(numbers, unit="s"), ", as seconds since 1970"
    elif low >= 1e11 and high <= 4e12:
        times, reading = pd.to_datetime(numbers, unit="ms"), ", as milliseconds since 1970"
    else:
        return None
    return None if times.isna().any() else Parsed(times.reindex(column.index), reading, are_years)


def from_parts(frame: pd.DataFrame) -> tuple[list[str], Parsed] | None:
    """Combine columns named year, month, day and hour; return their names and the times (R,)."""
    names = {name.strip().lower(): name for name in map(str, frame.columns)}
    parts = list(takewhile(names.__contains__, ("year", "month", "day", "hour")))
    if len(parts) < 2:
        return None
    found = [names[part] for part in parts]
    numbers = frame[found].set_axis(parts, axis=1).apply(pd.to_numeric, errors="coerce")
    if not numbers["year"].between(1700, 2200).all():
        return None
    numbers = numbers.astype(np.float64)
    times = pd.to_datetime(numbers.assign(day=numbers.get("day", 1)), errors="coerce")
    return None if times.isna().any() else (found, Parsed(times))


def with_clock(times: Parsed, frame: pd.DataFrame) -> tuple[str, Parsed] | None:
    """Combine repeating dates (R,) with a column of clock times; return its name and the times."""
    dates = times.values
    if dates.is_unique or dates.isna().any() or (dates != dates.dt.normalize()).any():
        return None
    for name in (name for name in map(str, frame.columns) if name.strip().lower() in _CLOCKS):
        texts = frame[name].astype("str").str.strip()
        if not texts.str.fullmatch(r"\d\d?(:\d\d){0,2}(\.\d+)?", na=False).all():
            continue
        for colons in (1, 2):  # "7" and "7:30" become "7:00:00" and "7:30:00"
            texts = texts.where(texts.str.count(":") >= colons, texts + ":00")
        clock = pd.to_timedelta(texts, errors="coerce")
        if clock.between(pd.Timedelta(0), pd.Timedelta(hours=24)).all():
            return name, times._replace(values=dates + clock, are_years=False)
    return None
