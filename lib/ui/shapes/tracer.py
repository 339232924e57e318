"""Trace a stack: every layer's shape and parameters, where it breaks, and a click that mends it."""

from __future__ import annotations

import streamlit as st

from lib.figures.palette import Palette
from lib.figures.stack import stack_picture
from lib.figures.tensor import SCALES
from lib.narrate.stack import change_sentence, stack_sentence, stack_title
from lib.stack.code import keras_code
from lib.stack.fixes import fixes
from lib.stack.kinds import Stack
from lib.stack.patterns import PATTERNS, pattern_of
from lib.stack.tracing import TracedLayer, broken, trace
from lib.ui import address
from lib.ui.shapes.doctor import take_stack_output
from lib.ui.shapes.editor import editor
from lib.ui.shapes.shown_stack import is_sidebar_stack, previous_stack, set_stack
from lib.ui.text import hint, plain, say

PICK, SIDEBAR = "shapes_pattern", "sidebar"
TRY = (
    "Move T: the parameters stay. Move the units: they change. Switch return_sequences: "
    "the time axis comes and goes."
)

SAYS = {
    "built": "Keras says, when the model is built:",
    "run": "Keras builds this layer, and says, when the model first runs:",
    "trained": "Keras builds this layer, and says, when the model first trains:",
}
SILENT = (
    "Keras builds this layer, and says nothing of it. But when the model trains, all these tensors "
    "become one, with an axis more in front, and the layers above get that for the first: one of "
    "them or the loss may refuse it; else it trains something else without a word."
)


def tracer(stack: Stack, palette: Palette) -> None:
    """The picture first; below it the settings, and the stack as code."""
    steps = trace(stack)
    st.markdown(f"# {plain(stack_title(steps))}")
    _patterns(pattern_of(stack))
    with st.container(border=True, key="stack_picture"):
        sentence = stack_sentence(steps)
        st.html(stack_picture(steps, sentence, palette))
        hint(SCALES)
        say(sentence)
        if changed := change_sentence(previous_stack(), stack):
            st.markdown(f":small[**{plain(changed)}**]")
        else:
            hint(TRY)
        if broken(steps) is None:
            st.button(
                "Check a target for this output",
                key="to_doctor",
                icon=":material/fact_check:",
                on_click=_check_target,
            )
    _problem(steps)
    with st.container(border=True, key="stack_editor"):
        st.markdown("### The layers")
        editor(stack, broken(steps))
    with st.container(border=True):
        st.markdown("### The stack as Keras code")
        st.code(keras_code(steps), language="python", wrap_lines=True)


def _patterns(name: str | None) -> None:
    st.session_state[PICK] = SIDEBAR if is_sidebar_stack() else name
    st.pills(
        "Start from",
        [SIDEBAR, *PATTERNS],
        format_func=lambda key: "The sidebar’s model" if key == SIDEBAR else PATTERNS[key].title,
        key=PICK,
        label_visibility="collapsed",
        on_change=_take_pattern,
    )
    if is_sidebar_stack():
        hint("It moves with the sidebar. Change a layer below, and it is a stack of its own.")
    elif name:
        hint(PATTERNS[name].about)


def _take_pattern() -> None:
    if name := st.session_state[PICK]:
        set_stack(None if name == SIDEBAR else PATTERNS[name].stack)


def _check_target() -> None:
    take_stack_output()
    address.set_page_value("part", "target")


def _problem(steps: tuple[TracedLayer, ...]) -> None:
    """What a layer expected and received, what Keras will say, and ways out."""
    place = broken(steps)
    error = None if place is None else steps[place].error
    if place is None or error is None:
        return
    with st.container(border=True, key="stack_problem"):
        layer = steps[place].layer
        st.markdown(f"### :red[Layer {place + 1}, {plain(layer.keras)}, can’t work with this]")
        expected, received = st.columns(2)
        expected.markdown(f"**It expected** {plain(error.expected)}.")
        received.markdown(f"**It received** {plain(error.received)}.")
        hint(SAYS[error.when] if error.message else SILENT)
        if error.message:
            st.code(error.message, language=None, wrap_lines=True)
        with st.container(horizontal=True):
            for number, fix in enumerate(fixes(steps)):
                st.button(
                    plain(fix.words),
                    key=f"fix_{number}",
                    icon=":material/build:",
                    wrap=True,
                    on_click=set_stack,
                    args=(fix.stack,),
                )
