"""Columns of texts → numbers, where commas and points may mean either.

One column at a time, and every doubtful reading is said in a note.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np
import pandas as pd

NUMBERS_PART = 0.9
"""A column in which at least this part of the cells are numbers is a number column."""
SAMPLE = 200
"""So many cells of a column tell whether it is worth to look at all of them."""

_SPACES = r"[ '’\u00a0\u2009\u202f]"
_BETWEEN_GROUPS = rf"(?<!\d{{4}}){_SPACES}(?=\d{{3}}(?!\d))"
_SPACE_GROUPS = rf"[+-]?\d{{1,3}}(?:{_SPACES}\d{{3}})+(?:[.,]\d*)?"
_SIGNS = r"^[$€£¥] ?| ?[%€$£¥]$"
_COMMA_GROUPS = r"[+-]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d*)?"
_POINT_GROUPS = r"[+-]?[1-9]\d{0,2}(?:\.\d{3})+(?:,\d*)?"
_WITH_COMMA = re.compile(r"[+-]?[\d.]*,\d+(?:e[+-]?\d+)?", re.IGNORECASE)
_WITH_POINT = re.compile(r"[+-]?\d*\.\d+(?:e[+-]?\d+)?", re.IGNORECASE)
_VALUE = re.compile(r"[+-]?[\d.,][\d.,:/TZ+%'e \u00a0\u202f-]*|[+-]?inf|nan", re.IGNORECASE)


Repairs = tuple[tuple[str, str], ...]
"""What was done to a column of texts to read its numbers: (regular expression, replacement)."""


class Numbers(NamedTuple):
    """A column that was read as numbers."""

    values: pd.Series
    """(R,) float64, NaN where a cell isn't a number."""
    how: str
    """How commas and points were read, where that is in doubt; else empty."""
    repairs: Repairs


def is_value(cell: str) -> bool:
    """Whether a cell holds a number or a date rather than a name."""
    return _VALUE.fullmatch(cell.strip()) is not None


def has_decimal_commas(cells: list[str], delimiter: str) -> bool:
    """Whether a file's commas are decimal, from some of its cells.

    "1,234" alone may be either: behind a semicolon it is taken as decimal, as spreadsheets of
    such countries write it, otherwise as a thousand.
    """
    cells = [cell.strip() for cell in cells]
    commas = [cell for cell in cells if _WITH_COMMA.fullmatch(cell)]
    if any(not re.fullmatch(_COMMA_GROUPS, cell) for cell in commas):
        return True
    points = any(_WITH_POINT.fullmatch(c) and not re.fullmatch(_POINT_GROUPS, c) for c in cells)
    return bool(commas) and delimiter == ";" and not points


def as_numbers(texts: pd.Series, decimal_commas: bool) -> Numbers | None:
    """A text column (R,) as numbers.

    None if it isn't a column of numbers. Thousands may be set apart by spaces, apostrophes,
    commas or points; a sign of currency or percent is left off.
    """
    texts = texts.astype("str").str.strip()
    known = int(texts.notna().sum())
    sample = texts.dropna().iloc[:SAMPLE]
    if not known or _as_floats(sample, decimal_commas).values.isna().all():
        return None  # not a single one: spare the time for the rest
    numbers = _as_floats(texts, decimal_commas)
    return numbers if int(numbers.values.notna().sum()) >= NUMBERS_PART * known else None


def _as_floats(texts: pd.Series, decimal_commas: bool) -> Numbers:
    """Each text as a number, NaN where it is none. One reading of commas holds for all of them."""
    repairs: list[tuple[str, str]] = []

    def repair(pattern: str, by: str = "") -> None:
        nonlocal texts
        repaired = texts.str.replace(pattern, by, regex=True)
        if not repaired.equals(texts):
            repairs.append((pattern, by))
            texts = repaired

    repair("\u2212", "-")
    repair(_SIGNS)
    if texts.str.fullmatch(_SPACE_GROUPS, na=False).any():
        repair(_BETWEEN_GROUPS)
    with_comma = texts.str.contains(",", regex=False, na=False)
    with_point = texts.str.contains(".", regex=False, na=False)
    how = ""
    if with_comma.any():
        commas = texts[with_comma]
        groups = commas.str.fullmatch(_COMMA_GROUPS)
        sure = commas.str.count(",").gt(1) | commas.str.contains(".", regex=False)
        if groups.mean() >= NUMBERS_PART and (not decimal_commas or (groups & sure).any()):
            repair(",")
            how = "commas as thousands separators"
        else:
            repair(r"\." if _all_groups(texts[with_point & ~with_comma]) else r"\.(?=.*,)")
            repair(",", ".")
            how = "" if decimal_commas else "decimal commas"
    elif decimal_commas and with_point.any() and _all_groups(texts[with_point]):
        repair(r"\.")
        how = "points as thousands separators"
    values = pd.to_numeric(texts, errors="coerce").astype(np.float64)
    return Numbers(values, how, tuple(repairs))


def _all_groups(texts: pd.Series) -> bool:
    """Whether all points stand before three digits, as in 1.234.567."""
    return bool(texts.str.fullmatch(_POINT_GROUPS).all())
