"""Collect the layers and models that code creates and calls, then turn them into a stack."""

import difflib
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from lib.shapes.stack.base import Layer, NotTraced, Origin, Ref, ShapeError, Stack
from lib.shapes.stack.joining import Joining
from lib.shapes.stack.making import LAYER_NAMES, UNKNOWN, input_layer
from lib.shapes.stack.plain import Embedding, Input, TimeDistributed, Unread
from lib.shapes.stack.read.pasted import TEXTS, Note, model_error
from lib.shapes.stack.read.values import Array, LayerObject, ModelObject, is_listed, is_plain
from lib.shapes.stack.settings import REMOVED
from lib.shapes.stack.tensors import shape_of
from lib.shapes.stack.tracing import trace
from lib.text import filled

Refs = Sequence[Ref]
_MOST_STEPS = 40_000  # most statements and expressions to read; a layer counts as several
# Sample shapes for code without one. The first shape that the layer accepts is used.
_STAND_INS = ((12, 3), (12,), (12, 28, 28, 1), (28, 28, 1))


class Builder:
    """The layers, calls and models that code creates, with notes about them."""

    def __init__(self) -> None:
        # The layer of each call. Its `of` and `states` refer to earlier places in this list.
        self.rows: list[Layer] = []
        # Place of a call → owner of the layer. Calls with the same owner share weights.
        self.owners: dict[int, Hashable] = {}
        self.on_lists: set[int] = set()  # places of calls on a list, which may have one tensor
        self.notes: list[Note] = []
        self.models: list[ModelObject] = []
        self.layers: list[LayerObject] = []
        self.origin = Origin(0, "", "")
        self.has_open_activation = False  # whether an activation is unknown
        self._steps = 0.0
        self._open: dict[int, list[Input | Unread]] = {}  # place of an input → possible Inputs
        self._guessed: dict[int, int] = {}  # place of an input with a guessed shape → its line
        self._stand_ins: dict[Any, Ref] = {}  # value that a layer is called on → its tensor

    def count_steps(self, steps: float = 1) -> None:
        """Count the work of reading. Raises ModelError beyond _MOST_STEPS."""
        self._steps += steps
        if self._steps > _MOST_STEPS:
            raise model_error("too much")

    def note(self, what: str, line: int | None = None, /, **names: object) -> None:
        """Add a note, by its name in words.toml."""
        self.notes.append(Note(filled(TEXTS["notes"], what, **names), line))

    def note_removed(self, names: Iterable[str]) -> None:
        """Note the names that Keras 3 removed, with what to write instead."""
        for fix, name in {REMOVED[one]["fix"]: one for one in names if one in REMOVED}.items():
            self.note("removed", self.origin.line, name=name, fix=fix)

    def unread(self, name: str, why: str) -> LayerObject:
        """Return a stand-in for a layer that can't be read; `why` is a name in words.toml."""
        self.count_steps(100)
        is_skipped = name == why  # `skip` passes the reason as the name too.
        part = (self.origin.call or self.origin.text) if is_skipped else name
        part = part if len(part) <= 40 else f"{part[:39]}…"
        reason = filled(TEXTS["unread"], why, name=f"“{part}”")
        by_lower = {right.lower(): right for right in LAYER_NAMES}
        close = difflib.get_close_matches(name.lower(), by_lower, 1, 0.85)
        if why == "value" and close:
            reason += f" (did you mean {by_lower[close[0]]}?)"
        called = why if is_skipped else part
        layer = Unread(called=called, error=NotTraced(reason), origin=self.origin)
        return LayerObject(layer, known=False)

    def refused_layer(self, name: str, why: str) -> LayerObject:
        """Return a stand-in for a layer that Keras refuses; `why` is a name in refusals.toml."""
        error = ShapeError.of(why, name=name)
        return LayerObject(Unread(called=name, error=error, origin=self.origin))

    def add_call(self, layer: Layer, of: Refs = (), states: Refs = (), owner: Any = None) -> Ref:
        """Add a call of a layer to the graph. Calls with the same `owner` share weights."""
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
        """Add an Input of this shape, batch first, or of a guessed shape for None."""
        is_given = is_listed(shape) and len(shape) > 0
        sizes = [*shape] if is_given else [None, *_STAND_INS[0]]
        known = [size if is_plain(size) else None for size in sizes]
        layer = replace(input_layer(known), origin=origin)
        if isinstance(layer, Unread):
            return self.add_call(replace(layer, origin=self.origin))
        tensor = self.add_call(layer)
        if not is_given:
            self._open[tensor.place] = [input_layer((None, *one)) for one in _STAND_INS]
        elif known != sizes:
            self._open[tensor.place] = [layer, input_layer([*known[:-1], known[-1] or 3])]
        if tensor.place in self._open:
            self._guessed[tensor.place] = self.origin.line
        return tensor

    def _choose_input(self, place: int, next_layer: Layer) -> None:
        """Replace an input of unknown shape by the first candidate that `next_layer` accepts."""
        self.count_steps(40)
        candidates = self._open.pop(place)
        next_layer = getattr(next_layer, "fixed", None) or next_layer
        if isinstance(next_layer, Embedding) and len(candidates) == len(_STAND_INS):
            candidates = [input_layer((None, 12))]
        alone = replace(next_layer, of=(), shares=None)
        accepted = [one for one in candidates if trace((one, alone))[1].tensors]
        # If the layer accepts none, the second of two candidates has a known last axis.
        chosen = [*accepted, candidates[1 if len(candidates) == 2 else 0]][0]
        self.rows[place] = replace(chosen, origin=self.rows[place].origin)

    def leading_to(self, ends: Iterable[int]) -> list[int]:
        """Return these places and all that lead to them, in order. No `ends` means all places."""
        places = {*ends} or {*range(len(self.rows))}
        for place in reversed(range(len(self.rows))):  # A layer's inputs have earlier places.
            if place in places:
                places.update(ref.place for ref in self.rows[place].refs())
        return sorted(places)

    def stack_of(self, outputs: Iterable[Ref] = ()) -> Stack:
        """Return the layers that lead to these outputs, or all layers. A chain needs no `of`."""
        old_places = self.leading_to(one.place for one in outputs)
        moved = {old: new for new, old in enumerate(old_places)}
        layers = [self.rows[old].with_moved_refs(moved) for old in old_places]
        first_calls: dict[Hashable, int] = {}
        for place, old in enumerate(old_places):
            layer = layers[place]
            if old in self.owners:
                first = first_calls.setdefault(self.owners[old], place)
                layer = replace(layer, shares=None if first == place else first)
            # Self-attention takes the same tensor twice. A skipped loop may take it more often.
            may_repeat = layer.kind in ("mha", "unread")
            on_list_of_one = isinstance(layer, Joining) and old in self.on_lists
            takes_previous = {*layer.of} == {Ref(place - 1)} and (len(layer.of) == 1 or may_repeat)
            source = layer.of[0].place if layer.of else place
            is_chained = takes_previous and not on_list_of_one
            layers[place] = replace(layer, of=()) if is_chained else layer
            # If an Embedding takes samples with a single axis, that axis is time.
            entry, meant = layers[source], getattr(layer, "fixed", None) or layer
            if isinstance(meant, Embedding) and isinstance(entry, Input) and entry.form == "flat":
                tokens = Input(timesteps=entry.features, form="tokens")
                layers[source] = replace(tokens, batch=entry.batch, origin=entry.origin)
        return tuple(layers)

    def found(self, *values: Any) -> list[Ref]:
        """Return the tensors in values, which may be nested lists."""
        return [one for one in self.leaves(values) if isinstance(one, Ref)]

    def leaves(self, value: Any) -> Iterator[Any]:
        """Yield the entries of nested lists or dicts in order, or any other value itself."""
        pending = [value]
        while pending:
            self.count_steps(0.4)
            one = pending.pop()
            if isinstance(one, (list, tuple, dict)):
                pending += reversed(list(one.values() if isinstance(one, dict) else one))
            else:
                yield one

    def tensors(self, value: Any) -> list[Ref]:
        """Return the tensors of a call, with a stand-in for each value that isn't a tensor."""
        tensors = []
        for one in self.leaves(value):
            if isinstance(one, Ref):
                tensors.append(one)
            elif not is_plain(one):
                # Equal names in the code mean the same tensor.
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
            return self.add_call(self.refused_layer(name, "not called").layer)
        if any(isinstance(one, Input) and one.origin for one in self.rows):
            name = getattr(value, "name", "") or self.origin.call
            return self.add_call(self.unread(name, "value").layer)
        return self.input(None)

    def not_traced(self, name: str, why: str, *values: Any) -> Any:
        """Add a call of an untraced layer on the tensors in these values, if any."""
        tensors = self.found(values)
        rows = [self.rows[one.place] for one in tensors]
        if rows and all(isinstance(getattr(row, "error", None), NotTraced) for row in rows):
            return tensors[0]
        unread = self.unread(name or self.origin.call or self.origin.text, why)
        return self.call(unread, tensors) if tensors else unread

    def call(self, what: Any, inputs: list[Ref], states: Sequence[Ref] = ()) -> Any:
        """Call a layer or a model on these tensors, and return its output."""
        inputs = inputs or [self.input(None)]
        if isinstance(what, ModelObject):
            if what.call:
                return what.call([inputs if inputs[1:] else inputs[0]], {})
            return self._call_again(what, inputs)
        if not isinstance(what, LayerObject):
            what = self.unread(getattr(what, "name", "") or self.origin.call, "value")
        return self.add_call(what.layer, inputs, states, owner=what)

    def sequential(self, layers: Iterable[Any]) -> ModelObject:
        """Return a Sequential model of layers, models and an optional Input."""
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
        if isinstance(layer, LayerObject) and layer.layer.kind == "mha":
            layer = self.refused_layer(layer.layer.keras, "two tensors in a Sequential")
        returned = self.tensors(self.call(layer, self.tensors(model.outputs[-1])))
        model.outputs.append(returned[0] if len(returned) == 1 else returned)

    def _call_again(self, model: ModelObject, inputs: list[Ref]) -> Any:
        if not model.outputs or (inputs == model.inputs and not model.each_step):
            return model.outputs[-1] if model.outputs else inputs[0]
        entry = self.rows[inputs[0].place]
        if isinstance(entry, Input) and entry.origin and inputs[0].place not in self._guessed:
            self.take_shape(model, shape_of(entry.axes()))
        moved = {old.place: new for old, new in zip(model.inputs, inputs, strict=False)}

        def moved_ref(ref: Ref) -> Ref:
            new = moved.get(ref.place, Ref(ref.place))
            return new if ref.output is None else Ref(new.place, ref.output)

        outputs = self.tensors(model.outputs[-1])
        for place in self.leading_to(one.place for one in outputs):
            layer = self.rows[place]
            if place not in moved and any(ref.place in moved for ref in layer.refs()):
                if model.each_step:
                    each = TimeDistributed(replace(layer, of=()))
                    layer = replace(each, of=layer.of, origin=layer.origin)
                of, states = [*map(moved_ref, layer.of)], [*map(moved_ref, layer.states)]
                moved[place] = self.add_call(layer, of, states, self.owners.get(place))
        returned = [*map(moved_ref, outputs)]
        return returned[0] if len(returned) == 1 else returned

    def take_shape(self, model: ModelObject, shape: Any) -> None:
        """Set the input shape, batch first, of a model whose shape is guessed or missing."""
        model.shape = model.shape or shape
        guessed = [one.place for one in model.inputs if one.place in self._guessed]
        for place in guessed[:1]:
            known = [size if is_plain(size) else None for size in shape]
            if known == [*shape]:
                del self._guessed[place]
            elif len(known) > 2:
                known[-1] = known[-1] or 3
            self._open.pop(place, [])
            self.rows[place] = replace(input_layer(known), origin=self.rows[place].origin)

    def inputs_and_outputs(self, model: ModelObject) -> tuple[list[Ref], Any]:
        """Return the inputs and outputs of a model. A model of a custom class is called first."""
        if model.call and not model.outputs:
            self.origin = Origin(model.line, "", "")
            model.inputs = [self.input(model.shape)]
            model.outputs = [self.call(model, model.inputs)]
        return model.inputs, model.outputs[-1] if model.outputs else None

    def stack(self, model: ModelObject | None) -> Stack:
        """Return the layers of a model from inputs to outputs, or all layers for None."""
        inputs, outputs = self.inputs_and_outputs(model) if model else ([], None)
        ends = [*inputs, *self.tensors(outputs)]
        places = self.leading_to(one.place for one in ends)
        for place in self._guessed.keys() & places:
            (shape,) = trace((self.rows[place],))[0].shapes
            self.note("open", self._guessed[place] or None, shape=shape[1:])
        stack = self.stack_of(ends)
        for layer in stack:
            if isinstance(layer.inside, Unread) and isinstance(layer.inside.error, NotTraced):
                line = (layer.origin.line if layer.origin else 0) or None
                self.note("unread", line, reason=layer.inside.error.reason)
        return stack

    def shape(self, tensor: Ref) -> Any:
        """Return the shape of a tensor; UNKNOWN if the trace stops before it."""
        stack = self.stack_of([tensor])
        self.count_steps(4 * len(stack))
        shapes, output = trace(stack)[-1].shapes, tensor.output or 0
        return shapes[output] if output < len(shapes) else UNKNOWN
