"""Which inputs move which outputs: a map of timesteps by timesteps.

An HTML fragment for `st.html`. Inputs run across, outputs down, as in a matrix of weights of
attention. Each map is shaded up to its own largest value; exactly zero stays blank.
"""

from __future__ import annotations

from html import escape

import numpy as np

from lib.english import number
from lib.figures.palette import Palette
from lib.figures.png import STEPS, data_uri
from lib.figures.timeline import over_time, picture, ticks


def influence_map(
    influence: np.ndarray | None, title: str, sentence: str, steps: int, palette: Palette
) -> str:
    """|∂output(t) / ∂input(s)| (T, T), row t and column s; while it is None, the sentence."""
    if influence is None:
        body = (
            f'<div style="aspect-ratio:1;display:grid;place-items:center;border-radius:3px;'
            f'background:{palette.surface};color:{palette.muted}">{escape(sentence)}</div>'
        )
        scale = ""
    else:
        known = np.where(np.isfinite(influence), influence, 0.0)
        most = float(known.max())
        # The root, so that small influences show; what is there at all isn't blank.
        share = np.sqrt(known / (most or 1.0))
        indexes = np.where(known > 0, np.maximum(2, share * STEPS), 0).round().astype(np.uint8)
        colors = palette.signed(STEPS)[STEPS:]
        body = (
            f'<img alt="" src="{data_uri(indexes, colors)}" style="display:block;width:100%;'
            'aspect-ratio:1;image-rendering:pixelated;border-radius:3px">'
        )
        scale = (
            f"darkest {number(most)}" if palette.theme == "light" else f"brightest {number(most)}"
        )
    return picture(
        f'<div style="max-width:24rem;margin:auto"><strong>{escape(title)}</strong>'
        f'<div style="color:{palette.muted};display:flex;justify-content:space-between">'
        f"<span>outputs 1 to {steps} ↓</span><span>{scale}&nbsp;</span></div>"
        f"{over_time(body, steps, palette)}{ticks(steps, palette)}"
        f'<div style="color:{palette.muted};text-align:right">inputs →</div></div>',
        sentence,
        palette,
    )
