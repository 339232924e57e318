"""What came of a sweep: both modes' errors by point, and at which points one is clearly better.

Records and their test, for pictures and sentences. What plans and trains a sweep is `lib.sweep`.
A point is one choice of the settings that vary; R is the number of seeds it was trained with.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from lib.english import number
from lib.experiment import SETTINGS
from lib.run import Status
from lib.seeds import Verdict, verdict
from lib.toml import beside

MODES = ("sequence", "last")
FIGURES = ("last_step_error", "validation_loss", "epochs")
"""What is known of each model: mean squared error at the last step on the judged samples, which
compares; the training's own loss on the validation part; and for how long it was trained."""
VARIABLE: dict[str, dict[str, str]] = beside(__file__)
"""The settings that can vary, by URL key, each with its `label` and usual `values`."""
ByMode = Mapping[str, np.ndarray]


@dataclass(frozen=True, slots=True, eq=False)
class PointResult:
    """What came of a point's run."""

    values: Mapping[str, Any]
    """The settings that vary, by URL key."""
    settings: str
    """The whole experiment as a link has it: "data=seattle&T=8&seeds=4"."""
    status: Status
    seeds: tuple[int, ...]
    figures: Mapping[str, ByMode]
    """By name in FIGURES and mode, (R,); but for epochs not a number unless it has finished."""
    parameters: int = 0
    """Trainable numbers of one model."""
    baseline: float = float("nan")
    """The last-step error of the best guess without learning."""
    run_id: str = ""
    reason: str = ""
    """Why there are no figures, in a sentence."""

    def errors(self, mode: str, *, relative: bool = False) -> np.ndarray:
        """The number that compares, (R,); `relative` as a share of the best guess's."""
        return self.figures["last_step_error"][mode] / (self.baseline if relative else 1.0)

    @property
    def is_finished(self) -> bool:
        """Whether it has figures."""
        return self.status is Status.FINISHED


@dataclass(frozen=True, slots=True, eq=False)
class Finding:
    """What the errors of one point say of the two modes."""

    point: PointResult
    verdict: Verdict
    """Of sequence mode (0) and last-step mode (1); its `chance` is corrected for all points."""

    @property
    def clear(self) -> str:
        """The mode that is clearly better, "" where none is."""
        return MODES[self.verdict.better] if self.verdict.is_clear else ""


def findings(points: Sequence[PointResult]) -> list[Finding]:
    """A verdict for each finished point.

    Of twenty points where neither mode is better one looks clear by chance. So a chance counts for
    more the more points there are: that any "clearly" is wrong is as likely as it is for one point.
    """
    finished = [point for point in points if point.is_finished]
    verdicts = [verdict(*map(point.errors, MODES)) for point in finished]
    chances = corrected([each.chance for each in verdicts])
    return [
        Finding(point, replace(each, chance=chance))
        for point, each, chance in zip(finished, verdicts, chances, strict=True)
    ]


def corrected(chances: Sequence[float]) -> list[float]:
    """Chances of several tests, corrected for their number.

    The least counts as many times as there are, the next once less, and none is less than the one
    before. Source: Holm, "A simple sequentially rejective multiple test procedure", Scandinavian
    Journal of Statistics 6, 1979.
    """
    found, worst = [1.0] * len(chances), 0.0
    for rank, place in enumerate(sorted(range(len(chances)), key=chances.__getitem__)):
        worst = max(worst, min(1.0, (len(chances) - rank) * chances[place]))
        found[place] = worst
    return found


@dataclass(frozen=True, slots=True)
class Axis:
    """A setting that varies, and the values it has: numbers increase, names come as given."""

    key: str
    values: tuple[Any, ...]

    @property
    def is_number(self) -> bool:
        """Whether its values are numbers, and not names."""
        return SETTINGS[self.key].limit is not None

    def name(self, value: Any) -> str:
        """A value as people read it: "LSTM", "0.01"."""
        options = SETTINGS[self.key].options
        return options[value].label if options else number(value)

    @classmethod
    def of(cls, key: str, points: Sequence[PointResult]) -> Axis:
        """The values that these points have."""
        axis = cls(key, tuple(dict.fromkeys(point.values[key] for point in points)))
        return cls(key, tuple(sorted(axis.values))) if axis.is_number else axis


def axes_of(points: Sequence[PointResult]) -> list[Axis]:
    """The settings that vary over these points."""
    return [Axis.of(key, points) for key in points[0].values] if points else []


def named(values: Mapping[str, Any]) -> str:
    """The settings of a point as a sentence has them: "T = 8, cell = LSTM"."""
    return ", ".join(f"{key} = {Axis(key, ()).name(value)}" for key, value in values.items())
