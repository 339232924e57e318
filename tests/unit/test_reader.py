"""A separate process returns the same table, or the same error, as `read_upload`."""

import sys

import numpy as np
import pandas as pd
import pytest

from lib.data import UploadError, read_upload
from lib.data.uploads import upload
from lib.data.uploads.__main__ import shortened
from lib.data.uploads.upload import Reading
from tests.unit.uploaded import PLAIN, assert_same, lines
from tests.unit.workbooks import workbook

PATIENCE = 60
BOOK = workbook({"A": [["a"], *[[i] for i in range(9)]], "B": [["b"]]})
PANEL = lines("day,store,a", lambda i: f"2024-01-{1 + i // 2:02},{'xy'[i % 2]},{i}", 20).encode()


def finished(content):
    """Read a file in a process, and return the reading when it is over."""
    reading = Reading("file.csv", content)
    assert reading.over.wait(PATIENCE)
    return reading


@pytest.mark.parametrize("content", [BOOK, PANEL], ids=["workbook", "panel"])
def test_another_process_reads_a_file(content):
    """The table is the table of `read_upload`. An unreadable file gives an error."""
    reading, table = finished(content), read_upload("file.csv", content)
    assert reading.error == ""
    assert_same(reading.table, table)
    refused = finished(b"\x89PNG" + bytes(100))
    assert refused.table is None
    assert "isn't a text file" in refused.error


@pytest.mark.parametrize(
    ("numbers", "dtype"),
    [
        ([1.0, 2.0, np.nan], np.float32),
        ([0.1, 0.2, np.nan], np.float32),
        ([123_456_789.0, 123_456_790.0, 1.0], np.float64),  # for example, numbers that name series
        ([1_700_000_000.25, 1_700_000_001.5, np.nan], np.float64),
        ([1e100, 2.5, np.nan], np.float64),
        ([0.1, 0.1, 0.1], np.float64),
    ],
)
def test_numbers_are_float32_if_no_value_changes_noticeably(numbers, dtype):
    """Otherwise they are float64."""
    column = shortened(pd.Series(numbers))
    assert column.dtype == dtype
    np.testing.assert_allclose(column, numbers, atol=1e-6 * np.nanstd(numbers), rtol=0)


@pytest.fixture
def process(monkeypatch, tmp_path):
    """Return a function that replaces the code of the reading process."""

    def replace(code):
        package = tmp_path / "lib" / "data" / "uploads"
        package.mkdir(parents=True)
        (package / "__main__.py").write_text(code)
        monkeypatch.setattr(upload, "ROOT", tmp_path)

    return replace


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("import os; os.abort()", "process crashed"),
        ("print('nonsense')", "process crashed"),
        ("import time; time.sleep(60)", "took longer than 0.3 seconds"),
        ("", "needs more memory than the"),
    ],
)
def test_an_error_says_why_a_file_could_not_be_read(code, why, process, monkeypatch):
    """The process crashed, wrote invalid output, took too long or needed too much memory."""
    if code:
        process(code)
        monkeypatch.setattr(upload, "SECONDS", 0.3 if "sleep" in code else 60.0)
    else:
        monkeypatch.setattr(upload, "free_memory", lambda: 350_000_000)
    reading = finished(PLAIN.encode() * 100_000)
    assert reading.error.startswith("file.csv couldn't be read: ")
    assert why in reading.error
    assert reading.error.endswith("more memory.")
    assert reading.table is None
    assert upload.SEATS * upload.MEMORY_SHARE < 1  # Together, they leave some memory free.


@pytest.mark.parametrize(
    ("error", "why"),
    [(MemoryError(), "ran out of memory"), (KeyError("a"), "process crashed")],
)
def test_an_unexpected_error_ends_a_reading(error, why, monkeypatch):
    """A page doesn't wait for the reading forever."""

    def fail(_):
        raise error

    monkeypatch.setattr(upload.pickle, "load", fail)
    reading = finished(PLAIN.encode())
    assert (reading.table, why in reading.error) == (None, True)


def test_stopping_a_reading_ends_it_without_an_error(process):
    """The process is killed, and another file can be read."""
    process("import time; time.sleep(60)")
    readings = [Reading("file.csv", PLAIN.encode()) for _ in range(4)]
    for reading in readings:
        reading.stop()
    assert all(reading.over.wait(PATIENCE) for reading in readings)
    assert [(reading.table, reading.error) for reading in readings] == [(None, "")] * 4


def test_the_number_and_the_size_of_waiting_files_are_limited():
    """A waiting file that is stopped makes room, and its bytes are freed."""
    for _ in range(upload.SEATS):
        upload._seats.acquire()
    content = bytes(bytearray(b"a,b\n" * 9))
    references = sys.getrefcount(content)
    waiting = [Reading("file.csv", content) for _ in range(upload.MAX_WAITING)]
    with pytest.raises(UploadError, match="Too many files are waiting"):
        Reading("file.csv", content)
    for each in waiting:
        each.stop()
    assert sys.getrefcount(content) == references
    large = Reading("large.csv", bytes(upload.MAX_WAITING_BYTES - len(content)))
    with pytest.raises(UploadError, match="Too many files are waiting"):
        Reading("file.csv", content + content)
    large.stop()
    upload._seats.release(upload.SEATS)
    assert all(each.over.wait(PATIENCE) for each in [*waiting, large])
