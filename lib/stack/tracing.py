"""Follow a stack layer by layer: every tensor's shape, every parameter, and where it breaks.

Its Keras code says the same, with a shape behind each line. An experiment's models are stacks too,
which strip, sentences and script all read: of several recurrent layers all but the top one return
sequences in either mode, since the next one needs the time axis.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from lib.english import subscript
from lib.experiment import ModelSettings
from lib.shapes import STATES, Shape
from lib.stack.base import Inputs, Layer, Outputs, ShapeError, Stack
from lib.stack.plain import Dense, Input
from lib.stack.recurrent import LAYER_OF_CELL, Recurrent
from lib.stack.tensors import Tensors, sizes

NOTHING = Outputs(())
_WORDS = re.compile("(?<=.)(?=[A-Z][a-z])|(?<=[a-z])(?=[A-Z])")
"""Where a word begins in the name of a class, as Keras sees it: Simple|RNN, Time|Distributed."""


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
        for word in (_WORDS.sub("_", kind).lower() for kind in layer.classes()):
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


HEAD = "import keras\nfrom keras import layers\n"


def keras_code(steps: tuple[TracedLayer, ...]) -> str:
    """A script that builds the model; where the stack breaks, it raises Keras's error."""
    column = max(len(code_line(step)) for step in steps) + 2
    body = [f"{code_line(step):<{column}}# {_comment(step)}".rstrip() for step in steps]
    return "\n".join([HEAD, *body, "", "model = keras.Model(inputs, x)", "model.summary()", ""])


def code_line(step: TracedLayer) -> str:
    """The line that calls a layer on `x`."""
    layer = step.layer
    code = layer.code()
    if layer.kind == "input":
        return f"x = inputs = {code}"
    if layer.kind == "unpack":
        return code
    states = ""
    if isinstance(layer, Recurrent) and layer.initial_state:
        some = f"[:{len(STATES[layer.cell])}]" if spare_states(step) else ""
        states = f", initial_state=states{some}"
    return f"x = {code}(x{states})"


def spare_states(step: TracedLayer) -> int:
    """How many of the states that were kept a layer leaves out: those after the first it needs."""
    layer = step.layer
    if not isinstance(layer, Recurrent) or not layer.initial_state:
        return 0
    return max(0, len(step.inputs.states) - len(STATES[layer.cell]))


def _comment(step: TracedLayer) -> str:
    if step.tensors:
        spare = f", leaves {count} of the states out" if (count := spare_states(step)) else ""
        return f"{step.shapes[0] if len(step.shapes) == 1 else [*step.shapes]}{spare}"
    if step.error is None:
        return "not reached"
    if not step.error.message:
        return "builds, and goes wrong when it trains"
    how = {"run": "builds, and breaks when it runs", "trained": "builds, and breaks when it trains"}
    return how.get(step.error.when, "breaks here")


def model_stack(
    model: ModelSettings, mode: str, timesteps: int, features: int, targets: int
) -> Stack:
    """The model of one mode, "sequence" or "last", for data of T timesteps, F features, K targets.

    Without a head the output has U columns, whatever K is.
    """
    layers = [
        LAYER_OF_CELL[model.cell](
            units=model.units, return_sequences=mode == "sequence" or level < model.layers - 1
        )
        for level in range(model.layers)
    ]
    head = (Dense(units=targets),) if model.head == "dense" else ()
    return (Input(timesteps=timesteps, features=features), *layers, *head)


@lru_cache(maxsize=256)
def model_layers(
    model: ModelSettings, timesteps: int, features: int, targets: int
) -> Mapping[str, tuple[TracedLayer, ...]]:
    """Every layer of an experiment's models, by mode: "sequence", "last", or both.

    All recurrent layers have the same U, so that their letters have no index. Remembered, since
    each run of a page asks three times, and a live chart runs it often.
    """
    return {
        mode: trace(model_stack(model, mode, timesteps, features, targets), indexes=False)
        for mode in model.modes
    }
