"""The state of a run: what is known of its models, its order of batches, and its checkpoints.

From a checkpoint a run goes on with another worker. It is of the end of an epoch after which the
models were evaluated.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field

import msgspec
import numpy as np

from lib.results import History, ModeResult

MAX_SENT_PARAMETERS = 50_000  # larger models are sent only with a resting run's snapshots
MAX_LOSSES, MAX_CHECKS, MANY = 600, 400, 4  # kept of a model, or half with more than MANY seeds
MOST_CHECKPOINT_BYTES = 16_000_000  # a larger run sends none, and begins again from its start


@dataclass(frozen=True, slots=True)
class Errors:
    """How wrong some weights are on the judged samples."""

    step_mse: np.ndarray  # (T,)
    losses: dict[str, float]  # the training's loss there, by mode
    predictions: np.ndarray  # for the shown samples, (S, T, K)


@dataclass(frozen=True, slots=True)
class Best:
    """The epoch after which the loss on the validation part was the least."""

    epoch: int
    loss: float
    training_loss: float
    weights: list[np.ndarray]
    errors: Errors


@dataclass(slots=True, eq=False)
class ModelRecord:
    """One of a run's models, "sequence" or "last", of one seed."""

    weights: list[np.ndarray]  # of the last evaluation, in Keras's order; or the best, if kept
    losses: History[float]
    checks: History[float]  # mean squared errors at the last timestep
    validation: History[float]  # losses there: at the epochs of `checks`, or at none
    errors: Errors = field(default_factory=lambda: Errors(np.empty(0), {}, np.empty(0)))
    unfinished: np.ndarray = field(default_factory=lambda: np.empty(0))  # batch losses
    best: Best | None = None  # None before its first epoch, and where the last epoch is kept
    kept_epoch: int | None = None  # the best one, when its weights are back; it trains no more then

    @classmethod
    def untrained(cls, weights: list[np.ndarray], seeds: int) -> ModelRecord:
        """One of a run of so many seeds, with its initial weights."""
        share = 2 if seeds > MANY else 1
        losses, checks = MAX_LOSSES // share, MAX_CHECKS // share
        return cls(weights, History(losses), History(checks), History(checks))

    def compare(self, epoch: int, loss: float) -> int:
        """Count the epochs since the best one, which is the one of Keras's `EarlyStopping`."""
        with np.errstate(over="ignore"):
            if self.best is None or np.float32(loss) < np.float32(self.best.loss):
                training_loss = self.losses.points[-1][1]
                self.best = Best(epoch, loss, training_loss, self.weights, self.errors)
        return epoch - self.best.epoch

    def keep_best(self) -> None:
        """Take back weights and figures of the best epoch, if there is one."""
        if (best := self.best) is None or self.kept_epoch is not None:
            return
        self.kept_epoch, self.weights, self.errors = best.epoch, best.weights, best.errors
        self.losses.put_back(best.epoch, best.training_loss)
        self.checks.put_back(best.epoch, float(self.errors.step_mse[-1]))
        self.validation.put_back(best.epoch, best.loss)

    def result(self, *, whole: bool) -> ModeResult:
        """The figures as they are sent: `whole` is with weights of any number."""
        parameters = sum(array.size for array in self.weights)
        return ModeResult(
            loss_epochs=self.losses.epochs,
            loss=self.losses.values,
            checked_epochs=self.checks.epochs,
            last_step_mse=self.checks.values,
            validation_loss=self.validation.values,
            step_mse=self.errors.step_mse,
            predictions=self.errors.predictions,
            weights=tuple(self.weights) if whole or parameters <= MAX_SENT_PARAMETERS else None,
            kept_epoch=self.kept_epoch,
        )


class BatchOrder:
    """Which samples come in which batch: shuffled, epoch after epoch, the same for each mode.

    No length of `take` changes the order. The exact script of `lib.export` has the same batches.
    """

    def __init__(self, samples: int, batch: int, seed: int) -> None:
        self.samples, self.batch = samples, min(batch, samples)
        self.steps = -(-samples // self.batch)  # batches in an epoch
        self._rng = np.random.default_rng([seed, 2])
        self._waiting = np.empty((0, self.batch), np.int32)

    @property
    def sizes(self) -> np.ndarray:
        """How many samples each batch of an epoch has, (steps,): the last one has what is left."""
        sizes = np.full(self.steps, self.batch)
        sizes[-1] = self.samples - self.batch * (self.steps - 1)
        return sizes

    def take(self, steps: int) -> np.ndarray:
        """The next batches, (steps, B) int32: indexes, and -1 where the last batch is short."""
        if (missing := steps - len(self._waiting)) > 0:
            epochs = -(-missing // self.steps)
            indexes = np.tile(np.arange(self.samples, dtype=np.int32), (epochs, 1))
            rows = np.full((epochs, self.steps * self.batch), -1, np.int32)
            rows[:, : self.samples] = self._rng.permuted(indexes, axis=1)
            self._waiting = np.concatenate([self._waiting, rows.reshape(-1, self.batch)])
        taken, self._waiting = self._waiting[:steps], self._waiting[steps:]
        return taken

    @property
    def place(self) -> str:
        """Where the order is between two epochs: the state of its random numbers, as JSON."""
        return json.dumps(self._rng.bit_generator.state)

    @place.setter
    def place(self, place: str) -> None:
        self._rng.bit_generator.state = json.loads(place)
        self._waiting = self._waiting[:0]


class SavedRun(msgspec.Struct, frozen=True, array_like=True):
    """All models of a run at the end of an epoch, and which batches come next."""

    step: int
    epoch: int
    evaluate_seconds: float
    places: list[str]  # by seed, the place in the order of batches
    models: list[ModelRecord]  # all seeds of the first mode, then of the second
    numbers: list[list[np.ndarray]]  # weights and optimizer of each; empty where it has stopped
