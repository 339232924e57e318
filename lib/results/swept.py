"""What came of a sweep: both modes' errors by point, and at which points one is clearly better.

Records and their test, for pictures and sentences. What plans and trains a sweep is `lib.sweep`.
A point is one choice of the settings that vary; R is the number of seeds it was trained with.
"""

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
    """What came of a point's run. What all its rows say alike is `point["status"]`."""

    values: Mapping[str, Any]
    """The settings that vary, by URL key."""
    rows: Sequence[Mapping[str, Any]]
    """Its part of the sweep's table, by column of `lib.sweep.rows.KINDS`: a row for each of R seeds
    and mode."""

    def __getitem__(self, column: str) -> Any:
        return self.rows[0][column]

    def errors(self, mode: str, *, relative: bool = False) -> np.ndarray:
        """Last-step errors by seed, (R,); `relative` as a share of the best guess's."""
        errors = np.array([row["last_step_error"] for row in self.rows if row["mode"] == mode])
        return errors / (self["baseline_error"] if relative else 1.0)

    def median(self, mode: str) -> float:
        """The median over the seeds of `errors`."""
        return float(np.median(self.errors(mode)))

    @property
    def has_samples(self) -> bool:
        """Whether enough samples were judged to tell the median errors apart."""
        first, second = map(self.median, MODES)
        return bool(decided(first, second, self["independent_samples"]))

    @property
    def is_finished(self) -> bool:
        """Whether the run was trained to its end."""
        return self["status"] == Status.FINISHED


def findings(points: Sequence[PointResult]) -> dict[PointResult, Verdict]:
    """A verdict for each finished point, of sequence mode (0) and last-step mode (1).

    With twenty points one p-value below 0.05 is expected by chance alone, so the p-values are
    corrected by Holm's method.
    """
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
    """Chances of several tests, corrected for their number.

    The least counts as many times as there are, the next once less, and none is less than the one
    before. Source: Holm, "A simple sequentially rejective multiple test procedure", Scandinavian
    Journal of Statistics 6, 1979.
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
