"""Labels: probabilities, cross-entropy, accuracy and confusion matrix, computed as in Keras."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from lib.data import class_numbers
from lib.experiment import Experiment

Z = NormalDist().inv_cdf(0.975)  # of a 95% confidence interval


@dataclass(frozen=True, slots=True, eq=False)
class LabelScores:
    """Scores of one model on the evaluated samples. A step that no sample has is NaN."""

    step_accuracy: np.ndarray  # share of samples with the right class, by timestep (T,)
    confusion: np.ndarray  # samples by true class and predicted class at the last step, (C, C)
    with_padding: np.ndarray  # loss and accuracy over all steps, padded ones too, (2,)
    without_padding: np.ndarray  # loss and accuracy over real steps, (2,)

    @property
    def accuracy(self) -> float:
        """The share of samples with the right class at the last step."""
        return accuracy(self.confusion)


def median_scores(seeds: Sequence[LabelScores]) -> LabelScores | None:
    """Return medians over the seeds, and the sum of confusion matrices; None without scores."""
    if not seeds:
        return None
    names = "step_accuracy", "with_padding", "without_padding"
    medians = {name: np.median([getattr(s, name) for s in seeds], axis=0) for name in names}
    return LabelScores(confusion=np.sum([s.confusion for s in seeds], axis=0), **medians)


def activated(experiment: Experiment, outputs: np.ndarray) -> np.ndarray:
    """Return probabilities for a head's outputs (…, K); outputs unchanged if targets are numbers.

    Source: Keras's `softmax` and `sigmoid`.
    """
    activation = experiment.training.activation
    if activation == "softmax":
        powers = np.exp(outputs - outputs.max(axis=-1, keepdims=True))
        return powers / powers.sum(axis=-1, keepdims=True)
    if activation == "sigmoid":
        return np.exp(-np.logaddexp(0, -outputs))
    return outputs


def cross_entropy(activation: str, outputs: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the cross-entropy (…) of a head's outputs before the activation, for y (…, K).

    Source: Keras's `categorical_crossentropy` and `binary_crossentropy` with `from_logits=True`.
    """
    if activation == "sigmoid":  # -log(1 - p) = log(1 + exp(output)), and p = 1 - (1 - p)
        return (np.logaddexp(0, outputs) - y * outputs).mean(axis=-1)
    highest = outputs.max(axis=-1, keepdims=True)
    logs = outputs - highest - np.log(np.exp(outputs - highest).sum(axis=-1, keepdims=True))
    return -(y * logs).sum(axis=-1)


def entropy(probabilities: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the cross-entropy (…) of probabilities (…, K), clipped as Keras clips them, for y."""
    clipped = np.clip(probabilities.astype(np.float64), 1e-7, 1 - 1e-7)
    if y.shape[-1] == 1:
        return -(y * np.log(clipped) + (1 - y) * np.log1p(-clipped)).mean(axis=-1)
    return -(y * np.log(clipped)).sum(axis=-1)


def confusion_matrix(y: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """Return counts (C, C) by true class (row) and predicted class (column), of (n, K) each."""
    classes = max(2, y.shape[-1])
    pairs = classes * class_numbers(y) + class_numbers(predicted)
    return np.bincount(pairs, minlength=classes**2).reshape(classes, classes)


def accuracy(confusion: np.ndarray) -> float:
    """Return the share of right predictions; NaN without samples."""
    total = confusion.sum()
    return float(np.trace(confusion) / total) if total else math.nan


def balanced_accuracy(confusion: np.ndarray) -> float:
    """Return the mean over the classes of the share of a class's samples that are right (recall).

    A class without samples doesn't count. The same as scikit-learn's `balanced_accuracy_score`.
    """
    totals = confusion.sum(axis=1)
    known = totals > 0
    return float((np.diag(confusion)[known] / totals[known]).mean()) if known.any() else math.nan


def macro_f1(confusion: np.ndarray) -> float:
    """Return the mean over the classes of F1, 2·right / (true + predicted).

    A class that neither occurs nor is predicted doesn't count, as in scikit-learn's `f1_score` with
    `average="macro"`.
    """
    sizes = confusion.sum(axis=1) + confusion.sum(axis=0)
    known = sizes > 0
    return float((2 * np.diag(confusion)[known] / sizes[known]).mean()) if known.any() else math.nan


def proportion_interval(
    share: float | np.ndarray, count: float | np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the 95% confidence interval of a proportion of `count` samples; NaN without samples.

    Source: Wilson, "Probable inference, the law of succession, and statistical inference", 1927.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        inverse = Z**2 / np.asarray(count, np.float64)
        root = np.sqrt(share * (1 - share) * inverse + (inverse / 2) ** 2)
        middle, whole = share + inverse / 2, 1 + inverse
        return np.maximum(0, (middle - root) / whole), np.minimum(1, (middle + root) / whole)
