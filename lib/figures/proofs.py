"""What Keras measured: two pictures and their difference, cards with a claim, what breaks it.

HTML fragments for `st.html`. A figure of exactly 0.0 is written so, and so is the difference
that 32-bit numbers leave; green says that two things are one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from lib.english import apart_by
from lib.figures.html import block, div, fitting, picture, shaded
from lib.figures.palette import Palette
from lib.figures.timeline import below_columns, outline, outline_mark, over_time, ticks
from lib.figures.unrolled import legend
from lib.narrate.proofs import Measure, ProofCard


def proof_cards(proofs: Sequence[ProofCard], palette: Palette, missing: str) -> str:
    """All cards, as many side by side as fit; `missing` stands where a figure isn't known."""
    cards = (
        block(
            "card",
            block("title", escape(proof.title)),
            *(_measured(measure, palette, missing) for measure in proof.measures),
            block("measured", escape(proof.takeaway)),
            block("muted", escape(proof.why)),
        )
        for proof in proofs
    )
    return block("cards", *cards, style=f"{fitting('22rem')};color:{palette.ink}")


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
    figure = block("figure", f"<div>{_figure(measure, palette, missing, 2.25)}</div>")
    sides = (
        _side(one, palette, start),
        block("sign", "−"),
        _side(other, palette, start),
        block("sign", "="),
        _side(Side(measure.of, "on the same weights", left), palette, start, figure),
    )
    return picture(sentence, palette, legend(columns, palette), block("equation", *sides))


def _side(side: Side, palette: Palette, start: int | None, figure: str = "") -> str:
    """A picture with its name above it, and maybe a figure upon it."""
    below, tall = "" if start is None else div("height:1.2rem"), "height:7.5rem"
    if side.rows is None:
        body = div(f"{tall};border-radius:3px;background:{palette.surface}")
    else:
        units, columns = side.rows.shape
        body = shaded(side.rows, palette, tall)
        if start is not None:
            body = over_time(body, columns, palette, units=units, start=start)
            below = ticks(columns, most=6)
    return block(
        "side",
        block("term", escape(side.code)),
        block("muted", escape(side.about)),
        div("position:relative", body, figure),
        below,
    )


@dataclass(frozen=True, slots=True, eq=False)
class Strip:
    """A layer's outputs for one sample as it hands them out: columns aren't always timesteps."""

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
    figures = block("figures", *(_measured(one, palette, missing) for one in measures))
    return picture(sentence, palette, *(_strip(strip, palette) for strip in made), figures)


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
        block("muted", escape(strip.name))
        + div("position:relative", shaded(strip.outputs.T, palette, "height:2.75rem"), outlines)
        + below_columns(strip.named, count)
    )


def _outline(column: int, count: int, color: str, inset: int) -> str:
    """Around a column; where columns are narrow, in the middle of it and wide enough to be seen."""
    return outline(
        f"left:calc(100%*{column + 0.5}/{count});transform:translateX(-50%);"
        f"width:calc(max(10px,100%/{count}) - {2 * inset}px);"
        f"top:{inset - 3}px;bottom:{inset - 3}px",
        color,
    )


def _measured(measure: Measure, palette: Palette, missing: str) -> str:
    """A figure, and below it what it is the figure of."""
    figure = _figure(measure, palette, missing, 1.25)
    return block("measured", figure, block("of", escape(measure.of)))


def _figure(measure: Measure, palette: Palette, missing: str, size: float) -> str:
    """A figure, `size` rem high, that says by a mark and a colour whether two things are one."""
    words = f'<span class="missing">{escape(missing)}</span>'
    if measure.value is not None:
        exact = apart_by(measure.value) if measure.value else "0.0"
        color, mark = (palette.best_text, "✓") if measure.same else (palette.ink, "≠")
        words = f'<span style="color:{color}">{mark} {exact}</span>'
    high = f"line-height:{size + 0.4:g}rem;height:{size + 0.4:g}rem"
    return div(f"font-size:{size}rem;font-weight:700;{high}", words)
