"""The state of a run: model records, the order of batches, and checkpoints."""

import json
from dataclasses import dataclass, field

import msgspec
import numpy as np

from lib.results import Errors, History, ModeResult

MAX_SENT_PARAMETERS = 50_000  # while a run trains, only weights of smaller models are sent
MAX_LOSSES, MAX_CHECKS = 600, 400  # the maximum number of points in a model's histories
MANY_SEEDS = 4  # models of a run with more seeds keep half as many points
MOST_CHECKPOINT_BYTES = 16_000_000  # a larger run has no checkpoints: it restarts from epoch 0


@dataclass(frozen=True, slots=True)
class Best:
    """The epoch with the lowest validation loss."""

    epoch: int
    loss: float
    training_loss: float
    weights: list[np.ndarray]
    errors: Errors


@dataclass(slots=True, eq=False)
class ModelRecord:
    """The weights and histories of one model: one mode and one seed."""

    mode: str
    weights: list[np.ndarray]  # at the last evaluation or the restored epoch, in Keras's order
    losses: History[float]  # training loss by epoch
    checks: History[float]  # mean squared error at the last timestep by evaluated epoch
    validation: History[float]  # validation loss by evaluated epoch, if there is validation
    accuracies: History[float]  # accuracy at the last timestep by evaluated epoch, for labels
    errors: Errors = field(default_factory=lambda: Errors(np.empty(0), {}, np.empty(0)))
    unfinished: np.ndarray = field(default_factory=lambda: np.empty(0))  # this epoch's batch losses
    best: Best | None = None  # None before the first epoch, and if the last epoch is kept
    kept_epoch: int | None = None  # the restored best epoch; None while the model trains

    @classmethod
    def untrained(cls, mode: str, weights: list[np.ndarray], seeds: int) -> "ModelRecord":
        """Return the record of a model with its initial weights, in a run with `seeds` seeds."""
        divisor = 2 if seeds > MANY_SEEDS else 1
        losses, checks = MAX_LOSSES // divisor, MAX_CHECKS // divisor
        new = History[float]
        return cls(mode, weights, new(losses), new(checks), new(checks), new(checks))

    def compare(self, epoch: int, loss: float) -> int:
        """Record a validation loss; return the epochs since the best, like `EarlyStopping`."""
        with np.errstate(over="ignore"):
            if self.best is None or np.float32(loss) < np.float32(self.best.loss):
                training_loss = self.losses.points[-1][1]
                self.best = Best(epoch, loss, training_loss, self.weights, self.errors)
        return epoch - self.best.epoch

    def keep_best(self) -> None:
        """Restore the weights and errors of the best epoch, if there is one."""
        if (best := self.best) is None or self.kept_epoch is not None:
            return
        self.kept_epoch, self.weights, self.errors = best.epoch, best.weights, best.errors
        self.losses.put_back(best.epoch, best.training_loss)
        self.checks.put_back(best.epoch, self.errors.last_mse[self.mode])
        if self.errors.labels:
            self.accuracies.put_back(best.epoch, self.errors.labels[self.mode].accuracy)
        self.validation.put_back(best.epoch, best.loss)

    def result(self, *, whole: bool) -> ModeResult:
        """Return the results to send; `whole` includes weights of any size."""
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
            last_step_accuracy=self.accuracies.values,
            labels=self.errors.labels.get(self.mode),
        )


class BatchOrder:
    """The samples of each batch: reshuffled every epoch, and the same for both modes.

    `take` can return any number of batches. The exact script of `lib.export` has the same order.
    """

    def __init__(self, samples: int, batch: int, seed: int) -> None:
        self.samples, self.batch = samples, min(batch, samples)
        self.steps = -(-samples // self.batch)  # batches in an epoch
        self._rng = np.random.default_rng([seed, 2])
        self._waiting = np.empty((0, self.batch), np.int32)  # batches for the next calls of `take`

    @property
    def sizes(self) -> np.ndarray:
        """The batch sizes of an epoch, (steps,); the last batch may be smaller."""
        sizes = np.full(self.steps, self.batch)
        sizes[-1] = self.samples - self.batch * (self.steps - 1)
        return sizes

    def take(self, steps: int) -> np.ndarray:
        """Return the next batches of sample indexes, (steps, B) int32; -1 pads a short batch."""
        if (missing := steps - len(self._waiting)) > 0:
            epochs = -(-missing // self.steps)
            indexes = np.tile(np.arange(self.samples, dtype=np.int32), (epochs, 1))
            rows = np.full((epochs, self.steps * self.batch), -1, np.int32)
            rows[:, : self.samples] = self._rng.permuted(indexes, axis=1)
            self._waiting = np.concatenate([self._waiting, rows.reshape(-1, self.batch)])
        taken, self._waiting = self._waiting[:steps], self._waiting[steps:]
        return taken

    @property
    def rng_state(self) -> str:
        """The random generator's state as JSON. Read it only at the end of an epoch."""
        return json.dumps(self._rng.bit_generator.state)

    @rng_state.setter
    def rng_state(self, rng_state: str) -> None:
        self._rng.bit_generator.state = json.loads(rng_state)
        self._waiting = self._waiting[:0]


class SavedRun(msgspec.Struct, frozen=True, array_like=True):
    """A checkpoint's content: all models at the end of an evaluated epoch, and the batch order."""

    step: int
    epoch: int
    evaluate_seconds: float
    rng_states: list[str]  # the state of each seed's `BatchOrder`
    models: list[ModelRecord]  # all seeds of the first mode, then of the next mode
    arrays: list[list[np.ndarray]]  # weights and optimizer arrays by model; [] if it has stopped
