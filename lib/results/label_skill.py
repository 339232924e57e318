"""Accuracies of models and baselines compared, and a table of their scores."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lib.data import Dataset, class_numbers
from lib.experiment import MODES, Experiment
from lib.results.baselines import Part, predict
from lib.results.compared import independent_samples
from lib.results.labels import (
    accuracies_differ,
    accuracy,
    balanced_accuracy,
    class_total,
    confusion_matrix,
    entropy,
    macro_f1,
)
from lib.results.run import SeedWeights, Snapshot

UNEVEN = 1.5  # classes are uneven if the largest share exceeds this many equal shares


def class_counts(dataset: Dataset) -> np.ndarray:
    """Return how many evaluated samples have each class at the last step, (C,)."""
    last = class_numbers(dataset.last_y[dataset.evaluated])
    return np.bincount(last, minlength=class_total(dataset.y))


def is_uneven(counts: np.ndarray) -> bool:
    """Return whether the most frequent class is much more frequent than if all were equal."""
    return bool(counts.max() * len(counts) > UNEVEN * counts.sum())


def samples_by_step(dataset: Dataset, snapshot: Snapshot) -> np.ndarray:
    """Return the number of independent evaluated samples that have each timestep, (T,)."""
    part, labels = dataset.evaluated, next(iter(snapshot.results.values())).labels
    every = part.stop - part.start
    counts = np.full(dataset.shape[1], every) if dataset.mask is None else dataset.mask[part].sum(0)
    if labels is not None:  # an earlier epoch is evaluated on fewer samples
        counts = counts * (labels.confusion.sum() / every)
    return np.minimum(counts, independent_samples(dataset))


def decisive_difference(share: float, samples: float) -> float:
    """Return the smallest difference from a larger accuracy `share` that is significant."""
    below = np.arange(0.001, share, 0.001)
    return float(next((d for d in below if accuracies_differ(share, share - d, samples)), share))


def accuracy_outcomes(
    shares: np.ndarray, other: np.ndarray | float, samples: np.ndarray | float
) -> np.ndarray:
    """Return whether each accuracy beats the `other`: "clear" (it does), "no", or "unclear"."""
    pairs = np.broadcast(shares, other, samples)
    differ = np.array([accuracies_differ(*each) for each in pairs], bool)
    return np.where(differ, np.where(np.greater(shares, other), "clear", "no"), "unclear")


@dataclass(frozen=True, slots=True)
class LabelScore:
    """Scores of a model or baseline at the last step; of a model, medians over the seeds."""

    name: str  # a mode, or the baseline's name
    label: str
    accuracy: float
    balanced: float  # `balanced_accuracy`
    f1: float  # `macro_f1`
    loss: float  # cross-entropy


@dataclass(frozen=True, slots=True)
class LabelTable:
    """Scores of models and baselines on the same samples."""

    samples: int
    independent: float
    models: tuple[LabelScore, ...]
    baselines: tuple[LabelScore, ...]  # the best one first


def label_skill(
    experiment: Experiment, dataset: Dataset, weights: SeedWeights, part: Part = "evaluated"
) -> LabelTable:
    """Return the scores of the models with these weights, and of the baselines."""
    seeds = [predict(experiment, dataset, each, part, seeds=len(weights)) for each in weights]
    samples = seeds[0].samples
    y = dataset.last_y[samples]
    true = class_numbers(y)

    def score(name: str, label: str, lasts: Sequence[np.ndarray]) -> LabelScore:
        rows = []
        for last in lasts:
            confusion = confusion_matrix(true, class_numbers(last), class_total(y))
            shares = accuracy(confusion), balanced_accuracy(confusion), macro_f1(confusion)
            rows.append((*shares, float(entropy(last, y).mean())))
        return LabelScore(name, label, *np.median(rows, axis=0).tolist())

    models = {mode: [seed.last[mode] for seed in seeds] for mode in seeds[0].last}
    return LabelTable(
        len(samples),
        min(len(samples), independent_samples(dataset, samples)),
        tuple(score(mode, MODES[mode].name, lasts) for mode, lasts in models.items()),
        tuple(score(one.name, one.label, [one.last[samples]]) for one in dataset.baselines),
    )
