"""Pictures of a dataset before any model: one sample, and how the samples are split."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from lib.dataset import Dataset
from lib.figures import axes, chart, marks
from lib.figures.palette import Palette
from lib.narrate.data import raw_targets

PLOT, GAP, ROW = 170, 32, 22
"""Of the chart of a sample, in pixels: the height of its targets' plot, of the room below it, and
of each feature's squares."""
LONGEST = 13
"""Of a feature's name beside its squares, in letters."""
GAPS = 30
"""Up to so many timesteps there are gaps between squares; of more they would be half on a phone."""
SPLIT_HEIGHT = 400
MOST_POINTS = 1500
"""Of more samples every k-th is drawn, so that a chart stays small."""


def frame_of_sample(dataset: Dataset, sample: int) -> pd.DataFrame:
    """One sample's numbers: a row for each timestep, a column for each feature and target.

    As the models see them; beside each target that is scaled stands its raw value.
    """
    columns = {
        f"x: {name}": dataset.x[sample, :, f] for f, name in enumerate(dataset.feature_names)
    }
    raw = raw_targets(dataset, sample)
    for k, name in enumerate(dataset.target_names):
        columns[f"y: {name}"] = dataset.y[sample, :, k]
        if dataset.is_scaled:
            columns[chart.with_unit(name, dataset.target_unit or "raw")] = raw[:, k]
    return pd.DataFrame(columns, pd.Index(dataset.timestep_names, name="timestep"))


def sample_figure(dataset: Dataset, sample: int, palette: Palette) -> go.Figure:
    """Targets of one sample over its timesteps, above the inputs as squares, features by steps.

    Targets are in the raw unit. The last one stands out as a diamond: it is all that the last-step
    mode learns from, or is judged on.
    """
    targets, shown = raw_targets(dataset, sample), np.append(dataset.shown, sample)
    zero = axes.from_zero(dataset.raw(dataset.y[shown], shown))
    use = "learns from" if sample < dataset.train else "is judged on"
    steps = np.arange(1, dataset.shape[1] + 1)
    data: list[dict[str, Any]] = []
    for k, name in enumerate(dataset.target_names):
        style = {"color": palette.ink, "width": 2.5, "dash": _dash(k)[0]}
        hover = f"%{{y:{chart.VALUE}}}"
        size = marks.dot_size(len(steps))
        data.append(marks.line(name, targets[:, k], style, hover, dots=size))
    data.append(
        {
            "type": "scatter",
            "name": f"what the last-step mode {use}",
            "x": np.full(dataset.targets, steps[-1]),
            "y": targets[-1],
            "mode": "markers",
            "marker": {"color": palette.last, "size": 14, "symbol": "diamond"},
            "hoverinfo": "skip",
            "cliponaxis": False,
        }
    )
    shades = palette.shades(palette.ink)
    names = [chart.escaped(name) for name in dataset.feature_names]
    short = [
        name if len(name) <= LONGEST else f"{name[: LONGEST - 1].rstrip()}…"
        for name in dataset.feature_names
    ]
    left = max(chart.LEFT, round(8 + 8.4 * max(map(len, short))))
    squares = ROW * max(4, dataset.shape[2])
    data.append(
        {
            "type": "heatmap",
            "x": steps,
            "y": np.arange(dataset.shape[2]),
            "z": dataset.x[sample].T,
            "colorscale": [[k / (len(shades) - 1), shade] for k, shade in enumerate(shades)],
            "showscale": False,
            "xgap": 1 if len(steps) <= GAPS else 0,
            "ygap": 1,
            "yaxis": "y2",
            "name": "inputs",
            "text": np.tile(np.array(names)[:, None], (1, len(steps))),
            "hovertemplate": f"%{{text}}: %{{z:{chart.VALUE}}}<extra></extra>",
        }
    )
    inner = PLOT + GAP + squares
    higher = "darker" if palette.theme == "light" else "brighter"
    key = [
        *_target_key(dataset, palette),
        [marks.Entry("diamond", f"what last-step mode {use}", palette.last, palette.last_text)],
        [marks.Entry("squares", f"input x, {higher} is higher", palette.muted, palette.muted)],
    ]
    layout = chart.layout(
        palette,
        axes.timestep_axis(dataset.timestep_names),
        axes.linear_axis(
            chart.with_unit("target y", dataset.target_unit),
            np.ravel(targets),
            np.ravel(targets),
            zero=zero,
        ),
        key,
        name=f"sample {dataset.name}",
        height=chart.top(key) + inner + chart.BOTTOM,
        left=left,
    )
    layout["xaxis"]["anchor"] = "y2"  # below the squares
    layout["yaxis"]["domain"] = [(squares + GAP) / inner, 1.0]
    layout["yaxis2"] = {
        "domain": [0.0, squares / inner],
        "autorange": "reversed",
        "tickvals": np.arange(dataset.shape[2]),
        "ticktext": [chart.escaped(name) for name in short],
        "tickfont": layout["yaxis"]["tickfont"],
        "automargin": False,
        "showgrid": False,
        "zeroline": False,
    }
    layout["hovermode"] = "closest"
    return chart.figure(data, layout)


def _dash(target: int) -> tuple[str, str]:
    """How the line of a target is dashed, and the glyph that says so in a key."""
    dashes = (("solid", "line"), ("dash", "dashed"), ("dot", "dotted"), ("dashdot", "dashdot"))
    return dashes[target % len(dashes)]


def _target_key(dataset: Dataset, palette: Palette) -> list[list[marks.Entry]]:
    """The key of a sample's targets: each by its name where there are several, two to a row."""
    if dataset.targets == 1:
        return [[marks.Entry("dots", f"target y{dataset.ahead}", palette.ink, palette.ink)]]
    entries = [
        marks.Entry(_dash(k)[1], name, palette.ink, palette.ink)
        for k, name in enumerate(dataset.target_names)
    ]
    return [entries[k : k + 2] for k in range(0, len(entries), 2)]


def split_figure(dataset: Dataset, palette: Palette) -> go.Figure:
    """The last target of every sample, in order: those to learn from, then those kept back.

    Of several target columns it is the first, and the axis says which.
    """
    every = math.ceil(len(dataset.y) / MOST_POINTS)
    numbers = np.arange(0, len(dataset.y), every)
    values = dataset.raw(dataset.y[numbers, -1], numbers, last=True)[:, 0]
    target = dataset.target_names[0] if dataset.targets > 1 else "target y"
    parts = {
        "training": (numbers < dataset.train, palette.ink, "circle", "dots"),
        "validation": (numbers >= dataset.train, palette.baseline, "circle-open", "rings"),
    }
    parts = {name: part for name, part in parts.items() if part[0].any()}
    data = [
        marks.points(
            name,
            numbers[chosen] + 1,
            values[chosen],
            {"color": color, "size": 6, "symbol": symbol},
            f"sample %{{x}} ({name}): %{{y:{chart.VALUE}}}<extra></extra>",
        )
        for name, (chosen, color, symbol, _) in parts.items()
    ]
    room = max(0.5, 0.03 * len(dataset.y))  # so that no mark is cut
    x: dict[str, Any] = {"title": "sample", "range": [1 - room, len(dataset.y) + room]}
    x |= {"nticks": 6, "tickformat": ",d"} if len(dataset.y) > 6 else {"dtick": 1}
    layout = chart.layout(
        palette,
        x,
        axes.linear_axis(
            chart.with_unit(f"{target} at the last step", dataset.target_unit),
            values,
            values,
            zero=axes.from_zero(values),
        ),
        [
            [
                marks.Entry(glyph, name, color, palette.ink)
                for name, (_, color, _, glyph) in parts.items()
            ]
        ],
        name=f"split {dataset.name}",
        height=SPLIT_HEIGHT,
    )
    layout["hovermode"] = "closest"
    if dataset.has_validation:
        layout["shapes"] = [
            {
                "type": "line",
                "x0": dataset.train + 0.5,
                "x1": dataset.train + 0.5,
                "y0": 0,
                "y1": 1,
                "yref": "paper",
                "line": {"color": palette.muted, "width": 1},
            }
        ]
    return chart.figure(data, layout)
