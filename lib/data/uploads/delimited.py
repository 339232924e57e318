"""A CSV → its entries: its encoding, what cuts it, whether names stand above, decimal commas.

The first lines tell, and pandas does the rest.
"""

import codecs
import csv
import io
import re
import warnings
from collections.abc import Iterator
from threading import Lock
from typing import Any

import pandas as pd

from lib.data.tables.texts import has_decimal_commas, is_column_with_decimal_commas
from lib.data.uploads import UploadError, check_size, said
from lib.data.uploads.raw_table import MISSING, RawTable, has_header, unique_names
from lib.text import counted, listed

_BOMS = {  # UTF-32's begins with UTF-16's, so it comes first
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
    codecs.BOM_UTF8: "utf-8-sig",
}
_SAMPLE = 64 * 1024
"""So many characters tell the delimiter, the header and the kinds of numbers."""
_DELIMITERS = {"\t": "tabs", ";": "semicolons", "|": "vertical bars", ",": "commas"}
"""What may stand between entries. A comma comes last, since it may be decimal or stand in texts."""
_ONE_AT_A_TIME = Lock()
"""What counts as an error below is set for all threads."""


def read_text(content: bytes, _sheet: str = "") -> RawTable:
    """Have pandas read a CSV. Raises UploadError for what isn't one."""
    text, skipped = _as_utf8(content)
    layout, names, notes = _layout(text)
    # With `index_col=False` a delimiter that ends each line makes no column.
    options = {"na_values": MISSING, "skipinitialspace": True, "index_col": False}
    how = {"header": 0, "names": names, "low_memory": False, **options, **layout}
    try:
        with _ONE_AT_A_TIME, warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)
            entries = pd.read_csv(io.BytesIO(text), **how)
    except (ValueError, OverflowError, pd.errors.ParserWarning) as error:
        raise _unreadable(str(error), len(names), skipped) from None
    delimiter = layout.get("sep", ",")
    edge = re.escape(delimiter.encode())
    raw = RawTable(entries, notes, decimal_commas="decimal" in layout)
    raw.cells = f" Cells were taken to be apart by {_DELIMITERS[delimiter]}: if that is wrong, "
    raw.cells += "save the file with commas."
    # Lines of nothing but delimiters are no rows; one of marks or quotes is, of unknown values.
    empty = entries.isna().all(axis=1)
    if empty.any() and re.search(rb"(?:\A|[\r\n]) *%b[ %b]*(?:[\r\n]|\Z)" % (edge, edge), text):
        raw.drop_rows(empty)
    if layout.get("header", 0) is not None:
        raw.drop_row_numbers()
    return raw


def _as_utf8(content: bytes) -> tuple[bytes, int]:
    """The text of the table, and how many lines above it are left out."""
    encoding = next((kind for bom, kind in _BOMS.items() if content.startswith(bom)), None)
    if encoding is None and b"\0" in content[:2]:  # a Latin letter's other byte
        encoding = "utf-16-le" if content[0] else "utf-16-be"
    try:
        text = content.decode(encoding or "utf-8")
    except UnicodeDecodeError as error:
        if encoding is not None:
            named = encoding.removesuffix("-sig").upper()
            raise UploadError.of("other_encoding", encoding=named, start=error.start) from None
        text = content.decode("cp1252", errors="replace")
    if not text.strip("\0 \t\r\n\ufeff,;|"):
        raise UploadError.of("empty")
    start = text[:4096]
    odd = sum(not (char.isprintable() or char.isspace()) for char in start)
    if "\0" in text or odd > 0.05 * len(start):
        raise UploadError.of("no_text")
    # Above the table stand spreadsheets' `sep=;`, and empty rows: nothing but delimiters.
    table = re.sub(r'\A(?:"?(?i:sep)=.?"?[,;\t|]*[\r\n]+)?(?:[ \t,;|]*[\r\n])*', "", text, count=1)
    return table.encode("utf-8"), len(text[: len(text) - len(table)].splitlines())


def _layout(text: bytes) -> tuple[dict[str, Any], list[str], list[str]]:
    """What pandas must be told to cut the text; the columns' names, all different; and notes."""
    sample = text[:_SAMPLE].decode("utf-8", errors="ignore")
    if len(text) > _SAMPLE:
        sample = sample[: max(sample.rfind("\n"), sample.rfind("\r")) + 1 or None]
    delimiter = _delimiter(sample)
    first, *body = _rows(sample, delimiter)
    check_size(text.count(b"\n") or text.count(b"\r"), len(first))
    layout: dict[str, Any] = {} if delimiter == "," else {"sep": delimiter}
    if has_header(first, body):
        if not body and len(text) <= _SAMPLE:
            raise UploadError.of("header_alone", names=listed(filter(str.strip, first)))
        names, notes = unique_names(first)
    else:
        names, _ = unique_names([""] * len(first))
        notes = ["The first line holds values, not names, so the columns are numbered."]
        layout["header"] = None
    entries = [entry for row in body for entry in row]
    if delimiter != "," and has_decimal_commas(entries, delimiter):
        layout["decimal"] = ","
        notes.append("Commas in numbers were read as decimal commas.")
    if short := next((row for row in body if len(row) < len(first)), None):
        cells = counted(len(first), "cell")
        notes.append(said("short_lines", line=listed(short), count=len(short), cells=cells))
    return layout, names, notes


def _delimiter(sample: str) -> str:
    """The delimiter that cuts most lines into as many entries as the first; rarer ones win."""
    best, most = ",", 0.0
    for delimiter in _DELIMITERS:
        rows = list(_rows(sample, delimiter))
        if not rows:
            raise UploadError.of("empty")
        width = len(rows[0])
        # An empty last entry comes from a delimiter that ends each line.
        alike = sum(len(row) >= width and not any(row[width:]) for row in rows) / len(rows)
        if width > 1 and alike > most + 0.1:
            best, most = delimiter, alike
    if not most and is_column_with_decimal_commas([row[0] for row in _rows(sample, ";")][1:]):
        return ";"
    return best


def _rows(sample: str, delimiter: str) -> Iterator[list[str]]:
    """The sample's lines as entries; blank lines are left out, as pandas does."""
    try:
        lines = io.StringIO(sample, newline="")
        for row in csv.reader(lines, delimiter=delimiter, skipinitialspace=True):
            if any(entry.strip() for entry in row) or len(row) > 1:
                yield row
    except csv.Error as error:
        raise UploadError.of("uncut", error=error) from None


def _unreadable(error: str, width: int, above: int) -> UploadError:
    """What pandas complains of, in plain words; `above` lines of the file it hasn't seen."""
    if "EOF inside string" in error:
        return UploadError.of("open_quote")
    if place := re.search(r"line (\d+), saw (\d+)", error):
        what = f"Line {above + int(place[1]):,} has {place[2]} cells, but"
    elif "loss of data" in error:
        what = "Lines have more cells than the first line:"
    else:
        return UploadError.of("uncut", error=error.strip())
    return UploadError.of("long_line", what=what, cells=counted(width, "cell"))
