"""The playhead: which timestep and which unit everything on the Cell page is about.

What follows it, formulas and sentences, stands in slots that the sections leave for it. It is
written twice in a run of the whole page: at once by its section, so that nothing is blank for a
moment, and by the fragment with the playhead, which alone runs when it moves.

What it moves must move at once, so a component's script writes the custom properties `--cell-t` and
`--cell-row`, by which pictures place their bands (`lib.figures.html`), and tells Python what
formulas to write out. Two sliders of the browser's own do the work, for keyboards and screen
readers; pressing a picture does the same.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib.figures.html import TIME, UNITS
from lib.figures.unrolled import WIDEST
from lib.recurrence.formulas import LayerPass, by_similarity
from lib.ui import address
from lib.ui.browser import component
from lib.ui.fragment import fragment
from lib.ui.linked import Linked
from lib.ui.session import session

KEY = "cell_playhead"
ORDER = Linked("order", ("", "similar"), 0, "cell_similar")
"""Of the pictures' rows: as Keras has them, or by similarity."""

_component = component(KEY, __file__)


@dataclass(frozen=True, slots=True)
class At:
    """A timestep, 0 to T-1, and a unit, 0 to U-1."""

    step: int
    unit: int


Follower = Callable[[At], None]
"""Writes a part of the page anew, for where the playhead stands."""


def follow_playhead(bar: DeltaGenerator, layer: LayerPass, followers: Sequence[Follower]) -> None:
    """Draw the playhead into `bar`. When it moves, the followers are written, and no picture."""
    with bar:
        fragment(_draw)(layer, followers)


def _draw(layer: LayerPass, followers: Sequence[Follower]) -> None:
    at = where(layer)
    data = {
        "links_opened": session().cell.links_opened,
        "steps": len(layer.x),
        "units": layer.units,
        "order": row_order(layer).tolist(),
        **asdict(at),
        "names": {"time": TIME, "units": UNITS},
        "widest": WIDEST,
    }
    _component(key=KEY, data=data, on_at_change=_remember)
    for write in followers:
        write(at)


def _remember() -> None:
    """Note what the browser reports; where it says that the playhead rests, in the address too.

    While it moves the address stays: each new one is an entry in the browser's history, and work.
    """
    page = session().cell
    try:
        report = st.session_state[KEY]["at"]  # gone where the page has just been left
        step, unit = (max(int(report[name]), 0) for name in ("step", "unit"))
    except (KeyError, TypeError, ValueError, OverflowError):
        return  # nothing of use, and so not from our script
    page.step, page.unit = step, unit
    if report.get("rests"):
        address.set_page_values({"step": f"{step + 1}", "unit": f"{unit + 1}"})
        page.link = _link()


def _link() -> tuple[str, str]:
    return address.page_value("step"), address.page_value("unit")


def where(layer: LayerPass) -> At:
    """Where the playhead stands: at first on the first timestep of the unit that moves most.

    A link that was opened goes before what was picked until then.
    """
    page = session().cell
    if page.link != _link():
        page.link = _link()
        page.step, page.unit = map(_index, page.link)
        page.links_opened += 1
    return At(
        min(page.step or 0, len(layer.x) - 1),
        _moves_most(layer) if page.unit is None else min(page.unit, layer.units - 1),
    )


def _index(text: str) -> int | None:
    """A number from 1 in the address as an index; None for what is none."""
    return int(text) - 1 if text.isdecimal() and len(text) <= 3 and int(text) else None


def row_order(layer: LayerPass) -> np.ndarray:
    """Which unit each row of the pictures shows, (U,): as Keras has them, or by similarity."""
    return by_similarity(layer.trace.hidden[0]) if ORDER.index else np.arange(layer.units)


def first_row(layer: LayerPass) -> int:
    """The row that is marked before anybody has picked one."""
    return int(np.flatnonzero(row_order(layer) == _moves_most(layer))[0])


def _moves_most(layer: LayerPass) -> int:
    return int(np.argmax(np.ptp(np.nan_to_num(layer.trace.hidden[0]), axis=0)))
