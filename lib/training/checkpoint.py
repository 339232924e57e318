"""What a run needs to go on with another worker, as if nothing had been: made, read, and when.

That is all numbers that train it, and all figures. It goes on from the end of an epoch after which
its models were judged; what was trained after that is trained again.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from dataclasses import replace

import msgspec
import numpy as np

from lib.training.history import History
from lib.training.messages import Checkpoint, decode, encode
from lib.training.model_record import Best, Errors, ModelRecord
from lib.training.sentences import sentence

MOST_CHECKPOINT_BYTES = 16_000_000
"""A larger run sends none, and begins again from its start."""
SHARE = 50
"""Between two checkpoints lies so many times what the first took: they take 2 % of a worker's
time at most, those of runs that pause not counted."""
log = logging.getLogger(__name__)


class SavedHistory(msgspec.Struct, frozen=True, array_like=True):
    """A history of figures."""

    gap: int
    points: list[tuple[int, float]]

    @classmethod
    def of(cls, history: History[float]) -> SavedHistory:
        """As it is now."""
        return cls(history.gap, history.points)


class SavedModel(msgspec.Struct, frozen=True, array_like=True):
    """One of the models, after it was judged."""

    numbers: list[np.ndarray]
    """All that it trains with, its weights first; these alone where it has stopped."""
    losses: SavedHistory
    checks: SavedHistory
    validation: SavedHistory
    errors: Errors
    best: Best | None
    """Without weights where these are the model's own."""
    kept_epoch: int | None

    @classmethod
    def of(cls, model: ModelRecord, numbers: list[np.ndarray]) -> SavedModel:
        """As it is now, at the end of an epoch."""
        best = model.best
        if best is not None and best.weights is model.weights:
            best = replace(best, weights=[])
        return cls(
            numbers,
            SavedHistory.of(model.losses),
            SavedHistory.of(model.checks),
            SavedHistory.of(model.validation),
            model.errors,
            best,
            model.kept_epoch,
        )

    def put_into(self, model: ModelRecord, shown: tuple[int, ...]) -> None:
        """Make a new model as this one was. Raises ValueError unless it is of the same sizes.

        Those of its predictions are `shown`, (S, T, K).
        """
        shapes = [array.shape for array in model.weights]
        weights, best = self.numbers[: len(shapes)], self.best
        copies = len(self.numbers) // len(shapes) if self.kept_epoch is None else 1
        _check(self.numbers, shapes * max(1, copies))
        _check_errors(self.errors, shown)
        if best is not None:
            best = replace(best, weights=best.weights or weights)
            _check(best.weights, shapes)
            _check_errors(best.errors, shown)
        model.weights, model.errors = weights, self.errors
        model.best, model.kept_epoch = best, self.kept_epoch
        for history, saved in (
            (model.losses, self.losses),
            (model.checks, self.checks),
            (model.validation, self.validation),
        ):
            history.go_on_from(saved.gap, saved.points)


class SavedRun(msgspec.Struct, frozen=True, array_like=True):
    """All models of a run at the end of an epoch, and which batches come next."""

    step: int
    epoch: int
    check_seconds: float
    places: list[bytes]
    """By seed, of the orders of batches."""
    models: list[SavedModel]
    """By mode, of each all seeds."""


def _check(arrays: list[np.ndarray], shapes: list[tuple[int, ...]]) -> None:
    if [array.shape for array in arrays] != shapes:
        raise ValueError(f"expected {shapes}, got {[array.shape for array in arrays]}")
    if any(array.dtype != np.float32 for array in arrays):
        raise ValueError("expected numbers in single precision")


def _check_errors(errors: Errors, shown: tuple[int, ...]) -> None:
    if (errors.step_mse.shape, errors.predictions.shape) != (shown[1:2], shown):
        raise ValueError(f"predictions must be {shown}, got {errors.predictions.shape}")


def restore(state: bytes, go_on_from: Callable[[SavedRun], None]) -> None:
    """Read a checkpoint's state, and have a new trainer go on from it; nothing where it is empty.

    Raises ValueError with a part of a sentence, also where the trainer does with any.
    """
    if not state:
        return
    try:
        go_on_from(decode(state, SavedRun))
    except ValueError as error:  # a WireError is one
        raise ValueError(sentence("checkpoint")) from error


class Checkpoints:
    """Those of all runs of a worker. Together they take little of its time."""

    def __init__(self, send: Callable[[Checkpoint], None], clock: Callable[[], float]) -> None:
        self._send, self._clock = send, clock
        self._free = -math.inf
        """From when on there is time for the next one."""

    def are_due(self, since: float, seconds: float) -> bool:
        """Whether so many seconds have passed, and there is time for one."""
        return self._clock() >= max(self._free, since + seconds)

    def make(self, run_id: str, save: Callable[[], SavedRun]) -> float:
        """Have a run saved, and send that; returns when that was."""
        start = self._clock()
        try:
            saved = save()
            state = encode(saved)
            if len(state) <= MOST_CHECKPOINT_BYTES:
                self._send(Checkpoint(run_id, saved.epoch, state))
        except Exception:  # most likely there was no memory for it
            log.warning("A run trains on without a checkpoint", exc_info=True)
        now = self._clock()
        self._free = now + SHARE * (now - start)
        return now
