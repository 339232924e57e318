"""A Parquet file → its entries: its plain columns, the index that pandas wrote among them."""

import io

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow.types import is_dictionary

from lib.data.tables.table import UploadError, check_size
from lib.data.uploads.entries import Entries, unique_names
from lib.text import listed

_PLAIN = (
    *(pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal, pa.types.is_boolean),
    *(pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view),
    *(pa.types.is_timestamp, pa.types.is_date, pa.types.is_null),
)


def read_parquet(content: bytes) -> Entries:
    """The entries of a Parquet file. Raises UploadError."""
    try:
        file = pq.ParquetFile(io.BytesIO(content))
        schema = file.schema_arrow
        kinds = {f.name: f.type.value_type if is_dictionary(f.type) else f.type for f in schema}
        plain = [name for name, kind in kinds.items() if any(each(kind) for each in _PLAIN)]
        check_size(file.metadata.num_rows, len(plain))
        table = file.read(columns=plain)
        for i, field in enumerate(table.schema):  # of which pandas would make Python objects
            if pa.types.is_decimal(field.type) or pa.types.is_float16(field.type):
                table = table.set_column(i, field.name, table[i].cast(pa.float64()))
            elif pa.types.is_boolean(field.type) and table[i].null_count:
                table = table.set_column(i, field.name, table[i].cast(pa.int8()))
        frame = table.to_pandas(date_as_object=False)
    except UploadError:
        raise
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError) as error:
        why = f"{error}".splitlines()[0].rstrip(".")
        raise UploadError(
            f"The Parquet file can't be read: {why}. It may be cut off or locked: write it again, "
            "or export the table as CSV."
        ) from None
    is_plain_index = frame.index.names == [None] and pd.api.types.is_integer_dtype(frame.index)
    frame = frame.reset_index(drop=is_plain_index)
    left_out = listed(f"{field.name} ({field.type})" for field in schema if field.name not in plain)
    if not len(frame.columns):
        raise UploadError(
            f"No plain column was found, and one of numbers is needed. There are: {left_out}."
        )
    names, notes = unique_names([str(name) for name in frame.columns])
    if len(plain) < len(schema):
        notes.append(f"Columns of lists and other values left out: {left_out}.")
    return Entries(frame.set_axis(names, axis=1), notes)
