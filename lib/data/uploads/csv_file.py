"""Read a CSV: detect its encoding, delimiter, header and decimal commas."""

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
from lib.text import counted

_SAMPLE = 64 * 1024  # delimiter, header and decimal commas are detected in this many characters
_DELIMITERS = "\t;|,"  # the comma is last, since it may be a decimal comma or part of a text
_EMPTY = "The file is empty. Expected a header line and rows of numbers."
_WARNINGS = Lock()  # `warnings.catch_warnings` affects all threads


def read_csv(content: bytes) -> Entries:
    """Return a CSV's entries. Raises UploadError if the content isn't a table."""
    text, lines_above = _table_as_utf8(content)
    sample = text[:_SAMPLE].decode("utf-8", errors="ignore")
    if len(text) > _SAMPLE:  # omit the last, incomplete line
        sample = sample[: max(sample.rfind("\n"), sample.rfind("\r")) + 1 or None]
    delimiter = find_delimiter(sample)
    first, *body = _rows(sample, delimiter)
    check_size(text.count(b"\n") or text.count(b"\r"), len(first))
    has_names = has_header(first, body)
    names, notes = unique_names(first if has_names else [""] * len(first))
    notes = notes if has_names else [NUMBERED_COLUMNS.format("line")]
    decimal_commas = has_decimal_commas([entry for row in body for entry in row], delimiter)
    if decimal_commas:
        notes.append("Commas in numbers were read as decimal commas.")
    layout = {"sep": delimiter, "header": 0 if has_names else None, "names": names}
    frame = _parse(text, lines_above, layout | {"decimal": "," if decimal_commas else "."})
    entries = Entries(frame, notes, decimal_commas)
    entries.drop_empty_rows()
    return entries


def _table_as_utf8(content: bytes) -> tuple[bytes, int]:
    """Return the table as UTF-8, and the number of skipped lines above it. Raises UploadError."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = content.decode("utf-16", errors="replace")
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("cp1252", errors="replace")
    if not text.strip("\0 \t\r\n\ufeff,;|"):
        raise UploadError(_EMPTY)
    if "\0" in text:
        raise UploadError(
            "The file isn't a text file, and its format is unknown. Export the table as CSV, then "
            "upload that file."
        )
    # Skip a spreadsheet's `sep=;` line, and rows that contain only delimiters.
    table = re.sub(r'\A(?:"?(?i:sep)=.?"?[,;\t|]*[\r\n]+)?(?:[ \t,;|]*[\r\n])*', "", text, count=1)
    return table.encode("utf-8"), len(text[: len(text) - len(table)].splitlines())


def find_delimiter(sample: str) -> str:
    """Return the delimiter that splits the most lines into as many entries as the first line."""
    best, most = ",", 0.0
    for delimiter in _DELIMITERS:
        rows = _rows(sample, delimiter)
        width = len(rows[0])
        # A delimiter at the end of each line gives an empty last entry.
        matching = sum(len(row) >= width and not any(row[width:]) for row in rows) / len(rows)
        if width > 1 and matching > most + 0.1:
            best, most = delimiter, matching
    if not most:  # there is a single column, whose commas may be decimal
        lines = [bare(row[0].strip()) for row in _rows(sample, ";") if "," in row[0]]
        if lines and all(re.fullmatch(DECIMAL_COMMA, line) for line in lines):
            return ";"
    return best


def _rows(sample: str, delimiter: str) -> list[list[str]]:
    """Return the entries of the sample's lines. Like pandas, skip blank lines."""
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
    """Return whether commas in a file are decimal commas, from some of its entries.

    "1,234" is ambiguous. If semicolons separate cells, its comma is decimal, since spreadsheets
    save such files in countries with decimal commas. "1.234.567" implies decimal commas.
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
    """Read the table with pandas. Raises UploadError, such as for a line with too many cells."""
    # With `index_col=False` a delimiter at the end of each line doesn't add a column.
    options: dict[str, Any] = {"na_values": MISSING, "skipinitialspace": True, "index_col": False}
    try:
        with _WARNINGS, warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)
            return pd.read_csv(io.BytesIO(text), low_memory=False, **options | layout)
    except (ValueError, OverflowError, pd.errors.ParserWarning) as error:
        raise _explained(str(error).strip(), len(layout["names"]), lines_above) from None


def _explained(error: str, width: int, lines_above: int) -> UploadError:
    """Return an UploadError that explains pandas's error. Pandas didn't count the `lines_above`."""
    if place := re.search(r"line (\d+), saw (\d+)", error):
        line, expected = lines_above + int(place[1]), counted(width, "cell")
        error = f"line {line:,} has {place[2]} cells, but the first line has {expected}"
    return UploadError(
        f"The lines can't be split into cells: {error.rstrip('.')}. Remove lines above the header, "
        "quote texts that contain a delimiter, close each quotation, and write numbers without "
        "thousands separators."
    )
