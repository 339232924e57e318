"""Runs and their snapshots. Each `Snapshot` is complete, so a page needs only the newest."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from functools import lru_cache
from typing import Any

import numpy as np

from lib.data import Dataset
from lib.experiment import Experiment
from lib.results.labels import LabelScores, median_scores


class Status(StrEnum):
    """The state of a run."""

    QUEUED = "queued"
    COMPILING = "compiling"
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    STOPPED = "stopped"
    DIVERGED = "diverged"  # the loss became infinite or NaN; `Snapshot.reason` suggests a fix
    FAILED = "failed"  # the run was refused or its worker ended; see `Snapshot.reason`

    @property
    def active(self) -> bool:
        """Whether the run trains, or will train without a further command."""
        return self in (Status.QUEUED, Status.COMPILING, Status.RUNNING)

    @property
    def over(self) -> bool:
        """Whether the run can't continue."""
        return self in (Status.FINISHED, Status.STOPPED, Status.DIVERGED, Status.FAILED)


ModelWeights = dict[str, tuple[np.ndarray, ...]]  # one seed's weights by mode, as `get_weights()`
SeedWeights = tuple[ModelWeights, ...]  # the weights of all models of a run, by seed


def memory_of(part: Any) -> int:
    """Return the approximate bytes of the arrays in a result, snapshot, dict or tuple."""
    if isinstance(part, np.ndarray):
        return part.nbytes + 200  # 200 for the array object
    if isinstance(part, ModeResult | Snapshot | LabelScores):
        part = tuple(getattr(part, each.name) for each in fields(part))
    if isinstance(part, dict):
        part = tuple(part.values())
    return sum(map(memory_of, part)) if isinstance(part, tuple) else 0


@dataclass(frozen=True, slots=True, eq=False)
class ModeResult:
    """One model's predictions for S shown samples and errors on evaluated samples, in y's unit.

    At earlier steps, the last-step model's values are from its head, applied early, and the pooled
    model's are from the pool of the steps so far.
    """

    loss_epochs: np.ndarray  # epochs of `loss`, (P,) int, increasing; a long run keeps only some
    loss: np.ndarray  # training loss, (P,), as Keras's `fit` reports it: the mean over samples
    checked_epochs: np.ndarray  # epochs of evaluations, (Q,) int, increasing; 0 is untrained
    last_step_mse: np.ndarray  # error at the last timestep, (Q,), the same measure for both modes
    validation_loss: np.ndarray  # as Keras's `evaluate` reports it, (Q,); (0,) if no such part
    step_mse: np.ndarray  # current mean squared error by timestep, (T,)
    predictions: np.ndarray  # current outputs for the shown samples, (S, T, K)
    weights: tuple[np.ndarray, ...] | None = None  # current `get_weights()`; None if too large
    kept_epoch: int | None = None  # the best epoch, once its weights are restored
    # Only for labels. Predictions are probabilities, and errors are those of probabilities.
    last_step_accuracy: np.ndarray = field(default_factory=lambda: np.zeros(0))  # by check, (Q,)
    labels: LabelScores | None = None  # scores of the current weights

    @property
    def final_mse(self) -> float:
        """The `last_step_mse` of the current weights."""
        return self._final(self.last_step_mse, self.checked_epochs)

    @property
    def final_accuracy(self) -> float:
        """The `last_step_accuracy` of the current weights; NaN if targets are numbers."""
        return self._final(self.last_step_accuracy, self.checked_epochs)

    @property
    def final_loss(self) -> float:
        """The `loss` of the current weights; NaN before the first epoch."""
        return self._final(self.loss, self.loss_epochs)

    @property
    def final_validation_loss(self) -> float:
        """The `validation_loss` of the current weights; NaN without a validation part."""
        return self._final(self.validation_loss, self.checked_epochs)

    def _final(self, values: np.ndarray, epochs: np.ndarray) -> float:
        if not len(values):
            return math.nan
        kept = self.kept_epoch
        return float(values[-1 if kept is None else np.searchsorted(epochs, kept)])


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Snapshot:
    """A run's results at one moment."""

    run_id: str
    status: Status
    epoch: int = 0
    epochs: int = 0  # the number of epochs to train
    epochs_per_second: float = 0.0  # over the last second, or over a shorter run; 0 if unknown
    seconds_left: float | None = None  # None if unknown, or if the run can stop early
    reason: str = ""  # why the run ended or waits, as a sentence; usually ""
    samples: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))  # shown ones (S,)
    results: dict[str, ModeResult] = field(default_factory=dict)  # by mode, of the first seed
    others: tuple[dict[str, ModeResult], ...] = ()  # results of the other seeds
    past: tuple[tuple[int, SeedWeights], ...] = ()  # weights by epoch since the previous snapshot
    is_full: bool = False  # whether the run FAILED only because its worker was full

    @property
    def seeds(self) -> tuple[dict[str, ModeResult], ...]:
        """The results of all seeds."""
        return (self.results, *self.others)

    @property
    def middle(self) -> "Snapshot":
        """The snapshot with medians over the seeds as its only results."""
        return _middle(self)

    def by_seed(self, mode: str, name: str = "final_mse") -> np.ndarray:
        """Return one of `ModeResult`'s fields or properties by seed, (R,) or (R, …)."""
        return np.array([getattr(seed[mode], name) for seed in self.seeds])

    @property
    def weights(self) -> SeedWeights:
        """The weights of all models, without weights that were too large to send."""
        return tuple(
            {mode: result.weights for mode, result in seed.items() if result.weights is not None}
            for seed in self.seeds
        )

    def has_all(self, weights: SeedWeights) -> bool:
        """Return whether these weights include all models of all seeds."""
        pairs = zip(self.seeds, weights, strict=False)
        return all(seed.keys() <= models.keys() for seed, models in pairs)

    @property
    def keeps_best(self) -> bool:
        """Whether the best epoch of each model is restored."""
        kept = [result.kept_epoch for seed in self.seeds for result in seed.values()]
        return bool(kept) and None not in kept


@lru_cache(maxsize=4)  # All pictures of a page use the same medians.
def _middle(snapshot: Snapshot) -> Snapshot:
    if not snapshot.others:
        return snapshot
    results = {mode: _median([seed[mode] for seed in snapshot.seeds]) for mode in snapshot.results}
    return replace(snapshot, results=results, others=(), past=())


def _median(results: Sequence[ModeResult]) -> ModeResult:
    """Return medians over the seeds: curves at common epochs, and values of the current weights."""

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
    _, accuracy = curve("checked_epochs", "last_step_accuracy", "final_accuracy")
    step_mse = np.median([r.step_mse for r in results], axis=0)
    labels = median_scores([r.labels for r in results if r.labels is not None])
    # The mean of probabilities has the sum 1. The median hasn't.
    middle = np.mean if labels else np.median
    predictions = middle([r.predictions for r in results], axis=0)
    kept = int(checked[-1]) if all(r.kept_epoch is not None for r in results) else None
    return ModeResult(
        *losses,
        checked,
        errors,
        validation,
        step_mse,
        predictions,
        kept_epoch=kept,
        last_step_accuracy=accuracy,
        labels=labels,
    )


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
