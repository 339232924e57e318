"""Which inputs move which outputs: a map of timesteps by timesteps.

An HTML fragment for `st.html`. Inputs run across, outputs down, as in a matrix of weights of
attention. Maps that stand side by side have one scale; exactly zero stays blank.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import numpy as np

from lib.english import number
from lib.figures.html import STEPS, div, enlarged, picture, scale_bar
from lib.figures.palette import Palette
from lib.figures.timeline import over_time, row_band, ticks

WIDEST = 14.0
"""Of a map, in rem."""


def influence_maps(
    maps: Mapping[str, np.ndarray | str], steps: int, sentence: str, palette: Palette
) -> str:
    """|∂output(t) / ∂input(s)| (T, T) by title, row t and column s; words where it isn't known."""
    known = {
        title: np.where(np.isfinite(made), made, 0.0)
        for title, made in maps.items()
        if not isinstance(made, str)
    }
    most = max((float(made.max(initial=0.0)) for made in known.values()), default=0.0)
    # The playhead's timestep among the outputs, as its column is among the inputs.
    among_outputs = row_band("--cell-t", 0, steps, palette)
    blocks = []
    for title, made in maps.items():
        body = f"{made}" if title not in known else _shades(known[title], most, palette)
        if title not in known:  # its room
            body = div(
                "aspect-ratio:1;display:grid;place-items:center;border-radius:3px;"
                f"background:{palette.surface};color:{palette.muted}",
                escape(body),
            )
        over = over_time(body, steps, palette, above=among_outputs)
        name = f"<strong>{escape(title)}</strong>"
        width = f"flex:1 1 8rem;max-width:{WIDEST:g}rem"
        blocks.append(div(width, name, over, ticks(steps, palette, most=6)))
    # Shades follow the root: half way is a quarter of most.
    bar = scale_bar(palette.signed(STEPS)[STEPS::20], 5, palette.border)
    shades = f"0 {bar} {number(most)} (half way {number(most / 4)})" if most else "no shade: 0"
    return picture(
        sentence,
        palette,
        div(f"color:{palette.muted};margin-bottom:0.5rem", f"inputs →, outputs ↓ &emsp; {shades}"),
        div("display:flex;flex-wrap:wrap;gap:0.75rem 1.5rem", *blocks),
    )


def _shades(known: np.ndarray, most: float, palette: Palette) -> str:
    """By the root, so that small influences show; what is there at all isn't blank."""
    share = np.sqrt(known / (most or 1.0))
    indexes = np.where(known > 0, np.maximum(2, share * STEPS), 0).round().astype(np.uint8)
    return enlarged(indexes, palette.signed(STEPS)[STEPS:], "aspect-ratio:1")
