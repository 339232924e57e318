"""A row for each layer: its settings, and buttons that move it or take it out.

The stack is the truth. Each run writes its values into the widgets, and each widget's callback
writes the stack.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from lib.stack.base import Layer, LayerSetting
from lib.stack.kinds import KINDS, MAX_LAYERS, Stack
from lib.stack.plain import Input
from lib.ui.shapes.shown_stack import current_stack, set_stack
from lib.ui.text import hint, plain

FLAGS = "flags"
ADD = "add_layer"


def editor(stack: Stack, broken_at: int | None) -> None:
    """Draw the rows, from the input up, and the menu that adds a layer."""
    for place, layer in enumerate(stack):
        with st.container(
            horizontal=True, vertical_alignment="bottom", gap="small", key=f"layer_{place}"
        ):
            _row(place, layer, last=place == len(stack) - 1, broken=place == broken_at)
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


def _row(place: int, layer: Layer, *, last: bool, broken: bool) -> None:
    name = plain(layer.keras)
    title = f":red[**{place + 1} · {name}** ✗]" if broken else f"**{place + 1} · {name}**"
    st.markdown(title, help=layer.about, width=130)
    flags = []
    for setting in layer.settings():
        if setting.limit is not None or setting.options is not None:
            _setting(place, layer, setting)
        else:
            flags.append(setting.name)
    if flags:
        _flags(place, layer, flags)
    if place > 0:
        with st.container(horizontal=True, gap="small", width="content"):
            _button(place, "up", disabled=place == 1)
            _button(place, "down", disabled=last)
            _button(place, "out")


def _key(place: int, layer: Layer, name: str) -> str:
    return f"layer_{place}_{layer.kind}_{name}"


def _setting(place: int, layer: Layer, setting: LayerSetting) -> None:
    """A field for a number, or a menu."""
    key = _key(place, layer, setting.name)
    st.session_state[key] = getattr(layer, setting.name)

    def take_value() -> None:
        value = st.session_state[key]
        _set(place, {setting.name: round(value, 1) if isinstance(value, float) else value})

    if limit := setting.limit:
        kind = type(limit.minimum)
        start: Any = None if setting.optional else "min"
        st.number_input(
            setting.label,
            kind(limit.minimum),
            kind(limit.maximum),
            start,
            step=kind(limit.step),
            placeholder="any" if setting.optional else None,
            key=key,
            width=150,
            on_change=take_value,
        )
    else:
        options = setting.options or {}
        st.selectbox(
            setting.label,
            list(options),
            format_func=options.__getitem__,
            key=key,
            width=130 if setting.name != "form" else 230,
            on_change=take_value,
        )


def _flags(place: int, layer: Layer, names: list[str]) -> None:
    key = _key(place, layer, FLAGS)
    st.session_state[key] = [name for name in names if getattr(layer, name)]
    st.pills(
        f"Layer {place + 1}: switched on",
        names,
        selection_mode="multi",
        key=key,
        label_visibility="collapsed",
        wrap=True,
        on_change=lambda: _set(place, {name: name in st.session_state[key] for name in names}),
    )


def _set(place: int, values: dict[str, Any]) -> None:
    """Give a layer these settings; it may be gone by then."""
    stack = current_stack()
    if place < len(stack):
        set_stack((*stack[:place], replace(stack[place], **values), *stack[place + 1 :]))


def _button(place: int, way: str, *, disabled: bool = False) -> None:
    st.button(
        way.capitalize(),
        key=f"layer_{place}_{way}",
        type="tertiary",
        disabled=disabled,
        on_click=_remove if way == "out" else _move,
        args=(place, place - 1 if way == "up" else place + 1),
    )


def _move(place: int, to: int) -> None:
    layers = list(current_stack())
    if max(place, to) < len(layers):
        layers[place], layers[to] = layers[to], layers[place]
        set_stack(tuple(layers))


def _remove(place: int, _: int) -> None:
    stack = current_stack()
    set_stack((*stack[:place], *stack[place + 1 :]))


def _add() -> None:
    if name := st.session_state[ADD]:
        set_stack((*current_stack(), KINDS[name]())[:MAX_LAYERS])
