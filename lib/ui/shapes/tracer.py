"""Trace a stack: a row per layer, with its settings beside its output shape or its error."""

import re
from dataclasses import replace
from functools import partial
from itertools import groupby
from typing import Any

import streamlit as st

from lib import charts, shapes
from lib.charts import SCALES, Palette
from lib.shapes import Layer, LayerSetting, Ref, Remedy, Stack, TracedLayer
from lib.text import beside, capital, counted
from lib.ui.browser import save_button
from lib.ui.session import session
from lib.ui.shapes.parts import take_stack_output
from lib.ui.shapes.shown_stack import current_stack, model_box, set_stack, shows_sidebar, to_explore
from lib.ui.widgets import bound, card, closable, hint, pills, plain, press, takeaway

AT_ONCE = 12  # a stack of at most 12 layers shows all settings
FOLLOWS = "The stack follows the sidebar until you change a layer here. "
TRY = "U changes the number of parameters, T doesn't. return_sequences=False drops the time axis."
FIX = "Press a button in the red row to fix that layer."
_FILE = beside(__file__)
TEXTS: dict[str, str] = _FILE["texts"]
WIDTHS: dict[str, int] = _FILE["widths"]  # of fields, in pixels
USUAL_WIDTH = 126  # a number field with buttons needs more than 120
AXES = {"batch": "N", "timesteps": "T", "features": "F"}  # settings of an Input → their axes
Steps = tuple[TracedLayer, ...]


def tracer(stack: Stack, palette: Palette) -> None:
    """Draw the box for a model, the layers with their tensors, and the stack as code."""
    steps, page, is_sidebar = shapes.trace(stack), session().shapes, shows_sidebar()
    is_read, fixes = any(layer.origin for layer in stack), list(shapes.fixes(steps))
    lines: dict[int, str] = {}  # the lines of the user's code that the first fix changes, by number
    if fixes and is_read and page.reading:
        lines, _ = shapes.rewritten(page.reading, fixes[0].stack)
    title = TEXTS["unread"] if page.model_problem else charts.stack.stack_title(steps)
    notes = page.reading.notes if is_read and page.reading else ()
    if shapes.broken_at(steps) is None and (failing := sum("fails" in n.sentence for n in notes)):
        title += f", but {counted(failing, 'line')} of your code would fail"
    st.markdown(f"# {plain(title)}")
    model_box(stack)
    problems = page.stack_problems
    closable("  \n".join(map(plain, problems)), "stack_problems", "link_off", problems.clear)
    sentence = _stack_sentence(stack, steps, is_sidebar=is_sidebar)
    if fixes and is_read:
        sentence = charts.stack.fix_sentence(fixes[0].fix, lines)
    sentence = sentence or (TRY if shapes.stopped_at(steps) is None else FIX)
    details = f"{charts.stack.stack_sentence(steps)} {SCALES}"
    with st.container(border=True, key="stack"):
        takeaway(sentence, f"{FOLLOWS}{details}" if is_sidebar else details)
        if fixes and is_read:  # in a long model, the broken row is far below
            _fix_button(0, fixes[0])
        if graph := charts.stack.graph_sentence(steps):
            hint(graph)
        _rows(steps, fixes, lines, palette)
        if not shapes.is_torch(stack):
            _stack_buttons(stack, stops=shapes.stopped_at(steps) is not None)
    if shapes.is_torch(stack):
        with st.expander("The same in Keras", icon=":material/code:"):
            _in_keras(steps)
        return
    with card("The stack as Keras code"):
        _code(steps)


def _stack_buttons(stack: Stack, *, stops: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        _add_menu("Add a layer", "add_layer", len(stack), stack, icon=":material/add:")
        label = "Check a target for this output"
        press(label, "fact_check", "to_doctor", take_stack_output, disabled=stops)
        to_explore(stack)
    if len(stack) >= shapes.MAX_LAYERS:
        hint(f"The limit is {shapes.MAX_LAYERS} layers.")


def _code(steps: Steps) -> None:
    code = shapes.keras_code(steps)
    if code.startswith("# "):  # a comment says that the code is incomplete
        hint(code.partition("\n")[0].removeprefix("# "))
    st.code(code, language="python", wrap_lines=True)
    save_button("Download the code", code.encode, "model.py", "text/x-python")


def _in_keras(steps: Steps) -> None:
    """Draw the Keras code of a PyTorch stack, or the reason why there is none."""
    same = shapes.to_keras(steps)
    if isinstance(same, str):
        hint(same)
        return
    traced = shapes.trace(same)
    _code(traced)
    press("Trace the Keras code", "stacks", "trace_keras", partial(set_stack, same))
    counts = [
        sum(step.parameters for step in part if isinstance(step.layer, shapes.RECURRENT))
        for part in (steps, traced)
    ]
    if counts[0] != counts[1]:
        hint(TEXTS["biases"].format(torch=counts[0], keras=counts[1]))


def _stack_sentence(stack: Stack, steps: Steps, *, is_sidebar: bool) -> str:
    """Return the takeaway about an incomplete trace, the user's code, or a ready stack."""
    is_broken, name = shapes.broken_at(steps) is not None, shapes.pattern_of(stack)
    if shapes.stopped_at(steps) is not None and not is_broken:
        return TEXTS["gray row"]
    if any(layer.origin for layer in stack):
        return TEXTS["broken code" if is_broken else "code"]
    return shapes.PATTERNS[name].about if name and not is_sidebar else ""


def _rows(steps: Steps, fixes: list[Remedy], lines: dict[int, str], palette: Palette) -> None:
    """Draw each layer with its settings; in a long stack, only one layer shows them."""
    opened = [*range(len(steps))] if len(steps) <= AT_ONCE else _pick_layer(steps)
    pictures = list(charts.stack.layer_pictures(steps, palette))
    with st.container(key="rows", gap=None):
        for is_open, group in groupby(range(len(steps)), opened.__contains__):
            places = [*group]
            if not is_open:
                part = slice(places[0], places[-1] + 1)
                st.html(charts.stack.rows_picture(steps[part], pictures[part], places[0], palette))
                continue
            for place in places:
                with st.container(key=f"layer_{place}"):
                    _row(place, steps, pictures[place], fixes, lines)


def _pick_layer(steps: Steps) -> list[int]:
    """Draw a menu of all layers; return the chosen place. The default is the failing layer."""
    page = session().shapes
    place = shapes.stopped_at(steps) if page.open_layer is None else page.open_layer
    place = place if place in range(len(steps)) else None
    titles = [f"{at + 1} · {step.layer.title}" for at, step in enumerate(steps)]
    shown = bound("opened_layer", place, partial(setattr, page, "open_layer"))
    options: dict[str, Any] = {"placeholder": "Choose a layer", "width": 320, **shown}
    st.selectbox("Change a layer", range(len(steps)), None, titles.__getitem__, **options)
    return [] if place is None else [place]


def _row(place: int, steps: Steps, html: str, fixes: list[Remedy], lines: dict[int, str]) -> None:
    step, stack = steps[place], tuple(step.layer for step in steps)
    error, why = step.error, step.not_traced
    library = "PyTorch" if shapes.is_torch(stack) else "Keras"
    is_high = error or why or len(step.tensors) > 1
    settings, result = st.columns([8, 5], vertical_alignment="top" if is_high else "center")
    with settings, st.container(gap=None):
        _layer_settings(place, stack, step)
        if why:
            hint(f"{capital(why.reason)}. {TEXTS['not traced'].format(library=library)}")
        if error and error.message:
            hint(TEXTS[error.when].format(library=library))
            st.code(error.message, language=None, wrap_lines=True)
        elif error:
            silent = len(step.inputs.tensors) > 1 and error.when == "trained"
            text = TEXTS["silent" if silent else f"{error.when}, unsaid"]
            hint(text.format(library=library))
    with result, st.container(gap="xsmall"):
        st.html(html)
        if error:
            for line, text in lines.items():
                hint(f"Line {line} becomes:")
                st.code(text, language="python", wrap_lines=True)
            is_read = any(layer.origin for layer in stack)  # the first fix is above the rows
            for number, fix in enumerate(fixes):
                if number or not is_read:
                    _fix_button(number, fix)


def _fix_button(number: int, fix: Remedy) -> None:
    press(plain(fix.fix), "build", f"fix_{number}", partial(set_stack, fix.stack), wrap=True)


def _layer_settings(place: int, stack: Stack, step: TracedLayer) -> None:
    layer, is_fixed = stack[place], shapes.is_torch(stack)  # only PyTorch's code sets its layers
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        title = f"**{place + 1} · {plain(layer.title)}**"
        if step.error:
            title = f":red[{title} ✗]"
        elif step.not_traced:
            title = f":gray[{title} :material/visibility_off:]"
        st.markdown(title, help=layer.__doc__)
        if place and not is_fixed:
            key, act = f"layer_{place}_remove", partial(_change, place, layer, None)
            st.button("Remove", key, type="tertiary", on_click=act)
        if place < len(stack) - 1 and not is_fixed:
            _add_menu("Add below", f"add_layer_{place}", place + 1, stack, type="tertiary")
    if layer.origin:
        lines = [each.origin.line for each in stack if each.origin]
        is_shared = lines.count(layer.origin.line) > 1 and layer.origin.call
        code = (layer.origin.call if is_shared else layer.origin.text).replace("`", "'")
        st.markdown(f":small[:gray[line {layer.origin.line}]] `{code}`")
    if is_fixed and not isinstance(layer, (shapes.Input, shapes.Unread)):
        return
    usual, rare = _in_use(layer.inside)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall"):
        _fields(place, layer.inside, usual)
        if rare:
            more = st.popover("More", key=f"layer_{place}_more", on_change="rerun")
            if more.open:
                with more:
                    _fields(place, layer.inside, rare, "more")


def _in_use(layer: Layer) -> tuple[list[LayerSetting], list[LayerSetting]]:
    """Return the settings of a layer that have an effect: the usual ones, then the rare ones."""
    hidden = ["called"]
    if isinstance(layer, shapes.Input):
        letters = [axis.letter for axis in layer.axes()]
        hidden = ["shape", *(name for name, letter in AXES.items() if letter not in letters)]
        hidden = ["timesteps", "features"] if layer.form == "other" else hidden
    if isinstance(layer, shapes.Unread) and isinstance(layer.error, shapes.ShapeError):
        hidden = ["called", "output"]
    used = [setting for setting in layer.settings() if setting.name not in hidden]
    rare = [setting for setting in used if setting.seldom]
    return [setting for setting in used if setting not in rare], rare


def _add_menu(label: str, key: str, place: int, stack: Stack, **options: Any) -> None:
    options |= {"disabled": len(stack) >= shapes.MAX_LAYERS, "on_click": partial(_add, key, place)}
    menu = {name: kind.keras for name, kind in shapes.KINDS.items() if name != "unread"}
    st.menu_button(label, list(menu), format_func=menu.__getitem__, key=key, **options)


def _fields(place: int, layer: Layer, settings: list[LayerSetting], group: str = "") -> None:
    flags = [setting.name for setting in settings if isinstance(setting.default, bool)]
    for setting in settings:
        if setting.name not in flags:
            _field(place, layer, setting)
    if not flags:
        return

    def switch(on: list[str]) -> None:
        _change(place, layer, {name: name in on for name in flags})

    with st.container(width="stretch"):
        label, on = f"Layer {place + 1}: options", [f for f in flags if getattr(layer, f)]
        key = f"layer_{place}_{layer.kind}_{group}flags"
        pills(label, {flag: flag for flag in flags}, on, key, switch, selection_mode="multi")


def _field(place: int, layer: Layer, setting: LayerSetting) -> None:
    key, label = f"layer_{place}_{layer.kind}_{setting.name}", setting.label or setting.name
    value: Any = getattr(layer, setting.name)
    change, shown = partial(_set_value, place, layer, setting), dict[str, Any]()
    shown["width"] = WIDTHS.get(setting.name, USUAL_WIDTH)
    if setting.options is not None:
        shown |= {"format_func": setting.options.__getitem__, **bound(key, value, change)}
        st.selectbox(label, list(setting.options), **shown)
    elif setting.tuple_length is not None:
        value = ", ".join(map(str, value or ()))
        st.text_input(label, max_chars=60, **shown, **bound(key, value, change))
    else:
        # No limits: Streamlit doesn't send a number beyond a limit, but the field still shows it.
        step = setting.limit.step if setting.limit else 1
        number = float if isinstance(setting.default, float) or step < 1 else int
        if setting.optional:
            shown |= {"value": None, "placeholder": "any"}
        shown |= bound(key, value, change)
        if value is not None:
            st.session_state[key] = number(value)
        st.number_input(label, step=number(step), **shown)


def _set_value(place: int, layer: Layer, setting: LayerSetting, value: Any) -> None:
    """Set a typed value. Report an invalid value, and replace a value out of range."""
    page, name, problems = session().shapes, setting.name, []
    if setting.tuple_length is not None:
        expected = f"{setting.tuple_length or 'some'} whole numbers"
        words = re.sub(r"[,()\[\]]", " ", value).split()
        try:
            value = shapes.read_value(setting, ".".join(words))
        except ValueError:
            page.stack_problems = [f"{name}: expected {expected}, received “{value}”."]
            return
    elif setting.limit is not None and value is not None:
        nearest = setting.within(round(value, 4))
        if nearest != round(value, 4):
            problems = [shapes.out_of_range(name, setting.limit, f"{value:g}", nearest)]
        value = nearest if isinstance(value, float) else int(nearest)
    _change(place, layer, {name: value})
    page.stack_problems = problems


def _change(place: int, layer: Layer, settings: dict[str, Any] | None) -> None:
    """Change settings of a layer (None: remove it), unless an earlier click has replaced it."""
    stack = current_stack()
    if place < len(stack) and stack[place].inside.kind == layer.inside.kind:
        new = () if settings is None else (stack[place].with_settings(**settings),)
        set_stack(shapes.put(stack, place, *new))


def _add(key: str, place: int) -> None:
    name, stack = st.session_state.get(key), current_stack()
    if not name or len(stack) >= shapes.MAX_LAYERS or place > len(stack):
        return
    layer = shapes.KINDS[name]()
    if isinstance(layer, shapes.Joining):  # join the outputs of the two layers before
        layer = replace(layer, of=(Ref(max(place - 2, 0)), Ref(place - 1)))
    if isinstance(layer, shapes.Input) and isinstance(first := stack[0], shapes.Input):
        layer = first
    set_stack(shapes.put(stack, place, layer, *stack[place : place + 1]))
    session().shapes.open_layer = place
