"""Weights in PyTorch's names, shapes and order of gates, and back. PyTorch isn't imported.

PyTorch stores transposed kernels, (G·U, F), and two biases. In Keras, only a GRU (`reset_after`)
has two biases: an LSTM and a SimpleRNN have the sum of both.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from lib.recurrence.cells import Array
from lib.recurrence.model import ARRAYS_EACH, layers_of
from lib.shapes import BLOCKS
from lib.text import listed

ORDERS = {"lstm": (0, 1, 2, 3), "gru": (1, 0, 2), "simple_rnn": (0,)}
"""By cell: the block of the other library at each place, the same from Keras and from PyTorch."""
_FIRST = "weight_ih_l0"  # the end of the name of a recurrent layer's first array


def to_torch(cell: str, weights: Sequence[Array]) -> dict[str, Array]:
    """Return a model's weights by PyTorch's names: "weight_ih_l0", and a head's "head.weight"."""
    arrays, layers = dict[str, Array](), layers_of(weights)
    for k, (kernel, recurrent, bias) in enumerate(layers):
        biases = bias if cell == "gru" else (bias, np.zeros_like(bias))
        of_layer = {"weight_ih": kernel, "weight_hh": recurrent}
        of_layer |= dict(zip(("bias_ih", "bias_hh"), biases, strict=True))
        arrays |= {f"{name}_l{k}": _exchanged(cell, array).T for name, array in of_layer.items()}
    if head := weights[ARRAYS_EACH * len(layers) :]:
        kernel, bias = head
        arrays |= {"head.weight": kernel.T, "head.bias": bias}
    return arrays


def from_torch(arrays: Mapping[str, Array]) -> tuple[str, int, list[Array]]:
    """Return the cell, the number of layers, and Keras's weights, from a `state_dict`'s arrays.

    The names may begin with the layer's name: "lstm.weight_ih_l0". Arrays of other layers are
    ignored. Raises ValueError with the reason if Keras has no such layer.
    """
    starts = [name.removesuffix(_FIRST) for name in arrays if name.endswith(_FIRST)]
    if len(starts) != 1:
        raise ValueError(
            f"Expected one array whose name ends in {_FIRST}, got {len(starts)}. The file has: "
            f"{listed(arrays)}. Save the state_dict of one nn.LSTM, nn.GRU or nn.RNN."
        )
    (start,) = starts
    own = {name.removeprefix(start): arrays[name] for name in arrays if name.startswith(start)}
    for part, meaning in {"_reverse": "bidirectional=True", "weight_hr_": "a proj_size"}.items():
        if any(part in name for name in own):
            raise ValueError(f"The layer has {meaning}. Expected a layer without it.")
    cell, units = _cell_of(own["weight_hh_l0"].shape if "weight_hh_l0" in own else ())
    width, layers = BLOCKS[cell] * units, sum(name.startswith("weight_ih_l") for name in own)
    if not any(name.startswith("bias_") for name in own):  # a layer with bias=False
        names = [f"bias_{part}_l{k}" for part in ("ih", "hh") for k in range(layers)]
        own |= dict.fromkeys(names, np.zeros(width, np.float32))
    features, weights = own[_FIRST].shape[-1] if own[_FIRST].ndim else 0, list[Array]()
    for k in range(layers):
        kernel = _checked(own, f"weight_ih_l{k}", (width, units if k else features))
        recurrent = _checked(own, f"weight_hh_l{k}", (width, units))
        biases = [_checked(own, f"bias_{part}_l{k}", (width,)) for part in ("ih", "hh")]
        bias = np.stack(biases) if cell == "gru" else np.sum(biases, axis=0)
        weights += [_exchanged(cell, array) for array in (kernel.T, recurrent.T, bias)]
    return cell, layers, weights


def _cell_of(shape: tuple[int, ...]) -> tuple[str, int]:
    """Return the cell and its units from the shape of "weight_hh_l0", (G·U, U)."""
    for cell, blocks in BLOCKS.items():
        if len(shape) == 2 and shape[1] and shape[0] == blocks * shape[1]:
            return cell, shape[1]
    expected = "(4·U, U) of an nn.LSTM, (3·U, U) of an nn.GRU, or (U, U) of an nn.RNN"
    raise ValueError(f"weight_hh_l0 has the shape {shape}. Expected {expected}.")


def _exchanged(cell: str, array: Array) -> Array:
    """Return an array (…, G·U) with its G blocks in the other library's order."""
    blocks = np.split(array, BLOCKS[cell], axis=-1)
    return np.concatenate([blocks[k] for k in ORDERS[cell]], axis=-1)


def _checked(arrays: Mapping[str, Array], name: str, shape: tuple[int, ...]) -> Array:
    """Return an array as float32. Raises ValueError if it is missing or has another shape."""
    array = arrays.get(name)
    if array is None or array.shape != shape or array.dtype.kind != "f":
        found = "is missing" if array is None else f"is {array.shape} of {array.dtype}"
        raise ValueError(f"{name} {found}. Expected {shape} of float32.")
    return array.astype(np.float32)
