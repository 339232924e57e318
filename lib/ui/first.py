"""What a session's first page leaves out, so that its pictures are painted the sooner.

The browser is busy then: of 3 s from a cold request to the charts, more than half were spent in
drawing what lies below the first screen, and in highlighting code that nobody had scrolled to.
"""

from __future__ import annotations

import streamlit as st

REST_SECONDS = 1.0
"""How long the browser has for the first charts before the page asks for the rest."""


def is_painted() -> bool:
    """Whether this isn't the session's first run: then everything may be drawn.

    A moment after the first run the page runs once more by itself.
    """
    painted = st.session_state.setdefault("painted", False)
    if not painted:
        _draw_the_rest()
        st.session_state["painted"] = True
    return painted


@st.fragment(run_every=REST_SECONDS)
def _draw_the_rest() -> None:
    """As part of the page nothing; when the browser asks for this alone, a run of the page."""
    if st.session_state["painted"]:
        st.rerun()
