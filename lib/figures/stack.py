"""A stack from its input up: every tensor, and every layer an arrow with its parameters.

An HTML fragment for `st.html`, which wraps on a phone. It computes no shapes (`lib.stack`).
"""

from __future__ import annotations

import re
from html import escape

from lib.figures.html import arrow_head, code_words
from lib.figures.palette import Palette
from lib.figures.tensor import Scale, tensor_image
from lib.stack.recurrent import Bidirectional, Recurrent, returned_names
from lib.stack.tensors import Tensor, letters, numbers
from lib.stack.tracing import TracedLayer

ARROW = 8.5
"""The width of an arrow with its words, in rem."""


def stack_picture(steps: tuple[TracedLayer, ...], sentence: str, palette: Palette) -> str:
    """All tensors of a stack, up to the layer that breaks; `sentence` says what is seen."""
    scale = Scale.of(tensor for step in steps for tensor in step.tensors)
    parts, is_by_mode = [], False
    for place, step in enumerate(steps):
        is_by_mode = is_by_mode or isinstance(step.layer, (Recurrent, Bidirectional))
        if place == 0:
            first = _tensors(step, scale, palette, is_by_mode=False)
            parts.append(f'<div><div style="font-weight:600">1 · Input</div>{first}</div>')
            continue
        arrow = _arrow(place, step, palette)
        tensors = _tensors(step, scale, palette, is_by_mode=is_by_mode) if step.tensors else ""
        parts.append(
            f'<div style="display:flex;flex-wrap:wrap;gap:0.5rem;align-items:center;min-width:0">'
            f"{arrow}{tensors}</div>"
        )
    return (
        f'<div role="img" aria-label="{escape(sentence)}" style="display:flex;'
        f"flex-wrap:wrap;gap:1rem 0.75rem;align-items:center;font-size:0.875rem;line-height:1.35;"
        f'color:{palette.ink}">{"".join(parts)}</div>'
    )


def colored_shape(tensor: Tensor, palette: Palette) -> str:
    """The shape in letters, each in the colour of its axis."""
    inner = f'<span style="color:{palette.muted}">, </span>'.join(
        f'<span style="color:{palette.axis(axis.role)}">{escape(axis.letter)}</span>'
        for axis in tensor
    )
    comma = "," if len(tensor) == 1 else ""
    return (
        f'<span title="{escape(letters(tensor))}" style="font-family:monospace;font-weight:600;'
        f'font-size:0.875rem;white-space:nowrap;color:{palette.muted}">({inner}{comma})</span>'
    )


def _tensors(step: TracedLayer, scale: Scale, palette: Palette, *, is_by_mode: bool) -> str:
    """What a layer gives; a name for each where there are several.

    Coloured by the mode from the first recurrent layer on.
    """
    names = returned_names(step.layer)
    boxes = []
    for tensor, name in zip(step.tensors, names, strict=True):
        has_time = any(axis.role == "time" for axis in tensor)
        color = (palette.sequence if has_time else palette.last) if is_by_mode else palette.ink
        label = f'<div style="color:{palette.muted}">{escape(name)}</div>' if len(names) > 1 else ""
        boxes.append(
            f"<div>{colored_shape(tensor, palette)}<br>"
            f"{code_words(numbers(tensor), palette.ink)}{label}"
            f"{tensor_image(tensor, scale, palette, color)}</div>"
        )
    return (
        f'<div style="display:flex;flex-wrap:wrap;gap:0.5rem 0.75rem;align-items:center;'
        f'min-width:0">{"".join(boxes)}</div>'
    )


def _arrow(place: int, step: TracedLayer, palette: Palette) -> str:
    """A layer: its number and name above, how its parameters are counted below."""
    color = palette.wrong if step.error else palette.muted
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "<wbr>", step.layer.keras)  # where it may break
    name = f"{place + 1} · {words}"
    below = ""
    if step.error:
        below = f'<span style="color:{palette.wrong};font-weight:600">✗ breaks here</span>'
    elif not step.tensors:
        below = "not reached"
    elif step.parameters:
        below = (
            f"{escape(step.outputs.rule)}<br>{escape(step.outputs.product)}<br>"
            f'<b style="color:{palette.ink}">= {step.parameters:,}</b>'
        )
    elif step.layer.kind != "unpack":
        below = "no parameters"
    head = "" if step.error else arrow_head(color)
    return (
        f'<div style="flex:none;width:{ARROW}rem;text-align:center">'
        f'<div style="font-weight:600;overflow-wrap:anywhere">{name}</div>'
        f"{_flags(step, palette)}"
        f'<div style="position:relative;height:2px;background:{color};margin:0.3rem 0">{head}</div>'
        f'<div style="color:{palette.muted};font-size:0.8125rem">{below}</div></div>'
    )


def _flags(step: TracedLayer, palette: Palette) -> str:
    """What is switched on, in Keras's words."""
    words = [
        setting.name
        for setting in step.layer.settings()
        if setting.default is False and getattr(step.layer, setting.name)
    ]
    if isinstance(step.layer, Bidirectional):
        words.insert(0, f"{step.layer.cell}, {step.layer.merge_mode}")
    return "".join(
        f'<div style="color:{palette.muted};font-size:0.8125rem">{word}</div>' for word in words
    )
