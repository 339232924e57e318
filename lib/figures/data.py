"""Pictures of a dataset before any model: one sample, and how the samples are split."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from lib.datasets.dataset import Dataset
from lib.figures import chart, marks
from lib.figures.palette import Palette

SAMPLE_HEIGHT = 400
SPLIT_HEIGHT = 400
MOST_POINTS = 1500
"""Of more samples every k-th is drawn, so that a chart stays small."""


def frame_of_sample(dataset: Dataset, sample: int) -> pd.DataFrame:
    """One sample's numbers: a row for each timestep, a column for each feature and target."""
    columns = [f"x: {name}" for name in dataset.feature_names]
    columns += [f"y: {name}" for name in dataset.target_names]
    values = np.concatenate([dataset.x[sample], dataset.y[sample]], axis=1)
    return pd.DataFrame(values, pd.Index(dataset.timestep_names, name="timestep"), columns)


def sample_figure(dataset: Dataset, sample: int, palette: Palette) -> go.Figure:
    """Targets of one sample over its timesteps, above the inputs as cells, features by timesteps.

    Targets are in the raw unit. The last one stands out as a diamond: it is all that the last-step
    mode learns from, or is judged on.
    """
    targets = dataset.raw(dataset.y[sample])
    unit = f" ({dataset.target_unit})" if dataset.target_unit else ""
    use = "learns from" if sample < dataset.train else "is judged on"
    steps = np.arange(1, dataset.shape[1] + 1)
    data: list[dict[str, Any]] = []
    dashes = ("solid", "dash", "dot", "dashdot")
    for k, name in enumerate(dataset.target_names):
        style = {"color": palette.ink, "width": 2.5, "dash": dashes[k % len(dashes)]}
        hover = f"%{{y:{chart.VALUE}}}"
        data.append(
            {
                **marks.line(name, targets[:, k], style, hover),
                "mode": "lines+markers",
                "marker": {"color": palette.ink, "size": marks.dot_size(len(steps))},
            }
        )
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
    names = [chart.plain(name) for name in dataset.feature_names]
    data.append(
        {
            "type": "heatmap",
            "x": steps,
            "y": np.arange(dataset.shape[2]),
            "z": dataset.x[sample].T,
            "colorscale": [[k / (len(shades) - 1), shade] for k, shade in enumerate(shades)],
            "showscale": False,
            "xgap": 1,
            "ygap": 1,
            "yaxis": "y2",
            "name": "inputs",
            "text": np.tile(np.array(names)[:, None], (1, len(steps))),
            "hovertemplate": f"%{{text}}: %{{z:{chart.VALUE}}}<extra></extra>",
        }
    )
    layout = chart.layout(
        palette,
        chart.timestep_axis(dataset.timestep_names),
        chart.linear_axis(f"target y{unit}", np.ravel(targets), np.ravel(targets)),
        [
            [marks.Entry("dots", "target y", palette.ink, palette.ink)],
            [marks.Entry("diamond", f"what last-step mode {use}", palette.last, palette.last_text)],
        ],
        name=f"sample {dataset.name}",
        height=SAMPLE_HEIGHT,
    )
    layout["xaxis"]["anchor"] = "y2"  # below the cells
    layout["yaxis"]["domain"] = [0.5, 1.0]
    layout["yaxis2"] = {
        "domain": [0.0, 0.38],
        "autorange": "reversed",
        "tickvals": np.arange(dataset.shape[2]) if dataset.shape[2] <= 6 else [],
        "ticktext": [f"x{k + 1}" for k in range(dataset.shape[2])],
        "title": {"text": "input x", "standoff": 6},
        "showgrid": False,
        "zeroline": False,
    }
    layout["hovermode"] = "closest"
    return chart.figure(data, layout)


def split_figure(dataset: Dataset, palette: Palette) -> go.Figure:
    """The last target of every sample, in order: those to learn from, then those kept back."""
    every = math.ceil(len(dataset.y) / MOST_POINTS)
    numbers = np.arange(0, len(dataset.y), every)
    values = dataset.raw(dataset.y[numbers, -1])[:, 0]
    hover = f"sample %{{x}}: %{{y:{chart.VALUE}}}<extra></extra>"
    parts = {
        "training": (numbers < dataset.train, palette.ink, "circle", "dots"),
        "validation": (numbers >= dataset.train, palette.baseline, "circle-open", "rings"),
    }
    parts = {name: part for name, part in parts.items() if part[0].any()}
    data = [
        {
            "type": "scatter",
            "name": name,
            "x": numbers[chosen] + 1,
            "y": values[chosen],
            "mode": "markers",
            "marker": {"color": color, "size": 6, "symbol": symbol},
            "hovertemplate": hover,
        }
        for name, (chosen, color, symbol, _) in parts.items()
    ]
    unit = f" ({dataset.target_unit})" if dataset.target_unit else ""
    x = {"title": "sample", "range": [0, len(dataset.y) + 1], "nticks": 6}
    layout = chart.layout(
        palette,
        x,
        chart.linear_axis(f"last {dataset.target_names[0]}{unit}", values, values),
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
