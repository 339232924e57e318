"""A component on every page whose script does what can't wait for a run of the page.

It hears the page's keys; gives a file that is dropped anywhere to the page's uploader; marks the
timestep under the pointer in all pictures; lifts the curves of a run's row on Compare; opens the
run of a point on Sweep; closes the drawer on phones. It tells Python the heights of charts that
fill a place, and that the system went dark or light.
"""

import re
from itertools import count

import streamlit as st

from lib.ui.browser import component
from lib.ui.fragment import fragment
from lib.ui.keys import EVERYWHERE, KEYS
from lib.ui.session import session

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

    fragment(draw)()


def _note_heights() -> None:
    """Note the heights that the browser measured, in pixels: "chart_loss:230 chart_compare:176"."""
    told = re.findall(r"\b(chart_[a-z_]+):(\d{2,4})\b", f"{st.session_state.get(KEY)}")
    session().charts.heights.update({name: int(height) for name, height in told})
