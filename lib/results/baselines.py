"""Errors of models, of baselines and of the best possible model, computed as in Keras."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np

from lib.data import Dataset, Origin, every_kth
from lib.experiment import MODES, Experiment
from lib.recurrence import highest_output, outputs_in_parts
from lib.results.labels import activated, entropy
from lib.results.loss_weights import counted_steps, mode_values, step_weights
from lib.results.measures import independent_samples
from lib.results.run import ModelWeights, SeedWeights
from lib.text import NEARLY_ZERO, number

BUDGET = 5_000_000_000  # most multiply-adds for the predictions of all seeds, about a second

Part = Literal["evaluated", "test"]


def _huber(wrong: np.ndarray) -> np.ndarray:
    """Return Keras's `huber` loss with `delta` 1."""
    size = np.abs(wrong)
    return np.where(size <= 1, 0.5 * size**2, size - 0.5)


ERRORS: dict[str, Callable[..., np.ndarray]] = {"mse": np.square, "mae": np.abs, "huber": _huber}
"""Functions that return the loss of each error, by key of LOSSES."""


def step_losses(loss: str, wrong: np.ndarray) -> np.ndarray:
    """Return the loss by timestep (T,), for errors `wrong` (N, T, K) and a key of ERRORS."""
    return ERRORS[loss](wrong).mean(axis=(0, 2), dtype=np.float64)


def mode_losses(steps: np.ndarray, modes: Sequence[str]) -> dict[str, float]:
    """Return the loss by mode, from losses by timestep (T,): the mean or the last of them."""
    return {mode: float(steps.mean() if MODES[mode].every_step else steps[-1]) for mode in modes}


@dataclass(frozen=True, slots=True, eq=False)
class Floor:
    """The smallest error that an experiment's models can reach."""

    mse: np.ndarray  # mean squared error by timestep (T,), in the unit of y squared
    label: str  # the name on charts
    why: str  # why the error can't be smaller, as a sentence


def best_possible(
    experiment: Experiment, dataset: Dataset, samples: slice | None = None
) -> Floor | None:
    """Return the smallest possible MSE on `samples` (default: evaluated); None if unknown."""
    known = dataset.best_mse
    best = None if known is None else Floor(known, "best possible", dataset.best_why)
    if experiment.model.head == "dense":
        return best
    y = dataset.y[dataset.evaluated if samples is None else samples].astype(np.float64)
    bound = highest_output(experiment.model.cell, y.shape[1])
    missed = np.maximum(0, np.abs(y) - bound[:, None])
    floor = (missed**2).mean(axis=(0, 2))
    floor[floor < NEARLY_ZERO] = 0  # An LSTM's late outputs nearly reach 1.
    if not (floor > (0 if known is None else known)).any():
        return best
    reach = f"±{number(bound[0])} at step 1 and ±{number(bound[-1])} at step {len(bound)}"
    scaled = "scaled " if dataset.is_scaled else ""
    target = f"{scaled}target of {number(y.flat[np.argmax(missed)])}"
    why = f"The layer's outputs stay within {reach}, so a {target} is out of reach."
    return Floor(floor if known is None else np.maximum(floor, known), "this layer's floor", why)


def baseline_loss(experiment: Experiment, dataset: Dataset) -> dict[str, float]:
    """Return the baseline's training loss by mode."""
    training, modes = experiment.training, experiment.model.modes
    if experiment.has_labels:
        costs = np.where(dataset.real, entropy(dataset.baseline, dataset.y), 0.0)
        at_end, ends = costs.copy(), (np.arange(len(costs)), dataset.last_step)
        at_end[ends] = entropy(dataset.baselines[0].last, dataset.last_y)
        by_mode = {mode: costs if MODES[mode].every_step else at_end for mode in modes}
        return {mode: _label_loss(experiment, dataset, mode, by_mode[mode]) for mode in modes}
    wrong = dataset.baseline[: dataset.train] - dataset.y[: dataset.train]
    return mode_losses(step_losses(training.loss, wrong), modes)


def _label_loss(experiment: Experiment, dataset: Dataset, mode: str, costs: np.ndarray) -> float:
    """Return the training loss of a mode, for the cross-entropy (N, T) of each step's label."""
    counted = counted_steps(experiment, dataset, mode)[: dataset.train]
    weighted = mode_values(dataset, costs, mode) * step_weights(experiment, dataset, mode)
    return float(weighted[: dataset.train][counted].mean())


def best_loss(experiment: Experiment, dataset: Dataset) -> tuple[dict[str, float], Floor | None]:
    """Return the smallest possible training loss by mode, and its `Floor`; {} if unknown."""
    modes = experiment.model.modes
    if dataset.best_loss is not None:
        if experiment.training.weights == "classes":  # the best probabilities would differ
            return {}, None
        # Padded steps have the label 0, and inputs that no real step has: a model can know them.
        # At the end of each sequence, whatever its length, as much is known as at step T.
        costs = np.where(dataset.real, dataset.best_loss, 0.0)
        losses = dict.fromkeys(modes, float(dataset.best_loss[-1]))
        if "sequence" in modes:
            losses["sequence"] = _label_loss(experiment, dataset, "sequence", costs)
        return losses, Floor(dataset.best_loss, "best possible", dataset.best_why)
    best = best_possible(experiment, dataset, slice(dataset.train))
    if best is None or experiment.training.loss != "mse":
        return {}, None
    return mode_losses(best.mse, modes), best


@dataclass(frozen=True, slots=True, eq=False)
class Predictions:
    """Predictions for samples of one part of a dataset."""

    samples: np.ndarray  # indexes of the samples, (M,) int, increasing
    every: int  # k, if every k-th sample of the part was predicted
    last: dict[str, np.ndarray]  # outputs at the last step by mode, (M, K), in the unit of y
    steps: np.ndarray | None  # the sequence model's outputs at every step, (M, T, K)


@dataclass(frozen=True, slots=True, eq=False)
class Score:
    """Errors of a model or baseline at the last step by target column, (K,), in the raw unit.

    MASE divides the mean absolute error by the `seasonal_error`: the training rows' mean absolute
    change over a season, or over one row without a season. MASE is NaN if this change is 0. Source:
    Hyndman and Koehler, "Another look at measures of forecast accuracy", 2006.
    """

    name: str  # a mode, or a key of `lib.data.tables.baselines.BASELINES`
    label: str
    mae: np.ndarray
    rmse: np.ndarray
    mase: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class SkillTable:
    """Errors of models and baselines on the same samples."""

    samples: np.ndarray  # indexes of the samples, (M,) int
    every: int  # k, if every k-th sample of the part was evaluated
    models: tuple[Score, ...]
    baseline_scores: tuple[Score, ...]
    independent: float  # the number of independent samples: see `independent_samples`

    def baselines(self, target: int) -> list[Score]:
        """Return the baselines' scores by increasing RMSE for this target column."""
        return sorted(self.baseline_scores, key=lambda score: float(score.rmse[target]))

    def skill(self, score: Score, target: int) -> float:
        """Return how many percent the RMSE is below the best baseline's; NaN if the latter is 0."""
        best = float(self.baselines(target)[0].rmse[target])
        return 100 * (1 - float(score.rmse[target]) / best) if best else math.nan


def model_outputs(
    experiment: Experiment,
    weights: Sequence[np.ndarray],
    x: np.ndarray,
    mask: np.ndarray | None = None,
    *,
    mode: str = "sequence",
) -> np.ndarray:
    """Return the outputs at every step of a mode's model, (n, T, K): for labels, probabilities."""
    pooling = experiment.model.pooling_of(mode)
    parts = outputs_in_parts(experiment, weights, x, mask, pooling=pooling)
    return activated(experiment, np.concatenate(list(parts)))


def cost(weights: ModelWeights, timesteps: int) -> int:
    """Return the multiply-adds of all modes' predictions for one sample."""
    return timesteps * sum(array.size for arrays in weights.values() for array in arrays)


def predict(
    experiment: Experiment,
    dataset: Dataset,
    weights: ModelWeights,
    part: Part = "evaluated",
    *,
    seeds: int = 1,
    budget: float | None = None,
) -> Predictions:
    """Predict every k-th sample, so that `seeds` calls take at most `budget` multiply-adds."""
    of_part = dataset.evaluated if part == "evaluated" else slice(dataset.seen, None)
    samples = np.arange(len(dataset.x))[of_part]
    share = seeds * len(samples) * cost(weights, dataset.shape[1]) / (budget or BUDGET)
    every = every_kth(share, dataset.origin.period if dataset.origin else 1)
    samples = samples[::every]
    inputs = dataset.model_inputs(experiment, samples)
    outputs = {m: model_outputs(experiment, w, *inputs, mode=m) for m, w in weights.items()}
    last = {mode: each[:, -1].copy() for mode, each in outputs.items()}
    if "sequence" in outputs:  # the output at the last real step
        ends = np.arange(len(samples)), dataset.last_step[samples]
        last["sequence"] = outputs["sequence"][ends]
    return Predictions(samples, every, last, outputs.get("sequence"))


def last_errors(dataset: Dataset, samples: np.ndarray, last: np.ndarray) -> np.ndarray:
    """Return raw errors (M, K) at the last step, for outputs `last` (M, K) in the unit of y."""
    raw = partial(dataset.raw, samples=samples, last=True)
    return raw(last.astype(np.float64)) - raw(dataset.y[samples, -1].astype(np.float64))


def skill_of_seeds(
    experiment: Experiment, dataset: Dataset, weights: SeedWeights, part: Part = "evaluated"
) -> SkillTable:
    """Return errors of models, medians over the seeds, and of baselines, on the same samples.

    An RMSE is the root of the median MSE, as on other cards. Raises ValueError if the data aren't a
    table.
    """
    unit = seasonal_error(dataset.cut_from)
    seeds = [predict(experiment, dataset, w, part, seeds=len(weights)) for w in weights]
    samples, modes = seeds[0].samples, seeds[0].last

    def score(name: str, label: str, lasts: Sequence[np.ndarray]) -> Score:
        wrong = np.array([last_errors(dataset, samples, last) for last in lasts])  # (R, M, K)
        mae = np.median(np.abs(wrong).mean(axis=1), axis=0)
        rmse = np.sqrt(np.median((wrong**2).mean(axis=1), axis=0))
        with np.errstate(divide="ignore", invalid="ignore"):
            mase = np.where(unit > 0, mae / unit, np.nan)
        return Score(name, label, mae, rmse, mase)

    models = tuple(score(m, MODES[m].name, [each.last[m] for each in seeds]) for m in modes)
    baselines = tuple(score(one.name, one.label, [one.last[samples]]) for one in dataset.baselines)
    independent = independent_samples(dataset, samples)
    return SkillTable(samples, seeds[0].every, models, baselines, independent)


def seasonal_error(origin: Origin) -> np.ndarray:
    """Return the mean absolute change over a season in training rows, by target column, (K,)."""
    season = max(1, origin.period)
    known = origin.training[season:] & origin.training[:-season]
    known &= origin.series[season:] == origin.series[:-season]
    change = np.abs(origin.targets[season:] - origin.targets[:-season])[known]
    error = change.mean(axis=0) if len(change) else np.zeros(origin.targets.shape[1])
    return np.repeat(error, len(origin.horizons))


@dataclass(frozen=True, slots=True, eq=False)
class ByRow:
    """Predictions for D target rows of one series and target column, (D,) each, in the raw unit."""

    rows: np.ndarray  # rows of the `Origin` that are targets of some step, increasing
    targets: np.ndarray
    last: dict[str, np.ndarray]  # predictions at the last step by mode; NaN where no sample ends
    baselines: dict[str, np.ndarray]  # by the baseline's name; NaN where no sample ends
    steps: tuple[np.ndarray, np.ndarray] | None  # sequence mode's smallest and largest predictions
    most: int  # the largest number of timesteps with the same target row


def by_row(dataset: Dataset, given: Predictions, target: int, series: int) -> ByRow:
    """Return predictions by target row. Raises ValueError if the data aren't a table."""
    origin, timesteps = dataset.cut_from, dataset.shape[1]
    mine = np.flatnonzero(origin.series[origin.starts[given.samples]] == series)
    samples = given.samples[mine]
    column, ahead = divmod(target, len(origin.horizons))
    target_rows = origin.rows(timesteps, samples) + origin.horizons[ahead]  # (m, T)
    rows = np.unique(target_rows)
    place = np.searchsorted(rows, target_rows[:, -1])

    def raw(last: np.ndarray) -> np.ndarray:
        values = np.full(len(rows), np.nan)
        values[place] = dataset.raw(last.astype(np.float64), samples, last=True)[:, target]
        return values

    # Sort the predictions by target row. A row's predictions begin at its entry of `first`.
    order = np.argsort(target_rows, axis=None, kind="stable")
    first = np.searchsorted(target_rows.ravel()[order], rows)
    steps = None
    if given.steps is not None and len(rows):
        values = dataset.raw(given.steps[mine], samples)[..., target].ravel()[order]
        steps = np.minimum.reduceat(values, first), np.maximum.reduceat(values, first)
    models = {mode: raw(last[mine]) for mode, last in given.last.items()}
    baselines = {one.name: raw(one.last[samples]) for one in dataset.baselines}
    most = int(np.diff(first, append=target_rows.size).max(initial=0))
    return ByRow(rows, origin.targets[rows, column], models, baselines, steps, most)
