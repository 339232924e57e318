"""What there is to see before anybody trains: the model as it starts, as a snapshot of a run.

NumPy only. The untrained model is the very one that training starts from: `lib.recurrence` makes
the initial weights for both.
"""

from __future__ import annotations

import numpy as np

from lib.dataset import Dataset
from lib.experiment import Experiment
from lib.losses import mode_losses, step_losses
from lib.recurrence import forward, initial_model_weights
from lib.run import ModeResult, Snapshot, Status

BUDGET = 100_000_000
"""Multiply-adds that a redraw may spend on judging an untrained model, about 0.1 s."""


def untrained(experiment: Experiment, dataset: Dataset) -> Snapshot:
    """The run's snapshot at epoch 0: what the models say with their initial weights.

    Both modes start from the same weights, so one forward pass serves both. Where judging all the
    samples would take too long for a redraw, the shown ones stand for them.
    """
    weights = initial_model_weights(experiment, dataset.shape[2], dataset.targets)
    shown = dataset.shown
    judged = np.arange(len(dataset.x))[dataset.judged]
    cost = len(judged) * dataset.shape[1] * sum(w.size for w in weights)
    if cost > BUDGET:
        judged = shown
    outputs = forward(experiment, weights, dataset.x[judged])[1]
    wrong = outputs - dataset.y[judged]
    step_mse = step_losses("mse", wrong)
    losses = mode_losses(step_losses(experiment.training.loss, wrong))
    results = {
        mode: ModeResult(
            loss_epochs=np.zeros(0, np.int64),
            loss=np.zeros(0),
            checked_epochs=np.zeros(1, np.int64),
            last_step_mse=step_mse[-1:],
            validation_loss=np.array([losses[mode]] if dataset.has_validation else []),
            step_mse=step_mse,
            predictions=outputs[np.searchsorted(judged, shown)],
            weights=tuple(weights),
        )
        for mode in experiment.model.modes
    }
    return Snapshot(
        run_id="",
        status=Status.PAUSED,
        epochs=experiment.training.epochs,
        samples=shown,
        results=results,
    )
