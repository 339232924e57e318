"""Trace a stack: a row for each layer, its settings beside what comes out of it, or breaks it."""

from functools import partial

import streamlit as st

from lib.figures.palette import Palette
from lib.figures.stack import layer_pictures
from lib.figures.tensor import SCALES
from lib.narrate import stack as narrate
from lib.stack.base import Stack
from lib.stack.code import keras_code
from lib.stack.fixes import fixes
from lib.stack.link import PATTERNS, pattern_of
from lib.stack.tracing import TracedLayer, broken, trace
from lib.toml import beside
from lib.ui import address
from lib.ui.linked import pills
from lib.ui.shapes.doctor import take_stack_output
from lib.ui.shapes.editor import adding, layer_settings
from lib.ui.shapes.shown_stack import is_sidebar_stack, previous_stack, set_stack
from lib.ui.text import card, hint, plain, press, takeaway

SIDEBAR = "sidebar"
MOVES = "It moves with the sidebar. Change a layer here, and it is a stack of its own. "
LONGEST = "units=128 on layer 12: output now (N, 12, 128), parameters 123,456 → 123,456."
"""What the takeaway may become: its room."""
SAYS: dict[str, str] = beside(__file__)["says"]


def tracer(stack: Stack, palette: Palette) -> None:
    """The layers with their tensors, and the stack as code."""
    steps, before = trace(stack), previous_stack()
    st.markdown(f"# {plain(narrate.stack_title(steps))}")
    name = pattern_of(stack)
    titles = {SIDEBAR: "The sidebar’s model"} | {key: one.title for key, one in PATTERNS.items()}
    picked = SIDEBAR if is_sidebar_stack() else name
    pills("Start from", titles, picked, "shapes_pattern", _take_pattern)
    about = PATTERNS[name].about if name and not is_sidebar_stack() else ""
    words, change = narrate.change_told(before, stack, about)
    moves = MOVES if is_sidebar_stack() else ""
    details = f"{moves}{change} {narrate.stack_sentence(steps)} {SCALES}"
    with st.container(border=True, key="stack"):
        takeaway(words, details, longest=LONGEST)
        _rows(steps, palette)
        with st.container(horizontal=True):
            adding(stack)
            label, breaks = "Check a target for this output", broken(steps) is not None
            press(label, "fact_check", "to_doctor", _check_target, disabled=breaks)
    with card("The stack as Keras code"):
        st.code(keras_code(steps), language="python", wrap_lines=True)


def _take_pattern(name: str) -> None:
    set_stack(None if name == SIDEBAR else PATTERNS[name].stack)


def _check_target() -> None:
    take_stack_output()
    address.set_page_value("part", "target")


def _rows(steps: tuple[TracedLayer, ...], palette: Palette) -> None:
    """Each layer: its settings at the left, what comes out of it at the right."""
    stack = tuple(step.layer for step in steps)
    pictures = layer_pictures(steps, map(narrate.layer_sentence, steps), palette)
    with st.container(key="rows", gap=None):
        for place, (step, picture) in enumerate(zip(steps, pictures, strict=True)):
            with st.container(key=f"layer_{place}"):
                settings, result = st.columns([8, 5], vertical_alignment="center")
                with settings, st.container(gap=None):
                    layer_settings(place, stack, broken=step.error is not None)
                    if error := step.error:
                        hint(SAYS[error.when if error.message else "silent"])
                        if error.message:
                            st.code(error.message, language=None, wrap_lines=True)
                with result, st.container(gap="xsmall"):
                    st.html(picture)
                    # A button for each change that mends the stack.
                    for number, fix in enumerate(fixes(steps) if step.error else ()):
                        act = partial(set_stack, fix.stack)
                        press(plain(fix.words), "build", f"fix_{number}", act, wrap=True)
