"""A component on every page whose script does what can't wait for a run of the page.

It hears the page's keys; gives a file that is dropped anywhere to the page's uploader; marks the
timestep under the pointer in all pictures; lifts the curves of a run's row on Compare; opens the
run of a point on Sweep; closes the drawer on phones. It tells Python the heights of charts that
fill a place, and that the system went dark or light.

A key clicks something that the page shows. Not `st.button(shortcut=)`: in Streamlit 1.67 it did
nothing while a slider had the focus, a button has a single one, and no list of keys. `C` is
Streamlit's own.
"""

import re
from itertools import count
from typing import Any

import streamlit as st

from lib.text import beside
from lib.ui.browser import component
from lib.ui.fragment import fragment
from lib.ui.session import session

BUTTON = "button"  # the part that Streamlit's own buttons consist of; each shows its key
KEYS: dict[str, list[dict[str, Any]]] = {
    page: [{"part": BUTTON, **row} for row in rows]
    for page, rows in beside(__file__, "keys").items()
}
"""Page → its own keys. Where what one works on isn't there, the key does nothing."""
MENU = "menu"  # the Streamlit key of the menu, which has a link for each page
EVERYWHERE: list[dict[str, Any]] = [
    {
        "name": f"Shift+{k}",
        "does": f"go to {page}",
        "on": [MENU],
        "part": f":scope > :nth-child({k}) a",
    }
    for k, page in enumerate((page for page in KEYS if page != "Present"), start=1)
]
"""The keys that all pages have, besides `?`, which shows them all."""
KEY = "listener"
_component = component(KEY, __file__, "white_page.js", "plotly_private.js")


def listener(page: str) -> None:
    """Draw the component for `page`, a key of KEYS.

    In a fragment, which asks for a run of the page when the component tells something. Asked by the
    browser, Streamlit (1.67) would end the run that goes on, and forget a click that waits.
    """
    times = count()
    # A list: in a dict Streamlit (1.67) looks for tables, and loads pandas for that.
    on = {"data": [*KEYS[page], *EVERYWHERE], "on_ground_change": lambda: None}

    def draw() -> None:
        if next(times):
            st.rerun()
        _component(key=KEY, on_heights_change=_note_heights, **on)

    fragment(draw)


def _note_heights() -> None:
    """Note the heights that the browser measured, in pixels: "chart_loss:230 chart_compare:176"."""
    told = re.findall(r"\b(chart_[a-z_]+):(\d{2,4})\b", f"{st.session_state.get(KEY)}")
    session().heights.update({name: int(height) for name, height in told})
