"""Which inputs move which outputs: a map of timesteps by timesteps.

An HTML fragment for `st.html`. Inputs run across, outputs down, as in a matrix of weights of
attention. Maps that stand side by side have one scale; exactly zero stays blank.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np

from lib.english import number
from lib.figures.html import STEPS, enlarged, scale_bar
from lib.figures.palette import Palette
from lib.figures.timeline import over_time, picture, row_band, ticks


def influence_map(
    influence: np.ndarray | None,
    title: str,
    sentence: str,
    steps: int,
    palette: Palette,
    *,
    most: float,
) -> str:
    """|∂output(t) / ∂input(s)| (T, T), row t and column s; while it is None, the sentence.

    Shades go up to `most`: see `largest_influence`.
    """
    colors = palette.signed(STEPS)[STEPS:]
    if influence is None:
        body = (
            f'<div style="aspect-ratio:1;display:grid;place-items:center;border-radius:3px;'
            f'background:{palette.surface};color:{palette.muted}">{escape(sentence)}</div>'
        )
        scale = "<div>&nbsp;</div>"
    else:
        known = np.where(np.isfinite(influence), influence, 0.0)
        # The root, so that small influences show; what is there at all isn't blank.
        share = np.sqrt(known / (most or 1.0))
        indexes = np.where(known > 0, np.maximum(2, share * STEPS), 0).round().astype(np.uint8)
        body = enlarged(indexes, colors, "aspect-ratio:1")
        scale = _scale(most, colors, palette)
    # The playhead's timestep among the outputs, as its column is among the inputs.
    among_outputs = row_band("--cell-t", steps - 1, steps, palette)
    return picture(
        f'<div style="max-width:24rem;margin:auto"><strong>{escape(title)}</strong>'
        f'<div style="color:{palette.muted}">{scale}outputs 1 to {steps} ↓</div>'
        f"{over_time(body, steps, palette, above=among_outputs)}{ticks(steps, palette)}"
        f'<div style="color:{palette.muted};text-align:right">inputs →</div></div>',
        sentence,
        palette,
    )


def largest_influence(*maps: np.ndarray) -> float:
    """The largest number in any of the maps; 0 where there is none."""
    known = [influence[np.isfinite(influence)] for influence in maps]
    return float(max((values.max(initial=0.0) for values in known), default=0.0))


def _scale(most: float, colors: Sequence[str], palette: Palette) -> str:
    """What the shades mean. They follow the root: half way stands a quarter of the largest."""
    bar = scale_bar(colors[::20], 5, palette.border)
    words = f"half way {number(most / 4)}: shaded by the root" if most else "nothing is shaded"
    return f"<div>0 {bar} {number(most)}, {words}</div>"
