"""Which inputs move which outputs: a map of timesteps by timesteps.

An HTML fragment for `st.html`. Inputs run across, outputs down, as in a matrix of weights of
attention. Maps that stand side by side have one scale; exactly zero stays blank.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import numpy as np

from lib.english import number
from lib.figures.html import STEPS, enlarged, scale_bar
from lib.figures.palette import Palette
from lib.figures.timeline import over_time, picture, row_band, ticks

WIDEST = 14.0
"""Of a map, in rem."""


def influence_maps(
    maps: Mapping[str, np.ndarray | str], steps: int, sentence: str, palette: Palette
) -> str:
    """|∂output(t) / ∂input(s)| (T, T) by title, row t and column s; words where it isn't known."""
    known = {title: _finite(made) for title, made in maps.items() if not isinstance(made, str)}
    most = max((float(made.max(initial=0.0)) for made in known.values()), default=0.0)
    bodies = {
        title: _instead(made, palette) if isinstance(made, str) else _shades(made, most, palette)
        for title, made in {**maps, **known}.items()
    }
    # The playhead's timestep among the outputs, as its column is among the inputs.
    among_outputs = row_band("--cell-t", 0, steps, palette)
    blocks = "".join(
        f'<div style="flex:1 1 8rem;max-width:{WIDEST:g}rem"><strong>{escape(title)}</strong>'
        f"{over_time(body, steps, palette, above=among_outputs)}"
        f"{ticks(steps, palette, most=6)}</div>"
        for title, body in bodies.items()
    )
    return picture(
        f'<div style="color:{palette.muted};margin-bottom:0.5rem">{_scale(most, palette)}</div>'
        f'<div style="display:flex;flex-wrap:wrap;gap:0.75rem 1.5rem">{blocks}</div>',
        sentence,
        palette,
    )


def _instead(words: str, palette: Palette) -> str:
    """The room of a map that isn't known yet."""
    return (
        f'<div style="aspect-ratio:1;display:grid;place-items:center;border-radius:3px;'
        f'background:{palette.surface};color:{palette.muted}">{escape(words)}</div>'
    )


def _shades(known: np.ndarray, most: float, palette: Palette) -> str:
    """By the root, so that small influences show; what is there at all isn't blank."""
    share = np.sqrt(known / (most or 1.0))
    indexes = np.where(known > 0, np.maximum(2, share * STEPS), 0).round().astype(np.uint8)
    return enlarged(indexes, palette.signed(STEPS)[STEPS:], "aspect-ratio:1")


def _finite(influence: np.ndarray) -> np.ndarray:
    return np.where(np.isfinite(influence), influence, 0.0)


def _scale(most: float, palette: Palette) -> str:
    """What rows, columns and shades mean. These follow the root: half way is a quarter of most."""
    bar = scale_bar(palette.signed(STEPS)[STEPS::20], 5, palette.border)
    shades = f"0 {bar} {number(most)} (half way {number(most / 4)})" if most else "no shade: 0"
    return f"inputs →, outputs ↓ &emsp; {shades}"
