"""The recurrent layers: LSTM, GRU, SimpleRNN, Bidirectional, and RNN with several cells."""

from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar

from lib.experiment import CELLS
from lib.shapes.output import BIASES, BLOCKS, MERGE_MODES, STATES, formula
from lib.shapes.stack.base import Inputs, Layer, NotTraced, Outputs, ShapeError, known_size
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
    initial_state: bool = setting("init", False, in_call=True)  # starts from unpacked states
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
        if self.initial_state and not starts:  # Python's error, raised before Keras is called
            raise ShapeError(wanted, "none", "name 'states' is not defined")
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

    def classes(self) -> tuple[str, ...]:
        return (CELLS[self.cell].keras, self.keras)

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


class CellStack(Layer, kind="cells", keras="RNN", width_letter="U", mask_rank=2):
    """Calls several cells at each timestep. Each cell takes the output of the previous cell."""

    cells: tuple[Recurrent, ...] = setting("c", (LSTM(16), LSTM(8)), cells=True)
    return_sequences: bool = setting("seq", False)
    return_state: bool = setting("state", False)
    go_backwards: bool = setting("back", False, seldom=True)
    stateful: bool = setting("stateful", False, seldom=True)

    def returned(self) -> tuple[str, ...]:
        return ("output", *(STATES[self.cells[0].cell] if self.return_state else ()))

    def classes(self) -> tuple[str, ...]:
        cells = [f"{layer.keras}Cell" for layer in self.cells]
        return (*cells, "StackedRNNCells", self.keras) if len(cells) > 1 else (*cells, self.keras)

    def arguments(self) -> Iterator[str]:
        cells = [layer.code().replace("(", "Cell(", 1) for layer in self.cells]
        yield cells[0] if len(cells) == 1 else f"[{', '.join(cells)}]"
        yield from (word for word in super().arguments() if not word.startswith("cells="))

    def check(self) -> None:
        for layer in self.cells:
            layer.check()

    def call(self, inputs: Inputs) -> Outputs:
        """(N, T, F) → (N, T, U) or (N, U), then the states. The last cell has U units."""
        # If there are several inputs, Keras reads the first shape as the batch size.
        inputs.only_one("Cannot convert '((…' to a shape.")
        if self.return_state and len(self.cells) > 1:
            raise NotTraced.of("states of cells")
        columns = BLOCKS[self.cells[0].cell] * self.cells[0].units
        tensor = _sequence(replace(inputs, keras_skips_check=True), columns, stateful=self.stateful)
        parameters, last = [], tensor[-1]
        for layer in self.cells:
            parameters.append(layer.parameters(last, inputs.letter))
            last = widened(last, inputs.letter, layer.units)
        output = (*tensor[:2], last) if self.return_sequences else (tensor[0], last)
        states = ((tensor[0], last),) * (len(self.returned()) - 1)
        counts, products, _ = zip(*parameters, strict=True)
        return Outputs((output, *states), sum(counts), " + ".join(products))


def _sequence(inputs: Inputs, columns: int, *, stateful: bool) -> Tensor:
    tensor = inputs.of_rank(3)
    known_size(tensor, columns)
    if stateful and tensor[0].size is None:
        raise ShapeError.of("open batch", tensor)
    return tensor
