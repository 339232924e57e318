"""Which colours the browser needs: light or dark."""

import streamlit as st

from lib.figures.palette import Palette, palette


def current_palette() -> Palette:
    """The palette for the theme that the browser shows now."""
    return palette(st.context.theme.type or "light")
