"""One sample of a dataset before any model: its inputs and its targets, timestep by timestep."""

from __future__ import annotations

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
MOST_LINES = 8
GAPS = 30
"""Up to so many timesteps there are gaps between squares; of more they would be half on a phone."""


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
    drawn = _drawn(dataset)
    for number, k in enumerate(drawn):
        style = {"color": palette.ink, "width": 2.5, "dash": _dash(number)[0]}
        hover, size = f"%{{y:{chart.VALUE}}}", marks.dot_size(len(steps))
        name = dataset.target_names[k]
        data.append(marks.line(name, targets[:, k], style, hover, dots=size))
    data.append(
        {
            "type": "scatter",
            "name": f"what the last-step mode {use}",
            "x": np.full(len(drawn), steps[-1]),
            "y": targets[-1, drawn],
            "mode": "markers",
            "marker": {"color": palette.last, "size": 14, "symbol": "diamond"},
            "hoverinfo": "skip",
            "cliponaxis": False,
        }
    )
    shades = palette.shades(palette.ink)
    names = [chart.escaped(name) for name in dataset.feature_names]
    short = [chart.shortened(name) for name in dataset.feature_names]
    left = chart.left_of(short)
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


def _drawn(dataset: Dataset) -> list[int]:
    """The targets that have lines: of several rows ahead the nearest and the farthest."""
    ahead = len(dataset.origin.horizons) if dataset.origin else 1
    ends = [k for k in range(dataset.targets) if k % ahead in (0, ahead - 1)]
    return ends[:MOST_LINES]


def _dash(target: int) -> tuple[str, str]:
    """How the line of a target is dashed, and the glyph that says so in a key."""
    dashes = (("solid", "line"), ("dash", "dashed"), ("dot", "dotted"), ("dashdot", "dashdot"))
    return dashes[target % len(dashes)]


def _target_key(dataset: Dataset, palette: Palette) -> list[list[marks.Entry]]:
    """The key of a sample's targets: each by its name where there are several, two to a row."""
    if dataset.targets == 1:
        return [[marks.Entry("dots", f"target y{dataset.ahead}", palette.ink, palette.ink)]]
    entries = [
        marks.Entry(_dash(number)[1], dataset.target_names[k], palette.ink, palette.ink)
        for number, k in enumerate(_drawn(dataset))
    ]
    return [entries[k : k + 2] for k in range(0, len(entries), 2)]
