"""What a loss is worth: a guess without learning on one side, the best possible on the other.

Numbers only. Each is in the terms of a mode's own training loss: the sequence mode's counts every
timestep, the last-step mode's only the last.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lib.dataset import Dataset
from lib.experiment import Experiment


def _huber(wrong: np.ndarray) -> np.ndarray:
    """Half the square up to 1, then straight on: Keras's `huber` with its `delta` of 1."""
    size = np.abs(wrong)
    return np.where(size <= 1, 0.5 * size**2, size - 0.5)


ERRORS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "mse": np.square,
    "mae": np.abs,
    "huber": _huber,
}
"""A key of `lib.experiment.LOSSES` → what one wrong value costs; a loss is the mean of these."""


def naive_loss(experiment: Experiment, dataset: Dataset) -> dict[str, float]:
    """The training loss of `Dataset.naive`, by mode: what learning has to beat.

    On the training samples, since that is where the training loss is measured.
    """
    error = ERRORS[experiment.training.loss]
    wrong = dataset.naive[: dataset.train] - dataset.y[: dataset.train]
    every = {"sequence": wrong, "last": wrong[:, -1:]}
    return {
        mode: float(error(every[mode]).mean(dtype=np.float64)) for mode in experiment.model.modes
    }


def best_loss(experiment: Experiment, dataset: Dataset) -> dict[str, float]:
    """The least loss that any model can expect, by mode; empty where nobody knows it.

    `Dataset.best_mse` is a mean squared error, and says nothing about other losses.
    """
    best = dataset.best_mse
    if best is None or experiment.training.loss != "mse":
        return {}
    every = {"sequence": float(np.mean(best)), "last": float(best[-1])}
    return {mode: every[mode] for mode in experiment.model.modes}
