"""Texts → numbers, where commas and points may be decimal marks or thousands separators."""

import re
from typing import NamedTuple

import numpy as np
import pandas as pd

from lib.text import counted, listed

NUMBERS_SHARE = 0.9  # a column is one of numbers if at least this share of its entries are numbers
SAMPLE = 200  # this many entries decide whether the rest of a column is worth reading

_SPACE = "[ '’\u00a0\u2009\u202f]"
_SPACE_GROUPS = rf"[+-]?\d{{1,3}}(?:{_SPACE}\d{{3}})+(?:[.,]\d*)?"  # 1 234,5
_SPACE_BETWEEN_GROUPS = rf"(?<!\d{{4}}){_SPACE}(?=\d{{3}}(?!\d))"
COMMA_GROUPS = r"[+-]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d*)?"  # 1,234.5
POINT_GROUPS = r"[+-]?[1-9]\d{0,2}(?:\.\d{3})+(?:,\d*)?"  # 1.234,5
DECIMAL_COMMA = r"[+-]?[\d.]*,\d+(?:[eE][+-]?\d+)?"
DECIMAL_POINT = r"[+-]?\d*\.\d+(?:[eE][+-]?\d+)?"
_AROUND_A_NUMBER = (
    ("\u2212", "-"),  # a typographic minus
    (r"^\(([^()a-z]*)\)$", r"-\1"),  # a minus as accountants write it
    (r"^([+-]?)[$€£¥] ?", r"\1"),
    (r" ?[%€$£¥]$", ""),
)
"""Characters around a number in a text, and their replacement."""


class Numbers(NamedTuple):
    """A column that was read as numbers, and in words how commas and points were, if in doubt."""

    values: pd.Series  # (R,) float64, NaN where an entry isn't a number
    reading: str


def bare(entry: str) -> str:
    """An entry without currency, percent sign and typographic minus."""
    for pattern, replacement in _AROUND_A_NUMBER:
        entry = re.sub(pattern, replacement, entry)
    return entry


def as_numbers(texts: pd.Series, decimal_commas: bool) -> Numbers | None:
    """A text column (R,) as numbers; None unless most of its entries are numbers."""
    texts = texts.astype("str").str.strip()
    known = int(texts.notna().sum())
    sample = texts.dropna().iloc[:SAMPLE]
    if not known or parse_numbers(sample, decimal_commas).values.isna().all():
        return None  # not a single number: spare the time for the rest
    numbers = parse_numbers(texts, decimal_commas)
    return numbers if int(numbers.values.notna().sum()) >= NUMBERS_SHARE * known else None


def parse_numbers(texts: pd.Series, decimal_commas: bool) -> Numbers:
    """Each text (R,) as a number, NaN where it is none; all commas are read in the same way.

    With `decimal_commas` the file's other columns have them.
    """
    for pattern, replacement in _AROUND_A_NUMBER:
        texts = texts.str.replace(pattern, replacement, regex=True)
    if texts.str.fullmatch(_SPACE_GROUPS, na=False).any():
        texts = texts.str.replace(_SPACE_BETWEEN_GROUPS, "", regex=True)
    has_comma = texts.str.contains(",", regex=False, na=False)
    with_comma, others = texts[has_comma], texts[~has_comma].dropna()
    with_point = others[others.str.contains(".", regex=False)]
    points_may_group = bool(with_point.str.fullmatch(POINT_GROUPS).all())
    reading = ""
    if len(with_comma):
        if _commas_group_thousands(with_comma, decimal_commas):
            texts = texts.str.replace(",", "", regex=False)
            reading = "commas as thousands separators"
        else:
            # Points are thousands separators in front of a comma, or if they can be in all texts.
            points = r"\." if points_may_group else r"\.(?=.*,)"
            texts = texts.str.replace(points, "", regex=True).str.replace(",", ".", regex=False)
            reading = "" if decimal_commas else "decimal commas"
    elif points_may_group and (
        (decimal_commas and len(with_point)) or with_point.str.count(r"\.").gt(1).any()
    ):
        texts = texts.str.replace(".", "", regex=False)
        reading = "points as thousands separators"
    return Numbers(pd.to_numeric(texts, errors="coerce").astype(np.float64), reading)


def _commas_group_thousands(texts: pd.Series, decimal_commas: bool) -> bool:
    """Whether the commas of these texts, which all have one, are thousands separators."""
    may_group = texts.str.fullmatch(COMMA_GROUPS)
    if may_group.mean() < NUMBERS_SHARE:
        return False
    must_group = may_group & (texts.str.count(",").gt(1) | texts.str.contains(".", regex=False))
    is_decimal = decimal_commas or (texts.str.fullmatch(DECIMAL_COMMA) & ~may_group).any()
    return bool(must_group.any()) or not is_decimal


def not_numbers_note(texts: pd.Series, numbers: pd.Series) -> list[str]:
    """A sentence on the entries of a column that aren't numbers, if there are any."""
    wrong = texts[numbers.isna() & texts.notna()]
    if wrong.empty:
        return []
    are = counted(len(wrong), "cell isn't a number", "cells aren't numbers")
    return [f"In {texts.name} {are}, taken as missing: {listed(map(repr, wrong.unique()))}."]
