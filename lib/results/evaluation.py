"""Evaluate a model's outputs: errors by timestep, losses by mode, and scores of labels."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import NamedTuple

import numpy as np

from lib.data import Dataset, Samples, cached_with_object, class_numbers
from lib.experiment import MODES, Experiment
from lib.results.baselines import Part, mode_losses, predict, step_losses
from lib.results.labels import (
    LabelScores,
    accuracy,
    activated,
    balanced_accuracy,
    confusion_matrix,
    cross_entropy,
    macro_f1,
)
from lib.results.measures import independent_samples
from lib.results.run import Snapshot


@dataclass(frozen=True, slots=True)
class Errors:
    """A model's errors on the evaluated samples, by mode of the experiment where modes differ."""

    step_mse: np.ndarray  # mean squared error at each timestep, (T,)
    losses: dict[str, float]  # each mode's loss: over all timesteps, or at the last timestep
    predictions: np.ndarray  # for the S shown samples, (S, T, K)
    last_mse: dict[str, float] = field(default_factory=dict)  # mean squared error at the last step
    labels: dict[str, LabelScores] = field(default_factory=dict)  # empty if targets are numbers


def evaluate_outputs(
    experiment: Experiment, samples: Samples, outputs: np.ndarray, part: np.ndarray
) -> Errors:
    """Return the errors of outputs (n, T, K), before the activation, for samples `part` (n,).

    `part` must contain the shown samples.
    """
    modes = experiment.model.modes
    with np.errstate(over="ignore", invalid="ignore"):
        if experiment.has_labels:
            return _label_errors(experiment, samples, outputs, part)
        wrong = outputs.astype(np.float64) - samples.y[part]
        step_mse = step_losses("mse", wrong)
        losses = mode_losses(step_losses(experiment.training.loss, wrong), modes)
    shown = outputs[np.searchsorted(part, samples.shown)]
    return Errors(step_mse, losses, shown, dict.fromkeys(modes, float(step_mse[-1])))


def _label_errors(
    experiment: Experiment, samples: Samples, outputs: np.ndarray, part: np.ndarray
) -> Errors:
    probabilities = activated(experiment, outputs)
    y, last_y, activation = samples.y[part], samples.last_y[part], experiment.training.activation
    real, modes = samples.real[part], experiment.model.modes
    costs = cross_entropy(activation, outputs.astype(np.float64), y)  # (n, T), as `right`
    right = class_numbers(probabilities) == class_numbers(y)
    with_padding = np.array([costs.mean(), right.mean()])
    without_padding = np.array([costs[real].mean(), right[real].mean()])
    last_costs = cross_entropy(activation, outputs[:, -1].astype(np.float64), last_y)
    losses = dict.fromkeys(modes, float(last_costs.mean())) | {"sequence": float(costs.mean())}
    if samples.model_mask(experiment) is not None:
        losses["sequence"] = _masked_loss(costs, real, experiment.training.batch_size)
        without_padding[0] = losses["sequence"]
    by_step, rows = step_means(right, real), np.arange(len(part))
    last_mse, labels = {}, {}
    # Other modes return only the final output. Sequence mode also returns the output at the last
    # real step, which isn't the final output if later steps are padded and not masked.
    for mode in modes:
        at_end = probabilities[rows, samples.last_step[part] if MODES[mode].every_step else -1]
        last_mse[mode] = float(((at_end - last_y) ** 2).mean())
        confusion = confusion_matrix(last_y, at_end)
        labels[mode] = LabelScores(by_step, confusion, with_padding, without_padding)
    step_mse = step_means(((probabilities - y) ** 2).mean(axis=-1), real)
    shown = probabilities[np.searchsorted(part, samples.shown)]
    return Errors(step_mse, losses, shown, last_mse, labels)


def _masked_loss(costs: np.ndarray, real: np.ndarray, batch: int) -> float:
    """Return the mean of costs (n, T) over real steps, as Keras's `evaluate` returns it.

    Keras takes the mean in each batch, and then the mean over the batches, weighted by samples.
    """
    starts = np.arange(0, len(costs), batch)
    sums = np.add.reduceat((costs * real).sum(axis=1), starts)
    means = sums / np.add.reduceat(real.sum(axis=1), starts)
    return float(np.average(means, weights=np.diff(starts, append=len(costs))))


def step_means(values: np.ndarray, real: np.ndarray) -> np.ndarray:
    """Return the mean of values (n, T) over real steps by timestep (T,); NaN if there are none."""
    counts = real.sum(axis=0)
    sums = np.where(real, values, 0).sum(axis=0, dtype=np.float64)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


def baseline_at_end(dataset: Dataset) -> float:
    """Return the baseline's error at the last step, or its accuracy for labels."""
    if dataset.has_labels:
        return baseline_accuracy(dataset)[1]
    return float(dataset.baseline_mse[-1])


@cached_with_object
def baseline_accuracy(dataset: Dataset) -> tuple[np.ndarray, float]:
    """Return the baseline's accuracy by timestep (T,), and at each sample's last real step."""
    part = dataset.evaluated
    right = class_numbers(dataset.baseline) == class_numbers(dataset.y)
    at_end = class_numbers(dataset.baselines[0].last) == class_numbers(dataset.last_y)
    return step_means(right[part], dataset.real[part]), float(at_end[part].mean())


def samples_by_step(dataset: Dataset, snapshot: Snapshot) -> np.ndarray:
    """Return the number of independent evaluated samples that have each timestep, (T,)."""
    part, labels = dataset.evaluated, next(iter(snapshot.results.values())).labels
    counts = dataset.real[part].sum(axis=0)
    if labels is not None:  # an earlier epoch is evaluated on fewer samples
        counts = counts * (labels.confusion.sum() / (part.stop - part.start))
    return np.minimum(counts, independent_samples(dataset))


class ScoreRow(NamedTuple):
    """Scores at the last step; of a model, medians over the seeds. An unknown score is NaN."""

    name: str  # a mode, the baseline's name, or "best"
    label: str
    accuracy: float
    balanced: float = math.nan  # `balanced_accuracy`
    f1: float = math.nan  # `macro_f1`


class ScoreTable(NamedTuple):
    """Scores of models, of baselines, best first, and of the best possible model."""

    rows: list[ScoreRow]
    every: int  # k, if every k-th sample of the part was evaluated
    independent: float  # the number of independent samples: see `independent_samples`


def label_scores(
    experiment: Experiment, dataset: Dataset, snapshot: Snapshot, part: Part = "evaluated"
) -> ScoreTable:
    """Return scores at the last step. On the test part, a model needs known weights."""
    samples, every = np.arange(len(dataset.x))[dataset.evaluated], 1
    models = {mode: [seed[mode].labels for seed in snapshot.seeds] for mode in snapshot.results}
    matrices = {m: [each.confusion for each in seeds if each] for m, seeds in models.items()}
    if part == "test":
        weights = snapshot.weights
        tests = [predict(experiment, dataset, each, part, seeds=len(weights)) for each in weights]
        samples, every = tests[0].samples, tests[0].every
        y = dataset.last_y[samples]
        matrices = {m: [confusion_matrix(y, test.last[m]) for test in tests] for m in tests[0].last}
    rows = [_score(m, MODES[m].name, of_seeds) for m, of_seeds in matrices.items() if of_seeds]
    baselines = []
    for each in dataset.baselines:
        matrix = confusion_matrix(dataset.last_y[samples], each.last[samples])
        baselines.append(_score(each.name, each.label, [matrix]))
    rows += sorted(baselines, key=attrgetter("accuracy"), reverse=True)
    if dataset.best_accuracy is not None:
        rows.append(ScoreRow("best", "best possible", float(dataset.best_accuracy[-1])))
    return ScoreTable(rows, every, independent_samples(dataset, samples))


def _score(name: str, label: str, matrices: Sequence[np.ndarray]) -> ScoreRow:
    """Return the medians of the scores of confusion matrices (C, C)."""
    measures = accuracy, balanced_accuracy, macro_f1
    return ScoreRow(name, label, *(float(np.median([*map(f, matrices)])) for f in measures))
