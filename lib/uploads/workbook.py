"""A workbook's sheet → its entries: where the table begins there, and what its columns are called.

calamine reads it (.xlsx, .xlsb, .xls, .ods), by way of pandas. Formulas aren't computed: their last
values count, and errors are missing.
"""

import datetime
import io
from typing import Any

import pandas as pd

from lib.english import listed
from lib.uploads import MIN_ROWS, UploadError, check_size
from lib.uploads.raw_table import RawTable, has_header, unique_names

_ABOVE = 20
"""So many rows may stand above the table."""


def read_workbook(content: bytes, sheet: str = "") -> RawTable:
    """The entries of a sheet, by default the first with a table. Raises UploadError."""
    cells, chosen, sheets = _cells(content, sheet)
    check_size(*cells.shape)
    filled = cells.notna().sum(axis=1).to_numpy()
    if not filled.any():
        others = f"; there are the sheets {listed(sheets)}" if len(sheets) > 1 else ""
        raise UploadError.of("empty_sheet", sheet=chosen, others=others)
    top, headed, names, notes = _header(cells, filled)
    reading: dict[str, Any] = {"function": "pd.read_excel", "engine": "calamine"}
    if chosen != sheets[0]:
        reading["sheet_name"] = chosen
    if top != 1 or names != [str(name) for name in cells.iloc[0]]:
        reading |= {"header": None, "skiprows": top, "names": names}
    if rest := [name for name in sheets if name != chosen]:
        notes.insert(0, f"The sheet {chosen} was read; there are {listed(rest)}, too.")
    entries = cells.iloc[top:].reset_index(drop=True).set_axis(names, axis=1)
    raw = RawTable(entries, reading, notes, known={"sheets": tuple(sheets)})
    if (empty := raw.entries.isna().all(axis=1)).any():
        raw.drop_rows(empty)
    raw.entries = raw.entries.infer_objects()
    for name, column in raw.entries.items():
        if column.dtype != object:
            continue
        if column.dropna().map(lambda cell: isinstance(cell, datetime.date)).all():
            raw.entries[name] = pd.to_datetime(column)
        else:  # cells of several kinds
            raw.entries[name] = column.map(str, na_action="ignore").astype("str")
            raw.mended.append(("texts", str(name), ()))
    if headed:
        raw.drop_row_numbers()
    return raw


def _cells(content: bytes, sheet: str) -> tuple[pd.DataFrame, str, list[str]]:
    """All cells of a sheet, its name, and those of all sheets."""
    try:
        with pd.ExcelFile(io.BytesIO(content), engine="calamine") as book:
            sheets = [str(name) for name in book.sheet_names]
            if sheet and sheet not in sheets:
                raise UploadError.of("no_such_sheet", sheet=sheet, sheets=listed(sheets))
            for chosen in [sheet] if sheet else [*sheets, sheets[0]]:
                cells = pd.read_excel(book, sheet_name=chosen, header=None)
                if _has_table(cells):
                    break
    except UploadError:
        raise
    except Exception as error:  # calamine's own, and whatever pandas makes of broken cells
        raise UploadError.of("broken_workbook", error=error) from None
    return cells, chosen, sheets


def _has_table(cells: pd.DataFrame) -> bool:
    """Whether a sheet may hold a table, rather than words about the other sheets."""
    sample = cells.iloc[:1000]
    numbers = sample.map(lambda cell: isinstance(cell, (int, float))) & sample.notna()
    return int(numbers.any(axis=1).sum()) >= MIN_ROWS


def _header(cells: pd.DataFrame, filled: Any) -> tuple[int, bool, list[str], list[str]]:
    """In which row the entries begin, whether names stand above, the columns' names, and notes.

    `filled` are the cells of each row that hold something, (R,). Titles stand above the table in
    rows of one cell; names may take two rows where cells were merged.
    """
    width = int(filled.max())
    likely = (i for i, count in enumerate(filled[:_ABOVE]) if count > max(width / 3, width > 1))
    first = next(likely, int(filled.argmax()))
    above = [str(cell) for i in range(first) for cell in cells.iloc[i].dropna()]
    notes = [f"Rows above the table left out: {listed(above)}."] if above else []
    top, *body = [_texts(cells.iloc[i]) for i in range(first, min(first + 100, len(cells)))]
    if not has_header(top, body):
        names, _ = unique_names([""] * len(top))
        notes.append("The first row holds values, not names, so the columns are numbered.")
        return first, False, names, notes
    merged = len(body) > 1 and filled[first] < width
    if merged and all(isinstance(cell, str) for cell in cells.iloc[first + 1].dropna()):
        groups = _texts(cells.iloc[first].ffill())
        pairs = zip(top, groups, body[0], strict=True)
        top = [f"{group} {name}".strip() if name else own for own, group, name in pairs]
        first += 1
    names, renamed = unique_names(top)
    return first + 1, True, names, notes + renamed


def _texts(row: pd.Series) -> list[str]:
    return ["" if pd.isna(cell) else str(cell) for cell in row]
