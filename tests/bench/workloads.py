"""The four trainings that are measured: the same data, model and batches for everybody."""

from dataclasses import dataclass, replace

import numpy as np

from lib.data.dataset import Dataset
from lib.experiment.experiment import Experiment

LEARNING_RATE = 0.001


@dataclass(frozen=True, slots=True)
class Workload:
    """A recurrent layer, a Dense head with one output, Adam, mean squared error."""

    samples: int
    timesteps: int
    features: int
    units: int
    batch: int
    jit_epochs: int
    """Epochs in one call of the JAX program, about a tenth of a second's work."""
    cell: str = "lstm"
    mode: str = "sequence"

    @property
    def name(self):
        """As it stands in the results; the LSTM that returns sequences needs no more words."""
        size = f"{self.samples}x{self.timesteps}x{self.features}"
        others = [self.cell] * (self.cell != "lstm") + [self.mode] * (self.mode != "sequence")
        return " ".join([size, *others])

    @property
    def every_step(self):
        """Whether the layer returns sequences."""
        return self.mode == "sequence"

    @property
    def steps(self):
        """Batches in an epoch; all are full."""
        return self.samples // self.batch

    def experiment(self):
        """The experiment that trains it."""
        return Experiment().set(
            cell=self.cell,
            mode=self.mode,
            U=self.units,
            batch=self.batch,
            lr=LEARNING_RATE,
            epochs=5000,
        )

    def dataset(self):
        """A running mean, with a quarter more samples to be judged on; none in the smallest."""
        n = self.samples + self.samples // 4
        x = np.random.default_rng(0).normal(size=(n, self.timesteps, self.features))
        y = x[..., :1].cumsum(axis=1) / np.arange(1, self.timesteps + 1)[:, None]
        return Dataset(
            name="bench",
            title=self.name,
            x=x.astype(np.float32),
            y=y.astype(np.float32),
            train=self.samples,
            feature_names=tuple(f"f{i}" for i in range(self.features)),
            target_names=("mean",),
            timestep_names=tuple(f"{i + 1}" for i in range(self.timesteps)),
            naive=np.zeros_like(y, np.float32),
            naive_label="zero",
        )

    def targets(self):
        """The training part's targets, as this mode learns them."""
        y = self.dataset().y[: self.samples]
        return y if self.every_step else y[:, -1]


WORKLOADS = [
    Workload(2, 2, 3, 4, 2, jit_epochs=5000),
    Workload(256, 10, 3, 8, 32, jit_epochs=100),
    Workload(512, 24, 4, 32, 32, jit_epochs=8),
    Workload(1024, 60, 8, 64, 64, jit_epochs=1),
]
VARIANTS = [
    replace(work, cell=cell, mode=mode)
    for cell, mode in (("lstm", "last"), ("gru", "sequence"), ("gru", "last"))
    for work in WORKLOADS
]
"""The same for another cell and the other mode."""
