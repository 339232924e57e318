"""What breaks the equality of the modes, as pictures: outputs, and which of them each mode takes.

HTML fragments for `st.html`. Columns are outputs in the order in which the layer hands them out, so
they aren't always timesteps, and the playhead has no place here. What `sequence[:, -1]` takes is
outlined in the sequence mode's colour, what the last-step mode takes in its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from lib.figures.heatmaps import legend, outline_mark
from lib.figures.html import div, picture, shaded
from lib.figures.palette import Palette
from lib.figures.proofs import measured
from lib.figures.timeline import below_columns, outline
from lib.proofs import Measure


@dataclass(frozen=True, slots=True, eq=False)
class Strip:
    """A layer's outputs for one sample."""

    name: str
    outputs: np.ndarray
    """(columns, U)."""
    last: int
    """The column that the last-step mode takes; `sequence[:, -1]` takes the last one."""
    named: dict[int, str]
    """What stands below some columns."""


def strips(
    made: Sequence[Strip],
    measures: Sequence[Measure],
    missing: str,
    sentence: str,
    palette: Palette,
) -> str:
    """The strips, and what was measured; `missing` stands where a figure isn't known."""
    figures = (div("flex:1 1 11rem", measured(one, palette, missing)) for one in measures)
    return picture(
        sentence,
        palette,
        *(_strip(strip, palette) for strip in made),
        div("display:flex;flex-wrap:wrap;gap:0 1rem", *figures),
    )


def strips_legend(palette: Palette) -> str:
    """What the outlines mean."""
    sequence = f"{outline_mark(palette.sequence)} sequence[:, -1]"
    last = f"{outline_mark(palette.last)} last, what last-step mode gives"
    return div("font-size:0.875rem", legend("outputs", palette, sequence, last))


def _strip(strip: Strip, palette: Palette) -> str:
    count = len(strip.outputs)
    # The one within the other, where both take the same.
    outlines = _outline(count - 1, count, palette.sequence, 0)
    outlines += _outline(strip.last, count, palette.last, 3)
    return (
        div(f"color:{palette.muted}", escape(strip.name))
        + div("position:relative", shaded(strip.outputs.T, palette, "height:2.75rem"), outlines)
        + below_columns(strip.named, count, palette)
    )


def _outline(column: int, count: int, color: str, inset: int) -> str:
    """Around a column; where columns are narrow, in the middle of it and wide enough to be seen."""
    return outline(
        f"left:calc(100%*{column + 0.5}/{count});transform:translateX(-50%);"
        f"width:calc(max(10px,100%/{count}) - {2 * inset}px);"
        f"top:{inset - 3}px;bottom:{inset - 3}px",
        color,
    )
