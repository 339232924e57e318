"""The key of a compiled program: exactly what it depends on, so that equal keys share a program.

Not in here, and so free to change without a new compile: the loss, the optimizer and its learning
rate, the seed, the number of epochs, the data itself, and, up to the next power of two, the number
of samples; with one seed the mode, too.
"""

from dataclasses import dataclass

from lib.experiment import Experiment
from lib.training import machine
from lib.training.limits import MAX_STATES

MOST_LANES = 8
LANE_PRODUCTS = 400_000
"""Multiplications of a gate in a batch's forward pass, in all layers. Larger models keep a
processor busy alone: side by side each would be slower."""
MOST_TIMES, CHEAP = 8, 3_000_000
"""A bucket is near if a batch costs at most MOST_TIMES the work of the exact program, or at most
CHEAP multiplications, about 1.5 ms."""
_SIZES = "units", "timesteps", "features", "targets", "batch"


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
    capacity: int
    """Samples: the training part is padded to so many with samples that no batch names."""
    batch: int
    lanes: int = 1  # models that are trained side by side
    threads: int = 1
    """Calls that can be made at the same time, each of which needs a compile of its own."""

    @property
    def work(self) -> float:
        """About how many multiplications of a gate a batch of one model costs."""
        return self.price(self)

    def price(self, exact: "Architecture") -> float:
        """`work` at the timesteps of an `exact` program: padded timesteps cost little."""
        rows = self.batch * exact.timesteps * self.code.layers
        return rows * self.units * (self.units + self.features + self.targets)

    def holds(self, other: "Architecture") -> bool:
        """Whether a program of this one, a size bucket, can train models of the other.

        What is smaller there is padded (`size_buckets`), and of more samples each call has some.
        """
        sizes = ((getattr(self, size), getattr(other, size)) for size in _SIZES)
        return self.code == other.code and all(room >= size for room, size in sizes)

    def is_near(self, other: "Architecture") -> bool:
        """Whether a batch of the other's models costs not much more here, or is cheap."""
        return self.price(other) <= max(MOST_TIMES * other.work, CHEAP)


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
    # One seed leaves a processor to others. And a call that keeps more than half of what may be
    # kept has no room beside it.
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
