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
    if names is None:
        notes.append(NUMBERED_COLUMNS.format("row"))
    unique, renamed = unique_names(names or [""] * cells.shape[1])
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
                if _has_table(cells):
                    break
    except UploadError:
        raise
    except Exception as error:  # calamine's own, and whatever pandas makes of broken cells
        raise UploadError(
            f"The workbook can't be read: {error}. Save it again as .xlsx, without a password, or "
            "export the sheet as CSV."
        ) from None
    return cells, chosen, sheets


def _has_table(cells: pd.DataFrame) -> bool:
    """Whether a sheet may hold a table, rather than words about the other sheets."""
    sample = cells.iloc[:1000]
    numbers = sample.map(lambda cell: isinstance(cell, (int, float))) & sample.notna()
    return int(numbers.any(axis=1).sum()) >= MIN_ROWS


def _header(cells: pd.DataFrame, filled: np.ndarray) -> tuple[int, list[str] | None, list[str]]:
    """The row in which the entries begin, the names above them or None, and notes.

    `filled` are how many cells of each row hold something, (R,). Titles stand above the table in
    rows of one cell; names may take two rows where cells were merged.
    """
    width = int(filled.max())
    wide = np.flatnonzero(filled[:_ROWS_ABOVE] > max(width / 3, width > 1))
    first = int(wide[0]) if len(wide) else int(filled.argmax())
    above = [str(cell) for i in range(first) for cell in cells.iloc[i].dropna()]
    notes = [f"Rows above the table left out: {listed(above)}."] if above else []
    names, *body = [_texts(cells.iloc[i]) for i in range(first, min(first + 100, len(cells)))]
    if not has_header(names, body):
        return first, None, notes
    is_merged = len(body) > 1 and filled[first] < width
    if is_merged and all(isinstance(cell, str) for cell in cells.iloc[first + 1].dropna()):
        groups = _texts(cells.iloc[first].ffill())
        pairs = zip(names, groups, body[0], strict=True)
        names = [f"{group} {name}".strip() if name else own for own, group, name in pairs]
        first += 1
    return first + 1, names, notes


def _texts(row: pd.Series) -> list[str]:
    return ["" if pd.isna(cell) else str(cell) for cell in row]
