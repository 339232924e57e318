"""The timesteps that a mode's loss counts, with their targets and weights, as in Keras's `fit`."""

import numpy as np

from lib.data import Samples, class_numbers
from lib.experiment import MODES, Experiment


def counted_steps(experiment: Experiment, samples: Samples, mode: str) -> np.ndarray:
    """Return which steps (N, T) bool the loss of a mode counts.

    Sequence mode counts every step that isn't masked; other modes only the final output.
    """
    n, steps = samples.shape[:2]
    if not MODES[mode].every_step:
        return np.broadcast_to(np.arange(steps) == steps - 1, (n, steps))
    return np.ones((n, steps), bool) if experiment.model.masking == "off" else samples.real


def mode_values(samples: Samples, values: np.ndarray, mode: str) -> np.ndarray:
    """Return values (N, T, K); for one output per sample, those of the last real step at each."""
    if MODES[mode].every_step or samples.mask is None:
        return values
    last = values[np.arange(len(values)), samples.last_step]
    return np.broadcast_to(last[:, None], values.shape)


def step_weights(experiment: Experiment, samples: Samples, mode: str) -> np.ndarray:
    """Return the weight of each step in the training loss, (N, T) float32.

    Weights by class are n / (C · n of the class), as scikit-learn's `compute_class_weight`
    returns them for "balanced", over the training steps that the mode's loss counts.
    """
    n, steps = samples.shape[:2]
    kind, train = experiment.training.weights, slice(samples.train)
    if kind == "steps" and MODES[mode].every_step:
        by_step = 2 * np.arange(1, steps + 1, dtype=np.float32) / (steps + 1)
        return np.broadcast_to(by_step, (n, steps))
    if kind != "classes":
        return np.ones((n, steps), np.float32)
    numbers = class_numbers(mode_values(samples, samples.y, mode))
    known = numbers[train][counted_steps(experiment, samples, mode)[train]]
    counts = np.bincount(known, minlength=max(2, samples.targets))
    by_class = np.where(counts > 0, len(known) / (len(counts) * np.maximum(counts, 1)), 1.0)
    return by_class.astype(np.float32)[numbers]


def training_arrays(
    experiment: Experiment, samples: Samples, mode: str
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the training samples of a mode: x (N, T, F), y (N, T, K) and counts (N, T, 3).

    `counts` has the weight of each step in the loss, whether the loss's mean counts the step, 1 or
    0, and whether a pool reads the step, 1 or 0, or -1 for an output of 0 that only a maximum
    reads. Masked steps are moved behind the real steps, where no counted output depends on them. So
    the layers need no mask, and have the same states as Keras's layers have with the mask.
    """
    x, y, train = samples.x, mode_values(samples, samples.y, mode), slice(samples.train)
    counted = counted_steps(experiment, samples, mode)
    weights = step_weights(experiment, samples, mode)
    reads = np.ones(counted.shape)
    if (mask := samples.model_mask(experiment)) is not None:
        order = np.argsort(~mask, axis=1, kind="stable")
        x = np.take_along_axis(x, order[..., None], axis=1)
        places, lengths = np.arange(samples.shape[1]), mask.sum(axis=1)[:, None]
        # Keras's masked steps before the first real step have the output 0, others repeat one.
        reads = np.where(places < lengths, 1, -(~mask[:, :1]).astype(int))
        if not MODES[mode].every_step:
            counted = places == lengths - 1
        else:
            counted = places < lengths
            y = np.take_along_axis(y, order[..., None], axis=1)
            weights = np.take_along_axis(weights, order, axis=1)
    counts = np.stack([weights * counted, counted, reads], axis=-1).astype(np.float32)
    return x[train], y[train], counts[train]
