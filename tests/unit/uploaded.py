"""Uploaded texts and their tables."""

import pandas as pd

from lib.data import Table, read_upload


def read(text, encoding="utf-8"):
    """Return the table of a text."""
    return read_upload("file.csv", text.encode(encoding))


def lines(head, line, rows=10):
    """Return a file with a header (none if empty) and rows from `line(i)`."""
    return "".join(
        f"{each}\n" for each in ([head] if head else []) + [line(i) for i in range(rows)]
    )


PLAIN = lines("a,b", lambda i: f"{i},{i / 4}")


def notes_of(table):
    """Return all notes as one text."""
    return " ".join(table.notes)


def assert_same(one, other):
    """Assert that two tables are equal; numbers may be float32."""
    for name in {*Table.__slots__} - {"frame", "times", "__weakref__"}:
        assert getattr(one, name) == getattr(other, name), name
    pd.testing.assert_frame_equal(one.frame, other.frame, check_dtype=False)
    assert (one.times is None) == (other.times is None)
    assert one.times is None or one.times.equals(other.times)
