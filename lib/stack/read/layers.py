"""Layers and models of code that is read: made, called, put into one another, and then a stack."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from lib.stack.base import Layer, Origin, Ref, Stack
from lib.stack.making import Unknown
from lib.stack.plain import Embedding, Input
from lib.stack.read.arrays import Array
from lib.stack.read.bounded import plain
from lib.stack.read.building import Graph, Value, first, sample
from lib.stack.read.parts import Model, Part, unread
from lib.stack.read.pasted import WORDS
from lib.stack.read.reading import ModelError, Note
from lib.stack.read.values import Opaque
from lib.stack.recurrent import Recurrent
from lib.stack.tracing import TracedLayer, trace
from lib.toml import say

_MOST_AXES = 7
_GUESSES = ((12, 3), (12,), (12, 28, 28, 1), (28, 28, 1))
"""Shapes of a sample that stand in where none is told: the first that its layer takes."""


class Layers:
    """All layers and models of a code."""

    def __init__(self, spend: Callable[[float], None]) -> None:
        self._spend = spend
        """Counts what is done; raises ModelError where it is too much."""
        self.graph = Graph()
        self.notes: list[Note] = []
        self.models: list[Model] = []
        self.parts: list[Part] = []
        self.origin = Origin(1, "", "")
        """Of what is read just now."""
        self._owners: dict[int, Part] = {}
        """By place in the graph the layer that is called there."""
        self._about: dict[int, Note] = {}
        """By place in the graph what is said of an input, if it is part of the model."""
        self._guessed: dict[int, int] = {}
        """By place in the graph of an input whose shape nothing tells, its line."""
        self._traced: dict[int, TracedLayer] = {}
        self._stand_ins: dict[Any, Value] = {}
        """By what isn't a tensor, but called on, the one in its place."""

    @property
    def count(self) -> int:
        """How much there is by now."""
        return (
            len(self.graph.layers) + len(self.parts) + sum(len(m.parts or ()) for m in self.models)
        )

    def note(self, what: str, at: int | None = None, **names: object) -> None:
        """Say something of the code."""
        note = Note(say(WORDS["notes"], what, **names), at)
        if note not in self.notes:
            self.notes.append(note)

    def put(
        self, layer: Layer, inputs: Sequence[Value] = (), states: Sequence[Value] = ()
    ) -> Value:
        """A layer in the graph."""
        self._spend(40)
        return self.graph.call(layer, inputs, states)

    def input(self, shape: Any, batch: Any = None, origin: Origin | None = None) -> Value:
        """An input for samples of a shape, which may be unknown, or in parts.

        It has an origin where a call makes it, and not where it is the shape of another layer.
        """
        line = self.origin.line
        if isinstance(shape, int):
            self.note("a number as shape", line, size=shape)
            shape = (shape,)
        known = isinstance(shape, (list, tuple)) and len(shape) <= _MOST_AXES
        given = list(shape) if known else _GUESSES[0]
        sizes = [None if isinstance(one, Unknown) else one for one in given]
        try:
            layer = first((None if isinstance(batch, Unknown) else batch, *sizes))
        except ModelError as error:
            raise ModelError(error.sentence, line) from None
        value = self.put(replace(layer, origin=origin))
        if not known:
            self._guessed[value.node] = line
        elif any(one is not None and not isinstance(one, int) for one in given):
            what = (
                "open size" if given[-1] is None or isinstance(given[-1], int) else "open features"
            )
            self._about[value.node] = Note(WORDS["notes"][what], line)
        return value

    def leaves(self, value: Any) -> Iterator[Any]:
        """What is in lists within lists, or in dicts, in order; else the value alone."""
        open_ = [value]
        while open_:
            self._spend(0.4)
            one = open_.pop()
            if isinstance(one, (list, tuple, dict)):
                open_ += reversed(list(one.values() if isinstance(one, dict) else one))
            else:
                yield one

    def found(self, *values: Any) -> tuple[Any, ...]:
        """The tensors in values, and what can't be read but comes from code that works on some."""
        kinds = ("loop", "branch")
        return tuple(
            one
            for one in self.leaves(values)
            if isinstance(one, Value)
            or (isinstance(one, Opaque) and (one.takes or one.why in kinds))
        )

    def tensors(self, value: Any) -> list[Value]:
        """The tensors in what a layer is called on; what isn't one has another in its place."""
        tensors = []
        for one in self.leaves(value):
            if isinstance(one, Value):
                tensors.append(one)
            elif not plain(one):
                key = one.path if isinstance(one, Opaque) and not one.why else one
                if key not in self._stand_ins:
                    self._stand_ins[key] = self._stand_in(one)
                tensors.append(self._stand_ins[key])
        return tensors

    def _stand_in(self, value: Any) -> Value:
        if isinstance(value, Array):
            return self.input(value.shape[1:], value.shape[0])
        if isinstance(value, Opaque) and value.why:
            layer = unread(value.name, value.why)
            return self.put(replace(layer, origin=value.origin), self.tensors(value.takes))
        if isinstance(value, (Part, Model)):
            called = value.layer.keras if isinstance(value, Part) else "model"
            return self.put(replace(unread(called, "uncalled"), origin=self.origin))
        return self.input(None)

    def call(self, what: Any, inputs: list[Value], states: Sequence[Value] = ()) -> Any:
        """A layer or a model called on tensors: what it gives."""
        inputs = inputs or [self.input(None)]
        if isinstance(what, Part):
            what.taken = True
            what.output = self.put(what.layer, inputs, states)
            self._owners[what.output.node] = what
            return what.output
        if isinstance(what, Model) and what.parts is not None:
            return self._chain(what.parts, inputs)
        if isinstance(what, Model):
            return self._once_more(what, inputs)
        known = what if isinstance(what, Opaque) else Opaque("…")
        layer = unread(known.name, known.why or "value")
        return self.put(replace(layer, origin=known.origin or self.origin), inputs)

    def _chain(self, parts: list[Any], inputs: list[Value]) -> Any:
        """Each of them called on what the one before it gives; inputs among them are passed by."""
        values = inputs
        for part in parts:
            if not isinstance(part, Value):
                values = self.tensors(self.call(part, values))
        return values[0] if len(values) == 1 else values

    def _once_more(self, model: Model, inputs: list[Value]) -> Any:
        """What leads from a model's inputs to its outputs, from other tensors."""
        if inputs == model.inputs:
            return model.outputs
        moved = {old.node: new for old, new in zip(model.inputs, inputs, strict=False)}

        def there(ref: Ref) -> Value:
            new = moved.get(ref.place)
            return (
                Value(*ref)
                if new is None
                else Value(new.node, ref.output if ref.output is not None else new.output)
            )

        outputs = self.tensors(model.outputs)
        for place in self.graph.leading_to({value.node for value in outputs}):
            layer = self.graph.layers[place]
            if place in moved or not any(ref.place in moved for ref in layer.refs()):
                continue
            states = layer.states if isinstance(layer, Recurrent) else ()
            moved[place] = self.put(layer, [*map(there, layer.of)], [*map(there, states)])
            if place in self._owners:
                self._owners[moved[place].node] = self._owners[place]
        given = [there(Ref(value.node, value.output)) for value in outputs]
        return given[0] if len(given) == 1 else given

    def ends(self, model: Model) -> tuple[list[Value], Any]:
        """The inputs and outputs of a model, in the graph."""
        if model.parts is not None and model.built != len(model.parts):
            model.built = len(model.parts)
            model.inputs = [self._start(model)]
            model.outputs = self._chain(model.parts, model.inputs)
        return model.inputs, model.outputs

    def _start(self, model: Model) -> Value:
        """The input of a Sequential."""
        head = model.parts[0] if model.parts else None
        if isinstance(head, Value):
            return head
        if isinstance(head, Model):
            value = self.ends(head)[0][0]
            return self.put(replace(self.graph.layers[value.node]))
        shape = head.shape if isinstance(head, Part) and head.shape is not None else model.shape
        if isinstance(head, Part) and head.layer.origin is not None:
            self.origin = head.layer.origin
        if isinstance(shape, (list, tuple)) and shape:
            return self.input(shape[1:], shape[0])
        return self.input(None)

    def stack(self, inputs: list[Value], outputs: list[Value]) -> Stack:
        """What leads to these outputs, with these inputs; all that was called where none is named.

        A layer that is called several times is one: the later calls share its weights.
        """
        ends = [*inputs, *outputs]
        kept = self.graph.leading_to({value.node for value in ends})
        earliest: dict[int, int] = {}
        layers = self.graph.layers
        for place in kept:
            owner = self._owners.get(place)
            if owner is not None:
                shares = earliest.setdefault(id(owner), place)
                layers[place] = replace(layers[place], shares=None if shares == place else shares)
        for place in self._guessed.keys() & set(kept):
            taker = next(
                (layers[at] for at in kept if any(ref.place == place for ref in layers[at].of)),
                None,
            )
            layers[place] = replace(_guess(taker), origin=layers[place].origin)
            shape = trace((layers[place],))[0].shapes[0][1:]
            self.note("no input", self._guessed[place], shape=shape)
        self.notes += [self._about[place] for place in kept if place in self._about]
        return self.graph.stack(ends)

    def traced(self, value: Value) -> TracedLayer:
        """What is known of a tensor by now."""
        if value.node not in self._traced:
            stack = self.graph.stack([value])
            self._spend(4 * len(stack))
            self._traced[value.node] = trace(stack)[-1]
        return self._traced[value.node]


def _guess(taker: Layer | None) -> Input:
    """An input that a layer takes."""
    if isinstance(taker, Embedding):
        return sample((12,))
    for shape in _GUESSES:
        if (
            taker is not None
            and trace((sample(shape), replace(taker, of=(), shares=None)))[1].error
        ):
            continue
        return sample(shape)
    return sample(_GUESSES[0])
