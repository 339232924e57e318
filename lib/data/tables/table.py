"""A table as it came: `Table`, the columns to start from, and the features that columns make.

Numbers are features as they are, texts as categories (one-hot), dates by the calendar.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import numpy as np

from lib.data.caches import cached_with_object
from lib.experiment import LIMITS, ExperimentError
from lib.text import MONTHS, counted, listed

if TYPE_CHECKING:  # importing pandas takes 0.25 s, which a first visitor shouldn't wait for
    import pandas as pd

MAX_COLUMNS = int(LIMITS["F"].maximum)  # the most features of inputs, and the most target columns
MOST_TEXTS = 1000  # so many different texts a column can have at most to be kept as categories
KINDS = {  # what a column can be read as (see `DataSettings.types`), and the words for it
    "number": "numbers",
    "category": "categories",
    "date": "dates that label the rows",
    "out": "left out",
}
MAX_BYTES = 100 * 10**6  # the largest file that is read: 100 MB, as the file widget counts them
MIN_ROWS = 6  # two windows of two timesteps and a horizon of one: fewer teach nothing
MAX_WIDTH, MAX_CELLS = 1000, 20_000_000  # columns and cells that are read: they take a gigabyte
MOST_CATEGORIES = 12  # of more categories the rarest share one feature
_ROW_NUMBER_NAMES = {"id", "index", "row", "row number", "unnamed: 0"}
_WIDE_NAMES = (  # of the columns of wide tables: months, or quarters
    [rf"{name}[a-z]*\.?|m?0?{k}" for k, name in enumerate(MONTHS, 1)],
    [rf"q(uarter )?{k}|{k}\. ?quarter" for k in range(1, 5)],
)

_Feature: TypeAlias = tuple[str, Callable[[], np.ndarray]]  # its name, and what computes it, (R,)

CALENDAR: dict[str, Callable[[pd.DatetimeIndex], np.ndarray]] = {
    "hour of day": lambda times: (times.hour + times.minute / 60).to_numpy() / 24,
    "day of week": lambda times: times.day_of_week.to_numpy() / 7,
    "month of year": lambda times: (times.month.to_numpy() - 1) / 12,
}
"""What dates can be as an input: its name → which part of the round has passed, 0 to 1, (R,)."""


class UploadError(ValueError):
    """A file that can't be used. The message says what was expected and received, and the fix."""


def check_size(rows: int, columns: int) -> None:
    """Raise UploadError for a table that is too wide or has too many cells."""
    if columns > MAX_WIDTH or rows * columns > MAX_CELLS:
        raise UploadError(
            f"The table has {rows:,} rows of {counted(columns, 'cell')}, and at most {MAX_WIDTH:,} "
            f"columns and {MAX_CELLS:,} cells are read. Leave out columns or rows, or turn it "
            "round if a row isn't a timestep."
        )


class WindowError(ExperimentError):
    """A table that can't be cut as asked. The message says what is needed and what is there."""


class TooShortError(WindowError):
    """Too few rows for the timesteps and the horizon, or for the chosen season."""

    def __init__(self, message: str, cure: Mapping[str, int] | None = None) -> None:
        super().__init__(message)
        self.cure = cure or {}  # settings that the rows would do for, by URL key


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Table:
    """A table: columns of numbers and of texts, its rows in time order or series by series."""

    name: str  # its name on the screen: "Seattle weather", "sales.csv"
    frame: pd.DataFrame  # float64 columns, NaN where a value is missing, and texts as categories
    times: pd.Index | None = None  # a DatetimeIndex or texts for the rows; None means row numbers
    step: str = "row"  # what lies between two rows (of one series): "day", "quarter", …
    notes: tuple[str, ...] = ()  # sentences on what was done while the data were read
    inputs: tuple[str, ...] = ()  # the columns to start from as inputs; empty means all numbers
    targets: tuple[str, ...] = ()  # as targets; empty means the last one that isn't constant
    units: Mapping[str, str] = field(default_factory=dict)  # units by column, where they are known
    source: str = ""  # where it is from, with its licence
    series: str = ""  # the column that seems to identify series; empty where there is none
    settings: Mapping[str, Any] = field(default_factory=dict)  # those that suit it, by URL key
    labels: tuple[str, ...] = ()  # the columns that the times were read from
    sheets: tuple[str, ...] = ()  # all sheets of the workbook that it is from
    sheet: str = ""  # the one of them that was read
    fingerprint: str = ""  # the SHA-256 of a person's own file, in hexadecimal digits

    @property
    def numbers(self) -> tuple[str, ...]:
        """The names of the columns of numbers."""
        return tuple(f"{name}" for name, of in self.frame.dtypes.items() if of.kind in "iuf")

    @property
    def categories(self) -> tuple[str, ...]:
        """The names of the columns of texts."""
        dtypes = self.frame.dtypes
        return tuple(f"{name}" for name, of in dtypes.items() if of.name == "category")


@cached_with_object
def default_columns(table: Table) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the default input and target columns.

    All columns of numbers are inputs (at most 16, the target among them), except those that
    identify series or number the rows, and those whose first value is in the later half, since rows
    before it can't be used. The target is the last one that isn't constant.
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
    """Return columns that count the rows from 0 or 1, or are ids by name; [] if all do."""
    counters = list[str]()
    for name, column in numbers.items():
        values = column.to_numpy()
        if len(values) < MIN_ROWS or not (values % 1 == 0).all():  # nor where one is missing
            continue
        steps = np.diff(values)
        counts = values.min() in (0, 1) and ((steps == 1).all() or (steps == -1).all())
        is_id = f"{name}".strip().lower() in _ROW_NUMBER_NAMES
        if counts or (is_id and column.is_unique):
            counters.append(f"{name}")
    return counters if len(counters) < len(numbers.columns) else []


def wide_columns(table: Table) -> list[str]:
    """Return the columns of months, or quarters, of a table with a row a year; else []."""
    for words in _WIDE_NAMES if table.step == "year" else ():
        names = [
            [n for n in table.numbers if re.fullmatch(word, n.strip(), re.IGNORECASE)]
            for word in words
        ]
        if all(len(each) == 1 for each in names):
            return [name for [name] in names]
    return []


def calendar_names(table: Table) -> tuple[str, ...]:
    """Return the inputs that a table's dates can be: those that differ from row to row."""
    times = cast("pd.DatetimeIndex | None", table.times)
    if times is None or times.dtype.kind != "M" or times.hasnans:
        return ()
    some = times[:: max(1, len(times) // 1000)]
    return tuple(
        name
        for name, part in CALENDAR.items()
        if name not in table.frame.columns and np.ptp(part(some)) > 0
    )


@cached_with_object
def feature_names(table: Table, inputs: tuple[str, ...]) -> list[str]:
    """Return the F feature names of these inputs. Raises WindowError for an unknown column."""
    return [name for column in inputs for name, _ in _features_of(table, column)]


def features(table: Table, inputs: Sequence[str]) -> tuple[list[str], list[np.ndarray]]:
    """Return the features of these inputs: F names, and F columns (R,) float64, NaN if missing."""
    if not inputs:
        raise WindowError("at least one input column is needed, got none.")
    made = [feature for column in inputs for feature in _features_of(table, column)]
    if len(made) > MAX_COLUMNS:
        raise WindowError(
            f"inputs may make {MAX_COLUMNS} features at most, and {listed(inputs)} make "
            f"{len(made)}: a column of texts makes one for each of them. Leave out some."
        )
    return [name for name, _ in made], [values() for _, values in made]


def _features_of(table: Table, column: str) -> list[_Feature]:
    """Return the names of an input's features, and what computes each."""
    if column in table.numbers:
        return [(column, lambda: table.frame[column].to_numpy(np.float64))]
    if column in table.categories:
        return _one_hot(table.frame[column], column)
    if column in calendar_names(table):
        return on_a_circle(column, table.times)
    there = [*table.numbers, *table.categories, *calendar_names(table)]
    raise WindowError(f"the input column {column!r} isn't in {table.name}, which has {there}.")


def on_a_circle(name: str, times: pd.Index | None) -> list[_Feature]:
    """Return sine and cosine of a time's place in the cycle of `CALENDAR`: hour 23 nears hour 0."""

    def wave(of: np.ufunc) -> np.ndarray:
        return of(2 * np.pi * CALENDAR[name](cast("pd.DatetimeIndex", times)))

    return [(f"{name} (sin)", lambda: wave(np.sin)), (f"{name} (cos)", lambda: wave(np.cos))]


def _one_hot(texts: pd.Series, column: str) -> list[_Feature]:
    """Return a feature for each category, 1 where a row has it; missing ones are 0 in all."""
    counts = texts.value_counts()
    names = [*counts[counts > 0].index]
    kept = len(names) if len(names) <= MOST_CATEGORIES else MOST_CATEGORIES - 1
    groups = {f"{name}": [name] for name in sorted(names[:kept], key=str)}
    if others := names[kept:]:
        groups["other"] = [*groups.get("other", []), *others]

    def is_in(own: list[object]) -> Callable[[], np.ndarray]:
        return lambda: texts.isin(own).to_numpy(np.float64)

    return [(f"{column} = {name}", is_in(own)) for name, own in groups.items()]
