"""How far back the gradient of each loss reaches, and which inputs move which outputs."""

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np
import plotly.graph_objects as go

from lib.english import number
from lib.figures import axes, chart, marks
from lib.figures.html import STEPS, block, enlarged, picture, scale_bar
from lib.figures.palette import Palette
from lib.figures.timeline import over_time, row_band, ticks

HEIGHT = 260
"""Of the chart, in pixels."""


def reach_figure(
    norms: Mapping[str, np.ndarray], names: Sequence[str], palette: Palette
) -> go.Figure:
    """Norms (T,) of the gradients by the hidden states, for losses "sequence" and "last"."""
    steps = len(names)
    labels = {"sequence": f"loss over all {steps} steps", "last": f"loss at step {steps} alone"}
    hover, dots = f"%{{y:{chart.VALUE}}}", marks.dot_size(steps)
    data, key, sizes = [], [], []
    for mode, values in norms.items():
        known = marks.finite(values)
        known[known <= 1e-12] = np.nan  # 32-bit numbers have nothing to say there
        sizes += known[np.isfinite(known)].tolist()
        style = {"color": palette.mode(mode), "width": 2.5}
        data.append(marks.line(labels[mode], known, style, hover, dots=dots))
        glyph = "dots"
        if mode == "last":
            glyph = data[-1]["marker"]["symbol"] = "diamond"
        key.append(marks.Entry(glyph, labels[mode], mode))
    # Not to be zoomed, so that the playhead's band stays where it belongs.
    x = axes.timestep_axis(names) | {"fixedrange": True}
    y = axes.log_axis("size of ∂L/∂h", sizes)
    if not sizes:  # nothing is drawn, so that any numbers at the axis would be made up
        y |= {"tickvals": [], "ticktext": []}
    return chart.plotted(data, palette, x, y, [key], name=f"reach {steps}", height=HEIGHT)


def influence_maps(
    maps: Mapping[str, np.ndarray | str], steps: int, sentence: str, palette: Palette
) -> str:
    """|∂output(t) / ∂input(s)| (T, T) by title, row t and column s; words where it isn't known.

    An HTML fragment for `st.html`. Inputs run across, outputs down, as in a matrix of weights of
    attention. The maps have one scale; exactly zero stays blank.
    """
    known = {
        title: np.where(np.isfinite(made), made, 0.0)
        for title, made in maps.items()
        if not isinstance(made, str)
    }
    most = max((float(made.max(initial=0.0)) for made in known.values()), default=0.0)
    # The playhead's timestep among the outputs, as its column is among the inputs.
    among_outputs = row_band("--cell-t", 0, steps, palette)
    blocks, shades = [], palette.signed(STEPS)[STEPS:]
    for title, made in maps.items():
        if title in known:
            # By the root, so that small influences show; what is there at all isn't blank.
            share = np.sqrt(known[title] / (most or 1.0))
            indexes = np.where(known[title] > 0, np.maximum(2, share * STEPS), 0).round()
            body = enlarged(indexes.astype(np.uint8), shades, "aspect-ratio:1")
        else:  # its room
            room = f"aspect-ratio:1;background:{palette.surface}"
            body = block("room muted", escape(f"{made}"), style=room)
        over = over_time(body, steps, palette, above=among_outputs)
        blocks.append(f"<div><strong>{escape(title)}</strong>{over}{ticks(steps, most=6)}</div>")
    # Half way is a quarter of most, since shades follow the root.
    bar = scale_bar(shades[::20], 5)
    scale = f"0 {bar} {number(most)} (half way {number(most / 4)})" if most else "no shade: 0"
    head = block("muted", f"inputs →, outputs ↓ &emsp; {scale}", style="margin-bottom:0.5rem")
    return picture(sentence, palette, head, block("influence", *blocks))
