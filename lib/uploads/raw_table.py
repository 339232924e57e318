"""A text and its layout → all its entries, as pandas reads them."""

from __future__ import annotations

import io
import re
import warnings
from dataclasses import dataclass
from threading import Lock
from typing import Any

import pandas as pd

from lib.dataset import Mended
from lib.english import counted
from lib.uploads.header import MISSING
from lib.uploads.layout import UNCUT, Layout
from lib.uploads.limits import UploadError

_ONE_AT_A_TIME = Lock()
"""What counts as an error below is set for all threads."""


@dataclass(slots=True, eq=False)
class RawTable:
    """A file's entries on their way to a `Table`, and what was done to them so far."""

    text: bytes
    layout: Layout
    entries: pd.DataFrame
    """Numbers where pandas sees numbers, else texts."""
    notes: list[str]
    """A sentence for each thing that a person should know."""
    mended: list[Mended]


def read_entries(text: bytes, layout: Layout, above: int) -> RawTable:
    """Have pandas read a text; `above` is how many lines the file has above it."""
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
        raise UploadError(_why_unreadable(str(error), len(layout.names), above)) from None
    return RawTable(text, layout, entries, list(layout.notes), [])


def reading_of(raw: RawTable) -> dict[str, Any]:
    """The arguments that a script must pass to `pandas.read_csv` to read this text alike."""
    text, layout, entries = raw.text, raw.layout, raw.entries
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


def drop_empty_rows(raw: RawTable) -> None:
    """Leave out rows in which there is nothing.

    Lines of nothing but delimiters are empty. Where there are none, a row without a value has
    marks or quotes instead, and is a timestep that nothing is known of.
    """
    empty = raw.entries.isna().all(axis=1)
    edge = re.escape(raw.layout.delimiter.encode())
    line = rb"(?:\A|[\r\n]) *%b[ %b]*(?:[\r\n]|\Z)" % (edge, edge)
    if empty.any() and re.search(line, raw.text):
        raw.notes.append(f"{counted(int(empty.sum()), 'empty row')} left out.")
        raw.mended.append(("empty rows", "", ()))
        raw.entries = raw.entries[~empty].reset_index(drop=True)


def drop_row_numbers(raw: RawTable) -> None:
    """Leave out the nameless index that pandas writes to its CSVs."""
    name = raw.entries.columns[0]
    first = raw.entries[name]
    nameless = raw.layout.header and name in ("column 1", "Unnamed: 0")
    if not nameless or len(raw.entries.columns) < 2 or not pd.api.types.is_numeric_dtype(first):
        return
    if (first.diff().iloc[1:] == 1).all():
        raw.notes.append("The first column has no name and counts the rows, so it is left out.")
        raw.entries = raw.entries.drop(columns=name)
