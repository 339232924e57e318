"""The damage of a silent mistake: one model trained with the right y, one with a wrong y.

The task is a running sum of noise whose last value has a variance of 1. Both models are evaluated
at the last timestep of new sequences. `tests/record.py` trains them.
"""

from dataclasses import dataclass

import numpy as np

from lib.shapes.doctor.loss_shapes import Sizes
from lib.text import beside

DAMAGE_EPOCHS, LEAK_EPOCHS = 40, 24
LOSS = "mean_squared_error"


@dataclass(frozen=True, slots=True)
class Mistake:
    """One silent mistake: shapes of an output and a wrong y, which the loss broadcasts."""

    title: str  # the shapes in letters: "output (N, T, 1), y (N,)"
    output: Sizes  # the shape of the output in this training
    target: Sizes  # the shape of the wrong y
    learns: str  # what the model learns instead
    right: str  # the right setup, in code


MISTAKES = {
    name: Mistake(**row | {"output": tuple(row["output"]), "target": tuple(row["target"])})
    for name, row in beside(__file__).items()
}


def mistake_of(output: Sizes, target: Sizes) -> str | None:
    """Return the name of the mistake that these shapes make, for any N and T, or None."""
    if len(output) == 3 and output[1] > 1 and output[2] == 1:
        return {(): "flat", (1,): "column"}.get(target[1:])
    has_steps = len(target) in (2, 3) and target[1] > 1 and target[2:] in ((), (1,))
    return "steps" if output[1:] == (1,) and has_steps else None


@dataclass(frozen=True, slots=True, eq=False)
class Damage:
    """Results of training with the right y and with a wrong y. Keys are "right" and "wrong"."""

    loss: dict[str, np.ndarray]  # training loss by epoch, (DAMAGE_EPOCHS,)
    predictions: dict[str, np.ndarray]  # at the last timestep of N new sequences, (N,)
    truth: np.ndarray  # the targets at that timestep, (N,)

    def error(self, side: str) -> float:
        """Return the mean squared error at the last timestep. Predicting the mean gives 1."""
        return float(np.mean((self.predictions[side] - self.truth) ** 2))


@dataclass(frozen=True, slots=True, eq=False)
class Leak:
    """Mean squared errors by timestep, (T,), of models that predict the next noise value.

    The best possible error is 1. A Bidirectional layer has read all targets except the last one.
    """

    one_way: np.ndarray
    both_ways: np.ndarray
