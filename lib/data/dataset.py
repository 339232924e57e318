"""`Dataset`: samples with names, baselines, scales, and the rows that they were cut from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from lib.data.samples import Samples

if TYPE_CHECKING:
    import pandas as pd

Chosen: TypeAlias = int | slice | np.ndarray  # one sample's index, or several samples' indexes


@dataclass(frozen=True, slots=True, eq=False)
class Scale:
    """Mean and standard deviation of C columns, (C,) each."""

    offset: np.ndarray
    deviation: np.ndarray

    def standard(self, values: np.ndarray) -> np.ndarray:
        """Standardize values (…, C)."""
        return (values - self.offset) / self.deviation

    def raw(self, values: np.ndarray) -> np.ndarray:
        """Convert standardized values (…, C) to the raw unit."""
        return values * self.deviation + self.offset

    def of(self, columns: Sequence[int]) -> Scale:
        """Return the scale of some columns."""
        return Scale(self.offset[columns], self.deviation[columns])


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """R rows of S series, sorted by series and then by time, without missing values."""

    targets: np.ndarray  # target columns in the raw unit, (R, C) float64
    inputs: np.ndarray  # features, (R, F)
    series: np.ndarray  # each row's series, (R,) int, 0 to S-1, never decreasing
    segment: np.ndarray  # the number of each row's gap-free stretch, (R,) int, never decreasing
    names: tuple[str, ...]  # S names of series; ("",) for a single series
    times: pd.Index | None  # a label for each row; None for row numbers


@dataclass(frozen=True, slots=True, eq=False)
class Origin(Rows):
    """The rows that the samples were cut from. `inputs` are standardized float32, as in `x`.

    C target columns at H horizons give K = C·H targets: column c at horizon i is target c·H + i.
    """

    step: str  # the time between two rows: "day", "row", …
    starts: np.ndarray  # the row of each sample's first timestep, (N,) int
    rate: int  # rows from one timestep to the next
    horizons: tuple[int, ...]  # H distances in rows from a timestep to its targets
    training: np.ndarray  # whether a row belongs to the training split, (R,) bool
    period: int  # rows per season, found in the rows or the calendar's; 1 for none
    time_format: str  # the `strftime` format of times; "" if times are texts
    columns: tuple[str, ...]  # C names of target columns
    x_scale: Scale
    y_scale: Scale  # the scale of the K raw targets, or of their changes
    every: int  # every k-th window is a sample; 1 unless there are too many windows

    @property
    def gaps(self) -> int:
        """The number of time gaps within series."""
        return int(self.segment[-1]) + 1 - len(self.names)

    def crosses_gap(self, timesteps: int, samples: Chosen = slice(None)) -> np.ndarray:
        """Return whether each sample, (N,) bool, has rows on both sides of a time gap."""
        first = self.starts[samples]
        last = first + self.rate * (timesteps - 1) + max(self.horizons)
        return self.segment[first] != self.segment[last]

    def label(self, row: int) -> str:
        """Return a row's label: its time, or its number within its series, from 1."""
        if self.times is None:
            return f"row {row - np.searchsorted(self.series, self.series[row]) + 1}"
        time = self.times[row]
        return time.strftime(self.time_format) if self.time_format else f"{time}"

    def rows(self, timesteps: int, samples: Chosen = slice(None)) -> np.ndarray:
        """Return the rows that samples read as inputs, (N, T) int, or (T,) for one sample."""
        return self.starts[samples, None] + self.rate * np.arange(timesteps)


@dataclass(frozen=True, slots=True, eq=False)
class Baseline:
    """A method without a recurrent layer, and its predictions at the last step."""

    name: str  # a key of `lib.data.tables.baselines.BASELINES`, or of `LABEL_BASELINES`
    label: str  # its name in a sentence: "last value"
    last: np.ndarray  # predictions (N, K), in the unit of y


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Dataset(Samples):
    """Samples for both modes, with names, baselines and scales.

    Training samples come first, then validation, then test samples, if any. `raw` converts y to
    the raw unit: y * target_scale + target_offset + base.
    """

    name: str  # a key of `DATASETS`
    title: str
    feature_names: tuple[str, ...]
    target_names: tuple[str, ...]
    timestep_names: tuple[str, ...]  # T names: "1", "2", … or "day 1", …
    baseline: np.ndarray  # predictions of the best baseline, (N, T, K) in the unit of y
    baseline_label: str  # the baseline's name in a sentence: "mean baseline"
    test: int = 0  # the number of test samples, which come last
    baselines: tuple[Baseline, ...] = ()  # of a table or of labels, the best one first
    origin: Origin | None = None  # the table rows that the samples were cut from
    best_mse: np.ndarray | None = None  # the lowest expected MSE of any model, (T,), if known
    best_why: str = ""  # one sentence that explains the best possible error
    classes: tuple[str, ...] = ()  # the names of classes, in order; empty if targets are numbers
    target_column: str = ""  # the name of the column that holds the classes
    best_accuracy: np.ndarray | None = None  # the highest expected accuracy, (T,), if known
    best_loss: np.ndarray | None = None  # the lowest expected cross-entropy, (T,), if known
    target_scale: np.ndarray | None = None  # (K,)
    target_offset: np.ndarray | None = None
    base: np.ndarray | None = None  # the raw values that targets are changes from, (N, T, K)
    target_unit: str = ""  # the raw unit: "°C", "%", …; empty if there is none
    lead: str = ""  # how far ahead targets lie: "one day"; empty if `target_names` include it
    about: str = ""  # one sentence: what is predicted, and from which inputs
    notes: tuple[str, ...] = ()  # sentences on how the data were prepared
    source: str = ""  # source and license; empty for synthetic data
    fingerprint: str = ""  # the SHA-256 of an uploaded file, in hexadecimal digits

    @property
    def cut_from(self) -> Origin:
        """The table rows that samples were cut from. Raises ValueError if there is no table."""
        if self.origin is None:
            raise ValueError(f"expected data that were cut from a table, got {self.title}")
        return self.origin

    @property
    def nbytes(self) -> int:
        """The size of all arrays in bytes."""
        origin, lasts = self.origin, (baseline.last for baseline in self.baselines)
        rows = (origin.targets, origin.inputs, origin.series, origin.times) if origin else ()
        arrays = (self.x, self.y, self.mask, self.baseline, self.base, *rows, *lasts)
        return sum(array.nbytes for array in arrays if array is not None)

    @property
    def samples(self) -> Samples:
        """The training and validation samples. Test samples never reach the worker."""
        mask = None if self.mask is None else self.mask[: self.seen]
        return Samples(self.x[: self.seen], self.y[: self.seen], self.train, mask=mask)

    @property
    def has_labels(self) -> bool:
        """Whether targets are classes."""
        return bool(self.classes)

    @property
    def seen(self) -> int:
        """The number of training and validation samples, which precede the test samples."""
        return len(self.x) - self.test

    @property
    def parts(self) -> dict[str, slice]:
        """The samples of each split that isn't empty, by name: training, validation, test."""
        cuts = pairwise((0, self.train, self.seen, len(self.x)))
        parts = zip(("training", "validation", "test"), cuts, strict=True)
        return {name: slice(begin, end) for name, (begin, end) in parts if begin < end}

    @property
    def baseline_phrase(self) -> str:
        """The baseline that a model has to beat, for a sentence."""
        return "the best baseline" if len(self.baselines) > 1 else "the baseline"

    @property
    def ahead(self) -> str:
        """The words after a target's name: ", one day ahead" or ""."""
        return f", {self.lead} ahead" if self.lead else ""

    @property
    def target_labels(self) -> tuple[str, ...]:
        """K target names with the lead: "temp_max, one day ahead"."""
        return tuple(f"{name}{self.ahead}" for name in self.target_names)

    @property
    def spaced_unit(self) -> str:
        """The raw unit with a space in front: " °C"; empty if there is none."""
        return f" {self.target_unit}" if self.target_unit else ""

    @property
    def has_named_steps(self) -> bool:
        """Whether timesteps have names, such as "day 1" or "1952", rather than numbers."""
        return self.timestep_names[-1] != f"{self.shape[1]}"

    def steps_of(self, index: int) -> tuple[str, ...]:
        """Return T names of a sample's timesteps: the dates of its rows, if there are any."""
        if not (origin := self.origin) or not origin.time_format:
            return self.timestep_names
        return tuple(origin.label(row) for row in origin.rows(self.shape[1], index))

    @property
    def is_scaled(self) -> bool:
        """Whether y is standardized, so that errors aren't in the raw unit."""
        return self.target_scale is not None

    @property
    def baseline_mse(self) -> np.ndarray:
        """The baseline's mean squared error on the evaluated samples, by timestep, (T,)."""
        wrong = (self.baseline[self.evaluated] - self.y[self.evaluated]).astype(np.float64)
        return (wrong**2).mean(axis=(0, 2))

    def raw(self, values: np.ndarray, samples: Chosen, *, last: bool = False) -> np.ndarray:
        """Return targets or predictions of `samples` in the raw unit.

        `values` are (T, K) for one sample, (S, T, K) for several; with `last`, (K,) or (S, K).
        """
        raw = values if self.target_scale is None else values * self.target_scale
        if self.target_offset is not None:
            raw = raw + self.target_offset
        if self.base is not None:
            base = self.base[samples]
            raw = raw + (base[..., -1, :] if last else base)
        return raw

    @property
    def raw_scale(self) -> float | None:
        """The factor that converts an error in y to the raw unit; None if columns differ."""
        scale = np.ones(1) if self.target_scale is None else self.target_scale
        return abs(float(scale.flat[0])) if np.all(scale == scale.flat[0]) else None

    def sample_name(self, index: int, *, short: bool = False) -> str:
        """Return "sample 241 (validation)", or a table's row labels; `short` omits the last one."""
        name = f"sample {index + 1}"
        if origin := self.origin:
            rows = origin.rows(self.shape[1], index)
            begin, end = origin.label(rows[0]), origin.label(rows[-1])
            name = origin.names[origin.series[rows[0]]]
            if not name or begin != self.timestep_names[0]:  # omit times that all samples share
                name += f"{', ' if name else ''}{begin}{'' if short else f' to {end}'}"
        part = next(part for part, samples in self.parts.items() if index < samples.stop)
        return name if part == "training" else f"{name} ({part})"
