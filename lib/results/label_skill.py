"""Accuracies of models and baselines compared, and a table of their scores."""

from collections.abc import Sequence
from typing import NamedTuple

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


class LabelScore(NamedTuple):
    """Scores of a model or baseline at the last step; of a model, medians over the seeds."""

    name: str  # a mode, or the baseline's name
    label: str
    accuracy: float
    balanced: float  # `balanced_accuracy`
    f1: float  # `macro_f1`
    loss: float  # cross-entropy


def label_skill(
    experiment: Experiment, dataset: Dataset, weights: SeedWeights, part: Part = "evaluated"
) -> list[LabelScore]:
    """Return the scores of the models with these weights, then of the baselines, best first."""
    seeds = [predict(experiment, dataset, each, part, seeds=len(weights)) for each in weights]
    samples = seeds[0].samples
    y = dataset.last_y[samples]

    def score(name: str, label: str, lasts: Sequence[np.ndarray]) -> LabelScore:
        rows = []
        for last in lasts:
            classes = class_numbers(y), class_numbers(last)
            confusion = confusion_matrix(*classes, class_total(y))
            shares = accuracy(confusion), balanced_accuracy(confusion), macro_f1(confusion)
            rows.append((*shares, float(entropy(last, y).mean())))
        return LabelScore(name, label, *np.median(rows, axis=0).tolist())

    rows = [score(m, MODES[m].name, [seed.last[m] for seed in seeds]) for m in seeds[0].last]
    return rows + [score(one.name, one.label, [one.last[samples]]) for one in dataset.baselines]
