"""Measures: how errors and accuracies are compared, and when a difference is significant."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np

from lib.data import Dataset, Origin
from lib.experiment import Experiment
from lib.results.labels import proportion_interval
from lib.text import percent, readable, short

SIGNIFICANCE = 0.05  # the significance level
BETTER = 0.95  # a model beats a baseline if its error is below this share of the baseline's error
CORRELATION = 0.8  # assumed between two models' errors on a sample; bundled tables: 0.68 to 0.90
Values = float | Sequence[float] | np.ndarray


def independent_samples(dataset: Dataset, samples: slice | np.ndarray | None = None) -> float:
    """Return the number of independent samples; samples with overlapping targets count as one.

    Labels that persist from row to row count less: n samples of a series with autocorrelation r
    count as n (1 - r) / (1 + r). Source: Bayley and Hammersley, "The effective number of
    independent observations in an autocorrelated time series", 1946.
    """
    samples = dataset.evaluated if samples is None else samples
    if (origin := dataset.origin) is None:
        return len(dataset.x[samples]) if dataset.has_labels else math.inf
    first = origin.starts[samples]
    rows = len(origin.series)
    blocks = origin.series[first].astype(np.int64) * rows + first // max(1, *origin.horizons)
    count = float(len(np.unique(blocks)))
    if dataset.has_labels:
        correlation = _label_correlation(origin)
        count *= (1 - correlation) / (1 + correlation)
    return max(count, len(np.unique(origin.series[first])))


def _label_correlation(origin: Origin) -> float:
    """Return how much more often neighboring rows have equal labels than by chance, 0 to 1."""
    labels, in_series = origin.targets[:, 0].astype(int), np.diff(origin.series) == 0
    if not in_series.any():
        return 0.0
    equal = float((np.diff(labels) == 0)[in_series].mean())
    chance = float(((np.bincount(labels) / len(labels)) ** 2).sum())
    return max(0.0, (equal - chance) / (1 - chance)) if chance < 1 else 1.0


def decisive_ratio(samples: float) -> float:
    """Return the smallest ratio at which two MSEs over `samples` samples differ significantly.

    For n pairs of normal errors around 0 with correlation r, and the ratio F of their mean squares,
    √n (√F - 1/√F) / 2√(1 - r²) has Student's distribution with n degrees of freedom (Morgan, "A
    test for the significance of the difference", 1939). Quantile: Abramowitz and Stegun, "Handbook
    of Mathematical Functions", 26.7.5.
    """
    z, n = NormalDist().inv_cdf(1 - SIGNIFICANCE / 2), samples
    t = z + (z**3 + z) / (4 * n) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * n**2)
    t += (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * n**3)
    half = t * math.sqrt((1 - CORRELATION**2) / n)
    return (half + math.sqrt(half**2 + 1)) ** 2


@dataclass(frozen=True, slots=True)
class Verdict:
    """The comparison of two models by seed, of their errors' logarithms or of their accuracies."""

    better: int  # 0 if the first model is better in the median over the seeds, else 1
    wins: int  # the number of seeds in which this model is better
    equal: int  # the number of seeds in which neither model is better
    seeds: int
    gain: float  # the better model's median gain over the seeds: in log error, or in accuracy
    p_value: float  # from the paired t-test of the gains; 1 with a single seed
    agrees: bool  # whether the mean gain favors the same model
    has_samples: bool = True  # whether there are enough samples: see `Measure.decided`

    @property
    def ratio(self) -> float:
        """The worse model's error divided by the better model's, if errors are compared."""
        return math.exp(min(self.gain, 700.0))

    @property
    def is_clear(self) -> bool:
        """Whether one model is significantly better."""
        return self.p_value < SIGNIFICANCE and self.gain > 0 and self.agrees and self.has_samples


def _paired(first_gains: np.ndarray) -> Verdict:
    """Return the verdict of a paired t-test on the first model's gains by seed, (R,)."""
    sign = 1 if np.median(first_gains) >= 0 else -1
    count, gains, p_value = len(first_gains), sign * first_gains, 1.0
    if count > 1 and gains.any():
        spread = float(gains.std(ddof=1)) / math.sqrt(count)
        t = abs(float(gains.mean())) / spread if spread else math.inf
        p_value = t_test_p_value(t, count - 1)
    agrees = bool(gains.mean() > 0) or not gains.any()
    wins, equal, gain = int((gains > 0).sum()), int((gains == 0).sum()), float(np.median(gains))
    return Verdict(int(sign < 0), wins, equal, count, gain, p_value, agrees)


def compare_modes(first: Values, second: Values) -> Verdict:
    """Compare two models' errors by seed, (R,) each, by a paired t-test of log errors."""
    least = np.finfo(np.float64).tiny
    return _paired(np.log(np.maximum(second, least)) - np.log(np.maximum(first, least)))


class Measure:
    """The number by which models are compared at the last step: the mean squared error."""

    name = "error"
    short_name = "MSE"
    full_name = "mean squared error"
    better = "smaller"
    superlative = "smallest"
    best: Callable[..., Any] = staticmethod(min)
    field = "final_mse"  # the property of `ModeResult` with the current number
    curve = "last_step_mse"  # the field of `ModeResult` with the numbers by epoch
    scale = 1  # of numbers on the screen
    unit = ""  # of scaled numbers
    tested = "log errors"  # the values of the paired t-test

    def text(self, value: float) -> str:
        """Return a number for the screen; "–" for NaN."""
        return "–" if math.isnan(value) else short(value)

    def compare(self, first: Values, second: Values) -> Verdict:
        """Compare two models' numbers by seed, (R,) each, by a paired t-test."""
        return compare_modes(first, second)

    def decided(self, first: Values, second: Values, samples: Any) -> np.ndarray:
        """Return whether numbers over `samples` samples differ significantly; True for NaN."""
        ratio = decisive_ratio(samples)
        return np.logical_not(np.maximum(first, second) < ratio * np.minimum(first, second))

    def beats(self, values: np.ndarray, baseline: Values) -> np.ndarray:
        """Return whether each number is better than the baseline's."""
        return values < BETTER * np.asarray(baseline)

    def outcomes(self, values: np.ndarray, baseline: Values, samples: Any) -> np.ndarray:
        """Return whether each number beats the baseline's: "clear" (yes), "no", or "unclear"."""
        better = np.where(self.beats(values, baseline), "clear", "no")
        return np.where(self.decided(values, baseline, samples), better, "unclear")


class _Accuracy(Measure):
    """The measure of labels: the share of samples with the right class."""

    name = short_name = full_name = "accuracy"
    better = "higher"
    superlative = "highest"
    best = staticmethod(max)
    field = "final_accuracy"
    curve = "last_step_accuracy"
    scale = 100
    unit = "%"
    tested = "accuracies"

    def text(self, value: float) -> str:
        is_nearly_whole = not value < 0.9995  # also NaN
        return percent(100 * value) if is_nearly_whole else readable(100 * value, unit="%")

    def compare(self, first: Values, second: Values) -> Verdict:
        return _paired(np.subtract(first, second).round(9))  # without rounding errors

    def beats(self, values: np.ndarray, baseline: Values) -> np.ndarray:
        return values > np.asarray(baseline)

    def decided(self, first: Values, second: Values, samples: Any) -> np.ndarray:
        """Return whether the 95% interval of the difference of two accuracies doesn't contain 0.

        Source: Newcombe, "Interval estimation for the difference between independent proportions",
        1998, method 10. No correlation is assumed between the samples that both models get right:
        on the bundled data, it is -0.02 to 0.93 between both modes (median 0.46), and -0.47 to 0.72
        between a mode and a baseline (median 0.14). A correlation above 0 makes the test stricter.
        """
        low, high = np.minimum(first, second), np.maximum(first, second)
        below = high - proportion_interval(high, samples)[0]
        above = proportion_interval(low, samples)[1] - low
        return np.logical_not(high - low <= np.hypot(below, above))


ERROR, ACCURACY = Measure(), _Accuracy()


def measure_of(of: Experiment | Dataset) -> Measure:
    """Return the measure of an experiment's or dataset's models."""
    return ACCURACY if of.has_labels else ERROR


def least_difference(accuracy: float, samples: float) -> float:
    """Return the smallest difference at which a lower accuracy differs significantly."""
    lower = np.linspace(accuracy, 0, 10_001)
    return accuracy - float(lower[ACCURACY.decided(accuracy, lower, samples)].max(initial=0))


def t_test_p_value(t: float, degrees_of_freedom: int) -> float:
    """Return the two-sided p-value of Student's t (Abramowitz and Stegun, 26.7.3 and 26.7.4)."""
    angle = math.atan2(t, math.sqrt(degrees_of_freedom))
    cosine, odd = math.cos(angle), degrees_of_freedom % 2
    term, total = (cosine if odd else 1.0), 0.0
    for k in range(2 + odd, degrees_of_freedom + 2, 2):
        total += term
        term *= cosine**2 * (k - 1) / k
    within = math.sin(angle) * total
    return 1 - (2 / math.pi * (angle + within) if odd else within)
