"""Read code for PyTorch: its classes, its models, and the order of the input's axes."""

import ast
import re
from dataclasses import replace
from typing import Any

from lib.shapes.stack.base import Layer, Ref, Stack
from lib.shapes.stack.making import UNKNOWN
from lib.shapes.stack.read import torch_notes
from lib.shapes.stack.read.calls import Args, Keywords
from lib.shapes.stack.read.pasted import TEXTS, ModelReading, dotted
from lib.shapes.stack.read.torch_calls import TorchCalls
from lib.shapes.stack.read.values import Array, Class, Function, LayerObject, ModelObject, Name
from lib.shapes.stack.tensors import readable_shape
from lib.shapes.stack.torch_layers import TorchInput, TorchRecurrent
from lib.shapes.stack.tracing import broken_at, trace
from lib.text import joined

GUESSES = 3  # of the order of the input's axes, by the first layer
_LAYOUTS = {
    "nn.Embedding": ("NT", "TN", "T"),
    "nn.Linear": ("NF", "NTF"),
    "nn.Conv1d": ("NFT", "NTF"),
}
_LENGTHS = range(1, 600)  # numbers of timesteps to try if 12 doesn't fit a Linear layer
_SIZES = ("input_size", "in_channels", "in_features", "num_features")  # of a layer's input


def is_torch(tree: ast.Module) -> bool:
    """Return whether code uses layers of PyTorch, and imports neither Keras nor TensorFlow."""
    names = [dotted(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
    imports = " ".join(ast.unparse(one) for one in tree.body if "Import" in type(one).__name__)
    if re.search("keras|tensorflow", imports):
        return False
    return re.search(r"torch.*\bnn\b|(^| )nn\.[A-Z]", " ".join([imports, *names])) is not None


def misfit(reading: ModelReading) -> int:
    """Return 0 if each layer works, reads time as time, and returns features of known size."""
    steps = trace(reading.stack)
    outputs = [tensor for step in steps for tensor in step.tensors if len(tensor) == 3]
    is_odd = any(map(torch_notes.misreads_time, steps)) or None in [one[-1].size for one in outputs]
    return 2 * (broken_at(steps) is not None) + is_odd


def _sizes(layer: Any) -> list[int]:
    """Return the number of features that a layer takes, if it is known."""
    return [getattr(layer, name) for name in _SIZES if hasattr(layer, name)]


def _with_length(stack: Stack, steps: int) -> Stack:
    """Return the stack with another number of timesteps in its input."""
    return (replace(stack[0], timesteps=steps), *stack[1:])  # type: ignore[call-arg]


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
    """Follows the statements of PyTorch code, with the input's axes in the guessed order."""

    bases = frozenset({"Module"})
    call_name = "forward"

    def __init__(self, lines: list[str], guess: int) -> None:
        super().__init__(lines)
        self._guess = guess
        self._layers: list[Layer] = []  # of the model that is called
        self._guessed_at: int | None = None  # line of the call whose input is guessed

    def input(self, shape: Any, origin: Any = None) -> Ref:  # noqa: ARG002
        """Add an input of this shape, or of a shape that fits the first layer."""
        created = self._layers or [one.layer for one in self.layers]
        first = next((one for one in created if _sizes(one) or one.keras in _LAYOUTS), None)
        layouts = _LAYOUTS.get(first.keras if first else "", ("NTF", "TNF", "TF"))
        if shape:
            usual = [*layouts, "T", "NF", "NTF"]
            layouts = tuple(form for form in usual if len(form) == len(shape))
        if not layouts:
            return self.add_call(self.unread("Input", "value").layer)
        form = layouts[min(self._guess, len(layouts) - 1)]
        features = [*_sizes(first), 3][0]
        known = dict(zip(form, shape or (), strict=False)) or {"T": 12, "F": features}
        time, width, batch = (
            size if (size := known.get(letter)) in range(1, 10**6) else None for letter in "TFN"
        )
        tensor = self.add_call(TorchInput(time, width, batch, form))
        self._guessed_at = self._guessed_at if shape else self.origin.line
        return tensor

    def inputs_and_outputs(self, model: ModelObject) -> tuple[list[Ref], Any]:
        self._layers = self._layers_in(model)
        return super().inputs_and_outputs(model)

    def _layers_in(self, model: ModelObject) -> list[Layer]:
        layers = list[Layer]()
        for one in self.leaves([*model.attributes.values()]):
            if isinstance(one, LayerObject):
                layers.append(one.layer)
            elif isinstance(one, ModelObject):
                layers += self._layers_in(one)
        return layers

    def stack(self, model: ModelObject | None) -> Stack:
        stack = super().stack(model)
        if self._guessed_at is not None and isinstance(stack[0], TorchInput):
            lengths = 12, *_LENGTHS[: 6000 // len(stack)]  # A long stack takes longer to trace.
            tried = (_with_length(stack, steps) for steps in lengths)
            stack = next((one for one in tried if broken_at(trace(one)) is None), stack)
            (tensor,) = trace(stack[:1])[0].tensors
            self.note("torch input", self._guessed_at or None, shape=readable_shape(tensor))
        return stack

    def _stand_in(self, value: Any) -> Ref:
        if isinstance(value, Name) and self.rows and not value.path.isidentifier():
            return self.add_call(self.unread(value.path, "value").layer)
        return self.input(value.shape if isinstance(value, Array) else None)

    def call_value(self, callee: Any, args: Args, keywords: Keywords, name: str) -> Any:
        if isinstance(callee, ModelObject) and callee.call:
            callee.rank = callee.rank if self.depth else 2
            if not self.depth and callee.outputs:  # The code trains the model in a loop.
                return callee.outputs[-1]
            self._layers = self._layers_in(callee)
            args = [*map(self.as_tensor, args[:1]), *args[1:]]
            keywords = {key: self.as_tensor(one) for key, one in keywords.items()}
        return super().call_value(callee, args, keywords, name)

    def _loop(self, loop: ast.For) -> None:
        """Follow a loop of the module once, unless it creates layers: it may train for long."""
        rounds, before = self.value(loop.iter), len(self.layers)
        if self.depth or not isinstance(rounds, range):
            super()._loop(loop)
            return
        for one in rounds:
            self.assign(loop.target, one)
            self.run(loop.body)
            if len(self.layers) == before:
                break

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
        """Add a model to the list of models, without the models inside it."""
        inside = [model, *self.leaves([*model.attributes.values()])]
        self.models = [*(one for one in self.models if one not in inside), model]
        model.rank = int(any(isinstance(one, TorchRecurrent) for one in self._layers_in(model)))
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
        return model if name in TEXTS["torch"]["unchanged"] else UNKNOWN
