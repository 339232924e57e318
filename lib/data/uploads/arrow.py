"""A `Table` as a stream in Arrow's format, in which the reading process returns a file."""

import ast
from dataclasses import fields
from typing import IO, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from lib.data.tables.table import Table


def write_table(table: Table, out: IO[bytes]) -> None:
    """Write a table as a stream of Arrow's; `read_table` reads it."""
    others = {field.name for field in fields(Table)} - {"frame", "label", "times"}
    head = {name: getattr(table, name) for name in others}
    columns: dict[str, Any] = {f"frame {n}": _as_float32(each) for n, each in table.frame.items()}
    if table.times is not None:
        columns["times"] = table.times
    if (label := table.label) is not None:
        if not label.index.equals(pd.RangeIndex(len(label))):
            columns["order"] = label.index
        # Where a label's column isn't there, it is the times.
        kept = label.select_dtypes(exclude="datetime")
        columns |= {f"label {name}": each.array for name, each in kept.items()}
        head["label"] = list(label.columns)
    arrow = pa.Table.from_pandas(pd.DataFrame(columns, copy=False), preserve_index=False)
    arrow = arrow.replace_schema_metadata({"head": repr(head)})
    with pa.ipc.new_stream(out, arrow.schema) as stream:
        stream.write_table(arrow)


def _as_float32(column: pd.Series) -> pd.Series:
    """Decimals with 32 bits, where that moves none by a millionth of their deviation.

    Of whole numbers none may be moved at all: they may be names of series.
    """
    if column.dtype != np.float64:
        return column
    with np.errstate(over="ignore"):
        short = column.astype(np.float32)
    moved = (short - column).abs().max()
    whole = (column.dropna() % 1 == 0).all()
    return short if moved <= (0 if whole else 1e-6 * column.std()) else column


def read_table(source: IO[bytes]) -> Table:
    """The table in a stream. Raises pa.ArrowInvalid, a ValueError, where it ends early."""
    arrow = pa.ipc.open_stream(source).read_all()
    known = ast.literal_eval(arrow.schema.metadata[b"head"].decode())
    frame = arrow.to_pandas(split_blocks=True, self_destruct=True)
    times = pd.Index(frame.pop("times")).rename(None) if "times" in frame else None
    if names := known.pop("label", None):
        kept = {name: frame.pop(f"label {name}") for name in names if f"label {name}" in frame}
        known["label"] = pd.DataFrame({name: kept.get(name, times) for name in names}, copy=False)
        if "order" in frame:
            known["label"].index = pd.Index(frame.pop("order")).rename(None)
    frame.columns = frame.columns.str.removeprefix("frame ")
    return Table(frame=frame, times=times, **known)
