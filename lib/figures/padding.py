"""A batch of sequences of different length, padded: which steps count, and which one "last" is.

An HTML fragment for `st.html`: for each way to treat the batch a table of timesteps, as blocks,
with the step outlined that `return_sequences=False` answers for.
"""

from collections.abc import Sequence
from html import escape

import numpy as np

from lib.english import readable
from lib.figures.html import block, div, enlarged, fitting, key, picture, span
from lib.figures.palette import Palette
from lib.figures.timeline import outline, outline_mark, over_time, ticks
from lib.recurrence.padded import ROUNDING, Padded


def padding_picture(ways: Sequence[Padded], sentence: str, palette: Palette) -> str:
    """All ways, as many side by side as fit."""
    shades = {
        "its own steps": palette.muted,
        "zeros that are read": palette.border,
        "masked": palette.surface,
    }
    box = f"width:1rem;border:1px solid {palette.border};background:"
    marks = [f"{span('swatch', box + color)} {name}" for name, color in shades.items()]
    last = f"{outline_mark(palette.last)} last-step mode's answer, and how far it is off"
    boxes = (div("min-width:0", _way(way, palette)) for way in ways)
    grid = block("grid", *boxes, style=f"gap:0.75rem 1.75rem;{fitting('22rem')}")
    return picture(sentence, palette, key(*marks, last), grid)


def _way(way: Padded, palette: Palette) -> str:
    rows, steps = way.counts.shape
    # Blank steps are masked; grey ones are zeros that the layer reads like any other.
    shades = np.where(way.counts, 2, 0 if way.masked else 1).astype(np.uint8)
    colors = (palette.surface, palette.border, palette.muted)
    body = enlarged(shades, colors, "height:4.5rem;border-radius:0")
    for row in range(1, rows):
        body += block("gap", style=f"top:calc(100%*{row}/{rows} - 1px)")
    outlines, size = "", f"width:calc(100%/{steps});height:calc(100%/{rows})"
    for row, step in enumerate(way.last_step):
        if step >= 0:
            at = f"left:calc(100%*{step}/{steps});top:calc(100%*{row}/{rows});{size}"
            outlines += outline(at, palette.last)
    differences = []
    for value in way.differences:  # what is only rounding is next to nothing
        color = palette.best_text if value <= ROUNDING else palette.ink
        words = readable(value) if value > ROUNDING else "✓ ≈ 0" if value else "✓ 0.0"
        differences.append(div(f"color:{color}", words))
    averaged = f"{way.loss_steps:,} steps" if way.loss_steps else "nothing"
    over = over_time(body, steps, palette, above=outlines)
    shown = f"<div>{over}{ticks(steps, most=6)}</div>{block('differences', *differences)}"
    loss = block("muted", f"sequence loss: mean over {averaged}")
    return block("title", escape(way.title)) + block("padded", shown) + loss
