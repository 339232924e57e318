"""The recurrent layers of a stack: LSTM, GRU, SimpleRNN, and Bidirectional around one of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from lib.experiment import CELLS
from lib.shapes import BLOCKS, MERGE_MODES, STATES, rnn_output_shape
from lib.shapes import rnn_parameter_count as count
from lib.shapes import rnn_parameter_product as product
from lib.stack.base import UNITS, Inputs, Layer, Outputs, ShapeError, known_width, setting
from lib.stack.tensors import Tensor, Tensors, readable_shape, readable_shapes, sizes, widened

BATCH_SIZE, TIMESTEPS = 32, 12
"""What stands for sizes that are open where a number is needed; 32 is what `fit` takes."""


@dataclass(frozen=True, slots=True)
class Recurrent(Layer, width_letter="U"):
    """A cell that is called once for each timestep."""

    cell: ClassVar[str]

    units: int = setting("u", 16, "units", limit=UNITS)
    return_sequences: bool = setting("seq", False)
    return_state: bool = setting("state", False)
    go_backwards: bool = setting("back", False)
    stateful: bool = setting("stateful", False)
    initial_state: bool = setting("init", False, in_call=True)
    """Whether it starts from the states that were unpacked below."""

    def call(self, inputs: Inputs) -> Outputs:
        """(N, T, F) → (N, T, U) or (N, U), and the states after it."""
        count = len(STATES[self.cell])
        wanted = f"{count} state{'s' * (count > 1)} of {self.units} units to start from"
        if self.initial_state and not inputs.states:
            raise ShapeError.of("no states", wanted=wanted)
        tensor = inputs.of_rank(3)
        features = known_width(tensor, BLOCKS[self.cell] * self.units)
        if self.stateful and tensor[0].size is None:
            raise ShapeError.of("open batch", tensor=readable_shape(tensor), sizes=sizes(tensor))
        if self.initial_state:
            self._check_states(inputs.states, tensor, wanted)
        return _outputs(self, tensor, features, inputs.letter)

    def _check_states(self, states: Tensors, tensor: Tensor, wanted: str) -> None:
        """Raise ShapeError for states that the cell can't start from."""
        words = {"wanted": wanted, "states": readable_shapes(states), "units": self.units}
        if len(states) < len(STATES[self.cell]):
            raise ShapeError.of("few states", **words)
        if (units := states[0][-1].size) != self.units:
            raise ShapeError.of("states of other units", received_units=units, **words)
        batch, time = tensor[0].size, tensor[1].size
        # By coincidence Keras computes with a sequence as the state, and says nothing.
        broadcasts = self.cell == "simple_rnn" and batch is not None and batch in (1, time)
        if len(states[0]) == 2 or broadcasts:  # the first alone can be a sequence
            return
        batch, time = batch or BATCH_SIZE, time or TIMESTEPS
        rows = min(time, self.units) if self.cell == "gru" else time  # a GRU slices that axis
        row = "a sequence as the state"
        if batch == rows or 1 in (batch, rows, self.units):
            row = "a sequence that broadcasts"
        words |= {"first": readable_shape(states[0]), "keras": self.keras}
        raise ShapeError.of(row, batch=batch, rows=rows, **words)


@dataclass(frozen=True, slots=True)
class LSTM(Recurrent, kind="lstm", cell="lstm"):
    """Reads step by step, with a hidden state and a cell state."""


@dataclass(frozen=True, slots=True)
class GRU(Recurrent, kind="gru", cell="gru"):
    """Reads step by step, with one state."""


@dataclass(frozen=True, slots=True)
class SimpleRNN(Recurrent, kind="rnn", cell="simple_rnn"):
    """Reads step by step, without gates."""


LAYER_OF_CELL: dict[str, type[Recurrent]] = {kind.cell: kind for kind in (LSTM, GRU, SimpleRNN)}
"""The layer of each cell, by its key of `lib.experiment.CELLS`."""
MERGE = {f"{mode}".lower(): "None" if mode is None else f'"{mode}"' for mode in MERGE_MODES}
"""Each merge mode, as the address and as Keras writes it."""


@dataclass(frozen=True, slots=True)
class Bidirectional(Layer, kind="bi", width_letter="U"):
    """Reads forwards and backwards, with a layer for each direction."""

    cell: str = setting(
        "c", "lstm", "cell", options={key: cell.keras for key, cell in CELLS.items()}
    )
    units: int = setting("u", 16, "units", limit=UNITS)
    merge_mode: str = setting("m", "concat", "merge_mode", options=MERGE)
    return_sequences: bool = setting("seq", False)
    return_state: bool = setting("state", False)

    def classes(self) -> tuple[str, ...]:
        """The inner layer, and the wrapper."""
        return (CELLS[self.cell].keras, self.keras)

    def arguments(self) -> Iterator[str]:
        """The inner layer, and the merge mode where it isn't the usual one."""
        yield LAYER_OF_CELL[self.cell](self.units, self.return_sequences, self.return_state).code()
        if self.merge_mode != "concat":
            yield f"merge_mode={MERGE[self.merge_mode]}"

    def call(self, inputs: Inputs) -> Outputs:
        """(N, T, F) → (N, T, 2U) or (N, 2U); one tensor for each direction if they stay apart."""
        tensor = inputs.of_rank(3)
        features = known_width(tensor, BLOCKS[self.cell] * self.units)
        return _outputs(self, tensor, features, inputs.letter)


def _outputs(
    layer: Recurrent | Bidirectional, tensor: Tensor, features: int, letter: str
) -> Outputs:
    """What a tensor (N, T, F) becomes in one direction, or in both: outputs, then states."""
    cell, units, both = layer.cell, layer.units, isinstance(layer, Bidirectional)
    merge = layer.merge_mode if isinstance(layer, Bidirectional) else "concat"
    batch, _, last = tensor
    one, two = widened(last, letter, units), widened(last, f"2{letter}", 2 * units)
    apart = merge == "none"
    shape = rnn_output_shape(
        sizes(tensor), units, layer.return_sequences, both, None if apart else merge
    )
    outputs = [
        (*tensor[: len(each) - 1], one if each[-1] == units else two)
        for each in (shape if apart else (shape,))
    ]
    states = [(batch, one)] * len(STATES[cell]) * (2 if both else 1) if layer.return_state else []
    return Outputs(
        (*outputs, *states),
        count(cell, features, units, bidirectional=both),
        product(cell, features, units, bidirectional=both),
        product(cell, last.letter, letter, bidirectional=both),
    )


def returned_names(layer: Layer) -> tuple[str, ...]:
    """What each tensor is that a layer gives: "output", "h", "c"."""
    if isinstance(layer, Recurrent):
        return ("output", *STATES[layer.cell] * layer.return_state)
    if isinstance(layer, Bidirectional):
        outputs = ("forward", "backward") if layer.merge_mode == "none" else ("output",)
        names = [f"{state} {arrow}" for arrow in "→←" for state in STATES[layer.cell]]
        return (*outputs, *names * layer.return_state)
    return ("output",)
