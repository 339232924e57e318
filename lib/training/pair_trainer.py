"""One run's models: trained in slices, in step, and judged in between.

It holds figures and no status: `worker_run` knows whether a run is paused, waits or is over. Only
the programs that it is given call Keras.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Generator, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from lib.dataset import Samples
from lib.experiment import Experiment
from lib.losses import mode_losses, step_losses
from lib.recurrence import initial_model_weights
from lib.run import ModelWeights, ModeResult
from lib.training.batches import BatchOrder
from lib.training.history import History
from lib.training.model_record import Errors, ModelRecord

if TYPE_CHECKING:
    from lib.training.engine import Judge, ModelState, Program

LONGER = 2.0
"""How much longer a slice may be for the sake of an epoch's end."""
PAST_BYTES = 500_000
MAX_PAST = 24
"""The most bytes of past weights in one snapshot, and the most epochs that they are of."""


class PairTrainer:
    """The models of one run, and what is known of them.

    A judge is enough to begin with: the untrained models can be judged by `check` while their
    program is being compiled. `load` brings that, and then `advance` trains.
    """

    def __init__(
        self,
        experiment: Experiment,
        samples: Samples,
        judge: Judge,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        training = experiment.training
        self.batches = BatchOrder(samples.train, training.batch_size, experiment.seed)
        self.step = 0
        """Batches that each model was trained on."""
        self.epoch = 0
        """Complete epochs, as long as the losses were finite."""
        self.diverged = ""
        """The mode of which a figure isn't a finite number any more; no more training then."""
        self.check_seconds = math.inf
        """How long the shortest judgement took: others may have waited for the processor."""
        self._judging: Iterator[None] | None = None
        """The parts of a judgement that are still to do; None between two judgements."""
        self._judging_seconds = 0.0
        self._training: Iterator[None] | None = None
        """What is still to do of a training step: a long one has a part for each model."""
        self._program: Program
        self._states: dict[str, ModelState] = {}
        """By mode, what the program trains; empty before `load`."""
        self._data: Any = None
        """The training part as the program takes it."""
        self._experiment, self._samples = experiment, samples
        self._judge, self._clock = judge, clock
        self._checked = -1
        """The step of the last judgement."""
        self._speed = 0.0
        """Steps per second while training, as of the last call."""
        weights = initial_model_weights(experiment, samples.shape[2], samples.targets)
        self._models = {mode: ModelRecord(weights) for mode in experiment.model.modes}
        self._keeps_best = training.keep != "last" and samples.has_validation
        self._patience = training.patience if training.keep == "stop" else math.inf
        size = 4 * len(self._models) * sum(array.size for array in weights)
        self._most_past = min(MAX_PAST, PAST_BYTES // size)
        self._past = History[ModelWeights](self._most_past)

    @property
    def at_epoch_end(self) -> bool:
        """Whether no epoch is half done, by any model."""
        return self._training is None and self.step % self.batches.steps == 0

    @property
    def stopped(self) -> bool:
        """Whether no model trains any more, since each has the weights of its best epoch back."""
        return all(model.kept_epoch is not None for model in self._models.values())

    @property
    def done(self) -> float:
        """Epochs, with the part that is done of the one in progress."""
        return self.step / self.batches.steps

    @property
    def checks(self) -> int:
        """How many judgements are remembered."""
        return len(next(iter(self._models.values())).checks.points)

    def results(self, *, whole: bool = False) -> dict[str, ModeResult]:
        """By mode: losses up to now, the rest as of the last judgement; before that nothing."""
        models = self._models if self._checked >= 0 else {}
        return {mode: model.result(whole=whole) for mode, model in models.items()}

    def take_past(self) -> tuple[tuple[int, ModelWeights], ...]:
        """Weights that the models were judged with since the last call.

        Without the newest, which are in the results, unless the best ones are there.
        """
        past, self._past = self._past.points, History[ModelWeights](self._most_past)
        return tuple(past if self.stopped else past[:-1])

    def load(self, program: Program) -> None:
        """Make the models ready to train, both by the same program."""
        n, rate = self._samples.train, self._experiment.training.learning_rate
        x, y = self._samples.x[:n], self._samples.y[:n]
        self._program, self._data = program, program.samples(x, y)
        self._states = {m: program.fresh(r.weights, rate, m) for m, r in self._models.items()}

    def release(self) -> None:
        """Let go of programs and samples; the figures stay."""
        self._training = self._judging = self._data = None
        while self._states:
            self._program.release(self._states.popitem()[1])

    def keep_best(self) -> None:
        """Have each model's best epoch again, where that is kept; it trains no more then."""
        for model in self._models.values():
            model.keep_best()

    def advance(self, seconds: float, goal: int) -> None:
        """Train all models for about `seconds`, at most up to step `goal`.

        It ends at the end of an epoch where that is possible, and, so that there is something to
        show soon, at the end of the very first. It stops where a loss isn't finite (`diverged`).
        Where a single step takes that long, the next call begins with the other model's.

        Where the best epoch is kept, every epoch is judged at its end, so that which one it is
        doesn't depend on the machine's speed. What is left of a long judgement comes first in the
        next call. All may have `stopped` after it.
        """
        start = now = self._clock()
        if not self.epoch:
            goal = min(goal, self.batches.steps)
        if self._judging is not None:
            if not self.check(seconds):
                return
            now = self._clock()
        while self._training or (self.step < goal and not (self.diverged or self.stopped)):
            left = seconds - (now - start)
            if left < (0 if self._training else seconds / 4):
                return
            if self._training is None:
                self._training = self._train(self._steps(goal, self._speed * left), seconds)
            if next(self._training, self) is self:
                self._training = None
            now = self._clock()
            if self._keeps_best:
                if not self.check(seconds - (now - start)):
                    return
                now = self._clock()

    def check(self, seconds: float = math.inf) -> bool:
        """Judge the models for about `seconds`. Returns whether nothing is left to judge.

        Models aren't judged in the middle of an epoch, nor twice with the same weights. After a
        False the next call goes on, and they may not be trained before.
        """
        if self._judging is None:
            if self.diverged or not self.at_epoch_end or self._checked == self.step:
                return True
            self._judging, self._judging_seconds = self._judge_all(), 0.0
        start = self._clock()
        for _ in self._judging:
            if self._clock() - start >= seconds:
                self._judging_seconds += self._clock() - start
                return False
        self._judging = None
        self._judging_seconds += self._clock() - start
        self.check_seconds = min(self.check_seconds, self._judging_seconds)
        return True

    @property
    def _training_models(self) -> dict[str, ModelRecord]:
        """By mode, those that haven't stopped."""
        return {mode: m for mode, m in self._models.items() if m.kept_epoch is None}

    def _judge_all(self) -> Iterator[None]:
        """Judge the models as they are, in parts of a twentieth of a second at most.

        One that has stopped stays as it is.
        """
        errors: dict[int, Errors] = {}
        weights = {mode: model.weights for mode, model in self._models.items()}
        for mode, model in self._training_models.items():
            state = self._states.get(mode)
            now = self._program.weights(state) if state else model.weights
            if id(now) not in errors:  # the untrained models of a pair are one and the same
                errors[id(now)] = yield from self._errors(now)
            if not np.isfinite(errors[id(now)].step_mse).all():
                self.diverged = mode
                return
            weights[mode] = now
        for mode, model in self._training_models.items():
            found = errors[id(weights[mode])]
            model.take(self.epoch, weights[mode], found)
            loss = found.losses[mode]
            if self._samples.has_validation:
                model.validation.add(self.epoch, loss)
            keeps = self._keeps_best and self.epoch
            if keeps and model.compare(self.epoch, loss) >= self._patience:
                model.keep_best()
        if self._most_past > 1:
            self._past.add(self.epoch, {mode: tuple(now) for mode, now in weights.items()})
        self._checked = self.step

    def _errors(self, weights: list[np.ndarray]) -> Generator[None, None, Errors]:
        """How wrong these weights are, found out in parts."""
        judged, parts = self._samples.judged, []
        for part in self._judge.parts(weights, self._samples.x[judged]):
            parts.append(part)
            yield
        outputs = np.concatenate(parts)
        with np.errstate(over="ignore", invalid="ignore"):
            wrong = outputs.astype(np.float64) - self._samples.y[judged]
            step_mse = step_losses("mse", wrong)
            losses = mode_losses(step_losses(self._experiment.training.loss, wrong))
        return Errors(step_mse, losses, outputs[self._samples.shown - (judged.start or 0)])

    def _steps(self, goal: int, fitting: float) -> int:
        """How many steps to train next: what fits, but no part of an epoch beyond a whole one.

        Nor is an epoch broken off shortly before its end: it would have no figures until the next
        slice, when all other runs have had theirs.
        """
        epoch = self.batches.steps
        rest = epoch - self.step % epoch
        if fitting < rest <= LONGER * fitting:
            fitting = rest
        steps = min(max(1, int(fitting)), self._program.max_steps, goal - self.step)
        if steps < rest or self._keeps_best:
            return min(steps, rest)
        return rest + (steps - rest) // epoch * epoch

    def _train(self, steps: int, seconds: float) -> Iterator[None]:
        """Train all models on the next batches, and note the losses of the epochs they complete.

        A single step has a part for each model. `seconds` is how long all should take together.
        """
        batches = self.batches.take(steps)
        sizes = self.batches.sizes
        losses: dict[str, np.ndarray] = {}
        spent = 0.0
        for mode in self._training_models:
            if losses and steps == 1:
                yield
            before = self._clock()
            losses[mode] = self._program.train(self._states[mode], self._data, batches)
            spent += self._clock() - before
        # What one step took says little of what many will: go up by degrees. And a call that had
        # to wait for other threads says little of the next: go down by degrees, too, but by large
        # ones, since other runs wait for the end of a call that was meant to be short.
        speed = max(steps / max(spent, 1e-6), self._speed / 2)
        self._speed = min(speed, 8 * steps / seconds)
        epochs: dict[str, np.ndarray] = {}
        for mode, model in self._training_models.items():
            known = np.concatenate([model.unfinished, losses[mode]])
            complete = len(known) // len(sizes) * len(sizes)
            model.unfinished = known[complete:]
            # As `fit` reports it: the mean over samples, so a short batch counts for less.
            with np.errstate(invalid="ignore"):
                epochs[mode] = known[:complete].reshape(-1, len(sizes)) @ sizes / sizes.sum()
            if not np.isfinite(known).all():
                self.diverged = self.diverged or mode
        self.step += steps
        finite = np.isfinite(np.stack(list(epochs.values()))).all(axis=0)
        good = len(finite) if finite.all() else int(np.argmin(finite))
        for mode, model in self._training_models.items():
            model.losses.extend(self.epoch + 1, epochs[mode][:good].tolist())
        self.epoch += good
