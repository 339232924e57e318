"""A person's file → a `Table` of numbers in time order, or an `UploadError` in plain words.

pandas does the reading. What is decided here is what it can't know: the encoding, the delimiter,
whether there is a header, which columns are of use; `tidy` tells times and numbers. Every
decision that changes what a person sees is a note on the table. Nothing is cut into windows here
(`lib.windows`), and nothing is stored.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd

from lib.datasets.dataset import Mended
from lib.english import counted
from lib.uploads.tidy import as_numbers, as_times, has_decimal_commas, is_value, step_of
from lib.windows import Table

MAX_BYTES = 50 * 1024 * 1024
"""The largest file that is read: 50 MB."""
MIN_ROWS = 6
"""Two windows of two timesteps and a horizon of one: below that nothing can be learned."""
WIDEST = 1000
"""The widest table that is read."""
MAX_CELLS = 20_000_000
"""The most cells that are read; a file of nothing but short cells would take a gigabyte."""

_SAMPLE = 64 * 1024
"""Characters that delimiter, header and kinds of numbers are told from."""
_HUGE = 1e100
"""Larger numbers can't be squared; they are taken as missing, as infinities are."""
_MISSING = ["-", "--", "?", ".", "..", "–", "—"]
"""What stands for "nothing here" besides pandas's own list (an empty cell, NA, NaN, null, …)."""


class UploadError(ValueError):
    """A file that can't be used. The message says what was expected, what came, and what to do."""


def read_upload(name: str, content: bytes) -> Table:
    """Read a CSV file.

    Args:
        name: the file's name, for the person.
        content: its bytes. Text in UTF-8, UTF-16 or Windows's Western alphabet; columns apart by
            comma, semicolon, tab or |; decimal points or commas; with or without a header.

    Returns:
        The numeric columns, as float64 with NaN where a value is missing, in order of time. Of
        the others the first date column labels the rows, and the rest is left out with a note.

    Raises:
        UploadError: for anything else.
    """
    text, reading = _as_utf8(content)
    layout = _find_layout(text)
    reading |= _reading(text, layout)
    cells = _read_cells(text, layout, reading.get("skiprows", 0))
    notes, mended = list(layout.notes), list[Mended]()
    cells = _drop_empty_rows(cells, notes, mended)
    cells, times, step = _take_times(cells, layout, notes, mended)
    frame = _take_numbers(cells, layout, notes, mended)
    _describe(frame, notes)
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


# Bytes to text

_EMPTY = "The file is empty. A header line and rows of numbers were expected."

_MAGIC = {
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"PK\x03\x04": "a ZIP file, such as an Excel workbook (.xlsx)",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook (.xls)",
    b"%PDF": "a PDF",
    b"\x1f\x8b": "a gzip file",
    b"PAR1": "a Parquet file",
    b"\x93NUMPY": "a NumPy array",
    b"\x89HDF": "an HDF5 file",
    b"SQLite": "an SQLite database",
}
"""How files that aren't text begin, whatever their name says."""

_BOMS = {  # UTF-32's begins with UTF-16's, so it comes first
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
    codecs.BOM_UTF8: "utf-8-sig",
}


def _as_utf8(content: bytes) -> tuple[bytes, dict[str, Any]]:
    """The file as UTF-8 bytes, which pandas reads without another copy.

    And what pandas must be told to read the file as it is: an encoding, lines to skip.
    """
    if len(content) > MAX_BYTES:
        raise UploadError(
            f"The file has {len(content) / 2**20:.0f} MB and at most {MAX_BYTES // 2**20} MB are "
            "read. Leave out columns or rows that aren't needed."
        )
    for start, kind in _MAGIC.items():
        if content.startswith(start):
            raise UploadError(
                f"The file is {kind}, whatever its name, and a text table was expected. Export it "
                "as CSV and upload that."
            )
    encoding = next((kind for bom, kind in _BOMS.items() if content.startswith(bom)), None)
    if encoding is None and b"\0" in content[:4096]:
        encoding = _utf16_without_mark(content[:4096])
    reading: dict[str, Any] = {} if encoding in {None, "utf-8-sig"} else {"encoding": encoding}
    try:
        text = content.decode(encoding or "utf-8")
    except UnicodeDecodeError as error:
        if encoding is not None:
            raise UploadError(
                f"The file begins as {encoding.removesuffix('-sig').upper()} text and at byte "
                f"{error.start:,} is none. Save it again as CSV in UTF-8."
            ) from None
        text = content.decode("cp1252", errors="replace")
        reading = {"encoding": "cp1252"}
        if "\ufffd" in text:
            reading["encoding_errors"] = "replace"
    if not text.strip("\0 \t\r\n\ufeff,;|"):
        raise UploadError(_EMPTY)
    if "\0" in text or _looks_binary(text[:4096]):
        raise UploadError(
            "The file isn't text: it has bytes that no text has. Export the table as CSV and "
            "upload that."
        )
    # Spreadsheets write empty rows above a table as lines of nothing but delimiters.
    above = re.match(r"(?:[ \t,;|]*(?:\r\n|\r|\n))+", text)
    if above is not None:
        reading["skiprows"] = len(above[0].splitlines())
        text = text[above.end() :]
    return text.encode("utf-8"), reading


def _utf16_without_mark(start: bytes) -> str | None:
    """Mostly Latin text as UTF-16 has a zero in every other byte."""
    even, odd = start[::2].count(0), start[1::2].count(0)
    half = len(start) // 2
    if odd > 0.8 * half and not even:
        return "utf-16-le"
    return "utf-16-be" if even > 0.8 * half and not odd else None


def _looks_binary(text: str) -> bool:
    controls = sum(unicodedata.category(char) in ("Cc", "Cn") for char in text)
    return controls - sum(map(text.count, "\t\r\n\f")) > 0.05 * len(text)


# Text to cells


@dataclass(frozen=True, slots=True)
class _Layout:
    """How the text is to be cut into cells."""

    delimiter: str
    names: tuple[str, ...]
    """Column names, all different."""
    header: bool
    """Whether the first line holds names, to be skipped."""
    decimal_commas: bool
    """Whether numbers have them, so that pandas must not take points as decimal."""
    notes: tuple[str, ...]


def _find_layout(text: bytes) -> _Layout:
    """Tell delimiter, header and decimal commas from the first lines."""
    sample = text[:_SAMPLE].decode("utf-8", errors="ignore")
    whole = len(text) <= _SAMPLE
    if not whole:
        end = max(sample.rfind("\n"), sample.rfind("\r"))
        if end < 0:
            raise UploadError(
                f"The first line has more than {_SAMPLE // 1024} KB. A line for each timestep was "
                "expected, with a cell for each column."
            )
        sample = sample[: end + 1]
    delimiter = _find_delimiter(sample)
    first, *body = _rows(sample, delimiter)
    if len(first) > WIDEST:
        raise UploadError(
            f"The table has {len(first):,} columns and at most {WIDEST:,} are read. A line "
            "for each timestep was expected: perhaps rows and columns are swapped."
        )
    lines = text.count(b"\n") or text.count(b"\r")
    if lines * len(first) > MAX_CELLS:
        raise UploadError(
            f"The table has about {lines:,} rows of {counted(len(first), 'cell')}, and at "
            f"most {MAX_CELLS:,} cells are read. Leave out columns, or keep a part of the rows."
        )
    filled = [cell.strip() for cell in first if cell.strip()]
    header = not all(is_value(cell) for cell in filled)
    if header and not body and whole:
        raise UploadError(
            f"The file has a header line ({_list(filled)}) but no rows below it. A row for each "
            "timestep was expected."
        )
    notes: list[str] = []
    if header:
        names, notes = _unique(first)
    else:
        names = [f"column {i + 1}" for i in range(len(first))]
        notes.append("The first line holds values, not names, so the columns are numbered.")
    commas = has_decimal_commas([cell for row in body for cell in row], delimiter)
    if commas and delimiter != ",":
        notes.append("Commas in numbers were read as decimal commas.")
    if short := next((row for row in body if len(row) < len(first)), None):
        notes.append(
            f"Some lines are short, such as the one with {_list(short)}: {len(short)} of "
            f"{counted(len(first), 'cell')}. What they leave out is taken as missing."
        )
    return _Layout(delimiter, tuple(names), header, commas and delimiter != ",", tuple(notes))


def _reading(text: bytes, layout: _Layout) -> dict[str, Any]:
    """The arguments of `_read_cells` that make a difference for this text."""
    arguments: dict[str, Any] = {}
    if layout.delimiter != ",":
        arguments["sep"] = layout.delimiter
    if layout.decimal_commas:
        arguments["decimal"] = ","
    first = next(_rows(text[:_SAMPLE].decode("utf-8", errors="ignore"), layout.delimiter))
    if not layout.header:
        arguments |= {"header": None, "names": list(layout.names)}
    elif first != list(layout.names):
        arguments |= {"header": 0, "names": list(layout.names)}
    edge = layout.delimiter.encode()
    if edge + b" " in text:
        arguments["skipinitialspace"] = True
    if re.search(re.escape(edge) + rb"\r?(?:\n|\Z)", text):
        arguments["index_col"] = False  # a delimiter that ends each line makes no column
    marks = [
        mark
        for mark in _MISSING
        if any(
            before + mark.encode() + after in text
            for before in (b"\n", edge, edge + b" ")
            for after in (b"\n", b"\r", edge)
        )
    ]
    if marks:
        arguments["na_values"] = marks
    return arguments


def _find_delimiter(sample: str) -> str:
    """The delimiter that cuts most lines into as many cells as the first; rarer ones win.

    A comma comes last, since it may be a decimal comma or stand in texts.
    """
    best, most = ",", 0.0
    for delimiter in ("\t", ";", "|", ","):
        rows = list(_rows(sample, delimiter))
        if not rows:
            raise UploadError(_EMPTY)
        width = len(rows[0])
        # An empty last cell comes from a delimiter that ends each line.
        alike = sum(len(row) == width or not "".join(row[width:]) for row in rows) / len(rows)
        if width > 1 and alike > most + 0.1:
            best, most = delimiter, alike
    return best


def _rows(sample: str, delimiter: str) -> Iterator[list[str]]:
    """The sample's lines as cells; blank lines are left out, as pandas does."""
    try:
        for row in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter):
            if any(cell.strip() for cell in row) or len(row) > 1:
                yield row
    except csv.Error as error:
        raise UploadError(
            f"The lines can't be cut into cells ({error}). Rows of cells apart by comma, "
            "semicolon, tab or | were expected."
        ) from None


def _unique(cells: list[str]) -> tuple[list[str], list[str]]:
    """Names that are all different and never empty, and notes on what was changed."""
    stripped = [" ".join(cell.split()) for cell in cells]
    taken = set(stripped)
    names: list[str] = []
    twice = []
    for i, wanted in enumerate(stripped):
        name = wanted or f"column {i + 1}"
        count = 2
        base = name
        while name in names or (name != wanted and name in taken):
            name = f"{base} ({count})"
            count += 1
        if wanted and name != wanted:
            twice.append(name)
        names.append(name)
    notes = [f"Names that stand twice were numbered: {_list(twice)}."] if twice else []
    return names, notes


def _read_cells(text: bytes, layout: _Layout, above: int) -> pd.DataFrame:
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
                na_values=_MISSING,
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


# Cells to columns


def _drop_empty_rows(cells: pd.DataFrame, notes: list[str], mended: list[Mended]) -> pd.DataFrame:
    """The rows in which there is anything."""
    empty = cells.isna().all(axis=1)
    if not empty.any():
        return cells
    notes.append(f"{counted(int(empty.sum()), 'empty row')} left out.")
    mended.append(("empty rows", "", ()))
    return cells[~empty].reset_index(drop=True)


def _take_times(
    cells: pd.DataFrame, layout: _Layout, notes: list[str], mended: list[Mended]
) -> tuple[pd.DataFrame, pd.Index | None, str]:
    """The cells without their first time column and in its order, its times, and the step."""
    for column in cells.columns:
        found = as_times(column, cells[column], layout.decimal_commas)
        if found is not None:
            break
    else:
        return cells, None, "row"
    times = found.values
    notes.append(f"{column} labels the rows{found.how}.")
    cells = cells.drop(columns=column)
    if times.isna().any():
        notes.append(f"{counted(int(times.isna().sum()), 'row has', 'rows have')} no date.")
        texts = times.dt.strftime("%Y-%m-%d %H:%M:%S").fillna("no date")
        return cells, pd.Index(texts), "row"
    order = np.arange(len(times))
    if not times.is_monotonic_increasing:
        if times.is_monotonic_decreasing:
            notes.append("The newest row came first, so the order was turned round.")
            mended.append(("newest first", "", ()))
            order = order[::-1]
        elif times.is_unique:
            notes.append(f"The rows were put in order of {column}.")
            mended.append(("order", column, (found.form,)))
            order = np.argsort(times.to_numpy(), kind="stable")
        else:
            notes.append(
                f"{column} goes back and forth and repeats, as where several series are in one "
                "table. The rows stay as they are, and windows run from one into the next."
            )
            return cells, pd.DatetimeIndex(times), "row"
    times = times.iloc[order]
    return cells.iloc[order].reset_index(drop=True), pd.DatetimeIndex(times), step_of(times)


def _take_numbers(
    cells: pd.DataFrame, layout: _Layout, notes: list[str], mended: list[Mended]
) -> pd.DataFrame:
    """The number columns as float64, NaN where a value is missing or can't be used."""
    columns, texts, empty = {}, [], []
    readings: dict[str, list[str]] = {}
    for name in cells.columns:
        column = cells[name]
        if column.isna().all():
            empty.append(name)
        elif pd.api.types.is_numeric_dtype(column):
            columns[name] = column.astype(np.float64)
            if pd.api.types.is_bool_dtype(column):
                readings.setdefault("1 for true and 0 for false", []).append(name)
        elif (found := as_numbers(column, layout.decimal_commas)) is not None:
            columns[name] = found.values
            readings.setdefault(found.how, []).append(name)
            mended.append(("numbers", name, tuple(chain(*found.repairs))))
            wrong = column[columns[name].isna() & column.notna()]
            if len(wrong):
                cells_are = counted(len(wrong), "cell isn't a number", "cells aren't numbers")
                which = _list(dict.fromkeys(repr(cell) for cell in wrong))
                notes.append(f"In {name} {cells_are}, taken as missing: {which}.")
        else:
            texts.append(name)
    readings.pop("", None)
    notes += [f"Numbers in {_list(names)} were read with {how}." for how, names in readings.items()]
    if _counts_rows(cells, layout):
        columns.pop(cells.columns[0], None)
        notes.append("The first column has no name and counts the rows, so it is left out.")
    if not columns:
        raise UploadError(
            f"No column of numbers was found, and at least one is needed. Texts: {_list(texts)}. "
            f"Empty: {_list(empty)}. Cells were taken to be apart by "
            f"{_DELIMITERS[layout.delimiter]}: if that is wrong, save the file with commas."
        )
    if texts:
        notes.append(f"Columns of text are left out: {_list(texts)}.")
    if empty:
        notes.append(f"Empty columns are left out: {_list(empty)}.")
    return pd.DataFrame(_without_huge(columns, notes, mended))


def _without_huge(
    columns: dict[str, pd.Series], notes: list[str], mended: list[Mended]
) -> dict[str, pd.Series]:
    """The columns with NaN for what can't be computed with."""
    kept, count = {}, 0
    for name, numbers in columns.items():
        huge = numbers.abs() > _HUGE
        kept[name] = numbers
        if huge.any():
            count += int(huge.sum())
            kept[name] = numbers.mask(huge)
            mended.append(("huge", name, (f"{_HUGE:g}".replace("+", ""),)))
    if count:
        values = counted(count, "value is", "values are")
        notes.append(f"{values} infinite or beyond {_HUGE:.0e} and taken as missing.")
    return kept


def _counts_rows(cells: pd.DataFrame, layout: _Layout) -> bool:
    """Whether the first column is the nameless index that pandas writes to its CSVs."""
    if not layout.header or len(cells.columns) < 2 or cells.columns[0] != "column 1":
        return False
    first = cells["column 1"]
    return pd.api.types.is_numeric_dtype(first) and bool((first.diff().iloc[1:] == 1).all())


def _describe(frame: pd.DataFrame, notes: list[str]) -> None:
    """Refuse what is too short, and note constant columns and gaps."""
    if len(frame) < MIN_ROWS:
        raise UploadError(
            f"The table has {counted(len(frame), 'row')} and at least {MIN_ROWS} are needed, "
            "a row for each timestep. Add rows."
        )
    constant = [name for name in frame.columns if not frame[name].min() < frame[name].max()]
    if constant:
        notes.append(f"Constant columns say nothing: {_list(constant)}.")
    gaps = frame.isna().sum()
    if gaps.any():
        each = [f"{name} {count:,}" for name, count in gaps[gaps > 0].items()]
        notes.append(
            f"{counted(int(gaps.sum()), 'value is', 'values are')} missing: {_list(each)}."
        )


_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}


def _list(words: Iterable[str]) -> str:
    """Up to six words, so that a message stays a sentence."""
    words = list(words)
    more = f" and {len(words) - 6} more" if len(words) > 6 else ""
    return (", ".join(words[:6]) + more) if words else "none"
