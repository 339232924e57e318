"""An uploaded table as a record of arrays, for kept runs and cards, and back.

pandas is imported in functions: a page without a table needs none.
"""

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
"""Limits that a table read from a file keeps: of its numbers, and of its name's length."""
_REST = {field.name for field in fields(Table)} - {"frame", "times"}
"""The fields of a table that are no arrays."""

Column = tuple[np.ndarray, tuple[str, ...] | None]
"""R numbers or times, and None; or R codes of texts, -1 for none, and the texts."""
Columns = dict[str, Column]


@dataclass(frozen=True, slots=True, eq=False)
class TableRecord:
    """The columns of a `Table`, its times, and its other fields."""

    frame: Columns
    times: Column | None
    rest: dict[str, Any]


def record_of(table: Table) -> TableRecord:
    """The record of a table."""
    return TableRecord(
        frame={str(name): _column(entries) for name, entries in table.frame.items()},
        times=None if table.times is None else _column(table.times),
        rest={name: getattr(table, name) for name in _REST},
    )


def _column(entries: Any) -> Column:
    import pandas as pd  # noqa: PLC0415

    if entries.dtype.kind in "biufM":
        return np.asarray(entries), None
    texts = pd.Categorical(entries)
    return np.asarray(texts.codes), tuple(map(str, texts.categories))


def table_of(record: TableRecord) -> Table:
    """The table of a record. Raises an error of any kind for a record that no file becomes."""
    import pandas as pd  # noqa: PLC0415

    hints = get_type_hints(Table, localns={"pd": pd})
    rest = {
        name: msgspec.convert(record.rest[name], hints[name]) for name in _REST & {*record.rest}
    }
    times = None if record.times is None else pd.Index(_entries(*record.times, "str"))
    made = Table(frame=_frame(record.frame), times=times, **rest)
    count, numbers = len(made.frame), made.frame[[*made.numbers]]
    unfit = (
        count < MIN_ROWS,
        (numbers.abs() > _LARGEST).to_numpy().any(),
        times is not None and (len(times) != count or times.hasnans),
        not {*made.inputs, *made.targets} <= {*numbers},
        made.series not in {"", *made.frame},
        len(made.name) > _LONGEST,
        not all(SETTINGS[key].limit or SETTINGS[key].options for key in made.settings),
    )
    if any(unfit):
        raise ValueError("a table that no file becomes")
    for key, value in made.settings.items():
        SETTINGS[key].check(value)
    return made


def _frame(columns: Columns) -> pd.DataFrame:
    import pandas as pd  # noqa: PLC0415

    rows = max(len(entries) for entries, _ in columns.values())
    check_size(rows, len(columns))  # arrays may overlap
    return pd.DataFrame({name: _entries(*each) for name, each in columns.items()}, copy=False)


def _entries(entries: Any, texts: tuple[str, ...] | None, dtype: str = "category") -> Any:
    """(R,), texts as "category" or "str"."""
    import pandas as pd  # noqa: PLC0415

    if texts is None:
        return entries
    held: Any = pd.Categorical.from_codes(entries, pd.Index(texts))
    return held.astype(dtype)
