"""Checkpoints: what a run needs to go on with another worker.

That is all numbers that train it, and all figures, at the end of an epoch after which its models
were evaluated. What was trained after that is trained again.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from dataclasses import replace

import msgspec
import numpy as np

from lib.training.messages import Checkpoint, decode, encode
from lib.training.model_record import ModelRecord
from lib.training.sentences import sentence

MOST_CHECKPOINT_BYTES = 16_000_000
"""A larger run sends none, and begins again from its start."""
SHARE = 50
"""Between two checkpoints lies so many times what the first took: they take 2 % of a worker's
time at most, those of runs that pause not counted."""
log = logging.getLogger(__name__)


class SavedModel(msgspec.Struct, frozen=True, array_like=True):
    """One of a run's models, after it was evaluated."""

    numbers: list[np.ndarray]
    """All that it trains with, its weights first; these alone where it has stopped."""
    record: ModelRecord
    """Without weights, and without the best ones where these are the same."""

    @classmethod
    def of(cls, model: ModelRecord, numbers: list[np.ndarray]) -> SavedModel:
        """Save a model at the end of an epoch."""
        best = model.best
        if best is not None and best.weights is model.weights:
            best = replace(best, weights=[])
        return cls(numbers, replace(model, weights=[], best=best))

    def restored(self, untrained: ModelRecord) -> ModelRecord:
        """The model as it was. Raises ValueError unless it has the sizes of the `untrained` one."""
        weights, best = self.numbers[: len(untrained.weights)], self.record.best
        found, expected = ([w.shape for w in own] for own in (weights, untrained.weights))
        if found != expected:
            raise ValueError(f"expected weights of shapes {expected}, got {found}")
        if best is not None:
            best = replace(best, weights=best.weights or weights)
        return replace(self.record, weights=weights, best=best)


class SavedRun(msgspec.Struct, frozen=True, array_like=True):
    """All models of a run at the end of an epoch, and which batches come next."""

    step: int
    epoch: int
    evaluate_seconds: float
    places: list[str]
    """By seed, the place in the order of batches."""
    models: list[SavedModel]
    """All seeds of the first mode, then of the second."""


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
    """Makes the checkpoints of all runs of a worker, within a small share of its time."""

    def __init__(self, send: Callable[[Checkpoint], None], clock: Callable[[], float]) -> None:
        self._send, self._clock = send, clock
        self._free = -math.inf
        """From when on there is time for the next one."""

    def are_due(self, since: float, seconds: float) -> bool:
        """Whether so many seconds have passed, and there is time for one."""
        return self._clock() >= max(self._free, since + seconds)

    def make(self, run_id: str, save: Callable[[], SavedRun]) -> float:
        """Save a run and send its checkpoint; returns when that was."""
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
