"""A `Table` as it was read from a file, its default columns, and the features of its columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import numpy as np

from lib.data.caches import cached_with_object
from lib.experiment import LIMITS, ExperimentError
from lib.text import counted, listed

if TYPE_CHECKING:  # importing pandas takes 0.25 s: the first page shouldn't wait for it
    import pandas as pd

MAX_COLUMNS = int(LIMITS["F"].maximum)  # the maximum for input features and for target columns
MAX_BYTES = 100 * 10**6  # the largest file: 100 MB, as the file widget counts them
MIN_ROWS = 6  # for two windows of two timesteps with targets one row ahead
MAX_WIDTH, MAX_CELLS = 1000, 20_000_000  # the most columns and cells (20 million cells take 1 GB)
MOST_CATEGORIES = 12  # with more, the rarest categories share one feature, or one class
_ROW_NUMBER_NAMES = {"id", "index", "row", "row number", "unnamed: 0"}

_Feature: TypeAlias = tuple[str, Callable[[], np.ndarray]]  # a name, and a function returning (R,)

CALENDAR: dict[str, Callable[[pd.DatetimeIndex], np.ndarray]] = {
    "hour of day": lambda times: (times.hour + times.minute / 60).to_numpy() / 24,
    "day of week": lambda times: times.day_of_week.to_numpy() / 7,
    "month of year": lambda times: (times.month.to_numpy() - 1) / 12,
}
"""Calendar inputs by name: a function from dates (R,) to their place in the cycle, 0 to 1."""


class UploadError(ValueError):
    """Raised for an unusable file. The message says what was expected and received, and a fix."""


def check_size(rows: int, columns: int) -> None:
    """Raise UploadError for a table that is too wide or has too many cells."""
    if columns > MAX_WIDTH or rows * columns > MAX_CELLS:
        raise UploadError(
            f"The table is too large: {rows:,} rows of {counted(columns, 'cell')}. At most "
            f"{MAX_WIDTH:,} columns and {MAX_CELLS:,} cells are allowed. Remove columns or rows, "
            "or transpose the table if a row isn't a timestep."
        )


class WindowError(ExperimentError):
    """Raised if a table can't be cut into windows with these settings."""

    def __init__(self, message: str, timesteps: int = 0) -> None:
        super().__init__(message)
        self.timesteps = timesteps  # the most for which the table has enough rows; 0 if unknown


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Table:
    """A table of numbers and texts. Rows are in order of time; without times, in file order."""

    name: str  # shown on the screen: "Seattle weather", "sales.csv"
    frame: pd.DataFrame  # numbers as float64, NaN if missing, and texts as categories
    times: pd.Index | None = None  # a DatetimeIndex, or texts; None if rows are only numbered
    step: str = "row"  # the time between two rows of a series: "day", "quarter", …
    notes: tuple[str, ...] = ()  # sentences on how the data were read
    inputs: tuple[str, ...] = ()  # the default inputs; empty means all numbers
    targets: tuple[str, ...] = ()  # the default targets; empty means the last varying number
    units: Mapping[str, str] = field(default_factory=dict)  # known units by column
    source: str = ""  # source and license
    series: str = ""  # the column that seems to identify series; empty if there is none
    settings: Mapping[str, Any] = field(default_factory=dict)  # suggested settings, by URL key
    fingerprint: str = ""  # the SHA-256 of an uploaded file, in hexadecimal digits

    @property
    def numbers(self) -> tuple[str, ...]:
        """The names of the number columns."""
        return tuple(f"{name}" for name, dtype in self.frame.dtypes.items() if dtype.kind in "iuf")

    @property
    def categories(self) -> tuple[str, ...]:
        """The names of the text columns."""
        return tuple(f"{name}" for name, dtype in self.frame.dtypes.items() if dtype == "category")


@cached_with_object
def default_columns(
    table: Table, chosen: tuple[str, ...] = (), horizon: int = 0
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the default input and target columns; `chosen` are the targets, if not the default.

    The inputs are all number columns (at most 16, including the target), with three exceptions:
    the series column, row numbers, and columns that are empty in the first half of the table, since
    rows without a value can't be used. The target is the last input that isn't constant; if there
    is none, the last column of labels. A text target is an input, too, if it lies ahead and if
    there is room for all its categories, or if there are no numbers.
    """
    numbers = table.frame[[name for name in table.numbers if name != table.series]]
    texts = table.frame[[name for name in table.categories if name != table.series]]
    labels = tuple(f"{name}" for name, column in texts.items() if may_be_classes(column))
    if numbers.empty and not labels:
        raise WindowError(
            f"no column of {table.name} can be the target: expected a column of numbers, or of "
            "texts that repeat, besides the series column. Add a column."
        )
    counters = _counters(numbers)
    if len(counters) < len(numbers.columns):
        numbers = numbers.drop(columns=counters)
    earlier = numbers.iloc[: len(numbers) // 2 + 1].notna().any()
    names = tuple(str(name) for name in numbers.columns if earlier[name] or not earlier.any())
    targets = table.targets
    if not targets:
        lowest, highest = numbers.min(), numbers.max()
        varied = [name for name in names if lowest[name] < highest[name] and name not in counters]
        targets = (*(varied or labels or names)[-1:],)
    inputs = table.inputs or names or labels[-1:]
    if len(inputs) > MAX_COLUMNS:
        others = [name for name in inputs if name not in targets]
        allowed = {*others[: MAX_COLUMNS - len(targets)], *targets}
        inputs = tuple(name for name in inputs if name in allowed)
    own = tuple(n for n in chosen or targets if n in table.categories and n not in inputs)
    if own and horizon and len(feature_names(table, inputs + own)) <= MAX_COLUMNS:
        inputs += own
    return inputs, targets


def as_texts(column: pd.Series) -> pd.Series:
    """Return number columns as categories of texts ("7" for 7.0), and text columns unchanged."""
    if column.dtype == "category":
        return column
    column = column.astype("category")
    names = [f"{int(n)}" if n % 1 == 0 else f"{n}" for n in column.cat.categories]
    return column.cat.rename_categories(names)


@partial(cached_with_object, size=1)  # only one result, since a table may have a million rows
def retyped(table: Table, types: tuple[str, ...]) -> Table:
    """Return the table with some numbers as categories: `types` are texts such as "store:category".

    Other texts change nothing. Raises WindowError if no column is left to predict.
    """
    names = [name for name in table.numbers if f"{name}:category" in types]
    frame = table.frame.assign(**{name: as_texts(table.frame[name]) for name in names})
    inputs = tuple(name for name in table.inputs if name not in names)
    targets = tuple(name for name in table.targets if name not in names)
    made = replace(table, frame=frame, inputs=inputs, targets=targets)
    default_columns(made)
    return made


def may_be_classes(texts: pd.Series) -> bool:
    """Return whether a text column has at least two texts, and repeats them: ids don't."""
    return 2 <= texts.nunique() <= max(MOST_CATEGORIES, texts.count() / 2)


def label_columns(table: Table) -> dict[str, int]:
    """Return the number of classes by column: of texts, and of at most 12 whole numbers."""
    numbers = (name for name in table.numbers if not (table.frame[name].dropna() % 1).any())
    columns = {name: table.frame[name] for name in (*table.categories, *numbers)}
    columns.pop(table.series, None)
    counts = {name: column.nunique() for name, column in columns.items() if may_be_classes(column)}
    return {n: k for n, k in counts.items() if n in table.categories or k <= MOST_CATEGORIES}


def count_classes(table: Table, targets: Sequence[str]) -> int:
    """Return the number of classes of a single text target, at most 12; 0 for number columns."""
    if len(targets) != 1 or targets[0] not in table.categories:
        return 0
    return min(table.frame[targets[0]].nunique(), MOST_CATEGORIES)


def _counters(numbers: pd.DataFrame) -> list[str]:
    """Return columns that number rows from 0 or 1, or are ids by name."""
    counters = list[str]()
    for name, column in numbers.items():
        values = column.to_numpy()
        if len(values) < MIN_ROWS or not (values % 1 == 0).all():  # False for NaN
            continue
        steps = np.diff(values)
        is_counter = values.min() in (0, 1) and ((steps == 1).all() or (steps == -1).all())
        is_id = f"{name}".strip().lower() in _ROW_NUMBER_NAMES and column.is_unique
        if is_counter or is_id:
            counters.append(f"{name}")
    return counters


def calendar_names(table: Table) -> tuple[str, ...]:
    """Return the names of calendar inputs that vary between the rows of a table."""
    times = cast("pd.DatetimeIndex | None", table.times)
    if times is None or times.dtype.kind != "M" or times.hasnans:
        return ()
    sample = times[:: max(1, len(times) // 1000)]
    varying = (name for name, place in CALENDAR.items() if np.ptp(place(sample)) > 0)
    return tuple(name for name in varying if name not in table.frame.columns)


@cached_with_object
def feature_names(table: Table, inputs: tuple[str, ...]) -> list[str]:
    """Return the F feature names of input columns. Raises WindowError for an unknown column."""
    return [name for column in inputs for name, _ in _features_of(table, column)]


def features(table: Table, inputs: Sequence[str]) -> tuple[list[str], list[np.ndarray]]:
    """Return F names and arrays (R,) float64, NaN if missing, of inputs. Raises WindowError."""
    if not 1 <= len(set(inputs)) == len(inputs):
        raise WindowError(f"at least one input column is needed, each once, got {list(inputs)}.")
    made = [feature for column in inputs for feature in _features_of(table, column)]
    if len(made) > MAX_COLUMNS:
        raise WindowError(
            f"inputs can have at most {MAX_COLUMNS} features, and {listed(inputs)} have "
            f"{len(made)}. Each category of a text column is a feature. Remove some inputs."
        )
    return [name for name, _ in made], [values() for _, values in made]


def _features_of(table: Table, column: str) -> list[_Feature]:
    if column in table.numbers:
        return [(column, lambda: table.frame[column].to_numpy(np.float64))]
    if column in table.categories:
        return _one_hot(table.frame[column], column)
    if column in calendar_names(table):
        return on_a_circle(column, table.times)
    names = [*table.numbers, *table.categories, *calendar_names(table)]
    raise WindowError(f"the input column {column!r} isn't in {table.name}. Choose from {names}.")


def on_a_circle(name: str, times: pd.Index | None) -> list[_Feature]:
    """Return sine and cosine of times' places in a `CALENDAR` cycle: hour 23 is near hour 0."""

    def wave(function: np.ufunc) -> np.ndarray:
        return function(2 * np.pi * CALENDAR[name](cast("pd.DatetimeIndex", times)))

    return [(f"{name} (sin)", lambda: wave(np.sin)), (f"{name} (cos)", lambda: wave(np.cos))]


def _one_hot(texts: pd.Series, column: str) -> list[_Feature]:
    """Return a feature per category: 1 in rows of the category, 0 in other rows."""
    counts = texts.value_counts()
    names = [*counts[counts > 0].index]
    count = len(names) if len(names) <= MOST_CATEGORIES else MOST_CATEGORIES - 1
    groups = {f"{name}": [name] for name in sorted(names[:count], key=str)}
    if others := names[count:]:
        groups["other"] = [*groups.get("other", []), *others]

    def is_in(group: list[object]) -> Callable[[], np.ndarray]:
        return lambda: texts.isin(group).to_numpy(np.float64)

    return [(f"{column} = {name}", is_in(group)) for name, group in groups.items()]
