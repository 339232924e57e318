"""What is known of a run's models, and checkpoints: what a run needs to go on with another worker.

A checkpoint has all numbers and figures of a run at the end of an epoch after which its models
were evaluated. What was trained after that is trained again.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec
import numpy as np

from lib.results import History, ModeResult

MAX_SENT_PARAMETERS = 50_000
"""Models of more parameters are sent along with the snapshots of a run that rests alone."""
MAX_LOSSES, MAX_CHECKS, MANY = 600, 400, 4
"""Losses and evaluations that a model keeps; half as many where there are more than MANY seeds."""
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

    weights: list[np.ndarray]
    """As of the last evaluation, in Keras's order; the best ones where it keeps these."""
    losses: History[float]
    checks: History[float]  # mean squared errors at the last timestep
    validation: History[float]
    """Losses on the validation part: at the epochs of `checks`, or at none."""
    errors: Errors = field(default_factory=lambda: Errors(np.empty(0), {}, np.empty(0)))
    """The errors of `weights`."""
    unfinished: np.ndarray = field(default_factory=lambda: np.empty(0))
    """Losses of the batches of an epoch that isn't complete."""
    best: Best | None = None  # None before its first epoch, and where the last epoch is kept
    kept_epoch: int | None = None  # the best one, when its weights are back; it trains no more then

    @classmethod
    def untrained(cls, weights: list[np.ndarray], seeds: int) -> ModelRecord:
        """One of a run of so many seeds, with its initial weights."""
        share = 2 if seeds > MANY else 1
        losses, checks = MAX_LOSSES // share, MAX_CHECKS // share
        return cls(weights, History(losses), History(checks), History(checks))

    def take(self, epoch: int, weights: list[np.ndarray], found: Errors) -> None:
        """Note what the model is like after an epoch."""
        self.weights, self.errors = weights, found
        self.checks.add(epoch, float(found.step_mse[-1]))

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


class SavedRun(msgspec.Struct, frozen=True, array_like=True):
    """All models of a run at the end of an epoch, and which batches come next."""

    step: int
    epoch: int
    evaluate_seconds: float
    places: list[str]  # by seed, the place in the order of batches
    models: list[ModelRecord]  # all seeds of the first mode, then of the second
    numbers: list[list[np.ndarray]]
    """All that each of these trains with, its weights first; none where it has stopped."""
