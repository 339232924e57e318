"""Trace a stack: a row for each layer, with its settings beside its output shape or its error.

Each run writes the stack's values into the widgets; callbacks change the stack. A long stack is a
picture, with the settings of one layer open at a time.
"""

from functools import partial
from itertools import groupby
from typing import Any

import streamlit as st

from lib import shapes
from lib.charts import SCALES, Palette
from lib.charts import stack as narrate
from lib.shapes import Stack, StackFix, TracedLayer
from lib.text import beside, capital
from lib.ui import address
from lib.ui.linked import bound, pills
from lib.ui.save import save_button
from lib.ui.session import session
from lib.ui.shapes.doctor import take_stack_output
from lib.ui.shapes.model_box import model_box, to_explore
from lib.ui.shapes.rows import ADD, adding, layer_settings
from lib.ui.shapes.shown_stack import is_of_code, is_sidebar_stack, set_stack
from lib.ui.text import card, closable, hint, plain, press, takeaway

SIDEBAR = "sidebar"
AT_ONCE = 12  # up to so many layers, all settings are shown
MOVES = "It moves with the sidebar. Change a layer here, and it is a stack of its own. "
# The longest takeaway, which reserves its space.
LONGEST = "units=128 on layer 12: output now (N, 12, 128), parameters 123,456 → 123,456."
SAYS: dict[str, str] = beside(__file__)["says"]
# Fixes for the layer that breaks, and the code's lines that the first one changes, by number.
Fixes = tuple[list[StackFix], dict[int, str]]


def tracer(stack: Stack, palette: Palette) -> None:
    """Draw the box for a model, the layers with their tensors, and the stack as code."""
    steps, page = shapes.trace(stack), session().shapes
    fixes = _fixes(steps)
    title = SAYS["unread"] if page.model_problem else narrate.stack_title(steps)
    st.markdown(f"# {plain(title)}")
    model_box()
    name, is_sidebar = shapes.pattern_of(stack), is_sidebar_stack()
    titles = {key: one.title for key, one in shapes.PATTERNS.items()}
    titles = {SIDEBAR: "The sidebar’s model", **titles}

    def take(name: str) -> None:
        set_stack(None if name == SIDEBAR else shapes.PATTERNS[name].stack)

    def check_target() -> None:
        take_stack_output()
        address.set_page_value("part", "target")

    # Below a model of the person's own they would push what breaks out of sight.
    with st.expander("Start from another", type="compact") if is_of_code() else st.container():
        pills("Start from", titles, SIDEBAR if is_sidebar else name, "shapes_pattern", take)
    said = page.said
    closable("  \n".join(map(plain, said)), "stack_said", "link_off", said.clear)
    about = shapes.PATTERNS[name].about if name and not is_sidebar else ""
    words, change = narrate.change_words(
        page.stack_before or stack, stack, _about(steps, fixes) or about
    )
    moves = MOVES if is_sidebar else ""
    details = f"{moves}{change} {narrate.stack_sentence(steps)} {SCALES}"
    with st.container(border=True, key="stack"):
        takeaway(words, details, longest=LONGEST)
        if fixes[0] and _is_read(steps):  # of a long model the row that breaks is far below
            _mend(0, fixes[0][0])
        if not shapes.is_chain(stack):
            st.html(narrate.graph_picture(steps, palette))
        _rows(steps, fixes, palette)
        with st.container(horizontal=True, vertical_alignment="center"):
            adding("Add a layer", ADD, len(stack), stack, icon=":material/add:")
            label, ends = "Check a target for this output", shapes.stopped(steps) is not None
            press(label, "fact_check", "to_doctor", check_target, disabled=ends)
            to_explore(stack)
        if len(stack) >= shapes.MAX_LAYERS:
            hint(f"A stack can have {shapes.MAX_LAYERS} layers here.")
    with card("The stack as Keras code"):
        code = shapes.keras_code(steps)
        if shapes.INCOMPLETE in code:
            hint(shapes.INCOMPLETE)
        st.code(code, language="python", wrap_lines=True)
        save_button("Download the code", code, "model.py", "text/x-python")


def _about(steps: tuple[TracedLayer, ...], fixes: Fixes) -> str:
    """What is said of a stack that isn't traced to its end, or that was read; else ""."""
    is_broken = shapes.broken(steps) is not None
    if shapes.stopped(steps) is not None and not is_broken:
        return SAYS["grey row"]
    if not _is_read(steps):
        return ""
    if fixes[0]:
        return narrate.mended(fixes[0][0].words, fixes[1])
    return SAYS["broken code" if is_broken else "code"]


def _fixes(steps: tuple[TracedLayer, ...]) -> Fixes:
    """The fixes for the layer that breaks, the likeliest first with its lines of code."""
    fixes, reading = list(shapes.fixes(steps)), session().shapes.reading
    if fixes and reading and _is_read(steps):
        return fixes, shapes.rewritten(reading, fixes[0].stack)[0]
    return fixes, {}


def _is_read(steps: tuple[TracedLayer, ...]) -> bool:
    """Whether layers come from a person's code."""
    return any(step.layer.origin for step in steps)


def _rows(steps: tuple[TracedLayer, ...], fixes: Fixes, palette: Palette) -> None:
    """Draw each layer, its settings at the left and its output at the right."""
    opened = _opened(steps)
    pictures = list(narrate.layer_pictures(steps, palette))
    with st.container(key="rows", gap=None):
        for is_open, group in groupby(range(len(steps)), opened.__contains__):
            first, *others = group
            if not is_open:
                shown = slice(first, first + 1 + len(others))
                st.html(narrate.rows_picture(steps[shown], pictures[shown], first, palette))
                continue
            for place in (first, *others):
                _row(place, steps, fixes, pictures[place])


def _opened(steps: tuple[TracedLayer, ...]) -> set[int]:
    """The layers whose settings are shown: all of a short stack, of a long one the picked."""
    if len(steps) <= AT_ONCE:
        return set(range(len(steps)))
    page = session().shapes
    place = shapes.stopped(steps) if page.opened is None else page.opened
    if place is not None and place >= len(steps):
        place = None
    titles = [f"{at + 1} · {step.layer.title}" for at, step in enumerate(steps)]
    shown = bound("opened_layer", place, partial(setattr, page, "opened"))
    about: dict[str, Any] = {"placeholder": "Pick one", "width": 320, **shown}
    st.selectbox("Change a layer", range(len(steps)), None, titles.__getitem__, **about)
    return set() if place is None else {place}


def _row(place: int, steps: tuple[TracedLayer, ...], fixes: Fixes, picture: str) -> None:
    """Draw a layer with its settings and output, or why the trace stops there, and fixes."""
    step, stack = steps[place], tuple(step.layer for step in steps)
    with st.container(key=f"layer_{place}"):
        way: Any = "top" if step.error or step.not_traced else "center"
        settings, result = st.columns([8, 5], vertical_alignment=way)
        with settings, st.container(gap=None):
            layer_settings(place, stack, step)
            if step.not_traced:
                hint(plain(f"{capital(step.not_traced.reason)}. {SAYS['not traced']}"))
            if error := step.error:
                silent = len(step.inputs.tensors) > 1 and error.when == "trained"
                unsaid = "silent" if silent else f"{error.when}, unsaid"
                hint(SAYS[error.when if error.message else unsaid])
                if error.message:
                    st.code(error.message, language=None, wrap_lines=True)
        with result, st.container(gap="xsmall"):
            st.html(picture)
            if step.error:
                for line, text in fixes[1].items():
                    hint(f"line {line} becomes:")
                    st.code(text, language="python", wrap_lines=True)
                for number, fix in enumerate(fixes[0]):
                    if number or not _is_read(steps):  # else it stands below the takeaway
                        _mend(number, fix)


def _mend(number: int, fix: StackFix) -> None:
    """Draw the button that applies a fix."""
    act = partial(set_stack, fix.stack)
    press(plain(fix.words), "build", f"fix_{number}", act, wrap=True)
