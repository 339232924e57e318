"""Shapes: trace a stack of layers, check a target, read an error message, predict first."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from lib.figures.palette import Palette
from lib.ui import address
from lib.ui.data import load_data
from lib.ui.frame import frame
from lib.ui.shapes.decoder import decoder
from lib.ui.shapes.doctor import doctor
from lib.ui.shapes.quiz import quiz
from lib.ui.shapes.shown_stack import remember_sidebar_stack
from lib.ui.shapes.tracer import tracer
from lib.ui.theme import current_palette

OWN_KEYS = ("part", "stack", "check", "error", "quiz")
WIDGET = "shapes_part"

stack = remember_sidebar_stack(load_data(frame("Shapes", OWN_KEYS)))
parts: dict[str, tuple[str, Callable[[Palette], None]]] = {
    "stack": ("Trace a stack", partial(tracer, stack)),
    "target": ("Check a target", doctor),
    "error": ("Read an error", decoder),
    "quiz": ("Predict first", quiz),
}
"""Part, as the address names it → its title, and what draws it."""
first = next(iter(parts))


def choose() -> None:
    """Keep the choice in the address; the first part needs no word there."""
    chosen = st.session_state[WIDGET]
    address.set_page_value("part", "" if chosen == first else chosen)


part = address.page_value("part")
part = st.session_state[WIDGET] = part if part in parts else first
st.segmented_control(
    "Part",
    list(parts),
    format_func=lambda key: parts[key][0],
    key=WIDGET,
    required=True,
    label_visibility="collapsed",
    on_change=choose,
)
parts[part][1](current_palette())
