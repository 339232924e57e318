"""Records of a table's windows: the rows they were cut from, scales, seasons, baselines, errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, eq=False)
class Scale:
    """Mean and deviation of columns: each (C,), or (S, C) where each series has its own."""

    offset: np.ndarray
    deviation: np.ndarray

    @property
    def by_series(self) -> bool:
        """Whether each series has its own."""
        return self.offset.ndim == 2

    def of(self, series: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Offset and deviation for values of these series (…): (…, C), or (C,) if all share one."""
        if not self.by_series:
            return self.offset, self.deviation
        return self.offset[series], self.deviation[series]

    def standard(self, values: np.ndarray, series: np.ndarray) -> np.ndarray:
        """Standardise values (…, C) of these series (…)."""
        offset, deviation = self.of(series)
        return (values - offset) / deviation

    def raw(self, values: np.ndarray, series: np.ndarray) -> np.ndarray:
        """Convert standardised values (…, C) of these series (…) to the raw unit."""
        offset, deviation = self.of(series)
        return values * deviation + offset


class Season(NamedTuple):
    """The season of a table's targets in rows; 1 means none."""

    period: int  # found in the training rows, or chosen by the person; MASE and hints use it
    baseline: int
    """How far the seasonal baseline looks back: `period`, or the calendar's usual season where
    `period` is 1 or the value a period before is the last known one."""
    tried: tuple[int, ...] = ()  # all seasons that were compared in the training rows, increasing


@dataclass(frozen=True, slots=True, eq=False)
class Origin:
    """The R rows that windows were cut from, series after series, each in order of time.

    C target columns at H horizons make K = C·H: column c at horizon i is column c·H + i of y.
    """

    targets: np.ndarray  # the target columns in the raw unit, (R, C) float64
    inputs: np.ndarray
    """The features as the models see them, (R, F) float32: standardised by `x_scale`."""
    series: np.ndarray  # which series a row belongs to, (R,) int, 0 to S-1, never decreasing
    segment: np.ndarray
    """Which run of rows without a gap of time a row belongs to, (R,) int, never decreasing."""
    names: tuple[str, ...]  # S names of series; ("",) where all rows are one
    times: pd.Index | None  # a label for each row; None means row numbers
    step: str  # what lies between two rows: "day", "row", …
    starts: np.ndarray  # the row of each sample's first timestep, (N,) int
    rate: int  # rows from a timestep to the next
    horizons: tuple[int, ...]  # H times how many rows after its timestep a target lies
    training: np.ndarray  # whether a row belongs to the training part, (R,) bool
    season: Season
    time_format: str  # the `strftime` format of times; "" where times are texts
    columns: tuple[str, ...]  # C names of target columns
    x_scale: Scale
    y_scale: Scale  # standardises the K raw targets (or their changes, where these are the targets)
    every: int  # every k-th window is a sample, where all would be too many

    @property
    def period(self) -> int:
        """Rows of the season that was found or chosen; 1 means none."""
        return self.season.period

    @property
    def gaps(self) -> int:
        """How many gaps of time lie within series."""
        return int(self.segment[-1]) + 1 - len(self.names)

    def crosses_gap(
        self, timesteps: int, samples: int | slice | np.ndarray = slice(None)
    ) -> np.ndarray:
        """Which of the samples, (N,) bool, read or answer rows on both sides of a gap of time."""
        first = self.starts[samples]
        last = first + self.rate * (timesteps - 1) + max(self.horizons)
        return self.segment[first] != self.segment[last]

    def label(self, row: int) -> str:
        """The name of row 0 to R-1: its time, else its number in its series, from 1."""
        if self.times is None:
            return f"row {row - np.searchsorted(self.series, self.series[row]) + 1}"
        time = self.times[row]
        return time.strftime(self.time_format) if self.time_format else f"{time}"

    def rows(self, timesteps: int, samples: int | slice | np.ndarray = slice(None)) -> np.ndarray:
        """The rows that each sample reads, (N, T) int, or (T,) for one sample."""
        return self.starts[samples, None] + self.rate * np.arange(timesteps)


@dataclass(frozen=True, slots=True, eq=False)
class Baseline:
    """A guess without a recurrent layer at the last step of every sample: `last`, (N, K).

    Its name is a key of `lib.data.tables.baselines.BASELINES`; its label is for sentences:
    "guessing no change". `last` is in the unit of y.
    """

    name: str
    label: str
    last: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Score:
    """Errors of a model or a baseline at the last step by target column, in the raw unit, (K,).

    MASE is the mean absolute error over that of the value a season before (a row before, where
    there is no season), of all training rows within their series; NaN where that is 0. Hyndman and
    Koehler, "Another look at measures of forecast accuracy", 2006.
    """

    name: str  # a mode, or a key of `lib.data.tables.baselines.BASELINES`
    label: str
    mae: np.ndarray
    rmse: np.ndarray
    mase: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class KnownErrors:
    """The errors of all guesses on data whose rows are hidden: see `lib.results.redaction`."""

    naive_mse: np.ndarray  # `Dataset.naive_mse`, (T,)
    naive_losses: Mapping[str, np.ndarray]
    """That of the naive guess on the training samples by loss, a key of `lib.results.ERRORS`, and
    timestep, (T,)."""
    independent: float
    """How many of these samples count: `lib.results.compared.independent_samples`."""
