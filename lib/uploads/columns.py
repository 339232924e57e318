"""All entries → the times that label the rows, and the columns that are numbers or texts."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

import numpy as np
import pandas as pd

from lib.english import counted, joined, listed
from lib.tables.numbers import as_numbers, not_numbers
from lib.tables.order import Placed, place, series_columns, unlabelled
from lib.tables.table import MOST_TEXTS
from lib.tables.times import Times, as_times, from_parts, with_clock
from lib.uploads.limits import MIN_ROWS, UploadError
from lib.uploads.raw_table import RawTable

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
    labels = raw.entries[columns]
    raw.entries = raw.entries.drop(columns=columns)
    first, last = np.flatnonzero(times.values.notna())[[0, -1]]
    after = len(labels) - 1 - last
    if first or after:
        undated = labels[times.values.isna()].iloc[:, 0].dropna()
        which = listed(dict.fromkeys(map(repr, undated)))
        raw.notes.append(
            f"{counted(int(first + after), 'row', 'rows')} without a date at the table's ends left "
            f"out{f': {which}' if len(undated) else ''}."
        )
        raw.mended.append(("undated ends", "", (f"{first}", f"-{after}" if after else "")))
        kept = slice(first, last + 1)
        times = times._replace(values=times.values.iloc[kept].reset_index(drop=True))
        labels = labels.iloc[kept].reset_index(drop=True)
        raw.entries = raw.entries.iloc[kept].reset_index(drop=True)
    return labels, times


def _dates(raw: RawTable) -> Iterator[tuple[list[str], Times]]:
    """What may label the rows, the likeliest first: columns, and their times (R,)."""
    entries, years = raw.entries, list[tuple[list[str], Times]]()
    for column in entries.columns:
        times = as_times(column, entries[column], raw.decimal_commas)
        if times is None:
            continue
        if times.form == "%Y" and not times.values.dropna().is_unique:
            years.append(([column], times))
        elif (both := with_clock(times, entries.drop(columns=column))) is not None:
            yield [column, both[0]], both[1]
        else:
            yield [column], times
    if (parts := from_parts(entries)) is not None:
        yield parts[0][1::2], Times(parts[1], form=" ".join(parts[0][::2]))
    for columns, times in years:
        others = entries.drop(columns=columns)
        if times.values.notna().all() and series_columns(others, times.values):
            yield columns, times


def put_in_order(raw: RawTable, found: tuple[pd.DataFrame, Times] | None) -> Placed:
    """The columns that can be used, in order of time; `found` is what `take_times` returned."""
    frame = _take_columns(raw)
    if found is None:
        notes = [] if "series" in raw.known else raw.notes  # who knows the series has said so
        return _without_long_texts(unlabelled(frame, notes), raw)
    labels, (times, how, form) = found
    names = [str(name) for name in labels.columns]
    label = _kept(labels, times)
    raw.notes.append(f"{joined(names)} {'label' if len(names) > 1 else 'labels'} the rows{how}.")
    if times.isna().any():
        raw.notes.append(f"{counted(int(times.isna().sum()), 'row has', 'rows have')} no date.")
        texts = pd.Index(times.dt.strftime("%Y-%m-%d %H:%M:%S").fillna("no date"))
        placed = unlabelled(frame, raw.notes)._replace(times=texts, label=label)
    else:
        raw.mended.append(("times", joined(names), (form, *names)))
        placed = place(frame, times, label, raw.notes, raw.mended)
    return _without_long_texts(placed, raw)


def _kept(labels: pd.DataFrame, times: pd.Series) -> pd.DataFrame:
    """Columns of times as a table keeps them: see `Table.label`."""
    kept = {}
    for name, column in labels.items():
        if pd.api.types.is_numeric_dtype(column):
            kept[name] = column.astype(np.float64)
        else:
            short = column.nunique() <= MOST_TEXTS
            kept[name] = column.astype("str").astype("category") if short else times
    return pd.DataFrame(kept)


def _without_long_texts(placed: Placed, raw: RawTable) -> Placed:
    """Leave out columns of more texts than categories can have, but for the names of series."""
    frame = placed.frame
    texts = [name for name in frame.select_dtypes("category").columns if name != placed.series]
    long = [name for name in texts if frame[name].nunique() > MOST_TEXTS]
    if long:
        raw.notes.append(
            f"Columns of more than {MOST_TEXTS:,} different texts are left out: {listed(long)}."
        )
    return placed._replace(frame=frame.drop(columns=long))


def _take_columns(raw: RawTable) -> pd.DataFrame:
    """The columns as float64, NaN where a value is missing or can't be used, and as categories."""
    notes, mended = raw.notes, raw.mended
    columns, texts, empty, dates = {}, dict[str, pd.Series](), [], []
    readings: dict[str, list[str]] = {}
    for name in raw.entries.columns:
        column = raw.entries[name]
        if column.isna().all():
            empty.append(name)
        elif pd.api.types.is_numeric_dtype(column):
            columns[name] = column.astype(np.float64)
            if pd.api.types.is_bool_dtype(column):
                readings.setdefault("1 for true and 0 for false", []).append(name)
        elif pd.api.types.is_datetime64_any_dtype(column):
            dates.append(name)
        elif (reading := as_numbers(column, raw.decimal_commas)) is not None:
            columns[name] = reading.values
            readings.setdefault(reading.how, []).append(name)
            mended.append(("numbers", name, tuple(chain(*reading.repairs))))
            notes += not_numbers(column, reading.values)
        else:
            texts[name] = column.astype("str").astype("category")
    readings.pop("", None)
    notes += [
        f"Numbers in {listed(names)} were read with {how}." for how, names in readings.items()
    ]
    columns = _without_huge(columns, raw)
    empty += [name for name, numbers in columns.items() if numbers.isna().all()]
    columns = {name: numbers for name, numbers in columns.items() if name not in empty}
    if not columns:
        raise UploadError(
            f"No column of numbers was found, and at least one is needed. Texts: {listed(texts)}. "
            f"Empty: {listed(empty)}.{raw.cells}"
        )
    if dates:
        notes.append(f"Other dates are left out: {listed(dates)}.")
    if empty:
        notes.append(f"Empty columns are left out: {listed(empty)}.")
    kept = [name for name in raw.entries.columns if name in columns or name in texts]
    return pd.DataFrame({name: columns.get(name, texts.get(name)) for name in kept}, copy=False)


def _without_huge(columns: dict[str, pd.Series], raw: RawTable) -> dict[str, pd.Series]:
    """The columns with NaN for what can't be computed with."""
    usable, count = dict(columns), 0
    for name, numbers in columns.items():
        huge = numbers.abs() > _HUGE
        if huge.any():
            count += int(huge.sum())
            usable[name] = numbers.mask(huge)
            raw.mended.append(("huge", name, (f"{_HUGE:g}".replace("+", ""),)))
    if count:
        values = counted(count, "value is", "values are")
        raw.notes.append(f"{values} infinite or beyond {_HUGE:.0e} and taken as missing.")
    return usable


def describe(frame: pd.DataFrame, notes: list[str]) -> None:
    """Refuse what is too short, and note constant columns and gaps."""
    if len(frame) < MIN_ROWS:
        raise UploadError(
            f"The table has {counted(len(frame), 'row')} and at least {MIN_ROWS} are needed, "
            "a row for each timestep. Add rows."
        )
    constant = [name for name in frame.columns if frame[name].nunique() < 2]
    if constant:
        notes.append(f"Constant columns say nothing: {listed(constant)}.")
    gaps = frame.isna().sum()
    if gaps.any():
        each = [f"{name} {count:,}" for name, count in gaps[gaps > 0].items()]
        notes.append(
            f"{counted(int(gaps.sum()), 'value is', 'values are')} missing: {listed(each)}."
        )
