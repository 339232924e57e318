"""A person's file → a `Table` of numbers in time order, or an `UploadError` in plain words.

pandas does the reading. What is decided here is what it can't know, one step after the other, a
module each: `text`, `layout`, `cells`, `columns`. Every decision that changes what a person sees is
a note on the table. Nothing is cut into windows here (`lib.windows`), and nothing is stored.
"""

from __future__ import annotations

from lib.dataset import Mended
from lib.uploads.columns import describe, take_numbers, take_times
from lib.uploads.layout import find_layout
from lib.uploads.raw_table import drop_empty_rows, drop_row_numbers, read_cells, reading_of
from lib.uploads.text import as_utf8
from lib.windows import Table


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
    layout = find_layout(text)
    cells = read_cells(text, layout, reading.get("skiprows", 0))
    reading |= reading_of(text, layout, cells)
    notes, mended = list(layout.notes), list[Mended]()
    cells = drop_empty_rows(cells, text, layout, notes, mended)
    cells = drop_row_numbers(cells, layout, notes)
    cells, times, step = take_times(cells, layout, notes, mended)
    frame = take_numbers(cells, layout, notes, mended)
    describe(frame, notes)
    if any(what == "numbers" for what, *_ in mended):
        reading["low_memory"] = False  # else a long column may be numbers here and texts there
    return Table(
        name=name,
        frame=frame,
        times=times,
        step=step,
        notes=tuple(notes),
        reading=reading,
        mended=tuple(mended),
    )
