"""Output shapes and parameter counts, as Keras would say them, by arithmetic.

Nothing is built or run here, so a page can answer at once; tests hold each answer equal to
Keras's. What a target's shape does to a loss is in `lib.doctor`.

Words, as in Keras: N samples, T timesteps, F features, U units, K target columns. A shape is a
tuple whose first entry is the batch: `None`, as in `model.output_shape`, since any size will do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lib.experiment import CELLS, HEADS, Experiment

Shape = tuple[int | None, ...]

MERGE_MODES = ("concat", "sum", "mul", "ave", None)
"""How Bidirectional joins its two directions; with None it gives both, one by one."""


@dataclass(frozen=True, slots=True)
class CellSize:
    """What a cell's parameter count is made of: `blocks`·U·(F + U + `biases`)."""

    blocks: int
    """Matrices side by side in each kernel: one per gate, and one for the candidate."""
    biases: int
    """Biases per unit and block."""


SIZES = {"lstm": CellSize(4, 1), "gru": CellSize(3, 2), "simple_rnn": CellSize(1, 1)}
"""By cell, with Keras's defaults: a GRU's `reset_after=True` needs a second bias."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of a model: what comes out of it, and what it has to learn."""

    name: str
    """Its type as Keras's `summary` shows it: "InputLayer", "LSTM", "Dense"."""
    letters: tuple[str, ...]
    """The output shape in letters: ("N", "T", "U")."""
    shape: Shape
    """The output shape in numbers, as `layer.output.shape`: (None, 12, 16)."""
    parameters: int = 0
    formula: str = ""
    """How they are counted: "4·16·(3+16+1) = 1,280"; empty where there are none."""
    rule: str = ""
    """The same in letters: "4·U·(F+U+1)"."""

    @property
    def numbers(self) -> str:
        """The output shape as text: "(N, 12, 16)"."""
        return f"({', '.join(['N', *map(str, self.shape[1:])])})"


def rnn_output_shape(
    input_shape: Sequence[int | None],
    units: int,
    return_sequences: bool,
    bidirectional: bool = False,
    merge_mode: str | None = "concat",
) -> tuple[Any, ...]:
    """What a recurrent layer returns, whichever cell it has.

    Args:
        input_shape: (batch, T, F) as Keras has it. The batch may be `None` or a number, and T
            may be `None` where it isn't fixed.
        units: U.
        return_sequences: an output at every timestep, or only the last one.
        bidirectional: whether the layer is wrapped in `Bidirectional`.
        merge_mode: how the two directions are joined, one of `MERGE_MODES`; "concat" gives 2·U.

    Returns:
        (None, T, U) or (None, U), with 2·U where two directions are concatenated. For
        `merge_mode=None` a pair of such shapes.

    Raises:
        ValueError: with what was expected and what was received. For a wrong number of axes the
            words are Keras's own: "expected ndim=3, found ndim=2".
    """
    shape = tuple(input_shape)
    if len(shape) != 3:
        raise ValueError(
            f"expected ndim=3, found ndim={len(shape)}: a recurrent layer takes (batch, timesteps, "
            f"features). Full shape received: {shape}"
        )
    _, timesteps, features = shape
    if features is None:
        raise ValueError(f"expected a number of features as the last entry, received {shape}")
    _positive("features", features)
    _positive("units", units)
    if timesteps is not None:
        _positive("timesteps", timesteps)
    if bidirectional and merge_mode not in MERGE_MODES:
        raise ValueError(f"expected merge_mode to be one of {MERGE_MODES}, received {merge_mode!r}")
    width = 2 * units if bidirectional and merge_mode == "concat" else units
    output = (None, timesteps, width) if return_sequences else (None, width)
    return (output, output) if bidirectional and merge_mode is None else output


def rnn_parameter_count(
    cell: str, features: int, units: int, reset_after: bool = True, bidirectional: bool = False
) -> int:
    """How many numbers a recurrent layer learns. T and `return_sequences` play no part.

    Args:
        cell: a key of `lib.experiment.CELLS`.
        features: F, the width of what comes in.
        units: U.
        reset_after: GRU only: Keras's default has two biases per block, without it there is one.
        bidirectional: two layers, so twice as many, whatever the merge mode.

    Raises:
        ValueError: with what was expected and what was received.
    """
    size = _size(cell, reset_after)
    _positive("features", features)
    _positive("units", units)
    return (2 if bidirectional else 1) * size.blocks * units * (features + units + size.biases)


def rnn_parameter_formula(
    cell: str, features: int, units: int, reset_after: bool = True, bidirectional: bool = False
) -> str:
    """The same count with its arithmetic: "4·16·(3+16+1) = 1,280"."""
    count = rnn_parameter_count(cell, features, units, reset_after, bidirectional)
    return f"{_product(cell, features, units, reset_after, bidirectional)} = {count:,}"


def rnn_parameter_rule(
    cell: str,
    features: str = "F",
    units: str = "U",
    reset_after: bool = True,
    bidirectional: bool = False,
) -> str:
    """The same in letters: "4·U·(F+U+1)"; `features` is "U" above another recurrent layer."""
    return _product(cell, features, units, reset_after, bidirectional)


def dense_parameter_count(units: int, outputs: int) -> int:
    """How many numbers a Dense layer from U units to K outputs learns, at however many steps."""
    _positive("units", units)
    _positive("outputs", outputs)
    return outputs * (units + 1)


def model_shapes(
    experiment: Experiment, timesteps: int, features: int, targets: int
) -> dict[str, tuple[Layer, ...]]:
    """Every layer of an experiment's models, from the input to the head, by mode.

    Args:
        experiment: its `model` says which stack, and which modes.
        timesteps: T of the data.
        features: F of the data.
        targets: K of the data; without a head the output has U columns instead.

    Returns:
        For "sequence", "last" or both: the input, the recurrent layers from the bottom up, and
        the head where there is one. Of several recurrent layers all but the top one return
        sequences in either mode, since the next one needs the time axis.
    """
    return {
        mode: _stack(experiment, mode == "sequence", timesteps, features, targets)
        for mode in experiment.model.modes
    }


def _stack(
    experiment: Experiment, sequence: bool, timesteps: int, features: int, targets: int
) -> tuple[Layer, ...]:
    model = experiment.model
    shape: Shape = (None, timesteps, features)
    layers = [Layer("InputLayer", ("N", "T", "F"), shape)]
    for level in range(model.layers):
        returns = sequence or level < model.layers - 1
        width, letter = (features, "F") if level == 0 else (model.units, "U")
        shape = rnn_output_shape(shape, model.units, returns)
        layers.append(
            Layer(
                CELLS[model.cell].keras,
                ("N", "T", "U") if returns else ("N", "U"),
                shape,
                rnn_parameter_count(model.cell, width, model.units),
                rnn_parameter_formula(model.cell, width, model.units),
                rnn_parameter_rule(model.cell, letter),
            )
        )
    if model.head == "dense":
        count = dense_parameter_count(model.units, targets)
        layers.append(
            Layer(
                HEADS[model.head].keras,
                (*layers[-1].letters[:-1], "K"),
                (*shape[:-1], targets),
                count,
                f"{targets}·({model.units}+1) = {count:,}",
                "K·(U+1)",
            )
        )
    return tuple(layers)


def _size(cell: str, reset_after: bool) -> CellSize:
    if cell not in SIZES:
        raise ValueError(f"expected cell to be one of {list(SIZES)}, received {cell!r}")
    if cell == "gru" and not reset_after:
        return CellSize(SIZES[cell].blocks, 1)
    return SIZES[cell]


def _product(
    cell: str, features: int | str, units: int | str, reset_after: bool, bidirectional: bool
) -> str:
    size = _size(cell, reset_after)
    factors = (["2"] if bidirectional else []) + ([str(size.blocks)] if size.blocks > 1 else [])
    return "·".join([*factors, f"{units}", f"({features}+{units}+{size.biases})"])


def _positive(name: str, value: object) -> None:
    """Raise ValueError unless the value is a whole number of 1 or more (NumPy's count too)."""
    index = getattr(value, "__index__", None)
    if index is None or isinstance(value, bool) or index() < 1:
        raise ValueError(f"expected {name} to be a positive integer, received {value!r}")
