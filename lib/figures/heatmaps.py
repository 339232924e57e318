"""Everything that a layer computed for one sample, as matrices over timesteps × units.

An HTML fragment for `st.html`: time runs across, units run down, and all have the same scale, -1
to 1, but for an LSTM's cell state, whose only bound is t at step t, and which says its own scale.
Small matrices show their numbers.
"""

from html import escape

import numpy as np

from lib.english import ALMOST_0, number, signed
from lib.figures import html
from lib.figures.palette import Palette
from lib.figures.timeline import last_column, outline_mark, over_time


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
