"""The losses in NumPy: what it costs to be wrong, as Keras counts it.

Sizes of errors only. Training has Keras's own (`lib.training.engine`).
"""

from collections.abc import Callable

import numpy as np


def _huber(wrong: np.ndarray) -> np.ndarray:
    """Half the square up to 1, then straight on: Keras's `huber` with its `delta` of 1."""
    size = np.abs(wrong)
    return np.where(size <= 1, 0.5 * size**2, size - 0.5)


ERRORS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "mse": np.square,
    "mae": np.abs,
    "huber": _huber,
}
"""A key of `lib.experiment.LOSSES` → what one wrong value costs; a loss is the mean of these."""


def step_losses(loss: str, wrong: np.ndarray) -> np.ndarray:
    """The loss by timestep (T,), of what is wrong with some outputs (N, T, K)."""
    return ERRORS[loss](wrong).mean(axis=(0, 2), dtype=np.float64)


def mode_losses(steps: np.ndarray) -> dict[str, float]:
    """The loss by mode, of the losses by timestep (T,): of all steps, or of the last alone."""
    return {"sequence": float(steps.mean()), "last": float(steps[-1])}
