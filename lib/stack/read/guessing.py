"""Which layer a row of a summary is: told from its class, its shapes and its parameters alone.

The arguments in `guessing.toml` are tried in turn; the first layer that gives the row's shapes and
its parameters is it. What changes neither, such as an activation, stays as it comes.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, NamedTuple

from lib.shapes import Shape
from lib.stack.base import Inputs, Layer, Outputs, Ref, ShapeError
from lib.stack.each_step import TimeDistributed
from lib.stack.making import MAKES, made
from lib.stack.plain import Input, Unread
from lib.stack.read.building import first
from lib.stack.read.reading import ModelError
from lib.stack.recurrent import CellStack, Recurrent
from lib.stack.shaping import grouped
from lib.stack.tensors import Tensors, sizes
from lib.toml import beside

_FILE = beside(__file__)
_ARGUMENTS: dict[str, dict[str, list[Any]]] = _FILE["arguments"]
_INSIDE: dict[str, list[str]] = _FILE["inside"]
TOLD: list[str] = _FILE["told"]
"""The classes whose shapes and parameters follow from a row and from what they take."""


class Taken(NamedTuple):
    """A tensor that a row is connected to."""

    name: str
    """Of the layer that gives it, or the beginning of it."""
    call: int
    output: int | None
    """Which of what that gives; None where the column is too narrow to say."""


@dataclass(frozen=True, slots=True)
class Row:
    """What a summary says of a layer."""

    name: str
    called: str
    """The class, or its beginning where the column is too narrow."""
    shapes: tuple[Shape, ...]
    """Of what comes out, as far as they are told."""
    parameters: int | None
    several: bool = False
    """Whether more than one tensor comes out."""
    taken: tuple[Taken, ...] = ()
    line: int = 0

    @property
    def shape(self) -> Shape:
        """Of the first tensor; that of any sequence where it isn't told."""
        return self.shapes[0] if self.shapes else (None, None, None)


@dataclass(frozen=True, slots=True)
class Fit:
    """A layer, and how well it fits a row."""

    layer: Layer
    outputs: Outputs
    score: int
    """2 for the shapes, and 1 for the parameters."""


def fit(row: Row, tensors: Tensors, states: Tensors, left: Iterator[int]) -> Fit | None:
    """The layer that fits best, called on these; None where each breaks.

    One is taken of what is `left` for each try.
    """
    best = None
    for _, layer in zip(left, _layers(row, tensors), strict=False):
        found = _fit_of(row, layer, tensors, states)
        # Of a wrapper the row doesn't say what it holds.
        least = {TimeDistributed: 2, CellStack: 3}.get(type(layer), 0)
        if found is not None and found.score >= (best.score + 1 if best else least):
            best = found
            if best.score == 3:
                break
    return best


def fitting_input(row: Row, left: Iterator[int]) -> Input | None:
    """The Input of a model whose first row is this; None where none fits it."""
    for axes in dict.fromkeys((min(len(row.shape), 5), 3, 2, 4, 5)):
        along = row.shape[1:-1] if len(row.shape) == axes else (None,) * (axes - 2)
        for _, layer in zip(left, _layers(row, ()), strict=False):
            for width in _widths(row, layer, along):
                with suppress(ModelError):
                    given = first((row.shape[0], *along, width))
                    found = _fit_of(row, layer, (given.axes(),), ())
                    if found is not None and found.score == 3:
                        return given
    return None


def _widths(row: Row, layer: Layer, along: Shape) -> list[int | None]:
    """How many features give the row's parameters, which grow evenly with them; else its own."""
    counts = []
    for width in (1, 2):
        given = first((row.shape[0], *[size or 99 for size in along], width))
        if found := _fit_of(row, layer, (given.axes(),), ()):
            counts.append(found.outputs.parameters)
    if row.parameters is None or len(counts) < 2 or counts[0] == counts[1]:
        return [row.shape[-1], row.shape[1]]
    more, rest = divmod(row.parameters - counts[0], counts[1] - counts[0])
    return [1 + more] if rest == 0 else []


def _fit_of(row: Row, layer: Layer, tensors: Tensors, states: Tensors) -> Fit | None:
    """How well a layer fits, called on these; None where it breaks."""
    tried = replace(layer, of=(Ref(0),) * len(tensors))
    if states and isinstance(layer, Recurrent):
        tried = replace(tried, states=(Ref(0),) * len(states))
    elif states:
        return None
    try:
        tried.check()
        outputs = tried.call(Inputs(tensors, states, "", "", row.name))
    except ShapeError:
        return None
    shapes = tuple(map(sizes, outputs.tensors))
    same = shapes[: len(row.shapes)] == row.shapes and (len(shapes) > 1) == row.several
    score = 2 * (same or not row.shapes) + (row.parameters in (None, outputs.parameters))
    return Fit(layer, outputs, score)


def _layers(row: Row, tensors: Tensors) -> Iterator[Layer]:
    """The layers that it may be, most usual first."""
    cut = sorted(name for name in MAKES if row.called and name.startswith(row.called))
    for name in [row.called] if row.called in MAKES else cut:
        if name == "TimeDistributed":
            yield from _each_step(row, tensors)
        elif name == "Bidirectional":
            yield from _both_ways(row)
        else:
            arguments = _ARGUMENTS.get(name, {})
            told = _told(row, [sizes(tensor) for tensor in tensors])
            tried = [
                [value for one in values for value in told.get(f"{one}", [one])]
                for values in arguments.values()
            ]
            for values in product(*tried):
                layer = made(name, (), dict(zip(arguments, values, strict=True)))
                if not isinstance(layer, Unread):
                    yield layer


def _told(row: Row, given: list[Shape]) -> dict[str, list[Any]]:
    """The words of guessing.toml: what a row tells with the shapes of what comes in, if known."""
    count, width, length = row.parameters or 0, row.shape[-1] or 1, row.shape[1] or 1
    before = (given[0][1] if given else None) or length
    features, others = (shape[-1] or 1 for shape in (given[0], given[-1])) if given else (1, 1)
    ends = abs(length - before) or 2
    each = [count // width - bias for bias in (1, 0)]
    shared = [
        groups
        for groups in (features, 2, 3, 4, 8)
        if features > 1
        and width % groups == features % groups == 0
        and any(entries * groups % features == 0 for entries in each)
    ]
    return {
        "$width": [row.shape[-1]],
        "$length": [row.shape[1]],
        "$target": [tuple(-1 if size is None else size for size in row.shape[1:])],
        "$sequences": [len(row.shape) == 3],
        "$several": [row.several],
        "$rows": [count // width],
        "$kernel": [entries // features for entries in each] if given else [],
        "$groups": shared,
        "$key": [
            (count - features * bias) // (2 * features + 2 * others + 3 * bias) for bias in (1, 0)
        ],
        "$shrunk": [before // length] if before > length else [],
        "$grown": [max(length // before, 1)],
        "$ends": [(ends // 2, ends - ends // 2)],
        "$cell": [made(f"{cell}Cell", (width,)) for cell in _INSIDE["both ways"]],
        "$none": [None],
    }


def _each_step(row: Row, tensors: Tensors) -> Iterator[Layer]:
    if len(row.shape) < 3:
        return
    inside = tuple(grouped(tensor) for tensor in tensors if len(tensor) > 2)
    one = replace(row, shapes=(row.shape[:1] + row.shape[2:],))
    kind = ", learning" if tensors else ", first"
    for name in _INSIDE[f"each step{kind if row.parameters else ''}"]:
        for layer in _layers(replace(one, called=name), inside):
            yield TimeDistributed(layer)


def _both_ways(row: Row) -> Iterator[Layer]:
    width = row.shape[-1] or 0
    for merge, units in (("concat", width // 2), ("sum", width)):
        one = replace(row, shapes=((*row.shape[:-1], units),))
        for name in _INSIDE["both ways"]:
            for layer in _layers(replace(one, called=name), ()):
                yield made("Bidirectional", (layer,), {"merge_mode": merge})
