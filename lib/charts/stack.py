"""Draw a stack of layers and its tensors; describe both and the connections in words."""

from collections.abc import Collection, Iterator, Sequence

from markupsafe import Markup

from lib import shapes
from lib.charts.html import Scale, render, tensor_image
from lib.charts.palette import Palette
from lib.shapes import Tensor, TracedLayer, readable_shapes, stopped_at, total
from lib.text import joined

Steps = tuple[TracedLayer, ...]


def layer_pictures(steps: Steps, palette: Palette) -> Iterator[str]:
    """Yield a picture of each layer's output, or the reason for no output. All share one scale."""
    scale = Scale.of((tensor for step in steps for tensor in step.tensors), height=56, width=88)
    for place, step in enumerate(steps):
        if step.error:
            yield render("charts/stack.html", "refusal", step.error, palette)
        elif step.not_traced:
            yield render("charts/stack.html", "not_traced", palette)
        else:
            drawn = step, _boxes(steps[: place + 1], scale, palette), _activations(step.layer)
            yield render("charts/stack.html", "layer", *drawn, layer_sentence(step), palette)


def rows_picture(steps: Steps, pictures: Sequence[str], start: int, palette: Palette) -> str:
    """Draw layers of a long stack as rows: number from `start` + 1, name, code and picture."""
    codes = [step.layer.origin.text if step.layer.origin else step.layer.code() for step in steps]
    rows = zip(range(start + 1, start + 1 + len(steps)), steps, codes, pictures, strict=True)
    return render("charts/stack.html", "rows", rows, palette)


def stack_picture(steps: Steps, palette: Palette) -> str:
    """Draw all tensors of a stack, up to the layer that breaks."""
    scale = Scale.of(tensor for step in steps for tensor in step.tensors)
    layers = []
    for place, step in enumerate(steps):
        layer = step.layer
        on = [s.name for s in layer.settings() if s.default is False and getattr(layer, s.name)]
        if isinstance(layer, shapes.Bidirectional):
            on.insert(0, f"{layer.cell}, {layer.merge_mode}")
        on += _activations(layer)
        layers.append((step, _boxes(steps[: place + 1], scale, palette), on))
    return render("charts/stack.html", "stack", layers, stack_sentence(steps), palette)


def _activations(layer: shapes.Layer) -> list[str]:
    """Return a layer's activation if it isn't the default: ["softmax"]."""
    values = {s.name: (getattr(layer.inside, s.name), s.default) for s in layer.inside.settings()}
    value, usual = values.get("activation", ("", ""))
    return [value] if value != usual else []


def _boxes(steps: Steps, scale: Scale, palette: Palette) -> list[tuple[Tensor, str, Markup]]:
    """Return each output of the last layer, its name if there are several, and its image."""
    layer, boxes = steps[-1].layer, []
    by_mode = not isinstance(layer, shapes.Input) and any(
        isinstance(step.layer, shapes.RECURRENT) for step in steps
    )
    names = layer.returned()
    # A layer that isn't reached has names, but no tensors.
    for tensor, name in zip(steps[-1].tensors, names, strict=False):
        of_mode = palette.sequence if shapes.has_time(tensor) else palette.last
        image = tensor_image(tensor, scale, palette, of_mode if by_mode else palette.ink)
        boxes.append((tensor, f" {name}" if len(names) > 1 else "", image))
    return boxes


def graph_sentence(steps: Steps) -> str:
    """Return which layers have other inputs than the previous layer's output, or ""."""
    takes = []
    for at, step in enumerate(steps[1:], start=1):
        layer = step.layer
        inputs = [at - 1] if shapes.takes_previous(layer) else [ref.place for ref in layer.of]
        sources = [f"{place + 1}" for place in dict.fromkeys(inputs)]
        states = dict.fromkeys(ref.place for ref in layer.states)
        sources += [f"the states of {place + 1}" for place in states]
        if sources != [f"{at}"]:
            takes.append(f"layer {at + 1} takes {joined(sources) or 'a separate input'}")
    if not takes:
        return ""
    return f"Each layer takes the previous layer's output, except: {'; '.join(takes)}."


def layer_sentence(step: TracedLayer) -> str:
    """Return a layer's output, or why it has none, as a sentence."""
    name, layer, error = step.layer.title, step.layer, step.error
    if step.not_traced:
        return f"{name} isn't traced: {step.not_traced.reason}"
    if error:
        return f"{name} breaks: expected {error.expected}, received {error.received}"
    if not step.tensors:
        return f"{name} isn't reached"
    if isinstance(layer, shapes.Input):
        return f"The input is {readable_shapes(step.tensors)}"
    parameters = f" with {step.parameters:,} parameters" if step.parameters else ""
    returns = f"unpacking ({name}) leaves x with" if layer.kind == "unpack" else f"{name} returns"
    return f"{returns} {readable_shapes(step.tensors)}{parameters}"


def stack_sentence(steps: Steps) -> str:
    """Return each layer's output, up to the layer where the trace stops, as a sentence."""
    place = stopped_at(steps)
    reached = steps if place is None else steps[: place + 1]
    end = f" In total, {_counted(steps)}." if place is None else ""
    return "; ".join(map(layer_sentence, reached)) + "." + end


def _counted(steps: Steps) -> str:
    unread = [k for k, s in enumerate(steps) if s.tensors and isinstance(s.layer, shapes.Unread)]
    unknown = joined([f"{place + 1}" for place in unread])
    return f"{total(steps):,} parameters" + (f" plus those of layer {unknown}" if unknown else "")


def fix_sentence(words: str, lines: Collection[int]) -> str:
    """Return how to fix the layer that breaks, with the `lines` of the user's code to change."""
    if not lines:
        return f"To fix the stack: {words[0].lower()}{words[1:]}."
    numbers = joined([f"{line}" for line in lines])
    return f"Change line{'s' if len(lines) > 1 else ''} {numbers}: {words[0].lower()}{words[1:]}."


def stack_title(steps: Steps) -> str:
    """Return the title of a stack: its input and output shapes and its parameters."""
    place = stopped_at(steps)
    if place is not None and steps[place].error:
        return f"This stack breaks at layer {place + 1}, {steps[place].layer.keras}"
    if place is not None:
        return f"Layer {place + 1}, {steps[place].layer.keras}, can't be traced here"
    entries = [step for step in steps if isinstance(step.layer, shapes.Input)]
    inputs = [tensor for step in entries for tensor in step.tensors]
    outputs = [tensor for at in shapes.output_places(steps) for tensor in steps[at].tensors]
    first, last = (
        readable_shapes(tuple(some)) if len(some) < 3 else f"{len(some)} tensors"
        for some in (inputs, outputs)
    )
    return f"From {first} to {last} with {_counted(steps)}"
