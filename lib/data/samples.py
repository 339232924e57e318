"""`Samples`: the inputs and targets that both modes train on."""

from dataclasses import KW_ONLY, dataclass

import numpy as np

from lib.experiment import Experiment


def class_numbers(values: np.ndarray) -> np.ndarray:
    """Return the numbers of the most probable classes, (…) int, for y or probabilities (…, K).

    A single column K = 1 is the probability of the second of two classes.
    """
    if values.shape[-1] == 1:
        return (values[..., 0] > 0.5).astype(np.int64)
    return values.argmax(axis=-1)


def class_probabilities(values: np.ndarray) -> np.ndarray:
    """Return the probabilities of all classes, (…, C), for y or probabilities (…, K)."""
    return np.concatenate([1 - values, values], axis=-1) if values.shape[-1] == 1 else values


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """The worker's data: first the `train` training samples, then the validation samples.

    Labels are one-hot, K = C classes, or for two classes a single column, which is 1 for the second
    class. Padded steps have x = 0 and the label of class 0, as `pad_sequences` makes them.
    """

    x: np.ndarray  # inputs (N, T, F), float32
    y: np.ndarray  # targets (N, T, K), float32; last-step mode uses `last_y`, (N, K)
    train: int  # the number of training samples
    _: KW_ONLY
    mask: np.ndarray | None = None  # True at real steps, (N, T) bool; None if nothing is padded

    def __post_init__(self) -> None:
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
        return self.x.shape

    @property
    def targets(self) -> int:
        """K, the number of target columns."""
        return self.y.shape[-1]

    @property
    def last_step(self) -> np.ndarray:
        """The index of each sample's last real step, (N,) int."""
        steps = self.shape[1]
        if self.mask is None:
            return np.full(len(self.x), steps - 1)
        return steps - 1 - self.mask[:, ::-1].argmax(axis=1)

    @property
    def last_y(self) -> np.ndarray:
        """The targets at each sample's last real step, (N, K): those of last-step mode."""
        return self.y[np.arange(len(self.y)), self.last_step]

    def model_mask(self, experiment: Experiment) -> np.ndarray | None:
        """Return the mask (N, T) that the model's layers get; None if no step is masked."""
        return self.mask if experiment.model.masking == "on" else None

    def model_inputs(
        self, experiment: Experiment, samples: np.ndarray | slice
    ) -> tuple[np.ndarray, np.ndarray | None]:
        """Return x (n, T, F) of some samples, and the mask (n, T) that the model's layers get."""
        mask = self.model_mask(experiment)
        return self.x[samples], None if mask is None else mask[samples]

    @property
    def real(self) -> np.ndarray:
        """Whether each step is real, not padded, (N, T) bool."""
        return np.ones(self.x.shape[:2], bool) if self.mask is None else self.mask

    @property
    def has_validation(self) -> bool:
        """Whether there are validation samples."""
        return self.train < self.seen

    @property
    def seen(self) -> int:
        """The number of training and validation samples."""
        return len(self.x)

    @property
    def evaluated(self) -> slice:
        """The samples that models are evaluated on: validation, or if there is none, training."""
        return slice(self.train if self.has_validation else 0, self.seen)

    @property
    def shown(self) -> np.ndarray:
        """Indexes (S,) of the evaluated samples that charts show."""
        return self.some(32)

    def some(self, most: int) -> np.ndarray:
        """Return indexes of at most `most` evaluated samples, evenly spaced."""
        first, end = self.evaluated.start, self.evaluated.stop
        return np.linspace(first, end - 1, min(most, end - first)).round().astype(int)
