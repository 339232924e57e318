"""Why the modes learn differently: how far gradients reach, which inputs move what, and padding.

The last two are HTML fragments for `st.html`.
"""

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np
import plotly.graph_objects as go

from lib.english import number, readable
from lib.figures import axes, chart, marks
from lib.figures.html import STEPS, block, div, enlarged, fitting, key, picture, scale_bar, span
from lib.figures.palette import Palette
from lib.figures.timeline import outline, outline_mark, over_time, row_band, ticks
from lib.recurrence.padded import ROUNDING, Padded

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


def padding_picture(ways: Sequence[Padded], sentence: str, palette: Palette) -> str:
    """All ways, as many side by side as fit."""
    shades = {
        "its own steps": palette.muted,
        "zeros that are read": palette.border,
        "masked": palette.surface,
    }
    box = f"width:1rem;border:1px solid {palette.border};background:"
    kinds = [f"{span('swatch', box + color)} {name}" for name, color in shades.items()]
    last = f"{outline_mark(palette.last)} last-step mode's answer, and how far it is off"
    boxes = (div("min-width:0", _way(way, palette)) for way in ways)
    grid = block("grid", *boxes, style=f"gap:0.75rem 1.75rem;{fitting('22rem')}")
    return picture(sentence, palette, key(*kinds, last), grid)


def _way(way: Padded, palette: Palette) -> str:
    rows, steps = way.counts.shape
    # Blank steps are masked; grey ones are zeros that the layer reads like any other.
    shades = np.where(way.counts, 2, 0 if way.masked else 1).astype(np.uint8)
    colors = (palette.surface, palette.border, palette.muted)
    body = enlarged(shades, colors, "height:4.5rem;border-radius:0")
    for row in range(1, rows):
        body += block("gap", style=f"top:calc(100%*{row}/{rows} - 1px)")
    outlines, size = "", f"width:calc(100%/{steps});height:calc(100%/{rows})"
    for row, step in enumerate(way.last_step):
        if step >= 0:
            at = f"left:calc(100%*{step}/{steps});top:calc(100%*{row}/{rows});{size}"
            outlines += outline(at, palette.last)
    differences = []
    for value in way.differences:  # what is only rounding is next to nothing
        color = palette.best_text if value <= ROUNDING else palette.ink
        words = readable(value) if value > ROUNDING else "✓ ≈ 0" if value else "✓ 0.0"
        differences.append(div(f"color:{color}", words))
    averaged = f"{way.loss_steps:,} steps" if way.loss_steps else "nothing"
    over = over_time(body, steps, palette, above=outlines)
    shown = f"<div>{over}{ticks(steps, most=6)}</div>{block('differences', *differences)}"
    loss = block("muted", f"sequence loss: mean over {averaged}")
    return block("title", escape(way.title)) + block("padded", shown) + loss
