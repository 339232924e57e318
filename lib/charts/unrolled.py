"""The layer unrolled in time: a cell at every timestep, and all that it computed for one sample.

HTML fragments for `st.html`: see unrolled.html. Arrows and cells are small drawings, repeated as
a background T times. Matrices have time across and units down, on a scale from -1 to 1; an LSTM's
cell state, whose bound is t at step t, has its own.
"""

from typing import Any

import numpy as np
from markupsafe import Markup

from lib.charts.html import OVER_TIME, STEPS, shade_indexes, shaded, svg_uri, templates
from lib.charts.palette import Palette
from lib.experiment import MODES
from lib.text import ALMOST_0, number, signed

WIDEST = 8.0  # the greatest width of a timestep, in rem
_HTML = templates(__file__, over=OVER_TIME, MODES=MODES, svg_uri=svg_uri)


def unrolled_picture(x: np.ndarray, palette: Palette, **about: Any) -> str:
    """Inputs below, cells in the middle, outputs above, over all timesteps.

    `x` (T, F) is one sample's input. It is about `modes`, whether it `has_cell_state` (an LSTM), a
    `sentence`, and perhaps `as_it_runs`: outputs up to the playhead alone.
    """
    reach = float(np.nanmax(np.abs(x), initial=1e-9))
    height = min(3.0, max(0.9, 0.5 * x.shape[1]))
    inputs = shaded(x.T, palette, f"height:{height}rem", reach)
    scale = f", ±{number(reach)}" if x.any() and np.isfinite(reach) else ""
    return str(_HTML.unrolled(inputs, len(x), scale, palette, WIDEST, **about))


def heatmaps(
    matrices: dict[str, np.ndarray], order: np.ndarray, palette: Palette, **about: Any
) -> str:
    """`matrices` (T, U) by name, in a grid that fits the screen.

    `order` (U,) is which unit stands in each row. It is about a `sentence`, the row that is marked
    at the `start`, and the `outlined_name` of the first matrix, whose last timestep is what
    `return_sequences=False` keeps; "" where both modes hand out all of it.
    """
    shown = []
    for name, values in matrices.items():
        rows, reach = values.T[order], _reach(values)
        scale = "" if reach == 1 else f", ±{number(reach)}"
        shown.append((name, scale, _matrix(rows, reach, palette), rows.shape))
    # Six stand in two rows, four in two as well, however wide the screen is.
    least = "15rem,40%" if len(shown) in (2, 4) else "9rem,30%"
    return str(_HTML.heatmaps(shown, palette, least, **about))


def _reach(values: np.ndarray) -> float:
    """1, or what lies furthest from zero, in round numbers, where that is more."""
    most = float(np.max(np.abs(values[np.isfinite(values)]), initial=0.0))
    if most <= 1.001:
        return 1.0
    power = 10.0 ** np.floor(np.log10(most))
    return float(power * next(k for k in (1, 1.5, 2, 3, 5, 7, 10) if k * power >= most))


def _matrix(rows: np.ndarray, reach: float, palette: Palette) -> Markup:
    """Values (U, T) from -reach to reach as an image, or as squares with their numbers."""
    units, steps = rows.shape
    if steps > 4 or units > 8:
        height = min(9.0, max(2.0, 0.22 * units))
        return shaded(rows, palette, f"height:max({height:.2f}rem,3.8vw)", reach)
    shades, squares = palette.signed(STEPS), []
    for value, index in zip(rows.ravel(), shade_indexes(rows, reach).ravel(), strict=True):
        words = signed(value) if not value or abs(value) >= 0.001 else ALMOST_0  # no room for less
        squares.append((words, shades[index], palette.text_on(shades[index])))
    numbers: Markup = _HTML.numbers(squares, steps)
    return numbers
