"""One sample of a dataset before any model: its inputs and its targets, timestep by timestep."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from lib.dataset import Dataset
from lib.figures import axes, chart, marks
from lib.figures.by_timestep import input_squares, make_room_below
from lib.figures.marks import Entry
from lib.figures.palette import Palette
from lib.narrate.data import raw_targets

PLOT, GAP, ROW = 170, 32, 22
"""Of the chart of a sample, in pixels: the height of its targets' plot, of the room below it, and
of each feature's squares."""
MOST_LINES = 8
DASHES = (("solid", "line"), ("dash", "dashed"), ("dot", "dotted"), ("dashdot", "dashdot"))
"""How the lines of targets are dashed, in turns, and the glyph that says so in a key."""


def frame_of_sample(dataset: Dataset, sample: int) -> pd.DataFrame:
    """One sample's numbers: a row for each timestep, a column for each feature and target.

    As the models see them; beside each target that is scaled stands its raw value.
    """
    x, raw = dataset.x[sample], raw_targets(dataset, sample)
    columns = {f"x: {name}": x[:, f] for f, name in enumerate(dataset.feature_names)}
    for k, name in enumerate(dataset.target_names):
        columns[f"y: {name}"] = dataset.y[sample, :, k]
        if dataset.is_scaled:
            columns[chart.with_unit(name, dataset.target_unit or "raw")] = raw[:, k]
    return pd.DataFrame(columns, pd.Index(dataset.timestep_names, name="timestep"))


def sample_figure(dataset: Dataset, sample: int, palette: Palette) -> go.Figure:
    """Targets of one sample over its timesteps, above the inputs as squares, features by steps.

    Targets are in the raw unit; of several rows ahead the nearest and the farthest are drawn. The
    last timestep's, which is all that the last-step mode has, stands out as a diamond.
    """
    _, steps, features = dataset.shape
    targets, shown = raw_targets(dataset, sample), np.append(dataset.shown, sample)
    ahead = len(dataset.origin.horizons) if dataset.origin else 1
    drawn = [k for k in range(dataset.targets) if k % ahead in (0, ahead - 1)][:MOST_LINES]
    data, entries = [], []
    for number, k in enumerate(drawn):
        name, (dash, glyph) = dataset.target_names[k], DASHES[number % len(DASHES)]
        style = {"color": palette.ink, "width": 2.5, "dash": dash}
        hover, size = f"%{{y:{chart.VALUE}}}", marks.dot_size(steps)
        data.append(marks.line(name, targets[:, k], style, hover, dots=size))
        entries.append(Entry(glyph, name, palette.ink, palette.ink))
    if dataset.targets == 1:
        entries = [Entry("dots", f"target y{dataset.ahead}", palette.ink, palette.ink)]
    which = f"last-step mode {'learns from' if sample < dataset.train else 'is judged on'}"
    marker = {"color": palette.last, "size": 14, "symbol": "diamond"}
    diamonds = [steps] * len(drawn), targets[-1, drawn]
    data.append(marks.points(f"what the {which}", *diamonds, marker, ""))
    short = [chart.shortened(name) for name in dataset.feature_names]
    data.append(input_squares(dataset, sample, palette))
    higher = "darker" if palette.theme == "light" else "brighter"
    key = [
        *(entries[k : k + 2] for k in range(0, len(entries), 2)),
        [Entry("diamond", f"what {which}", palette.last, palette.last_text)],
        [Entry("squares", f"input x, {higher} is higher", palette.muted, palette.muted)],
    ]
    zero = axes.from_zero(dataset.raw(dataset.y[shown], shown))
    y = chart.with_unit("target y", dataset.target_unit)
    squares = ROW * max(4, features)
    inner = PLOT + GAP + squares
    layout = chart.layout(
        palette,
        axes.timestep_axis(dataset.steps_of(sample)),
        axes.linear_axis(y, targets.ravel(), targets.ravel(), zero=zero),
        key,
        name=f"sample {dataset.name}",
        height=chart.top(key) + inner + chart.BOTTOM,
        left=chart.left_of(short),
    )
    names = [chart.escaped(name) for name in short]
    make_room_below(layout, squares / inner, (squares + GAP) / inner, [*range(features)], names)
    return chart.figure(data, layout | {"hovermode": "closest"})
