"""What listens to the browser on every page: keys, the timestep pointed at, files, the drawer.

Streamlit's own shortcuts do nothing while a slider has the focus, and what follows the pointer
can't wait for a run of the page. So a component's script listens, which draws only what lies over
the page: the list of keys that `?` shows, the frame into which a file is dropped, which goes to the
page's uploader then, and the marks of a timestep in the pictures of Explore and of a sample on
Data; on Compare it lifts a run's row and curves, on Sweep a point opens its run.
Python hears only how high the charts are that fill a place, and that the system has gone dark or
light; and once a link has been pressed, nothing of the page that is left.
"""

import re
from dataclasses import asdict

import streamlit as st

from lib.ui.browser import component
from lib.ui.fragment import asking_fragment
from lib.ui.keys import EVERYWHERE, KEYS
from lib.ui.session import session

KEY = "listener"
SCRIPTS = "white_page.js", "plotly_private.js"
_component = component(KEY, __file__, *SCRIPTS)
_KEYS = {page: [asdict(key) for key in (*own, *EVERYWHERE)] for page, own in KEYS.items()}
"""A list for each page: in a dict Streamlit (1.67) looks for tables, and loads pandas for that."""


def listener(page: str) -> None:
    """Listen for what `page`, a key of KEYS, has: however often it is drawn, it listens once."""
    asking_fragment(_draw)(page)


def _draw(page: str) -> None:
    _component(
        key=KEY, data=_KEYS[page], on_heights_change=_note_heights, on_ground_change=lambda: None
    )


def _note_heights() -> None:
    """Take over what the browser has measured: "chart_loss:230 chart_compare:176", in pixels.

    Of a page that has just been left there is nothing: the component is the next page's by then.
    """
    told = re.findall(r"\b(chart_[a-z_]+):(\d{2,4})\b", f"{st.session_state.get(KEY)}")
    session().charts.heights.update({name: int(height) for name, height in told})
