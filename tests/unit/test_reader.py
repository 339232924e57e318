"""A file that is read in another process is the same table, or a sentence."""

import hashlib
import io
import sys

import numpy as np
import pandas as pd
import pytest

from lib.data import Table, UploadError, make_dataset, read_upload
from lib.data.uploads import reader
from lib.data.uploads.arrow import read_table, write_table
from lib.data.uploads.reader import Reading
from lib.experiment import Experiment
from tests.unit.test_uploads_arrays import X, npz
from tests.unit.uploaded import PLAIN, lines
from tests.unit.workbooks import workbook

PATIENCE = 60
FILES = {
    "dates": lines("date,a,kind", lambda i: f"2024-01-{30 - i},{i}.25,{'xy'[i % 2]}").encode(),
    "long": lines("time,a", lambda i: f"2024-01-01 00:{i // 60:02}:{i % 60:02},{i}", 1200).encode(),
    "parts": lines("year,month,a", lambda i: f"2024,{1 + 3 * i % 10},{i / 3}").encode(),
    "no date": lines("date,a", lambda i: f"{'' if i == 4 else f'2024-01-{10 + i}'},{i}").encode(),
    "panel": lines("day,store,a", lambda i: f"2024-01-{1 + i // 2:02},{i % 2},{i}", 20).encode(),
    "arrays": npz(x=X, y=X[:, 0, 0]),
    "sheets": workbook({"A": [["a"], *[[i] for i in range(9)]], "B": [["b"]]}),
}


def assert_same(one, other):
    """All of two tables."""
    for name in set(Table.__slots__) - {"frame", "label", "times", "__weakref__"}:
        assert getattr(one, name) == getattr(other, name), name
    pd.testing.assert_frame_equal(one.frame, other.frame, check_dtype=False)
    assert (one.label is None) == (other.label is None)
    if one.label is not None:
        pd.testing.assert_frame_equal(one.label, other.label, check_dtype=False)
        assert one.label.index.tolist() == other.label.index.tolist()
    assert (one.times is None) == (other.times is None)
    assert one.times is None or one.times.equals(other.times)


def crossed(table):
    """The table as it comes through the pipe."""
    pipe = io.BytesIO()
    write_table(table, pipe)
    pipe.seek(0)
    return read_table(pipe)


@pytest.mark.parametrize("kind", FILES)
def test_a_table_crosses_as_it_is(kind):
    """Numbers, texts, times, the columns that they are from, and all that is said of them."""
    table = read_upload("file", FILES[kind])
    assert_same(crossed(table), table)


@pytest.mark.parametrize(
    ("numbers", "dtype"),
    [
        ([1.0, 2.0, np.nan], np.float32),
        ([0.1, 0.2, np.nan], np.float32),
        ([123_456_789.0, 123_456_790.0, 1.0], np.float64),  # names of series, say
        ([1_700_000_000.25, 1_700_000_001.5, np.nan], np.float64),
        ([1e100, 2.5, np.nan], np.float64),
        ([0.1, 0.1, 0.1], np.float64),
    ],
)
def test_numbers_take_no_more_than_they_need(numbers, dtype):
    """32 bits where these hold whole numbers exactly, and decimals as far as they differ."""
    column = crossed(Table("t", pd.DataFrame({"a": numbers}))).frame["a"]
    assert column.dtype == dtype
    np.testing.assert_allclose(column, numbers, atol=1e-6 * np.nanstd(numbers), rtol=0)


def test_a_file_leaves_its_fingerprint():
    """On the table, on whatever is cut from it, and through the pipe; the bytes themselves go."""
    content = b"a,b\n" + b"".join(b"%d,%d\n" % (i, i % 7) for i in range(40))
    table = read_upload("own.csv", content)
    assert table.fingerprint == hashlib.sha256(content).hexdigest()
    assert crossed(table).fingerprint == table.fingerprint
    experiment = Experiment().set(data="upload", T=4)
    assert make_dataset(experiment, table).fingerprint == table.fingerprint


def test_a_table_that_ends_early_is_no_table():
    """As where the process dies while it writes."""
    pipe = io.BytesIO()
    write_table(read_upload("file", FILES["dates"]), pipe)
    with pytest.raises((OSError, ValueError)):  # which `Reading` expects
        read_table(io.BytesIO(pipe.getvalue()[:-100]))


def finished(content, sheet=""):
    """A reading that is over."""
    reading = Reading("file.csv", content, sheet)
    assert reading.over.wait(PATIENCE)
    return reading


def test_another_process_reads_a_file_or_refuses_it_with_the_same_sentence():
    """Its table is the one that would have been read here."""
    reading = finished(FILES["sheets"], "A")
    assert reading.error == ""
    assert_same(reading.table, read_upload("file.csv", FILES["sheets"], "A"))
    reading = finished(b"\x89PNG" + bytes(100))
    assert reading.table is None
    assert "is a PNG image, whatever its name" in reading.error


@pytest.fixture
def process(monkeypatch, tmp_path):
    """Have the process do something else than read."""

    def does(code):
        package = tmp_path / "lib" / "data" / "uploads"
        package.mkdir(parents=True)
        (package / "__main__.py").write_text(code)
        monkeypatch.setattr(reader, "ROOT", tmp_path)

    return does


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("import os; os.abort()", "the process that read it ended"),
        ("print('nonsense')", "the process that read it ended"),
        ("import time; time.sleep(60)", "that took longer than 0.3 seconds"),
        ("", "that takes more memory than the .* MB that are left for it"),
    ],
)
def test_why_a_file_could_not_be_read_is_said(code, why, process, monkeypatch):
    """The process crashes, talks nonsense, takes too long or more memory than is free."""
    if code:
        process(code)
        monkeypatch.setattr(reader, "SECONDS", 0.3 if "sleep" in code else 60.0)
    else:
        monkeypatch.setattr(reader, "free_memory", lambda: 50_000_000)
    reading = finished(PLAIN.encode() * 50_000)
    assert pd.Series(reading.error).str.match(f"file.csv couldn't be read: {why}. Leave out").all()
    assert reading.error.endswith("more memory.")
    assert reading.table is None
    assert reader.SEATS * reader.MEMORY_SHARE < 1  # for all together


def test_a_reading_that_is_stopped_ends_and_says_nothing(process):
    """Its process is gone, and the next one has its place."""
    process("import time; time.sleep(60)")
    readings = [Reading("file.csv", PLAIN.encode()) for _ in range(4)]
    for reading in readings:
        reading.stop()
    assert all(reading.over.wait(PATIENCE) for reading in readings)
    assert [(reading.table, reading.error) for reading in readings] == [(None, "")] * 4
    for _ in range(reader.SEATS):
        assert reader._seats.acquire(timeout=PATIENCE)
    reader._seats.release(reader.SEATS)


def test_a_reading_that_waits_lets_go_of_its_file_when_it_is_stopped():
    """Long files would pile up; so no more than a few may wait."""
    for _ in range(reader.SEATS):
        reader._seats.acquire()
    content = bytes(bytearray(b"a,b\n" * 9))
    others = sys.getrefcount(content)
    waiting = [Reading("file.csv", content) for _ in range(reader.MAX_WAITING)]
    assert sys.getrefcount(content) > others
    with pytest.raises(UploadError, match="too many files wait"):
        Reading("file.csv", content)
    for each in waiting:
        each.stop()
    assert sys.getrefcount(content) == others
    large = Reading("large.csv", bytes(reader.MAX_WAITING_BYTES - len(content)))
    Reading("file.csv", content).stop()
    with pytest.raises(UploadError, match="too many files wait"):
        Reading("file.csv", content + content)
    large.stop()
    reader._seats.release(reader.SEATS)
    assert all(each.over.wait(PATIENCE) for each in [*waiting, large])
