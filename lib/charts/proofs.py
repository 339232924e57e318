"""What Keras measured: two pictures and their difference, cards with a claim, what breaks it.

HTML fragments for `st.html`: see proofs.html. A figure of exactly 0.0 is written so, and so is the
difference that 32-bit numbers leave; green says that two things are one.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from lib.charts.html import OVER_TIME, shaded, templates
from lib.charts.narrate.proofs import Measure
from lib.charts.palette import Palette
from lib.text import apart_by

_HTML = templates(__file__, over=OVER_TIME, shaded=shaded, apart_by=apart_by)


proof_cards = _HTML.cards
"""All cards, of `ProofCard`s, a palette, and what stands where a figure isn't known."""


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """One of two things that are said to be the same."""

    code: str
    about: str
    """What of the code is shown, in a few words."""
    rows: np.ndarray | None
    """(U, columns); None while it isn't known."""


def equation(one: Side, other: Side, measure: Measure, palette: Palette, **about: Any) -> str:
    """Two pictures of the same units, a minus between them, and the picture of what is left.

    It is about a `sentence`; `columns`, in words, with `start`, the row that is marked at first,
    where they are timesteps; and what is `missing` in place of a measure that isn't known.
    """
    left = None
    if one.rows is not None and other.rows is not None:
        left = np.abs(one.rows - other.rows)
        left /= max(float(np.nanmax(left)), 1e-45)  # what differs at all is to be seen
    rest = Side(measure.of, "on the same weights", left)
    return str(_HTML.equation(one, other, rest, measure, palette, **about))


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


strips = _HTML.strips
"""The strips, and what was measured: of `Strip`s, `Measure`s, what stands where a figure isn't
known, a sentence and a palette."""
strips_legend = _HTML.strips_legend
"""What their outlines mean, in the colours of a palette."""
