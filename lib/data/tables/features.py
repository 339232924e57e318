"""Columns → features: numbers as they are, texts as categories (one-hot), dates by the calendar."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeAlias, cast

import numpy as np

from lib.data.caches import remembered
from lib.data.tables.table import MAX_COLUMNS, Table, WindowError, wide_columns
from lib.experiment import DataSettings
from lib.text import listed

if TYPE_CHECKING:
    import pandas as pd

MOST_CATEGORIES = 12  # of more categories the rarest share one feature

_Feature: TypeAlias = tuple[str, Callable[[], np.ndarray]]
"""A feature's name, and what computes it, (R,) float64."""

CALENDAR: dict[str, Callable[[pd.DatetimeIndex], np.ndarray]] = {
    "hour of day": lambda times: (times.hour + times.minute / 60).to_numpy() / 24,
    "day of week": lambda times: times.day_of_week.to_numpy() / 7,
    "month of year": lambda times: (times.month.to_numpy() - 1) / 12,
}
"""What dates can be as an input: its name → which part of the round has passed, 0 to 1, (R,).
Each makes two features, the sine and the cosine of it, so that 23 o'clock is near to midnight."""


def prepared(table: Table, data: DataSettings) -> Table:
    """The table as `types` and `wide` say that it is to be read. Raises WindowError."""
    if not data.types and not (data.wide == "unroll" and wide_columns(table)):
        return table
    from lib.data.tables.types import reread  # noqa: PLC0415  brings pandas along

    return reread(table, data.types, data.wide)


def calendar_names(table: Table) -> tuple[str, ...]:
    """The inputs that a table's dates can be: those that differ from row to row."""
    times = cast("pd.DatetimeIndex | None", table.times)
    if times is None or times.dtype.kind != "M" or times.hasnans:
        return ()
    some = times[:: max(1, len(times) // 1000)]
    return tuple(
        name
        for name, part in CALENDAR.items()
        if name not in table.frame.columns and np.ptp(part(some)) > 0
    )


@remembered
def feature_names(table: Table, inputs: tuple[str, ...]) -> list[str]:
    """F names of the features that these inputs make. Raises WindowError for an unknown column."""
    return [name for column in inputs for name, _ in _features_of(table, column)]


def features(table: Table, inputs: Sequence[str]) -> tuple[list[str], list[np.ndarray]]:
    """The features of these inputs: F names, and F columns (R,) float64, NaN where missing."""
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
    """The names of an input's features, and what computes each."""
    if column in table.numbers:
        return [(column, lambda: table.frame[column].to_numpy(np.float64))]
    if column in table.categories:
        return _one_hot(table.frame[column], column)
    if column in calendar_names(table):
        return on_a_circle(column, table.times)
    there = [*table.numbers, *table.categories, *calendar_names(table)]
    raise WindowError(f"the input column {column!r} isn't in {table.name}, which has {there}.")


def on_a_circle(name: str, times: pd.Index | None) -> list[_Feature]:
    """The sine and the cosine of where a time is in the round of `CALENDAR`."""

    def wave(of: np.ufunc) -> np.ndarray:
        return of(2 * np.pi * CALENDAR[name](cast("pd.DatetimeIndex", times)))

    return [(f"{name} (sin)", lambda: wave(np.sin)), (f"{name} (cos)", lambda: wave(np.cos))]


def _one_hot(texts: pd.Series, column: str) -> list[_Feature]:
    """A feature for each category, 1 where a row has it; missing ones are 0 in all."""
    counts = texts.value_counts()
    names = [name for name in counts.index if counts[name] > 0]
    kept = len(names) if len(names) <= MOST_CATEGORIES else MOST_CATEGORIES - 1
    groups = {f"{name}": [name] for name in sorted(names[:kept], key=str)}
    if others := names[kept:]:
        groups["other"] = [*groups.get("other", []), *others]

    def is_in(own: list[object]) -> Callable[[], np.ndarray]:
        return lambda: texts.isin(own).to_numpy(np.float64)

    return [(f"{column} = {name}", is_in(own)) for name, own in groups.items()]
