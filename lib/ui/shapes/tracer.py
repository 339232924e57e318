"""Trace a stack: a row for each layer, its settings beside what comes out of it, or breaks it.

The stack is the truth: each run writes its values into the widgets, each callback the stack.
"""

from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from lib.figures.palette import Palette
from lib.figures.stack import layer_pictures
from lib.figures.tensor import SCALES
from lib.narrate import stack as narrate
from lib.stack.base import MAX_LAYERS, Layer, LayerSetting, Stack, put
from lib.stack.code import keras_code
from lib.stack.fixes import fixes
from lib.stack.kinds import KINDS
from lib.stack.link import PATTERNS, pattern_of
from lib.stack.plain import Input
from lib.stack.tracing import TracedLayer, broken, trace
from lib.toml import beside
from lib.ui import address
from lib.ui.linked import bound, pills
from lib.ui.shapes.doctor import take_stack_output
from lib.ui.shapes.shown_stack import current_stack, is_sidebar_stack, previous_stack, set_stack
from lib.ui.text import card, hint, plain, press, takeaway

SIDEBAR = "sidebar"
FLAGS = "flags"
ADD = "add_layer"
WIDTHS = {"batch": 76, "form": 106, "cell": 116, "merge_mode": 116}
"""Of fields, in pixels; where there are buttons in it a number needs more than 120."""
USUAL_WIDTH = 126
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


def layer_settings(place: int, stack: Stack, *, broken: bool) -> None:
    """The head of a layer with its buttons; below it its fields, and what can be switched on."""
    layer = stack[place]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        name = plain(layer.keras)
        title = f":red[**{place + 1} · {name}** ✗]" if broken else f"**{place + 1} · {name}**"
        st.markdown(title, help=layer.about)
        ends = {"up": place == 1, "down": place == len(stack) - 1, "remove": False} if place else {}
        for way, disabled in ends.items():
            key, on_click = f"layer_{place}_{way}", partial(_move, place, way)
            label = way.capitalize()
            st.button(label, key, type="tertiary", disabled=disabled, on_click=on_click)
    flags = []
    with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall"):
        for setting in layer.settings():
            if setting.limit is not None or setting.options is not None:
                _setting(place, layer, setting)
            else:
                flags.append(setting.name)
        if flags:
            with st.container(width="stretch"):
                _flags(place, layer, flags)


def adding(stack: Stack) -> None:
    """The menu that adds a layer at the end."""
    full = len(stack) >= MAX_LAYERS
    st.menu_button(
        "Add a layer",
        [name for name in KINDS if name != Input.kind],
        format_func=lambda name: KINDS[name].keras,
        key=ADD,
        icon=":material/add:",
        on_click=_add,
        disabled=full,
    )
    if full:
        hint(f"A stack can have {MAX_LAYERS} layers here.")


def _key(place: int, layer: Layer, name: str) -> str:
    return f"layer_{place}_{layer.kind}_{name}"


def _setting(place: int, layer: Layer, setting: LayerSetting) -> None:
    """A field for a number, or a menu."""

    def take(value: Any) -> None:
        _set(place, {setting.name: round(value, 1) if isinstance(value, float) else value})

    key, width = _key(place, layer, setting.name), WIDTHS.get(setting.name, USUAL_WIDTH)
    shared = {"width": width, **bound(key, getattr(layer, setting.name), take)}
    if limit := setting.limit:
        least, most, step = map(type(limit.minimum), (limit.minimum, limit.maximum, limit.step))
        start: Any = None if setting.optional else "min"
        empty = "any" if setting.optional else None
        st.number_input(setting.label, least, most, start, step, placeholder=empty, **shared)
    else:
        options = setting.options or {}
        st.selectbox(setting.label, list(options), format_func=options.__getitem__, **shared)


def _flags(place: int, layer: Layer, names: list[str]) -> None:
    def switch(on: list[str]) -> None:
        _set(place, {name: name in on for name in names})

    label, key = f"Layer {place + 1}: switched on", _key(place, layer, FLAGS)
    on = [name for name in names if getattr(layer, name)]
    pills(label, dict(zip(names, names, strict=True)), on, key, switch, selection_mode="multi")


def _set(place: int, values: dict[str, Any]) -> None:
    """Give a layer these settings; it may be gone by then."""
    stack = current_stack()
    if place < len(stack):
        set_stack(put(stack, place, replace(stack[place], **values)))


def _move(place: int, way: str) -> None:
    """One up or down, or away."""
    layers = list(current_stack())
    to = place + {"up": -1, "down": 1, "remove": 0}[way]
    if max(place, to) < len(layers):
        layer = layers.pop(place)
        if way != "remove":
            layers.insert(to, layer)
        set_stack(tuple(layers))


def _add() -> None:
    if name := st.session_state[ADD]:
        set_stack((*current_stack(), KINDS[name]())[:MAX_LAYERS])
