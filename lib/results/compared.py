"""Comparisons of runs, and of both modes in a run or at a sweep's points; a test for overfitting.

Values are medians over seeds. A clear difference is significant, on enough independent samples.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from lib.experiment import SETTINGS
from lib.results.measures import (
    ACCURACY,
    ERROR,
    Measure,
    Verdict,
    decisive_ratio,
    independent_samples,
)
from lib.results.run import ModeResult, RunAt, Status
from lib.text import beside, typed

BOTH_MODES = ("sequence", "last")
VARIABLE: dict[str, dict[str, str]] = beside(__file__, "swept")  # settings that can vary, by key
LETTERS = "ABCDEF"  # the names of compared runs in charts


@dataclass(frozen=True, slots=True, eq=False)
class Compared(RunAt):
    """A run that is compared with others."""

    id: str
    name: str
    letter: str = ""  # one of LETTERS; "" for a run that isn't drawn
    is_recorded: bool = False
    is_kept: bool = False  # whether the run is from a file

    @property
    def results(self) -> dict[str, ModeResult]:
        """Medians over seeds by mode; empty before the first results."""
        return self.snapshot.middle.results


def compared_part(runs: Sequence[Compared]) -> str:
    """Return the part for comparing losses: "validation", or "training" if a run lacks it."""
    return "validation" if all(run.dataset.has_validation for run in runs) else "training"


def same_data(runs: Sequence[Compared]) -> bool:
    """Return whether all runs have the same samples."""
    one, *others = [run.dataset for run in runs]
    return all(np.array_equal(one.x, o.x) and np.array_equal(one.y, o.y) for o in others)


def overfits_in_seeds(run: RunAt, mode: str, baseline: float) -> bool:
    """Return whether a mode's model overfits in at least three of four seeds."""
    seeds, samples = run.snapshot.seeds, independent_samples(run.dataset)
    return 4 * sum(is_overfit(seed[mode], baseline, samples) for seed in seeds) >= 3 * len(seeds)


def is_overfit(result: ModeResult, baseline: float, samples: float = math.inf) -> bool:
    """Return whether validation loss rose by over 2% of `baseline`, to far above training loss."""
    checks = np.asarray(result.validation_loss, np.float64)
    if len(checks) < 9 or not len(result.loss) or not np.isfinite(checks).all():
        return False
    width = max(3, len(checks) // 10)
    medians = np.median(np.lib.stride_tricks.sliding_window_view(checks, width), axis=1)
    now, least = medians[-1], medians.min()
    training = float(np.median(result.loss[-width:]))
    rises = now > max(1.25, decisive_ratio(samples)) * least and now - least > 0.02 * baseline
    is_early = 4 * int(checks.argmin()) < 3 * len(checks)
    return bool(rises and is_early and now > 1.25 * training and training < least)


@dataclass(frozen=True, slots=True, eq=False)
class PointResult:
    """The results at a sweep's point. `point["status"]` is a column with one value in all rows."""

    values: Mapping[str, Any]  # the settings that vary, by URL key
    rows: Sequence[Mapping[str, Any]]  # by seed and mode; the columns are `lib.sweep.plan.KINDS`

    def __getitem__(self, column: str) -> Any:
        return self.rows[0][column]

    @property
    def measure(self) -> Measure:
        """The measure of `scores`; ERROR for a point that failed before its data were made."""
        return ERROR if math.isnan(self["baseline_accuracy"]) else ACCURACY

    def scores(self, mode: str) -> np.ndarray:
        """Return last-step errors by seed, (R,), or accuracies."""
        name = f"last_step_{self.measure.name}"
        return np.array([row[name] for row in self.rows if row["mode"] == mode])

    @property
    def baseline(self) -> float:
        """The baseline's error at the last step, or its accuracy for labels."""
        return float(self[f"baseline_{self.measure.name}"])

    def median(self, mode: str) -> float:
        """Return the median score over the seeds."""
        return float(np.median(self.scores(mode)))

    @property
    def has_samples(self) -> bool:
        """Whether enough samples were evaluated to tell the median scores apart, if they differ."""
        first, second = map(self.median, BOTH_MODES)
        return first == second or bool(
            self.measure.decided(first, second, self["independent_samples"])
        )

    @property
    def is_finished(self) -> bool:
        """Whether the point has results."""
        return self["status"] == Status.FINISHED


@dataclass(frozen=True, slots=True)
class BestMode:
    """The best mode of a run. It is clearly the best if it is clearly better than each other."""

    mode: str
    verdict: Verdict  # against each seed's best other mode; `is_clear` is about all others
    pairs: Mapping[tuple[str, str], Verdict]  # by two modes; three have Holm's correction


def best_mode(measure: Measure, values: Mapping[str, np.ndarray]) -> BestMode:
    """Compare the models of two or more modes; `values` are errors or accuracies by seed, (R,)."""
    if len(values) == 2:
        first, second = values
        verdict = measure.compare(values[first], values[second])
        return BestMode((first, second)[verdict.better], verdict, {(first, second): verdict})
    is_high = measure.best is max
    best, *others = sorted(values, key=lambda m: float(np.median(values[m])), reverse=is_high)
    pairs = {(best, other): measure.compare(values[best], values[other]) for other in others}
    p_values = corrected([pair.p_value for pair in pairs.values()])
    pairs = {k: replace(p, p_value=q) for (k, p), q in zip(pairs.items(), p_values, strict=True)}
    rivals = [measure.best(seed) for seed in zip(*(values[m] for m in others), strict=True)]
    verdict = measure.compare(values[best], rivals)
    is_clear = all(pair.is_clear and not pair.better for pair in pairs.values())
    agrees = is_clear and not verdict.better
    return BestMode(best, replace(verdict, p_value=max(p_values), agrees=agrees), pairs)


def findings(points: Sequence[PointResult]) -> dict[PointResult, Verdict]:
    """Compare both modes at each finished point, with Holm's correction of the p-values."""
    verdicts = {p: p.measure.compare(*map(p.scores, BOTH_MODES)) for p in points if p.is_finished}
    p_values = corrected([verdict.p_value for verdict in verdicts.values()])
    return {
        point: replace(verdict, p_value=p_value, has_samples=point.has_samples)
        for (point, verdict), p_value in zip(verdicts.items(), p_values, strict=True)
    }


def clear_mode(verdict: Verdict) -> str:
    """Return the mode that is clearly better; "" if neither is."""
    return BOTH_MODES[verdict.better] if verdict.is_clear else ""


def corrected(p_values: Sequence[float]) -> list[float]:
    """Return p-values adjusted for multiple tests.

    Source: Holm, "A simple sequentially rejective multiple test procedure", 1979.
    """
    order, adjusted = np.argsort(p_values), np.array(p_values)
    factors = np.arange(len(order), 0, -1)
    adjusted[order] = np.maximum.accumulate(np.minimum(factors * adjusted[order], 1.0))
    return [float(p_value) for p_value in adjusted]


def axes_of(points: Sequence[PointResult]) -> dict[str, list[Any]]:
    """Return the varied settings' values by key: numbers sorted, names in the points' order."""
    keys = points[0].values if points else ()
    axes = {key: list(dict.fromkeys(point.values[key] for point in points)) for key in keys}
    return {key: sorted(each) if is_number(key) else each for key, each in axes.items()}


def is_number(key: str) -> bool:
    """Return whether a setting's values are numbers rather than names."""
    return SETTINGS[key].limit is not None


def value_words(key: str, value: Any) -> str:
    """Return a setting's value for a sentence: "LSTM", "0.01"."""
    options = SETTINGS[key].options
    return options[value].label if options else typed(value)


def point_words(values: Mapping[str, Any]) -> str:
    """Return a point's settings for a sentence: "T = 8, learning rate = 0.01"."""
    names = {key: key if len(key) == 1 else VARIABLE[key]["label"] for key in values}
    return ", ".join(f"{names[key]} = {value_words(key, v)}" for key, v in values.items())
