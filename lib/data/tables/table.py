"""A table as it came: `Table`, with what its columns hold and which of them to start from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lib.data.caches import remembered
from lib.experiment import LIMITS, ExperimentError
from lib.text import MONTHS

if TYPE_CHECKING:  # importing pandas takes 0.25 s, which a first visitor shouldn't wait for
    import pandas as pd

MAX_COLUMNS = int(LIMITS["F"].maximum)
"""How many features the input columns can make, and how many target columns there can be."""
MOST_TEXTS = 1000  # so many different texts a column can have at most to be kept as categories
KINDS = {
    "number": "numbers",
    "category": "categories",
    "date": "dates that label the rows",
    "out": "left out",
}
"""What a column can be read as (see `DataSettings.types`), and the words for it."""
_FEWEST_COUNTED = 6  # with fewer rows a column isn't taken for row numbers
_ROW_NUMBER_NAMES = {"id", "index", "row", "row number", "unnamed: 0"}
_WIDE_NAMES = (
    [rf"{name}[a-z]*\.?|m?0?{k}" for k, name in enumerate(MONTHS, 1)],
    [rf"q(uarter )?{k}|{k}\. ?quarter" for k in range(1, 5)],
)
"""Names of the columns of wide tables: months, or quarters."""


class WindowError(ExperimentError):
    """A table that can't be cut as asked. The message says what is needed and what is there."""


class TooShortError(WindowError):
    """Too few rows for the timesteps and the horizon, or for the chosen season."""

    def __init__(self, message: str, cure: Mapping[str, int] | None = None) -> None:
        super().__init__(message)
        self.cure = cure or {}
        """Settings that the rows would do for, by URL key; empty where none would."""


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Table:
    """A table: columns of numbers and of texts, its rows in time order or series by series."""

    name: str  # its name on the screen: "Seattle weather", "sales.csv"
    frame: pd.DataFrame
    """Float64 columns, NaN where a value is missing, and columns of texts as categories."""
    times: pd.Index | None = None
    """A label for each row (a DatetimeIndex or texts); None means row numbers."""
    step: str = "row"  # what lies between two rows (of one series): "day", "quarter", …
    notes: tuple[str, ...] = ()  # sentences on what was done while the data were read
    inputs: tuple[str, ...] = ()  # the columns to start from as inputs; empty means all numbers
    targets: tuple[str, ...] = ()
    """The columns to start from as targets; empty means the last one that isn't constant."""
    units: Mapping[str, str] = field(default_factory=dict)  # units by column, where they are known
    source: str = ""  # where it is from, with its licence
    series: str = ""  # the column that seems to identify series; empty where there is none
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Settings that suit it, by URL key: arrays have their own T, horizon and split."""
    labels: tuple[str, ...] = ()  # the columns that the times were read from
    sheets: tuple[str, ...] = ()  # all sheets of the workbook that it is from
    sheet: str = ""  # the one of them that was read
    fingerprint: str = ""
    """The SHA-256 of a person's own file, in hexadecimal digits; its bytes aren't kept."""

    @property
    def numbers(self) -> tuple[str, ...]:
        """The names of the columns of numbers."""
        return tuple(f"{name}" for name, of in self.frame.dtypes.items() if of.kind in "iuf")

    @property
    def categories(self) -> tuple[str, ...]:
        """The names of the columns of texts."""
        dtypes = self.frame.dtypes
        return tuple(f"{name}" for name, of in dtypes.items() if of.name == "category")


@remembered
def default_columns(table: Table) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Inputs and targets to start from, where the person hasn't chosen.

    All columns of numbers are inputs (at most 16, the target among them), except the one that
    identifies series, those that number the rows, and those whose first value is in the later half,
    since rows before it can't be used. The target is the last one that isn't constant.
    """
    numbers = table.frame[[name for name in table.numbers if name != table.series]]
    if numbers.empty:
        raise WindowError(
            f"the only column of numbers, {table.series!r}, tells series apart, and another one is "
            "needed to be predicted: choose what tells them apart, or add a column."
        )
    numbers = numbers.drop(columns=row_numbers(numbers))
    earlier = numbers.iloc[: len(numbers) // 2 + 1].notna().any()
    names = tuple(str(name) for name in numbers.columns if earlier[name] or not earlier.any())
    targets = table.targets
    if not targets:
        lowest, highest = numbers.min(), numbers.max()
        varied = [name for name in names if lowest[name] < highest[name]]
        targets = (varied[-1] if varied else names[-1],)
    inputs = table.inputs or names
    if len(inputs) > MAX_COLUMNS:
        others = [name for name in inputs if name not in targets]
        allowed = {*others[: MAX_COLUMNS - len(targets)], *targets}
        inputs = tuple(name for name in inputs if name in allowed)
    return inputs, targets


def row_numbers(numbers: pd.DataFrame) -> list[str]:
    """The columns of numbers that count the rows; [] where no other column is left."""
    counters = [f"{name}" for name in numbers.columns if counts_rows(numbers[name])]
    return counters if len(counters) < len(numbers.columns) else []


def counts_rows(column: pd.Series) -> bool:
    """Whether a column of numbers counts the rows from 0 or 1, or is an id by its name."""
    values = column.to_numpy()
    if len(values) < _FEWEST_COUNTED or not (values % 1 == 0).all():  # nor where one is missing
        return False
    if str(column.name).strip().lower() in _ROW_NUMBER_NAMES and column.is_unique:
        return True
    steps = values[1:] - values[:-1]
    return values.min() in (0, 1) and bool((steps == 1).all() or (steps == -1).all())


def wide_columns(table: Table) -> list[str]:
    """The columns of months, or of quarters, in a table with a row a year; [] where it isn't so."""
    for words in _WIDE_NAMES if table.step == "year" else ():
        names = [
            [n for n in table.numbers if re.fullmatch(word, n.strip(), re.IGNORECASE)]
            for word in words
        ]
        if all(len(each) == 1 for each in names):
            return [name for [name] in names]
    return []
