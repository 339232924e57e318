"""A person's file → a `Table` of numbers in time order, or an `UploadError` in plain words.

pandas does the reading. What is decided here is what it can't know, one step after the other, a
module each: `text`, `layout`, `raw_table`, `columns`. Every decision that changes what a person
sees is a note on the table. Nothing is stored, and nothing is cut into windows (`lib.tables`).
"""

from __future__ import annotations

from lib.tables import Table
from lib.uploads.columns import describe, take_numbers, take_times
from lib.uploads.layout import find_layout
from lib.uploads.raw_table import drop_empty_rows, drop_row_numbers, read_entries, reading_of
from lib.uploads.text import as_utf8


def read_upload(name: str, content: bytes) -> Table:
    """Read a CSV file.

    Args:
        name: the file's name, for the person.
        content: its bytes. Text in UTF-8, UTF-16 or Windows's Western alphabet; columns apart by
            comma, semicolon, tab or |; decimal points or commas; with or without a header, and
            with what pandas and spreadsheets add: row numbers, `sep=;`, signs of currency.

    Returns:
        The numeric columns, as float64 with NaN where a value is missing, in order of time. Of
        the others the first date column labels the rows, and the rest is left out with a note.

    Raises:
        UploadError: for anything else.
    """
    text, reading = as_utf8(content)
    raw = read_entries(text, find_layout(text), above=reading.get("skiprows", 0))
    reading |= reading_of(raw)
    drop_empty_rows(raw)
    drop_row_numbers(raw)
    times, step = take_times(raw)
    frame = take_numbers(raw)
    describe(frame, raw.notes)
    if any(what == "numbers" for what, *_ in raw.mended):
        reading["low_memory"] = False  # else a long column may be numbers here and texts there
    return Table(
        name=name,
        frame=frame,
        times=times,
        step=step,
        notes=tuple(raw.notes),
        reading=reading,
        mended=tuple(raw.mended),
    )
