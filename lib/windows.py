"""From a table to samples: windows of rows (N, T, F), and targets some rows ahead (N, T, K).

`y[n, t]` is the target `horizon` rows after row t of window n, so one set of windows serves both
modes. Time order is kept: the training part comes first, the validation part later, and no row is
in both. Nothing is read from files here (`lib.uploads`, `lib.datasets.series`) and nothing is
shuffled.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np

from lib.dataset import Dataset, Mended
from lib.english import counted, joined, listed
from lib.experiment import MAX_VALUES, MISSING, ExperimentError, limit_of

if TYPE_CHECKING:  # importing pandas takes 0.25 s, which a first visitor shouldn't wait for
    import pandas as pd

MAX_COLUMNS = int(limit_of("F").maximum)
"""How many input columns, and how many target columns, there can be."""
TRAIN_PART = 0.75
"""The part of the windows that is for training."""
_FARTHEST = 1e15
"""A standardised value beyond this would overflow when squared as float32."""


class WindowError(ExperimentError):
    """A table that can't be cut as asked. The message says what is needed and what is there."""


class TooShortError(WindowError):
    """Too few rows for the timesteps and the horizon."""

    def __init__(self, message: str, cure: Mapping[str, int]) -> None:
        super().__init__(message)
        self.cure = cure
        """Settings that the rows would do for, by URL key; empty where none would."""


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Table:
    """A table of numbers, its rows in time order."""

    name: str
    """What a person reads: "Seattle weather", "sales.csv"."""
    frame: pd.DataFrame
    """One row a time, numeric columns only, NaN where a value is missing."""
    times: pd.Index | None = None
    """A label for each row (a DatetimeIndex or texts); None means row numbers."""
    step: str = "row"
    """What lies between two rows: "day", "quarter", …"""
    notes: tuple[str, ...] = ()
    """What was done to the data on the way in, a sentence each."""
    inputs: tuple[str, ...] = ()
    """The columns to start from as inputs; empty means all."""
    targets: tuple[str, ...] = ()
    """The columns to start from as targets; empty means the last one that isn't constant."""
    units: Mapping[str, str] = field(default_factory=dict)
    """Units by column, where they are known."""
    source: str = ""
    """Where it is from, with its licence."""
    reading: Mapping[str, Any] = field(default_factory=dict)
    """Of a person's own file: what `pandas.read_csv` needs to read it, besides its name."""
    mended: tuple[Mended, ...] = ()
    """And what was then done to its entries, in this order."""


_usual_columns: WeakKeyDictionary[Table, tuple[tuple[str, ...], tuple[str, ...]]] = (
    WeakKeyDictionary()
)
"""What `default_columns` returned: every control of the sidebar asks, and a table may be long."""


def default_columns(table: Table) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Inputs and targets to start from, where the person hasn't chosen.

    All columns are inputs (at most 16, the target among them), but for those whose first value is
    in the later half: rows before it can't be used. The target is the last one that isn't constant.
    """
    if table in _usual_columns:
        return _usual_columns[table]
    earlier = table.frame.iloc[: len(table.frame) // 2 + 1].notna().any()
    names = tuple(str(name) for name in table.frame.columns if earlier[name] or not earlier.any())
    targets = table.targets
    if not targets:
        lowest, highest = table.frame.min(), table.frame.max()
        varied = [name for name in names if lowest[name] < highest[name]]
        targets = (varied[-1] if varied else names[-1],)
    inputs = table.inputs or names
    if len(inputs) > MAX_COLUMNS:
        others = [name for name in inputs if name not in targets]
        allowed = {*others[: MAX_COLUMNS - len(targets)], *targets}
        inputs = tuple(name for name in inputs if name in allowed)
    _usual_columns[table] = inputs, targets
    return inputs, targets


def _split(rows: int, timesteps: int, horizon: int) -> tuple[int, int]:
    """How many windows are for training and how many, that share no row with these, for validation.

    A window covers `timesteps + horizon` rows, targets included. `TRAIN_PART` comes first. Raises
    TooShortError where there aren't two windows that share no row.
    """
    span = timesteps + horizon
    windows = rows - 2 * span + 2  # in both parts; as many again as fit in a span are lost
    if windows < 2:
        cure = _cure(rows // 2, timesteps, horizon)
        names = {"T": "T", "horizon": "a horizon"}
        choices = joined([f"{names[key]} ≤ {value}" for key, value in cure.items()])
        raise TooShortError(
            f"{timesteps} timesteps and a horizon of {horizon} need at least {2 * span} rows (one "
            f"window to learn from, one to check on), but there are {rows}: "
            f"{f'choose {choices}, or ' if cure else ''}add rows.",
            cure,
        )
    train = min(max(round(windows * TRAIN_PART), 1), windows - 1)
    return train, windows - train


def _cure(longest_span: int, timesteps: int, horizon: int) -> dict[str, int]:
    """The nearest settings whose span fits: a smaller T, else a shorter horizon, else both."""
    if longest_span - horizon >= 2:
        return {"T": longest_span - horizon}
    if longest_span - timesteps >= 1:
        return {"horizon": longest_span - timesteps}
    return {"T": longest_span - 1, "horizon": 1} if longest_span >= 3 else {}


def make_windows(
    table: Table,
    inputs: Sequence[str],
    targets: Sequence[str],
    timesteps: int,
    *,
    horizon: int = 1,
    missing: str = "fill",
    name: str = "upload",
) -> Dataset:
    """Cut a table into windows.

    Args:
        table: the rows, in time order.
        inputs: F names of columns.
        targets: K names of columns; they may be inputs too.
        timesteps: T, the rows that a model reads.
        horizon: how many rows after each of them its target is.
        missing: a key of `MISSING`: gaps are filled with the last known value, or rows that have
            any are dropped.
        name: the dataset's key in `DATASETS`.

    Returns:
        A dataset of x (N, T, F) and y (N, T, K), both standardised with the mean and deviation of
        the training rows. Where that would be more than `MAX_VALUES` numbers, every k-th window.

    Raises:
        WindowError: for an unknown column, none or too many.
        TooShortError: it says which rows were dropped, too.
    """
    inputs, targets = tuple(inputs), tuple(targets)
    _check_columns(table, inputs, "input")
    _check_columns(table, targets, "target")
    frame, times, notes = _without_gaps(table, [*inputs, *targets], missing)
    try:
        train, validation = _split(len(frame), timesteps, horizon)
    except TooShortError as error:
        dropped = notes[-1:] if len(frame) < len(table.frame) else []
        raise TooShortError(" ".join([f"{error}", *dropped]), error.cure) from None

    boundary = train + timesteps + horizon - 1  # training windows use the rows before this one
    x_rows, _, _, flat = _standardise(frame, inputs, boundary)
    y_rows, offset, scale, flat_targets = _standardise(frame, targets, boundary)
    notes += [
        f"{column} is the same in all training rows, so nothing can be learned from it."
        for column in dict.fromkeys(flat + flat_targets)
    ]

    widest = max(len(inputs), len(targets))
    every = math.ceil((train + validation) * timesteps * widest / MAX_VALUES)
    first = np.arange(0, train, every)
    later = np.arange(boundary, boundary + validation, every)
    if every > 1:
        notes.append(
            f"Every {_ordinal(every)} window is used, {len(first) + len(later):,} of "
            f"{train + validation:,}: more would be over {MAX_VALUES:,} numbers."
        )
    starts = np.concatenate([first, later])
    rows = starts[:, None] + np.arange(timesteps)
    last_known, first_unknown = _labels(times, [boundary - 1, boundary])
    notes.append(
        f"Rows up to {last_known} are for training and rows from {first_unknown} on for "
        "validation; none is in both."
    )
    ends = zip(_labels(times, rows[:, 0]), _labels(times, rows[:, -1]), strict=True)
    names = tuple(f"{begin} to {_without_day(end, begin)}" for begin, end in ends)
    notes.append("Columns are standardised with the mean and deviation of the training rows.")
    units = {table.units.get(column, "") for column in targets}
    lead = f"one {table.step}" if horizon == 1 else f"{horizon} {table.step}s"
    return Dataset(
        name=name,
        title=table.name,
        x=x_rows[rows],
        y=y_rows[rows + horizon],
        train=len(first),
        feature_names=inputs,
        target_names=targets,
        timestep_names=tuple(
            f"{t + 1}" if table.step == "row" else f"{table.step} {t + 1}" for t in range(timesteps)
        ),
        naive=y_rows[rows],
        naive_label="guessing tomorrow as today" if lead == "one day" else "guessing no change",
        target_scale=scale,
        target_offset=offset,
        target_unit=units.pop() if len(units) == 1 else "",
        sample_names=names,
        lead=lead,
        about=f"At every step, {joined(targets)} {lead} ahead, from {joined(inputs)}.",
        notes=(*table.notes, *notes),
        source=table.source,
        reading=table.reading,
        mended=table.mended,
    )


def _check_columns(table: Table, columns: tuple[str, ...], role: str) -> None:
    names = [str(name) for name in table.frame.columns]
    for column in columns:
        if column not in names:
            raise WindowError(
                f"the {role} column {column!r} isn't a number column of {table.name}, which has "
                f"{names}."
            )
    if not 1 <= len(set(columns)) == len(columns) <= MAX_COLUMNS:
        raise WindowError(
            f"1 to {MAX_COLUMNS} different {role} columns are allowed, got {len(columns)}: "
            f"{list(columns)}."
        )


def _without_gaps(
    table: Table, columns: list[str], missing: str
) -> tuple[pd.DataFrame, pd.Index | None, list[str]]:
    """The rows that can be used, their labels, and notes: the last one on rows that can't.

    Fills look at the past only.
    """
    if missing not in MISSING:
        raise WindowError(f"missing must be one of {list(MISSING)}, got {missing!r}.")
    frame = table.frame[list(dict.fromkeys(columns))].astype(np.float64)
    gaps = int(frame.isna().to_numpy().sum())
    if not gaps:
        return frame, table.times, []
    notes = []
    if missing == "fill":
        frame = frame.ffill()
        filled = gaps - int(frame.isna().to_numpy().sum())
        if filled:
            notes.append(
                f"{counted(filled, 'missing value was', 'missing values were')} filled with the "
                "last known value."
            )
    known = frame.notna()
    keep = known.all(axis=1).to_numpy()
    dropped = int((~keep).sum())
    if dropped:
        which = listed([name for name in frame.columns if not known[name].all()])
        why = (
            f"no earlier value of {which} is known to fill them with"
            if missing == "fill"
            else f"values of {which} are missing; windows run on across the gaps"
        )
        notes.append(f"{counted(dropped, 'row was', 'rows were')} dropped: {why}.")
    return frame[keep], None if table.times is None else table.times[keep], notes


def _standardise(
    frame: pd.DataFrame, columns: tuple[str, ...], boundary: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, list[str]]:
    """Rows (R, C) as float32, offsets and scales (C,) from the training rows, constant columns."""
    values = frame[list(columns)].to_numpy()
    known = values[:boundary]
    offset, scale = known.mean(axis=0), known.std(axis=0)
    constant = known.max(axis=0) == known.min(axis=0)
    constant |= scale <= 1e-12 * np.abs(offset)  # the rest is rounding
    scale = np.where(constant, 1.0, scale)
    scaled = (values - offset) / scale
    far = np.abs(scaled).max(axis=0)
    if far.max() > _FARTHEST:
        column = columns[int(far.argmax())]
        raise WindowError(
            f"{column} gets {far.max():.1g} deviations away from its mean in the training rows, "
            f"and at most {_FARTHEST:.0g} can be computed with: mend its values or leave it out."
        )
    flat = [columns[i] for i in np.flatnonzero(constant)]
    return scaled.astype(np.float32), offset, scale, flat


def _labels(times: pd.Index | None, rows: Sequence[int] | np.ndarray) -> list[str]:
    """A text for each of `rows`."""
    if times is None:
        return [f"row {row + 1}" for row in rows]
    import pandas as pd  # noqa: PLC0415

    chosen = times[np.asarray(rows)]
    if isinstance(times, pd.DatetimeIndex) and isinstance(chosen, pd.DatetimeIndex):
        # By all times, not those of these rows, so that all labels of a table have one form.
        hours = "" if (times == times.floor("D")).all() else " %H:%M"
        seconds = "" if (times == times.floor("min")).all() else ":%S"
        chosen = chosen.strftime(f"%Y-%m-%d{hours}{seconds}")
    return [str(time) for time in chosen]


def _without_day(end: str, begin: str) -> str:
    """A label of a time, without its day where that is the day of `begin` too."""
    day, _, time = end.partition(" ")
    return time if time and "-" in day and begin.startswith(f"{day} ") else end


def _ordinal(number: int) -> str:
    return {2: "second", 3: "third"}.get(number, f"{number}th")
