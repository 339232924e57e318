"""The layer unrolled in time: a cell at every timestep, what goes in, on, and out in each mode.

An HTML fragment for `st.html`. Each row of arrows or cells is one small drawing, repeated as the
background of a block T times, so that a hundred timesteps cost no more than two.
"""

from collections.abc import Sequence

import numpy as np

from lib.english import number
from lib.experiment import MODES
from lib.figures.html import block, code_words, div, picture, shaded, svg_uri
from lib.figures.palette import Palette
from lib.figures.timeline import over_time, ticks

WIDEST = 8.0
"""How wide a timestep gets at most, in rem, where there are few."""


def unrolled_picture(
    x: np.ndarray, modes: Sequence[str], has_cell_state: bool, sentence: str, palette: Palette
) -> str:
    """Inputs below, cells in the middle, outputs above, over all timesteps.

    `x` (T, F) goes into the layer for one sample. The outputs are those of `modes`, "sequence",
    "last" or both. With a cell state two states are handed on, as in an LSTM, else one.
    """
    steps = len(x)
    reach = float(np.nanmax(np.abs(x), initial=1e-9))
    height = min(3.0, max(0.9, 0.5 * x.shape[1]))
    rows = [
        *(_outputs(mode, steps, palette) for mode in modes),
        _cells(steps, has_cell_state, palette),
        _arrows(steps, palette.muted),
        shaded(x.T, palette, f"height:{height}rem", reach),
    ]
    scale = f", ±{number(reach)}" if x.any() and np.isfinite(reach) else ""
    words = block(
        "words muted",
        f"<span>x, the input at each timestep{scale}</span>",
        f"<span>hidden {'and cell ' * has_cell_state}state →</span>",
    )
    heads = (code_words(MODES[mode].keras, palette.words(mode)) for mode in modes)
    whole = over_time("".join(rows), steps, palette)
    return picture(
        sentence,
        palette,
        div("display:flex;flex-wrap:wrap;gap:0 1.5rem;margin-bottom:0.25rem", *heads),
        div(f"max-width:{WIDEST * steps}rem", whole, ticks(steps), words),
    )


def _outputs(mode: str, steps: int, palette: Palette) -> str:
    """An arrow out of every cell, or out of the last alone."""
    if mode == "sequence":
        return _arrows(steps, palette.sequence)
    arrow = f"{_arrow(palette.last)} center/contain no-repeat"
    last = f"position:absolute;right:0;top:0;bottom:0;width:calc(100%/{steps});background:{arrow}"
    return div("position:relative;height:1.5rem", div(last))


def _arrows(steps: int, color: str) -> str:
    """An arrow upwards in every column."""
    return div(f"height:1.5rem;background:{_arrow(color)} 0 0/calc(100%/{steps}) 100% repeat-x")


def _cells(steps: int, has_cell_state: bool, palette: Palette) -> str:
    """The cells, on the line, or two, that the states go along."""
    places = ("35%", "62%") if has_cell_state else ("calc(50% - 1px)",)
    lines = (block("line", style=f"top:{place}") for place in places)
    box = svg_uri(
        '<rect x="1" y="1" width="34" height="34" rx="7" stroke-width="2.2" '
        f'fill="{palette.surface}" stroke="{palette.ink}"/>',
        "-3 -1 42 38",
    )
    cells = f"position:absolute;inset:0;background:url({box}) 0 0/calc(100%/{steps}) 100% repeat-x"
    return div("position:relative;height:2.25rem", *lines, div(cells))


def _arrow(color: str) -> str:
    """A CSS image; it keeps its proportions in the middle of its column."""
    path = f'<path d="M6 23V3M2 8L6 2.5 10 8" fill="none" stroke-width="2.2" stroke="{color}"/>'
    return f"url({svg_uri(path, '0 0 12 24')})"
