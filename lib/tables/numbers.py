"""Columns of texts → numbers, where commas and points may mean either.

One column at a time, and every doubtful reading is said in a note.
"""

import re
from typing import NamedTuple

import numpy as np
import pandas as pd

from lib.english import counted, listed

NUMBERS_PART = 0.9
"""A column in which at least this part of the entries are numbers is a number column."""
SAMPLE = 200
"""So many entries of a column tell whether it is worth looking at all of them."""

_AROUND = (
    ("\u2212", "-"),
    (r"^\(([^()a-z]*)\)$", r"-\1"),  # as accountants write it
    (r"^([+-]?)[$€£¥] ?", r"\1"),
    (r" ?[%€$£¥]$", ""),
)
"""What stands around a number and becomes a plain minus, or nothing."""
_SPACES = "[ '’\u00a0\u2009\u202f]"
_BETWEEN_GROUPS = r"(?<!\d{4})[ '’\u00a0\u2009\u202f](?=\d{3}(?!\d))"
_SPACE_GROUPS = rf"[+-]?[0-9]{{1,3}}(?:{_SPACES}[0-9]{{3}})+(?:[.,][0-9]*)?"
_COMMA_GROUPS = r"[+-]?[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]*)?"
_POINT_GROUPS = r"[+-]?[1-9][0-9]{0,2}(?:\.[0-9]{3})+(?:,[0-9]*)?"
_WITH_COMMA = r"[+-]?[0-9.]*,[0-9]+(?:[eE][+-]?[0-9]+)?"
_WITH_POINT = r"[+-]?[0-9]*\.[0-9]+(?:[eE][+-]?[0-9]+)?"


class Numbers(NamedTuple):
    """A column that was read as numbers."""

    values: pd.Series
    """(R,) float64, NaN where an entry isn't a number."""
    how: str
    """How commas and points were read, where that is in doubt; else empty."""
    repairs: tuple[tuple[str, str], ...]
    """What was done to the texts first: (regular expression, replacement)."""


def bare(entry: str) -> str:
    """An entry without what stands around its number."""
    for pattern, by in _AROUND:
        entry = re.sub(pattern, by, entry)
    return entry


def has_decimal_commas(entries: list[str], delimiter: str) -> bool:
    """Whether a file's commas are decimal, from some of its entries.

    "1,234" alone may be either: behind a semicolon it is taken as decimal, as spreadsheets of
    such countries write it, otherwise as a thousand. "1.234.567" can only be theirs.
    """
    entries = [bare(entry.strip()) for entry in entries]
    commas = [entry for entry in entries if re.fullmatch(_WITH_COMMA, entry)]
    groups = [entry for entry in entries if re.fullmatch(_POINT_GROUPS, entry)]
    if any(entry.count(".") > 1 for entry in groups):
        return True
    if any(not re.fullmatch(_COMMA_GROUPS, entry) for entry in commas):
        return True
    points = {entry for entry in entries if re.fullmatch(_WITH_POINT, entry)} - {*groups}
    return bool(commas) and delimiter == ";" and not points


def is_column_with_decimal_commas(lines: list[str]) -> bool:
    """Whether commas never stand between entries: each line that has one is a number."""
    commas = [bare(line.strip()) for line in lines if "," in line]
    return bool(commas) and all(re.fullmatch(_WITH_COMMA, line) for line in commas)


def as_numbers(texts: pd.Series, decimal_commas: bool) -> Numbers | None:
    """A text column (R,) as numbers, None if it isn't one: with thousands set apart, and signs."""
    texts = texts.astype("str").str.strip()
    known = int(texts.notna().sum())
    sample = texts.dropna().iloc[:SAMPLE]
    if not known or as_floats(sample, decimal_commas).values.isna().all():
        return None  # not a single one: spare the time for the rest
    numbers = as_floats(texts, decimal_commas)
    return numbers if int(numbers.values.notna().sum()) >= NUMBERS_PART * known else None


def as_floats(texts: pd.Series, decimal_commas: bool) -> Numbers:
    """Each text as a number, NaN where it is none. One reading of commas holds for all of them."""
    repairs: list[tuple[str, str]] = []

    def repair(pattern: str, by: str = "") -> None:
        nonlocal texts
        repaired = texts.str.replace(pattern, by, regex=True)
        if not repaired.equals(texts):
            repairs.append((pattern, by))
            texts = repaired

    for pattern, by in _AROUND:
        repair(pattern, by)
    if texts.str.fullmatch(_SPACE_GROUPS, na=False).any():
        repair(_BETWEEN_GROUPS)
    with_comma = texts.str.contains(",", regex=False, na=False)
    commas, others = texts[with_comma], texts[~with_comma].dropna()
    points = others[others.str.contains(".", regex=False)]
    grouped = bool(points.str.fullmatch(_POINT_GROUPS).all())
    how = ""
    if len(commas):
        groups = commas.str.fullmatch(_COMMA_GROUPS)
        sure = commas.str.count(",").gt(1) | commas.str.contains(".", regex=False)
        decimal = decimal_commas or (commas.str.fullmatch(_WITH_COMMA) & ~groups).any()
        if groups.mean() >= NUMBERS_PART and (not decimal or (groups & sure).any()):
            repair(",")
            how = "commas as thousands separators"
        else:
            repair(r"\." if grouped else r"\.(?=.*,)")
            repair(",", ".")
            how = "" if decimal_commas else "decimal commas"
    elif len(points) and grouped and (decimal_commas or points.str.count(r"\.").gt(1).any()):
        repair(r"\.")
        how = "points as thousands separators"
    values = pd.to_numeric(texts, errors="coerce").astype(np.float64)
    return Numbers(values, how, tuple(repairs))


def not_numbers(texts: pd.Series, numbers: pd.Series) -> list[str]:
    """A sentence on the entries of a column that are none, if there are any."""
    wrong = texts[numbers.isna() & texts.notna()]
    if wrong.empty:
        return []
    are = counted(len(wrong), "cell isn't a number", "cells aren't numbers")
    return [f"In {texts.name} {are}, taken as missing: {listed(map(repr, wrong.unique()))}."]
