"""Why the modes learn differently: how far gradients reach, which inputs move what, and padding.

The last two are HTML fragments for `st.html`: see gradients.html.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from lib.charts import axes, chart, marks
from lib.charts.html import OVER_TIME, STEPS, enlarged, templates
from lib.charts.palette import Palette
from lib.recurrence import ROUNDING, Padded
from lib.text import number, readable

HEIGHT = 260
"""Of the chart, in pixels."""
_HTML = templates(__file__, over=OVER_TIME, number=number, readable=readable, ROUNDING=ROUNDING)


def reach_figure(
    norms: Mapping[str, np.ndarray], names: Sequence[str], palette: Palette
) -> chart.Chart:
    """Norms (T,) of the gradients by the hidden states, for losses "sequence" and "last"."""
    steps = len(names)
    labels = {"sequence": f"loss over all {steps} steps", "last": f"loss at step {steps} alone"}
    hover, dots = chart.hover(), marks.dot_size(steps)
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

    Inputs run across, outputs down, as in a matrix of weights of
    attention. The maps have one scale; exactly zero stays blank.
    """
    known = {
        title: np.where(np.isfinite(made), made, 0.0)
        for title, made in maps.items()
        if not isinstance(made, str)
    }
    most = max((float(made.max(initial=0.0)) for made in known.values()), default=0.0)
    shades, pictures = palette.signed(STEPS)[STEPS:], dict[str, str]()
    for title, made in maps.items():
        pictures[title] = f"{made}"
        if title in known:
            # By the root, so that small influences show; what is there at all isn't blank.
            share = np.sqrt(known[title] / (most or 1.0))
            indexes = np.where(known[title] > 0, np.maximum(2, share * STEPS), 0).round()
            pictures[title] = enlarged(indexes.astype(np.uint8), shades, "aspect-ratio:1")
    return str(_HTML.influence(pictures, steps, most, shades, sentence, palette))


def padding_picture(ways: Sequence[Padded], sentence: str, palette: Palette) -> str:
    """All ways, as many side by side as fit."""
    colors, pictures = (palette.surface, palette.border, palette.muted), []
    for way in ways:
        # Blank steps are masked; grey ones are zeros that the layer reads like any other.
        shades = np.where(way.counts, 2, 0 if way.masked else 1).astype(np.uint8)
        pictures.append((way, enlarged(shades, colors, "height:4.5rem;border-radius:0")))
    return str(_HTML.padding(pictures, sentence, palette))
