"""A workbook (.xlsx, .xlsb, .xls, .ods) → its entries: which sheet, and where its table begins.

Formulas aren't computed: their last values count, and errors are missing.
"""

import datetime
import io

import numpy as np
import pandas as pd

from lib.data.tables.table import MIN_ROWS, UploadError, check_size
from lib.data.uploads.entries import NUMBERED_COLUMNS, Entries, has_header, unique_names
from lib.text import listed

_ROWS_ABOVE = 20  # the table begins within this many rows


def read_workbook(content: bytes, sheet: str = "") -> Entries:
    """The entries of a sheet, by default the first with a table. Raises UploadError."""
    cells, chosen, sheets = _cells(content, sheet)
    check_size(*cells.shape)
    filled = cells.notna().sum(axis=1).to_numpy()
    if not filled.any():
        others = f"; there are the sheets {listed(sheets)}" if len(sheets) > 1 else ""
        raise UploadError(
            f"The sheet {chosen} is empty. A header row and rows of numbers were expected{others}."
        )
    top, names, notes = _header(cells, filled)
    unique, renamed = unique_names(names)
    notes += renamed
    if others_named := [name for name in sheets if name != chosen]:
        notes.insert(0, f"The sheet {chosen} was read; there are {listed(others_named)}, too.")
    frame = cells.iloc[top:].reset_index(drop=True).set_axis(unique, axis=1)
    entries = Entries(frame, notes, known={"sheets": tuple(sheets), "sheet": chosen})
    entries.drop_empty_rows()
    entries.frame = entries.frame.infer_objects()
    for name, column in entries.frame.items():
        if column.dtype != object:
            continue
        if column.dropna().map(lambda cell: isinstance(cell, datetime.date)).all():
            entries.frame[name] = pd.to_datetime(column)
        else:  # cells of several kinds
            entries.frame[name] = column.map(str, na_action="ignore").astype("str")
    return entries


def _cells(content: bytes, sheet: str) -> tuple[pd.DataFrame, str, list[str]]:
    """All cells of a sheet, its name, and those of all sheets. Raises UploadError."""
    try:
        with pd.ExcelFile(io.BytesIO(content), engine="calamine") as book:
            sheets = [str(name) for name in book.sheet_names]
            if sheet and sheet not in sheets:
                raise UploadError(f"There is no sheet {sheet!r}, but {listed(sheets)}.")
            for chosen in [sheet] if sheet else [*sheets, sheets[0]]:
                cells = pd.read_excel(book, sheet_name=chosen, header=None)
                sample = cells.iloc[:1000]  # a table, rather than words about the other sheets?
                numbers = sample.map(lambda cell: isinstance(cell, (int, float))) & sample.notna()
                if numbers.any(axis=1).sum() >= MIN_ROWS:
                    break
    except UploadError:
        raise
    except Exception as error:  # calamine's own, and whatever pandas makes of broken cells
        raise UploadError(
            f"The workbook can't be read: {error}. Save it again as .xlsx, without a password, or "
            "export the sheet as CSV."
        ) from None
    return cells, chosen, sheets


def _header(cells: pd.DataFrame, filled: np.ndarray) -> tuple[int, list[str], list[str]]:
    """The row in which the entries begin, the names above them ("" for none), and notes.

    `filled` are how many cells of each row hold something, (R,). Titles stand above the table in
    rows of one cell.
    """
    width = int(filled.max())
    wide = np.flatnonzero(filled[:_ROWS_ABOVE] > max(width / 3, width > 1))
    first = int(wide[0]) if len(wide) else int(filled.argmax())
    above = [str(cell) for i in range(first) for cell in cells.iloc[i].dropna()]
    notes = [f"Rows above the table left out: {listed(above)}."] if above else []
    texts = cells.iloc[first : first + 100].map(lambda cell: "" if pd.isna(cell) else str(cell))
    names, *body = texts.to_numpy().tolist()
    if has_header(names, body):
        return first + 1, names, notes
    return first, [""] * len(names), [*notes, NUMBERED_COLUMNS.format("row")]
