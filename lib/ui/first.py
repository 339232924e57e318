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
    painted: bool = st.session_state.setdefault("painted", False)
    # Always a fragment: where one comes or goes, Streamlit moves all that stands below it.
    st.fragment(_draw_the_rest, run_every=None if painted else REST_SECONDS)(not painted)
    st.session_state["painted"] = True
    return painted


def _draw_the_rest(first: bool) -> None:
    """As part of the page nothing; when the browser asks for this alone, a run of the page."""
    if first and st.session_state["painted"]:
        st.rerun()
