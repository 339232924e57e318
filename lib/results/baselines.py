"""Losses in NumPy as Keras computes them, of the naive baseline and of the best possible model."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from lib.data import Dataset
from lib.experiment import CELLS, Experiment
from lib.recurrence import highest_output
from lib.text import NOTHING, number, signed


def _huber(wrong: np.ndarray) -> np.ndarray:
    """Keras's `huber` with its `delta` of 1."""
    size = np.abs(wrong)
    return np.where(size <= 1, 0.5 * size**2, size - 0.5)


ERRORS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "mse": np.square,
    "mae": np.abs,
    "huber": _huber,
}
"""A key of `lib.experiment.LOSSES` → the loss of each value."""


def step_losses(loss: str, wrong: np.ndarray) -> np.ndarray:
    """Loss by timestep (T,) of errors (N, T, K)."""
    return ERRORS[loss](wrong).mean(axis=(0, 2), dtype=np.float64)


def mode_losses(steps: np.ndarray, modes: Sequence[str] = ("sequence", "last")) -> dict[str, float]:
    """Loss by mode from losses by timestep (T,): their mean, or the last."""
    return {mode: float(steps.mean() if mode == "sequence" else steps[-1]) for mode in modes}


@dataclass(frozen=True, slots=True, eq=False)
class Best:
    """The least error that an experiment's models can reach."""

    mse: np.ndarray  # mean squared error by timestep (T,), in the unit of y squared
    label: str  # its name on charts
    why: str  # the reason, as a sentence


def best_possible(
    experiment: Experiment, dataset: Dataset, samples: slice | None = None
) -> Best | None:
    """Least mean squared error of the models on `samples` (the judged); None if unknown."""
    known = dataset.best_mse
    best = None if known is None else Best(known, "best possible", dataset.best_why)
    if experiment.model.head == "dense" or not dataset.has_rows:  # the floor quotes a target
        return best
    y = dataset.y[dataset.judged if samples is None else samples].astype(np.float64)
    cell, bound = experiment.model.cell, highest_output(experiment.model.cell, y.shape[1])
    missed = np.maximum(0, np.abs(y) - bound[:, None])
    floor = (missed**2).mean(axis=(0, 2))
    floor[floor < NOTHING] = 0  # as late in an LSTM's sequence, of targets of 1
    if not (floor > (0 if known is None else known)).any():
        return best
    reach = f"±{number(bound[0])} at step 1 and ±{number(bound[-1])} at step {len(bound)}"
    target = f"{'scaled ' * dataset.is_scaled}target of {signed(y.flat[np.argmax(missed)])}"
    why = f"The output of {CELLS[cell].label} stays within {reach}, so a {target} is out of reach."
    return Best(floor if known is None else np.maximum(floor, known), "this layer's floor", why)


def naive_loss(experiment: Experiment, dataset: Dataset) -> dict[str, float]:
    """Training loss of the naive baseline by mode."""
    loss = experiment.training.loss
    if dataset.known_errors is not None:
        return mode_losses(dataset.known_errors.naive_losses[loss], experiment.model.modes)
    wrong = dataset.naive[: dataset.train] - dataset.y[: dataset.train]
    return mode_losses(step_losses(loss, wrong), experiment.model.modes)


def best_loss(experiment: Experiment, dataset: Dataset) -> tuple[dict[str, float], Best | None]:
    """Least possible training loss by mode, and the reason; for "mse" only."""
    best = best_possible(experiment, dataset, slice(dataset.train))
    if best is None or experiment.training.loss != "mse":
        return {}, None
    return mode_losses(best.mse, experiment.model.modes), best
