"""All entries → the rows in order of time, and the columns that are numbers."""

from __future__ import annotations

from itertools import chain

import numpy as np
import pandas as pd

from lib.english import counted, listed
from lib.uploads.layout import DELIMITERS
from lib.uploads.limits import MIN_ROWS, UploadError
from lib.uploads.numbers import as_numbers
from lib.uploads.raw_table import RawTable
from lib.uploads.times import as_times, step_of

_HUGE = 1e100
"""Larger numbers can't be squared; they are taken as missing, as infinities are."""


def take_times(raw: RawTable) -> tuple[pd.Index | None, str]:
    """Take the first time column out, and put the rows in its order: the times, and their step."""
    for column in raw.entries.columns:
        reading = as_times(column, raw.entries[column], raw.layout.decimal_commas)
        if reading is not None:
            break
    else:
        return None, "row"
    times, notes = reading.values, raw.notes
    notes.append(f"{column} labels the rows{reading.how}.")
    dates = raw.entries.pop(column)
    first, last = np.flatnonzero(times.notna())[[0, -1]]
    after = len(times) - 1 - last
    if first or after:
        which = listed(dict.fromkeys(repr(c) for c in dates[times.isna()].dropna()))
        notes.append(
            f"{counted(int(first + after), 'row', 'rows')} without a date at the table's ends left "
            f"out{f': {which}' if which else ''}."
        )
        raw.mended.append(("undated ends", "", (f"{first}", f"-{after}" if after else "")))
        times = times.iloc[first : last + 1].reset_index(drop=True)
        raw.entries = raw.entries.iloc[first : last + 1].reset_index(drop=True)
    if times.isna().any():
        notes.append(f"{counted(int(times.isna().sum()), 'row has', 'rows have')} no date.")
        return pd.Index(times.dt.strftime("%Y-%m-%d %H:%M:%S").fillna("no date")), "row"
    order = np.arange(len(times))
    if not times.is_monotonic_increasing:
        if times.is_monotonic_decreasing:
            notes.append("The newest row came first, so the order was turned round.")
            raw.mended.append(("newest first", "", ()))
            order = order[::-1]
        elif times.is_unique:
            notes.append(f"The rows were put in order of {column}.")
            raw.mended.append(("order", column, (reading.form,)))
            order = np.argsort(times.to_numpy(), kind="stable")
        else:
            notes.append(
                f"{column} goes back and forth and repeats, as where several series are in one "
                "table. The rows stay as they are, and windows run from one into the next."
            )
            return pd.DatetimeIndex(times), "row"
    times = times.iloc[order]
    raw.entries = raw.entries.iloc[order].reset_index(drop=True)
    return pd.DatetimeIndex(times), step_of(times)


def take_numbers(raw: RawTable) -> pd.DataFrame:
    """The number columns as float64, NaN where a value is missing or can't be used."""
    notes, mended = raw.notes, raw.mended
    columns, texts, empty = {}, [], []
    readings: dict[str, list[str]] = {}
    for name in raw.entries.columns:
        column = raw.entries[name]
        if column.isna().all():
            empty.append(name)
        elif pd.api.types.is_numeric_dtype(column):
            columns[name] = column.astype(np.float64)
            if pd.api.types.is_bool_dtype(column):
                readings.setdefault("1 for true and 0 for false", []).append(name)
        elif (reading := as_numbers(column, raw.layout.decimal_commas)) is not None:
            columns[name] = reading.values
            readings.setdefault(reading.how, []).append(name)
            mended.append(("numbers", name, tuple(chain(*reading.repairs))))
            wrong = column[columns[name].isna() & column.notna()]
            if len(wrong):
                are = counted(len(wrong), "cell isn't a number", "cells aren't numbers")
                which = listed(dict.fromkeys(repr(entry) for entry in wrong))
                notes.append(f"In {name} {are}, taken as missing: {which}.")
        else:
            texts.append(name)
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
            f"Empty: {listed(empty)}. Cells were taken to be apart by "
            f"{DELIMITERS[raw.layout.delimiter]}: if that is wrong, save the file with commas."
        )
    if texts:
        notes.append(f"Columns of text are left out: {listed(texts)}.")
    if empty:
        notes.append(f"Empty columns are left out: {listed(empty)}.")
    return pd.DataFrame(columns)


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
    constant = [name for name in frame.columns if not frame[name].min() < frame[name].max()]
    if constant:
        notes.append(f"Constant columns say nothing: {listed(constant)}.")
    gaps = frame.isna().sum()
    if gaps.any():
        each = [f"{name} {count:,}" for name, count in gaps[gaps > 0].items()]
        notes.append(
            f"{counted(int(gaps.sum()), 'value is', 'values are')} missing: {listed(each)}."
        )
