"""All entries of a file on their way to a `Table`: `Entries`, and the names above its columns."""

import re
from dataclasses import dataclass, field
from itertools import count, pairwise
from typing import Any

import pandas as pd

from lib.data.tables.texts import bare
from lib.text import counted, listed

MISSING = ["-", "--", "?", ".", "..", "–", "—"]
"""Marks of a missing value besides pandas's own (an empty entry, NA, NaN, null, …)."""
NUMBERED_COLUMNS = "The first {} holds values, not names, so the columns are numbered."
_UNKNOWN = {"", "na", "n/a", "#n/a", "nan", "null", "none", *MISSING}
_VALUE = re.compile(r"[+-]?[\d.,][\d.,:/TZQ+%'e \u00a0\u202f-]*|[+-]?inf", re.IGNORECASE)
_WORDS_OF_DATES = re.compile(
    r"\b(jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?|aug(ust)?|sept?(ember)?"
    r"|oct(ober)?|nov(ember)?|dec(ember)?|[ap]m|utc)\b",
    re.IGNORECASE,
)


@dataclass(slots=True, eq=False)
class Entries:
    """A file's entries, and facts about them."""

    frame: pd.DataFrame  # numbers, texts, or dates, as far as the file or pandas distinguishes them
    notes: list[str] = field(default_factory=list)  # what a person should know, a sentence each
    decimal_commas: bool = False
    cells: str = ""  # how a file of text was cut into cells, for where that may be wrong
    known: dict[str, Any] = field(default_factory=dict)
    """Fields of the `Table` that the file itself has: sheets, series, inputs, targets, settings."""

    def drop_empty_rows(self) -> None:
        """Leave out rows in which there is nothing; a column alone may have gaps."""
        empty = self.frame.isna().all(axis=1)
        if empty.any() and len(self.frame.columns) > 1:
            self.notes.append(f"{counted(int(empty.sum()), 'empty row')} left out.")
            self.frame = self.frame[~empty].reset_index(drop=True)


def has_header(first: list[str], body: list[list[str]]) -> bool:
    """Whether the first line holds names, judged by the lines below it.

    A text above values is a name. Where there is none, values in the first line make it data, with
    its texts above texts as in iris.data; unless they are years, or 0, 1, 2, … as pandas calls
    nameless columns.
    """
    known = {j: entry.strip() for j, entry in enumerate(first) if _is_known(entry)}
    values = [entry for entry in known.values() if is_value(entry)]
    names = [j for j, entry in known.items() if not is_value(entry)]
    if not values or not body or any(_holds_values(body, j) for j in names):
        return bool(names)
    numbers = [int(value) for value in values if value.isdecimal()]
    steps = {later - number for number, later in pairwise(numbers)}
    if len(numbers) < len(values) or not steps or min(steps) < 1:
        return False
    if names or (not first[0].strip() and _is_known(body[0][0])):  # a name, or an index's empty one
        return steps == {1} or (numbers[0] >= 1700 and numbers[-1] <= 2200)
    decimals = any(entry.strip() and not entry.strip().isdecimal() for entry in body[0])
    return steps == {1} and numbers[0] == 0 and len(numbers) > 2 and decimals


def is_value(entry: str) -> bool:
    """Whether an entry holds a number or a date rather than a name."""
    entry = bare(entry.strip())
    if any(char.isdigit() for char in entry):
        entry = _WORDS_OF_DATES.sub("1", entry)
    return _VALUE.fullmatch(entry) is not None


def _is_known(entry: str) -> bool:
    return entry.strip().lower() not in _UNKNOWN


def _holds_values(body: list[list[str]], j: int) -> bool:
    """Whether most entries of column `j` are values."""
    entries = [row[j] for row in body[:100] if j < len(row) and _is_known(row[j])]
    return 2 * sum(map(is_value, entries)) > len(entries)


def unique_names(entries: list[str]) -> tuple[list[str], list[str]]:
    """Names that are all different and never empty, and notes on what was changed."""
    wanted = [" ".join(entry.split()) or f"column {i + 1}" for i, entry in enumerate(entries)]
    names, twice = list[str](), list[str]()
    for name in wanted:
        others = (f"{name} ({k})" for k in count(2))
        if name in names:
            twice.append(next(each for each in others if each not in (*names, *wanted)))
        names.append(twice[-1] if name in names else name)
    return names, [f"Names that stand twice were numbered: {listed(twice)}."] if twice else []
