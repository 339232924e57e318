"""A table read otherwise than it was: what a person corrects, and months of a year unrolled.

Only what the table still has can be read anew: the file is gone.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from lib.data.tables.order import as_texts, place, unlabelled
from lib.data.tables.table import KINDS, MOST_TEXTS, Table, WindowError, remembered, wide_columns
from lib.data.tables.texts import as_floats, as_times, not_numbers
from lib.text import MONTHS, counted, joined, listed

VALUE = "value"
"""What the one column of unrolled months is called."""


@partial(remembered, size=1)  # it may have a million rows
def otherwise(table: Table, types: tuple[str, ...], wide: str) -> Table:
    """The table with columns read as `types` say, and unrolled if `wide` does."""
    made = retyped(table, types)
    return unrolled(made) if wide == "unroll" else made


def retyped(table: Table, types: tuple[str, ...]) -> Table:
    """The table with some columns read as they are said to be: "store:category", by `KINDS`.

    A number that becomes a category is its text; what isn't a number or a date is missing. A date
    labels the rows; another kind for the column that labels them leaves them in the file's order.

    Raises WindowError for a column or kind that there isn't, and for one that can't be read so.
    """
    if not types:
        return table
    wanted = dict(_wanted(table, types))
    frame, label, notes = table.frame.copy(deep=False), table.label, list[str]()
    labels = [] if label is None else list(label.columns)
    dates = [name for name, kind in wanted.items() if kind == "date" and name not in labels]
    if len(dates) > 1:
        raise WindowError.of("labels_twice", columns=joined(dates))
    loses = bool(dates) or any(wanted.get(name, "date") != "date" for name in labels)
    if loses and label is not None:
        frame = _unlabelled(frame, label, wanted)
        notes.append(f"{joined(labels)} no longer labels the rows.")
    for name, kind in wanted.items():
        if kind == "out":
            frame = frame.drop(columns=name, errors="ignore")
        elif kind in ("number", "category"):
            as_kind = _number if kind == "number" else _category
            frame[name] = as_kind(frame[name], notes)
    if dates:
        read = _times(frame[dates[0]], notes)
        placed = place(frame.drop(columns=dates), read, frame[dates], notes)
        changed = placed._asdict()
    elif loses:
        changed = unlabelled(frame, notes)._asdict()
    else:
        changed = {"frame": frame, "series": table.series if table.series in frame.columns else ""}
    numbers = set(changed["frame"].select_dtypes("number").columns)
    if not numbers:
        raise WindowError.of("no_number_left", table=table.name)
    return replace(
        table,
        **changed,
        notes=(*table.notes, *notes),
        inputs=tuple(name for name in table.inputs if name in numbers),
        targets=tuple(name for name in table.targets if name in numbers),
    )


def _wanted(table: Table, types: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    names = [*table.frame.columns, *([] if table.label is None else table.label.columns)]
    for entry in types:
        column, _, kind = entry.rpartition(":")
        if kind not in KINDS:
            known = list(KINDS)
            raise WindowError.of("no_such_kind", column=column or entry, kinds=known, kind=kind)
        if column not in names:
            read_as, about = KINDS[kind], {"table": table.name, "there": names}
            raise WindowError.of("no_such_column", column=column, kind=read_as, **about)
        yield column, kind


def _unlabelled(frame: pd.DataFrame, label: pd.DataFrame, wanted: dict[str, str]) -> pd.DataFrame:
    """The columns with those that the times were read from, in the file's order."""
    for at, name in enumerate(label.columns):
        if label[name].dtype.kind != "M":
            frame.insert(at, name, label[name].array)
        elif wanted.get(name, "out") != "out":
            kind = KINDS[wanted[name]]
            raise WindowError.of("many_dates", column=name, most=MOST_TEXTS, kind=kind)
    return frame.iloc[np.argsort(label.index, kind="stable")].reset_index(drop=True)


def _number(column: pd.Series, notes: list[str]) -> pd.Series:
    if column.dtype.kind == "f":
        return column
    texts = column.astype("str").str.strip()
    numbers = as_floats(texts, decimal_commas=False)
    if numbers.values.isna().all():
        entries = listed(texts.dropna().unique())
        raise WindowError.of("no_number", column=column.name, entries=entries)
    how = f" with {numbers.how}" if numbers.how else ""
    notes += [f"{column.name} was read as numbers{how}.", *not_numbers(texts, numbers.values)]
    return numbers.values


def _category(column: pd.Series, notes: list[str]) -> pd.Series:
    if column.dtype.kind != "f":
        return column
    if (count := column.nunique()) > MOST_TEXTS:
        raise WindowError.of("many_numbers", column=column.name, count=count, most=MOST_TEXTS)
    notes.append(f"{column.name} was read as categories.")
    return as_texts(column)


def _times(column: pd.Series, notes: list[str]) -> pd.Series:
    """The column as times (R,), none missing."""
    forced = column if column.dtype.kind == "f" else column.astype("str")
    times = as_times("year date", forced, decimal_commas=False)
    if times is None or times.values.isna().any():
        wrong = column if times is None else column[times.values.isna()]
        entries = listed(map(str, wrong.unique()))
        raise WindowError.of("no_dates", column=column.name, entries=entries)
    notes.append(f"{column.name} labels the rows{times.how}.")
    return times.values


def unrolled(table: Table) -> Table:
    """The table with a row a month or quarter, if it is wide, from the first value to the last."""
    columns = wide_columns(table)
    if not columns:
        return table
    step = "month" if len(columns) == len(MONTHS) else "quarter"
    width, years = len(columns), pd.DatetimeIndex(table.times).year  # type: ignore[arg-type]
    values = table.frame[columns].to_numpy(np.float64).ravel()
    months = np.repeat(np.asarray(years - 1970) * 12, width)
    months += np.tile(np.arange(width) * (12 // width), len(table.frame))
    frame = pd.DataFrame({VALUE: values})
    if table.series:
        frame[table.series] = table.frame[table.series].repeat(width).array
    known = np.flatnonzero(~np.isnan(values))
    kept = slice(known[0], known[-1] + 1) if len(known) else slice(None)
    others = [n for n in table.frame.columns if n not in (*columns, table.series)]
    frame = frame[kept].reset_index(drop=True)
    note = f"{width} columns were unrolled into one, {counted(len(frame), step)} long"
    note += f"; left out: {listed(map(str, others))}." if others else "."
    return replace(
        table,
        frame=frame,
        times=pd.DatetimeIndex(months.astype("M8[M]")[kept].astype("M8[s]")),
        step=step,
        notes=(*table.notes, note),
        inputs=(),
        targets=(),
        units={},
    )
