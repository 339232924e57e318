"""`Architecture`, the cache key of a compiled program, and the size buckets.

A program depends only on its key: the stack, the sizes, and the number of samples rounded up to a
power of two. It doesn't depend on loss, optimizer, seed, epochs or data.

A size bucket is a program that also trains smaller models, with their weights padded with zeros.
Settings that fit one of `SIZE_BUCKETS` needn't wait for the compiler. Padding stays zero: a unit
without weights has a state of 0 in every cell (its candidate is tanh 0), so its gradients are 0.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Any

import numpy as np

from lib.experiment import CELLS, Experiment
from lib.shapes import BLOCKS, bias_shapes
from lib.text import beside
from lib.training import machine
from lib.training.limits import MAX_STATES

MOST_LANES = 8
LANE_PRODUCTS = 400_000  # multiplications per gate; a larger model saturates a processor
MOST_TIMES, CHEAP = 8, 3_000_000  # limits of a near bucket's work: 8 times the exact, or absolute


@dataclass(frozen=True, slots=True)
class Code:
    """The cache key of TensorFlow's traced code, which works for all sizes."""

    cell: str
    layers: int
    head: str


@dataclass(frozen=True, slots=True)
class Architecture:
    """The cache key of a compiled program: a recurrent stack, and the sizes of its data."""

    code: Code
    units: int
    timesteps: int
    features: int
    targets: int
    capacity: int  # the number of samples that training data are padded to
    batch: int
    lanes: int = 1  # models that one call trains in parallel, as an array axis
    threads: int = 1  # concurrent calls; XLA compiles the program for each thread

    @property
    def work(self) -> float:
        """The approximate multiplications per gate for one batch of one model."""
        each = self.units * (self.units + self.features + self.targets)
        return self.batch * self.timesteps * self.code.layers * each

    def holds(self, other: "Architecture") -> bool:
        """Whether this size bucket can train the other architecture's models, padded."""
        sizes = ("units", "timesteps", "features", "targets", "batch")
        fits = all(getattr(self, size) >= getattr(other, size) for size in sizes)
        return self.code == other.code and fits

    def is_near(self, other: "Architecture") -> bool:
        """Whether the other architecture's models train fast enough in this size bucket."""
        cost = self.work * other.timesteps / self.timesteps  # padded timesteps cost little
        return cost <= max(MOST_TIMES * other.work, CHEAP)


def architecture_of(
    experiment: Experiment, samples: int, timesteps: int, features: int, targets: int
) -> Architecture:
    """Return the key of an experiment's exact-size program; `samples` is the training count."""
    model, seeds = experiment.model, len(experiment.each_seed)
    batch = min(experiment.training.batch_size, samples)
    states = batch * timesteps * model.units * model.layers
    # Two threads share the models, so each call trains half of them, if they fit.
    lanes = min(MOST_LANES, -(-seeds * len(model.modes) // 2))
    if states * (model.units + features) > LANE_PRODUCTS:
        lanes = 1
    # A run with one seed leaves the second processor to other work.
    several = seeds > 1 and machine.cores() >= 2 and 2 * lanes * states <= MAX_STATES
    code = Code(model.cell, model.layers, model.head)
    sizes = model.units, timesteps, features, targets
    capacity = 1 << (samples - 1).bit_length()
    return Architecture(code, *sizes, capacity, batch, lanes, threads=2 if several else 1)


CAPACITY = 1024  # samples that a size bucket holds at a time
SIZE_BUCKETS = {
    Architecture(Code(cell, layers, "dense"), u, t, f, k, CAPACITY, batch): layers == 1
    for layers, u, t, f, k, batch in beside(__file__, "buckets")["sizes"]
    for cell in CELLS
}
"""Whether to build each bucket in advance, in idle time. The others (up to 60 MB) are on demand."""


def bucket_of(
    exact: Architecture, buckets: Iterable[Architecture] = SIZE_BUCKETS
) -> Architecture | None:
    """Return the smallest size bucket that holds these models and is near; else None."""
    near = [bucket for bucket in buckets if bucket.holds(exact) and bucket.is_near(exact)]
    return min(near, key=lambda bucket: bucket.work, default=None)


Shapes = list[tuple[int, ...]]


def weight_shapes(of: Architecture) -> Shapes:
    """Return the shapes of a model's weights, in the order of Keras's `model.get_weights()`."""
    cell, units, width = of.code.cell, of.units, of.features
    wide = BLOCKS[cell] * units
    shapes: Shapes = []
    for _ in range(of.code.layers):
        shapes += [(width, wide), (units, wide), bias_shapes(cell, units)[0]]
        width = units
    return [*shapes, (units, of.targets), (of.targets,)] if of.code.head == "dense" else shapes


def resized(arrays: Sequence[np.ndarray], old: Architecture, new: Architecture) -> list[np.ndarray]:
    """Return arrays (…, weight), padded with 0 or cut to other sizes; all m and v may follow."""
    if old == new:
        return list(arrays)

    def by_gate(of: Architecture) -> Shapes:
        """Return `weight_shapes` with an axis for the gates, which Keras concatenates."""
        shapes, gates = weight_shapes(of), BLOCKS[of.code.cell]
        recurrent = len(shapes) - 2 if of.code.head == "dense" else len(shapes)
        apart = [(*shape[:-1], gates, of.units) for shape in shapes[:recurrent]]
        return apart + shapes[recurrent:]

    made = []
    shapes = zip(by_gate(old), by_gate(new), weight_shapes(new), strict=True)
    for array, (before, after, shape) in zip(arrays, cycle(shapes)):
        front = array.shape[: array.ndim - len(shape)]
        cells = np.zeros((*front, *after), array.dtype)
        both: Any = (..., *(slice(size) for size in map(min, before, after)))
        cells[both] = array.reshape(*front, *before)[both]
        made.append(cells.reshape(*front, *shape))
    return made
