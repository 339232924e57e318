"""Charts over the epochs: curves of modes and seeds beside levels, and rings at kept epochs."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from lib.charts import axes, chart, marks
from lib.charts.marks import Entry, Part
from lib.charts.palette import Palette
from lib.experiment import MODES
from lib.results import RunAt, Snapshot

LEAST_PLOT = 130  # the least height of the plot on a small screen, in pixels
COUNTS = {"sequence": "every step", "last": "last step"}
"""What a mode's level counts, as it stands beside it."""


class Curve(NamedTuple):
    """A figure of one mode over the epochs."""

    epochs: np.ndarray  # (P,) int, increasing
    values: np.ndarray  # the median over the seeds, (P,)
    seeds: list[tuple[np.ndarray, np.ndarray]]
    """Epochs and values of each of several seeds; empty for one."""
    kept: int | None  # the epoch whose weights the mode has back


class Level(NamedTuple):
    """What the values of all epochs are held against, maybe of each mode."""

    label: str
    values: Mapping[str, float]
    color: str  # "baseline" or "best"


def curves_of(snapshot: Snapshot, epochs: str, values: str) -> dict[str, Curve]:
    """Curves by mode of two fields of `ModeResult`."""
    curves = {}
    for mode, result in snapshot.middle.results.items():
        seeds = [seed[mode] for seed in snapshot.seeds] if snapshot.others else []
        each = [(getattr(seed, epochs), marks.finite(getattr(seed, values))) for seed in seeds]
        median = marks.finite(getattr(result, values))
        curves[mode] = Curve(getattr(result, epochs), median, each, result.kept_epoch)
    return curves


def epochs_figure(
    run: RunAt,
    curves: Mapping[str, Curve],
    levels: Sequence[Level],
    palette: Palette,
    *,
    title: str,
    name: str,
    height: int,
    validation: Mapping[str, Curve] | None = None,
) -> chart.Chart:
    """Curves and their levels on a logarithmic axis, on which a level of 0 can't stand."""
    snapshot, checks = run.snapshot, validation or {}
    drawn = [*_values(curves.values()), *(v for each in levels for v in each.values.values())]
    drawn += _values(curve._replace(seeds=[]) for curve in checks.values())
    x = axes.epoch_axis(max(snapshot.epochs, snapshot.epoch))
    y = axes.log_axis(title, drawn)
    data = [
        marks.seed_lines(f"{MODES[m].name}, each seed", curve.seeds, {"color": palette.mode(m)})
        for m, curve in curves.items()
        if curve.seeds
    ]
    data += _medians(checks, ", validation", {"width": 1.8, "dash": "dashdot"}, palette)
    data += _medians(curves, "", {"width": 2.5}, palette)
    # Levels lie above the curves, of which one may reach the best: below it nobody would see it.
    entries, notes = [marks.SEEDS] * bool(snapshot.others), []
    for label, values, color in levels:
        is_best = color == "best"
        style = marks.best_style(palette) if is_best else marks.naive_style(palette)
        data += [marks.line(label, [v, v], style, "", x=x["range"]) for v in values.values()]
        zeros = [mode for mode, value in values.items() if not value]
        zero = ": 0" if len(zeros) == len(values) else "".join(f" ({COUNTS[m]}: 0)" for m in zeros)
        entries[:0] = [Entry("dashed" if is_best else "dotted", label + zero, color)] * bool(values)
        numbers = sorted(values.values())
        is_same = len(numbers) == 1 or (bool(numbers) and numbers[-1] < 1.1 * numbers[0])
        for mode, value in [*values.items()][is_same:]:  # one name for two lines that look like one
            notes.append(("both modes" if is_same else COUNTS[mode], value, palette.words(color)))
    both = any(len(level.values) > 1 for level in levels)
    words = chart.side_notes(notes, y["range"], LEAST_PLOT) if both else []
    if not any(len(curve.values) for curve in curves.values()):
        words.append(chart.empty("not trained yet", palette))
    elif not any(drawn):
        words.append(
            chart.empty("every value is 0:<br>a constant target<br>is learned at once", palette)
        )
    rings = _rings(checks or curves, palette)
    kept = "each seed's best epoch" if snapshot.others else "the epoch that is kept"
    lines = marks.mode_keys(curves) + [Entry("dashdot", "validation", "muted")] * bool(checks)
    key = [lines, entries, [Entry("rings", kept, "muted")] * bool(rings)]
    look: Part = {"name": name, "height": height, "right": 84 if both else 16, "notes": words}
    return chart.plotted(data + rings, palette, x, y, key, **look)


def _values(curves: Iterable[Curve]) -> list[float]:
    """All numbers of some curves, which an axis has to hold."""
    arrays = [values for c in curves for values in (c.values, *(seed for _, seed in c.seeds))]
    return [float(value) for values in arrays for value in values]


def _medians(curves: Mapping[str, Curve], what: str, style: Part, palette: Palette) -> list[Part]:
    """The medians by mode; few points are dots, so that all can be seen."""
    traces = []
    for mode, curve in curves.items():
        line, dots = {"color": palette.mode(mode), **style}, 6 * (len(curve.epochs) <= 12)
        name, hover = f"{MODES[mode].name}{what}", chart.hover()
        traces.append(marks.line(name, curve.values, line, hover, x=curve.epochs, dots=dots))
    return traces


def _rings(curves: Mapping[str, Curve], palette: Palette) -> list[Part]:
    """A ring around the value of each kept epoch."""
    rings = []
    for mode, (epochs, values, _, kept) in curves.items():
        if kept is not None:
            marker = {"color": palette.mode(mode), "size": 12, "symbol": "circle-open"}
            name, at = f"{MODES[mode].name}, kept", epochs == kept
            rings.append(marks.points(name, epochs[at], values[at], marker, chart.hover()))
    return rings
