"""What a loss is worth: a guess without learning on one side, the best possible on the other.

Numbers only. Each is in the terms of a mode's own training loss: the sequence mode's counts every
timestep, the last-step mode's only the last.
"""

from __future__ import annotations

from lib.dataset import Dataset
from lib.experiment import Experiment
from lib.losses import mode_losses, step_losses


def naive_loss(experiment: Experiment, dataset: Dataset) -> dict[str, float]:
    """The training loss of `Dataset.naive`, by mode: what learning has to beat.

    On the training samples, since that is where the training loss is measured.
    """
    wrong = dataset.naive[: dataset.train] - dataset.y[: dataset.train]
    losses = mode_losses(step_losses(experiment.training.loss, wrong))
    return {mode: losses[mode] for mode in experiment.model.modes}


def best_loss(experiment: Experiment, dataset: Dataset) -> dict[str, float]:
    """The least loss that any model can expect, by mode; empty where nobody knows it.

    `Dataset.best_mse` is a mean squared error, and says nothing about other losses.
    """
    if dataset.best_mse is None or experiment.training.loss != "mse":
        return {}
    losses = mode_losses(dataset.best_mse)
    return {mode: losses[mode] for mode in experiment.model.modes}
