"""A page in parts, one of which is open: buttons choose it, and the link says which it is."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from lib.ui import address

NAME = "part"
"""In the address; the first part of a page needs no word there."""


def open_part(titles: Mapping[str, str], key: str) -> str:
    """Draw the buttons of a page's parts; returns the name of the one that is open.

    Args:
        titles: by the part's name in the address, in order. NAME is one of the page's own keys.
        key: the widget's.
    """
    first = next(iter(titles))

    def choose() -> None:
        chosen = st.session_state[key]
        if chosen is not None:  # as a browser says for a moment where its theme isn't the usual one
            address.set_page_value(NAME, "" if chosen == first else chosen)

    part = address.page_value(NAME)
    part = part if part in titles else first
    if st.session_state.get(key) != part:
        st.session_state[key] = part
    st.segmented_control(
        "Part",
        list(titles),
        default=part,
        format_func=titles.__getitem__,
        key=key,
        required=True,
        label_visibility="collapsed",
        on_change=choose,
    )
    return part
