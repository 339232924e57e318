"""Follow a stack layer by layer: every tensor's shape, every parameter, and where it breaks."""

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache

from lib.english import subscript
from lib.shapes import Shape
from lib.stack.base import Inputs, Layer, Outputs, ShapeError, Stack
from lib.stack.tensors import Tensors, sizes

NOTHING = Outputs(())


@dataclass(frozen=True, slots=True)
class TracedLayer:
    """One layer of a stack, and what comes of it."""

    layer: Layer
    inputs: Inputs
    outputs: Outputs = NOTHING
    """Without tensors where the layer breaks, or isn't reached."""
    error: ShapeError | None = None
    """Why it breaks."""

    @property
    def tensors(self) -> Tensors:
        """What comes out; () where nothing does."""
        return self.outputs.tensors

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """The output shapes, as Keras has them: ((None, 12, 16),)."""
        return tuple(sizes(tensor) for tensor in self.tensors)

    @property
    def parameters(self) -> int:
        """How many numbers it learns."""
        return self.outputs.parameters


def trace(stack: Stack, *, indexes: bool = True) -> tuple[TracedLayer, ...]:
    """Each layer with what it gets and gives. After the first that breaks, none is reached.

    Layers that share a letter are told apart by an index, U₁ and U₂, unless `indexes` is off.
    """
    tensors: Tensors = ()
    states: Tensors = ()
    steps: list[TracedLayer] = []
    letters = _letters(stack) if indexes else [layer.width_letter for layer in stack]
    names = zip(stack, letters, keras_names(stack), strict=True)
    for place, (layer, letter, name) in enumerate(names, start=1):
        if steps and not steps[-1].tensors:
            steps.append(TracedLayer(layer, Inputs((), (), letter, name)))
            continue
        inputs = Inputs(tensors, states, letter, name, stack[place:])
        try:
            outputs = layer.call(inputs)
        except ShapeError as error:
            steps.append(TracedLayer(layer, inputs, error=error))
        else:
            steps.append(TracedLayer(layer, inputs, outputs))
            tensors = outputs.tensors
            states = states if outputs.states is None else outputs.states
    return tuple(steps)


def broken(steps: tuple[TracedLayer, ...]) -> int | None:
    """Which layer breaks; None where all work."""
    return next((place for place, step in enumerate(steps) if step.error), None)


def total(steps: tuple[TracedLayer, ...]) -> int:
    """How many numbers the stack learns."""
    return sum(step.parameters for step in steps)


def keras_names(stack: Stack) -> list[str]:
    """What Keras calls each layer in a fresh session: "lstm", "lstm_1", "dense"."""
    counts: Counter[str] = Counter()
    names = []
    for layer in stack:
        for word in map(_snake_case, layer.classes()):
            name = f"{word}_{counts[word]}" if counts[word] else word
            counts[word] += 1
        names.append(name)
    return names


def _letters(stack: Stack) -> list[str]:
    widths = [layer.width_letter for layer in stack]
    return [
        letter + (subscript(widths[:place].count(letter)) if widths.count(letter) > 1 else "")
        for place, letter in enumerate(widths, start=1)
    ]


@cache
def _snake_case(name: str) -> str:
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()
