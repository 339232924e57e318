"""How a text is cut into cells: its delimiter, its header, its decimal commas.

Told from the first lines. Nothing is cut here but these (`cells` does the rest).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lib.english import counted, listed
from lib.uploads.limits import MAX_CELLS, WIDEST, UploadError
from lib.uploads.numbers import has_decimal_commas, is_value
from lib.uploads.text import EMPTY

_SAMPLE = 64 * 1024
"""Characters that delimiter, header and kinds of numbers are told from."""
MISSING = ["-", "--", "?", ".", "..", "–", "—"]
"""What stands for "nothing here" besides pandas's own list (an empty cell, NA, NaN, null, …)."""
DELIMITERS = {"\t": "tabs", ";": "semicolons", "|": "vertical bars", ",": "commas"}
"""What may stand between cells. A comma comes last, since it may be decimal or stand in texts."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How the text is to be cut into cells."""

    delimiter: str
    names: tuple[str, ...]
    """Column names, all different."""
    header: bool
    """Whether the first line holds names, to be skipped."""
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
            f"The file has a header line ({listed(filled)}) but no rows below it. A row for each "
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
            f"Some lines are short, such as the one with {listed(short)}: {len(short)} of "
            f"{counted(len(first), 'cell')}. What they leave out is taken as missing."
        )
    return Layout(delimiter, tuple(names), header, commas and delimiter != ",", tuple(notes))


def reading_of(text: bytes, layout: Layout) -> dict[str, Any]:
    """The arguments of `read_csv` in `cells` that make a difference for this text."""
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
        for mark in MISSING
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
    """The delimiter that cuts most lines into as many cells as the first; rarer ones win."""
    best, most = ",", 0.0
    for delimiter in DELIMITERS:
        rows = list(_rows(sample, delimiter))
        if not rows:
            raise UploadError(EMPTY)
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
    notes = [f"Names that stand twice were numbered: {listed(twice)}."] if twice else []
    return names, notes
