"""Read code for PyTorch: its classes, and its models with their inputs."""

import ast
import re
from dataclasses import replace
from typing import Any

from lib.shapes.stack.base import Stack
from lib.shapes.stack.making import UNKNOWN
from lib.shapes.stack.read import torch_notes
from lib.shapes.stack.read.calls import Args, Keywords
from lib.shapes.stack.read.pasted import TEXTS, ModelReading, bare, dotted
from lib.shapes.stack.read.torch_calls import SAME, TIMESTEPS, TorchCalls
from lib.shapes.stack.read.values import Array, Class, Function, ModelObject, Name
from lib.shapes.stack.tensors import readable_shape
from lib.shapes.stack.torch_layers import TorchInput, TorchLinear
from lib.shapes.stack.tracing import broken_at, trace
from lib.text import joined


def is_torch(tree: ast.Module) -> bool:
    """Return whether code uses layers of PyTorch, and imports neither Keras nor TensorFlow."""
    names = [dotted(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
    imports = " ".join(ast.unparse(one) for one in tree.body if "Import" in type(one).__name__)
    if re.search("keras|tensorflow", imports):
        return False
    return re.search(r"torch.*\bnn\b|(^| )nn\.[A-Z]", " ".join([imports, *names])) is not None


def finished(reading: ModelReading) -> ModelReading:
    """Return the reading with any batch size, and with notes on mistakes without an error."""
    stack = tuple(
        replace(layer, batch=None) if isinstance(layer, TorchInput) else layer
        for layer in reading.stack
    )
    if broken_at(trace(stack)) != broken_at(trace(reading.stack)):  # The batch size is wrong.
        stack = reading.stack
    notes = dict.fromkeys((*reading.notes, *torch_notes.mistakes(trace(stack), reading.text)))
    in_order = sorted(notes, key=lambda note: note.line or 0)
    return replace(reading, source="PyTorch code", stack=stack, notes=tuple(in_order))


class TorchInterpreter(TorchCalls):
    """Follows the statements of PyTorch code."""

    bases = frozenset({"Module", "LightningModule"})
    call_name = "forward"

    def stack(self, model: ModelObject | None) -> Stack:
        stack = super().stack(model)
        if self.guessed and isinstance(first := stack[0], TorchInput):
            stack = (replace(first, timesteps=_fitting_timesteps(stack)), *stack[1:])
            line = next(iter(self.guessed.values())) or None
            ((tensor,),) = [step.tensors for step in trace(stack[:1])]
            self.note("torch input", line, shape=readable_shape(tensor))
        return stack

    def _stand_in(self, value: Any) -> Any:
        if isinstance(value, Name) and self.rows and not value.path.isidentifier():
            return self.add_call(self.unread(value.path, "value").layer)
        return self.input(value.shape if isinstance(value, Array) else None)

    def call_value(self, callee: Any, args: Args, keywords: Keywords, name: str) -> Any:
        if isinstance(callee, ModelObject) and callee.call:
            callee.rank = callee.rank if self.depth else 2
            if not self.depth and callee.outputs:  # The code trains the model in a loop.
                return callee.outputs[-1]
            args = [*map(self.as_tensor, args[:1]), *args[1:]]
            keywords = {key: self.as_tensor(one) for key, one in keywords.items()}
        return super().call_value(callee, args, keywords, name)

    def _loop(self, loop: ast.For) -> None:
        if any(bare(one) == "backward" for one in self.walk(loop)):  # All rounds of training.
            self.assign(loop.target, UNKNOWN)
            self.run(loop.body)
        else:
            super()._loop(loop)

    def instance(self, definition: Class, args: Args, keywords: Keywords) -> ModelObject:
        method = definition.attributes.get("__init__")
        if not args and not keywords and isinstance(method, Function):
            parameters = [*method.signature.parameters.values()][1:]
            for name in (one.name for one in parameters if one.default is UNKNOWN):
                parts = TEXTS["torch"]["sizes"].items()
                size = next((size for part, size in parts if part in name.lower()), UNKNOWN)
                keywords = {**keywords, name: size}
            if sizes := [f"{key}={one}" for key, one in keywords.items() if one is not UNKNOWN]:
                shown = joined(sizes)
                self.note("torch sizes", definition.line, name=definition.name, sizes=shown)
        return self._outermost(super().instance(definition, args, keywords))

    def _outermost(self, model: ModelObject) -> ModelObject:
        """Add a model to the list of models, without the models inside it or their classes."""
        parts = self.leaves([*model.attributes.values()])
        inside = [model, *(one for one in parts if isinstance(one, ModelObject))]
        names = {one.name for one in inside[1:] if one.name}
        self.models = [one for one in self.models if one not in inside and one.name not in names]
        model.rank = -len(self.models)  # Of models that are never called, the first is traced.
        self.models.append(model)
        return model

    def sequential(self, layers: Any) -> ModelObject:
        is_called = layers is not self.layers  # Code without a model may only list its layers.
        model = ModelObject(self.origin.line)
        children = [*layers.values()] if isinstance(layers, dict) else [*layers]
        named = layers if isinstance(layers, dict) else {}
        model.attributes = {**named, "children": children}

        def follow_call(args: Args, keywords: Keywords) -> Any:  # noqa: ARG001
            given = args[0]
            for layer in children:
                given = self.call_value(layer, [given], {}, "")
                given = given if is_called or not isinstance(given, tuple) else given[0]
            model.inputs, model.outputs = model.inputs or self.found(args[:1]), [given]
            return given

        model.call = follow_call
        return self._outermost(model)

    def call_method(self, model: ModelObject, name: str, args: Args, keywords: Keywords) -> Any:
        children = model.attributes.get("children", [])
        if name == "forward":
            return self.call_value(model, args, keywords, name)
        if name in ("append", "add_module"):
            children.append(args[-1])
        return model if name in SAME else UNKNOWN


def _fitting_timesteps(stack: Stack) -> int | None:
    """Return T. If a Linear reads all timesteps in one axis, its in_features give T."""
    steps = trace(stack, indexes=False)
    place, timesteps = broken_at(steps), getattr(stack[0], "timesteps", None)
    if place and isinstance(layer := stack[place], TorchLinear) and steps[place].inputs.tensors:
        axis = steps[place].inputs.tensors[0][-1]
        each = (axis.size or 0) // TIMESTEPS  # features of a timestep
        count, rest = divmod(layer.in_features, each or 1)
        if "T" in axis.letter.split("·") and count > 1 and not rest:
            return count
    return timesteps
