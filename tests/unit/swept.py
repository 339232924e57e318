"""Results of a sweep that wasn't trained, for the tests of its sentences and pictures."""

from lib.results.compared import BOTH_MODES, PointResult
from lib.results.run import Status


def a_point(sequence, last, status=Status.FINISHED, samples=float("inf"), **values):
    """A point with these errors, seed by seed, and a best guess that is wrong by 1."""
    nothing = 1.0 if status is Status.FINISHED else float("nan")
    rows = [
        {
            "seed": seed,
            "mode": mode,
            "last_step_error": nothing * error,
            "validation_loss": nothing * error + 1,
            "epochs": 5,
            "status": status.value,
            "reason": "" if status is Status.FINISHED else "The loss is no number.",
            "parameters": 10,
            "baseline_error": 1.0,
            "independent_samples": samples,
            "run": "r",
            "settings": "&".join(f"{key}={value}" for key, value in values.items()),
        }
        for seed, errors in enumerate(zip(sequence, last, strict=True))
        for mode, error in zip(BOTH_MODES, errors, strict=True)
    ]
    return PointResult(values, rows)
