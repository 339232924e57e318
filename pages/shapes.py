"""Shapes: trace a stack of layers, check a target, read an error message, predict first."""

from __future__ import annotations

import streamlit as st

from lib.ui import address
from lib.ui.data import load
from lib.ui.frame import frame
from lib.ui.shapes.decoder import decoder
from lib.ui.shapes.doctor import doctor
from lib.ui.shapes.quiz import quiz
from lib.ui.shapes.shown_stack import follow
from lib.ui.shapes.tracer import tracer
from lib.ui.theme import current_palette

PARTS = {
    "stack": ("Trace a stack", tracer),
    "target": ("Check a target", doctor),
    "error": ("Read an error", decoder),
    "quiz": ("Predict first", quiz),
}
"""In the address: a title, and what draws the part."""
OWN_KEYS = ("part", "stack", "check", "error", "quiz")

follow(load(frame("Shapes", OWN_KEYS)))


def choose() -> None:
    """Keep the choice in the address; the first part needs no word there."""
    chosen = st.session_state["part"]
    address.keep("part", "" if chosen == next(iter(PARTS)) else chosen)


part = address.own("part") if address.own("part") in PARTS else next(iter(PARTS))
st.session_state["part"] = part
st.segmented_control(
    "Part",
    list(PARTS),
    format_func=lambda key: PARTS[key][0],
    key="part",
    required=True,
    label_visibility="collapsed",
    on_change=choose,
)
PARTS[part][1](current_palette())
