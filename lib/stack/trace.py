"""Follow a stack layer by layer: every tensor's shape, every parameter, and where it breaks."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from lib.stack.base import Given, Layer, Made, ShapeError
from lib.stack.kinds import Stack
from lib.stack.tensors import Tensors

SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


@dataclass(frozen=True, slots=True)
class Step:
    """One layer of a stack, and what comes of it."""

    layer: Layer
    given: Given
    made: Made | None
    """None where the layer breaks, or isn't reached."""
    error: ShapeError | None = None
    """Why it breaks."""

    @property
    def tensors(self) -> Tensors:
        """What comes out; () where nothing does."""
        return self.made.tensors if self.made else ()

    @property
    def parameters(self) -> int:
        """How many numbers it learns."""
        return self.made.parameters if self.made else 0


def trace(stack: Stack) -> tuple[Step, ...]:
    """Each layer with what it gets and gives. After the first that breaks, none is reached."""
    tensors: Tensors = ()
    states: Tensors = ()
    steps: list[Step] = []
    names = zip(stack, _letters(stack), keras_names(stack), strict=True)
    for place, (layer, letter, name) in enumerate(names, start=1):
        given = Given(tensors, states, letter, name, stack[place:])
        if broken(steps) is not None:
            steps.append(Step(layer, Given((), (), letter, name), None))
            continue
        try:
            made = layer.call(given)
        except ShapeError as error:
            steps.append(Step(layer, given, None, error))
            continue
        steps.append(Step(layer, given, made))
        tensors, states = made.tensors, states if made.states is None else made.states
    return tuple(steps)


def broken(steps: list[Step] | tuple[Step, ...]) -> int | None:
    """Which layer breaks; None where all work."""
    return next((place for place, step in enumerate(steps) if step.error), None)


def total(steps: tuple[Step, ...]) -> int:
    """How many numbers the stack learns."""
    return sum(step.parameters for step in steps)


def keras_names(stack: Stack) -> list[str]:
    """What Keras calls each layer in a fresh session: "lstm", "lstm_1", "dense"."""
    counts: Counter[str] = Counter()
    names = []
    for layer in stack:
        name = ""
        for kind in layer.classes():
            word = _snake_case(kind)
            name = f"{word}_{counts[word]}" if counts[word] else word
            counts[word] += 1
        names.append(name)
    return names


def _letters(stack: Stack) -> list[str]:
    """Each layer's letter, with an index where several layers share it."""
    total = Counter(layer.family for layer in stack)
    seen: Counter[str] = Counter()
    found = []
    for layer in stack:
        seen[layer.family] += 1
        index = f"{seen[layer.family]}".translate(SUBSCRIPTS) if total[layer.family] > 1 else ""
        found.append(layer.family + index)
    return found


def _snake_case(name: str) -> str:
    """As Keras does it."""
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()
