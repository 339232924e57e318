"""A stack that isn't a chain: its layers in order, with an arrow for each tensor that is taken."""

from collections.abc import Iterator

from lib.charts.html import svg_image, templates
from lib.charts.palette import Palette
from lib.shapes import Input, TracedLayer, takes_previous
from lib.text import joined

WIDTH = 860.0  # of the whole, in pixels, where there are enough layers
WIDEST, NARROWEST, GAP = 118.0, 24.0, 16.0
HEIGHT = 34.0
LETTER = 6.6  # the width of a letter, about
_HTML = templates(__file__, px="{:.1f}".format)


def arrows(steps: tuple[TracedLayer, ...]) -> Iterator[tuple[int, int, bool]]:
    """From which layer to which, and whether states go along it."""
    for at, step in enumerate(steps):
        layer = step.layer
        if takes_previous(layer) and at:
            yield at - 1, at, False
        for refs, are_states in ((layer.of, False), (layer.states, True)):
            for place in dict.fromkeys(ref.place for ref in refs):
                yield place, at, are_states


def graph_sentence(steps: tuple[TracedLayer, ...]) -> str:
    """Which layers take more, or other, than the layer before gives: the graph in words."""
    takes = []
    for at, step in enumerate(steps, start=1):
        layer = step.layer
        if layer.kind == "input" and at > 1:
            takes.append(f"{at}, {layer.title}, begins a branch")
        if layer.of:
            names = joined([f"{ref.place + 1}" for ref in layer.of])
            takes.append(f"{at}, {layer.title}, takes {names}")
        if layer.states:
            takes.append(f"{at} starts from the states of {layer.states[0].place + 1}")
    return f"Layers in order: {'; '.join(takes)}; all others take the one before."


def graph_picture(steps: tuple[TracedLayer, ...], palette: Palette) -> str:
    """The layers as boxes with their numbers."""
    count = len(steps)
    width = min(WIDEST, max(NARROWEST, WIDTH / count - GAP))
    each = width + GAP
    lines = [line for line in arrows(steps) if 0 <= line[0] < line[1]]
    arcs = [line for line in lines if not _is_straight(line)]
    above, below = (
        max((_reach(to - at) for at, to, states in arcs if states == way), default=0.0)
        for way in (False, True)
    )
    top = above + 2
    boxes = [
        (each * at, _label(at, step, width), step.error is not None, isinstance(step.layer, Input))
        for at, step in enumerate(steps)
    ]
    paths = [_path(line, each, width, top) for line in lines]
    body = _HTML.drawing(boxes, paths, width, HEIGHT, top, palette)
    font = 'font-family="sans-serif" font-size="12"'
    image = svg_image(body, each * count - GAP + 2, top + HEIGHT + below + 2, font)
    return str(_HTML.graph(image, graph_sentence(steps), palette))


def _is_straight(line: tuple[int, int, bool]) -> bool:
    """Whether an arrow goes to the next layer alone."""
    at, to, states = line
    return to == at + 1 and not states


def _reach(span: int) -> float:
    """How far an arc over so many layers goes from the row of boxes."""
    return 10 + 34 * (1 - 0.8**span)


def _label(at: int, step: TracedLayer, width: float) -> str:
    """The number, and the layer's name as far as there is room."""
    name = step.layer.keras
    room = int((width - 8) / LETTER) - len(f"{at + 1} ")
    if room < 4:
        return f"{at + 1}"
    return f"{at + 1} {name if len(name) <= room else name[: room - 1] + '…'}"


def _path(
    line: tuple[int, int, bool], each: float, width: float, top: float
) -> tuple[str, bool, float, float, int]:
    """A curve, whether it is of states, and where its head is: x, y, and the way that it points."""
    at, to, states = line
    if _is_straight(line):
        y = top + HEIGHT / 2
        return f"M{each * at + width:.1f} {y:.1f}H{each * to - 5:.1f}", states, each * to, y, 0
    start, end = each * at + width * 0.7, each * to + width * 0.3
    sign, base = (1, top + HEIGHT) if states else (-1, top)
    far = base + sign * _reach(to - at) * 1.33
    curve = f"M{start:.1f} {base:.1f}C{start:.1f} {far:.1f} {end:.1f} {far:.1f} {end:.1f} "
    return f"{curve}{base + sign * 5:.1f}", states, end, base, -sign
