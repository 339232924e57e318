"""All entries of a file, as pandas reads them: `RawTable`; of a text, by its layout."""

from __future__ import annotations

import io
import re
import warnings
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

import pandas as pd

from lib.dataset import Mended
from lib.english import counted
from lib.uploads.header import MISSING
from lib.uploads.layout import DELIMITERS, UNCUT, Layout, find_layout
from lib.uploads.limits import UploadError
from lib.uploads.text import as_utf8

_ONE_AT_A_TIME = Lock()
"""What counts as an error below is set for all threads."""


@dataclass(slots=True, eq=False)
class RawTable:
    """A file's entries on their way to a `Table`, and what was done to them so far."""

    entries: pd.DataFrame
    """Numbers, texts, or dates, as far as the file or pandas tells them apart."""
    reading: dict[str, Any]
    """What a script must tell pandas to read them alike: see `lib.tables.table.Table`."""
    notes: list[str] = field(default_factory=list)
    """A sentence for each thing that a person should know."""
    mended: list[Mended] = field(default_factory=list)
    decimal_commas: bool = False
    cells: str = ""
    """A sentence on how its cells were told apart, where that may be wrong."""
    sheets: tuple[str, ...] = ()
    """All of a workbook."""
    known: dict[str, Any] = field(default_factory=dict)
    """What else is known of the `Table`: its series, columns to start from, settings."""


def read_text(content: bytes, _sheet: str = "") -> RawTable:
    """Have pandas read a CSV. Raises UploadError for what isn't one."""
    text, reading = as_utf8(content)
    layout = find_layout(text)
    try:
        with _ONE_AT_A_TIME, warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)
            entries = pd.read_csv(
                io.BytesIO(text),
                sep=layout.delimiter,
                header=0 if layout.header else None,
                names=list(layout.names),
                index_col=False,  # a delimiter that ends each line makes no column
                na_values=MISSING,
                decimal="," if layout.decimal_commas else ".",
                skipinitialspace=True,
                low_memory=False,
                encoding="utf-8",
            )
    except (ValueError, OverflowError, pd.errors.ParserWarning) as error:
        above = reading.get("skiprows", 0)
        raise UploadError(_why_unreadable(str(error), len(layout.names), above)) from None
    raw = RawTable(
        entries,
        reading | _reading_of(text, layout, entries),
        list(layout.notes),
        decimal_commas=layout.decimal_commas,
        cells=f" Cells were taken to be apart by {DELIMITERS[layout.delimiter]}: if that is wrong, "
        "save the file with commas.",
    )
    _drop_empty_rows(raw, text, layout)
    if layout.header:
        drop_row_numbers(raw)
    return raw


def _reading_of(text: bytes, layout: Layout, entries: pd.DataFrame) -> dict[str, Any]:
    """The arguments that a script must pass to `pandas.read_csv` to read this text alike."""
    arguments: dict[str, Any] = {}
    if layout.delimiter != ",":
        arguments["sep"] = layout.delimiter
    if layout.decimal_commas:
        arguments["decimal"] = ","
    if not layout.header:
        arguments |= {"header": None, "names": list(layout.names)}
    elif layout.renamed:
        arguments |= {"header": 0, "names": list(layout.names)}
    edge = layout.delimiter.encode()
    if edge + b" " in text:
        arguments["skipinitialspace"] = True
    if re.search(re.escape(edge) + rb"\r?(?:\n|\Z)", text):
        arguments["index_col"] = False  # a delimiter that ends each line makes no column
    if any(entries[name].hasnans for name in entries.columns) and (marks := _marks(text, edge)):
        arguments["na_values"] = marks
    return arguments


def _marks(text: bytes, edge: bytes) -> list[str]:
    """Which of MISSING stand alone in an entry of the text."""
    lines = b"\n" + text + b"\n"
    return [
        mark
        for mark in MISSING
        if mark.encode() in text
        and any(
            before + mark.encode() + after in lines
            for before in (b"\n", b"\r", edge, edge + b" ", b'"')
            for after in (b"\n", b"\r", edge, b'"')
        )
    ]


def _why_unreadable(error: str, width: int, above: int) -> str:
    """What pandas complains of, in plain words; `above` lines of the file it hasn't seen."""
    cure = (
        "Leave out lines above the header, put texts with a delimiter in quotes, and write numbers "
        "without thousands separators."
    )
    first = counted(width, "cell")
    if place := re.search(r"line (\d+), saw (\d+)", error):
        line, cells = above + int(place[1]), int(place[2])
        return f"Line {line:,} has {cells} cells, but the first line has {first}. {cure}"
    if "loss of data" in error:
        return f"Lines have more cells than the first line, which has {first}. {cure}"
    if "EOF inside string" in error:
        return (
            'A quotation mark (") is opened and never closed, so the rest of the file is one cell. '
            "Close it or leave it out."
        )
    return UNCUT.format(error.strip())


def _drop_empty_rows(raw: RawTable, text: bytes, layout: Layout) -> None:
    """Leave out rows in which there is nothing.

    Lines of nothing but delimiters are empty. Where there are none, a row without a value has
    marks or quotes instead, and is a timestep that nothing is known of.
    """
    empty = raw.entries.isna().all(axis=1)
    edge = re.escape(layout.delimiter.encode())
    line = rb"(?:\A|[\r\n]) *%b[ %b]*(?:[\r\n]|\Z)" % (edge, edge)
    if empty.any() and re.search(line, text):
        drop_rows(raw, empty)


def drop_rows(raw: RawTable, empty: pd.Series) -> None:
    """Leave out rows (R,) bool in which there is nothing."""
    raw.notes.append(f"{counted(int(empty.sum()), 'empty row')} left out.")
    raw.mended.append(("empty rows", "", ()))
    raw.entries = raw.entries[~empty].reset_index(drop=True)


def drop_row_numbers(raw: RawTable) -> None:
    """Leave out the nameless index that pandas writes to its files."""
    name = raw.entries.columns[0]
    first = raw.entries[name]
    nameless = name in ("column 1", "Unnamed: 0")
    if not nameless or len(raw.entries.columns) < 2 or not pd.api.types.is_numeric_dtype(first):
        return
    if (first.diff().iloc[1:] == 1).all():
        raw.notes.append("The first column has no name and counts the rows, so it is left out.")
        raw.entries = raw.entries.drop(columns=name)
