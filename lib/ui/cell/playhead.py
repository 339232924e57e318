"""The playhead: which timestep and which unit everything on the Cell page is about.

A component of a few lines of script, since what it moves must move at once: it writes the custom
properties `--cell-t` and `--cell-row`, by which every picture places its own bands (see
`lib.figures.timeline`), and tells Python what formulas to write out. Two sliders of the browser's
own do the work, so that keyboards and screen readers know them; pressing a picture does the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import streamlit as st

from lib.cell.step import Opened
from lib.cell.unit_order import by_similarity
from lib.figures.timeline import TIME, UNITS
from lib.figures.unrolled import WIDEST

KEY = "cell_playhead"
PICKED = "cell_picked"
"""What was reported last; the component itself is forgotten when the page is left."""
SIMILAR = "cell_similar"
"""The key of the switch that orders the pictures' rows."""

FILES = Path(__file__)
"""Beside this one: the component's .html, .css and .js."""

_component = st.components.v2.component(
    KEY,
    html=FILES.with_suffix(".html").read_text(encoding="utf-8"),
    css=FILES.with_suffix(".css").read_text(encoding="utf-8"),
    js=FILES.with_suffix(".js").read_text(encoding="utf-8"),
)


@dataclass(frozen=True, slots=True)
class At:
    """A timestep, 0 to T-1, and a unit, 0 to U-1."""

    step: int
    unit: int


def playhead(layer: Opened) -> At:
    """Draw the playhead and return where it stands."""
    at = where(layer)
    data = {
        "steps": len(layer.x),
        "units": layer.units,
        "order": row_order(layer).tolist(),
        "step": at.step,
        "unit": at.unit,
        "names": {"time": TIME, "units": UNITS},
        "widest": WIDEST,
    }
    _component(key=KEY, data=data, on_at_change=_remember)
    return at


def _remember() -> None:
    st.session_state[PICKED] = st.session_state[KEY]["at"]


def where(layer: Opened) -> At:
    """Where the playhead stands: at first on the last timestep of the unit that moves most."""
    return _picked(layer) or At(len(layer.x) - 1, _moves_most(layer))


def row_order(layer: Opened) -> np.ndarray:
    """Which unit each row of the pictures shows, (U,): as Keras has them, or by similarity."""
    if st.session_state.get(SIMILAR):
        return by_similarity(layer.trace.hidden[0])
    return np.arange(layer.units)


def first_row(layer: Opened) -> int:
    """The row that is marked before anybody has picked one."""
    return int(np.flatnonzero(row_order(layer) == _moves_most(layer))[0])


def _moves_most(layer: Opened) -> int:
    return int(np.argmax(np.ptp(np.nan_to_num(layer.trace.hidden[0]), axis=0)))


def _picked(layer: Opened) -> At | None:
    """What the browser reported, brought into range; None if nothing, or nothing of use."""
    try:
        said = st.session_state[PICKED]
        step, unit = max(int(said["step"]), 0), max(int(said["unit"]), 0)
        return At(min(step, len(layer.x) - 1), min(unit, layer.units - 1))
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
