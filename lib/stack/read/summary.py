"""What `model.summary()` printed → a stack, its shapes and parameters checked by arithmetic.

Today's boxes, and the columns of Keras 2. A row doesn't say what a layer is made with: `guessing`
finds what gives its shapes and its parameters. Where nothing does, a note names the layer.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import islice, permutations, product
from typing import NamedTuple, NoReturn, TypeAlias

from lib.shapes import Shape
from lib.stack.base import MAX_LAYERS, Layer
from lib.stack.plain import Unread
from lib.stack.read.building import Graph, Value, first, sample
from lib.stack.read.guessing import Fit, Row, Taken, first_fit, fit
from lib.stack.read.reading import ModelError, Note, Reading
from lib.stack.tensors import Tensor, Tensors, sizes
from lib.toml import beside, say

_WORDS = beside(__file__)
_MOST_TEXT, _MOST_LINES = 200_000, 20 * MAX_LAYERS
_MOST_WAYS, _MOST_TRIES = 60, 1000
"""In which the cut names of one row are read; of layers, in all."""
_MODELS = ("Sequential", "Functional", "Model")
_LEAST = {"RNN": 3, "TimeDistributed": 2}
"""How well a layer must fit whose inner ones are only guessed."""
_BAR = re.compile("[│┃|]")
_COLUMNS = re.compile("Layer|Output|Param|Connected|Trai")
_NAMED = re.compile(r"([^\s,'\[\]…]+)(?:\[(\d+))?(?:\]\[(\d+))?")


def read_summary(text: str) -> Reading:
    """The stack of a summary, with a note wherever the arithmetic disagrees.

    Raises:
        ModelError: where there is no summary, and for a model that isn't built.
    """
    text = text[:_MOST_TEXT]
    rows = _outer(_rows(text))
    if not rows:
        _refuse("no_table")
    if not any(row.shapes for row in rows):
        _refuse("unbuilt")
    if len(rows) > MAX_LAYERS:
        _refuse("too_long", most=MAX_LAYERS)
    reader = _Reader(rows)
    reader.read()
    counts = dict(re.findall(r"^[ \t]*(Total|Optimizer) params: *([\d,]{1,20})", text, re.M))
    said = {what: int(count.replace(",", "") or 0) for what, count in counts.items()}
    left = said.get("Total", reader.total) - said.get("Optimizer", 0)
    if left != reader.total and reader.agrees:
        words = {"said": f"{left:,}", "given": f"{reader.total:,}"}
        reader.notes.append(Note(say(_WORDS, "total", **words)))
    return Reading(reader.graph.stack(), "summary", tuple(reader.notes))


def _refuse(what: str, **words: object) -> NoReturn:
    raise ModelError(say(_WORDS, what, **words))


def _rows(text: str) -> list[Row]:
    """The table's rows, the lines of each put together."""
    found: list[tuple[int, list[list[str]]]] = []
    for number, cells in _lines(text):
        if cells[2].strip():  # a row's count stands in its first line
            found.append((number, [[cell] for cell in cells]))
        elif found:
            for parts, cell in zip(found[-1][1], cells, strict=True):
                parts.append(cell)
    return [_row(number, *parts) for number, parts in found]


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Each line of the table: its number, and its cells, that of connections last."""
    header = ""
    for number, line in enumerate(text.splitlines()[:_MOST_LINES], 1):
        if not header:
            header = line if "Layer (type" in line and "Output" in line else ""
            starts = [match.start() for match in _COLUMNS.finditer(header)]
            names = _COLUMNS.findall(header)
        elif re.match(r"\s*(Total params|Model:)", line):
            return
        elif set(line.strip()) - set("_=¯| "):
            cells = _BAR.split(line)[1:-1]
            if not _BAR.search(header):
                ends = [*starts[1:], len(line)]
                cells = [line[at:end] for at, end in zip([0, *starts[1:]], ends, strict=True)]
            if len(cells) == len(names):
                by_name = dict(zip(names, cells, strict=True))
                order = ("Layer", "Output", "Param", "Connected")
                yield number, [by_name.get(name, "") for name in order]


def _row(line: int, names: list[str], shapes: list[str], counts: list[str], on: list[str]) -> Row:
    name, _, called = "".join(part.strip() for part in names).lstrip("|└ ").partition("(")
    shape = " ".join(part.strip() for part in shapes)
    told = [_shape(sizes) for sizes in re.findall(r"\(([^()]*)\)", shape)]
    count = re.search(r"\d[\d,]{0,15}", counts[0])
    taken = [match for part in on for match in _NAMED.finditer(part) if match[1] not in "-|"]
    return Row(
        name.strip(" …"),
        called.strip(" )…").rpartition(">")[2],
        tuple(one for one in told if one),
        int(count[0].replace(",", "")) if count else None,
        len(told) > 1 or (shape.startswith("[") and not shape.endswith("]")),
        tuple(Taken(one[1], int(one[2] or 0), int(one[3]) if one[3] else None) for one in taken),
        line,
        len(names[0]) - len(names[0].lstrip("|└ ")),
    )


def _shape(text: str) -> Shape:
    """The shape in brackets, of the batch and what it is of; () where that is none."""
    words = [word.strip() for word in text.split(",") if word.strip()]
    if len(words) < 2 or not all(re.fullmatch(r"None|\d{1,9}", word) for word in words):
        return ()
    return tuple(None if word == "None" else int(word) for word in words)


def _outer(rows: list[Row]) -> list[Row]:
    """The rows without those of inner models whose layers follow, and without these' inputs.

    Of an inner model's layers only the first says what it takes, in its model's row.
    """
    kept: list[Row] = []
    models: list[Row] = []
    names: dict[str, tuple[Taken, ...]] = {}
    given: tuple[Taken, ...] = ()
    for row, after in zip(rows, [*rows[1:], None], strict=False):
        models = [model for model in models if model.depth < row.depth]
        taken = tuple(one for name in row.taken for one in names.get(name.name, (name,)))
        if after is not None and after.depth > row.depth:
            given = taken or given
            models.append(row)
        elif row.called != "InputLayer" or not models:
            kept.append(replace(row, taken=taken or given, depth=len(models)))
            names |= {model.name: (Taken(row.name, 0, None),) for model in models}
            given = ()
    return kept


_Given: TypeAlias = tuple[Value, Tensor]


class _Call(NamedTuple):
    """A call of a layer, as it was read."""

    name: str
    call: int
    node: int
    tensors: Tensors

    def outputs(self, output: int | None) -> list[_Given]:
        """The tensor that is meant, or each that may be."""
        value, count = Value(self.node), len(self.tensors)
        if count == 1:
            return [(value, self.tensors[0])]
        places = range(count) if output is None else range(output, min(output + 1, count))
        return [(value[place], self.tensors[place]) for place in places]


@dataclass(slots=True)
class _Reader:
    """Puts a layer for each row into a graph."""

    rows: list[Row]
    graph: Graph = field(default_factory=Graph)
    notes: list[Note] = field(default_factory=list)
    calls: list[_Call] = field(default_factory=list)
    total: int = 0
    """The parameters, by arithmetic."""
    agrees: bool = True
    left: Iterator[int] = field(default_factory=lambda: iter(range(_MOST_TRIES)))

    def read(self) -> None:
        """Each row in turn."""
        for row in self.rows:
            if row.called == "InputLayer":
                layer = first(row.shape) if row.shapes else sample((None, None))
                self._add(row, 0, self.graph.call(layer), (layer.axes(),))
                continue
            if not self.calls:
                self._first_input(row)
            named = [one for other in self.rows for one in other.taken if one.name == row.name]
            calls = sorted({one.call for one in named} or {0})
            each = len(row.taken) // len(calls)
            for at, call in enumerate(calls):
                taken = row.taken[at * each : (at + 1) * each] if len(calls) > 1 else row.taken
                self._read_row(row, call, taken)

    def _first_input(self, row: Row) -> None:
        found = first_fit(row, self.left)
        layer = found[0] if found else sample((None, None))
        what = "no_input" if found else "open_input"
        shape = ", ".join(map(str, sizes(layer.axes())))
        self.notes.append(Note(say(_WORDS, what, shape=shape), row.line))
        self._add(replace(row, name=""), 0, self.graph.call(layer), (layer.axes(),))

    def _read_row(self, row: Row, call: int, taken: tuple[Taken, ...]) -> None:
        """One call of a layer."""
        earlier = next((one.node for one in self.calls if one.name == row.name), None)
        best, on, states = self._best(row, taken)
        place = len(self.graph.layers) + 1
        words = {"place": place, "name": row.name, "class": row.called}
        if best is None or best.score < _LEAST.get(row.called, 0):
            best = None
            if earlier is None:
                self._note("inner" if row.called in _MODELS else "unread", row, words)
            layer: Layer = Unread(row.called)
        else:
            layer = replace(best.layer, shares=earlier)
            self._compare(row, best, words)
            self.total += best.outputs.parameters if earlier is None else 0
        value = self.graph.call(layer, on, states)
        tensors = best.outputs.tensors if best and best.score > 1 else _told(row)
        self._add(row, call, value, tensors)

    def _best(
        self, row: Row, taken: tuple[Taken, ...]
    ) -> tuple[Fit | None, list[Value], list[Value]]:
        """The layer that fits, what it is called on, and what it starts from."""
        best: tuple[Fit | None, list[Value], list[Value]] = (None, [], [])
        for way in islice(self._ways(row, taken), _MOST_WAYS):
            values, tensors = [value for value, _ in way], tuple(tensor for _, tensor in way)
            best = best if best[1] else (None, values, [])
            # All of them, the first with states after it, or with a mask.
            for end, start in ((len(way), len(way)), (1, 1), (1, len(way))):
                found = fit(row, tensors[:end], tensors[start:], self.left)
                if found is not None and (best[0] is None or found.score > best[0].score):
                    best = found, values[:end], values[start:]
                if found is not None and found.score == 3:
                    return best
        return best

    def _ways(self, row: Row, taken: tuple[Taken, ...]) -> Iterator[tuple[_Given, ...]]:
        """What the row may be called on: the tensors that it names, or the last ones."""
        nearest = self.calls[::-1]
        named = []
        for name, call, output in taken:
            exact = [one for one in nearest if one.name == name and one.call == call]
            cut = [one for one in nearest if one.name.startswith(name) or name.startswith(one.name)]
            named.append([given for one in exact or cut for given in one.outputs(output)])
        named = [outputs for outputs in named if outputs]
        if named:
            yield from product(*named)
        elif not row.depth:
            yield tuple(nearest[0].outputs(None))
        else:  # an inner model may have branches, which aren't in the table
            every = [given for one in nearest for given in one.outputs(None)]
            yield from permutations(every, 1)
            yield from permutations(every, 2)

    def _compare(self, row: Row, found: Fit, words: dict[str, object]) -> None:
        """Note where the arithmetic says something else than the row."""
        shapes = tuple(map(sizes, found.outputs.tensors))
        count, rule = found.outputs.parameters, found.outputs.product
        if found.score < 2:
            said = {"said": _listed(row.shapes), "given": _listed(shapes)}
            self._note("shapes", row, words | said)
        if row.parameters not in (None, count):
            said = {"said": f"{row.parameters:,}", "given": f"{count:,}"}
            self._note("parameters", row, words | said | {"product": f" = {rule}" if rule else ""})

    def _note(self, what: str, row: Row, words: dict[str, object]) -> None:
        self.agrees = False
        self.notes.append(Note(say(_WORDS, what, **words), row.line))

    def _add(self, row: Row, call: int, value: Value, tensors: Tensors) -> None:
        self.calls.append(_Call(row.name, call, value.node, tensors))


def _listed(shapes: tuple[Shape, ...]) -> str:
    return " and ".join(map(str, shapes))


def _told(row: Row) -> Tensors:
    """The tensors that a row says; of what isn't told, a sequence of any size."""
    with suppress(ModelError):
        return tuple(first(shape).axes() for shape in row.shapes or (row.shape,))
    return (sample((None, None)).axes(),)
