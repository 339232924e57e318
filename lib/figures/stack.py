"""A stack of layers: every tensor between them, and how each layer's parameters are counted.

HTML fragments for `st.html`, which wrap on a phone. They compute no shapes (`lib.stack`).
"""

import re
from collections.abc import Iterable, Iterator
from html import escape

from lib.figures.html import block, code_words, div, picture, span
from lib.figures.palette import Palette
from lib.figures.tensor import Scale, tensor_image
from lib.stack.base import Layer, ShapeError
from lib.stack.recurrent import Bidirectional, Recurrent, returned_names
from lib.stack.tensors import Tensor, has_time, letters, readable_shape
from lib.stack.tracing import TracedLayer

_LINE = "display:flex;flex-wrap:wrap;align-items:center;min-width:0"


def layer_pictures(
    steps: tuple[TracedLayer, ...], sentences: Iterable[str], palette: Palette
) -> Iterator[str]:
    """What comes out of each layer, all to one scale; of one that breaks, what it wanted."""
    scale = Scale.of((tensor for step in steps for tensor in step.tensors), height=56, width=88)
    for place, (step, sentence) in enumerate(zip(steps, sentences, strict=True)):
        if step.error:
            yield _refusal(step.error, palette)
            continue
        tensors = _tensors(steps[: place + 1], scale, palette, with_numbers=False)
        shapes = "".join(
            f"<div>{code_words(readable_shape(tensor), palette.ink, bold=True)}{name}</div>"
            for tensor, name in _named(step)
        )
        words = div(f"color:{palette.muted};font-size:0.8125rem", shapes, _counted(step))
        row = f"{_LINE};gap:0.25rem 0.75rem;min-height:7rem"  # none moves when a time axis goes
        yield picture(sentence, palette, tensors, words, style=row)


def stack_picture(steps: tuple[TracedLayer, ...], sentence: str, palette: Palette) -> str:
    """All tensors of a stack, up to the layer that breaks; `sentence` says what is seen."""
    scale = Scale.of(tensor for step in steps for tensor in step.tensors)
    parts = []
    for place, step in enumerate(steps):
        tensors = _tensors(steps[: place + 1], scale, palette)
        if place == 0:
            parts.append(f"<div>{div('font-weight:600', '1 · Input')}{tensors}</div>")
        else:
            parts.append(div(f"{_LINE};gap:0.5rem", _arrow(place, step, palette), tensors))
    return picture(sentence, palette, *parts, style=f"{_LINE};gap:1rem 0.75rem")


def _colored_shape(tensor: Tensor, palette: Palette) -> str:
    """The shape in letters, each in the colour of its axis."""
    inner = ", ".join(
        f'<span style="color:{palette.axis(axis.role)}">{escape(axis.letter)}</span>'
        for axis in tensor
    )
    comma = "," if len(tensor) == 1 else ""
    return (
        f'<span title="{escape(letters(tensor))}" style="font-family:monospace;font-weight:600;'
        f'font-size:0.875rem;white-space:nowrap;color:{palette.muted}">({inner}{comma})</span>'
    )


def _named(step: TracedLayer) -> Iterator[tuple[Tensor, str]]:
    """What a layer gives, each with its name where there are several."""
    names = returned_names(step.layer)
    for tensor, name in zip(step.tensors, names, strict=False):  # none where it isn't reached
        yield tensor, f" {escape(name)}" if len(names) > 1 else ""


def _tensors(
    steps: tuple[TracedLayer, ...], scale: Scale, palette: Palette, *, with_numbers: bool = True
) -> str:
    """What the last of these layers gives, in the mode's colour from a recurrent layer on."""
    by_mode = any(isinstance(step.layer, (Recurrent, Bidirectional)) for step in steps)
    boxes = []
    for tensor, name in _named(steps[-1]):
        of_mode = palette.sequence if has_time(tensor) else palette.last
        color = of_mode if by_mode else palette.ink
        numbers = f"<br>{code_words(readable_shape(tensor), palette.ink)}" if with_numbers else ""
        label = f'<span style="color:{palette.muted}">{name}</span>'
        boxes.append(
            f"<div>{_colored_shape(tensor, palette)}{label}{numbers}"
            f"{tensor_image(tensor, scale, palette, color)}</div>"
        )
    return div(f"{_LINE};gap:0.5rem 0.75rem", *boxes)


def _counted(step: TracedLayer) -> str:
    """How the parameters are counted, and that they are the same at each step of a sequence."""
    if step.layer.kind == "input":
        if samples := step.tensors[0][0].size:
            return f"batches of N = {samples} samples"
        return "any number N of samples:<br>no layer’s parameters<br>depend on it"
    if not step.tensors:
        return "not reached"
    if not step.parameters:
        return "" if step.layer.kind == "unpack" else "no parameters"
    shared = has_time(step.inputs.tensors[0])
    return (
        f"{escape(step.outputs.rule)}<br>{escape(step.outputs.product)}<br>"
        f"<b>= {step.parameters:,} parameters</b>" + "<br>the same at each step" * shared
    )


def _refusal(error: ShapeError, palette: Palette) -> str:
    """What a layer that breaks expected, and what it received."""
    return block(
        "refused",
        f'<b style="color:{palette.wrong}">✗ breaks here</b><br>It expected '
        f"<b>{escape(error.expected)}</b>.<br>It received <b>{escape(error.received)}</b>.",
        style=f"font-size:0.875rem;line-height:1.5;color:{palette.ink}",
    )


def _arrow(place: int, step: TracedLayer, palette: Palette) -> str:
    """A layer: its number and name above, how its parameters are counted below."""
    color, below = palette.muted, _counted(step)
    head = span("arrow-head", f"border-left-color:{color}")
    if step.error:
        color, head = palette.wrong, ""
        below = f'<b style="color:{color}">✗ breaks here</b>'
    small = f"color:{palette.muted};font-size:0.8125rem"
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "<wbr>", step.layer.keras)  # where it may break
    return div(
        "flex:none;width:8.5rem;text-align:center",
        div("font-weight:600;overflow-wrap:anywhere", f"{place + 1} · {words}"),
        *(div(small, flag) for flag in _flags(step.layer)),
        div(f"position:relative;height:2px;background:{color};margin:0.3rem 0", head),
        div(small, below),
    )


def _flags(layer: Layer) -> Iterator[str]:
    """What is switched on, in Keras's words."""
    if isinstance(layer, Bidirectional):
        yield f"{layer.cell}, {layer.merge_mode}"
    for setting in layer.settings():
        if setting.default is False and getattr(layer, setting.name):
            yield setting.name
