"""Results of a sweep that wasn't trained, for the tests of its sentences and pictures."""

from __future__ import annotations

from typing import Any

import numpy as np

from lib.run import Status
from lib.swept import PointResult


def a_point(
    sequence: list[float],
    last: list[float],
    status: Status = Status.FINISHED,
    **values: Any,
) -> PointResult:
    """A point with these errors, seed by seed, and a best guess that is wrong by 1."""
    errors = {"sequence": np.array(sequence, float), "last": np.array(last, float)}
    if status is not Status.FINISHED:
        errors = {mode: each * np.nan for mode, each in errors.items()}
    return PointResult(
        values=values,
        settings="&".join(f"{key}={value}" for key, value in values.items()),
        status=status,
        seeds=tuple(range(len(sequence))),
        figures={
            "last_step_error": errors,
            "validation_loss": {mode: each + 1 for mode, each in errors.items()},
            "epochs": {mode: np.full(len(each), 5) for mode, each in errors.items()},
        },
        parameters=10,
        baseline=1.0,
        run_id="r",
        reason="" if status is Status.FINISHED else "The loss is no number.",
    )
