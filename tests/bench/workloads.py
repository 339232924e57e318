"""The four workloads: the same data, model and batch size for the worker and all peers."""

from dataclasses import dataclass

import numpy as np

from lib.data.dataset import Dataset
from lib.experiment import Experiment

LEARNING_RATE = 0.001


@dataclass(frozen=True, slots=True)
class Workload:
    """An LSTM that returns sequences, a Dense head with one output, Adam, mean squared error."""

    samples: int
    timesteps: int
    features: int
    units: int
    batch: int
    jit_epochs: int  # epochs in one call of the JAX program, which takes about 0.1 s

    @property
    def name(self):
        """The workload's name in the results."""
        return f"{self.samples}x{self.timesteps}x{self.features}"

    def experiment(self):
        """Return the experiment that trains the workload."""
        settings = {"U": self.units, "batch": self.batch, "lr": LEARNING_RATE, "epochs": 5000}
        return Experiment().set(mode="sequence", **settings)

    def dataset(self):
        """Return a dataset of running means, with `samples // 4` more samples for validation."""
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
            baseline=np.zeros_like(y, np.float32),
            baseline_label="zero",
        )


WORKLOADS = [
    Workload(2, 2, 3, 4, 2, jit_epochs=5000),
    Workload(256, 10, 3, 8, 32, jit_epochs=100),
    Workload(512, 24, 4, 32, 32, jit_epochs=8),
    Workload(1024, 60, 8, 64, 64, jit_epochs=1),
]
