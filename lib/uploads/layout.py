"""How a text is cut into entries: its delimiter, its header, its decimal commas.

The first lines tell. Nothing is cut here but these (`raw_table` does the rest).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from lib.english import counted, listed
from lib.tables.numbers import has_decimal_commas, is_column_with_decimal_commas
from lib.uploads.header import has_header, unique_names
from lib.uploads.limits import UploadError, check_size
from lib.uploads.text import EMPTY

_SAMPLE = 64 * 1024
"""So many characters tell the delimiter, the header and the kinds of numbers."""
DELIMITERS = {"\t": "tabs", ";": "semicolons", "|": "vertical bars", ",": "commas"}
"""What may stand between entries. A comma comes last, since it may be decimal or stand in texts."""
UNCUT = (
    "The lines can't be cut into cells ({}). Rows of cells apart by comma, semicolon, tab or | "
    "were expected."
)
"""What is said of a text whose lines `csv` or pandas refuses; between the brackets, why."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How the text is to be cut into entries."""

    delimiter: str
    names: tuple[str, ...]
    """Column names, all different."""
    header: bool
    """Whether the first line holds names, to be skipped."""
    renamed: bool
    """Whether they aren't just the names there."""
    decimal_commas: bool
    """Whether numbers have them, so that pandas must not take points as decimal."""
    notes: tuple[str, ...]


def find_layout(text: bytes) -> Layout:
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
    check_size(text.count(b"\n") or text.count(b"\r"), len(first), "about ")
    header = has_header(first, body)
    if header and not body and whole:
        raise UploadError(
            f"The file has a header line ({listed(filter(str.strip, first))}) but no rows below "
            "it. A row for each timestep was expected."
        )
    notes: list[str] = []
    if header:
        names, notes = unique_names(first)
    else:
        names = [f"column {i + 1}" for i in range(len(first))]
        notes.append("The first line holds values, not names, so the columns are numbered.")
    entries = [entry for row in body for entry in row]
    decimal_commas = delimiter != "," and has_decimal_commas(entries, delimiter)
    if decimal_commas and any("," in entry for entry in entries):
        notes.append("Commas in numbers were read as decimal commas.")
    if short := next((row for row in body if len(row) < len(first)), None):
        notes.append(
            f"Some lines are short, such as the one with {listed(short)}: {len(short)} of "
            f"{counted(len(first), 'cell')}. What they leave out is taken as missing."
        )
    return Layout(
        delimiter=delimiter,
        names=tuple(names),
        header=header,
        renamed=names != first,
        decimal_commas=decimal_commas,
        notes=tuple(notes),
    )


def _find_delimiter(sample: str) -> str:
    """The delimiter that cuts most lines into as many entries as the first; rarer ones win."""
    best, most = ",", 0.0
    for delimiter in DELIMITERS:
        rows = list(_rows(sample, delimiter))
        if not rows:
            raise UploadError(EMPTY)
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
        raise UploadError(UNCUT.format(error)) from None
