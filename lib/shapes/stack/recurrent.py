"""The recurrent layers: LSTM, GRU, SimpleRNN and Bidirectional."""

from collections.abc import Iterator
from typing import ClassVar

from lib.experiment import CELLS
from lib.shapes.output import BIASES, BLOCKS, MERGE_MODES, STATES, formula
from lib.shapes.stack.base import Inputs, Layer, Outputs, ShapeError, known_size
from lib.shapes.stack.settings import SHARE, WHOLE, count, function, setting
from lib.shapes.stack.tensors import Axis, Tensor, readable_shapes, widened

BATCH_SIZE, TIMESTEPS = 32, 12  # sizes in fixes for a None; 32 is the default of `fit`


class Recurrent(Layer, width_letter="U", mask_rank=2):
    """A layer that calls its cell once per timestep."""

    cell: ClassVar[str]
    units: int = count("u", 16, WHOLE)
    return_sequences: bool = setting("seq", False)
    return_state: bool = setting("state", False)
    go_backwards: bool = setting("back", False)
    stateful: bool = setting("stateful", False)
    use_bias: bool = setting("nobias", True, seldom=True)
    activation: str = function("act", "tanh")
    dropout: float = setting("drop", 0.0, limit=SHARE, seldom=True)
    recurrent_dropout: float = setting("rdrop", 0.0, limit=SHARE, seldom=True)

    def returned(self) -> tuple[str, ...]:
        return ("output", *(STATES[self.cell] if self.return_state else ()))

    def call(self, inputs: Inputs) -> Outputs:
        """(N, T, F) → (N, T, U) or (N, U), then the states."""
        count, starts = len(STATES[self.cell]), inputs.states
        wanted = f"{count} initial state{'s' if count > 1 else ''} of {self.units} units"
        tensor = _sequence(inputs, BLOCKS[self.cell] * self.units, stateful=self.stateful)
        if starts:
            units, message = starts[0][-1].size, ""
            if len(starts) < count:
                message = "list index out of range"
            elif units != self.units:
                message = f"Dimensions must be equal, but are {units} and {self.units}"
            if message or len(starts[0]) > 2:
                raise ShapeError(wanted, readable_shapes(starts), message, "run")
        last = widened(tensor[-1], inputs.letter, self.units)
        output = (*tensor[:2], last) if self.return_sequences else (tensor[0], last)
        states = [(tensor[0], last)] * count if self.return_state else []
        return Outputs((output, *states), *self.parameters(tensor[-1], inputs.letter))

    def parameters(self, axis: Axis, letter: str) -> tuple[int, str, str]:
        """Return the parameter count for this input axis as a number, a product and a formula."""
        features, blocks = axis.size or 0, BLOCKS[self.cell]
        resets_after = getattr(self, "reset_after", True)  # False is possible only for GRU
        biases = BIASES[self.cell][0 if resets_after else -1] if self.use_bias else 0
        factors = [blocks] if blocks > 1 else []
        count = blocks * self.units * (features + self.units + biases)
        product = formula([*factors, self.units], [features, self.units, biases])
        return count, product, formula([*factors, letter], [axis.letter, letter, biases])


class LSTM(Recurrent, kind="lstm", cell="lstm"):
    """Reads a sequence step by step, with a hidden state and a cell state."""

    recurrent_activation: str = function("ract", "sigmoid")


class GRU(Recurrent, kind="gru", cell="gru"):
    """Reads a sequence step by step, with one state."""

    recurrent_activation: str = function("ract", "sigmoid")
    reset_after: bool = setting("before", True, seldom=True)


class SimpleRNN(Recurrent, kind="rnn", cell="simple_rnn"):
    """Reads a sequence step by step, without gates."""


LAYER_OF_CELL: dict[str, type[Recurrent]] = {kind.cell: kind for kind in (LSTM, GRU, SimpleRNN)}
MERGE = {f"{mode}".lower(): "None" if mode is None else f'"{mode}"' for mode in MERGE_MODES}


class Bidirectional(Layer, kind="bi", width_letter="U", mask_rank=2):
    """Reads a sequence forwards and backwards, with one layer per direction."""

    cell: str = setting("c", "lstm", options={key: cell.keras for key, cell in CELLS.items()})
    units: int = count("u", 16, WHOLE)
    merge_mode: str = setting("m", "concat", options=MERGE)
    return_sequences: bool = setting("seq", False)
    return_state: bool = setting("state", False)
    stateful: bool = setting("stateful", False, seldom=True)
    use_bias: bool = setting("nobias", True, seldom=True)
    reset_after: bool = setting("before", True, seldom=True)  # only for GRU
    activation: str = function("act", "tanh")
    recurrent_activation: str = function("ract", "sigmoid")
    dropout: float = setting("drop", 0.0, limit=SHARE, seldom=True)
    recurrent_dropout: float = setting("rdrop", 0.0, limit=SHARE, seldom=True)

    def forward(self) -> Recurrent:
        kind = LAYER_OF_CELL[self.cell]
        names = [setting.name for setting in kind.settings() if hasattr(self, setting.name)]
        return kind(**{name: getattr(self, name) for name in names})

    def returned(self) -> tuple[str, ...]:
        outputs = ("forward", "backward") if self.merge_mode == "none" else ("output",)
        names = [f"{state} {arrow}" for arrow in "→←" for state in STATES[self.cell]]
        return (*outputs, *names) if self.return_state else outputs

    @property
    def title(self) -> str:
        return f"{self.keras}({CELLS[self.cell].keras})"

    def arguments(self) -> Iterator[str]:
        yield self.forward().code()
        if self.merge_mode != "concat":
            yield f"merge_mode={MERGE[self.merge_mode]}"

    def call(self, inputs: Inputs) -> Outputs:
        """(N, T, F) → (N, T, 2U) or (N, 2U); one tensor per direction for merge_mode=None."""
        tensor = _sequence(inputs, BLOCKS[self.cell] * self.units, stateful=self.stateful)
        merged = last = widened(tensor[-1], inputs.letter, self.units)
        if self.merge_mode == "concat":
            merged = widened(last, f"2{inputs.letter}", 2 * self.units)
        output = (*tensor[:2], merged) if self.return_sequences else (tensor[0], merged)
        outputs: list[Tensor] = [output, output] if self.merge_mode == "none" else [output]
        if self.return_state:
            outputs += [(tensor[0], last)] * 2 * len(STATES[self.cell])
        count, product, rule = self.forward().parameters(tensor[-1], inputs.letter)
        return Outputs(tuple(outputs), 2 * count, f"2·{product}", f"2·{rule}")

    def masks(self, inputs: Inputs, count: int) -> tuple[int, ...]:
        first, *states = super().masks(inputs, count)
        return (first, first, *states[1:]) if self.merge_mode == "none" else (first, *states)


def _sequence(inputs: Inputs, columns: int, *, stateful: bool) -> Tensor:
    tensor = inputs.of_rank(3)
    known_size(tensor, columns)
    if stateful and tensor[0].size is None:
        raise ShapeError.of("open batch", tensor)
    return tensor
