"""How far from zero the outputs get, under the curve that they can't cross.

An HTML fragment for `st.html`, over the same columns as the other pictures of the Cell page.
"""

from __future__ import annotations

import numpy as np

from lib.figures.html import div, picture, plot_image, plotted_line
from lib.figures.palette import Palette
from lib.figures.timeline import over_time, ticks

MOST_UNITS = 32
"""Up to so many units are drawn one by one; of more, only the furthest at each timestep."""


def bound_picture(hidden: np.ndarray, bound: np.ndarray, sentence: str, palette: Palette) -> str:
    """|h| of every unit, (T, U), below the bound (T,)."""
    heights = 99 - 98 * np.minimum(1, np.abs(np.nan_to_num(hidden)))  # 0 is at the bottom
    steps, units = heights.shape
    thin = [plotted_line(unit, palette.baseline, 1) for unit in heights.T]
    shapes = "".join(thin) if units <= MOST_UNITS else ""
    shapes += plotted_line(heights.min(axis=1), palette.ink, 2.5)
    shapes += plotted_line(99 - 98 * bound, palette.best, 2.5, dash="7 5")
    image = plot_image(shapes, 100, palette.surface, 8)
    key = div(
        f"display:flex;flex-wrap:wrap;gap:0 1.25rem;color:{palette.muted}",
        f'<span style="color:{palette.best_text}">▬ ▬ the bound</span>',
        f'<span style="color:{palette.ink}">━━ the furthest unit</span>',
        "<span>── every unit</span>" if units <= MOST_UNITS else "",
    )
    edge = div(f"font-size:0.75rem;color:{palette.muted}", "1")
    over = over_time(image, steps, palette)
    return picture(sentence, palette, key, edge, over, ticks(steps, palette))
