"""A person's table ↔ its record in a kept file: numbers, texts and times as arrays of numbers.

What a script says of how the file is read and mended comes from a stranger here: it is taken only
where it can be nothing but what `lib.uploads` says.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from lib.dataset import Mended
from lib.experiment import SETTINGS
from lib.export.python import quoted
from lib.export.rows import MENDINGS
from lib.tables import Table
from lib.uploads.limits import MIN_ROWS, check_size

if TYPE_CHECKING:
    import pandas as pd

_READERS = ("pd.read_csv", "pd.read_excel", "pd.read_parquet", "np.load")
_LARGEST = 1e100
"""Larger numbers are taken as missing when a file is read."""
_PLAIN = {"huge": r"[\d.e]+", "undated ends": r"-?\d*", "numbers": r'[^"\n\r]*(?<!\\)'}
"""What was done to a file → how its details have to be, which stand in a script as they are."""


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """R entries: numbers, or codes of `texts` (-1 is none), or times since 1970 in a `unit`."""

    name: str
    values: np.ndarray
    texts: tuple[str, ...] | None = None
    unit: Literal["", "s", "ms", "us", "ns"] = ""


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """A `Table`, whose fields these are; and the index of its `label`."""

    name: str
    frame: tuple[Column, ...]
    times: Column | None
    label: tuple[Column, ...] | None
    order: np.ndarray
    step: str
    notes: tuple[str, ...]
    inputs: tuple[str, ...]
    targets: tuple[str, ...]
    units: dict[str, str]
    series: str
    settings: dict[str, int | float | str]
    sheets: tuple[str, ...]
    reading: dict[str, str | bool | int | list[str] | None]
    mended: tuple[Mended, ...]
    fingerprint: str


_SAME = {field.name for field in fields(Rows)} - {"frame", "times", "label", "order"}


def rows_of(table: Table) -> Rows:
    """The record of a table."""
    label, same = table.label, {name: getattr(table, name) for name in _SAME}
    return Rows(
        frame=_columns(table.frame),
        times=None if table.times is None else _column("", table.times),
        label=None if label is None else _columns(label),
        order=np.arange(0) if label is None else np.asarray(label.index, np.int64),
        **same,
    )


def _columns(frame: pd.DataFrame) -> tuple[Column, ...]:
    return tuple(_column(str(name), entries) for name, entries in frame.items())


def _column(name: str, entries: Any) -> Column:
    import pandas as pd  # noqa: PLC0415  which a page without a table shouldn't wait for

    if entries.dtype.kind in "biuf":
        return Column(name, np.asarray(entries))
    if entries.dtype.kind == "M":
        times = np.asarray(entries)
        unit: Any = np.datetime_data(times.dtype)[0]
        return Column(name, times.view(np.int64), unit=unit)
    texts = pd.Categorical(entries)
    return Column(name, np.asarray(texts.codes), tuple(map(str, texts.categories)))


def table_of(rows: Rows) -> Table:
    """The table of a record. Raises ValueError, or KeyError, for one that no file becomes."""
    import pandas as pd  # noqa: PLC0415

    frame = _frame(rows.frame)
    count, numbers = len(frame), frame.select_dtypes("number")
    check_size(*frame.shape)
    if count < MIN_ROWS or (numbers.abs() > _LARGEST).to_numpy().any():
        raise ValueError(f"a table of {count} rows, or with numbers beyond {_LARGEST:g}")
    if not {*rows.inputs, *rows.targets} <= {*numbers} or rows.series not in {"", *frame}:
        raise ValueError("columns that the table doesn't have")
    for key, value in rows.settings.items():
        if not (SETTINGS[key].limit or SETTINGS[key].options):
            raise ValueError(f"a table doesn't say {key}")
        SETTINGS[key].check(value)
    _check_script(rows)
    times = None if rows.times is None else pd.Index(_entries(rows.times, "str"))
    label = None if rows.label is None else _frame(rows.label).set_axis(pd.Index(rows.order))
    both = [each for each in (times, label) if each is not None]
    if rows.label == () or any(len(each) != count for each in both):
        raise ValueError(f"other times or labels than one of each of {count} rows")
    if times is not None and times.hasnans:
        raise ValueError("times that are missing")
    same = {name: getattr(rows, name) for name in _SAME}
    return Table(frame=frame, times=times, label=label, **same)


def _frame(columns: tuple[Column, ...]) -> pd.DataFrame:
    import pandas as pd  # noqa: PLC0415

    if len({each.name for each in columns}) < len(columns):
        raise ValueError("columns of the same name")
    return pd.DataFrame({each.name: _entries(each) for each in columns}, copy=False)


def _entries(column: Column, texts: str = "category") -> Any:
    """(R,), texts as categories or as themselves ("str")."""
    import pandas as pd  # noqa: PLC0415

    if column.unit:
        return column.values.view(f"datetime64[{column.unit}]")
    if column.texts is None:
        return column.values
    codes: Any = column.values
    held: Any = pd.Categorical.from_codes(codes, pd.Index(column.texts))
    return held.astype(texts)


def _check_script(rows: Rows) -> None:
    """Raise ValueError for what could be anything in a script but what was done to a file."""
    wrong = [name for name in rows.reading if not name.isidentifier()]
    if (function := rows.reading.get("function", _READERS[0])) not in _READERS:
        wrong.append(f"{function}")
    for what, column, details in rows.mended:
        MENDINGS[what](quoted(column), *details)  # raises where it can't be written
        plain = details if what in _PLAIN else ()
        if what == "arrays":
            used = int(details[2])
            plain = (*details[:3], *details[3 + used : 3 + 2 * used])
        wrong += [each for each in plain if not re.fullmatch(_PLAIN.get(what, "[0-9]+"), each)]
    if wrong:
        raise ValueError(f"a script would say {wrong[0]!r:.60}")
