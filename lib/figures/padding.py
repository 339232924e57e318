"""A batch of sequences of different length, padded: which steps count, and which one "last" is.

An HTML fragment for `st.html`: for each way to treat the batch a table of timesteps, as blocks,
with the step outlined that `return_sequences=False` answers for.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np

from lib.english import readable
from lib.figures.heatmaps import outline_mark
from lib.figures.html import png_uri
from lib.figures.palette import Palette
from lib.figures.timeline import over_time, picture, ticks
from lib.recurrence.padded import ROUNDING, Padded


def padding_picture(ways: Sequence[Padded], sentence: str, palette: Palette) -> str:
    """All ways, as many side by side as fit."""
    boxes = "".join(f'<div style="min-width:0">{_way(way, palette)}</div>' for way in ways)
    return picture(
        f'{_legend(palette)}<div style="display:grid;gap:0.75rem 1.75rem;'
        f'grid-template-columns:repeat(auto-fit,minmax(min(100%,22rem),1fr))">{boxes}</div>',
        sentence,
        palette,
    )


def _off(value: float) -> str:
    """A difference; of what is only rounding, that it is next to nothing."""
    if value > ROUNDING:
        return readable(value)
    return "✓ ≈ 0" if value else "✓ 0.0"


def _legend(palette: Palette) -> str:
    """What the shades and the outline mean."""
    box = (
        '<span style="display:inline-block;width:1rem;height:1rem;border-radius:3px;'
        'vertical-align:-3px;background:{};border:1px solid {}"></span>'
    )
    shades = {
        "its own steps": palette.muted,
        "zeros that are read": palette.border,
        "masked": palette.surface,
    }
    parts = [f"{box.format(color, palette.border)} {name}" for name, color in shades.items()]
    parts.append(f"{outline_mark(palette.last)} last-step mode's answer, and how far it is off")
    words = "".join(f"<span>{part}</span>" for part in parts)
    return (
        f'<div style="display:flex;flex-wrap:wrap;gap:0.25rem 1.25rem;color:{palette.muted};'
        f'margin-bottom:0.5rem">{words}</div>'
    )


def _way(way: Padded, palette: Palette) -> str:
    rows, steps = way.counts.shape
    # Blank steps are masked; grey ones are zeros that the layer reads like any other.
    shades = np.where(way.counts, 2, 0 if way.masked else 1).astype(np.uint8)
    image = png_uri(shades, (palette.surface, palette.border, palette.muted))
    outlines = "".join(
        f'<div style="position:absolute;left:calc(100%*{step}/{steps});width:calc(100%/{steps});'
        f"top:calc(100%*{row}/{rows});height:calc(100%/{rows});box-sizing:border-box;"
        f'border:2px solid {palette.last};border-radius:3px"></div>'
        for row, step in enumerate(way.last_step)
        if step >= 0
    )
    gaps = "".join(
        f'<div style="position:absolute;left:0;right:0;top:calc(100%*{row}/{rows} - 1px);'
        f'height:2px;background:{palette.background}"></div>'
        for row in range(1, rows)
    )
    body = (
        f'<img alt="" src="{image}" style="display:block;width:100%;height:4.5rem;'
        f'image-rendering:pixelated">{gaps}'
    )
    differences = "".join(
        f'<div style="height:1.125rem;line-height:1.125rem;color:'
        f'{palette.best_text if value <= ROUNDING else palette.ink}">'
        f"{_off(value)}</div>"
        for value in way.differences
    )
    averaged = f"{way.loss_steps:,} steps" if way.loss_steps else "nothing"
    return (
        f'<div style="font-weight:600">{escape(way.title)}</div>'
        '<div style="display:grid;grid-template-columns:minmax(0,1fr) 4.5rem;gap:0 0.5rem">'
        f"<div>{over_time(body, steps, palette, above=outlines)}"
        f"{ticks(steps, palette, most=6)}</div>"
        f'<div style="font-variant-numeric:tabular-nums;text-align:right">{differences}</div></div>'
        f'<div style="color:{palette.muted}">sequence loss: mean over {averaged}</div>'
    )
