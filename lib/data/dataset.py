"""The data that everything works on: `Dataset`, samples for both modes, and where they are from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

Chosen: TypeAlias = int | slice | np.ndarray  # one sample, or several


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
        """Return offset and deviation for series (…): (…, C), or (C,) if all series share one."""
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


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """R rows of S series, series after series, each in order of time; no value is missing."""

    targets: np.ndarray  # the target columns in the raw unit, (R, C) float64
    inputs: np.ndarray  # the features, (R, F)
    series: np.ndarray  # which series a row belongs to, (R,) int, 0 to S-1, never decreasing
    segment: np.ndarray  # which run of rows without a gap of time, (R,) int, never decreasing
    names: tuple[str, ...]  # S names of series; ("",) where all rows are one
    times: pd.Index | None  # a label for each row; None means row numbers


@dataclass(frozen=True, slots=True, eq=False)
class Origin(Rows):
    """The rows that windows were cut from, their inputs as models see them: float32.

    C target columns at H horizons make K = C·H: column c at horizon i is column c·H + i of y.
    """

    step: str  # what lies between two rows: "day", "row", …
    starts: np.ndarray  # the row of each sample's first timestep, (N,) int
    rate: int  # rows from a timestep to the next
    horizons: tuple[int, ...]  # H times how many rows after its timestep a target lies
    training: np.ndarray  # whether a row belongs to the training part, (R,) bool
    period: int  # rows of the season that was found or chosen; 1 means none
    baseline_period: int  # how far the seasonal baseline looks back: `period`, or the calendar's
    time_format: str  # the `strftime` format of times; "" where times are texts
    columns: tuple[str, ...]  # C names of target columns
    x_scale: Scale
    y_scale: Scale  # of the K raw targets, or of their changes
    every: int  # every k-th window is a sample, where all would be too many

    @property
    def gaps(self) -> int:
        """How many gaps of time lie within series."""
        return int(self.segment[-1]) + 1 - len(self.names)

    def crosses_gap(self, timesteps: int, samples: Chosen = slice(None)) -> np.ndarray:
        """Return which samples, (N,) bool, have rows on both sides of a gap of time."""
        first = self.starts[samples]
        last = first + self.rate * (timesteps - 1) + max(self.horizons)
        return self.segment[first] != self.segment[last]

    def label(self, row: int) -> str:
        """Return the name of row 0 to R-1: its time, else its number in its series, from 1."""
        if self.times is None:
            return f"row {row - np.searchsorted(self.series, self.series[row]) + 1}"
        time = self.times[row]
        return time.strftime(self.time_format) if self.time_format else f"{time}"

    def rows(self, timesteps: int, samples: Chosen = slice(None)) -> np.ndarray:
        """Return the rows that each sample reads, (N, T) int, or (T,) for one sample."""
        return self.starts[samples, None] + self.rate * np.arange(timesteps)


@dataclass(frozen=True, slots=True, eq=False)
class Baseline:
    """A guess without a recurrent layer at the last step of every sample."""

    name: str  # a key of `lib.data.tables.baselines.LABELS`
    label: str  # for sentences: "guessing no change"
    last: np.ndarray  # (N, K), in the unit of y


@dataclass(frozen=True, slots=True, eq=False)
class KnownErrors:
    """The errors of all guesses on data whose rows are hidden: see `lib.results.strangers`."""

    naive_mse: np.ndarray  # `Dataset.naive_mse`, (T,)
    naive_losses: Mapping[str, np.ndarray]  # (T,) in training, by `lib.results.baselines.ERRORS`
    independent: float  # `lib.results.compared.independent_samples`


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """What models are trained and evaluated on: all that the worker needs of a `Dataset`.

    Samples `[:train]` are the training part, the rest validation. Without validation samples
    (`train == N`: the worked examples) models are evaluated on the training part.
    """

    x: np.ndarray  # inputs (N, T, F), float32
    y: np.ndarray  # targets (N, T, K), float32; of the last-step mode `y[:, -1]`, (N, K)
    train: int

    def __post_init__(self) -> None:
        """Check the shapes, and make the arrays read-only. Raises ValueError."""
        if self.x.ndim != 3 or self.y.ndim != 3 or self.x.shape[:2] != self.y.shape[:2]:
            raise ValueError(
                "x and y must have shapes (N, T, F) and (N, T, K), "
                f"got {self.x.shape} and {self.y.shape}"
            )
        if not 1 <= self.train <= len(self.x):
            raise ValueError(f"train must be 1 to {len(self.x)}, got {self.train}")
        self.x.flags.writeable = self.y.flags.writeable = False

    @property
    def shape(self) -> tuple[int, int, int]:
        """(N, T, F)."""
        n, t, f = self.x.shape
        return n, t, f

    @property
    def targets(self) -> int:
        """K, the number of target columns."""
        return self.y.shape[-1]

    @property
    def has_validation(self) -> bool:
        """Whether there are samples for validation."""
        return self.train < self.seen

    @property
    def seen(self) -> int:
        """The number of samples for training and validation."""
        return len(self.x)

    @property
    def evaluated(self) -> slice:
        """The samples that errors are measured on: validation, else training."""
        return slice(self.train if self.has_validation else 0, self.seen)

    @property
    def shown(self) -> np.ndarray:
        """Indexes (S,) of up to 32 evenly spaced evaluated samples, which charts show."""
        evaluated = np.arange(len(self.x))[self.evaluated]
        some = np.linspace(0, len(evaluated) - 1, min(32, len(evaluated)))
        return evaluated[some.round().astype(int)]


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Dataset(Samples):
    """Samples for both modes, with names.

    The training part comes first, then validation, then the test part, where there is one.
    `raw` converts y to the unit that a person knows: y * target_scale + target_offset + base.
    """

    name: str  # a key of `DATASETS`
    title: str
    feature_names: tuple[str, ...]
    target_names: tuple[str, ...]
    timestep_names: tuple[str, ...]  # T names: "1", "2", … or "day 1", …
    naive: np.ndarray  # a guess without learning, (N, T, K) in the unit of y
    naive_label: str  # its name in a sentence: "guessing the mean", "guessing no change"
    test: int = 0  # how many samples, at the end, are the test part
    baselines: tuple[Baseline, ...] = ()  # of a table, the best one first
    origin: Origin | None = None  # the rows of the table that the samples were cut from
    best_mse: np.ndarray | None = None  # the least expected MSE of any model, (T,), where known
    best_why: str = ""  # one sentence that says where `best_mse` comes from
    target_scale: np.ndarray | None = None  # (K,), or (N, K) where each series has its own
    target_offset: np.ndarray | None = None
    base: np.ndarray | None = None  # what targets are changes from, in the raw unit, (N, T, K)
    target_unit: str = ""  # the raw unit: "°C", "%", …; empty where there is none
    lead: str = ""  # how far ahead a target lies: "one day"; empty where its name says it
    about: str = ""  # one sentence: what has to be predicted from what
    notes: tuple[str, ...] = ()  # what was done to the data, a sentence each
    source: str = ""  # where it is from, with its licence; empty for synthetic data
    fingerprint: str = ""  # the SHA-256 of a person's own file, in hexadecimal digits
    known_errors: KnownErrors | None = None  # where rows are hidden and all arrays are NaN

    @property
    def has_rows(self) -> bool:
        """Whether its values may be shown: not after `lib.results.strangers`."""
        return self.known_errors is None

    @property
    def cut_from(self) -> Origin:
        """Its origin. Raises ValueError for data that weren't cut from a table."""
        if self.origin is None:
            raise ValueError(f"data with an origin, a table, are needed, got {self.title}")
        return self.origin

    @property
    def nbytes(self) -> int:
        """Bytes of memory that its arrays take."""
        of = self.origin
        rows = (of.targets, of.inputs, of.series, of.times) if of else ()
        arrays = (self.x, self.y, self.naive, self.base, *rows, *(b.last for b in self.baselines))
        return sum(array.nbytes for array in arrays if array is not None)

    @property
    def samples(self) -> Samples:
        """All but the test part, which the worker never gets."""
        return Samples(self.x[: self.seen], self.y[: self.seen], self.train)

    @property
    def seen(self) -> int:
        """The number of samples for training and validation; those of the test follow."""
        return len(self.x) - self.test

    @property
    def parts(self) -> dict[str, slice]:
        """The samples of each part that isn't empty, by its name, in order."""
        cuts = pairwise((0, self.train, self.seen, len(self.x)))
        parts = zip(("training", "validation", "test"), cuts, strict=True)
        return {name: slice(begin, end) for name, (begin, end) in parts if begin < end}

    @property
    def rival(self) -> str:
        """What a model has to beat, for a sentence."""
        return "the best baseline" if self.baselines else "the baseline"

    @property
    def ahead(self) -> str:
        """The words after a target's name: ", one day ahead" or ""."""
        return f", {self.lead} ahead" if self.lead else ""

    @property
    def target_labels(self) -> tuple[str, ...]:
        """K names of targets with their lead: "temp_max, one day ahead"."""
        return tuple(f"{name}{self.ahead}" for name in self.target_names)

    @property
    def spaced_unit(self) -> str:
        """The raw unit after a space, to follow a number: " °C"; empty where there is none."""
        return f" {self.target_unit}" if self.target_unit else ""

    @property
    def has_named_steps(self) -> bool:
        """Whether the timesteps have names of their own ("day 1", "1952"), not just numbers."""
        return self.timestep_names[-1] != f"{self.shape[1]}"

    def steps_of(self, index: int) -> tuple[str, ...]:
        """Return T names of a sample's timesteps: the times of its rows, if there are dates."""
        if not (origin := self.origin) or not origin.time_format:
            return self.timestep_names
        return tuple(origin.label(row) for row in origin.rows(self.shape[1], index))

    @property
    def is_scaled(self) -> bool:
        """Whether y is standardised, and squared errors are not in the raw unit."""
        return self.target_scale is not None

    @property
    def naive_mse(self) -> np.ndarray:
        """Mean squared error of the naive guess on the evaluated samples by timestep, (T,)."""
        if self.known_errors:
            return self.known_errors.naive_mse
        wrong = (self.naive[self.evaluated] - self.y[self.evaluated]).astype(np.float64)
        return (wrong**2).mean(axis=(0, 2))

    def raw(self, values: np.ndarray, samples: Chosen, *, last: bool = False) -> np.ndarray:
        """Return targets or predictions of `samples` in the raw unit.

        `values` are (T, K) of one sample or (S, T, K); with `last` of the last step, (K,), (S, K).
        """

        def of_samples(array: np.ndarray) -> np.ndarray:
            if array.ndim == 1:
                return array
            return array[samples] if last else array[samples][..., None, :]

        raw = values if self.target_scale is None else values * of_samples(self.target_scale)
        if self.target_offset is not None:
            raw = raw + of_samples(self.target_offset)
        if self.base is not None:
            base = self.base[samples]
            raw = raw + (base[..., -1, :] if last else base)
        return raw

    @property
    def raw_scale(self) -> float | None:
        """The factor from an error in the unit of y to the raw unit; None where columns differ."""
        scale = np.ones(1) if self.target_scale is None else self.target_scale
        return abs(float(scale.flat[0])) if np.all(scale == scale.flat[0]) else None

    def sample_name(self, index: int, *, short: bool = False) -> str:
        """Name sample `index`, 0 to N-1: "sample 241 (validation)"; `short` leaves out its end."""
        name = f"sample {index + 1}"
        if origin := self.origin:  # its series, and from which row to which its inputs are
            rows = origin.rows(self.shape[1], index)
            begin, end = origin.label(rows[0]), origin.label(rows[-1])
            name = origin.names[origin.series[rows[0]]]
            day, _, time = end.partition(" ")
            if time and "-" in day and begin.startswith(f"{day} "):
                end = time  # of the same day
            if not name or begin != self.timestep_names[0]:  # else all samples are of these times
                name += f"{', ' if name else ''}{begin}{'' if short else f' to {end}'}"
        part = next(part for part, own in self.parts.items() if index < own.stop)
        return name if part == "training" else f"{name} ({part})"
