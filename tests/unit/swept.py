"""Made-up results of a sweep, for tests of its texts and charts."""

import numpy as np

from lib.results.compared import BOTH_MODES, PointResult
from lib.results.run import ModeResult, Status


def mode_result(error):
    """Return a mode's result after 5 epochs: its training loss and last-step error are `error`."""
    epochs, errors = np.array([5]), np.array([error])
    return ModeResult(epochs, errors, epochs, errors, 2 * errors, np.zeros(4), np.zeros(0))


def a_point(sequence, last, status=Status.FINISHED, samples=float("inf"), **values):
    """Return a point with these errors by seed, and a baseline error of 1."""
    factor = 1.0 if status is Status.FINISHED else float("nan")
    rows = [
        {
            "seed": seed,
            "mode": mode,
            "last_step_error": factor * error,
            "last_step_accuracy": float("nan"),
            "validation_loss": factor * error + 1,
            "epochs": 5,
            "status": status.value,
            "reason": "" if status is Status.FINISHED else "The loss is NaN.",
            "parameters": 10,
            "baseline_error": 1.0,
            "baseline_accuracy": float("nan"),
            "independent_samples": samples,
            "run": "r",
            "settings": "&".join(f"{key}={value}" for key, value in values.items()),
        }
        for seed, errors in enumerate(zip(sequence, last, strict=True))
        for mode, error in zip(BOTH_MODES, errors, strict=True)
    ]
    return PointResult(values, rows)


def a_label_point(sequence, last, samples=1e6, **values):
    """Return a point of labels with these accuracies by seed, and a baseline's accuracy of 50%."""
    point = a_point(sequence, last, samples=samples, **values)
    for row in point.rows:
        row |= {"last_step_accuracy": row["last_step_error"], "baseline_accuracy": 0.5}
        row |= {"last_step_error": 0.1}
    return point
