"""Which one do I need? A table of usual cases with the mode of each, in a popover of the menu.

The words are in advice.toml, the markup in advice.html.
"""

import streamlit as st

from lib.charts import templates
from lib.text import beside

_FILE = beside(__file__)
ADVICE: list[dict[str, str]] = _FILE["advice"]
"""Usual cases; each is tried in Keras, with both values."""
TABLE = f"{templates(__file__).advice(ADVICE, _FILE['letters'])}"  # the table as HTML


def advice() -> None:
    """Draw the popover below the menu of every page."""
    with st.popover("Which one do I need?", icon=":material/help:", type="tertiary", key="advice"):
        st.html(TABLE)
