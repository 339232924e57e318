"""A Parquet file → its entries: plain columns, the index that pandas wrote among them.

pyarrow reads it, which comes with Streamlit. Its own list says how large it is before it is read.
"""

import io

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from lib.english import listed
from lib.uploads import UploadError, check_size, check_unpacked
from lib.uploads.raw_table import RawTable, unique_names

_PLAIN = "integer floating decimal boolean string large_string string_view timestamp date null"


def read_parquet(content: bytes, _sheet: str = "") -> RawTable:
    """The entries of a Parquet file. Raises UploadError."""
    try:
        file = pq.ParquetFile(io.BytesIO(content))
        about, schema = file.metadata, file.schema_arrow
        groups = [about.row_group(i) for i in range(about.num_row_groups)]
        check_unpacked(sum(group.total_byte_size for group in groups))
        plain = [field.name for field in schema if _is(field.type, _PLAIN)]
        check_size(about.num_rows, len(plain))
        table = file.read(columns=plain)
        for i, field in enumerate(table.schema):  # numbers that pandas would have as objects
            if _is(field.type, "decimal float16"):
                table = table.set_column(i, field.name, table[i].cast(pa.float64()))
            elif _is(field.type, "boolean") and table[i].null_count:
                table = table.set_column(i, field.name, table[i].cast(pa.int8()))
        frame = table.to_pandas(date_as_object=False)
    except UploadError:
        raise
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError) as error:
        why = f"{error}".splitlines()[0].rstrip(".")
        raise UploadError.of("broken_parquet", error=why) from None
    raw = RawTable(frame, {"function": "pd.read_parquet"})
    left_over = frame.index.names == [None] and pd.api.types.is_integer_dtype(frame.index)
    if not left_over:  # by sorting: row numbers are no column
        raw.mended.append(("index", "", ()))
        raw.entries = frame.reset_index()
    raw.entries = raw.entries.reset_index(drop=True)
    others = [f"{field.name} ({field.type})" for field in schema if field.name not in plain]
    if not len(raw.entries.columns):
        raise UploadError.of("no_plain_column", others=listed(others))
    names, raw.notes = unique_names([str(name) for name in raw.entries.columns])
    raw.entries.columns = pd.Index(names)
    if others:
        raw.notes.append(f"Columns of lists and other values left out: {listed(others)}.")
    raw.drop_row_numbers()
    return raw


def _is(kind: pa.DataType, names: str) -> bool:
    """Whether a column, or what its dictionary holds, is of one of these types."""
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    return any(getattr(pa.types, f"is_{name}")(kind) for name in names.split())
