"""Which of two modes, or of two runs, is better, as far as seeds and samples can tell.

The seed decides the first weights and the order of batches, and moves an error as much as many a
setting does. So figures are medians over the seeds, and one mode is called better only if a paired
t-test over the seeds is significant (`compare_modes`), and if enough independent samples were
judged (`decisive_ratio`).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from lib.data import Dataset
from lib.results.run import ModeResult, RunAt

LETTERS = "ABCDEF"
"""The names in pictures of runs that are compared; there are no more of them."""
CHANCE = 0.05
"""The significance level: a smaller p-value makes one mode better."""
BETTER = 0.95
"""A model beats a rival with an error below this share of the rival's."""
OUTCOMES = ("clear", "unclear", "no")
"""Whether a model beats a rival; of several steps the first of these that occurs counts."""
CORRELATION = 0.8
"""The correlation of two models' errors on the same samples, or of a model's and a baseline's: 0.68
to 0.90, with a median of 0.79, for both modes and the best baseline of the bundled tables."""


def independent_samples(dataset: Dataset, samples: slice | np.ndarray | None = None) -> float:
    """How many of these samples, by default the judged ones, have independent errors.

    Errors of forecasts h rows ahead share the noise of these rows, so targets less than h rows
    apart count as one. Generated data could have any number of samples: infinity.
    """
    if dataset.known_errors is not None:
        return dataset.known_errors.independent
    if (origin := dataset.origin) is None:
        return math.inf
    first = origin.starts[dataset.judged if samples is None else samples]
    rows = len(origin.series)
    blocks = origin.series[first].astype(np.int64) * rows + first // max(1, *origin.horizons)
    return len(np.unique(blocks))


def decisive_ratio(samples: float) -> float:
    """The ratio from which two mean squared errors on so many samples differ significantly.

    For n pairs of normal errors around 0 whose correlation is r, and the ratio F of their mean
    squares, √n (√F - 1/√F) / 2√(1 - r²) has Student's distribution with n degrees of freedom
    (Morgan, "A test for the significance of the difference between the two variances in a sample
    from a normal bivariate population", 1939). Its quantile is Abramowitz and Stegun's 26.7.5.
    So the ratio falls steadily: 6.7 for 3 samples, 1.6 for 30, 1.08 for 1,000, 1 without a limit.
    """
    z, n = NormalDist().inv_cdf(1 - CHANCE / 2), samples
    t = z + (z**3 + z) / (4 * n) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * n**2)
    t += (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * n**3)
    half = t * math.sqrt((1 - CORRELATION**2) / n)
    return (half + math.sqrt(half**2 + 1)) ** 2


def decided(first: float | np.ndarray, second: float | np.ndarray, samples: float) -> np.ndarray:
    """Whether so many samples decide which of two mean squared errors is smaller, as bool.

    An error that isn't a number (of a run that diverged) counts as decided.
    """
    ratio = decisive_ratio(samples)
    return np.logical_not(np.maximum(first, second) < ratio * np.minimum(first, second))


def outcomes(errors: float | np.ndarray, rival: float | np.ndarray, samples: float) -> np.ndarray:
    """Whether errors beat a rival's, one of `OUTCOMES` for each, as text."""
    better = np.where(errors < BETTER * rival, "clear", "no")
    return np.where(decided(errors, rival, samples), better, "unclear")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What errors of two modes, or of two of anything, say, seed by seed."""

    better: int
    """0 where the first has the smaller error in the median, else 1."""
    wins: int
    """Seeds in which it has."""
    seeds: int
    by: float
    """The median over the seeds of how much smaller it is, as a share of the other's."""
    p_value: float
    """Of the paired t-test; 1 with a single seed."""
    agrees: bool
    """Whether the mean of the logarithms, which `p_value` is about, favours the same one."""
    has_samples: bool = True
    """Whether enough samples were judged to tell such errors apart: see `decided`."""

    @property
    def is_equal(self) -> bool:
        """Whether both have the same errors, seed by seed."""
        return not self.wins and not self.by and self.p_value == 1

    @property
    def is_clear(self) -> bool:
        """Whether one is better, and the difference is significant."""
        return self.p_value < CHANCE and self.by > 0 and self.agrees and self.has_samples


def compare_modes(
    first: Sequence[float] | np.ndarray, second: Sequence[float] | np.ndarray
) -> Verdict:
    """Compare two models' errors by seed, (R,) each, by a paired t-test of their logarithms.

    Logarithms, because errors of one setting often differ by a factor from seed to seed.
    """
    first, second = np.asarray(first, np.float64), np.asarray(second, np.float64)
    least = np.finfo(np.float64).tiny
    logs = np.log(np.maximum(second, least)) - np.log(np.maximum(first, least))
    sign = 1 if np.median(logs) >= 0 else -1
    count, gains = len(logs), sign * logs
    by = float(np.median(1 - np.exp(-gains)))
    p_value = 1.0
    if count > 1 and gains.any():
        spread = float(gains.std(ddof=1)) / math.sqrt(count)
        t = abs(float(gains.mean())) / spread if spread else math.inf
        p_value = t_test_p_value(t, count - 1)
    agrees = bool(gains.mean() > 0) or not gains.any()
    return Verdict(int(sign < 0), int((gains > 0).sum()), count, by, p_value, agrees)


def t_test_p_value(t: float, degrees_of_freedom: int) -> float:
    """Two-sided p-value of `t` under Student's distribution.

    Source: Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.3 and 26.7.4.
    """
    angle = math.atan2(t, math.sqrt(degrees_of_freedom))
    cosine, odd = math.cos(angle), degrees_of_freedom % 2
    term, total = (cosine if odd else 1.0), 0.0
    for k in range(2 + odd, degrees_of_freedom + 2, 2):
        total += term
        term *= cosine**2 * (k - 1) / k
    within = math.sin(angle) * total
    return 1 - (2 / math.pi * (angle + within) if odd else within)


@dataclass(frozen=True, slots=True, eq=False)
class Compared(RunAt):
    """One run among others, as it is now; without results before its first figures."""

    id: str
    name: str
    letter: str = ""
    """One of LETTERS; "" for a run that is in the list alone."""
    is_recorded: bool = False
    is_kept: bool = False
    """Whether it is from a file."""

    @property
    def results(self) -> dict[str, ModeResult]:
        """By mode, the median of the seeds' figures."""
        return self.snapshot.middle.results


def lead_of(errors: Sequence[np.ndarray]) -> tuple[int, dict[int, Verdict]]:
    """Of two runs or more the place of the one with the least median, and by place the verdicts.

    `errors` are a run's by seed, (R,) each. In each verdict the leading run is the first.
    """
    lead = int(np.argmin([np.median(each) for each in errors]))
    return lead, {
        k: compare_modes(errors[lead], each) for k, each in enumerate(errors) if k != lead
    }


def part_of(runs: Sequence[Compared]) -> str:
    """Where their losses are compared: "validation", or "training" if one has no such part."""
    return "validation" if all(run.dataset.has_validation for run in runs) else "training"


def same_data(runs: Sequence[Compared]) -> bool:
    """Whether all were trained and judged on the same samples."""
    return all(_same(runs[0], other) for other in runs[1:])


def _same(one: Compared, other: Compared) -> bool:
    a, b = one.dataset, other.dataset
    if a is b or one.experiment.data != other.experiment.data or a.train != b.train:
        return a is b
    if not (a.has_rows or b.has_rows):  # guesses err alike on the same rows
        return np.array_equal(a.naive_mse, b.naive_mse)
    # A seed makes other data of a task and not of a table, and two files may be cut alike.
    return np.array_equal(a.x, b.x) and np.array_equal(a.y, b.y)
