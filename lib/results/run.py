"""Runs and their snapshots. A page needs only the newest `Snapshot`: each is complete in itself."""

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
    COMPILING = "compiling"
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    STOPPED = "stopped"
    DIVERGED = "diverged"  # the loss became infinite or not a number; `reason` says what to try
    FAILED = "failed"  # the run was refused or its worker died; `reason` says which

    @property
    def active(self) -> bool:
        """Whether figures change by themselves."""
        return self in (Status.QUEUED, Status.COMPILING, Status.RUNNING)

    @property
    def over(self) -> bool:
        """Whether the run can't go on."""
        return self in (Status.FINISHED, Status.STOPPED, Status.DIVERGED, Status.FAILED)


ModelWeights = dict[str, tuple[np.ndarray, ...]]  # of one seed, by mode, as `get_weights()`
SeedWeights = tuple[ModelWeights, ...]  # weights of all models of a run, by seed


def memory_of(part: Any) -> int:
    """Bytes of memory, about, of the arrays in records, dicts and tuples."""
    if isinstance(part, np.ndarray):
        return part.nbytes + 200  # the array object itself
    if isinstance(part, ModeResult | Snapshot):
        part = tuple(getattr(part, each.name) for each in fields(part))
    if isinstance(part, dict):
        part = tuple(part.values())
    return sum(map(memory_of, part)) if isinstance(part, tuple) else 0


@dataclass(frozen=True, slots=True, eq=False)
class ModeResult:
    """The figures of one model, of S shown samples, and errors on all evaluated ones in y's unit.

    Of the last-step model, steps before the last are what its head would have said there.
    """

    loss_epochs: np.ndarray  # epochs of `loss`, (P,) int, increasing; thinned as a run grows
    loss: np.ndarray  # training loss, (P,), as Keras's `fit` reports it: the mean over samples
    checked_epochs: np.ndarray  # after which it was evaluated, (Q,) int, increasing; 0 is untrained
    last_step_mse: np.ndarray  # error at the last timestep, (Q,): to compare the modes by
    validation_loss: np.ndarray  # (Q,), as Keras's `evaluate` reports it; (0,) without such a part
    step_mse: np.ndarray  # mean squared error by timestep, now, (T,)
    predictions: np.ndarray  # outputs for the shown samples, now, (S, T, K)
    weights: tuple[np.ndarray, ...] | None = None  # now, as `get_weights()`; None if too many
    kept_epoch: int | None = None  # the best epoch, once its weights are restored

    @property
    def final_mse(self) -> float:
        """`last_step_mse` of the weights now."""
        return self._final(self.last_step_mse, self.checked_epochs)

    @property
    def final_loss(self) -> float:
        """`loss` of the weights now; NaN before the first epoch."""
        return self._final(self.loss, self.loss_epochs)

    @property
    def final_validation_loss(self) -> float:
        """`validation_loss` of the weights now; NaN without one."""
        return self._final(self.validation_loss, self.checked_epochs)

    def _final(self, values: np.ndarray, epochs: np.ndarray) -> float:
        if not len(values):
            return math.nan
        kept = self.kept_epoch
        return float(values[-1 if kept is None else np.searchsorted(epochs, kept)])


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Snapshot:
    """A run's figures at one moment."""

    run_id: str
    status: Status
    epoch: int = 0
    epochs: int = 0  # how many are asked for
    epochs_per_second: float = 0.0  # the run's pace, else the last second's; 0 if not measured yet
    seconds_left: float | None = None  # None if not measured yet, and where the run may stop early
    reason: str = ""  # why it ended or what it waits for, as a sentence, where that has to be said
    samples: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))  # shown ones, (S,)
    results: dict[str, ModeResult] = field(default_factory=dict)  # by mode, of the first seed
    others: tuple[dict[str, ModeResult], ...] = ()  # figures of the seeds after it
    past: tuple[tuple[int, SeedWeights], ...] = ()  # by epoch, since the snapshot before
    is_full: bool = False  # whether it FAILED only because its training process had no place for it

    @property
    def seeds(self) -> tuple[dict[str, ModeResult], ...]:
        """Results of all seeds."""
        return (self.results, *self.others)

    @property
    def middle(self) -> "Snapshot":
        """The snapshot with the medians over the seeds as its only results."""
        return _middle(self)

    def by_seed(self, mode: str, figure: str = "final_mse") -> np.ndarray:
        """Return a figure of `ModeResult` by seed, (R,)."""
        return np.array([getattr(seed[mode], figure) for seed in self.seeds])

    @property
    def weights(self) -> SeedWeights:
        """Weights of all models, except those too many to be sent."""
        return tuple(
            {mode: result.weights for mode, result in seed.items() if result.weights is not None}
            for seed in self.seeds
        )

    def has_all(self, weights: SeedWeights) -> bool:
        """Return whether these weights include each seed's models."""
        pairs = zip(self.seeds, weights, strict=False)
        return all(seed.keys() <= models.keys() for seed, models in pairs)

    @property
    def keeps_best(self) -> bool:
        """Whether each model's best epoch is restored."""
        kept = [result.kept_epoch for seed in self.seeds for result in seed.values()]
        return bool(kept) and None not in kept


@lru_cache(maxsize=4)  # the pictures of a page ask one after another
def _middle(snapshot: Snapshot) -> Snapshot:
    if not snapshot.others:
        return snapshot
    results = {mode: _median([seed[mode] for seed in snapshot.seeds]) for mode in snapshot.results}
    return replace(snapshot, results=results, others=(), past=())


def _median(results: Sequence[ModeResult]) -> ModeResult:
    """Medians over seeds, at the epochs that all have, and of the weights now."""

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

    losses = curve("loss_epochs", "loss", "final_loss")
    checked, errors = curve("checked_epochs", "last_step_mse", "final_mse")
    _, validation = curve("checked_epochs", "validation_loss", "final_validation_loss")
    step_mse = np.median([r.step_mse for r in results], axis=0)
    predictions = np.median([r.predictions for r in results], axis=0)
    kept = int(checked[-1]) if all(r.kept_epoch is not None for r in results) else None
    return ModeResult(*losses, checked, errors, validation, step_mse, predictions, kept_epoch=kept)


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Run:
    """One training of one experiment on one dataset."""

    id: str
    experiment: Experiment
    dataset: Dataset


@dataclass(frozen=True, slots=True, eq=False)
class RunAt:
    """A run at one moment."""

    experiment: Experiment
    dataset: Dataset
    snapshot: Snapshot
