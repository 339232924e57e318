"""Size buckets: programs for larger models than a run's, whose weights are padded with zeros.

Settings no larger than one of `SIZE_BUCKETS` wait for no compiler. The buckets are built while
nobody waits; a long run changes to a program of its exact size (`programs`).

Units, features and targets of zeros stay zero. A unit without weights has a state of 0 in every
cell (its candidate is tanh 0), and so adds nothing to others; nothing comes back to it, since the
weights that lead on from it are 0, so its gradients are 0, and no optimizer moves what has none.
tests/agreement/test_engine.py trains both ways.
"""

from collections.abc import Sequence
from itertools import cycle
from typing import Any

import numpy as np

from lib.experiment import CELLS
from lib.shapes import BLOCKS, bias_shapes
from lib.training.architecture import Architecture, Code

CAPACITY = 1024  # samples that a bucket holds at a time
_SIZES = [
    # layers, units, timesteps, features, targets, batch
    (1, 16, 32, 4, 4, 32),
    (1, 32, 32, 4, 4, 32),
    (1, 64, 64, 4, 4, 32),
    (1, 24, 32, 4, 4, 32),
    (1, 48, 32, 4, 4, 32),
    (1, 40, 32, 4, 4, 32),
    (1, 16, 64, 16, 4, 64),
    (1, 32, 64, 16, 4, 64),
    (1, 64, 64, 16, 4, 64),
    (1, 128, 64, 4, 4, 32),
    (2, 32, 32, 4, 4, 32),
    (2, 64, 32, 4, 4, 32),
    (2, 32, 64, 4, 4, 64),
    (2, 64, 64, 16, 4, 64),
    (3, 32, 32, 4, 4, 32),
    (3, 64, 32, 4, 4, 32),
    (3, 32, 64, 4, 4, 64),
    (3, 64, 64, 16, 4, 64),
]
"""What is likely comes first. With a batch of 32 most models pay less than twice the price of their
exact program. None holds a stack without a head, more than 64 timesteps, or longer batches."""
SIZE_BUCKETS = {
    Architecture(Code(cell, layers, "dense"), u, t, f, k, CAPACITY, batch): layers == 1
    for layers, u, t, f, k, batch in _SIZES
    for cell in CELLS
}
"""Each with whether it is built from the start on. The others take up to 60 MB, at least the first
with as many layers, and so are built when somebody comes near them."""

Shapes = list[tuple[int, ...]]


def weight_shapes(of: Architecture) -> Shapes:
    """The shapes of a model's weights, in the order of Keras's `model.get_weights()`."""
    cell, units, width = of.code.cell, of.units, of.features
    wide = BLOCKS[cell] * units
    shapes: Shapes = []
    for _ in range(of.code.layers):
        shapes += [(width, wide), (units, wide), bias_shapes(cell, units)[0]]
        width = units
    return shapes + [(units, of.targets), (of.targets,)] * (of.code.head == "dense")


def _shapes_by_gate(of: Architecture) -> Shapes:
    """`weight_shapes` with an axis for the gates, which are side by side in Keras's arrays."""
    shapes, gates = weight_shapes(of), BLOCKS[of.code.cell]
    recurrent = len(shapes) - 2 * (of.code.head == "dense")
    apart = [(*shape[:-1], gates, of.units) for shape in shapes[:recurrent]]
    return apart + shapes[recurrent:]


def resized(arrays: Sequence[np.ndarray], old: Architecture, new: Architecture) -> list[np.ndarray]:
    """Arrays like a model's weights, once or more over, padded or cut to a program of other sizes.

    What is padded is 0, and so is what is cut. Axes in front of the weights' own stay.
    """
    if old == new:
        return list(arrays)
    made = []
    shapes = _shapes_by_gate(old), _shapes_by_gate(new), weight_shapes(new)
    for array, (before, after, shape) in zip(arrays, cycle(zip(*shapes, strict=True))):
        front = array.shape[: array.ndim - len(shape)]
        cells = np.zeros((*front, *after), array.dtype)
        common = [slice(min(sizes)) for sizes in zip(before, after, strict=True)]
        both: tuple[Any, ...] = (..., *common)
        cells[both] = array.reshape(*front, *before)[both]
        made.append(cells.reshape(*front, *shape))
    return made
