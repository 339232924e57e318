"""A CSV → its entries: the encoding, the delimiter, the header, and whether commas are decimal."""

import codecs
import csv
import io
import re
import warnings
from threading import Lock
from typing import Any

import pandas as pd

from lib.data.tables.table import UploadError, check_size
from lib.data.tables.texts import COMMA_GROUPS, DECIMAL_COMMA, DECIMAL_POINT, POINT_GROUPS, bare
from lib.data.uploads.entries import MISSING, NUMBERED_COLUMNS, Entries, has_header, unique_names
from lib.text import counted, listed

_SAMPLE = 64 * 1024  # so many characters tell the delimiter, the header and decimal commas
_DELIMITERS = {"\t": "tabs", ";": "semicolons", "|": "vertical bars", ",": "commas"}
"""Possible delimiters. The comma is last, since it may be decimal, or a part of texts."""
_EMPTY = "The file is empty. A header line and rows of numbers were expected."
_ONE_AT_A_TIME = Lock()  # `warnings.catch_warnings` acts on all threads


def read_csv(content: bytes) -> Entries:
    """Return the entries of a CSV. Raises UploadError for what isn't one."""
    text, lines_above = _table_as_utf8(content)
    sample = text[:_SAMPLE].decode("utf-8", errors="ignore")
    is_whole = len(text) <= _SAMPLE
    if not is_whole:  # leave out the line that is cut off
        sample = sample[: max(sample.rfind("\n"), sample.rfind("\r")) + 1 or None]
    delimiter = find_delimiter(sample)
    first, *body = _rows(sample, delimiter)
    check_size(text.count(b"\n") or text.count(b"\r"), len(first))
    headed = has_header(first, body)
    if headed and is_whole and not body:
        raise UploadError(
            f"The file has a header line ({listed(filter(str.strip, first))}) but no rows below "
            "it. A row for each timestep was expected."
        )
    names, notes = unique_names(first if headed else [""] * len(first))
    if not headed:
        notes = [NUMBERED_COLUMNS.format("line")]
    decimal_commas = has_decimal_commas([entry for row in body for entry in row], delimiter)
    if decimal_commas:
        notes.append("Commas in numbers were read as decimal commas.")
    if short := next((row for row in body if len(row) < len(first)), None):
        notes.append(
            f"Some lines are short, such as the one with {listed(short)}: {len(short)} of "
            f"{counted(len(first), 'cell')}. What they leave out is taken as missing."
        )
    layout = {"sep": delimiter, "header": 0 if headed else None, "names": names}
    frame = _parse(text, lines_above, layout | {"decimal": "," if decimal_commas else "."})
    cells = (
        f" Cells were taken to be apart by {_DELIMITERS[delimiter]}: if that is wrong, save the "
        "file with commas."
    )
    entries = Entries(frame, notes, decimal_commas, cells)
    entries.drop_empty_rows()
    return entries


def _table_as_utf8(content: bytes) -> tuple[bytes, int]:
    """Return the table's text, and how many lines above it are left out. Raises UploadError."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = content.decode("utf-16", errors="replace")
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("cp1252", errors="replace")
    if not text.strip("\0 \t\r\n\ufeff,;|"):
        raise UploadError(_EMPTY)
    start = text[:4096]
    unprintable = sum(not (char.isprintable() or char.isspace()) for char in start)
    if "\0" in text or unprintable > 0.05 * len(start):
        raise UploadError(
            "The file isn't text: it has bytes that no text has. Export the table as CSV and "
            "upload that."
        )
    # Above the table stand spreadsheets' `sep=;`, and empty rows: nothing but delimiters.
    table = re.sub(r'\A(?:"?(?i:sep)=.?"?[,;\t|]*[\r\n]+)?(?:[ \t,;|]*[\r\n])*', "", text, count=1)
    return table.encode("utf-8"), len(text[: len(text) - len(table)].splitlines())


def find_delimiter(sample: str) -> str:
    """Return the delimiter that cuts most lines into as many entries as the first line."""
    best, most = ",", 0.0
    for delimiter in _DELIMITERS:
        rows = _rows(sample, delimiter)
        width = len(rows[0])
        # An empty last entry comes from a delimiter that ends each line.
        alike = sum(len(row) >= width and not any(row[width:]) for row in rows) / len(rows)
        if width > 1 and alike > most + 0.1:
            best, most = delimiter, alike
    if not most:  # of one column commas may be decimal: each line that has one is a number
        lines = [bare(row[0].strip()) for row in _rows(sample, ";") if "," in row[0]]
        if lines and all(re.fullmatch(DECIMAL_COMMA, line) for line in lines):
            return ";"
    return best


def _rows(sample: str, delimiter: str) -> list[list[str]]:
    """Return the sample's lines as entries; blank lines are left out, as pandas does."""
    lines = io.StringIO(sample, newline="")
    try:
        rows = list(csv.reader(lines, delimiter=delimiter, skipinitialspace=True))
    except csv.Error as error:
        raise _explained(str(error), 0, 0) from None
    rows = [row for row in rows if any(map(str.strip, row)) or len(row) > 1]
    if not rows:
        raise UploadError(_EMPTY)
    return rows


def has_decimal_commas(entries: list[str], delimiter: str) -> bool:
    """Return whether a file's commas are decimal, from some of its entries.

    "1,234" alone may be either: behind a semicolon it is taken as decimal, as spreadsheets of
    such countries write it, otherwise as a thousand. "1.234.567" can only be theirs.
    """
    if delimiter == ",":
        return False
    entries = [bare(entry.strip()) for entry in entries]
    with_comma = [entry for entry in entries if re.fullmatch(DECIMAL_COMMA, entry)]
    point_groups = [entry for entry in entries if re.fullmatch(POINT_GROUPS, entry)]
    if any(entry.count(".") > 1 for entry in point_groups):
        return True
    if any(not re.fullmatch(COMMA_GROUPS, entry) for entry in with_comma):
        return True
    decimal_points = {*filter(re.compile(DECIMAL_POINT).fullmatch, entries)} - {*point_groups}
    return bool(with_comma) and delimiter == ";" and not decimal_points


def _parse(text: bytes, lines_above: int, layout: dict[str, Any]) -> pd.DataFrame:
    """Have pandas read the table. Raises UploadError with the number of a line that is too long."""
    # With `index_col=False` a delimiter that ends each line makes no column.
    options: dict[str, Any] = {"na_values": MISSING, "skipinitialspace": True, "index_col": False}
    try:
        with _ONE_AT_A_TIME, warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)
            return pd.read_csv(io.BytesIO(text), low_memory=False, **options | layout)
    except (ValueError, OverflowError, pd.errors.ParserWarning) as error:
        raise _explained(str(error).strip(), len(layout["names"]), lines_above) from None


def _explained(error: str, width: int, lines_above: int) -> UploadError:
    """Return pandas's complaint in plain words; pandas hasn't seen `lines_above` of the file."""
    if "EOF inside string" in error:
        return UploadError(
            'A quotation mark (") is opened and never closed, so the rest of the file is one '
            "cell. Close it or leave it out."
        )
    place = re.search(r"line (\d+), saw (\d+)", error)
    if not place and "loss of data" not in error:
        return UploadError(
            f"The lines can't be cut into cells ({error}). Cells separated by commas, semicolons, "
            "tabs or | were expected."
        )
    what = "Lines have more cells than the first line:"
    if place:
        what = f"Line {lines_above + int(place[1]):,} has {place[2]} cells, but"
    return UploadError(
        f"{what} the first line has {counted(width, 'cell')}. Leave out lines above the header, "
        "put texts with a delimiter in quotes, and write numbers without thousands separators."
    )
