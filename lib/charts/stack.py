"""A stack of layers: every tensor between them, and how each layer's parameters are counted.

HTML fragments for `st.html`, which wrap on a phone: see stack.html. They compute no shapes
(`lib.shapes.stack`).
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from markupsafe import Markup

from lib.charts.html import templates
from lib.charts.palette import Palette
from lib.charts.tensor import Scale, tensor_image
from lib.shapes import (
    Bidirectional,
    CellStack,
    Layer,
    Recurrent,
    Tensor,
    TracedLayer,
    has_time,
    letters,
    readable_shape,
)


def _breaking(name: str) -> Markup:
    """A layer's name, which may break where a capital letter begins a word of it."""
    return Markup("<wbr>").join(re.split(r"(?<=[a-z])(?=[A-Z])", name))


_HTML = templates(
    __file__, letters=letters, readable_shape=readable_shape, has_time=has_time, breaking=_breaking
)


def layer_pictures(
    steps: tuple[TracedLayer, ...], sentences: Iterable[str], palette: Palette
) -> Iterator[Markup]:
    """What comes out of each layer, all to one scale; where the trace stops, why."""
    scale = Scale.of((tensor for step in steps for tensor in step.tensors), height=56, width=88)
    for place, (step, sentence) in enumerate(zip(steps, sentences, strict=True)):
        if step.error:
            yield _HTML.refusal(step.error, palette)
        elif step.not_traced:
            yield _HTML.not_traced(palette)
        else:
            boxes = _boxes(steps[: place + 1], scale, palette)
            yield _HTML.layer(step, boxes, sentence, palette)


def rows_picture(
    steps: tuple[TracedLayer, ...], pictures: Sequence[Markup], start: int, palette: Palette
) -> str:
    """Layers of a long stack, one below the other: number, name, code, and its `layer_pictures`."""
    codes = [step.layer.origin.text if step.layer.origin else step.layer.code() for step in steps]
    rows = zip(range(start + 1, start + 1 + len(steps)), steps, codes, pictures, strict=True)
    return str(_HTML.rows(rows, palette))


def stack_picture(steps: tuple[TracedLayer, ...], sentence: str, palette: Palette) -> str:
    """All tensors of a stack, up to the layer that breaks; `sentence` says what is seen."""
    scale = Scale.of(tensor for step in steps for tensor in step.tensors)
    layers = [
        (step, _boxes(steps[: place + 1], scale, palette), _flags(step.layer))
        for place, step in enumerate(steps)
    ]
    return str(_HTML.stack(layers, sentence, palette))


def _boxes(
    steps: tuple[TracedLayer, ...], scale: Scale, palette: Palette
) -> list[tuple[Tensor, str, Markup]]:
    """What the last of these layers gives, in the mode's colour from a recurrent layer on.

    Each tensor has its name, where there are several, and its image.
    """
    by_mode = any(isinstance(step.layer, (Recurrent, Bidirectional, CellStack)) for step in steps)
    names, boxes = steps[-1].layer.returned(), []
    for tensor, name in zip(steps[-1].tensors, names, strict=False):  # none where it isn't reached
        of_mode = palette.sequence if has_time(tensor) else palette.last
        color = of_mode if by_mode and steps[-1].layer.kind != "input" else palette.ink
        image = tensor_image(tensor, scale, palette, color)
        boxes.append((tensor, f" {name}" if len(names) > 1 else "", image))
    return boxes


def _flags(layer: Layer) -> Iterator[str]:
    """What is switched on, in Keras's words."""
    if isinstance(layer, Bidirectional):
        yield f"{layer.cell}, {layer.merge_mode}"
    for setting in layer.settings():
        if setting.default is False and getattr(layer, setting.name):
            yield setting.name
