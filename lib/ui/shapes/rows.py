"""Controls for the settings of a stack's layers. Widgets show the stack; callbacks change it."""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from lib import shapes
from lib.shapes import Layer, LayerSetting, Ref, Stack, TracedLayer
from lib.ui.linked import bound, pills
from lib.ui.session import session
from lib.ui.shapes.shown_stack import current_stack, set_stack
from lib.ui.text import plain

ADD = "add_layer"
# Widths of fields in pixels; where there are buttons in it a number needs more than 120.
WIDTHS = {"timesteps": 150, "features": 150, "batch": 90, "form": 106, "cell": 116}
WIDTHS |= {"merge_mode": 116, "shape": 160, "output": 240}
USUAL_WIDTH = 126
_BRACKETS = str.maketrans(",()[]", "     ")
_MENU = {name: kind.keras for name, kind in shapes.KINDS.items() if name != "unread"}


def layer_settings(place: int, stack: Stack, step: TracedLayer) -> None:
    """Draw a layer's title with buttons, its line of code, its fields and its switches."""
    layer = stack[place]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        title = f"**{place + 1} · {plain(layer.title)}**"
        if step.error:
            title = f":red[{title} ✗]"
        elif step.not_traced:
            title = f":gray[{title} :material/visibility_off:]"
        st.markdown(title, help=layer.__doc__)
        ends = {"up": place == 1, "down": place == len(stack) - 1, "remove": False}
        for way, disabled in ends.items() if place else ():
            key, act = f"layer_{place}_{way}", partial(_move, place, layer, way)
            label = way.capitalize()
            st.button(label, key, type="tertiary", disabled=disabled, on_click=act)
        if place < len(stack) - 1:
            adding("Add below", f"{ADD}_{place}", place + 1, stack, type="tertiary")
    if layer.origin:
        code = layer.origin.text.replace("`", "'")
        st.markdown(f":small[:gray[line {layer.origin.line}] `{code}`]")
    inside = layer.inside
    used = _in_use(inside)
    seldom = [setting for setting in used if setting.seldom]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall"):
        _fields(place, inside, [setting for setting in used if not setting.seldom])
        if place and layer.kind != "unread" and (seldom or len(stack) > 2):
            more = st.popover("More", key=f"layer_{place}_more", on_change="rerun")
            if more.open:
                with more:
                    _fields(place, inside, seldom, "more")
                    _takes(place, stack)


def _in_use(layer: Layer) -> list[LayerSetting]:
    """The settings of a layer that have an effect: of an input, those of its form."""
    unused = {"sequence": ("shape",), "inside": ("shape",), "flat": ("timesteps", "shape")}
    unused |= {"tokens": ("features", "shape"), "other": ("timesteps", "features")}
    hidden = unused[layer.form] if isinstance(layer, shapes.Input) else ()
    if isinstance(layer, shapes.Unread):  # Keras refuses it, whatever is said to come out
        hidden = ("called", "output") if isinstance(layer.error, shapes.ShapeError) else ("called",)
    return [setting for setting in layer.settings() if setting.name not in hidden]


def adding(label: str, key: str, place: int, stack: Stack, **options: Any) -> None:
    """The menu that adds a layer at a place."""
    options |= {"disabled": len(stack) >= shapes.MAX_LAYERS, "on_click": partial(_add, key, place)}
    st.menu_button(label, list(_MENU), format_func=_MENU.__getitem__, key=key, **options)


def _fields(place: int, layer: Layer, settings: list[LayerSetting], group: str = "") -> None:
    """Draw a field for each setting, and a row of switches."""
    flags = [setting.name for setting in settings if isinstance(setting.default, bool)]
    for setting in settings:
        if setting.name not in flags:
            _field(place, layer, setting)
    if not flags:
        return

    def switch(on: list[str]) -> None:
        switched = {name: name in on for name in flags}
        _change(place, layer, lambda now: now.with_settings(**switched))

    with st.container(width="stretch"):
        label, on = f"Layer {place + 1}: switched on", [f for f in flags if getattr(layer, f)]
        key = _key(place, layer, f"{group}flags")
        pills(label, {flag: flag for flag in flags}, on, key, switch, selection_mode="multi")


def _key(place: int, layer: Layer, name: str) -> str:
    return f"layer_{place}_{layer.kind}_{name}"


def _field(place: int, layer: Layer, setting: LayerSetting) -> None:
    """Draw a menu, a text field or a number field for a setting."""
    key, label = _key(place, layer, setting.name), setting.label or setting.name
    value: Any = getattr(layer, setting.name)
    shown: Any = {"width": WIDTHS.get(setting.name, USUAL_WIDTH)}
    take = partial(_take, place, layer, setting)
    if setting.options is not None:
        shown |= {"format_func": setting.options.__getitem__, **bound(key, value, take)}
        st.selectbox(label, list(setting.options), **shown)
    elif setting.sizes is not None:
        words = [f"{size}" for size in value or ()]
        if setting.batched and value:
            words = ["None", *(f"{size or None}" for size in value)]
        shown |= {"placeholder": "None, 12, 16"} if setting.batched else {}
        st.text_input(label, max_chars=60, **shown, **bound(key, ", ".join(words), take))
    elif setting.pattern:
        st.text_input(label, max_chars=60, width=160, **bound(key, value, take))
    else:
        # Streamlit would leave a number beyond a limit red, and the drawing as it was.
        step = setting.limit.step if setting.limit else 1
        number = float(step) if isinstance(setting.default, float) or step < 1 else int(step)
        if setting.optional:
            shown |= {"value": None, "placeholder": "any"}
        shown |= bound(key, value, take)
        if value is not None:
            st.session_state[key] = type(number)(value)
        st.number_input(label, step=number, **shown)


def _take(place: int, layer: Layer, setting: LayerSetting, value: Any) -> None:
    """Set a typed value; say so if it is invalid, or out of range and replaced by the nearest."""
    page, said = session().shapes, []
    if setting.sizes is not None:
        words = f"{value}".translate(_BRACKETS).split()
        if setting.batched:  # as Keras writes a shape: the batch first, None for any size
            words = words[1:] if words[:1] and words[0] in ("None", "N") else words
            words = ["0" if word == "None" else word for word in words]
        are_sizes = all(re.fullmatch(r"-?\d{1,8}", word) for word in words)
        if not are_sizes or len(words) != setting.sizes > 0:
            count = f"{setting.sizes or 'some'} whole numbers"
            page.said = [f"{setting.name} takes {count}, and got “{value}”."]
            return
        value = tuple(map(int, words[:8]))
    elif setting.pattern and not re.fullmatch(setting.pattern, value):
        example = f"{setting.name} takes what is like “{setting.default}”"
        page.said = [f"{example}, and got “{value}”."]
        return
    elif setting.limit is not None and value is not None:
        nearest = setting.within(round(value, 4))
        if nearest != round(value, 4):
            said = [shapes.out_of_range(setting.name, setting.limit, f"{value:g}", nearest)]
        value = nearest if isinstance(value, float) else int(nearest)
    _change(place, layer, lambda now: now.with_settings(**{setting.name: value}))
    page.said = said


def _takes(place: int, stack: Stack) -> None:
    """Draw the choice of a layer's input tensors; without one, the layer before."""
    layer = stack[place]
    if isinstance(layer, shapes.Input):
        return
    names = {
        Ref(at, output): f"{at + 1} · {before.title}{f': {name}' if name != 'output' else ''}"
        for at, before in enumerate(stack[:place])
        for output, name in enumerate(before.returned())
    }

    def take(name: str, refs: list[Ref]) -> None:
        known = [ref for ref in refs if ref in names]  # after another change it may be a label
        single = [ref.place for ref in known if len(stack[ref.place].returned()) == 1]
        named: Any = {name: tuple(Ref(r.place) if r.place in single else r for r in known)}
        _change(place, layer, lambda now: replace(now, **named))

    parts = {"of": "Takes, where not the layer before"}
    if isinstance(layer, shapes.Recurrent):
        parts["states"] = "Starts from the states"
    for name, label in parts.items():
        refs = [Ref(ref.place, ref.output or 0) for ref in getattr(layer, name)]
        known = [ref for ref in refs if ref in names]
        shown = bound(f"layer_{place}_{name}", known, partial(take, name))
        st.multiselect(label, list(names), format_func=names.__getitem__, **shown)


def _is_there(place: int, layer: Layer) -> bool:
    """Whether a layer of this kind is still in its place: a click may come after another change."""
    stack = current_stack()
    return place < len(stack) and stack[place].inside.kind == layer.inside.kind


def _change(place: int, layer: Layer, change: Callable[[Layer], Layer]) -> None:
    """Replace a layer by `change(layer)` if it is still there."""
    if _is_there(place, layer):
        stack = current_stack()
        set_stack(shapes.put(stack, place, change(stack[place])))


def _move(place: int, layer: Layer, way: str) -> None:
    """Move a layer up or down, or remove it, if it is still there."""
    stack, first = current_stack(), place - 1 if way == "up" else place
    if not _is_there(place, layer):
        return
    if way == "remove":
        set_stack(shapes.put(stack, place))
    elif 0 < first < len(stack) - 1:
        set_stack(shapes.swap(stack, first))


def _add(key: str, place: int) -> None:
    name, stack = st.session_state.get(key), current_stack()
    if not name or len(stack) >= shapes.MAX_LAYERS or place > len(stack):
        return
    layer = shapes.KINDS[name]()
    if isinstance(layer, shapes.Joining):  # with what stands before, and what stands before that
        layer = replace(layer, of=(Ref(max(place - 2, 0)), Ref(place - 1)))
    if isinstance(layer, shapes.Input) and isinstance(first := stack[0], shapes.Input):
        layer = first
    set_stack(shapes.put(stack, place, layer, *stack[place : place + 1]))
    session().shapes.opened = place
