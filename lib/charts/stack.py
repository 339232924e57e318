"""A stack of layers: its tensors, how parameters are counted, and what a change has changed."""

import re
from collections.abc import Collection, Iterator, Sequence

from markupsafe import Markup

from lib import shapes
from lib.charts.html import templates
from lib.charts.palette import Palette
from lib.charts.tensor import Scale, tensor_image
from lib.charts.words import Words
from lib.shapes import Stack, Tensor, TracedLayer, readable_shapes, stopped, total
from lib.text import joined

Steps = tuple[TracedLayer, ...]
TRY = "Move T: parameters stay. Move U: they change. return_sequences=False drops the time axis."
MEND = "One click in the red row mends that layer."


def _breaking(name: str) -> Markup:
    """A layer's name, which may break where a capital letter begins a word of it."""
    return Markup("<wbr>").join(re.split(r"(?<=[a-z])(?=[A-Z])", name))


_HTML = templates(
    __file__,
    letters=shapes.letters,
    readable_shape=shapes.readable_shape,
    has_time=shapes.has_time,
    breaking=_breaking,
)


def layer_pictures(steps: Steps, palette: Palette) -> Iterator[Markup]:
    """What comes out of each layer, all to one scale; where the trace stops, why."""
    scale = Scale.of((tensor for step in steps for tensor in step.tensors), height=56, width=88)
    for place, step in enumerate(steps):
        if step.error:
            yield _HTML.refusal(step.error, palette)
        elif step.not_traced:
            yield _HTML.not_traced(palette)
        else:
            boxes = _boxes(steps[: place + 1], scale, palette)
            yield _HTML.layer(step, boxes, layer_sentence(step), palette)


def rows_picture(steps: Steps, pictures: Sequence[Markup], start: int, palette: Palette) -> str:
    """Layers of a long stack, one below the other: number, name, code, and its `layer_pictures`."""
    codes = [step.layer.origin.text if step.layer.origin else step.layer.code() for step in steps]
    rows = zip(range(start + 1, start + 1 + len(steps)), steps, codes, pictures, strict=True)
    return str(_HTML.rows(rows, palette))


def stack_picture(steps: Steps, palette: Palette) -> str:
    """All tensors of a stack, up to the layer that breaks."""
    scale = Scale.of(tensor for step in steps for tensor in step.tensors)
    layers = [
        (step, _boxes(steps[: place + 1], scale, palette), _flags(step.layer))
        for place, step in enumerate(steps)
    ]
    return str(_HTML.stack(layers, stack_sentence(steps), palette))


def _boxes(steps: Steps, scale: Scale, palette: Palette) -> list[tuple[Tensor, str, Markup]]:
    """Each output of the last layer, with its name, if there are several, and its image."""
    recurrent = shapes.Recurrent, shapes.Bidirectional, shapes.CellStack
    layer, boxes = steps[-1].layer, []
    by_mode = layer.kind != "input" and any(isinstance(step.layer, recurrent) for step in steps)
    names = layer.returned()
    for tensor, name in zip(steps[-1].tensors, names, strict=False):  # none where it isn't reached
        of_mode = palette.sequence if shapes.has_time(tensor) else palette.last
        image = tensor_image(tensor, scale, palette, of_mode if by_mode else palette.ink)
        boxes.append((tensor, f" {name}" if len(names) > 1 else "", image))
    return boxes


def _flags(layer: shapes.Layer) -> Iterator[str]:
    """What is switched on, in Keras's words."""
    if isinstance(layer, shapes.Bidirectional):
        yield f"{layer.cell}, {layer.merge_mode}"
    for setting in layer.settings():
        if setting.default is False and getattr(layer, setting.name):
            yield setting.name


def layer_sentence(step: TracedLayer) -> str:
    """A layer with its output, or why there is none: its picture in words."""
    name, error = step.layer.title, step.error
    if step.not_traced:
        return f"{name} isn't traced here: {step.not_traced.reason}"
    if error:
        return f"{name} breaks: it expected {error.expected}, and received {error.received}"
    if not step.tensors:
        return f"{name} isn't reached"
    if step.layer.kind == "input":
        return f"The input is {readable_shapes(step.tensors)}"
    parameters = f" with {step.parameters:,} parameters" if step.parameters else ""
    gives = f"{name} gives {readable_shapes(step.tensors)}{parameters}"
    if spare := shapes.spare_states(step):  # of two directions, those are the backward ones
        held = len(step.inputs.states)
        gives += f", starts from the first {held - spare} of {held} states, and drops the rest"
    return gives


def stack_sentence(steps: Steps) -> str:
    """Every layer with its output, up to one where the trace stops: the picture in words."""
    place = stopped(steps)
    reached = steps if place is None else steps[: place + 1]
    end = f" In all {_counted(steps)}." if place is None else ""
    return "; ".join(map(layer_sentence, reached)) + "." + end


def _counted(steps: Steps) -> str:
    """All parameters, and the layers whose parameters aren't known."""
    unknown = joined([f"{at + 1}" for at in shapes.uncounted(steps)])
    return f"{total(steps):,} parameters" + (f" and those of layer {unknown}" if unknown else "")


def mended(words: str, lines: Collection[int]) -> str:
    """What gets past the layer that breaks, and which `lines` of the person's code that changes."""
    if not lines:
        return f"{words}, and it goes on."
    numbers = joined([f"{line}" for line in lines])
    return f"Change line{'s' * (len(lines) > 1)} {numbers}: {words[0].lower()}{words[1:]}."


def change_words(before: Stack, after: Stack, about: str) -> Words:
    """What a change did to the output and to the parameters.

    Where nothing changed, or the kinds of most layers, the takeaway is what the stack is `about`.
    """
    old, new = shapes.trace(before), shapes.trace(after)
    unchanged = about or (TRY if stopped(new) is None else MEND)
    if before == after:
        return unchanged, ""
    if [layer.kind for layer in before] == [layer.kind for layer in after]:
        changes = [
            f"{setting.name}={'any' if now is None else now} on layer {place}"
            for place, (one, other) in enumerate(zip(before, after, strict=True), start=1)
            for setting in other.inside.settings()
            if (now := getattr(other.inside, setting.name)) != getattr(one.inside, setting.name)
        ]
        change = changes[0] if len(changes) == 1 else "Other settings"
    elif any(shapes.put(after, place) == before for place in range(len(after))):
        change = "One layer more"
    elif any(shapes.put(before, place) == after for place in range(len(before))):
        change = "One layer less"
    else:
        change = "Other layers"
    says = f"{change}: {_outcome(old, new)}"
    return unchanged if change == "Other layers" else says, says


def _outcome(old: Steps, new: Steps) -> str:
    """What a change did from one trace to the next."""
    if (breaks := shapes.broken(new)) is not None:
        return f"layer {breaks + 1} {'still ' * (breaks == stopped(old))}breaks."
    if (at := stopped(new)) is not None:
        return f"traced up to layer {at}."
    was, now = (readable_shapes(steps[-1].tensors) for steps in (old, new))
    if stopped(old) is not None:
        return f"now it works, and gives {now}."
    less, more = (f"{total(steps):,}" for steps in (old, new))
    counts = f"{more} parameters stay" if less == more else f"parameters {less} → {more}"
    return f"{'the output stays' if was == now else 'output now'} {now}, {counts}."


def stack_title(steps: Steps) -> str:
    """The stack in one sentence: from which shape to which, with how many parameters."""
    place = stopped(steps)
    if place is not None and steps[place].error:
        return f"This stack breaks at layer {place + 1}, {steps[place].layer.keras}"
    if place is not None:
        return f"Layer {place + 1}, {steps[place].layer.keras}, can’t be traced here"
    inputs = [tensor for step in steps if step.layer.kind == "input" for tensor in step.tensors]
    outputs = [tensor for at in shapes.code_ends(steps) for tensor in steps[at].tensors]
    first, last = (
        readable_shapes(tuple(some)) if len(some) < 3 else f"{len(some)} tensors"
        for some in (inputs, outputs)
    )
    return f"From {first} to {last} with {_counted(steps)}"
