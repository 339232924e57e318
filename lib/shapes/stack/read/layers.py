"""Layers and models of code that is read: made, called, put into one another, and then a stack."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from lib.shapes.stack.base import Inputs, Layer, Origin, Outputs, Ref, Stack
from lib.shapes.stack.errors import NotTraced, ShapeError
from lib.shapes.stack.making import MAKES
from lib.shapes.stack.plain import Embedding, Input, Unread
from lib.shapes.stack.read.building import Graph, Value, first, refused_shape, sample
from lib.shapes.stack.read.pasted import WORDS, refused
from lib.shapes.stack.read.reading import Note
from lib.shapes.stack.read.values import Array, Name, listed, plain
from lib.shapes.stack.tensors import Tensor, Tensors, sizes
from lib.shapes.stack.tracing import trace
from lib.text import say

_MOST_STEPS = 40_000
"""Statements and expressions that are followed, each time that they are; a layer is some."""
_LONGEST_NAME = 40
Values = Sequence[Value]
_WORDS, _FEATURES = (12,), 3
_GUESSES = ((12, 3), _WORDS, (12, 28, 28, 1), (28, 28, 1))
"""Shapes of a sample that stand in where none is told: the first that its layer takes."""


@dataclass(slots=True, eq=False)
class Part:
    """A layer that the code makes, and may call several times."""

    layer: Layer
    known: bool = True
    """Whether the code tells which layer it is."""
    shape: Any = None
    """Its input shape by its own arguments (`input_shape=`), the batch first."""
    name: Any = None
    """Its `name=` argument."""
    cell_class: str = ""
    """Keras's class of a cell, or of a stack of cells, which only an RNN calls; else empty."""
    cell: Part | None = None
    """The cell of an RNN: both have the same weights."""


@dataclass(slots=True, eq=False)
class Model:
    """A Sequential, or a Model of inputs and outputs."""

    line: int
    parts: list[Any] | None = None
    """Of a Sequential."""
    inputs: list[Value] = field(default_factory=list)
    outputs: Any = None
    call: Callable[[list[Any], dict[str, Any]], Any] | None = None
    """Of a class of the code: follows its `call` with these arguments."""
    known: dict[str, Any] = field(default_factory=dict)
    """Of a class of the code: its attributes and methods."""
    shape: Any = None
    """Its input shape by `build` or `fit`, the batch first."""
    rank: int = 0
    """Of several models the one with the highest rank is traced: 3 for one that is fitted."""
    loss: Any = None
    target: Array | None = None
    built: int = -1
    """How many parts it had when its outputs were computed; -1 for not yet."""


@dataclass(frozen=True, slots=True)
class _Known(Layer, takes_nothing=True):
    """Stands for a layer whose tensors are known."""

    tensors: Tensors = ()

    def call(self, inputs: Inputs) -> Outputs:  # noqa: ARG002  it takes none
        """These tensors."""
        return Outputs(self.tensors)


class Layers:
    """All layers and models of a code."""

    def __init__(self) -> None:
        self.graph = Graph()
        self.notes: list[Note] = []
        self.models: list[Model] = []
        self.parts: list[Part] = []
        self.origin = Origin(1, "", "")
        """Of what is read just now."""
        self.untraced = 0
        """How many layers and operations have no rule here so far."""
        self.steps = 0.0
        self._owners: dict[int, Part] = {}
        """By place in the graph the layer that is called there."""
        self._open: dict[int, tuple[int, list[Input]]] = {}
        """By place of an input that isn't known its line, and what may stand in for it."""
        self._known: dict[int, Tensors] = {}
        """By place in the graph what a layer gives, where it has been asked for."""
        self._stand_ins: dict[Any, Value] = {}
        """By what isn't a tensor, but called on, the one in its place."""

    def count_steps(self, steps: float = 1) -> None:
        """Count the work of reading. Raises ModelError beyond _MOST_STEPS."""
        self.steps += steps
        if self.steps > _MOST_STEPS:
            raise refused("too much")

    def note(self, what: str, at: int | None = None, **names: object) -> None:
        """Say something of the code."""
        self.notes.append(Note(say(WORDS["notes"], what, **names), at))

    def unread(self, name: str, why: str) -> Part:
        """What stands in the place of a layer that can't be read, by a row of code.toml."""
        self.count_steps(100)
        name = name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"
        meant = [right for right in MAKES if right.lower() == name.lower()]
        meant = meant or difflib.get_close_matches(name, MAKES, 1, 0.85)
        reason = say(WORDS["unread"], why, name=f"“{name}”")
        reason += f"; {meant[0]} is" if why == "value" and meant else ""
        self.untraced += 1
        return self._stands_for(name, NotTraced(reason))

    def refused(self, name: str, why: str, **words: object) -> Part:
        """What stands in the place of a layer that Keras refuses, by a row of refusals.toml."""
        return self._stands_for(name[:_LONGEST_NAME], ShapeError.of(why, name=name, **words))

    def _stands_for(self, name: str, error: ShapeError | NotTraced) -> Part:
        return Part(replace(Unread(called=name, error=error), origin=self.origin), known=False)

    def put(self, layer: Layer, inputs: Values = (), states: Values = ()) -> Value:
        """A layer in the graph."""
        self.count_steps(40)
        for value in inputs:
            if value.node in self._open:
                self._choose_input(value.node, layer)
        return self.graph.call(layer, inputs, states)

    def input(self, shape: Any, batch: Any = None, origin: Origin | None = None) -> Value:
        """An input for samples of a shape, which may be unknown, or in parts.

        It has an origin where a call makes it, and not where it is the shape of another layer.
        """
        line = self.origin.line
        if isinstance(shape, int):
            self.note("a number as shape", line, size=shape)
            shape = (shape,)
        known = listed(shape)
        given = [batch, *(shape if known else _GUESSES[0])]
        sizes = [one if plain(one) else None for one in given]
        if given[1:] and (error := refused_shape(sizes)):
            return self.put(replace(Unread(called="Input", error=error), origin=self.origin))
        layer = replace(first(sizes) if given[1:] else sample((), sizes[0]), origin=origin)
        others = [layer] if plain(given[-1]) else [layer, first([*sizes[:-1], _FEATURES])]
        value = self.put(layer)
        if not known:
            others = [sample(one) for one in _GUESSES]
        if not known or not all(map(plain, given)):
            self._open[value.node] = line, others
        return value

    def _choose_input(self, place: int, taker: Layer) -> None:
        """Replace an input of unknown shape by the first candidate that the layer accepts."""
        self.count_steps(40)
        line, others = self._open.pop(place)
        alone = replace(taker, of=(), shares=None)
        takes = [one for one in others if trace((one, alone))[1].tensors]
        if isinstance(taker, Embedding) and len(others) == len(_GUESSES):
            takes = [sample(_WORDS)]
        chosen = [*takes, others[0]][0]
        self._known.clear()
        self.graph.layers[place] = replace(chosen, origin=self.graph.layers[place].origin)
        self.note("open", line, shape=trace((chosen,))[0].shapes[0][1:])

    def found(self, *values: Any) -> list[Value]:
        """The tensors in values, which may be lists within lists."""
        return [one for one in self.leaves(values) if isinstance(one, Value)]

    def leaves(self, value: Any) -> Iterator[Any]:
        """What is in lists within lists, or in dicts, in order; else the value alone."""
        open_ = [value]
        while open_:
            self.count_steps(0.4)
            one = open_.pop()
            if isinstance(one, (list, tuple, dict)):
                open_ += reversed(list(one.values() if isinstance(one, dict) else one))
            else:
                yield one

    def tensors(self, value: Any) -> list[Value]:
        """The tensors in what a layer is called on; what isn't one has another in its place."""
        tensors = []
        for one in self.leaves(value):
            key = one.path if isinstance(one, Name) else getattr(one, "name", one)
            if isinstance(one, Value):
                tensors.append(one)
            elif not plain(one):
                if key not in self._stand_ins:
                    self._stand_ins[key] = self._stand_in(one)
                tensors.append(self._stand_ins[key])
        return tensors

    def _stand_in(self, value: Any) -> Value:
        if isinstance(value, Array) and len(value.shape) > 1:
            return self.input(value.shape[1:], value.shape[0])
        if isinstance(value, Part) and value.known:
            value = self.refused(value.layer.keras, "not called")
        if isinstance(value, Model):
            value = self.refused("model", "not called")
        has_input = any(isinstance(one, Input) and one.origin for one in self.graph.layers)
        if not isinstance(value, Part) and has_input:  # this value isn't the input
            value = self.unread(getattr(value, "name", "") or self.origin.call, "value")
        return self.put(value.layer) if isinstance(value, Part) else self.input(None)

    def not_traced(self, name: str, why: str, *values: Any) -> Any:
        """A row that isn't traced, called on the tensors in these values, if there are any."""
        tensors = self.found(values)
        if tensors and all(self.graph.layers[one.node].kind == "unread" for one in tensors):
            return tensors[0]
        part = self.unread(name or self.origin.call or self.origin.text, why)
        return self.call(part, tensors) if tensors else part

    def call(self, what: Any, inputs: list[Value], states: Values = ()) -> Any:
        """A layer or a model called on tensors: what it gives."""
        inputs = inputs or [self.input(None)]
        if isinstance(what, Model):
            self.take_shape(what, inputs)
            if what.call:
                return what.call([inputs if inputs[1:] else inputs[0]], {})
            again = self._chain if what.parts is not None else self._call_again
            return again(what, inputs)
        name = getattr(what, "name", "") or self.origin.call
        part = what if isinstance(what, Part) else self.unread(name, "value")
        if part.cell_class:
            part = self.unread(part.cell_class, "cell")
        value = self.put(part.layer, inputs, states)
        self._owners[value.node] = part
        return value

    def _chain(self, model: Model, inputs: list[Value]) -> Any:
        """Call each layer of a Sequential on the outputs of the one before; skip its Input."""
        values = inputs
        for made in model.parts or ():
            part = made
            if isinstance(made, Part) and (made.cell_class or made.layer.kind == "mha"):
                self.origin = made.layer.origin or self.origin
                name = made.cell_class or made.layer.keras
                part = self.refused(name, "two tensors in a Sequential")
            if not isinstance(part, Value):
                values = self.tensors(self.call(part, values))
        return values[0] if len(values) == 1 else values

    def _call_again(self, model: Model, inputs: list[Value]) -> Any:
        """Call a functional model again: copy its layers, from its inputs on, to other tensors."""
        if inputs == model.inputs:
            return model.outputs
        moved = {old.node: new for old, new in zip(model.inputs, inputs, strict=False)}

        def there(ref: Ref) -> Value:
            new = moved.get(ref.place, Value(ref.place))
            return Value(new.node, new.output if ref.output is None else ref.output)

        outputs = self.tensors(model.outputs)
        for place in self.graph.leading_to({value.node for value in outputs}):
            layer = self.graph.layers[place]
            if place in moved or not any(ref.place in moved for ref in layer.refs()):
                continue
            on, states = ([*map(there, refs)] for refs in (layer.of, layer.states))
            moved[place] = self.put(layer, on, states)
            if place in self._owners:
                self._owners[moved[place].node] = self._owners[place]
        given = [there(Ref(value.node, value.output)) for value in outputs]
        return given[0] if len(given) == 1 else given

    def take_shape(self, model: Model, inputs: Values) -> None:
        """Take the shape of an input that the code makes and calls the model on."""
        for value in inputs[:1] if model.shape is None else ():
            layer = self.graph.layers[value.node]
            if isinstance(layer, Input) and layer.origin and value.node not in self._open:
                model.shape = sizes(layer.axes())

    def ends(self, model: Model) -> tuple[list[Value], Any]:
        """The inputs and outputs of a model, in the graph."""
        parts = model.parts or []
        if (model.parts is not None or model.call) and model.built != len(parts):
            model.built = len(parts)
            model.inputs = [self._start(model)]
            model.outputs = self.call(model, model.inputs)
        return model.inputs, model.outputs

    def _start(self, model: Model) -> Value:
        """The input of a Sequential."""
        head = model.parts[0] if model.parts else None
        if isinstance(head, Value):
            return head
        inputs = self.ends(head)[0] if isinstance(head, Model) else []
        if inputs:
            return self.put(self.graph.layers[inputs[0].node])
        shape = model.shape
        self.origin = Origin(model.line, "", "")
        if isinstance(head, Part):
            shape = head.shape or shape
            self.origin = head.layer.origin or self.origin
        known = listed(shape) and shape
        return self.input(shape[1:], shape[0]) if known else self.input(None)

    def stack(self, model: Model | None) -> Stack:
        """What leads to a model's outputs, with its inputs; without a model all that was called.

        A layer that is called several times is one: the later calls share its weights.
        """
        inputs, outputs = self.ends(model) if model else ([], None)
        ends = [*inputs, *self.tensors(outputs)]
        kept = self.graph.leading_to({value.node for value in ends})
        earliest: dict[int, int] = {}
        layers = self.graph.layers
        for place in kept:
            if place in self._owners:
                owner = self._owners[place]
                shares = earliest.setdefault(id(owner.cell or owner), place)
                layers[place] = replace(layers[place], shares=None if shares == place else shares)
        names = Counter(self._owners[place].name for place in earliest.values())
        for name in [name for name, count in names.items() if name and count > 1]:
            self.note("same names", name=f"“{name}”")
        return self.graph.stack(ends)

    def tensor(self, value: Value) -> Tensor | None:
        """What is known of a tensor by now, the first of several; None where nothing is."""
        if value.node not in self._known:
            for place in self.graph.leading_to({value.node}):
                if place not in self._known:
                    self._known[place] = self._traced(self.graph.layers[place])
        return next(iter(self._known[value.node][value.output or 0 :]), None)

    def _traced(self, layer: Layer) -> Tensors:
        """What a layer gives, of which all that it takes is known; () where the trace stops."""
        places = sorted({ref.place for ref in layer.refs()})
        self.count_steps(4 + len(places))
        if not all(self._known[place] for place in places):
            return ()
        moved = {place: at for at, place in enumerate(places)}
        taken = (_Known(self._known[place]) for place in places)
        return trace((*taken, layer.at(moved)))[-1].tensors
