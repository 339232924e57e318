"""`Architecture`, the cache key of a compiled program, and the size buckets.

A program (`engine.Program`) depends only on its key: the stack, the sizes, and the number of
samples rounded up to a power of two. It doesn't depend on loss, optimizer, seed, epochs or data.

A size bucket is a program that also trains smaller models, with their weights padded with zeros.
Settings that fit one of `SIZE_BUCKETS` needn't wait for the compiler. Padding stays zero in every
cell: a unit with zero weights has a state of 0 (its candidate is tanh 0), so its gradients are 0.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Any

import numpy as np

from lib.experiment import CELLS, Experiment
from lib.recurrence import ARRAYS_EACH
from lib.shapes import BLOCKS, bias_shapes
from lib.text import beside
from lib.training import machine
from lib.training.limits import MAX_STATES

MOST_LANES = 8
LANE_PRODUCTS = 400_000  # a model with more multiplications per gate and batch trains alone
MOST_TIMES, CHEAP = 8, 3_000_000  # a near bucket's maximum `work`: 8 × the exact work, or CHEAP


@dataclass(frozen=True, slots=True)
class Code:
    """The cache key of TensorFlow's traced code, which works for all sizes."""

    cell: str
    layers: int
    head: str
    pools: bool = False  # whether models can pool their outputs, which takes longer to compile


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
    lanes: int = 1  # models that one call trains in parallel, along an array axis
    threads: int = 1  # the number of concurrent calls; XLA compiles the program for each thread

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
    """Return the key of an experiment's exact-size program, for `samples` training samples."""
    model, seeds = experiment.model, len(experiment.each_seed)
    batch = min(experiment.training.batch_size, samples)
    states = batch * timesteps * model.units * model.layers
    # Two threads share the models of two modes, so each call trains half of them, or MOST_LANES.
    lanes = min(MOST_LANES, -(-seeds * min(2, len(model.modes)) // 2))
    if states * (model.units + features) > LANE_PRODUCTS:
        lanes = 1
    # A run with one seed uses one thread, which leaves the second processor to other work.
    uses_two = seeds > 1 and machine.cores() >= 2 and 2 * lanes * states <= MAX_STATES
    code = Code(model.cell, model.layers, model.head, model.pooling != "none")
    sizes = model.units, timesteps, features, targets
    capacity = 1 << (samples - 1).bit_length()
    return Architecture(code, *sizes, capacity, batch, lanes, threads=2 if uses_two else 1)


CAPACITY = 1024  # samples that a size bucket holds at a time
SIZE_BUCKETS = {
    Architecture(Code(cell, layers, "dense"), u, t, f, k, CAPACITY, batch): layers == 1
    for layers, u, t, f, k, batch in beside(__file__, "buckets")["sizes"]
    for cell in CELLS
}
"""By size bucket: whether to build it in idle time. If not, it is built on demand (up to 60 MB)."""


def bucket_of(
    exact: Architecture, buckets: Iterable[Architecture] = SIZE_BUCKETS
) -> Architecture | None:
    """Return the smallest near size bucket that holds an exact-size program's models, or None."""
    near = [bucket for bucket in buckets if bucket.holds(exact) and bucket.is_near(exact)]
    return min(near, key=lambda bucket: bucket.work, default=None)


Shapes = list[tuple[int, ...]]


def weight_shapes(sizes: Architecture) -> Shapes:
    """Return the shapes of a model's weights, in the order of Keras's `model.get_weights()`."""
    cell, units, inputs = sizes.code.cell, sizes.units, sizes.features
    width = BLOCKS[cell] * units
    shapes: Shapes = []
    for _ in range(sizes.code.layers):
        shapes += [(inputs, width), (units, width), bias_shapes(cell, units)[0]]
        inputs = units
    has_head = sizes.code.head == "dense"
    return [*shapes, (units, sizes.targets), (sizes.targets,)] if has_head else shapes


def resized(arrays: Sequence[np.ndarray], old: Architecture, new: Architecture) -> list[np.ndarray]:
    """Return weights, and all m and all v if they follow, padded with 0 or cut to `new` sizes."""
    if old == new:
        return list(arrays)

    def by_gate(sizes: Architecture) -> Shapes:
        """Return `weight_shapes` with an axis for the gates, which Keras concatenates."""
        shapes, gates = weight_shapes(sizes), BLOCKS[sizes.code.cell]
        recurrent = ARRAYS_EACH * sizes.code.layers  # the head's arrays follow
        split = [(*shape[:-1], gates, sizes.units) for shape in shapes[:recurrent]]
        return split + shapes[recurrent:]

    results = []
    shapes = zip(by_gate(old), by_gate(new), weight_shapes(new), strict=True)
    for array, (before, after, shape) in zip(arrays, cycle(shapes)):
        front = array.shape[: array.ndim - len(shape)]  # axes before the weight's, such as lanes
        result = np.zeros((*front, *after), array.dtype)
        common: Any = (..., *(slice(size) for size in map(min, before, after)))
        result[common] = array.reshape(*front, *before)[common]
        results.append(result.reshape(*front, *shape))
    return results
