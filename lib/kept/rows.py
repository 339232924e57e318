"""A person's table ↔ its record in a kept file: numbers, texts and times as arrays of numbers.

What a script says of how the file is read and mended comes from a stranger here: it is taken only
where it can be nothing but what `lib.uploads` says.
"""

import re
from dataclasses import dataclass, fields
from typing import Any, Literal, get_type_hints

import msgspec
import numpy as np
import pandas as pd

from lib.experiment import SETTINGS
from lib.export.python import quoted
from lib.export.rows import MENDINGS
from lib.tables import Table
from lib.tables import table as module
from lib.uploads import MIN_ROWS, check_size

_READERS = ("pd.read_csv", "pd.read_excel", "pd.read_parquet", "np.load")
_LARGEST, _LONGEST = 1e100, 255
"""Larger numbers are taken as missing when a file is read; files have no longer names."""
_PLAIN = {"huge": r"[\d.e]+", "undated ends": r"-?\d*", "numbers": r'[^"\n\r]*(?<!\\)'}
"""What was done to a file → how its details have to be, which stand in a script as they are."""
_HINTS = get_type_hints(Table, {**vars(module), "pd": pd})
_REST = {field.name for field in fields(Table)} - {"frame", "times", "label"}
"""The fields of a table that are no arrays."""
_Reading = dict[str, str | bool | int | list[str] | None]


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """R entries: numbers, or codes of `texts` (-1 is none), or times since 1970 in a `unit`."""

    name: str
    values: np.ndarray
    texts: tuple[str, ...] | None = None
    unit: Literal["", "s", "ms", "us", "ns"] = ""


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """A `Table`, the index of its `label`, and its other fields by name."""

    frame: tuple[Column, ...]
    times: Column | None
    label: tuple[Column, ...] | None
    order: np.ndarray
    rest: dict[str, Any]


def rows_of(table: Table) -> Rows:
    """The record of a table."""
    times = None if table.times is None else _column("", table.times)
    rest = {name: getattr(table, name) for name in _REST}
    if (label := table.label) is None:
        return Rows(_columns(table.frame), times, None, np.arange(0), rest)
    return Rows(_columns(table.frame), times, _columns(label), np.asarray(label.index), rest)


def _columns(frame: pd.DataFrame) -> tuple[Column, ...]:
    return tuple(_column(str(name), entries) for name, entries in frame.items())


def _column(name: str, entries: Any) -> Column:
    if entries.dtype.kind in "biuf":
        return Column(name, np.asarray(entries))
    if entries.dtype.kind == "M":
        times = np.asarray(entries)
        unit: Any = np.datetime_data(times.dtype)[0]
        return Column(name, times.view(np.int64), unit=unit)
    texts = pd.Categorical(entries)
    return Column(name, np.asarray(texts.codes), tuple(map(str, texts.categories)))


def table_of(rows: Rows) -> Table:
    """The table of a record. Raises an error of any kind for one that no file becomes."""
    rest = {name: msgspec.convert(rows.rest[name], _HINTS[name]) for name in _REST}
    times = None if rows.times is None else pd.Index(_entries(rows.times, "str"))
    label = None if rows.label is None else _frame(rows.label).set_axis(pd.Index(rows.order))
    made = Table(frame=_frame(rows.frame), times=times, label=label, **rest)
    count, numbers = len(made.frame), made.frame[[*made.numbers]]
    if count < MIN_ROWS or (numbers.abs() > _LARGEST).to_numpy().any():
        raise ValueError(f"a table of {count} rows, or with numbers beyond {_LARGEST:g}")
    if any(len(each) != count for each in (times, label) if each is not None):
        raise ValueError(f"other times or labels than one of each of {count} rows")
    if times is not None and times.hasnans:
        raise ValueError("times that are missing")
    if not {*made.inputs, *made.targets} <= {*numbers} or made.series not in {"", *made.frame}:
        raise ValueError("columns that the table doesn't have")
    if len(made.name) > _LONGEST:
        raise ValueError(f"a name of {len(made.name):,} letters")
    for key, value in made.settings.items():
        if not (SETTINGS[key].limit or SETTINGS[key].options):
            raise ValueError(f"a table doesn't say {key}")
        SETTINGS[key].check(value)
    _check_script(made)
    return made


def _frame(columns: tuple[Column, ...]) -> pd.DataFrame:
    check_size(
        max(len(each.values) for each in columns), len(columns)
    )  # many may lie on one another
    if len({each.name for each in columns}) < len(columns):
        raise ValueError("columns of the same name")
    return pd.DataFrame({each.name: _entries(each) for each in columns}, copy=False)


def _entries(column: Column, texts: str = "category") -> Any:
    """(R,), texts as categories or as themselves ("str")."""
    if column.unit:
        return column.values.view(f"datetime64[{column.unit}]")
    if column.texts is None:
        return column.values
    codes: Any = column.values
    held: Any = pd.Categorical.from_codes(codes, pd.Index(column.texts))
    return held.astype(texts)


def _check_script(table: Table) -> None:
    """Raise an error for what could be anything in a script but what was done to a file."""
    reading = msgspec.convert(table.reading, _Reading)
    wrong = [name for name in reading if not name.isidentifier()]
    if (function := reading.get("function", _READERS[0])) not in _READERS:
        wrong.append(f"{function}")
    for what, column, details in table.mended:
        MENDINGS[what](quoted(column), *details)  # raises where it can't be written
        plain = details if what in _PLAIN else ()
        if what == "arrays":
            used = int(details[2])
            plain = (*details[:3], *details[3 + used : 3 + 2 * used])
        wrong += [each for each in plain if not re.fullmatch(_PLAIN.get(what, "[0-9]+"), each)]
    if wrong:
        raise ValueError(f"a script would say {wrong[0]!r:.60}")
