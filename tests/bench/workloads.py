"""The workloads: the same data, model and batch size for the worker and all peers."""

from dataclasses import dataclass

import numpy as np

from lib.data.dataset import Dataset
from lib.experiment import Experiment

LEARNING_RATE = 0.001


@dataclass(frozen=True, slots=True)
class Workload:
    """An LSTM that returns sequences, Adam, and a Dense head.

    The head has one output, and the loss is the mean squared error. With classes, the head has an
    output for each class, and the loss is the cross-entropy with integer targets.
    """

    samples: int
    timesteps: int
    features: int
    units: int
    batch: int
    jit_epochs: int  # epochs in one call of the JAX program, which takes about 0.1 s
    classes: int = 0  # 0 if targets are numbers

    @property
    def name(self):
        """The workload's name in the results."""
        sizes = f"{self.samples}x{self.timesteps}x{self.features}"
        return f"{sizes}, {self.classes} classes" if self.classes else sizes

    @property
    def outputs(self):
        """The number of the head's outputs."""
        return self.classes or 1

    def experiment(self):
        """Return the experiment that trains the workload."""
        settings = {"U": self.units, "batch": self.batch, "lr": LEARNING_RATE, "epochs": 5000}
        loss = "sparse" if self.classes else "mse"
        return Experiment().set(mode="sequence", loss=loss, **settings)

    def dataset(self):
        """Return a dataset of running means, with `samples // 4` more samples for validation.

        Classes are running means, too: each class has an equal share of them.
        """
        n = self.samples + self.samples // 4
        x = np.random.default_rng(0).normal(size=(n, self.timesteps, self.features))
        y = x[..., :1].cumsum(axis=1) / np.arange(1, self.timesteps + 1)[:, None]
        names = tuple(f"{k}" for k in range(self.classes))
        if names:
            ends = np.quantile(y, np.arange(1, self.classes) / self.classes)
            y = np.eye(self.classes)[np.searchsorted(ends, y[..., 0])]
        return Dataset(
            name="bench",
            title=self.name,
            x=x.astype(np.float32),
            y=y.astype(np.float32),
            train=self.samples,
            feature_names=tuple(f"f{i}" for i in range(self.features)),
            classes=names,
            target_names=names or ("mean",),
            timestep_names=tuple(f"{i + 1}" for i in range(self.timesteps)),
            baseline=np.zeros_like(y, np.float32),
            baseline_label="zero",
        )


WORKLOADS = [
    Workload(2, 2, 3, 4, 2, jit_epochs=5000),
    Workload(256, 10, 3, 8, 32, jit_epochs=100),
    Workload(512, 24, 4, 32, 32, jit_epochs=8),
    Workload(1024, 60, 8, 64, 64, jit_epochs=1),
    Workload(512, 24, 4, 32, 32, jit_epochs=8, classes=5),
]
