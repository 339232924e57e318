"""What `model.summary()` printed → a stack, its shapes and parameters checked by arithmetic.

Today's boxes, and the columns of Keras 2. A row doesn't say what a layer is made with: `guessing`
finds what gives its shapes and its parameters. Where nothing does, a note names the layer.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import islice, pairwise, product
from typing import NamedTuple, TypeAlias

from lib.stack.base import MAX_LAYERS, Layer
from lib.stack.plain import Embedding, Input, Unread
from lib.stack.read.building import Graph, Value, first, sample
from lib.stack.read.guessing import TOLD, Fit, Row, Taken, fit, fitting_input
from lib.stack.read.reading import ModelError, Note, Reading
from lib.stack.tensors import Tensor, Tensors, sizes
from lib.toml import beside, say

_WORDS = beside(__file__)
_MOST_TEXT, _MOST_LINES = 200_000, 20 * MAX_LAYERS
_MOST_WAYS, _MOST_TRIES = 60, 1000
"""In which the cut names of one row are read; of layers, in all."""
_OF_MASKS = ("NotEqual", "Any")
_BAR = re.compile("[│┃|]")
_COLUMN = re.compile("Layer|Output|Param|Connected|Trai")
_SHAPE = re.compile(r"\((?:None|\d{1,9})(?:, *(?:None|\d{1,9}))+\)")
_TAKEN = re.compile(r"([^\s,'\[\]…]+)(?:\[(\d+))?(?:\]\[(\d+))?")


def read_summary(text: str) -> Reading:
    """The stack of a summary, with a note wherever the arithmetic disagrees.

    Raises:
        ModelError: where there is no summary, and for a model that isn't built.
    """
    text = text[:_MOST_TEXT]
    rows = _rows(text)
    if not rows:
        raise ModelError(_WORDS["no_table"])
    if not any(row.shapes for row in rows):
        raise ModelError(_WORDS["unbuilt"])
    if len(rows) > MAX_LAYERS:
        raise ModelError(say(_WORDS, "too_long", most=MAX_LAYERS))
    reader = _Reader(*_without_masks(rows))
    reader.read()
    counts = re.findall(r"^[ \t]*(Total|Optimizer) params: *(\d[\d,]{,20})", text, re.M)
    said = {what: int(count.replace(",", "")) for what, count in counts}
    left = said.get("Total", reader.total) - said.get("Optimizer", 0)
    if left != reader.total and reader.agrees:
        words = {"said": f"{left:,}", "given": f"{reader.total:,}"}
        reader.notes.append(Note(say(_WORDS, "total", **words)))
    return Reading(reader.graph.stack(), "summary", tuple(reader.notes))


def _without_masks(rows: list[Row]) -> tuple[list[Row], bool]:
    """The rows without those that Keras has for a mask; and whether there were any."""
    masks = {row.name for row in rows if row.called in _OF_MASKS}
    kept = [row for row in rows if row.name not in masks]
    taken = ([one for one in row.taken if one.name not in masks] for row in kept)
    return [replace(row, taken=tuple(some)) for row, some in zip(kept, taken, strict=True)], bool(
        masks
    )


def _rows(text: str) -> list[Row]:
    """The table's rows, the lines of each put together; without those of inner models' layers."""
    found: list[tuple[int, list[str]]] = []
    for number, cells in _lines(text):
        if cells[2]:  # a row's count stands in its first line
            found.append((number, cells))
        elif found:
            start, above = found[-1]
            both = [f"{one}\n{more}" for one, more in zip(above, cells, strict=True)]
            found[-1] = start, both
    return [_row(*one) for one in found if not one[1][0].startswith(("|", "└"))]


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Each line of the table: its number, and its four cells, that of connections last."""
    header, starts = "", list[int]()
    for number, line in enumerate(text.splitlines()[:_MOST_LINES], 1):
        if not header:
            header = line if "Layer (type" in line and "Output" in line else ""
            starts = [match.start() for match in _COLUMN.finditer(header)]
        elif re.match(r"\s*(Total params|Model:)", line):
            return
        elif set(line.strip()) - set("_=¯| "):
            cells = [line[start:end] for start, end in pairwise([0, *starts[1:], len(line)])]
            if _BAR.search(header):
                cells = _BAR.split(line)[1:-1]
            if len(cells) == len(starts):
                yield number, [cell.strip() for cell in (*cells, "")][:4]


def _row(line: int, cells: list[str]) -> Row:
    name, _, called = cells[0].replace("\n", "").partition("(")
    shape = " ".join(cells[1].split())
    shapes = [re.findall(r"\w+", one) for one in _SHAPE.findall(shape)]
    count = re.search(r"\d[\d,]{0,15}", cells[2])
    taken = [match for match in _TAKEN.finditer(cells[3]) if match[1] not in "-|"]
    return Row(
        name.strip(" …"),
        called.strip(" )…").rpartition(">")[2],
        tuple(tuple(None if n == "None" else int(n) for n in sizes) for sizes in shapes),
        int(count[0].replace(",", "")) if count else None,
        len(shapes) > 1 or (shape.startswith("[") and not shape.endswith("]")),
        tuple(Taken(one[1], int(one[2] or 0), int(one[3]) if one[3] else None) for one in taken),
        line,
    )


class _Given(NamedTuple):
    """A tensor that a layer gives."""

    name: str
    """The layer's."""
    number: int
    """Which call of the layer, from 0."""
    value: Value
    axes: Tensor


_Way: TypeAlias = tuple[_Given, ...]


@dataclass(slots=True)
class _Reader:
    """Puts a layer for each row into a graph."""

    rows: list[Row]
    masked: bool
    """Whether numbers of 0 are masked, where they are looked up."""
    graph: Graph = field(default_factory=Graph)
    notes: list[Note] = field(default_factory=list)
    given: list[_Given] = field(default_factory=list)
    """That of the last layer first."""
    total: int = 0
    """The parameters, by arithmetic."""
    agrees: bool = True
    left: Iterator[int] = field(default_factory=lambda: iter(range(_MOST_TRIES)))

    def read(self) -> None:
        """Each row in turn."""
        if self.rows[0].called != "InputLayer":
            found = fitting_input(self.rows[0], self.left)
            layer = self._input("", found or sample((None, None)))
            shape = ", ".join(map(str, sizes(layer.axes())))
            words = say(_WORDS, "no_input" if found else "open_input", shape=shape)
            self.notes.append(Note(words, self.rows[0].line))
        for row in self.rows:
            if row.called == "InputLayer":
                self._input(row.name, first(row.shape) if row.shapes else sample((None, None)))
            else:
                self._layer(row)

    def _input(self, name: str, layer: Input) -> Input:
        self._keep(name, 0, self.graph.call(layer), (layer.axes(),))
        return layer

    def _layer(self, row: Row) -> None:
        """A layer, called as often as other rows take it."""
        others = [taken for other in self.rows for taken in other.taken]
        numbers = sorted({taken.call for taken in others if taken.name == row.name} or {0})
        each, shares = len(row.taken) // len(numbers), None
        for at, number in enumerate(numbers):
            found, on, states = self._best(row, row.taken[at * each : (at + 1) * each])
            layer: Layer = replace(found.layer, shares=shares) if found else Unread(row.called)
            if self.masked and isinstance(layer, Embedding):
                layer = replace(layer, mask_zero=True)
            if shares is None:
                self._compare(row, found)
            value = self.graph.call(layer, [one.value for one in on], [one.value for one in states])
            self.graph.lists.add(value.node)
            shares = shares or value.node
            tensors = found.outputs.tensors if found and found.score > 1 else _told(row)
            self._keep(row.name, number, value, tensors)

    def _keep(self, name: str, number: int, value: Value, tensors: Tensors) -> None:
        """Remember what a call gives."""
        values = [value] if len(tensors) == 1 else [value[at] for at in range(len(tensors))]
        pairs = zip(values, tensors, strict=True)
        self.given[:0] = [_Given(name, number, *pair) for pair in pairs]

    def _best(self, row: Row, taken: tuple[Taken, ...]) -> tuple[Fit | None, _Way, _Way]:
        """The layer that fits, what it is called on, and what it starts from."""
        last = [one for one in self.given if one.value.node == self.given[0].value.node]
        named = [meant for one in taken if (meant := self._meant(*one))] or [last]
        ways = [*islice(product(*named), _MOST_WAYS)]
        best: tuple[Fit | None, _Way, _Way] = (None, ways[0], ())
        for way in ways:
            # All of them, the first with states after it, or with a mask.
            for on, states in dict.fromkeys([(way, ()), (way[:1], way[1:]), (way[:1], ())]):
                tensors, starts = (tuple(one.axes for one in part) for part in (on, states))
                found = fit(row, tensors, starts, self.left)
                if found is not None and (best[0] is None or found.score > best[0].score):
                    best = found, on, states
                    if found.score == 3:
                        return best
        return best

    def _meant(self, name: str, number: int, output: int | None) -> list[_Given]:
        """The tensors that may be meant, where a name or a number is cut off."""
        exact = [one for one in self.given if (one.name, one.number) == (name, number)]
        cut = [one for one in self.given if one.name.startswith(name) or name.startswith(one.name)]
        return [one for one in exact or cut if output in (None, one.value.output or 0)]

    def _compare(self, row: Row, found: Fit | None) -> None:
        """Add its parameters, and note where the arithmetic says something else than the row."""
        if found is None:
            self._note("unread", row)
            return
        count, rule = found.outputs.parameters, found.outputs.product
        self.total += count
        if found.score == 3:
            return
        if row.called not in TOLD:
            told = [*map(str, row.shapes), f"{row.parameters or 0:,} parameters"]
            self._note("not found", row, said=" and ".join(told))
            return
        if found.score < 2:
            said = " and ".join(map(str, row.shapes))
            given = " and ".join(str(sizes(tensor)) for tensor in found.outputs.tensors)
            self._note("shapes", row, said=said, given=given)
        if row.parameters not in (None, count):
            words = {"said": f"{row.parameters:,}", "given": f"{count:,}"}
            self._note("parameters", row, **words, product=f" = {rule}" if rule else "")

    def _note(self, what: str, row: Row, **words: str) -> None:
        self.agrees = False
        words |= {"place": f"{len(self.graph.layers) + 1}", "name": row.name, "class": row.called}
        self.notes.append(Note(say(_WORDS, what, **words), row.line))


def _told(row: Row) -> Tensors:
    """The tensors that a row says; of what isn't told, a sequence of any size."""
    with suppress(ModelError):
        return tuple(first(shape).axes() for shape in row.shapes or (row.shape,))
    return (sample((None, None)).axes(),)
