"""A table with some columns read otherwise than they were: what a person corrects.

Only what the table still has can be read anew: the file is gone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np

from lib.dataset import Mended
from lib.english import counted, joined, listed
from lib.experiment import DataSettings
from lib.tables.table import KINDS, MOST_TEXTS, Table, WindowError
from lib.tables.wide import unrolled

if TYPE_CHECKING:
    import pandas as pd

_TIMES = ("times", "order", "newest first")
_last: WeakKeyDictionary[Table, tuple[tuple[str, ...], Table]] = WeakKeyDictionary()
"""What `retyped` returned last for a table: each control of a page asks."""


def prepared(table: Table, data: DataSettings) -> Table:
    """The table as `types` and `wide` say that it is to be read. Raises WindowError."""
    table = retyped(table, data.types)
    return unrolled(table) if data.wide == "unroll" else table


def retyped(table: Table, types: tuple[str, ...]) -> Table:
    """The table with some columns read as they are said to be: "store:category", by `KINDS`.

    A number that becomes a category is its text; what isn't a number or a date is missing. A date
    labels the rows; another kind for the column that labels them leaves them in the file's order.

    Raises WindowError for a column or kind that there isn't, and for one that can't be read so.
    """
    if not types:
        return table
    last = _last.get(table)
    if last is None or last[0] != types:
        last = _last[table] = types, _Retyping(table).apply(dict(_wanted(table, types)))
    return last[1]


def _wanted(table: Table, types: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Each column with its kind."""
    names = [*table.frame.columns, *([] if table.label is None else table.label.columns)]
    for entry in types:
        column, _, kind = entry.rpartition(":")
        if kind not in KINDS:
            raise WindowError(
                f"{column or entry} can be read as one of {list(KINDS)}, got {kind!r}."
            )
        if column not in names:
            raise WindowError(
                f"the column {column!r}, to be read as {KINDS[kind]}, isn't in {table.name}, which "
                f"has {names}."
            )
        yield column, kind


class _Retyping:
    """A table on its way to another one."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.frame = table.frame.copy(deep=False)
        self.notes: list[str] = []
        self.mended: list[Mended] = []

    def apply(self, wanted: dict[str, str]) -> Table:
        """The table as it is wanted."""
        from lib.tables.order import Placed, place, unlabelled  # noqa: PLC0415  brings pandas along

        table = self.table
        labels = [] if table.label is None else list(table.label.columns)
        dates = [name for name, kind in wanted.items() if kind == "date" and name not in labels]
        if len(dates) > 1:
            raise WindowError(f"one column can label the rows, got {joined(dates)}.")
        loses = bool(dates) or any(wanted.get(name, "date") != "date" for name in labels)
        if loses and table.label is not None:
            self._unlabel(table.label, wanted)
        for name, kind in wanted.items():
            if kind == "out":
                self.frame = self.frame.drop(columns=name, errors="ignore")
            elif kind == "number":
                self._number(name)
            elif kind == "category":
                self._category(name)
        label = None if loses else table.label
        if dates:
            times = self._times(dates[0])
            label = self.frame[dates]
            self.frame = self.frame.drop(columns=dates)
            placed = place(self.frame, times, dates[0], self.notes, self.mended)
            label = label.iloc[placed.rows]
        elif loses:
            placed = unlabelled(self.frame, self.notes)
        else:
            series = table.series if table.series in self.frame.columns else ""
            rows = np.arange(len(self.frame))
            placed = Placed(self.frame, table.times, table.step, series, rows)  # type: ignore[arg-type]
        if placed.frame.select_dtypes("number").empty:
            raise WindowError(f"no column of numbers is left of {table.name}: leave one as it is.")
        before = [each for each in table.mended if not (loses and each[0] in _TIMES)]
        numbers = set(placed.frame.select_dtypes("number").columns)
        return replace(
            table,
            frame=placed.frame,
            times=placed.times,
            label=label,
            step=placed.step,
            series=placed.series,
            notes=(*table.notes, *self.notes),
            inputs=tuple(name for name in table.inputs if name in numbers),
            targets=tuple(name for name in table.targets if name in numbers),
            mended=(*before, *self.mended),
        )

    def _unlabel(self, label: pd.DataFrame, wanted: dict[str, str]) -> None:
        """Put the columns that the times were read from back, and the rows in the file's order."""
        for place, name in enumerate(label.columns):
            if label[name].dtype.kind != "M":
                self.frame.insert(place, name, label[name].array)
            elif wanted.get(name, "out") != "out":
                raise WindowError(
                    f"{name} holds more than {MOST_TEXTS:,} different dates, and can't be read as "
                    f"{KINDS[wanted[name]]}: leave it out, or let it label the rows."
                )
        self.frame = self.frame.iloc[np.argsort(label.index, kind="stable")].reset_index(drop=True)
        self.notes.append(f"{joined(list(label.columns))} no longer labels the rows.")

    def _number(self, name: str) -> None:
        from lib.tables.numbers import as_floats  # noqa: PLC0415  brings pandas along

        column = self.frame[name]
        if name in self.table.numbers or column.dtype.kind == "f":
            return
        texts = column.astype("str").str.strip()
        numbers = as_floats(texts, decimal_commas=False)
        wrong = texts[numbers.values.isna() & texts.notna()]
        if len(wrong) == texts.notna().sum():
            raise WindowError(
                f"no entry of {name} is a number: {listed(wrong.unique())}. Leave it as categories."
            )
        how = f" with {numbers.how}" if numbers.how else ""
        self.notes.append(f"{name} was read as numbers{how}.")
        if len(wrong):
            are = counted(len(wrong), "cell isn't one", "cells aren't any")
            self.notes.append(f"In {name} {are}: {listed(map(repr, wrong.unique()))}.")
        self.frame[name] = numbers.values
        self.mended.append(("numbers", name, sum(numbers.repairs, ())))

    def _category(self, name: str) -> None:
        from lib.tables.order import as_texts  # noqa: PLC0415  brings pandas along

        if name not in self.frame.select_dtypes("number").columns:
            return
        if (count := self.frame[name].nunique()) > MOST_TEXTS:
            raise WindowError(
                f"{name} has {count:,} different numbers, and at most {MOST_TEXTS:,} can be "
                "categories: leave it as numbers."
            )
        self.frame[name] = as_texts(self.frame[name])
        self.notes.append(f"{name} was read as categories.")
        self.mended.append(("texts", name, ()))

    def _times(self, name: str) -> pd.Series:
        """The column as times (R,), none missing."""
        from lib.tables.times import as_times  # noqa: PLC0415  brings pandas along

        column = self.frame[name]
        forced = column if column.dtype.kind == "f" else column.astype("str")
        times = as_times("year date", forced, decimal_commas=False)
        if times is None or times.values.isna().any():
            wrong = column if times is None else column[times.values.isna()]
            raise WindowError(
                f"{name} can't be read as dates, such as 2024-12-31, 31.12.2024 or 2024-12-31 "
                f"23:59, one in each row: got {listed(map(str, wrong.unique()))}."
            )
        self.notes.append(f"{name} labels the rows{times.how}.")
        self.mended.append(("times", name, (times.form, name)))
        return times.values
