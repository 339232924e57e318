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

    epochs: np.ndarray
    """(P,) int, increasing."""
    values: np.ndarray
    """The median over the seeds, (P,)."""
    seeds: list[tuple[np.ndarray, np.ndarray]]
    """Epochs and values of each of several seeds; empty for one."""
    kept: int | None
    """The epoch whose weights the mode has back."""


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
    return [
        float(value)
        for curve in curves
        for values in (curve.values, *(of_seed for _, of_seed in curve.seeds))
        for value in values
    ]


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
        name = f"{MODES[mode].name}{', validation' if validation else ''}"
        color, count = palette.mode(mode), len(curve.epochs)
        line = {"color": color, **style}
        trace = marks.line(name, curve.values, line, chart.hover(), x=curve.epochs)
        trace["mode"] = "lines" if count > 12 else "lines+markers"
        traces.append(trace | {"marker": {"color": color, "size": 9 if count == 1 else 6}})
    return traces


def kept_rings(
    curves: Mapping[str, Curve], palette: Palette, *, seeds: bool
) -> tuple[list[Part], list[Entry]]:
    """A ring around the value of each kept epoch, and their entry in the key."""
    rings = []
    for mode, (epochs, values, _, kept) in curves.items():
        if kept is not None:
            marker = {"color": palette.mode(mode), "size": 12, "symbol": "circle-open"}
            name, at = f"{MODES[mode].name}, kept", epochs == kept
            rings.append(marks.points(name, epochs[at], values[at], marker, chart.hover()))
    words = "each seed's best epoch" if seeds else "the epoch that is kept"
    return rings, [Entry("rings", words, "muted")] * bool(rings)
