"""What Explore does early and leaves out when a session first runs it: its pictures come sooner.

The browser is busy then: of 3 s from a cold request to the charts, more than half were spent in
drawing what lies below the first screen, and in highlighting code that nobody had scrolled to. And
a quarter goes into running Plotly's 4.7 MB, for which it has time while the server still imports.
"""

from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib.ui.fragment import asking_fragment
from lib.ui.session import session

REST_SECONDS = 1.0
"""How long the browser has for the first charts before the page asks for the rest."""

_SCRIPTS = Path(st.__file__).parent / "static/static/js"
_LOAD = (
    "<script>import(new URL({name!r}, document.querySelector('script[type=module]').src))</script>"
)


def ask_for_plotly(place: DeltaGenerator | None = None) -> None:
    """Let the browser of a new session load the code of Streamlit's charts, before one is there.

    To be called before imports that take long: a cold request has its charts after 2.4 s instead of
    2.7 s. Nothing is lost where a version of Streamlit has no file of this name.
    """
    # Beside the page, which it would move until its code is there; and always a place for it.
    place = place or st.sidebar.empty()
    if not session().charts.is_painted:
        for file in _SCRIPTS.glob("PlotlyChart.*.js"):
            place.html(_LOAD.format(name=file.name), unsafe_allow_javascript=True)


def schedule_rest() -> bool:
    """Whether the whole page may be drawn now.

    The session's first run leaves the rest out; a moment later the page runs once more by itself.
    """
    painted = session().charts.is_painted
    if painted:  # as many containers as a fragment has: nothing below moves
        st.container().container()
    else:
        asking_fragment(lambda: None, run_every=REST_SECONDS)()
    session().charts.is_painted = True
    return painted
