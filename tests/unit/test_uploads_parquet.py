"""Parquet files written by pandas and databases."""

import io
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lib.data import UploadError, read_upload
from lib.data.tables import table as limits
from tests.unit.uploaded import notes_of

DAYS = pd.date_range("2024-01-01", periods=10)
FRAME = pd.DataFrame({"a": np.arange(10) / 4, "kind": ["x", "y"] * 5})


def written(columns):
    """Return the bytes of a Parquet file with these columns."""
    frame = isinstance(columns, pd.DataFrame)
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pandas(columns) if frame else pa.table(columns), out)
    return out.getvalue()


def read(columns):
    """Return the table of a Parquet file with these columns."""
    return read_upload("file.csv", written(columns))


def test_numbers_and_texts_are_read_by_their_types():
    """The file's name doesn't matter, and an index that only numbers rows isn't a column."""
    table = read(FRAME)
    assert table.frame["a"].tolist() == [i / 4 for i in range(10)]
    assert table.categories == ("kind",)
    assert (table.times, table.notes) == (None, ())


@pytest.mark.parametrize("dtype", ["str", "category"])
def test_blank_texts_are_missing(dtype):
    """A blank text is no class, and a column of blank texts is empty."""
    frame = pd.DataFrame({"kind": ["x", "", "y", " ", "\t"] * 2, "blank": [" "] * 10}, dtype=dtype)
    table = read(frame.assign(a=FRAME["a"]))
    assert table.frame["kind"].dropna().tolist() == ["x", "y"] * 2
    assert "dates, ignored: blank." in notes_of(table)


@pytest.mark.parametrize("index", [DAYS, DAYS.rename("when"), DAYS.tz_localize("Etc/GMT+5")])
def test_an_index_of_dates_labels_the_rows(index):
    """An index of dates labels the rows, in UTC if it has a zone."""
    table = read(FRAME.set_index(index))
    hours = 0 if index.tz is None else 5
    assert list(table.times) == list(DAYS + pd.Timedelta(hours=hours))
    assert table.frame.columns.tolist() == ["a", "kind"]
    assert ("labeled by index, in UTC." in notes_of(table)) is bool(hours)
    panel = pd.MultiIndex.from_product([["north", "south"], DAYS], names=["region", "day"])
    assert read(pd.DataFrame({"a": np.arange(20.0)}, index=panel)).series == "region"


def test_all_types_of_single_values_are_read():
    """Lists and bytes are ignored, with a note."""
    columns = {
        "day": pa.array([day.date() for day in DAYS]),
        "price": pa.array([Decimal(f"{i}.25") for i in range(10)]),
        "open": pa.array([None, True, *[False] * 8]),
        "count": pa.array([None, *range(9)]),
        "half": pa.array(np.arange(10, dtype=np.float16)),
        "kind": pa.array(["x", "y"] * 5).dictionary_encode(),
        "nothing": pa.nulls(10),
        "list": pa.array([[1, 2]] * 10),
        "raw": pa.array([b"x"] * 10),
    }
    table = read(columns)
    assert list(table.times) == list(DAYS)
    assert table.numbers == ("price", "open", "count", "half")
    assert table.categories == ("kind",)
    assert table.frame["price"].tolist() == [i + 0.25 for i in range(10)]
    assert table.frame["open"].tolist()[1:4] == [1, 0, 0]
    assert table.frame["count"].isna().sum() == 1
    assert "list (list<element: int64>), raw (binary)" in notes_of(table)
    assert "dates, ignored: nothing" in notes_of(table)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (written(FRAME)[:200], "Parquet file can't be read"),
        (b"PAR1" + bytes(100), "Parquet file can't be read"),
        (written({"list": pa.array([[1]] * 9)}), r"has only: list \(list"),
        (written({"a": pa.array([], pa.float64())}), "needs a column of numbers"),
        (written({f"c{i}": pa.array([1.0]) for i in range(1001)}), "At most 1,000 columns"),
    ],
)
def test_an_unusable_file_raises_an_error(content, message):
    """Files that are incomplete, too short or too wide, or have no numbers, raise errors."""
    with pytest.raises(UploadError, match=message) as error:
        read_upload("file.parquet", content)
    assert str(error.value).endswith(".")


def test_a_file_that_would_be_too_large_is_refused_before_reading(monkeypatch):
    """The metadata contain the size: a file of equal values is small, but large in memory."""
    bomb = written({"a": pa.array(np.zeros(200_000)), "b": pa.array(np.ones(200_000))})
    monkeypatch.setattr(pq.ParquetFile, "read", None)
    monkeypatch.setattr(limits, "MAX_CELLS", 300_000)
    with pytest.raises(UploadError, match="200,000 rows of 2 cells"):
        read_upload("bomb.parquet", bomb)
