"""What a compiled program depends on, and nothing that it doesn't: equal keys share a program.

Not in here, and so free to change without a new compile: the learning rate, the seed, the number of
epochs, the data itself, and, up to the next power of two, the number of samples; with one seed the
mode, too.
"""

from dataclasses import dataclass, replace

from lib.experiment import Experiment, ModelSettings
from lib.training.limits import MAX_STATES

MOST_LANES = 8
LANE_PRODUCTS = 2_000_000
"""Multiplications of a gate in a batch's way forth, in all layers. Larger models keep a processor
busy alone: side by side each would be slower, since less of what it needs is in reach."""


@dataclass(frozen=True, slots=True)
class Architecture:
    """What compiled training depends on: a recurrent stack, its data, and how it is trained."""

    model: ModelSettings
    """Of both modes, whichever are trained."""
    timesteps: int
    features: int
    targets: int
    capacity: int
    """Room for samples: the training part is padded to it with samples that no batch names."""
    batch: int
    ragged: bool
    """Whether the last batch of an epoch is short."""
    optimizer: str
    loss: str
    lanes: int = 1
    """Models that are trained side by side."""

    @property
    def is_alone(self) -> bool:
        """Whether a call keeps more than half of what may be kept: none has room beside it."""
        of_model = self.batch * self.timesteps * self.model.units * self.model.layers
        return 2 * self.lanes * of_model > MAX_STATES


def architecture_of(
    experiment: Experiment, samples: int, timesteps: int, features: int, targets: int
) -> Architecture:
    """What has to be compiled to train an experiment on `samples` training samples.

    These have T timesteps, F features and K targets.
    """
    training, model = experiment.training, experiment.model
    batch = min(training.batch_size, samples)
    # With half of the models each, two threads have a call.
    lanes = min(MOST_LANES, -(-len(experiment.each_seed) * len(model.modes) // 2))
    if batch * timesteps * model.units * (model.units + features) * model.layers > LANE_PRODUCTS:
        lanes = 1
    return Architecture(
        replace(model, mode="both"),
        timesteps,
        features,
        targets,
        capacity=1 << (samples - 1).bit_length(),
        batch=batch,
        ragged=samples % batch != 0,
        optimizer=training.optimizer,
        loss=training.loss,
        lanes=lanes,
    )
