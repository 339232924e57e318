"""A CSV's bytes → its text in UTF-8: the encoding, and whether it is text at all."""

from __future__ import annotations

import codecs
import re
from typing import Any

from lib.uploads.limits import UploadError

EMPTY = "The file is empty. A header line and rows of numbers were expected."

_BOMS = {  # UTF-32's begins with UTF-16's, so it comes first
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
    codecs.BOM_UTF8: "utf-8-sig",
}


def as_utf8(content: bytes) -> tuple[bytes, dict[str, Any]]:
    """The text, and what pandas must be told to read the file: an encoding, lines to skip."""
    encoding = next((kind for bom, kind in _BOMS.items() if content.startswith(bom)), None)
    if encoding is None and b"\0" in content[:2]:  # a Latin letter's other byte
        encoding = "utf-16-le" if content[0] else "utf-16-be"
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
        raise UploadError(EMPTY)
    start = text[:4096]
    odd = sum(not (char.isprintable() or char.isspace()) for char in start)
    if "\0" in text or odd > 0.05 * len(start):
        raise UploadError(
            "The file isn't text: it has bytes that no text has. Export the table as CSV and "
            "upload that."
        )
    if above := _above(text):
        reading["skiprows"] = len(text[:above].splitlines())
        if "\n" not in text:
            reading["lineterminator"] = "\r"  # else pandas takes all lines for one that is skipped
        text = text[above:]
    return text.encode("utf-8"), reading


def _above(text: str) -> int:
    """How many characters stand above the table: spreadsheets' `sep=;`, and empty rows.

    They write these as lines of nothing but delimiters.
    """
    excel = re.match(r'"?sep=.?"?[,;\t|]*(\r\n|\r|\n)', text, re.IGNORECASE)
    start = excel.end() if excel else 0
    end = len(text) - len(text[start:].lstrip(" \t,;|\r\n"))
    return max(text.rfind("\n", 0, end), text.rfind("\r", 0, end)) + 1
