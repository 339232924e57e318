"""The layer unrolled in time: a cell at every timestep, and all that it computed for one sample.

HTML fragments for `st.html`. In the first each row of arrows or cells is one small drawing,
repeated as the background of a block T times, so that a hundred timesteps cost no more than two.
The second are matrices: time runs across, units run down, and all have the same scale, -1 to 1, but
for an LSTM's cell state, whose only bound is t at step t, and which says its own scale. Small
matrices show their numbers.
"""

from collections.abc import Sequence
from html import escape

import numpy as np

from lib.english import ALMOST_0, number, signed
from lib.experiment import MODES
from lib.figures import html
from lib.figures.html import block, code_words, div, picture, shaded, svg_uri
from lib.figures.palette import Palette
from lib.figures.timeline import last_column, outline_mark, over_time, ticks

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


def heatmaps(
    matrices: dict[str, np.ndarray],
    order: np.ndarray,
    start: int,
    sentence: str,
    palette: Palette,
    *,
    outlined_name: str,
) -> str:
    """`matrices` (T, U) by name, in a grid that fits the screen.

    `order` (U,) is which unit stands in each row; row `start` is marked before anybody has picked
    one. Of the first matrix `return_sequences=False` keeps the last timestep, which is outlined;
    beside the outline it is called `outlined_name`, "" where both modes hand out all of it.
    """
    parts: list[str] = []
    for name, values in matrices.items():
        rows, reach = values.T[order], _reach(values)
        scale = "" if reach == 1 else f", ±{number(reach)}"
        body = _matrix(rows, reach, palette)
        if outlined_name and not parts:
            body += last_column(len(values), palette)
        head = f'{escape(name)}<span style="font-size:0.8125rem">{scale}</span>'
        shown = over_time(body, len(values), palette, units=len(rows), start=start)
        parts.append(html.div("min-width:0", html.block("muted", head), shown))
    # Six stand in two rows, four in two as well, however wide the screen is.
    least = "15rem,40%" if len(parts) in (2, 4) else "9rem,30%"
    grid = f"gap:0.5rem 1rem;{html.fitting(f'max({least})')}"
    last = f"{outline_mark(palette.last)} what last-step mode keeps of {escape(outlined_name)}"
    head = legend("timesteps", palette, *([last] if outlined_name else []))
    return html.picture(sentence, palette, head, html.block("grid", *parts, style=grid))


def _reach(values: np.ndarray) -> float:
    """1, or what lies furthest from zero, in round numbers, where that is more."""
    most = float(np.max(np.abs(values[np.isfinite(values)]), initial=0.0))
    if most <= 1.001:
        return 1.0
    power = 10.0 ** np.floor(np.log10(most))
    return float(power * next(k for k in (1, 1.5, 2, 3, 5, 7, 10) if k * power >= most))


def _matrix(rows: np.ndarray, reach: float, palette: Palette) -> str:
    """Values (U, T) from -reach to reach as an image, or as squares with their numbers."""
    units, steps = rows.shape
    if steps > 4 or units > 8:
        height = min(9.0, max(2.0, 0.22 * units))
        return html.shaded(rows, palette, f"height:max({height:.2f}rem,3.8vw)", reach)
    shades = palette.signed(html.STEPS)
    squares = []
    for value, index in zip(rows.ravel(), html.shade_indexes(rows, reach).ravel(), strict=True):
        color = shades[index]
        words = signed(value) if not value or abs(value) >= 0.001 else ALMOST_0  # no room for less
        style = f"background:{color};color:{palette.text_on(color)}"
        squares.append(f'<span style="{style}">{words}</span>')
    columns = f"grid-template-columns:repeat({steps},minmax(0,1fr))"
    return html.block("numbers", *squares, style=columns)


def legend(columns: str, palette: Palette, *more: str) -> str:
    """The scale of all matrices, what their `columns` are, and `more`."""
    bar = html.scale_bar(palette.signed(2), 4)
    return html.key(f"−1 {bar} 1", f"rows are units, columns {columns}", *more)
