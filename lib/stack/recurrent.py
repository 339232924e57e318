"""The recurrent layers of a stack: LSTM, GRU, SimpleRNN, Bidirectional around one, RNN of cells."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, ClassVar, Self

from lib.experiment import CELLS, Limit
from lib.shapes import BIASES, BLOCKS, MERGE_MODES, STATES, rnn_output_shape
from lib.shapes import rnn_parameter_count as parameters
from lib.shapes import rnn_parameter_product as product
from lib.stack.base import (
    UNITS,
    Inputs,
    Layer,
    Outputs,
    Ref,
    ShapeError,
    known_size,
    known_width,
    option,
    setting,
)
from lib.stack.tensors import Tensor, Tensors, readable_shape, readable_shapes, sizes, widened
from lib.toml import beside

BATCH_SIZE, TIMESTEPS = 32, 12
"""What stands for sizes that are open where a number is needed; 32 is what `fit` takes."""
ACTIVATIONS: tuple[str, ...] = tuple(beside(__file__, "arguments")["activations"])
"""Keras's activations that take no argument, by name."""
RATE = Limit(0.0, 1.0, 0.1)
NOT_UNITS = (
    "Received an invalid value for argument `{name}`, expected a positive integer, got {value}."
)


def share(key: str, label: str = "", **about: Any) -> Any:
    """A field for a share of dropout that is seldom set."""
    return setting(key, 0.0, label, limit=RATE, seldom=True, **about)


@dataclass(frozen=True, slots=True)
class Recurrent(Layer, width_letter="U"):
    """A cell that is called once for each timestep."""

    uses_mask: ClassVar[int | None] = 2
    cell: ClassVar[str]

    units: int = setting("u", 16, "units", limit=UNITS, refusal=NOT_UNITS)
    return_sequences: bool = setting("seq", False)
    return_state: bool = setting("state", False)
    go_backwards: bool = setting("back", False)
    stateful: bool = setting("stateful", False)
    initial_state: bool = setting("init", False, in_call=True)
    """Whether it starts from the states that were unpacked before."""
    use_bias: bool = setting("nobias", True, seldom=True)
    activation: str = option("act", *ACTIVATIONS, seldom=True)
    dropout: float = share("drop", "dropout")
    recurrent_dropout: float = share("rdrop", "recurrent_dropout")
    states: tuple[Ref, ...] = field(default=(), kw_only=True)
    """What it starts from, where a layer is named for it."""

    def returned(self) -> tuple[str, ...]:
        """The output, and the states after it."""
        return ("output", *STATES[self.cell] * self.return_state)

    def refs(self) -> tuple[Ref, ...]:
        """What it is called on, and what it starts from."""
        return (*self.of, *self.states)

    def at(self, moved: Mapping[int, int]) -> Self:
        """Its states follow, too."""
        states = tuple(Ref(moved[place], output) for place, output in self.states if place in moved)
        return replace(Layer.at(self, moved), states=states)

    def again(self, first: Self) -> Self:
        """Its states are its own, too."""
        return replace(Layer.again(self, first), states=self.states)

    @property
    def biases(self) -> int:
        """How many it has for each column of its kernels."""
        return BIASES[self.cell][0 if getattr(self, "reset_after", True) else -1] * self.use_bias

    def call(self, inputs: Inputs) -> Outputs:
        """(N, T, F) → (N, T, U) or (N, U), and the states after it."""
        count = len(STATES[self.cell])
        wanted = f"{count} state{'s' * (count > 1)} of {self.units} units to start from"
        starts = self.initial_state or bool(self.states)
        if starts and not inputs.states:
            raise ShapeError.of("no states", wanted=wanted)
        tensor, features = sequence(inputs, BLOCKS[self.cell] * self.units)
        check_batch(self.stateful, tensor)
        if starts:
            self._check_states(inputs.states, tensor, wanted)
        return _outputs(self, tensor, features, inputs.letter)

    def masks(self, inputs: Inputs, count: int) -> tuple[int, ...]:
        """A sequence keeps the mask; states have none."""
        return returned_masks(inputs, count, 1 if self.return_sequences else 0)

    def _check_states(self, states: Tensors, tensor: Tensor, wanted: str) -> None:
        """Raise ShapeError for states that the cell can't start from."""
        words = {"wanted": wanted, "states": readable_shapes(states), "units": self.units}
        if len(states) < len(STATES[self.cell]):
            raise ShapeError.of("few states", **words)
        if (units := states[0][-1].size) != self.units:
            raise ShapeError.of("states of other units", received_units=units, **words)
        batch, time = tensor[0].size, tensor[1].size
        if len(states[0]) == 2:  # the first alone can be a sequence
            return
        words |= {"first": readable_shape(states[0]), "keras": self.keras}
        if self.cell == "simple_rnn" and batch is not None and batch in (1, time):
            raise ShapeError.of("a sequence that fits by chance", **words)
        batch, time = batch or BATCH_SIZE, time or TIMESTEPS
        rows = min(time, self.units) if self.cell == "gru" else time  # a GRU slices that axis
        row = "a sequence as the state"
        if batch == rows or 1 in (batch, rows, self.units):
            row = "a sequence that broadcasts"
        raise ShapeError.of(row, batch=batch, rows=rows, **words)


@dataclass(frozen=True, slots=True)
class LSTM(Recurrent, kind="lstm", cell="lstm"):
    """Reads step by step, with a hidden state and a cell state."""

    recurrent_activation: str = option("ract", "sigmoid", *ACTIVATIONS, seldom=True)


@dataclass(frozen=True, slots=True)
class GRU(Recurrent, kind="gru", cell="gru"):
    """Reads step by step, with one state."""

    recurrent_activation: str = option("ract", "sigmoid", *ACTIVATIONS, seldom=True)
    reset_after: bool = setting("before", True, seldom=True)


@dataclass(frozen=True, slots=True)
class SimpleRNN(Recurrent, kind="rnn", cell="simple_rnn"):
    """Reads step by step, without gates."""


LAYER_OF_CELL: dict[str, type[Recurrent]] = {kind.cell: kind for kind in (LSTM, GRU, SimpleRNN)}
"""The layer of each cell, by its key of `lib.experiment.CELLS`."""
MERGE = {f"{mode}".lower(): "None" if mode is None else f'"{mode}"' for mode in MERGE_MODES}
"""Each merge mode, as the address and as Keras writes it."""
_CELL_NAMES = {key: cell.keras for key, cell in CELLS.items()}


@dataclass(frozen=True, slots=True)
class Bidirectional(Layer, kind="bi", width_letter="U"):
    """Reads forwards and backwards, with a layer for each direction."""

    uses_mask: ClassVar[int | None] = 2

    cell: str = setting("c", "lstm", "cell", options=_CELL_NAMES)
    units: int = setting("u", 16, "units", limit=UNITS, refusal=NOT_UNITS)
    merge_mode: str = setting("m", "concat", "merge_mode", options=MERGE)
    return_sequences: bool = setting("seq", False)
    return_state: bool = setting("state", False)
    stateful: bool = setting("stateful", False, seldom=True)
    use_bias: bool = setting("nobias", True, seldom=True)
    reset_after: bool = setting("before", True, seldom=True)
    """Of a GRU alone."""
    activation: str = option("act", *ACTIVATIONS, seldom=True)
    recurrent_activation: str = option("ract", "sigmoid", *ACTIVATIONS, seldom=True)
    dropout: float = share("drop", "dropout")
    recurrent_dropout: float = share("rdrop", "recurrent_dropout")
    backward_layer: str = setting(
        "bc", "same", "backward_layer", options={"same": "as forwards"} | _CELL_NAMES, seldom=True
    )

    def directions(self) -> tuple[Recurrent, Recurrent]:
        """The layer of each direction."""
        names = (self.cell, self.cell if self.backward_layer == "same" else self.backward_layer)
        forward, backward = (self._direction(LAYER_OF_CELL[name]) for name in names)
        return forward, replace(backward, go_backwards=True)

    def _direction(self, kind: type[Recurrent]) -> Recurrent:
        own = {item.name for item in fields(self) if item.metadata}
        shared = [setting.name for setting in kind.settings() if setting.name in own]
        return kind(**{name: getattr(self, name) for name in shared})

    def returned(self) -> tuple[str, ...]:
        """The output, or that of each direction; and the states of both."""
        outputs = ("forward", "backward") if self.merge_mode == "none" else ("output",)
        names = [f"{state} {arrow}" for arrow in "→←" for state in STATES[self.cell]]
        return (*outputs, *names * self.return_state)

    @property
    def title(self) -> str:
        """With the layer inside."""
        return f"{self.keras}({CELLS[self.cell].keras})"

    def classes(self) -> tuple[str, ...]:
        """The inner layer, and the wrapper."""
        return (CELLS[self.cell].keras, self.keras)

    def arguments(self) -> Iterator[str]:
        """The inner layer, the merge mode where it isn't the usual one, and another one's code."""
        forward, backward = self.directions()
        yield forward.code()
        if self.merge_mode != "concat":
            yield f"merge_mode={MERGE[self.merge_mode]}"
        if self.backward_layer != "same":
            yield f"backward_layer={backward.code()}"

    def call(self, inputs: Inputs) -> Outputs:
        """(N, T, F) → (N, T, 2U) or (N, 2U); one tensor for each direction if they stay apart."""
        tensor, features = sequence(inputs, BLOCKS[self.cell] * self.units)
        check_batch(self.stateful, tensor)
        kept = [len(STATES[direction.cell]) for direction in self.directions()]
        if self.return_state and kept[0] > kept[1]:
            raise ShapeError.of("states of two kinds", one=kept[0], other=kept[1])
        return _outputs(self, tensor, features, inputs.letter)

    def masks(self, inputs: Inputs, count: int) -> tuple[int, ...]:
        """A sequence keeps the mask, that of each direction too."""
        outputs = 2 if self.merge_mode == "none" else 1
        return returned_masks(inputs, count, outputs if self.return_sequences else 0)


@dataclass(frozen=True, slots=True)
class CellStack(Layer, kind="cells", keras="RNN", width_letter="U"):
    """Calls several cells at each timestep, each on what the one before gives."""

    uses_mask: ClassVar[int | None] = 2

    cell: str = setting("c", "lstm", "cell", options=_CELL_NAMES)
    units: tuple[int, ...] = setting("u", (16, 8), "units", sizes=0)
    return_sequences: bool = setting("seq", False)
    go_backwards: bool = setting("back", False, seldom=True)
    stateful: bool = setting("stateful", False, seldom=True)

    def classes(self) -> tuple[str, ...]:
        """The cells, what holds them, and the layer."""
        cells = (f"{CELLS[self.cell].keras}Cell",) * len(self.units)
        return (*cells, *("StackedRNNCells",) * (len(cells) > 1), self.keras)

    def arguments(self) -> Iterator[str]:
        """The cells, and what is switched on."""
        cells = [f"layers.{CELLS[self.cell].keras}Cell({units})" for units in self.units]
        yield cells[0] if len(cells) == 1 else f"[{', '.join(cells)}]"
        for name in ("return_sequences", "go_backwards", "stateful"):
            if getattr(self, name):
                yield f"{name}=True"

    def check(self) -> None:
        """Each cell has units of its own."""
        if not self.units:
            raise ShapeError.of("no cells", value=[])
        for units in self.units:
            LAYER_OF_CELL[self.cell](units).check()

    def call(self, inputs: Inputs) -> Outputs:
        """(N, T, F) → (N, T, U) or (N, U), with the units of the last cell."""
        # Of several tensors the layer takes the first shape for the batch.
        inputs.only_one("Cannot convert '((")
        columns = BLOCKS[self.cell] * self.units[0]
        tensor, width = sequence(replace(inputs, unchecked=True), columns)
        check_batch(self.stateful, tensor)
        *below, last = (LAYER_OF_CELL[self.cell](units) for units in self.units)
        products, learned = [], 0
        for layer in (*below, last):
            products.append(_product(layer, width, layer.units))
            learned += _count(layer, width)
            width = layer.units
        output = widened(tensor[-1], inputs.letter, last.units)
        kept = tensor[: 2 if self.return_sequences else 1]
        return Outputs(((*kept, output),), learned, " + ".join(products))

    def masks(self, inputs: Inputs, count: int) -> tuple[int, ...]:
        """A sequence keeps the mask."""
        return returned_masks(inputs, count, 1 if self.return_sequences else 0)


def sequence(inputs: Inputs, columns: int) -> tuple[Tensor, int]:
    """The tensor (N, T, F) that there must be, and F, for a kernel with so many columns."""
    if inputs.unchecked:
        tensor = inputs.only_one()
        step = (tensor[0], *tensor[2:])
        known_size(step[-1], tensor, f"(None, {columns})")
    tensor = inputs.of_rank(3)
    return tensor, known_width(tensor, columns)


def check_batch(stateful: bool, tensor: Tensor) -> None:
    """Raise ShapeError for a batch of any size where a state is kept for each sample."""
    if stateful and tensor[0].size is None:
        raise ShapeError.of("open batch", tensor=readable_shape(tensor), sizes=sizes(tensor))


def returned_masks(inputs: Inputs, count: int, sequences: int) -> tuple[int, ...]:
    """Of `count` tensors the first `sequences` have the mask that comes in."""
    kept = max(inputs.masks, default=0)
    return tuple(kept if place < sequences else 0 for place in range(count))


def _outputs(
    layer: Recurrent | Bidirectional, tensor: Tensor, features: int, letter: str
) -> Outputs:
    """What a tensor (N, T, F) becomes in one direction, or in both: outputs, then states."""
    both = isinstance(layer, Bidirectional)
    units, merge = layer.units, layer.merge_mode if isinstance(layer, Bidirectional) else "concat"
    directions = layer.directions() if isinstance(layer, Bidirectional) else (layer,)
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
    # Keras takes the directions for alike: of a larger state backwards it drops the rest.
    kept = len(STATES[layer.cell]) * len(directions) * layer.return_state
    states = [(batch, one)] * kept
    products = [_product(direction, features, units) for direction in directions]
    rules = [_product(direction, last.letter, letter) for direction in directions]
    return Outputs(
        (*outputs, *states),
        sum(_count(direction, features) for direction in directions),
        _sum(products),
        _sum(rules),
    )


def _count(layer: Recurrent, features: int) -> int:
    after = getattr(layer, "reset_after", True)
    return parameters(layer.cell, features, layer.units, after, use_bias=layer.use_bias)


def _product(layer: Recurrent, features: int | str, units: int | str) -> str:
    return product(layer.cell, features, units, layer.biases)


def _sum(products: list[str]) -> str:
    """Of one direction, or of two: "2·4·16·(3+16+1)" where they are equal."""
    if len(set(products)) == len(products):
        return " + ".join(products)
    return f"2·{products[0]}"
