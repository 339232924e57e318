"""The chart of how far back in time the gradient of each loss reaches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from lib.figures import axes, chart, marks
from lib.figures.palette import Palette

HEIGHT = 260
FLOOR = 1e-12
"""Smaller gradients aren't drawn: 32-bit numbers have nothing to say there."""


def reach_figure(
    norms: Mapping[str, np.ndarray], names: Sequence[str], palette: Palette
) -> go.Figure:
    """Norms (T,) of the gradients by the hidden states, for losses "sequence" and "last"."""
    steps = len(names)
    labels = {"sequence": f"loss over all {steps} steps", "last": f"loss at step {steps} alone"}
    data, key, sizes = [], [], []
    for mode, values in norms.items():
        known = marks.finite(values)
        known = np.where(known > FLOOR, known, np.nan)
        sizes += known[np.isfinite(known)].tolist()
        style = {"color": palette.mode(mode), "width": 2.5}
        dots = marks.dot_size(steps)
        line = marks.line(labels[mode], known, style, f"%{{y:{chart.VALUE}}}", dots=dots)
        if mode == "last":
            line["marker"]["symbol"] = "diamond"
        data.append(line)
        glyph, words = "diamond" if mode == "last" else "dots", palette.mode_text(mode)
        key.append(marks.Entry(glyph, labels[mode], palette.mode(mode), words))
    # Not to be zoomed, so that the playhead's band stays where it belongs.
    x = axes.timestep_axis(names) | {"fixedrange": True}
    y = axes.log_axis("size of ∂L/∂h", sizes)
    if not sizes:
        # Nothing is drawn, so that any numbers at the axis would be made up.
        y |= {"tickvals": [], "ticktext": []}
    layout = chart.layout(palette, x, y, [key], name=f"reach {steps}", height=HEIGHT)
    return chart.figure(data, layout)
