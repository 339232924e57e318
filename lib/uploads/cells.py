"""A text and its layout → all its cells, as pandas reads them."""

from __future__ import annotations

import io
import re
import warnings

import pandas as pd

from lib.datasets.dataset import Mended
from lib.english import counted
from lib.uploads.layout import MISSING, Layout
from lib.uploads.limits import UploadError


def read_cells(text: bytes, layout: Layout, above: int) -> pd.DataFrame:
    """All cells: numbers where pandas sees numbers, else texts.

    `above` is how many lines the file has above `text`.
    """
    try:
        with warnings.catch_warnings():
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


def drop_empty_rows(cells: pd.DataFrame, notes: list[str], mended: list[Mended]) -> pd.DataFrame:
    """The rows in which there is anything."""
    empty = cells.isna().all(axis=1)
    if not empty.any():
        return cells
    notes.append(f"{counted(int(empty.sum()), 'empty row')} left out.")
    mended.append(("empty rows", "", ()))
    return cells[~empty].reset_index(drop=True)
