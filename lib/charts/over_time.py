"""What charts over the timesteps share: both modes' traces, a sample's inputs, gaps between rows.

The sequence mode is a line. The last-step mode is one open diamond at T; a dotted line leads to it
only where somebody asks what it would have said `earlier`. Thin lines and small diamonds are seeds.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from lib.charts import chart, marks
from lib.charts.marks import Entry, Part
from lib.charts.palette import Palette
from lib.data import Dataset
from lib.experiment import MODES

HEIGHT = 340
ASKED = {"dense": "its head", "none": "its output"}
"""What could be read of the last-step model before the last step, by the model's head."""


class ModeValues(NamedTuple):
    """Values of one mode over the timesteps: (T,) over the seeds, and (R, T) of each seed."""

    median: np.ndarray
    seeds: np.ndarray


def raw_targets(dataset: Dataset, sample: int) -> np.ndarray:
    """One sample's targets, (T, K) float64 in the raw unit: six digits where y has 32 bits."""
    y = dataset.y[sample]
    raw = dataset.raw(y, sample).astype(np.float64)
    if not dataset.is_scaled:
        return raw
    size = np.abs([raw, raw - dataset.raw(np.zeros_like(y), sample)]).max()
    return raw.round(max(0, 5 - math.floor(math.log10(max(1e-12, size)))))


def mode_traces(
    values: Mapping[str, ModeValues], head: str, palette: Palette, hover: str, *, earlier: bool
) -> list[Part]:
    """The traces of values by mode, "sequence" and "last", over the timesteps 1 to T."""
    traces: list[Part] = []
    drawn = [mode for mode in values if mode == "sequence" or earlier]
    for mode in drawn:
        if len(seeds := values[mode].seeds) > 1:
            steps, name = np.arange(1, seeds.shape[1] + 1), f"{MODES[mode].name}, each seed"
            thin: Part = {"color": palette.mode(mode), "dash": "dot" * (mode == "last") or "solid"}
            lines = [(steps, marks.finite(seed)) for seed in seeds]
            traces.append(marks.seed_lines(name, lines, thin))
    for mode in reversed(drawn):  # sequence mode above the dotted line
        median, style = marks.finite(values[mode].median), {"color": palette.mode(mode)}
        name, dots = MODES[mode].name, marks.dot_size(len(median))
        if mode == "last":
            name, dots, style["dash"] = f"{ASKED[head]}, asked earlier", 0, "dot"
        line: Part = {"width": 2.5, **style}
        traces.append(marks.line(name, median, line, hover, dots=dots))
    if "last" in values:
        last, x = marks.finite(values["last"].seeds[:, -1]), [len(values["last"].median)]
        marker: Part = {"color": palette.last, "symbol": "diamond-open"}
        if len(last) > 1:
            small = marker | {"size": 9, "line": {"color": palette.last, "width": 1}}
            name = f"{MODES['last'].name}, each seed"
            traces.append(marks.points(name, x * len(last), last, small, ""))
        large = marker | {"size": 17, "line": {"color": palette.last, "width": 3.5}}
        last = marks.finite(values["last"].median[-1:])
        traces.append(marks.points(MODES["last"].name, x, last, large, hover))
    return traces


def mode_key(
    modes: Collection[str], head: str, *, earlier: bool
) -> tuple[list[Entry], list[Entry]]:
    """The key of `mode_traces`: of both modes, and of the dotted line where there is one."""
    dotted = [Entry("dotted", f"{ASKED[head]}, asked earlier", "last")]
    return marks.mode_keys(modes, "dots", "open diamond"), dotted * (earlier and "last" in modes)


def drawn_values(values: Mapping[str, ModeValues], *, earlier: bool) -> np.ndarray:
    """All numbers that `mode_traces` draws, which an axis has to hold."""
    drawn = [np.zeros(0)]
    for mode, of_mode in values.items():
        both = np.vstack([of_mode.median, of_mode.seeds])
        drawn.append(both if earlier or mode == "sequence" else both[:, -1:])
    return marks.finite(np.concatenate([each.ravel() for each in drawn]))


def input_squares(
    dataset: Dataset, sample: int, palette: Palette, end: float, names: Sequence[str] = ()
) -> tuple[Part, Part]:
    """A trace of one sample's inputs as shades, features by timesteps, and its y axis."""
    steps, shades = dataset.shape[1], palette.shades(palette.ink)
    texts = np.array([chart.escaped(name) for name in dataset.feature_names])
    axis = {
        "domain": [0.0, end],
        "autorange": "reversed",
        "tickvals": [*range(len(names))],
        "ticktext": [chart.escaped(name) for name in names],
        "tickfont": {"size": chart.FONT_SIZE, "color": palette.muted},
        "showgrid": False,
        "zeroline": False,
    }
    hover = f"%{{text}}: %{{z:{chart.VALUE}}}<extra></extra>"
    gap = 1 if steps <= 30 else 0  # of more timesteps gaps would be half of it on a phone
    more = {"yaxis": "y2", "xgap": gap, "ygap": 1, "text": np.tile(texts[:, None], (1, steps))}
    return marks.heatmap("inputs", dataset.x[sample].T, shades, hover, **more), axis


def gaps_of(dataset: Dataset, sample: int, palette: Palette) -> Part:
    """Of a layout: a line between two timesteps of the sample where rows of time are missing."""
    if (origin := dataset.origin) is None:
        return {}
    lines = marks.gap_lines(origin.segment[origin.rows(dataset.shape[1], sample)], 1, palette)
    return {"shapes": lines} if lines else {}
