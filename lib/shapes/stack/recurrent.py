"""The recurrent layers of a stack: LSTM, GRU, SimpleRNN, Bidirectional around one, RNN of cells."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, ClassVar

from lib.experiment import CELLS
from lib.shapes.output import BIASES, BLOCKS, MERGE_MODES, STATES, formula, rnn_parameter_count
from lib.shapes.stack.base import Inputs, Layer, Outputs, known_size
from lib.shapes.stack.errors import NotTraced, ShapeError
from lib.shapes.stack.settings import POSITIVE, UNITS, function, setting, share
from lib.shapes.stack.tensors import Axis, Tensor, readable_shapes, widened

BATCH_SIZE, TIMESTEPS = 32, 12
"""Used where a size is None but a number is needed; 32 is the default of `fit`."""


class Recurrent(Layer, width_letter="U", uses_mask=2):
    """A cell that is called once for each timestep."""

    cell: ClassVar[str]

    units: int = setting("u", 16, limit=UNITS, refusal=f"{POSITIVE}, got {{value}}.")
    return_sequences: bool = setting("seq", False)
    return_state: bool = setting("state", False)
    go_backwards: bool = setting("back", False)
    stateful: bool = setting("stateful", False)
    initial_state: bool = setting("init", False, in_call=True)
    """Whether its initial states are those that were unpacked before."""
    use_bias: bool = setting("nobias", True, seldom=True)
    activation: str = function("act", "tanh")
    dropout: float = share("drop", seldom=True)
    recurrent_dropout: float = share("rdrop", seldom=True)

    def returned(self) -> tuple[str, ...]:
        return ("output", *STATES[self.cell] * self.return_state)

    def call(self, inputs: Inputs) -> Outputs:
        """(N, T, F) → (N, T, U) or (N, U), and the states after it."""
        count = len(STATES[self.cell])
        starts, states = self.initial_state or self.states, inputs.states
        wanted = f"{count} state{'s' * (count > 1)} of {self.units} units to start from"
        if starts and not states:  # Python's error, before Keras is asked
            raise ShapeError(wanted, "none", "name 'states' is not defined")
        tensor = _sequence(inputs, BLOCKS[self.cell] * self.units, stateful=self.stateful)
        if starts:
            message, units = "", states[0][-1].size
            if len(states) < count:
                message = "list index out of range"
            elif units != self.units:
                message = f"Dimensions must be equal, but are {units} and {self.units}"
            if message or len(states[0]) > 2:
                raise ShapeError(wanted, readable_shapes(states), message, "run")
        last = widened(tensor[-1], inputs.letter, self.units)
        output = (*tensor[: 2 if self.return_sequences else 1], last)
        states = ((tensor[0], last),) * count * self.return_state
        return Outputs((output, *states), *self.parameters(tensor[-1], inputs.letter))

    def parameters(self, axis: Axis, letter: str) -> tuple[int, str, str]:
        """The count on input with this last axis: the number, the product, and in letters."""
        features, after = axis.size or 0, getattr(self, "reset_after", True)
        blocks = [BLOCKS[self.cell]] * (BLOCKS[self.cell] > 1)
        biases = BIASES[self.cell][0 if after else -1] * self.use_bias
        return (
            rnn_parameter_count(self.cell, features, self.units, after, use_bias=self.use_bias),
            formula([*blocks, self.units], [features, self.units, biases]),
            formula([*blocks, letter], [axis.letter, letter, biases]),
        )


class LSTM(Recurrent, kind="lstm", cell="lstm"):
    """Reads step by step, with a hidden state and a cell state."""

    recurrent_activation: str = function("ract", "sigmoid")


class GRU(Recurrent, kind="gru", cell="gru"):
    """Reads step by step, with one state."""

    recurrent_activation: str = function("ract", "sigmoid")
    reset_after: bool = setting("before", True, seldom=True)


class SimpleRNN(Recurrent, kind="rnn", cell="simple_rnn"):
    """Reads step by step, without gates."""


RECURRENT: tuple[type[Recurrent], ...] = (LSTM, GRU, SimpleRNN)
LAYER_OF_CELL = {kind.cell: kind for kind in RECURRENT}
"""The layer of each cell, by its key of `lib.experiment.CELLS`."""
MERGE = {f"{mode}".lower(): "None" if mode is None else f'"{mode}"' for mode in MERGE_MODES}
"""Each merge mode, as the address and as Keras writes it."""
_CELL_NAMES = {key: cell.keras for key, cell in CELLS.items()}


class Bidirectional(Layer, kind="bi", width_letter="U", uses_mask=2):
    """Reads forwards and backwards, with a layer for each direction."""

    cell: str = setting("c", "lstm", options=_CELL_NAMES)
    units: int = setting("u", 16, limit=UNITS, refusal=f"{POSITIVE}, got {{value}}.")
    merge_mode: str = setting("m", "concat", options=MERGE)
    return_sequences: bool = setting("seq", False)
    return_state: bool = setting("state", False)
    stateful: bool = setting("stateful", False, seldom=True)
    use_bias: bool = setting("nobias", True, seldom=True)
    reset_after: bool = setting("before", True, seldom=True)
    """Of a GRU alone."""
    activation: str = function("act", "tanh")
    recurrent_activation: str = function("ract", "sigmoid")
    dropout: float = share("drop", seldom=True)
    recurrent_dropout: float = share("rdrop", seldom=True)
    backward_layer: str = setting(
        "bc", "same", options={"same": "as forwards"} | _CELL_NAMES, seldom=True
    )

    def directions(self) -> list[Recurrent]:
        """The layer of each direction."""
        layers = []
        backward = self.cell if self.backward_layer == "same" else self.backward_layer
        for name in (self.cell, backward):
            kind = LAYER_OF_CELL[name]
            shared = {setting.name for setting in kind.settings() if hasattr(self, setting.name)}
            layers.append(kind(**{name: getattr(self, name) for name in shared}))
        return [layers[0], replace(layers[1], go_backwards=True)]

    def returned(self) -> tuple[str, ...]:
        outputs = ("forward", "backward") if self.merge_mode == "none" else ("output",)
        names = [f"{state} {arrow}" for arrow in "→←" for state in STATES[self.cell]]
        return (*outputs, *names * self.return_state)

    @property
    def title(self) -> str:
        return f"{self.keras}({CELLS[self.cell].keras})"

    def classes(self) -> tuple[str, ...]:
        return (CELLS[self.cell].keras, self.keras)

    def arguments(self) -> Iterator[str]:
        forward, backward = self.directions()
        yield forward.code()
        if self.merge_mode != "concat":
            yield f"merge_mode={MERGE[self.merge_mode]}"
        if self.backward_layer != "same":
            yield f"backward_layer={backward.code()}"

    def call(self, inputs: Inputs) -> Outputs:
        """(N, T, F) → (N, T, 2U) or (N, 2U); one tensor for each direction if they stay apart."""
        tensor = _sequence(inputs, BLOCKS[self.cell] * self.units, stateful=self.stateful)
        directions, letter = self.directions(), inputs.letter
        one, other = (len(STATES[direction.cell]) for direction in directions)
        if self.return_state and one > other:
            raise ShapeError.of("states of two kinds", one=one, other=other)
        last = widened(tensor[-1], letter, self.units)
        joined = widened(last, f"2{letter}", 2 * self.units)
        output = (
            *tensor[: 2 if self.return_sequences else 1],
            joined if self.merge_mode == "concat" else last,
        )
        # Keras takes the directions for alike: of a larger state backwards it drops the rest.
        states = ((tensor[0], last),) * 2 * one * self.return_state
        counts, *formulas = zip(
            *(direction.parameters(tensor[-1], letter) for direction in directions), strict=True
        )
        product, rule = (f"2·{a}" if a == b else f"{a} + {b}" for a, b in formulas)
        outputs = (output,) * (2 if self.merge_mode == "none" else 1)
        return Outputs((*outputs, *states), sum(counts), product, rule)

    def masks(self, inputs: Inputs, count: int) -> tuple[int, ...]:
        """A sequence keeps the mask, in each direction."""
        first, *states = super().masks(inputs, count)
        return (first, first, *states[1:]) if self.merge_mode == "none" else (first, *states)


_CELL = re.compile(r"([a-z]+)(\d+)(\.before)?(\.nobias)?")
_ONE = r"((lstm|rnn)[0-9]{1,4}|gru[0-9]{1,4}(\.before)?)(\.nobias)?"
"""A cell as text: the kind of its layer, its units and flags."""


def _layers_of(cells: str) -> list[Recurrent]:
    """The layer of each cell in a text."""
    found = []
    for name, units, before, nobias in _CELL.findall(cells):
        about: dict[str, Any] = {"reset_after": False} if before else {}
        kind = next(kind for kind in RECURRENT if kind.kind == name)
        found.append(kind(int(units), use_bias=not nobias, **about))
    return found


class CellStack(Layer, kind="cells", keras="RNN", width_letter="U", uses_mask=2):
    """Calls several cells at each timestep, each on what the one before gives."""

    cells: str = setting("c", "lstm16-lstm8", pattern=f"{_ONE}(-{_ONE})*")
    """Each as text: "lstm8-gru4.nobias"."""
    return_sequences: bool = setting("seq", False)
    return_state: bool = setting("state", False)
    go_backwards: bool = setting("back", False, seldom=True)
    stateful: bool = setting("stateful", False, seldom=True)

    def returned(self) -> tuple[str, ...]:
        return ("output", *STATES[self.layers()[0].cell] * self.return_state)

    def again(self, first: Layer) -> Layer:
        return replace(self, cells=first.cells) if isinstance(first, Cell) else super().again(first)

    def layers(self) -> list[Recurrent]:
        """The layer of each cell."""
        return _layers_of(self.cells)

    def classes(self) -> tuple[str, ...]:
        cells = [f"{layer.keras}Cell" for layer in self.layers()]
        return (*cells, *("StackedRNNCells",) * (len(cells) > 1), self.keras)

    def arguments(self) -> Iterator[str]:
        cells = [layer.code().replace("(", "Cell(", 1) for layer in self.layers()]
        yield cells[0] if len(cells) == 1 else f"[{', '.join(cells)}]"
        yield from (word for word in super().arguments() if not word.startswith("cells="))

    def check(self) -> None:
        for layer in self.layers():
            layer.check()

    def call(self, inputs: Inputs) -> Outputs:
        """(N, T, F) → (N, T, U) or (N, U), with the units of the last cell; and a cell's states."""
        # Of several tensors the layer takes the first shape for the batch.
        inputs.only_one("Cannot convert '((…' to a shape.")
        layers = self.layers()
        if self.return_state and len(layers) > 1:
            raise NotTraced.of("states of cells")
        columns = BLOCKS[layers[0].cell] * layers[0].units
        tensor = _sequence(replace(inputs, unchecked=True), columns, stateful=self.stateful)
        learned, products, last = 0, "", tensor[-1]
        for layer in layers:
            count, product, _ = layer.parameters(last, inputs.letter)
            last = widened(last, inputs.letter, layer.units)
            learned, products = learned + count, f"{products} + {product}"
        output = (*tensor[: 2 if self.return_sequences else 1], last)
        states = ((tensor[0], last),) * (len(self.returned()) - 1)
        return Outputs((output, *states), learned, products.removeprefix(" + "))


class Cell(Layer, kind="cell", keras="LSTMCell", width_letter="U"):
    """One step of a recurrent layer, which code calls by itself: with the states before it."""

    cells: str = setting("c", "lstm16", pattern=_ONE)
    """One cell as text."""

    def layer(self) -> Recurrent:
        """The recurrent layer of this cell."""
        return _layers_of(self.cells)[0]

    @property
    def title(self) -> str:
        return f"{self.layer().keras}Cell"

    def returned(self) -> tuple[str, ...]:
        return ("output", *STATES[self.layer().cell])

    def classes(self) -> tuple[str, ...]:
        return (self.title,)

    def code(self) -> str:
        return self.layer().code().replace("(", "Cell(", 1)

    def called_on(self, code: str, tensors: str) -> str:
        return f"keras.tree.flatten({code}({tensors}))"  # states are a list of their own

    def again(self, first: Layer) -> Layer:
        return replace(self, cells=first.cells) if isinstance(first, (Cell, CellStack)) else self

    def call(self, inputs: Inputs) -> Outputs:
        """(N, F) and states (N, U) → (N, U), and the states after it."""
        layer, (tensor, *states) = self.layer(), inputs.tensors
        fits = [len(one) == 2 and one[-1].size == layer.units for one in states]
        if len(tensor) != 2 or len(fits) != len(STATES[layer.cell]) or not all(fits):
            raise NotTraced.of("a cell on other tensors", *inputs.tensors)
        known_size(tensor, BLOCKS[layer.cell] * layer.units)
        output = (tensor[0], widened(tensor[-1], inputs.letter, layer.units))
        learned = layer.parameters(tensor[-1], inputs.letter)
        return Outputs((output,) * (1 + len(states)), *learned)


def _sequence(inputs: Inputs, columns: int, *, stateful: bool) -> Tensor:
    """The input (N, T, F), for a kernel with so many columns."""
    tensor = inputs.of_rank(3)
    known_size(tensor, columns)
    check_batch(stateful, tensor)
    return tensor


def check_batch(stateful: bool, tensor: Tensor) -> None:
    """Raise ShapeError for a stateful layer without a fixed batch size."""
    if stateful and tensor[0].size is None:
        raise ShapeError.of("open batch", tensor)
