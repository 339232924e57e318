"""Runs on labels whose models make a chosen number of mistakes, for tests."""

import numpy as np

from lib.data import class_numbers
from lib.experiment import Experiment
from lib.results import RunAt, Snapshot, Status, evaluate_outputs
from lib.results.run import ModeResult
from tests.unit.fakes import fake_labels

SURE = 4.0  # the largest output of a sure model
EXPERIMENTS = {3: Experiment().set(loss="sparse", T=4), 2: Experiment().set(loss="binary", T=4)}


def outputs_with_mistakes(dataset, mistakes):
    """Return outputs (n, T, K) that are sure, and wrong at every step for the first samples.

    At padded steps after a sequence, the last real step's output is repeated, as with a mask.
    """
    part, count = dataset.evaluated, len(dataset.classes)
    numbers = class_numbers(dataset.y[part])
    if dataset.mask is not None:
        last = class_numbers(dataset.last_y[part])[:, None]
        numbers = np.where(dataset.mask[part], numbers, last)
    numbers[:mistakes] = (numbers[:mistakes] + 1) % count
    if count == 2:
        return (SURE * (2 * numbers - 1))[..., None]
    return SURE * np.eye(count)[numbers]


def a_result(experiment, dataset, mode, mistakes):
    """Return the result of a model with this number of wrong samples."""
    part = np.arange(len(dataset.x))[dataset.evaluated]
    at = evaluate_outputs(experiment, dataset, outputs_with_mistakes(dataset, mistakes), part)
    labels, loss = at.labels[mode], at.losses[mode]
    return ModeResult(
        loss_epochs=np.arange(1, 11),
        loss=np.linspace(2.0, loss, 10),
        checked_epochs=np.array([0, 10]),
        last_step_mse=np.array([1.0, at.last_mse[mode]]),
        validation_loss=np.array([2.0, loss]),
        step_mse=at.step_mse,
        predictions=at.predictions,
        last_step_accuracy=np.array([0.25, labels.accuracy]),
        labels=labels,
    )


def a_label_run(dataset=None, *, classes=3, epoch=10, masking="on", **mistakes):
    """Return a run with mistakes by mode and seed: `a_label_run(sequence=[2], last=[1])`."""
    dataset = dataset or fake_labels(200, 4, 2, classes, train=100)
    experiment = EXPERIMENTS[len(dataset.classes)].set(mask=masking)
    seeds = [
        {m: a_result(experiment, dataset, m, counts[seed]) for m, counts in mistakes.items()}
        for seed in range(len(next(iter(mistakes.values()))))
    ]
    about = {"epoch": epoch, "epochs": 20, "samples": dataset.shown}
    state = Snapshot("r", Status.RUNNING, **about, results=seeds[0], others=tuple(seeds[1:]))
    return RunAt(experiment.set(seeds=len(seeds)), dataset, state)
