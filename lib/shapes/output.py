"""Compute output shapes and parameter counts of one layer, equal to Keras's, by arithmetic."""

from collections.abc import Sequence
from typing import Any

from lib.experiment import CELLS

Shape = tuple[int | None, ...]  # batch first; None for any size

MERGE_MODES = ("concat", "sum", "mul", "ave", None)  # None: Bidirectional returns two tensors
BLOCKS = {name: cell.blocks for name, cell in CELLS.items()}
BIASES = {name: cell.biases for name, cell in CELLS.items()}
STATES = {name: cell.states for name, cell in CELLS.items()}


def rnn_output_shape(
    input_shape: Sequence[int | None],
    units: int,
    return_sequences: bool,
    bidirectional: bool = False,
    merge_mode: str | None = "concat",
) -> tuple[Any, ...]:
    """Return the output shape of a recurrent layer: (None, T, U) for sequences, else (None, U).

    `input_shape` is (batch, T, F); batch and T may be None. `Bidirectional` returns 2·U columns if
    `merge_mode` is "concat", and a pair of shapes if it is None. Raises ValueError.
    """
    shape = tuple(input_shape)
    if len(shape) != 3:
        raise ValueError(
            f"expected ndim=3, found ndim={len(shape)}: a recurrent layer takes (batch, timesteps, "
            f"features). Full shape received: {shape}"
        )
    _, timesteps, features = shape
    _positive(features=features, units=units, timesteps=1 if timesteps is None else timesteps)
    if bidirectional and merge_mode not in MERGE_MODES:
        raise ValueError(f"expected merge_mode to be one of {MERGE_MODES}, received {merge_mode!r}")
    width = 2 * units if bidirectional and merge_mode == "concat" else units
    output = (None, timesteps, width) if return_sequences else (None, width)
    return (output, output) if bidirectional and merge_mode is None else output


def rnn_parameter_count(
    cell: str, features: int, units: int, reset_after: bool = True, bidirectional: bool = False
) -> int:
    """Return the number of weights of a recurrent layer with F input features and U units.

    `cell` is a key of `lib.experiment.CELLS`. `reset_after` matters only for GRU: True gives two
    biases per block, False gives one. Raises ValueError.
    """
    if cell not in BLOCKS:
        raise ValueError(f"expected cell to be one of {list(BLOCKS)}, received {cell!r}")
    _positive(features=features, units=units)
    biases = BIASES[cell][0 if reset_after else -1]
    return (2 if bidirectional else 1) * BLOCKS[cell] * units * (features + units + biases)


def formula(factors: Sequence[object], terms: Sequence[object]) -> str:
    """Return a parameter count as a product, "4·16·(3+16+1)". Terms of 0 are left out."""
    total = "+".join(f"{term}" for term in terms if term != 0)
    return "·".join([*map(str, factors), f"({total})" if "+" in total else total])


def bias_shapes(cell: str, units: int) -> tuple[tuple[int, ...], ...]:
    """Return the possible bias shapes of a recurrent layer, Keras's default first."""
    width = BLOCKS[cell] * units
    return tuple((rows, width) if rows > 1 else (width,) for rows in BIASES[cell])


def bracketed(entries: Sequence[object]) -> str:
    """Return sizes or letters written as a Python tuple: "(N, 12, 16)", "(5,)"."""
    return f"({', '.join(map(str, entries))}{',' if len(entries) == 1 else ''})"


def _positive(**values: object) -> None:
    """Raise ValueError unless each value is a Python or NumPy integer of at least 1."""
    for name, value in values.items():
        index = getattr(value, "__index__", None)
        if index is None or isinstance(value, bool) or index() < 1:
            raise ValueError(f"expected {name} to be a positive integer, received {value!r}")
