"""How far from zero the outputs get, under the curve that they can't cross.

An HTML fragment for `st.html`, over the same columns as the other pictures of the Cell page.
"""

from __future__ import annotations

import numpy as np

from lib.figures.html import svg_uri
from lib.figures.palette import Palette
from lib.figures.timeline import over_time, picture, ticks

MOST_UNITS = 32
"""Up to so many units are drawn one by one; of more, only the furthest at each timestep."""


def bound_picture(hidden: np.ndarray, bound: np.ndarray, sentence: str, palette: Palette) -> str:
    """|h| of every unit, (T, U), below the bound (T,)."""
    sizes = np.abs(np.nan_to_num(hidden))
    steps, units = sizes.shape
    most = sizes.max(axis=1)
    thin = [_line(sizes[:, u], steps, palette.baseline, 1) for u in range(units)]
    shapes = "".join(thin) if units <= MOST_UNITS else ""
    shapes += _line(most, steps, palette.ink, 2.5)
    shapes += _line(bound, steps, palette.best, 2.5, dash="7 5")
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1000 100" preserveAspectRatio="none">'
        f'<rect width="1000" height="100" fill="{palette.surface}"/>{shapes}</svg>'
    )
    image = f'<img alt="" src="{svg_uri(svg)}" style="display:block;width:100%;height:11rem">'
    key = (
        f'<div style="display:flex;flex-wrap:wrap;gap:0 1.25rem;color:{palette.muted}">'
        f'<span style="color:{palette.best_text}">▬ ▬ the bound</span>'
        f'<span style="color:{palette.ink}">━━ the furthest unit</span>'
        + ("<span>── every unit</span>" if units <= MOST_UNITS else "")
        + "</div>"
    )
    edge = f"font-size:0.75rem;color:{palette.muted}"
    return picture(
        f'{key}<div style="{edge}">1</div>{over_time(image, steps, palette)}'
        f"{ticks(steps, palette)}",
        sentence,
        palette,
    )


def _line(values: np.ndarray, steps: int, color: str, width: float, dash: str = "") -> str:
    """A line through the middle of each column, from 0 at the bottom to 1 at the top."""
    points = " ".join(
        f"{(k + 0.5) * 1000 / steps:.0f},{99 - 98 * min(1.0, v):.1f}" for k, v in enumerate(values)
    )
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<polyline points="{points}" fill="none" stroke="{color}" stroke-width="{width}"'
        f'{dashes} vector-effect="non-scaling-stroke"/>'
    )
