"""A run as it was: the model as it starts, or after an earlier epoch, as a snapshot of the run.

NumPy only, from weights. The untrained model is the very one that training starts from:
`lib.recurrence` makes the initial weights for both.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from lib.dataset import Dataset
from lib.experiment import Experiment
from lib.losses import mode_losses, step_losses
from lib.recurrence import forward, initial_model_weights
from lib.run import ModeResult, SeedWeights, Snapshot, Status

BUDGET = 100_000_000
"""Multiply-adds that a redraw may spend on judging an untrained model, about 0.1 s."""


def untrained(experiment: Experiment, dataset: Dataset) -> Snapshot:
    """The run's snapshot at epoch 0: what the models say with their initial weights.

    Both modes start from the same weights, so one forward pass of a seed serves both.
    """
    seeds = []
    for each in experiment.each_seed:
        weights = initial_model_weights(each, dataset.shape[2], dataset.targets)
        step_mse, losses, predictions = _judge(experiment, dataset, weights)
        seeds.append(
            {
                mode: ModeResult(
                    loss_epochs=np.zeros(0, np.int64),
                    loss=np.zeros(0),
                    checked_epochs=np.zeros(1, np.int64),
                    last_step_mse=step_mse[-1:],
                    validation_loss=np.array([losses[mode]] if dataset.has_validation else []),
                    step_mse=step_mse,
                    predictions=predictions,
                    weights=tuple(weights),
                )
                for mode in experiment.model.modes
            }
        )
    return Snapshot(
        run_id="",
        status=Status.PAUSED,
        epochs=experiment.training.epochs,
        samples=dataset.shown,
        results=seeds[0],
        others=tuple(seeds[1:]),
    )


def as_of(
    experiment: Experiment, dataset: Dataset, snapshot: Snapshot, epoch: int, weights: SeedWeights
) -> Snapshot:
    """A run's snapshot as it was after an earlier epoch, with the weights that it had then."""
    seeds = tuple(
        {
            mode: _result_then(experiment, dataset, (mode, result), epoch, then[mode])
            for mode, result in seed.items()
        }
        for seed, then in zip(snapshot.seeds, weights, strict=False)
    )
    results, others = seeds[0], seeds[1:]
    return replace(snapshot, epoch=epoch, samples=dataset.shown, results=results, others=others)


def _result_then(
    experiment: Experiment,
    dataset: Dataset,
    of: tuple[str, ModeResult],
    epoch: int,
    weights: tuple[np.ndarray, ...],
) -> ModeResult:
    """A model's figures as they were after an epoch; `of` is its mode, and its figures now."""
    mode, result = of
    if result.kept_epoch is not None and epoch > result.checked_epochs[-1]:
        return result  # it had stopped by then
    step_mse, losses, predictions = _judge(experiment, dataset, weights)
    told, checked = result.loss_epochs <= epoch, result.checked_epochs <= epoch
    epochs, errors = result.checked_epochs[checked], result.last_step_mse[checked]
    validation = result.validation_loss
    if len(validation):
        validation = validation[checked]
    if epoch not in epochs:  # else it was judged on all samples then
        epochs, errors = np.append(epochs, epoch), np.append(errors, step_mse[-1])
        if len(validation):
            validation = np.append(validation, losses[mode])
    return replace(
        result,
        loss_epochs=result.loss_epochs[told],
        loss=result.loss[told],
        checked_epochs=epochs,
        last_step_mse=errors,
        validation_loss=validation,
        step_mse=step_mse,
        predictions=predictions,
        weights=weights,
        kept_epoch=None,
    )


def _judge(
    experiment: Experiment, dataset: Dataset, weights: Sequence[np.ndarray]
) -> tuple[np.ndarray, dict[str, float], np.ndarray]:
    """Of a model: mean squared errors by timestep (T,) and the loss by mode on the judged samples.

    With them come its outputs for the shown samples, (S, T, K). Where judging all the samples would
    take too long for a redraw, the shown ones stand for them.
    """
    shown = dataset.shown
    judged = np.arange(len(dataset.x))[dataset.judged]
    cost = len(judged) * dataset.shape[1] * sum(w.size for w in weights)
    if cost * len(experiment.each_seed) > BUDGET:
        judged = shown
    outputs = forward(experiment, weights, dataset.x[judged])[1]
    wrong = outputs - dataset.y[judged]
    losses = mode_losses(step_losses(experiment.training.loss, wrong))
    return step_losses("mse", wrong), losses, outputs[np.searchsorted(judged, shown)]
