"""Results of a sweep: both modes' errors by point, and where one mode is significantly better."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from lib.experiment import SETTINGS
from lib.results.compared import Verdict, compare_modes, decided
from lib.results.run import Status
from lib.text import beside, number

MODES = ("sequence", "last")
VARIABLE: dict[str, dict[str, str]] = beside(__file__)
"""The settings that can vary, by URL key, each with its `label` and usual `values`."""


@dataclass(frozen=True, slots=True, eq=False)
class PointResult:
    """The result of a point's run; `point["status"]` is a column that all its rows share."""

    values: Mapping[str, Any]  # the settings that vary, by URL key
    rows: Sequence[Mapping[str, Any]]
    """A row for each seed and mode, by column of `lib.sweep.rows.KINDS`."""

    def __getitem__(self, column: str) -> Any:
        return self.rows[0][column]

    def errors(self, mode: str, *, relative: bool = False) -> np.ndarray:
        """Errors at the last step by seed, (R,); `relative` to the best baseline's."""
        errors = np.array([row["last_step_error"] for row in self.rows if row["mode"] == mode])
        return errors / (self["baseline_error"] if relative else 1.0)

    def median(self, mode: str) -> float:
        """Median error over the seeds."""
        return float(np.median(self.errors(mode)))

    @property
    def has_samples(self) -> bool:
        """Whether enough samples were judged to tell the median errors apart."""
        first, second = map(self.median, MODES)
        return bool(decided(first, second, self["independent_samples"]))

    @property
    def is_finished(self) -> bool:
        """Whether it has results."""
        return self["status"] == Status.FINISHED


def findings(points: Sequence[PointResult]) -> dict[PointResult, Verdict]:
    """Compare both modes at each finished point, with Holm's correction of the p-values."""
    found = {p: compare_modes(*map(p.errors, MODES)) for p in points if p.is_finished}
    p_values = corrected([each.p_value for each in found.values()])
    return {
        point: replace(each, p_value=p_value, has_samples=point.has_samples)
        for (point, each), p_value in zip(found.items(), p_values, strict=True)
    }


def clear_mode(found: Verdict) -> str:
    """The mode that is clearly better, "" where none is."""
    return MODES[found.better] if found.is_clear else ""


def corrected(p_values: Sequence[float]) -> list[float]:
    """Adjust p-values for multiple tests.

    Source: Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of
    Statistics 6, 1979.
    """
    order, found = np.argsort(p_values), np.array(p_values)
    times = np.arange(len(order), 0, -1)
    found[order] = np.maximum.accumulate(np.minimum(times * found[order], 1.0))
    return [float(p_value) for p_value in found]


def axes_of(points: Sequence[PointResult]) -> dict[str, list[Any]]:
    """The settings that vary, with their values: numbers increase, names come as given."""
    keys = points[0].values if points else ()
    axes = {key: list(dict.fromkeys(point.values[key] for point in points)) for key in keys}
    return {key: sorted(each) if is_number(key) else each for key, each in axes.items()}


def is_number(key: str) -> bool:
    """Whether a setting's values are numbers, and not names."""
    return SETTINGS[key].limit is not None


def worded(key: str, value: Any) -> str:
    """A setting's value as people read it: "LSTM", "0.01"."""
    options = SETTINGS[key].options
    return options[value].label if options else number(value)


def named(values: Mapping[str, Any]) -> str:
    """The settings of a point as a sentence has them: "T = 8, cell = LSTM"."""
    return ", ".join(f"{key} = {worded(key, value)}" for key, value in values.items())
