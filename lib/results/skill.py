"""What models are worth beside baselines: how wrong each is at the last step, in the target's unit.

Of a table's datasets only, whose samples have an `Origin`. NumPy from the weights that a run has
sent; nothing is trained, drawn or said here. What comes after the last row is
`lib.results.forecast`'s.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from lib.data import Dataset, Origin, Score, every_kth
from lib.experiment import MODES, Experiment
from lib.recurrence import outputs_in_parts
from lib.results.compared import independent_samples
from lib.results.run import ModelWeights, SeedWeights

BUDGET = 5_000_000_000
"""Multiply-adds of all answers, about a second. Of more samples every k-th is judged."""

Part = Literal["judged", "test"]


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What models say of a part of a dataset's samples."""

    samples: np.ndarray
    """Indexes of the samples, (M,) int, increasing."""
    every: int
    """Every k-th sample of the part is among them; 1 means all."""
    last: dict[str, np.ndarray]
    """Outputs at the last step by mode, (M, K), in the unit of y."""
    steps: np.ndarray | None
    """The sequence model's outputs at every step, (M, T, K); None where there is none."""


@dataclass(frozen=True, slots=True, eq=False)
class Worth:
    """Models and baselines on the same samples."""

    samples: np.ndarray
    """Indexes of the samples, (M,) int."""
    every: int
    """Every k-th sample of the part is among them."""
    models: tuple[Score, ...]
    guesses: tuple[Score, ...]
    independent: float
    """How many of the samples tell something of their own: `lib.results.independent_samples`."""

    def baselines(self, target: int) -> list[Score]:
        """The baselines, that with the least squared error for this target column first."""
        return sorted(self.guesses, key=lambda score: float(score.rmse[target]))

    def skill(self, score: Score, target: int) -> float:
        """By how many percent its RMSE is below the best baseline's; NaN where that is 0."""
        best = float(self.baselines(target)[0].rmse[target])
        return 100 * (1 - float(score.rmse[target]) / best) if best else math.nan


def part_of(dataset: Dataset, part: Part) -> np.ndarray:
    """Indexes of the samples of a part, (M,)."""
    samples = np.arange(len(dataset.x))
    return samples[dataset.judged] if part == "judged" else samples[len(samples) - dataset.test :]


def model_outputs(
    experiment: Experiment, weights: Sequence[np.ndarray], x: np.ndarray
) -> np.ndarray:
    """A model's outputs at every step, (n, T, K)."""
    return np.concatenate(list(outputs_in_parts(experiment, weights, x)))


def cost(weights: ModelWeights, timesteps: int) -> int:
    """Multiply-adds that the answers of all modes for one sample take."""
    return timesteps * sum(array.size for arrays in weights.values() for array in arrays)


def answers(
    experiment: Experiment,
    dataset: Dataset,
    weights: ModelWeights,
    part: Part = "judged",
    *,
    seeds: int = 1,
) -> Answers:
    """What the models say of a part: as many samples as take a second with so many seeds."""
    samples = part_of(dataset, part)
    share = seeds * len(samples) * cost(weights, dataset.shape[1]) / BUDGET
    every = every_kth(share, dataset.origin.period if dataset.origin else 1)
    samples = samples[::every]
    x = dataset.x[samples]
    outputs = {mode: model_outputs(experiment, arrays, x) for mode, arrays in weights.items()}
    last = {mode: each[:, -1].copy() for mode, each in outputs.items()}
    return Answers(samples, every, last, outputs.get("sequence"))


def judge(dataset: Dataset, said: Answers) -> Worth:
    """How wrong models and baselines are. Raises ValueError for data of no table."""
    samples, unit = said.samples, seasonal_error(dataset.cut_from)
    truth = dataset.raw(dataset.y[samples, -1].astype(np.float64), samples, last=True)

    def score(name: str, label: str, last: np.ndarray) -> Score:
        wrong = dataset.raw(last.astype(np.float64), samples, last=True) - truth
        mae = np.abs(wrong).mean(axis=0)
        with np.errstate(divide="ignore", invalid="ignore"):
            mase = np.where(unit > 0, mae / unit, np.nan)
        return Score(name, label, mae, np.sqrt((wrong**2).mean(axis=0)), mase)

    models = [score(mode, MODES[mode].name, last) for mode, last in said.last.items()]
    baselines = [score(one.name, one.label, one.last[samples]) for one in dataset.baselines]
    count = independent_samples(dataset, samples)
    return Worth(samples, said.every, tuple(models), tuple(baselines), count)


def worth_of_seeds(
    experiment: Experiment, dataset: Dataset, weights: SeedWeights, part: Part = "judged"
) -> Worth:
    """What models are worth, as medians over seeds. Raises ValueError for data of no table."""
    seeds = (answers(experiment, dataset, w, part, seeds=len(weights)) for w in weights)
    return median_worth([judge(dataset, each) for each in seeds])


def median_worth(seeds: Sequence[Worth]) -> Worth:
    """The median over seeds of each figure of the models; baselines have no seeds.

    An RMSE is the root of the median mean squared error, which other cards show.
    """
    models = []
    for same in zip(*(seed.models for seed in seeds), strict=True):
        errors = {name: [getattr(one, name) for one in same] for name in ("mae", "rmse", "mase")}
        medians: dict[str, Any] = {name: np.median(each, axis=0) for name, each in errors.items()}
        medians["rmse"] = np.sqrt(np.median(np.square(errors["rmse"]), axis=0))
        models.append(replace(same[0], **medians))
    return replace(seeds[0], models=tuple(models))


def seasonal_error(origin: Origin) -> np.ndarray:
    """Mean absolute change from a season before, over the training rows of each series, (K,)."""
    season = max(1, origin.period)
    known = origin.training[season:] & origin.training[:-season]
    known &= origin.series[season:] == origin.series[:-season]
    change = np.abs(origin.targets[season:] - origin.targets[:-season])[known]
    error = change.mean(axis=0) if len(change) else np.zeros(origin.targets.shape[1])
    return np.repeat(error, len(origin.horizons))


@dataclass(frozen=True, slots=True, eq=False)
class ByRow:
    """Of one series and one target column, in the raw unit: D rows that samples have as targets."""

    rows: np.ndarray
    """Rows of the `Origin`, (D,) int, increasing: the target of some step of some sample."""
    truth: np.ndarray
    """(D,)."""
    last: dict[str, np.ndarray]
    """What the models say of them at a last step, by mode, (D,); NaN where nothing is said."""
    guesses: dict[str, np.ndarray]
    """The same of the baselines, by name."""
    steps: tuple[np.ndarray, np.ndarray] | None
    """The least and greatest that the sequence model says of a row, at any step, (D,) each."""
    most: int
    """How often a row is such a target, at most."""


def by_row(dataset: Dataset, said: Answers, target: int, series: int) -> ByRow:
    """The answers in order of rows. Raises ValueError for data of no table."""
    origin, timesteps = dataset.cut_from, dataset.shape[1]
    mine = np.flatnonzero(origin.series[origin.starts[said.samples]] == series)
    samples = said.samples[mine]
    column, ahead = divmod(target, len(origin.horizons))
    about = origin.rows(timesteps, samples) + origin.horizons[ahead]  # (m, T)
    rows = np.unique(about)
    place = np.searchsorted(rows, about[:, -1])

    def raw(last: np.ndarray) -> np.ndarray:
        values = np.full(len(rows), np.nan)
        values[place] = dataset.raw(last.astype(np.float64), samples, last=True)[:, target]
        return values

    order = np.argsort(about, axis=None, kind="stable")
    first = np.searchsorted(about.ravel()[order], rows)
    steps = None
    if said.steps is not None and len(rows):
        values = dataset.raw(said.steps[mine], samples)[..., target].ravel()[order]
        steps = np.minimum.reduceat(values, first), np.maximum.reduceat(values, first)
    return ByRow(
        rows,
        origin.targets[rows, column],
        {mode: raw(last[mine]) for mode, last in said.last.items()},
        {one.name: raw(one.last[samples]) for one in dataset.baselines},
        steps,
        int(np.diff(first, append=about.size).max(initial=0)),
    )
