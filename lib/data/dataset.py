"""The one kind of data that everything works on: `Dataset`, samples for both output modes."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from lib.data.origin import Baseline, KnownErrors, Origin

__all__ = ["Baseline", "Dataset", "Origin", "Samples"]


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """What models are trained and evaluated on: all that the worker needs of a `Dataset`.

    Samples `[:train]` are the training part, the rest validation. Without validation samples
    (`train == N`: the worked examples) models are evaluated on the training part.
    """

    x: np.ndarray  # inputs (N, T, F), float32
    y: np.ndarray
    """Targets (N, T, K), float32. The target of the last-step mode is `y[:, -1]`, (N, K)."""
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
        """How many samples, from the first, are for training and validation, not for the test."""
        return len(self.x)

    @property
    def judged(self) -> slice:
        """The samples that errors are measured on: the validation part, else the training part."""
        return slice(self.train if self.has_validation else 0, self.seen)

    @property
    def shown(self) -> np.ndarray:
        """Indexes (S,) of up to 32 evenly spread judged samples, which charts show one by one."""
        judged = np.arange(len(self.x))[self.judged]
        some = np.linspace(0, len(judged) - 1, min(32, len(judged)))
        return judged[some.round().astype(int)]


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Dataset(Samples):
    """Samples for both modes, with names: the target of the last-step mode is the last step of y.

    The training part comes first, then validation, then the test part, where there is one.
    `raw` converts y to the unit that a person knows: y * target_scale + target_offset + base.
    """

    name: str  # a key of `DATASETS`
    title: str
    feature_names: tuple[str, ...]
    target_names: tuple[str, ...]
    timestep_names: tuple[str, ...]  # T names: "1", "2", … or "day 1", …
    naive: np.ndarray
    """A guess without learning, (N, T, K) in the unit of y; of a table its best baseline."""
    naive_label: str  # its name in a sentence: "guessing the mean", "guessing no change"
    test: int = 0
    """How many samples, at the end, are the test part, used only when the person asks for it."""
    baselines: tuple[Baseline, ...] = ()
    """All baselines, the best one first; only where the data were cut from a table."""
    origin: Origin | None = None  # the rows that the samples were cut from, where there are any
    best_mse: np.ndarray | None = None
    """The least expected mean squared error of any model, (T,), in the unit of y squared, where it
    is known. What a layer can reach: `lib.results.best_possible`."""
    best_why: str = ""  # one sentence that says where `best_mse` comes from
    target_scale: np.ndarray | None = None
    """(K,), or (N, K) where each series has its own, as the offset. None means 1."""
    target_offset: np.ndarray | None = None
    base: np.ndarray | None = None
    """The values that targets are changes from, in the raw unit, (N, T, K), or None."""
    target_unit: str = ""  # the raw unit: "°C", "%", …; empty where there is none
    lead: str = ""
    """How far ahead of its timestep a target lies: "one day"; empty where its name says it."""
    about: str = ""  # one sentence: what has to be predicted from what
    notes: tuple[str, ...] = ()
    """What was done to the data (rows dropped, gaps filled), a sentence each."""
    source: str = ""  # where it is from, with its licence; empty for synthetic data
    fingerprint: str = ""  # the SHA-256 of a person's own file, in hexadecimal digits
    known_errors: KnownErrors | None = None
    """Set only where the rows are hidden from the viewer: then all arrays are NaN."""

    def __post_init__(self) -> None:
        """Check the shapes of x and y, and make the arrays read-only. Raises ValueError."""
        Samples.__post_init__(self)
        self.naive.flags.writeable = False

    @property
    def has_rows(self) -> bool:
        """Whether its values may be shown: not after `lib.results.redaction`."""
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
        origin = self.origin
        rows = (origin.targets, origin.inputs, origin.series, origin.times) if origin else ()
        guesses = (baseline.last for baseline in self.baselines)
        arrays = (self.x, self.y, self.naive, self.base, *rows, *guesses)
        return sum(array.nbytes for array in arrays if array is not None)

    @property
    def samples(self) -> Samples:
        """All but the test part, which the worker never gets."""
        if not self.test:
            return Samples(self.x, self.y, self.train)
        return Samples(self.x[: self.seen], self.y[: self.seen], self.train)

    @property
    def seen(self) -> int:
        """How many samples, from the first, are for training and validation, not for the test."""
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
        return "the best baseline" if self.baselines else "the guess"

    @property
    def ahead(self) -> str:
        """What follows a target's name: ", one day ahead" or ""."""
        return f", {self.lead} ahead" if self.lead else ""

    @property
    def target_labels(self) -> tuple[str, ...]:
        """K names of targets with how far ahead they are: "temp_max, one day ahead"."""
        return tuple(f"{name}{self.ahead}" for name in self.target_names)

    @property
    def has_named_steps(self) -> bool:
        """Whether the timesteps have names of their own ("day 1", "1952"), not just numbers."""
        return self.timestep_names[-1] != f"{self.shape[1]}"

    def steps_of(self, index: int) -> tuple[str, ...]:
        """T names of a sample's timesteps: the times of its rows, where there are dates."""
        if not (origin := self.origin) or not origin.time_format:
            return self.timestep_names
        return tuple(origin.label(row) for row in origin.rows(self.shape[1], index))

    @property
    def is_scaled(self) -> bool:
        """Whether y is standardised, and squared errors are not in the raw unit."""
        return self.target_scale is not None

    @property
    def naive_mse(self) -> np.ndarray:
        """Mean squared error of the naive guess on the judged samples by timestep, (T,)."""
        if self.known_errors is not None:
            return self.known_errors.naive_mse
        wrong = (self.naive[self.judged] - self.y[self.judged]).astype(np.float64)
        return (wrong**2).mean(axis=(0, 2))

    def raw(
        self, values: np.ndarray, samples: int | slice | np.ndarray, *, last: bool = False
    ) -> np.ndarray:
        """Targets or predictions of `samples` in the raw unit.

        `values` are (T, K) of one sample or (S, T, K); with `last` of the last step, (K,), (S, K).
        """

        def of_samples(array: np.ndarray) -> np.ndarray:
            """(K,) as it is; the rows of (N, K) for the samples, with an axis for timesteps."""
            return array if array.ndim == 1 else array[samples][..., *[None] * (not last), :]

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
        scale = self.target_scale
        if scale is None:
            return 1.0
        first = float(scale.flat[0])
        return abs(first) if np.all(scale == first) else None

    def sample_name(self, index: int, *, short: bool = False) -> str:
        """The name of sample `index`, 0 to N-1: "sample 241 (validation)"; `short`: no end."""
        name = self._window_name(index) if self.origin else f"sample {index + 1}"
        part = next(part for part, own in self.parts.items() if index < own.stop)
        name = name.partition(" to ")[0] if short else name
        return name if part == "training" else f"{name} ({part})"

    def _window_name(self, index: int) -> str:
        """Its series, and from which row to which its inputs are."""
        origin = self.cut_from
        start, *_, last = origin.rows(self.shape[1], index).tolist()
        begin, end = origin.label(start), origin.label(last)
        day, _, time = end.partition(" ")
        if time and "-" in day and begin.startswith(f"{day} "):
            end = time  # of the same day
        series = origin.names[origin.series[start]]
        if series and begin == self.timestep_names[0]:  # all samples are of the same times
            return series
        return f"{series}{', ' if series else ''}{begin} to {end}"
