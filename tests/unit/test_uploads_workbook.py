"""Workbooks become tables, even with titles, several sheets and errors in cells."""

import datetime

import numpy as np
import pandas as pd
import pytest

from lib.data import UploadError, read_upload
from tests.unit.uploaded import notes_of
from tests.unit.workbooks import ERROR, packed, workbook

DAYS = [datetime.date(2024, 1, 1) + datetime.timedelta(days=i) for i in range(10)]
ROWS = [[day, i / 4, "xy"[i % 2]] for i, day in enumerate(DAYS)]
PLAIN = [["date", "a", "kind"], *ROWS]


def read(rows, name="book.xlsx"):
    """Return the table of a workbook with these rows."""
    return read_upload(name, workbook({"Data": rows}))


def test_a_workbook_is_recognized_by_its_content():
    """The file's name doesn't matter; dates and texts are read by their types."""
    table = read(PLAIN, "photo.png")
    assert table.frame["a"].tolist() == [i / 4 for i in range(10)]
    assert table.categories == ("kind",)
    assert list(table.times) == list(map(pd.Timestamp, DAYS))


@pytest.mark.parametrize(
    ("rows", "columns", "note"),
    [
        # Titles and empty rows may precede the table, which may begin in any column.
        ([[], [None, "Sales 2024"], [], *([None, *row] for row in PLAIN)], ["a", "kind"],
         "above the table ignored: Sales 2024."),
        # Empty rows may separate parts of a table.
        ([*PLAIN[:5], [], *PLAIN[5:]], ["a", "kind"], "1 empty row removed."),
    ],
)  # fmt: skip
def test_the_table_in_a_sheet_is_found(rows, columns, note):
    """All ten rows and the column names are read."""
    table = read(rows)
    assert table.frame.columns.tolist() == columns
    assert len(table.frame) == 10
    assert note in notes_of(table)


def test_errors_empty_cells_and_texts_are_missing_numbers():
    """Truth values become 1 and 0."""
    values = {2: ERROR, 3: None, 4: "n/a", 5: "calm"}
    table = read([["a", "ok"], *([values.get(i, i), i % 2 == 0] for i in range(60))])
    assert np.flatnonzero(table.frame["a"].isna()).tolist() == [2, 3, 4, 5]
    assert "10¹⁰⁰ read as missing: 'calm'" in notes_of(table)
    assert table.frame["ok"].tolist() == [1.0, 0.0] * 30


def test_the_first_sheet_with_a_table_is_read():
    """A note lists the other sheets in the workbook's order."""
    more = [["b"], *[[i] for i in range(8)]]
    content = workbook({"About": [["written by", "me"]], "Data": PLAIN, "More": more})
    table = read_upload("book.xlsx", content)
    assert table.frame.columns.tolist() == ["a", "kind"]
    assert "Sheet Data read. Other sheets: About, More" in notes_of(table)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (workbook({"Data": PLAIN})[:400], "can't be opened: .* incomplete"),
        (workbook({"Data": []}), "sheet Data is empty"),
        (packed({"xl/workbook.xml": "<workbook"}), "workbook can't be read"),
        (packed({"notes.txt": "hello"}), "another ZIP file, unpack it"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "workbook can't be read"),
        (packed({"xl/a.xml": bytes(10**7), **{f"xl/{i}": b"" for i in range(9)}}), "can't be read"),
    ],
)
def test_an_unusable_workbook_raises_an_error(content, message):
    """Incomplete, empty and broken workbooks raise errors, and so do other ZIP files."""
    with pytest.raises(UploadError, match=message) as error:
        read_upload("book.xlsx", content)
    assert str(error.value).endswith(".")
