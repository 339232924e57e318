"""A run and how it goes: what the pages, the pictures and the sentences are about.

Records only. What trains a run is `lib/training`. A `Snapshot` is complete in itself: the newest
one is all that a page needs, and any number of older ones may be skipped.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from functools import lru_cache
from typing import Any

import numpy as np

from lib.data import Dataset
from lib.experiment import Experiment


class Status(StrEnum):
    """Where a run stands."""

    QUEUED = "queued"
    """Accepted; others come first, or the worker is still starting."""
    COMPILING = "compiling"
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    STOPPED = "stopped"
    DIVERGED = "diverged"
    """The loss became infinite or not a number; `reason` says what to try."""
    FAILED = "failed"
    """The run was refused or its worker died; `reason` says which."""

    @property
    def active(self) -> bool:
        """Whether figures change without anybody doing anything."""
        return self in (Status.QUEUED, Status.COMPILING, Status.RUNNING)

    @property
    def over(self) -> bool:
        """Whether the run can't go on."""
        return self in (Status.FINISHED, Status.STOPPED, Status.DIVERGED, Status.FAILED)


ModelWeights = dict[str, tuple[np.ndarray, ...]]
"""Of one seed's models, by mode, in the order of Keras's `model.get_weights()`."""
SeedWeights = tuple[ModelWeights, ...]
"""Of all models of a run, by seed."""

ARRAY_BYTES = 200
"""What an array takes in memory besides its numbers."""


def weight_bytes(weights: SeedWeights) -> int:
    """How much memory they take."""
    return sum(array.nbytes for seed in weights for own in seed.values() for array in own)


def memory_of(part: Any) -> int:
    """About how much memory the arrays in records, dicts and tuples take, in bytes."""
    if isinstance(part, np.ndarray):
        return part.nbytes + ARRAY_BYTES
    if isinstance(part, dict):
        return sum(map(memory_of, part.values()))
    if isinstance(part, tuple):
        return sum(map(memory_of, part))
    if isinstance(part, ModeResult | Snapshot):
        return sum(memory_of(getattr(part, each.name)) for each in fields(part))
    return 0


@dataclass(frozen=True, slots=True, eq=False)
class ModeResult:
    """The figures of one model, "sequence" or "last", up to now.

    S is the number of shown samples (`Snapshot.samples`); errors are over all judged samples
    (`Dataset.judged`) and in the unit of y, whatever the training loss is.
    """

    loss_epochs: np.ndarray
    """Epochs that `loss` was kept for, (P,) int, increasing; thinned as a run grows."""
    loss: np.ndarray
    """Training loss of these epochs, (P,): as Keras's `fit` reports it, the mean over samples."""
    checked_epochs: np.ndarray
    """Epochs that the model was judged after, (Q,) int, increasing; 0 is before training."""
    last_step_mse: np.ndarray
    """Mean squared error at the last timestep on the judged samples, (Q,). The number that can
    be compared between the modes."""
    validation_loss: np.ndarray
    """The training's own loss on the validation part, (Q,), as Keras's `evaluate` reports it: over
    all steps, or at the last alone. (0,) where there is no such part: see `Samples.train`."""
    step_mse: np.ndarray
    """Mean squared error by timestep on the judged samples, now, (T,). For the last-step model:
    what its head would have said at each earlier step."""
    predictions: np.ndarray
    """Outputs for the shown samples at every step, now, (S, T, K). The last-step model answers
    with `predictions[:, -1]` alone; its other steps are what its head would have said."""
    weights: tuple[np.ndarray, ...] | None = None
    """The weights now, in Keras's `model.get_weights()` order; None where they are too many to be
    sent while a run trains."""
    kept_epoch: int | None = None
    """The best epoch on the validation part, where its weights are back; what is so "now" is of it.
    None as long as the model trains on, and where the last epoch is kept."""

    @property
    def final_mse(self) -> float:
        """`last_step_mse` of the weights."""
        return self._final(self.last_step_mse, self.checked_epochs)

    @property
    def final_loss(self) -> float:
        """`loss` in the epoch that led to the weights; not a number before the first."""
        return self._final(self.loss, self.loss_epochs)

    @property
    def final_validation_loss(self) -> float:
        """`validation_loss` of the weights; not a number where there is none."""
        return self._final(self.validation_loss, self.checked_epochs)

    def _final(self, values: np.ndarray, epochs: np.ndarray) -> float:
        """The one of the weights' epoch; `epochs` are those of the values, and have it."""
        if not len(values):
            return math.nan
        kept = self.kept_epoch
        return float(values[-1 if kept is None else np.searchsorted(epochs, kept)])


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Snapshot:
    """Everything about a run at one moment."""

    run_id: str
    status: Status
    epoch: int = 0
    epochs: int = 0
    """The epochs asked for."""
    epochs_per_second: float = 0.0
    """Those of the run's pace, as long as it can be kept; else of the last second or so; 0 before
    that was measured. Both models of a pair counted as one epoch."""
    seconds_left: float | None = None
    """At that pace, or at the speed of the last seconds; None before that was measured, and always
    where it may stop early."""
    reason: str = ""
    """A sentence where something has to be said: why it ended, what it waits for."""
    samples: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    """Indexes into `Dataset.x` of the samples in `ModeResult.predictions`, (S,) int."""
    results: dict[str, ModeResult] = field(default_factory=dict)
    """By mode, "sequence" and "last", of the experiment's own seed; empty before the first."""
    others: tuple[dict[str, ModeResult], ...] = ()
    """The same of the seeds after it, where there are several."""
    past: tuple[tuple[int, SeedWeights], ...] = ()
    """Weights after earlier epochs, increasing: some of those that the models were judged with
    since the snapshot before. Empty where they are too many."""
    is_full: bool = False
    """Whether it FAILED only since its training process had no place: it may have one soon."""

    @property
    def seeds(self) -> tuple[dict[str, ModeResult], ...]:
        """The results of all seeds, in order."""
        return (self.results, *self.others)

    @property
    def middle(self) -> "Snapshot":
        """The run with the median of all seeds as its only results; as it is where there is one."""
        return _middle(self)

    def by_seed(self, mode: str, figure: str = "final_mse") -> np.ndarray:
        """A figure of `ModeResult`, the number that compares, of each of R seeds: (R,)."""
        return np.array([getattr(seed[mode], figure) for seed in self.seeds])

    @property
    def weights(self) -> SeedWeights:
        """The newest of all models, but those that were too many to be sent."""
        return tuple(
            {mode: result.weights for mode, result in seed.items() if result.weights is not None}
            for seed in self.seeds
        )

    def has_all(self, weights: SeedWeights) -> bool:
        """Whether these are of each seed's models, and perhaps of others."""
        pairs = zip(self.seeds, weights, strict=False)
        return all(seed.keys() <= models.keys() for seed, models in pairs)

    @property
    def keeps_best(self) -> bool:
        """Whether each model has the weights of its best epoch back."""
        kept = [result.kept_epoch for seed in self.seeds for result in seed.values()]
        return bool(kept) and None not in kept


@lru_cache(maxsize=4)  # the pictures of a page ask one after another
def _middle(snapshot: Snapshot) -> Snapshot:
    if not snapshot.others:
        return snapshot
    results = {mode: _median([seed[mode] for seed in snapshot.seeds]) for mode in snapshot.results}
    return replace(snapshot, results=results, others=(), past=())


def _median(results: Sequence[ModeResult]) -> ModeResult:
    """The medians at the epochs that all seeds have; the newest are of the weights of now."""

    def curve(epochs: str, values: str, final: str) -> tuple[np.ndarray, np.ndarray]:
        known = [(getattr(r, epochs), getattr(r, values)) for r in results]
        if not all(len(y) for _, y in known):
            return np.zeros(0, np.int64), np.zeros(0)
        newest = max(int(x[-1]) for x, _ in known)
        shared = set.intersection(*(set(x.tolist()) for x, _ in known))
        common = np.array(sorted(shared - {newest}), np.int64)
        rows = [y[np.searchsorted(x, common)] for x, y in known]
        now = np.median([getattr(r, final) for r in results])
        return np.append(common, newest), np.append(np.median(rows, axis=0), now)

    loss_epochs, loss = curve("loss_epochs", "loss", "final_loss")
    checked_epochs, last_step_mse = curve("checked_epochs", "last_step_mse", "final_mse")
    is_kept = all(r.kept_epoch is not None for r in results)
    return ModeResult(
        loss_epochs=loss_epochs,
        loss=loss,
        checked_epochs=checked_epochs,
        last_step_mse=last_step_mse,
        validation_loss=curve("checked_epochs", "validation_loss", "final_validation_loss")[1],
        step_mse=np.median([r.step_mse for r in results], axis=0),
        predictions=np.median([r.predictions for r in results], axis=0),
        kept_epoch=int(checked_epochs[-1]) if is_kept else None,
    )


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Run:
    """One training of one experiment on one dataset. What it has reached is in its snapshots."""

    id: str
    experiment: Experiment
    dataset: Dataset


@dataclass(frozen=True, slots=True, eq=False)
class RunAt:
    """A run at one moment: what it is of, and its figures then."""

    experiment: Experiment
    dataset: Dataset
    snapshot: Snapshot
