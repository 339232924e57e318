"""One unit over time: every number that it computes as a line, beside its formula.

An HTML fragment for `st.html`. It changes with the playhead, so it is small: each line is a few
hundred bytes of SVG.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np

from lib.english import short, signed
from lib.figures.html import div, plot_image, plotted_line
from lib.figures.palette import Palette
from lib.figures.timeline import last_column, over_time, ticks
from lib.recurrence.formulas import Line


def unit_lines(lines: Sequence[Line], palette: Palette, *, top: bool = True) -> str:
    """A row for each line: its name and trace, and its formula with the numbers filled in.

    Only in the top layer is a step of h outlined: those below hand out all of it in both modes.
    """
    rows = [_row(line, outlined=top and line is lines[-1], palette=palette) for line in lines]
    below = ticks(len(lines[0].trace), palette, most=6)
    rows.append(div(_PAIR, div(_SCALED, f"<div>{below}</div>")))
    return div(f"font-size:0.8125rem;line-height:1.35;color:{palette.ink}", *rows)


_PAIR = "display:grid;gap:0 0.75rem;align-items:center;grid-template-columns:2fr 3fr;"
"""A trace, and its formula beside it."""
_SCALED = "display:grid;gap:0 0.25rem;grid-template-columns:minmax(0,1fr) 1.75rem"
"""A trace, and the ends of its scale beside it."""


def _row(line: Line, *, outlined: bool, palette: Palette) -> str:
    """A line's trace between the ends of its scale, and one at zero; beside it the formula.

    The scale goes as far as the trace, and to 1 at least. It begins at 0 where nothing is less.
    """
    known = np.nan_to_num(np.asarray(line.trace, np.float64), posinf=0.0, neginf=0.0)
    high = max(1.0, float(np.abs(known).max(initial=0.0)))
    low = -high if known.min(initial=0.0) < 0 else 0.0
    zero, *heights = 38 - 36 * (np.array([0, *known]) - low) / (high - low)
    axis = (
        f'<path d="M0 {zero:.1f}H1000" stroke="{palette.baseline}" stroke-dasharray="2 3" '
        'fill="none" vector-effect="non-scaling-stroke"/>'
    )
    shapes = axis + plotted_line(np.array(heights), palette.ink, 2)
    image = plot_image(shapes, 40, palette.surface, 3.25)
    if outlined:
        image += last_column(len(known), palette)
    ends = div(
        "display:flex;flex-direction:column;justify-content:space-between;"
        f"font-size:0.6875rem;line-height:1;color:{palette.muted}",
        f"<span>{short(high)}</span><span>{short(low).replace('-', '−')}</span>",
    )
    # Room for as many lines as the formula takes in a narrow column, so that rows stay in place.
    room = 4.4 if "kernel" in line.formula else 3.3
    formula = div(
        f"min-width:0;min-height:{room:g}rem;overflow-wrap:anywhere",
        f"<strong>{escape(line.symbol)}</strong> "
        f"{escape(line.about)} = <strong>{signed(line.value)}</strong><br>"
        f'<span style="color:{palette.muted}">= {escape(line.formula)}</span><br>'
        f"= {escape(line.filled)}",
    )
    over = f"<div>{over_time(image, len(known), palette)}</div>"
    return div(f"{_PAIR}margin-bottom:0.5rem", div(_SCALED, over, ends), formula)
