"""What charts over the epochs share: curves of modes and seeds, and rings at kept epochs."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np

from lib.charts import chart, marks
from lib.charts.marks import Entry, Part
from lib.charts.palette import Palette
from lib.experiment import MODES
from lib.results import Snapshot


class Curve(NamedTuple):
    """A figure of one mode over the epochs."""

    epochs: np.ndarray  # (P,) int, increasing
    values: np.ndarray  # the median over the seeds, (P,)
    seeds: list[tuple[np.ndarray, np.ndarray]]
    """Epochs and values of each of several seeds; empty for one."""
    kept: int | None  # the epoch whose weights the mode has back


def curves_of(snapshot: Snapshot, epochs: str, values: str) -> dict[str, Curve]:
    """Curves by mode of two fields of `ModeResult`."""
    curves = {}
    for mode, result in snapshot.middle.results.items():
        seeds = [seed[mode] for seed in snapshot.seeds] if snapshot.others else []
        each = [(getattr(seed, epochs), marks.finite(getattr(seed, values))) for seed in seeds]
        median = marks.finite(getattr(result, values))
        curves[mode] = Curve(getattr(result, epochs), median, each, result.kept_epoch)
    return curves


def drawn_values(curves: Iterable[Curve]) -> list[float]:
    """All numbers of some curves, which an axis has to hold."""
    arrays = [values for c in curves for values in (c.values, *(seed for _, seed in c.seeds))]
    return [float(value) for values in arrays for value in values]


def seed_traces(curves: Mapping[str, Curve], palette: Palette) -> list[Part]:
    """Thin lines of each seed, by mode."""
    return [
        marks.seed_lines(f"{MODES[m].name}, each seed", curve.seeds, {"color": palette.mode(m)})
        for m, curve in curves.items()
        if curve.seeds
    ]


def curve_traces(
    curves: Mapping[str, Curve], palette: Palette, *, validation: bool = False
) -> list[Part]:
    """The medians by mode; few points are dots, so that all can be seen."""
    style = {"width": 1.8, "dash": "dashdot"} if validation else {"width": 2.5}
    traces = []
    for mode, curve in curves.items():
        name = f"{MODES[mode].name}{', validation' * validation}"
        line, dots = {"color": palette.mode(mode), **style}, 6 * (len(curve.epochs) <= 12)
        traces.append(
            marks.line(name, curve.values, line, chart.hover(), x=curve.epochs, dots=dots)
        )
    return traces


def level_traces(
    name: str, levels: Mapping[str, float], style: Part, ends: list[float]
) -> list[Part]:
    """A line across the plot for each mode's value."""
    return [marks.line(name, [level, level], style, "", x=ends) for level in levels.values()]


def kept_rings(
    curves: Mapping[str, Curve], palette: Palette, *, seeds: bool
) -> tuple[list[Part], list[list[Entry]]]:
    """A ring around the value of each kept epoch, and the key's row for them, if any."""
    rings = []
    for mode, (epochs, values, _, kept) in curves.items():
        if kept is not None:
            marker = {"color": palette.mode(mode), "size": 12, "symbol": "circle-open"}
            name, at = f"{MODES[mode].name}, kept", epochs == kept
            rings.append(marks.points(name, epochs[at], values[at], marker, chart.hover()))
    words = "each seed's best epoch" if seeds else "the epoch that is kept"
    return rings, [[Entry("rings", words, "muted")]] * bool(rings)
