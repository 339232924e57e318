"""A person's table ↔ its record in a kept file: numbers, texts and times as arrays of numbers."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, get_type_hints

import msgspec
import numpy as np

from lib.data import MIN_ROWS, Table, check_size
from lib.experiment import SETTINGS

if TYPE_CHECKING:
    import pandas as pd

_LARGEST, _LONGEST = 1e100, 255
"""Larger numbers are taken as missing when a file is read; files have no longer names."""
_REST = {field.name for field in fields(Table)} - {"frame", "times", "label"}
"""The fields of a table that are no arrays."""


Column = tuple[np.ndarray, tuple[str, ...] | None]
"""R entries: numbers or times, or codes of texts, of which -1 is none."""
Columns = dict[str, Column]
"""By name, in order."""


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """A `Table`, the index of its `label`, and its other fields by name."""

    frame: Columns
    times: Column | None
    label: Columns | None
    order: np.ndarray
    rest: dict[str, Any]


def rows_of(table: Table) -> Rows:
    """The record of a table."""
    times = None if table.times is None else _column(table.times)
    rest, label = {name: getattr(table, name) for name in _REST}, table.label
    order = np.asarray([] if label is None else label.index)
    return Rows(
        _columns(table.frame), times, None if label is None else _columns(label), order, rest
    )


def _columns(frame: pd.DataFrame) -> Columns:
    return {str(name): _column(entries) for name, entries in frame.items()}


def _column(entries: Any) -> Column:
    if entries.dtype.kind in "biufM":
        return np.asarray(entries), None
    import pandas as pd  # noqa: PLC0415  see `table_of`

    texts = pd.Categorical(entries)
    return np.asarray(texts.codes), tuple(map(str, texts.categories))


def table_of(rows: Rows) -> Table:
    """The table of a record. Raises an error of any kind for one that no file becomes."""
    import pandas as pd  # noqa: PLC0415  heavy, and a page without a table needs none

    hints = get_type_hints(Table, localns={"pd": pd})
    rest = {name: msgspec.convert(rows.rest[name], hints[name]) for name in _REST}
    times = None if rows.times is None else pd.Index(_entries(*rows.times, "str"))
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
    return made


def _frame(columns: Columns) -> pd.DataFrame:
    import pandas as pd  # noqa: PLC0415  see `table_of`

    rows = max(len(entries) for entries, _ in columns.values())
    check_size(rows, len(columns))  # many may lie on one another
    return pd.DataFrame({name: _entries(*each) for name, each in columns.items()}, copy=False)


def _entries(entries: Any, texts: tuple[str, ...] | None, dtype: str = "category") -> Any:
    """(R,), texts as categories or as themselves ("str")."""
    if texts is None:
        return entries
    import pandas as pd  # noqa: PLC0415  see `table_of`

    held: Any = pd.Categorical.from_codes(entries, pd.Index(texts))
    return held.astype(dtype)
