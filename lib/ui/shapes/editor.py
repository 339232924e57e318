"""A layer's settings, buttons that move or remove it, and the menu that adds one.

The stack is the truth: each run writes its values into the widgets, each callback the stack.
"""

from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from lib.stack.base import KINDS, MAX_LAYERS, Layer, LayerSetting, Stack, put
from lib.stack.plain import Input
from lib.ui.linked import bound
from lib.ui.shapes.shown_stack import current_stack, set_stack
from lib.ui.text import hint, plain

FLAGS = "flags"
ADD = "add_layer"
WIDTHS = {"batch": 76, "form": 106, "cell": 116, "merge_mode": 116}
"""Of fields, in pixels; where there are buttons in it a number needs more than 120."""
USUAL_WIDTH = 126


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

    st.pills(
        f"Layer {place + 1}: switched on",
        names,
        selection_mode="multi",
        label_visibility="collapsed",
        wrap=True,
        **bound(_key(place, layer, FLAGS), [n for n in names if getattr(layer, n)], switch),
    )


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
