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

from lib.figures.timeline import TIME, UNITS
from lib.figures.unrolled import WIDEST

KEY = "cell_playhead"

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


def playhead(steps: int, order: np.ndarray, start: int) -> At:
    """Draw the playhead and return where it stands; from the outset at the last timestep.

    Args:
        steps: T.
        order: which unit each row of the pictures shows, (U,).
        start: the unit to begin with.
    """
    units = len(order)
    at = _at(st.session_state.get(KEY), steps, units) or At(steps - 1, start)
    data = {
        "steps": steps,
        "units": units,
        "order": order.tolist(),
        "step": at.step,
        "unit": at.unit,
        "names": {"time": TIME, "units": UNITS},
        "widest": WIDEST,
    }
    result = _component(key=KEY, data=data, on_at_change=lambda: None)
    return _at(result, steps, units) or at


def _at(state: object, steps: int, units: int) -> At | None:
    """What the browser reported, brought into range; None if nothing, or nothing of use."""
    try:
        said = state["at"]  # type: ignore[index]
        return At(
            min(max(int(said["step"]), 0), steps - 1), min(max(int(said["unit"]), 0), units - 1)
        )
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
