"""What Keras measured: two pictures and their difference, and cards with a claim and its figures.

HTML fragments for `st.html`. A figure of exactly 0.0 is written so, and so is the difference
that 32-bit numbers leave; green says that two things are one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from lib.english import apart_by
from lib.figures.heatmaps import legend
from lib.figures.html import div, fitting, picture, shaded
from lib.figures.palette import Palette
from lib.figures.timeline import over_time, ticks
from lib.proofs import Measure, ProofCard

TALL = 7.5
"""A picture of an equation, in rem."""


def proof_cards(proofs: Sequence[ProofCard], palette: Palette, missing: str) -> str:
    """All cards, as many side by side as fit; `missing` stands where a figure isn't known."""
    return div(
        f"display:grid;gap:0.75rem;align-items:stretch;{fitting('22rem')};font-size:0.875rem;"
        f"line-height:1.45;color:{palette.ink}",
        *(_card(proof, palette, missing) for proof in proofs),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """One of two things that are said to be the same."""

    code: str
    about: str
    """What of the code is shown, in a few words."""
    rows: np.ndarray | None
    """(U, columns); None while it isn't known."""


def equation(
    one: Side,
    other: Side,
    measure: Measure,
    palette: Palette,
    *,
    missing: str,
    sentence: str,
    columns: str,
    start: int | None = None,
) -> str:
    """Two pictures of the same units, a minus between them, and the picture of what is left.

    `missing` stands in place of the measure while it isn't known. `start` is the row that is marked
    at first, where the columns are timesteps; `columns` says what they are.
    """
    left = None
    if one.rows is not None and other.rows is not None:
        left = np.abs(one.rows - other.rows)
        left /= max(float(np.nanmax(left)), 1e-45)  # what differs at all is to be seen
    figure = _figure(measure, palette, missing, 2.25)
    rest = Side(measure.of, "on the same weights", left)
    return picture(
        sentence,
        palette,
        legend(columns, palette),
        div(
            "display:flex;flex-wrap:wrap;align-items:center;gap:0.5rem",
            _side(one, palette, start),
            div("font-size:1.75rem", "−"),
            _side(other, palette, start),
            div("font-size:1.75rem", "="),
            _side(rest, palette, start, figure),
        ),
    )


def _side(side: Side, palette: Palette, start: int | None, figure: str = "") -> str:
    """A picture with its name above it, and maybe a figure upon it."""
    columns, below = 0, ""
    if side.rows is None:
        body = div(f"height:{TALL}rem;border-radius:3px;background:{palette.surface}")
    else:
        units, columns = side.rows.shape
        body = shaded(side.rows, palette, f"height:{TALL}rem")
        if start is not None:
            body = over_time(body, columns, palette, units=units, start=start)
    if figure:
        body += div(
            "position:absolute;inset:0;display:grid;place-items:center;text-align:center;"
            "pointer-events:none",
            f"<div>{figure}</div>",
        )
    if start is not None:
        below = ticks(columns, palette, most=6) if columns else div("height:1.2rem")
    return div(
        "flex:1 1 9rem;min-width:0",
        div("font-family:monospace;font-size:clamp(0.6875rem,2.8vw,0.8125rem)", escape(side.code)),
        div(f"color:{palette.muted}", escape(side.about)),
        div("position:relative", body),
        below,
    )


def _card(proof: ProofCard, palette: Palette, missing: str) -> str:
    return div(
        f"border:1px solid {palette.border};border-radius:0.5rem;padding:0.75rem 1rem",
        div("font-weight:600", escape(proof.title)),
        *(measured(measure, palette, missing) for measure in proof.measures),
        div("margin-top:0.35rem", escape(proof.takeaway)),
        div(f"color:{palette.muted}", escape(proof.why)),
    )


def measured(measure: Measure, palette: Palette, missing: str) -> str:
    """A figure, and below it what it is the figure of."""
    code = "font-family:monospace;font-size:0.8125rem;overflow-wrap:anywhere"
    figure = _figure(measure, palette, missing, 1.25)
    return div("margin-top:0.35rem", figure, div(code, escape(measure.of)))


def _figure(measure: Measure, palette: Palette, missing: str, size: float) -> str:
    """A figure, `size` rem high, that says by a mark and a colour whether two things are one."""
    if measure.value is None:
        words = f'<span style="color:{palette.muted};font-size:0.875rem">{escape(missing)}</span>'
    else:
        exact = apart_by(measure.value) if measure.value else "0.0"
        color, mark = (palette.best_text, "✓") if measure.same else (palette.ink, "≠")
        words = f'<span style="color:{color}">{mark} {exact}</span>'
    high = f"line-height:{size + 0.4:g}rem;height:{size + 0.4:g}rem"
    return div(f"font-size:{size}rem;font-weight:700;{high}", words)
