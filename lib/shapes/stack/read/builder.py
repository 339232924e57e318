"""Layers and models that the code makes: created, called, put into one another, then a stack."""

from __future__ import annotations

import difflib
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from lib.shapes.stack.base import Layer, NotTraced, Origin, Ref, ShapeError, Stack
from lib.shapes.stack.joining import Joining
from lib.shapes.stack.making import MAKES, UNKNOWN, input_layer
from lib.shapes.stack.plain import Embedding, Input, TimeDistributed, Unread
from lib.shapes.stack.read.pasted import TEXTS, Note, refused
from lib.shapes.stack.read.values import Array, LayerObject, ModelObject, is_listed, is_plain
from lib.shapes.stack.tensors import shape_of
from lib.shapes.stack.tracing import trace
from lib.text import filled

Refs = Sequence[Ref]
_MOST_STEPS = 40_000  # statements and expressions that are followed; a layer is some
# Samples that stand in where the code tells no shape: the first that the layer accepts.
_STAND_INS = ((12, 3), (12,), (12, 28, 28, 1), (28, 28, 1))


class Builder:
    """Collects the layers, their calls and the models that code makes, and notes about them."""

    def __init__(self) -> None:
        # The layer of each call; its `of` and `states` name earlier places in this list.
        self.rows: list[Layer] = []
        # By place, what identifies the layer that is called there: several calls share weights.
        self.owners: dict[int, Hashable] = {}
        self.on_lists: set[int] = set()  # places of layers called on a list, perhaps of one tensor
        self.notes: list[Note] = []
        self.models: list[ModelObject] = []
        self.layers: list[LayerObject] = []
        self.origin = Origin(0, "", "")
        self._steps = 0.0
        self._open: dict[int, list[Input | Unread]] = {}  # by place, what may be that input's shape
        self._guessed: dict[int, int] = {}  # by place of an input with a guessed shape, its line
        self._stand_ins: dict[Any, Ref] = {}  # by value on which a layer is called, its tensor

    def count_steps(self, steps: float = 1) -> None:
        """Count the work of reading. Raises ModelError beyond _MOST_STEPS."""
        self._steps += steps
        if self._steps > _MOST_STEPS:
            raise refused("too much")

    def note(self, what: str, line: int | None = None, /, **names: object) -> None:
        """Add a note, by its name in words.toml."""
        self.notes.append(Note(filled(TEXTS["notes"], what, **names), line))

    def unread(self, name: str, why: str) -> LayerObject:
        """A stand-in for a layer that can't be read, with a reason by its name in words.toml."""
        self.count_steps(100)
        part = self.origin.call or self.origin.text if name == why else name  # of skipped code
        part = part if len(part) <= 40 else f"{part[:39]}…"
        reason = filled(TEXTS["unread"], why, name=f"“{part}”")
        alike = {right.lower(): right for right in MAKES}
        close = difflib.get_close_matches(name.lower(), alike, 1, 0.85)
        if why == "value" and close:
            reason += f"; {alike[close[0]]} is"
        called = why if name == why else part
        layer = Unread(called=called, error=NotTraced(reason), origin=self.origin)
        return LayerObject(layer, known=False)

    def refused(self, name: str, why: str) -> LayerObject:
        """A stand-in for a layer that Keras refuses, with an error by its name in refusals.toml."""
        error = ShapeError.of(why, name=name)
        return LayerObject(Unread(called=name, error=error, origin=self.origin))

    def add_call(self, layer: Layer, of: Refs = (), states: Refs = (), owner: Any = None) -> Ref:
        """Add a call of a layer to the graph; calls of the same `owner` share their weights."""
        self.count_steps(40)
        for one in of:
            if one.place in self._open:
                self._choose_input(one.place, layer)
        self.rows.append(replace(layer, of=tuple(of), states=tuple(states)))
        place = len(self.rows) - 1
        if owner is not None:
            self.owners[place] = owner
        return Ref(place)

    def input(self, shape: Any, origin: Origin | None = None) -> Ref:
        """Add an Input with this shape, the batch first, or a guessed one; `origin` is its call."""
        is_told = is_listed(shape) and len(shape) > 0
        told = [*shape] if is_told else [None, *_STAND_INS[0]]
        known = [size if is_plain(size) else None for size in told]
        layer = replace(input_layer(known), origin=origin)
        if isinstance(layer, Unread):
            return self.add_call(replace(layer, origin=self.origin))
        tensor = self.add_call(layer)
        if known != told or not is_told:
            candidates = [layer, input_layer([*known[:-1], known[-1] or 3])]
            others = [input_layer((None, *one)) for one in _STAND_INS]
            self._open[tensor.place] = candidates if is_told else others
            self._guessed[tensor.place] = self.origin.line
        return tensor

    def _choose_input(self, place: int, taker: Layer) -> None:
        """Replace an input of unknown shape by the first candidate that the layer accepts."""
        self.count_steps(40)
        candidates = self._open.pop(place)
        if isinstance(taker, Embedding) and len(candidates) == len(_STAND_INS):
            candidates = [input_layer((None, 12))]
        alone = replace(taker, of=(), shares=None)
        accepted = [one for one in candidates if trace((one, alone))[1].tensors]
        chosen = [*accepted, *candidates][0]
        self.rows[place] = replace(chosen, origin=self.rows[place].origin)

    def leading_to(self, ends: Iterable[int]) -> list[int]:
        """These places and all that they depend on, in order; every place where none is given."""
        kept = {*ends} or {*range(len(self.rows))}
        for place in reversed(range(len(self.rows))):  # each takes what earlier ones return
            if place in kept:
                kept.update(ref.place for ref in self.rows[place].refs())
        return sorted(kept)

    def stack_of(self, outputs: Iterable[Ref] = ()) -> Stack:
        """The layers that lead to these outputs, or all; `of` is left out in a chain."""
        kept = self.leading_to(one.place for one in outputs)
        moved = {old: new for new, old in enumerate(kept)}
        layers = [self.rows[place].with_moved_refs(moved) for place in kept]
        first_calls: dict[Hashable, int] = {}
        for place, old in enumerate(kept):
            layer = layers[place]
            if old in self.owners:
                first = first_calls.setdefault(self.owners[old], place)
                layer = replace(layer, shares=None if first == place else first)
            # Self-attention is called on the same tensor twice, a skipped loop perhaps more often.
            repeats = layer.kind in ("mha", "unread")
            on_list_of_one = isinstance(layer, Joining) and old in self.on_lists
            chained = {*layer.of} == {Ref(place - 1)} and (len(layer.of) == 1 or repeats)
            source = layer.of[0].place if layer.of else place
            layers[place] = replace(layer, of=()) if chained and not on_list_of_one else layer
            # The only axis of a sample that an Embedding looks up is time.
            entry = layers[source]
            if isinstance(layer, Embedding) and isinstance(entry, Input) and entry.form == "flat":
                form, batch = "tokens", entry.batch
                layers[source] = Input(entry.features, form=form, batch=batch, origin=entry.origin)
        return tuple(layers)

    def found(self, *values: Any) -> list[Ref]:
        """The tensors in values, which may be lists within lists."""
        return [one for one in self.leaves(values) if isinstance(one, Ref)]

    def leaves(self, value: Any) -> Iterator[Any]:
        """The entries of lists within lists, or of dicts, in order; else the value alone."""
        pending = [value]
        while pending:
            self.count_steps(0.4)
            one = pending.pop()
            if isinstance(one, (list, tuple, dict)):
                pending += reversed(list(one.values() if isinstance(one, dict) else one))
            else:
                yield one

    def tensors(self, value: Any) -> list[Ref]:
        """The tensors that a layer is called on; a stand-in for each value that isn't a tensor."""
        tensors = []
        for one in self.leaves(value):
            if isinstance(one, Ref):
                tensors.append(one)
            elif not is_plain(one):
                # What has the same name in the code is the same tensor.
                key = getattr(one, "path", one)
                if key not in self._stand_ins:
                    self._stand_ins[key] = self._stand_in(one)
                tensors.append(self._stand_ins[key])
        return tensors

    def _stand_in(self, value: Any) -> Ref:
        if isinstance(value, Array) and len(value.shape) > 1:
            return self.input(value.shape)
        if isinstance(value, LayerObject) and not value.known:
            return self.add_call(value.layer)
        if isinstance(value, (LayerObject, ModelObject)):
            name = value.layer.keras if isinstance(value, LayerObject) else "model"
            return self.add_call(self.refused(name, "not called").layer)
        if any(isinstance(one, Input) and one.origin for one in self.rows):
            name = getattr(value, "name", "") or self.origin.call
            return self.add_call(self.unread(name, "value").layer)
        return self.input(None)

    def not_traced(self, name: str, why: str, *values: Any) -> Any:
        """Add a call of a layer that isn't traced on the tensors in these values, if any."""
        tensors = self.found(values)
        if tensors and all(self.rows[one.place].kind == "unread" for one in tensors):
            return tensors[0]
        unread = self.unread(name or self.origin.call or self.origin.text, why)
        return self.call(unread, tensors) if tensors else unread

    def call(self, what: Any, inputs: list[Ref], states: Sequence[Ref] = ()) -> Any:
        """Call a layer or a model on these tensors, and give what it returns."""
        inputs = inputs or [self.input(None)]
        if isinstance(what, ModelObject):
            if what.call:
                return what.call([inputs if inputs[1:] else inputs[0]], {})
            return self._call_again(what, inputs)
        if not isinstance(what, LayerObject):
            what = self.unread(getattr(what, "name", "") or self.origin.call, "value")
        if what.cell_class:
            what = self.unread(what.cell_class, "cell")
        return self.add_call(what.layer, inputs, states, owner=what)

    def sequential(self, layers: Iterable[Any]) -> ModelObject:
        """A Sequential model of layers, models and perhaps an Input."""
        model = ModelObject(self.origin.line)
        for layer in layers:
            self.add(model, layer)
        return model

    def add(self, model: ModelObject, layer: Any) -> None:
        """Add a layer, a model or an Input to a Sequential."""
        if isinstance(layer, Ref):
            model.inputs = model.inputs or [layer]
            model.outputs = model.outputs or [layer]
            return
        code = layer.layer if isinstance(layer, LayerObject) else layer
        self.origin = getattr(code, "origin", None) or self.origin
        if not model.inputs and isinstance(layer, ModelObject) and layer.inputs:
            model.inputs = [self.add_call(self.rows[layer.inputs[0].place])]
        elif not model.inputs:
            model.inputs = [self.input(getattr(layer, "shape", None))]
        model.outputs = model.outputs or [*model.inputs]
        if isinstance(layer, LayerObject) and (layer.cell_class or layer.layer.kind == "mha"):
            name = layer.cell_class or layer.layer.keras
            layer = self.refused(name, "two tensors in a Sequential")
        given = self.tensors(self.call(layer, self.tensors(model.outputs[-1])))
        model.outputs.append(given[0] if len(given) == 1 else given)

    def _call_again(self, model: ModelObject, inputs: list[Ref]) -> Any:
        if not model.outputs or (inputs == model.inputs and not model.each_step):
            return [*inputs[:1], *model.outputs][-1]
        entry = self.rows[inputs[0].place]
        if isinstance(entry, Input) and entry.origin and inputs[0].place not in self._guessed:
            self.take_shape(model, shape_of(entry.axes()))
        moved = {old.place: new for old, new in zip(model.inputs, inputs, strict=False)}

        def after(ref: Ref) -> Ref:
            new = moved.get(ref.place, Ref(ref.place))
            return new if ref.output is None else Ref(new.place, ref.output)

        outputs = self.tensors(model.outputs[-1])
        for place in self.leading_to(one.place for one in outputs):
            layer = self.rows[place]
            if place not in moved and any(ref.place in moved for ref in layer.refs()):
                if model.each_step:
                    each = TimeDistributed(replace(layer, of=()))
                    layer = replace(each, of=layer.of, origin=layer.origin)
                of, states = ([*map(after, refs)] for refs in (layer.of, layer.states))
                moved[place] = self.add_call(layer, of, states, self.owners.get(place))
        given = [*map(after, outputs)]
        return given[0] if len(given) == 1 else given

    def take_shape(self, model: ModelObject, shape: Any) -> None:
        """Take an input shape, the batch first, for a model that has a guessed one, or none."""
        model.shape = model.shape or shape
        for place in [one.place for one in model.inputs if one.place in self._guessed][:1]:
            known = [size if is_plain(size) else None for size in shape]
            if known == [*shape]:
                del self._guessed[place]
            elif len(known) > 2:
                known[-1] = known[-1] or 3
            self._open.pop(place, [])
            self.rows[place] = replace(input_layer(known), origin=self.rows[place].origin)

    def inputs_and_outputs(self, model: ModelObject) -> tuple[list[Ref], Any]:
        """The inputs and outputs of a model; one of an own class is called if it wasn't yet."""
        if model.call and not model.outputs:
            self.origin = Origin(model.line, "", "")
            model.inputs = [self.input(model.shape)]
            model.outputs = [self.call(model, model.inputs)]
        return model.inputs, [None, *model.outputs][-1]

    def stack(self, model: ModelObject | None) -> Stack:
        """The layers of a model, from its inputs to its outputs; without a model all layers."""
        inputs, outputs = self.inputs_and_outputs(model) if model else ([], None)
        ends = [*inputs, *self.tensors(outputs)]
        kept = self.leading_to(one.place for one in ends)
        for place in self._guessed.keys() & kept:
            (shape,) = trace((self.rows[place],))[0].shapes
            self.note("open", self._guessed[place] or None, shape=shape[1:])
        stack = self.stack_of(ends)
        for layer in stack:
            if isinstance(layer.inside, Unread) and isinstance(layer.inside.error, NotTraced):
                line = (layer.origin.line if layer.origin else 0) or None
                self.note("unread", line, reason=layer.inside.error.reason)
        return stack

    def shape(self, tensor: Ref) -> Any:
        """The shape of a tensor, the first of several; UNKNOWN where the trace stops before it."""
        stack = self.stack_of([tensor])
        self.count_steps(4 * len(stack))
        shapes = [*trace(stack)[-1].shapes, UNKNOWN, UNKNOWN]
        return shapes[tensor.output or 0]
