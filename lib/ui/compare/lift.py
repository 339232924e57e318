"""What lifts a run's curves while its row is pointed at or has the focus, and the reverse.

A script in the browser alone, which tells Python nothing: it writes the run's letter into the
page's `data-lifts`, by which `lib/ui/css/compare.css` lets the others fade.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

_component = st.components.v2.component(
    "lift",
    html='<span class="lift"></span>',
    js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8"),
)


def lift() -> None:
    """Begin to listen; once on the page."""
    with st.container(key="compare_lift"):
        _component(key="lift")
