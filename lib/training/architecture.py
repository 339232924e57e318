"""The key of a compiled program: exactly what it depends on, so that equal keys share a program.

Not in here: the loss, the optimizer and its learning rate, the seed, the number of epochs, the
data, and, up to the next power of two, the number of samples; with one seed the mode, too.

Size buckets are programs for larger models than a run's, whose weights are padded with zeros, so
that settings no larger than one of `SIZE_BUCKETS` wait for no compiler. Zeros stay zero: a unit
without weights has a state of 0 in every cell (its candidate is tanh 0), so its gradients are 0,
and no optimizer moves what has none. tests/agreement/test_engine.py trains both ways.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Any

import numpy as np

from lib.experiment import CELLS, Experiment
from lib.shapes import BLOCKS, bias_shapes
from lib.training import machine
from lib.training.limits import MAX_STATES

MOST_LANES = 8
LANE_PRODUCTS = 400_000  # of a gate in a forward pass; larger models keep a processor busy alone
MOST_TIMES, CHEAP = 8, 3_000_000
"""A bucket is near at MOST_TIMES the exact program's work, or CHEAP multiplications (1.5 ms)."""


@dataclass(frozen=True, slots=True)
class Code:
    """The key of TensorFlow's traced code, which serves all sizes."""

    cell: str
    layers: int
    head: str


@dataclass(frozen=True, slots=True)
class Architecture:
    """The key of a compiled program: a recurrent stack, and the sizes of its data."""

    code: Code
    units: int
    timesteps: int
    features: int
    targets: int
    capacity: int  # samples: the training part is padded to so many that no batch names
    batch: int
    lanes: int = 1  # models that are trained side by side
    threads: int = 1  # calls at the same time, each of which needs a compile of its own

    @property
    def work(self) -> float:
        """About how many multiplications of a gate a batch of one model costs."""
        rows = self.batch * self.timesteps * self.code.layers
        return rows * self.units * (self.units + self.features + self.targets)

    def holds(self, other: "Architecture") -> bool:
        """Whether this size bucket can train models of the other, padded (`resized`)."""
        sizes = ("units", "timesteps", "features", "targets", "batch")
        fits = all(getattr(self, size) >= getattr(other, size) for size in sizes)
        return self.code == other.code and fits

    def is_near(self, other: "Architecture") -> bool:
        """Whether a batch of the other's models costs not much more here, or is cheap."""
        price = self.work * other.timesteps / self.timesteps  # padded timesteps cost little
        return price <= max(MOST_TIMES * other.work, CHEAP)


def architecture_of(
    experiment: Experiment, samples: int, timesteps: int, features: int, targets: int
) -> Architecture:
    """The key of the exact program for an experiment on so many training samples."""
    model, seeds = experiment.model, len(experiment.each_seed)
    batch = min(experiment.training.batch_size, samples)
    states = batch * timesteps * model.units * model.layers
    # With half of the models each, two threads have a call.
    lanes = min(MOST_LANES, -(-seeds * len(model.modes) // 2))
    if states * (model.units + features) > LANE_PRODUCTS:
        lanes = 1
    # One seed leaves a processor to others; a call that keeps more than half has no room beside it.
    several = seeds > 1 and machine.cores() >= 2 and 2 * lanes * states <= MAX_STATES
    return Architecture(
        Code(model.cell, model.layers, model.head),
        model.units,
        timesteps,
        features,
        targets,
        capacity=1 << (samples - 1).bit_length(),
        batch=batch,
        lanes=lanes,
        threads=2 if several else 1,
    )


CAPACITY = 1024  # samples that a bucket holds at a time
_BUCKETS = [
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
"""What is likely comes first. Most models pay less than twice the price of their exact program."""
SIZE_BUCKETS = {
    Architecture(Code(cell, layers, "dense"), u, t, f, k, CAPACITY, batch): layers == 1
    for layers, u, t, f, k, batch in _BUCKETS
    for cell in CELLS
}
"""Each with whether it is built from the start on. Others take up to 60 MB, if needed."""


def bucket_of(
    exact: Architecture, buckets: Iterable[Architecture] = SIZE_BUCKETS
) -> Architecture | None:
    """The smallest size bucket that holds models of these sizes and is near; None if none is."""
    near = [bucket for bucket in buckets if bucket.holds(exact) and bucket.is_near(exact)]
    return min(near, key=lambda bucket: bucket.work, default=None)


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


def resized(arrays: Sequence[np.ndarray], old: Architecture, new: Architecture) -> list[np.ndarray]:
    """Arrays like a model's weights, once or more over, padded with 0 or cut to other sizes.

    Axes in front of the weights' own stay.
    """
    if old == new:
        return list(arrays)

    def by_gate(of: Architecture) -> Shapes:
        """`weight_shapes` with an axis for the gates, which are side by side in Keras's arrays."""
        shapes, gates = weight_shapes(of), BLOCKS[of.code.cell]
        recurrent = len(shapes) - 2 * (of.code.head == "dense")
        apart = [(*shape[:-1], gates, of.units) for shape in shapes[:recurrent]]
        return apart + shapes[recurrent:]

    made = []
    shapes = by_gate(old), by_gate(new), weight_shapes(new)
    for array, (before, after, shape) in zip(arrays, cycle(zip(*shapes, strict=True))):
        front = array.shape[: array.ndim - len(shape)]
        cells = np.zeros((*front, *after), array.dtype)
        common = [slice(min(sizes)) for sizes in zip(before, after, strict=True)]
        both: tuple[Any, ...] = (..., *common)
        cells[both] = array.reshape(*front, *before)[both]
        made.append(cells.reshape(*front, *shape))
    return made
