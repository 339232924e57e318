"""A text and its layout → all its cells, as pandas reads them."""

from __future__ import annotations

import io
import re
import warnings
from threading import Lock
from typing import Any

import pandas as pd

from lib.dataset import Mended
from lib.english import counted
from lib.uploads.header import MISSING
from lib.uploads.layout import Layout
from lib.uploads.limits import UploadError

_ONE_AT_A_TIME = Lock()
"""What counts as an error below is set for all threads."""


def read_cells(text: bytes, layout: Layout, above: int) -> pd.DataFrame:
    """All cells: numbers where pandas sees numbers, else texts.

    `above` is how many lines the file has above `text`.
    """
    try:
        with _ONE_AT_A_TIME, warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)
            cells = pd.read_csv(
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
    return cells


def reading_of(text: bytes, layout: Layout, cells: pd.DataFrame) -> dict[str, Any]:
    """Those of its arguments that make a difference for this text, for a script to read it too."""
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
    if any(cells[name].hasnans for name in cells.columns) and (marks := _marks(text, edge)):
        arguments["na_values"] = marks
    return arguments


def _marks(text: bytes, edge: bytes) -> list[str]:
    """Which of MISSING stand alone in a cell of the text."""
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
    cells = counted(width, "cell")
    if found := re.search(r"line (\d+), saw (\d+)", error):
        line, saw = above + int(found[1]), int(found[2])
        return f"Line {line:,} has {saw} cells, but the first line has {cells}. {cure}"
    if "loss of data" in error:
        return f"Lines have more cells than the first line, which has {cells}. {cure}"
    if "EOF inside string" in error:
        return (
            'A quotation mark (") is opened and never closed, so the rest of the file is one cell. '
            "Close it or leave it out."
        )
    return (
        f"The lines can't be cut into cells ({error.strip()}). Rows of cells apart by comma, "
        "semicolon, tab or | were expected."
    )


def drop_empty_rows(
    cells: pd.DataFrame, text: bytes, layout: Layout, notes: list[str], mended: list[Mended]
) -> pd.DataFrame:
    """The rows in which there is anything.

    Lines of nothing but delimiters are empty. Where there are none, a row without a value has
    marks or quotes instead, and is a timestep that nothing is known of.
    """
    empty = cells.isna().all(axis=1)
    edge = re.escape(layout.delimiter.encode())
    line = rb"(?:\A|[\r\n]) *%b[ %b]*(?:[\r\n]|\Z)" % (edge, edge)
    if not empty.any() or not re.search(line, text):
        return cells
    notes.append(f"{counted(int(empty.sum()), 'empty row')} left out.")
    mended.append(("empty rows", "", ()))
    return cells[~empty].reset_index(drop=True)


def drop_row_numbers(cells: pd.DataFrame, layout: Layout, notes: list[str]) -> pd.DataFrame:
    """All but the nameless index that pandas writes to its CSVs."""
    first = cells.columns[0]
    if not layout.header or len(cells.columns) < 2 or first not in ("column 1", "Unnamed: 0"):
        return cells
    if not pd.api.types.is_numeric_dtype(cells[first]) or (cells[first].diff().iloc[1:] != 1).any():
        return cells
    notes.append("The first column has no name and counts the rows, so it is left out.")
    return cells.drop(columns=first)
