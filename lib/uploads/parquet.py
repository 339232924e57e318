"""A Parquet file → its entries: plain columns, the index that pandas wrote among them.

pyarrow reads it, which comes with Streamlit. Its own list says how large it is before it is read.
"""

from __future__ import annotations

import io

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from lib.english import listed
from lib.uploads.header import unique_names
from lib.uploads.limits import UploadError, check_size, check_unpacked
from lib.uploads.raw_table import RawTable, drop_row_numbers


def read_parquet(content: bytes, _sheet: str = "") -> RawTable:
    """The entries of a Parquet file. Raises UploadError."""
    try:
        file = pq.ParquetFile(io.BytesIO(content))
        about = file.metadata
        groups = [about.row_group(i) for i in range(about.num_row_groups)]
        check_unpacked(sum(group.total_byte_size for group in groups))
        schema = file.schema_arrow
        plain = [field.name for field in schema if _plain(field.type)]
        check_size(about.num_rows, len(plain))
        table = _settled(file.read(columns=plain))
        frame = table.to_pandas(date_as_object=False)
    except UploadError:
        raise
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError) as error:
        raise UploadError(
            f"The Parquet file can't be read: {f'{error}'.splitlines()[0]}. It may be cut off or "
            "locked: write it again, or export the table as CSV."
        ) from None
    raw = RawTable(frame, {"function": "pd.read_parquet"})
    if not isinstance(frame.index, pd.RangeIndex):
        raw.mended.append(("index", "", ()))
        raw.entries = frame.reset_index()
    raw.entries = raw.entries.reset_index(drop=True)
    if not len(raw.entries.columns):
        raise UploadError(
            f"No plain column was found, and one of numbers is needed. There are: "
            f"{listed(f'{field.name} ({field.type})' for field in schema)}."
        )
    names, raw.notes = unique_names([str(name) for name in raw.entries.columns])
    raw.entries.columns = pd.Index(names)
    if left := [f"{field.name} ({field.type})" for field in schema if field.name not in plain]:
        raw.notes.append(f"Columns of lists and other values left out: {listed(left)}.")
    drop_row_numbers(raw)
    return raw


def _plain(kind: pa.DataType) -> bool:
    """Whether a column holds numbers, texts or times."""
    if pa.types.is_dictionary(kind):
        return _plain(kind.value_type)
    tests = "integer floating decimal boolean string large_string string_view timestamp date null"
    return any(getattr(pa.types, f"is_{test}")(kind) for test in tests.split())


def _settled(table: pa.Table) -> pa.Table:
    """Decimals, and truths that may be missing, as numbers."""
    for i, field in enumerate(table.schema):
        if pa.types.is_decimal(field.type) or pa.types.is_float16(field.type):
            table = table.set_column(i, field.name, table[i].cast(pa.float64()))
        elif pa.types.is_boolean(field.type) and table[i].null_count:
            table = table.set_column(i, field.name, table[i].cast(pa.int8()))
    return table
