"""Evaluate a model's outputs: errors by timestep, losses by mode, and scores of labels."""

from dataclasses import dataclass, field

import numpy as np

from lib.data import Dataset, Samples, cached_with_object, class_numbers
from lib.experiment import Experiment
from lib.results.baselines import mode_losses, step_losses
from lib.results.compared import BOTH_MODES
from lib.results.labels import (
    LabelScores,
    activated,
    class_total,
    confusion_matrix,
    cross_entropy,
)
from lib.results.loss_weights import mode_values


@dataclass(frozen=True, slots=True)
class Errors:
    """A model's errors on the evaluated samples, for each mode that it could be trained in."""

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
    with np.errstate(over="ignore", invalid="ignore"):
        if experiment.has_labels:
            return _label_errors(experiment, samples, outputs, part)
        wrong = outputs.astype(np.float64) - samples.y[part]
        step_mse = step_losses("mse", wrong)
        losses = mode_losses(step_losses(experiment.training.loss, wrong))
    shown = outputs[np.searchsorted(part, samples.shown)]
    return Errors(step_mse, losses, shown, dict.fromkeys(BOTH_MODES, float(step_mse[-1])))


def _label_errors(
    experiment: Experiment, samples: Samples, outputs: np.ndarray, part: np.ndarray
) -> Errors:
    probabilities = activated(experiment, outputs)
    y, last_y, activation = samples.y[part], samples.last_y[part], experiment.training.activation
    real = np.ones(y.shape[:2], bool) if samples.mask is None else samples.mask[part]
    costs = cross_entropy(activation, outputs.astype(np.float64), y)  # (n, T), as `right`
    right = class_numbers(probabilities) == class_numbers(y)
    with_padding = np.array([costs.mean(), right.mean()])
    without_padding = np.array([costs[real].mean(), right[real].mean()])
    last_costs = cross_entropy(activation, outputs[:, -1].astype(np.float64), last_y)
    losses = {"sequence": float(costs.mean()), "last": float(last_costs.mean())}
    if samples.model_mask(experiment) is not None:
        losses["sequence"] = _masked_loss(costs, real, experiment.training.batch_size)
    by_step = step_means(right, real), step_means(costs, real)
    rows, true, last_mse, labels = np.arange(len(part)), class_numbers(last_y), {}, {}
    # Last-step mode returns only the final output. Sequence mode also returns the output at the
    # last real step, which isn't the final output if later steps are padded and not masked.
    for mode, last in (("sequence", samples.last_step[part]), ("last", -1)):
        at_end = probabilities[rows, last]
        last_mse[mode] = float(((at_end - last_y) ** 2).mean())
        confusion = confusion_matrix(true, class_numbers(at_end), class_total(y))
        labels[mode] = LabelScores(*by_step, confusion, with_padding, without_padding)
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


@cached_with_object
def baseline_accuracy(dataset: Dataset) -> tuple[np.ndarray, float]:
    """Return the baseline's accuracy by timestep (T,), and at each sample's last real step."""
    if (known := dataset.known_errors) and known.baseline_accuracy:
        return known.baseline_accuracy
    part, y = dataset.evaluated, dataset.last_y[dataset.evaluated]
    right = class_numbers(dataset.baseline[part]) == class_numbers(dataset.y[part])
    real = np.ones(right.shape, bool) if dataset.mask is None else dataset.mask[part]
    last = mode_values(dataset, dataset.baseline, "last")[part, -1]
    return step_means(right, real), float((class_numbers(last) == class_numbers(y)).mean())
