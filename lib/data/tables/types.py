"""A table read in another way: corrected types of columns, and months of a year unrolled."""

from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from lib.data.caches import cached_with_object
from lib.data.tables.order import as_texts, order_rows, rows_without_times
from lib.data.tables.table import KINDS, MOST_TEXTS, Table, WindowError, wide_columns
from lib.data.tables.texts import as_times, not_numbers_note, parse_numbers
from lib.text import MONTHS, counted, joined, listed

VALUE = "value"  # the name of the one column of unrolled months


@partial(cached_with_object, size=1)  # it may have a million rows
def reread(table: Table, types: tuple[str, ...], wide: str) -> Table:
    """Return the table with columns read as `types` say, and unrolled if `wide` is "unroll"."""
    made = retyped(table, types) if types else table
    return unrolled(made) if wide == "unroll" else made


def retyped(table: Table, types: tuple[str, ...]) -> Table:
    """Return the table with columns read as entries say, "store:category", by `KINDS`.

    A number that becomes a category is its text; what isn't a number is missing. Raises WindowError
    for a column or kind that there isn't, and for one that can't be read so.
    """
    frame, notes = table.frame.copy(deep=False), list[str]()
    wanted = _wanted(table, types)
    dates = [name for name, kind in wanted.items() if kind == "date" and name in frame]
    if len(dates) > 1:
        raise WindowError(f"one column can label the rows, got {joined(dates)}.")
    for name, kind in wanted.items():
        is_number = name in frame and frame[name].dtype.kind == "f"
        if kind == "out":
            frame = frame.drop(columns=name, errors="ignore")
        elif kind == "number" and not is_number:
            frame[name] = _as_number(frame[name], notes)
        elif kind == "category" and is_number:
            if (count := frame[name].nunique()) > MOST_TEXTS:
                raise WindowError(
                    f"{name} has {count:,} different numbers, and at most {MOST_TEXTS:,} can be "
                    "categories: leave it as numbers."
                )
            frame[name] = as_texts(frame[name])
    if dates:
        times = _as_times(frame[dates[0]], notes)
        made = order_rows(replace(table, frame=frame.drop(columns=dates)), times, (*dates,), notes)
    elif any(wanted.get(name) == "out" for name in table.labels):
        notes.append(f"{joined(table.labels)} no longer labels the rows.")
        made = rows_without_times(replace(table, frame=frame), notes)
    else:
        series = table.series if table.series in frame.columns else ""
        made = replace(table, frame=frame, series=series)
    made = replace(made, notes=(*table.notes, *notes), inputs=(), targets=())
    if not made.numbers:
        raise WindowError(f"no column of numbers is left of {table.name}: leave one as it is.")
    kept = ([name for name in of if name in made.numbers] for of in (table.inputs, table.targets))
    inputs, targets = map(tuple, kept)
    return replace(made, inputs=inputs, targets=targets)


def _wanted(table: Table, types: tuple[str, ...]) -> dict[str, str]:
    """Return each column with its kind, from entries like "store:category". Raises WindowError."""
    names, wanted = [*table.labels, *map(str, table.frame.columns)], dict[str, str]()
    for entry in types:
        column, _, kind = entry.rpartition(":")
        if kind not in KINDS or column not in names:
            raise WindowError(
                f"a column of {table.name}, which has {names}, can be read as one of {[*KINDS]}, "
                f"such as '{names[-1]}:out', got {entry!r}."
            )
        if column in table.labels and kind not in ("date", "out"):
            raise WindowError(f"{column} labels the rows: it is read as dates, or left out.")
        wanted[column] = kind
    return wanted


def _as_number(column: pd.Series, notes: list[str]) -> pd.Series:
    texts = column.astype("str").str.strip()
    values, reading, _ = parse_numbers(texts, decimal_commas=False)
    if values.isna().all():
        raise WindowError(
            f"no entry of {column.name} is a number: {listed(texts.dropna().unique())}. Leave it "
            "as categories."
        )
    how = f" with {reading}" if reading else ""
    notes += [f"{column.name} was read as numbers{how}.", *not_numbers_note(texts, values)]
    return values


def _as_times(column: pd.Series, notes: list[str]) -> pd.Series:
    """Return the column as times (R,), none missing."""
    # Whatever the column is called, it is to be read as dates.
    times = as_times("year date", column if column.dtype.kind == "f" else column.astype("str"))
    if times is None or times.values.isna().any():
        wrong = column if times is None else column[times.values.isna()]
        raise WindowError(
            f"{column.name} can't be read as dates, such as 2024-12-31, 31.12.2024 or "
            f"2024-12-31 23:59, one in each row: got {listed(map(str, wrong.unique()))}."
        )
    notes.append(f"{column.name} labels the rows{times.reading}.")
    return times.values


def unrolled(table: Table) -> Table:
    """Return the table with a row a month or quarter, if it is wide."""
    columns = wide_columns(table)
    if not columns:
        return table
    step = "month" if len(columns) == len(MONTHS) else "quarter"
    width, years = len(columns), pd.DatetimeIndex(table.times).year  # type: ignore[arg-type]
    months = np.repeat(np.asarray(years - 1970) * 12, width)
    months += np.tile(np.arange(width) * (12 // width), len(table.frame))
    frame = pd.DataFrame({VALUE: table.frame[columns].to_numpy(np.float64).ravel()})
    if table.series:
        frame[table.series] = table.frame[table.series].repeat(width).array
    frame = frame.loc[: frame[VALUE].last_valid_index()]  # the last year may be incomplete
    others = [n for n in table.frame.columns if n not in (*columns, table.series)]
    note = f"{width} columns were unrolled into one, {counted(len(frame), step)} long"
    note += f"; left out: {listed(map(str, others))}." if others else "."
    return replace(
        table,
        frame=frame,
        times=pd.DatetimeIndex(months[: len(frame)].astype("M8[M]").astype("M8[s]")),
        step=step,
        notes=(*table.notes, note),
        inputs=(),
        targets=(),
        units={},
    )
