"""Read a table again with changed types of columns."""

from dataclasses import replace
from functools import partial

import pandas as pd

from lib.data.caches import cached_with_object
from lib.data.tables.order import as_texts, order_rows, rows_without_times
from lib.data.tables.table import KINDS, MOST_TEXTS, Table, WindowError, default_columns
from lib.data.tables.texts import as_times, not_numbers_note, parse_numbers
from lib.text import joined, listed


@partial(cached_with_object, size=1)  # only one result, since a table may have a million rows
def retyped(table: Table, types: tuple[str, ...]) -> Table:
    """Return the table with changed kinds of columns: `types` are texts such as "store:category".

    `KINDS` lists the kinds. Texts that aren't numbers become NaN. Raises WindowError.
    """
    frame, notes = table.frame.copy(deep=False), list[str]()
    kinds = _kinds(table, types)
    dates = [name for name, kind in kinds.items() if kind == "date" and name in frame]
    if len(dates) > 1:
        raise WindowError(f"only one column can label the rows, got {joined(dates)}.")
    for name, kind in kinds.items():
        is_number = name in frame and frame[name].dtype.kind == "f"
        if kind == "out":
            frame = frame.drop(columns=name, errors="ignore")
        elif kind == "number" and not is_number:
            frame[name] = _as_number(frame[name], notes)
        elif kind == "category" and is_number:
            if (count := frame[name].nunique()) > MOST_TEXTS:
                raise WindowError(
                    f"{name} has {count:,} different numbers, and at most {MOST_TEXTS:,} "
                    f"categories are allowed. Keep {name} as numbers."
                )
            frame[name] = as_texts(frame[name])
    if dates:
        times = _as_times(frame[dates[0]], notes)
        made = order_rows(replace(table, frame=frame.drop(columns=dates)), times, (*dates,), notes)
    elif any(kinds.get(name) == "out" for name in table.labels):
        notes.append(f"The rows are no longer labeled by {joined(table.labels)}.")
        made = rows_without_times(replace(table, frame=frame), notes)
    else:
        series = table.series if table.series in frame.columns else ""
        made = replace(table, frame=frame, series=series)
    inputs = tuple(name for name in table.inputs if name in made.numbers)
    targets = tuple(name for name in table.targets if name in made.numbers)
    made = replace(made, notes=(*table.notes, *notes), inputs=inputs, targets=targets)
    default_columns(made)  # raises an error if no column is left to predict
    return made


def _kinds(table: Table, types: tuple[str, ...]) -> dict[str, str]:
    """Return kinds by column, from texts such as "store:category". Raises WindowError."""
    names, kinds = [*table.labels, *map(str, table.frame.columns)], dict[str, str]()
    for entry in types:
        column, _, kind = entry.rpartition(":")
        if kind not in KINDS or column not in names:
            raise WindowError(
                f"expected a column of {table.name} and its kind, such as '{names[-1]}:out', got "
                f"{entry!r}. Columns: {names}. Kinds: {[*KINDS]}."
            )
        if column in table.labels and kind not in ("date", "out"):
            raise WindowError(f"The column {column} labels rows. Read it as dates or leave it out.")
        kinds[column] = kind
    return kinds


def _as_number(column: pd.Series, notes: list[str]) -> pd.Series:
    texts = column.astype("str").str.strip()
    values, reading, _ = parse_numbers(texts, decimal_commas=False)
    if values.isna().all():
        raise WindowError(
            f"no entry of {column.name} is a number: {listed(texts.dropna().unique())}. Keep "
            f"{column.name} as categories."
        )
    how = f" with {reading}" if reading else ""
    notes += [f"{column.name} read as numbers{how}.", *not_numbers_note(texts, values)]
    return values


def _as_times(column: pd.Series, notes: list[str]) -> pd.Series:
    """Return the column as times (R,). Raises WindowError if an entry isn't a date."""
    # The name "year date" makes `as_times` try all readings of numbers.
    times = as_times("year date", column if column.dtype.kind == "f" else column.astype("str"))
    if times is None or times.values.isna().any():
        wrong = column if times is None else column[times.values.isna()]
        raise WindowError(
            f"The column {column.name} needs a date in each row, such as 2024-12-31, 31.12.2024 or "
            f"2024-12-31 23:59, got {listed(map(str, wrong.unique()))}."
        )
    notes.append(f"The column {column.name} labels the rows{times.reading}.")
    return times.values
