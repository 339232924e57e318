"""A leak: on noise that nobody can predict, a Bidirectional layer has read the next value already.

At every timestep the target is the next value. The layer that reads backwards comes to a step from
the end, so that it has seen the target at all steps but the last. `tests/leak.py` trains.
"""

from dataclasses import dataclass

import numpy as np

TRAINED_SAMPLES, CHECKED_SAMPLES, TIMESTEPS, UNITS = 768, 2048, 12, 16
BATCH_SIZE, EPOCHS, LEARNING_RATE = 32, 24, 0.01


@dataclass(frozen=True, slots=True, eq=False)
class Leak:
    """What came of the two trainings."""

    one_way: np.ndarray
    """Mean squared error of the LSTM by timestep, on sequences that are new to it, (TIMESTEPS,)."""
    both_ways: np.ndarray
    """That of the Bidirectional one. The best possible is 1, the noise's variance."""


def leak_data() -> tuple[np.ndarray, np.ndarray]:
    """White noise and its next values, (TRAINED_SAMPLES + CHECKED_SAMPLES, TIMESTEPS, 1) both."""
    rng = np.random.default_rng(0)
    noise = rng.normal(0, 1, (TRAINED_SAMPLES + CHECKED_SAMPLES, TIMESTEPS + 1, 1))
    return noise[:, :-1].astype(np.float32), noise[:, 1:].astype(np.float32)
