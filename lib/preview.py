"""A run as it was: the model as it starts, or after an earlier epoch, as a snapshot of the run.

NumPy only, from weights. The untrained model is the very one that training starts from:
`lib.recurrence` makes the initial weights for both.
"""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from lib.baselines import mode_losses, step_losses
from lib.dataset import Dataset
from lib.experiment import Experiment
from lib.recurrence import forward, initial_model_weights
from lib.run import ModeResult, SeedWeights, Snapshot, Status

BUDGET = 100_000_000
"""Multiply-adds that a redraw may spend on judging a model as it was, about 0.1 s."""
_Judged = tuple[np.ndarray, dict[str, float], np.ndarray]


def untrained(experiment: Experiment, dataset: Dataset) -> Snapshot:
    """The run's snapshot at epoch 0: what the models say with their initial weights.

    Both modes start from the same weights, so one forward pass of a seed serves both.
    """
    features, none = dataset.shape[2], np.zeros(0)
    epochs = none.astype(np.int64)
    nothing = ModeResult(epochs, none, epochs, none, none, none, none)
    results = dict.fromkeys(experiment.model.modes, nothing)
    weights = tuple(
        dict.fromkeys(results, tuple(initial_model_weights(each, features, dataset.targets)))
        for each in experiment.each_seed
    )
    others = (results,) * (len(weights) - 1)
    total = experiment.training.epochs
    start = Snapshot("", Status.PAUSED, epochs=total, results=results, others=others)
    return as_of(experiment, dataset, start, 0, weights)


def as_of(
    experiment: Experiment,
    dataset: Dataset,
    snapshot: Snapshot,
    epoch: int,
    weights: SeedWeights,
    *,
    budget: float = BUDGET,
) -> Snapshot:
    """A run's snapshot as it was after an earlier epoch, with the weights that it had then.

    Each model is judged within a `budget` of multiply-adds, all seeds together: see `_judge`.
    """
    judged: dict[int, _Judged] = {}

    def then(mode: str, now: ModeResult, weights: tuple[np.ndarray, ...]) -> ModeResult:
        """A model's figures as they were after the epoch."""
        if now.kept_epoch is not None and epoch > now.checked_epochs[-1]:
            return now  # it had stopped by then
        if id(weights) not in judged:
            judged[id(weights)] = _judge(experiment, dataset, weights, budget)
        step_mse, losses, predictions = judged[id(weights)]
        told, checked = now.loss_epochs <= epoch, now.checked_epochs <= epoch
        epochs, errors = now.checked_epochs[checked], now.last_step_mse[checked]
        validation = now.validation_loss[checked] if dataset.has_validation else np.zeros(0)
        if epoch not in epochs:  # else it was judged on all samples then
            epochs, errors = np.append(epochs, epoch), np.append(errors, step_mse[-1])
            if dataset.has_validation:
                validation = np.append(validation, losses[mode])
        return replace(
            now,
            loss_epochs=now.loss_epochs[told],
            loss=now.loss[told],
            checked_epochs=epochs,
            last_step_mse=errors,
            validation_loss=validation,
            step_mse=step_mse,
            predictions=predictions,
            weights=weights,
            kept_epoch=None,
        )

    results, *others = (
        {mode: then(mode, result, models[mode]) for mode, result in seed.items()}
        for seed, models in zip(snapshot.seeds, weights, strict=False)
    )
    shown = dataset.shown
    return replace(snapshot, epoch=epoch, samples=shown, results=results, others=tuple(others))


def _judge(
    experiment: Experiment, dataset: Dataset, weights: Sequence[np.ndarray], budget: float
) -> _Judged:
    """Of a model: mean squared errors by timestep (T,) and the loss by mode on the judged samples.

    With them come its outputs for the shown samples, (S, T, K). Where judging all the samples would
    take more than the budget, the shown ones and as many more, evenly spread, stand for them.
    """
    shown = dataset.shown
    judged = np.arange(len(dataset.x))[dataset.judged]
    cost = len(judged) * dataset.shape[1] * sum(w.size for w in weights)
    if (every := math.ceil(cost * len(experiment.each_seed) / budget)) > 1:
        judged = np.union1d(shown, judged[::every])
    outputs = forward(experiment, weights, dataset.x[judged])[1]
    wrong = outputs - dataset.y[judged]
    losses = mode_losses(step_losses(experiment.training.loss, wrong))
    return step_losses("mse", wrong), losses, outputs[np.searchsorted(judged, shown)]
