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
    hover = f"%{{y:{chart.VALUE}}}"
    data = []
    for mode, values in norms.items():
        known = marks.finite(values)
        known = np.where(known > FLOOR, known, np.nan)
        style = {"color": palette.mode(mode), "width": 2.5}
        line = marks.line(labels[mode], known, style, hover, dots=marks.dot_size(steps))
        if mode == "last":
            line["marker"]["symbol"] = "diamond"
        data.append(line)
    glyphs = {"sequence": "dots", "last": "diamond"}
    key = [
        [marks.Entry(glyphs[m], labels[m], palette.mode(m), palette.mode_text(m)) for m in norms]
    ]
    sizes = [v for array in norms.values() for v in marks.finite(array) if v > FLOOR]
    axis = axes.log_axis("size of ∂L/∂h", sizes)
    if not sizes:
        # Nothing is drawn, so that any numbers at the axis would be made up.
        axis |= {"tickvals": [], "ticktext": []}
    return chart.figure(
        data,
        chart.layout(
            palette,
            # Not to be zoomed, so that the playhead's band stays where it belongs.
            axes.timestep_axis(names) | {"fixedrange": True},
            axis,
            key,
            name=f"reach {steps}",
            height=HEIGHT,
        ),
    )
