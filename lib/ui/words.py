"""Sentences on a page: what they say is shown as it is, whatever names of columns stand in them."""

from __future__ import annotations

import re

import streamlit as st

_SPECIAL = re.compile(r"([\\`*_\[\]<>$~:|#&])")


def plain(text: str) -> str:
    """`text` for Streamlit's Markdown: no mark, entity or directive in it is one."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def say(text: str) -> None:
    """A sentence below a picture that says the same in words."""
    st.markdown(f":small[{plain(text)}]")


def hint(text: str) -> None:
    """A sentence of second rank: what a control or a state means."""
    st.markdown(f":small[:gray[{plain(text)}]]")
