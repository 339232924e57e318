"""Train and evaluate the models of one run, one per mode and seed, in short turns.

In each step, every model trains on one batch, the same for all models of a seed. A call of the
program trains several models of one mode, one per lane. If the program has two threads, a helper
thread makes every second call. NumPy evaluates the models: it is as fast and needs no compiling.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lib.data import Samples
from lib.experiment import Experiment
from lib.recurrence import initial_model_weights, outputs_in_parts
from lib.results import Errors, ModeResult, evaluate_outputs, training_arrays
from lib.training.architecture import architecture_of
from lib.training.checkpoint import MOST_CHECKPOINT_BYTES, BatchOrder, ModelRecord, SavedRun
from lib.training.machine import give_way

if TYPE_CHECKING:
    from lib.training.engine import ModelState, Program

ModelKey = tuple[str, int]  # a mode of the experiment, and the index of a seed, from 0
LONGER = 2.0  # to finish an epoch, a turn may last this many times as long as planned


@dataclass(slots=True, eq=False)
class Group:
    """Models of one mode that one call of the program trains."""

    models: list[ModelKey]
    lane_seeds: list[int]  # the index of each lane's seed; spare lanes repeat the last seed
    state: ModelState


_helper = ThreadPoolExecutor(1, "lanes", give_way)


class PairTrainer:
    """The models of one run. `advance` needs a program from `load`; `evaluate` needs none."""

    def __init__(
        self,
        experiment: Experiment,
        samples: Samples,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        training, seeds = experiment.training, experiment.each_seed
        self._experiment, self._samples, self._clock = experiment, samples, clock
        self._orders = [BatchOrder(samples.train, training.batch_size, each.seed) for each in seeds]
        self.batches = self._orders[0]  # the first seed's order; all seeds have these batch sizes
        self.step = 0  # the number of batches that each model has trained on
        self.epoch = 0  # the number of complete epochs in which all losses were finite
        self.diverged: ModelKey | None = None  # the first model with a NaN or infinite loss
        self.evaluate_seconds = math.inf  # the shortest so far: a longer one waited for a processor
        self.step_in_progress: Iterator[None] | None = None  # the remaining calls of a step
        self._evaluating: Iterator[None] | None = None  # the remaining parts of an evaluation
        self._evaluating_seconds = 0.0
        self._program: Program | None = None  # None before `load` and after `release`
        self._groups: list[Group] = []
        self._data: dict[str, Any] = {}  # training samples in the program's format, by mode
        self.evaluated_step = -1  # the step of the last evaluation; -1 if there is none
        self._saved_step = 0  # the step of the last checkpoint
        self._saved_arrays: dict[ModelKey, list[np.ndarray]] = {}  # from a checkpoint, until `load`
        self._speed = 0.0  # a running estimate of steps per second
        shape = (samples.train, *samples.shape[1:], samples.targets)
        self.architecture = architecture_of(experiment, *shape)
        initial = [initial_model_weights(each, samples.shape[2], samples.targets) for each in seeds]
        self._records = {
            (mode, k): ModelRecord.untrained(mode, initial[k], len(seeds))
            for mode in experiment.model.modes
            for k in range(len(seeds))
        }
        self._keeps_best = training.keep != "last" and samples.has_validation
        self._patience = training.patience if training.keep == "stop" else math.inf
        size = 4 * len(self._records) * sum(array.size for array in initial[0])
        # The evaluated weights, the current weights with m and v, and the best weights, if kept.
        self._fits_checkpoint = (5 if self._keeps_best else 4) * size <= MOST_CHECKPOINT_BYTES

    @property
    def at_epoch_end(self) -> bool:
        """Whether all models are at the end of an epoch."""
        return self.step_in_progress is None and self.step % self.batches.steps == 0

    @property
    def _training_records(self) -> dict[ModelKey, ModelRecord]:
        """The models that early stopping hasn't ended."""
        return {key: each for key, each in self._records.items() if each.kept_epoch is None}

    @property
    def _training_groups(self) -> list[Group]:
        """The groups that still have a model to train. Their stopped models train along, unused."""
        return [g for g in self._groups if set(g.models) & self._training_records.keys()]

    @property
    def stopped(self) -> bool:
        """Whether every model has restored its best epoch, so that training is over."""
        return not self._training_records

    @property
    def done(self) -> float:
        """The number of trained epochs, including the fraction of the current epoch."""
        return self.step / self.batches.steps

    def saved(self) -> SavedRun | None:
        """Return the content of a checkpoint; None if it can't be newer than the last one."""
        is_new = self._saved_step < self.evaluated_step == self.step and self.at_epoch_end
        is_over = self.diverged or self.stopped or self.epoch >= self._experiment.training.epochs
        if not is_new or is_over or self._program is None or not self._fits_checkpoint:
            return None
        self._saved_step = self.step
        weights, models = self._weights(with_optimizer=True), list(self._records.values())
        arrays = [weights.get(key, []) for key in self._records]
        rng_states = [order.rng_state for order in self._orders]
        return SavedRun(self.step, self.epoch, self.evaluate_seconds, rng_states, models, arrays)

    def restore(self, saved: SavedRun) -> None:
        """Restore a checkpoint of the same run. Call it before `load`."""
        for order, rng_state in zip(self._orders, saved.rng_states, strict=True):
            order.rng_state = rng_state
        self._saved_arrays = dict(zip(self._records, saved.arrays, strict=True))
        self._records = dict(zip(self._records, saved.models, strict=True))
        self.step = self.evaluated_step = self._saved_step = saved.step
        self.epoch, self.evaluate_seconds = saved.epoch, saved.evaluate_seconds

    def results(self, *, whole: bool = False) -> tuple[dict[str, ModeResult], ...]:
        """Return results by mode for each seed; `whole` includes weights of any size."""
        seeds: list[dict[str, ModeResult]] = [{} for _ in self._orders]
        for (mode, k), model in self._records.items():
            seeds[k][mode] = model.result(whole=whole)
        return tuple(seeds)

    def load(self, program: Program) -> None:
        """Load all models into a program. They may be in another program, at the end of a step."""
        models = self._weights(with_optimizer=True)
        self._program, self._groups, self._saved_arrays = program, [], {}
        width, settings = program.lanes, self._experiment.training
        self._data = {}
        for mode in self._experiment.model.modes:
            arrays = training_arrays(self._experiment, self._samples, mode)
            self._data[mode] = program.samples(arrays)
            seeds = [k for model_mode, k in models if model_mode == mode]
            for start in range(0, len(seeds), width):
                part = seeds[start : start + width]
                lane_seeds = part + part[-1:] * (width - len(part))
                lanes = [models[mode, k] for k in lane_seeds]
                pool = self._experiment.model.pooling_of(mode)
                how: dict[str, Any] = {"step": self.step, "pooling": pool}
                state = program.load(lanes, self.architecture, settings, **how)
                self._groups.append(Group([(mode, k) for k in part], lane_seeds, state))

    def _weights(self, *, with_optimizer: bool = False) -> dict[ModelKey, list[np.ndarray]]:
        """Return each training model's current weights; `with_optimizer` adds all m, then all v."""
        models = self._training_records
        if self._program is None:
            known = self._saved_arrays if with_optimizer else {}
            return {key: known.get(key, model.weights) for key, model in models.items()}
        weights: dict[ModelKey, list[np.ndarray]] = {}
        for group in self._training_groups:
            lanes = self._program.weights(group.state, with_optimizer=with_optimizer)
            weights |= dict(zip(group.models, lanes, strict=False))
        return {key: weights[key] for key in models}

    def release(self) -> None:
        """Free the program and the samples; keep the results."""
        self.step_in_progress = self._evaluating = self._program = None
        self._groups, self._data = [], {}

    def keep_best(self) -> None:
        """Restore the best epoch of each model that keeps it, and end the model's training."""
        for model in self._records.values():
            model.keep_best()

    def advance(self, seconds: float, goal: int) -> None:
        """Train all models for about `seconds`, at most up to step `goal`.

        The call returns at the end of an epoch if possible, and always after the first epoch, so
        that results appear soon. If a step takes longer, the next call of `advance` completes it.
        If the best epoch is kept, every epoch is evaluated.
        """
        if (program := self._program) is None:
            return
        start = now = self._clock()
        if not self.epoch:
            goal = min(goal, self.batches.steps)
        if self._evaluating is not None and not self.evaluate(seconds):
            return
        while self.step < goal and not (self.diverged or self.stopped):
            left = seconds - (now - start)
            if left < seconds / 4:
                return
            if self.step_in_progress is None:
                steps = self._steps(program, goal, self._speed * left)
                self.step_in_progress = self._train(program, steps, seconds)
            for _ in self.step_in_progress:
                if self._clock() - start > LONGER * seconds:
                    return
            self.step_in_progress = None
            if self._keeps_best and not self.evaluate(seconds - (self._clock() - start)):
                return
            now = self._clock()

    def evaluate(self, seconds: float = math.inf) -> bool:
        """Evaluate all models at the end of an epoch, for about `seconds`; return whether done."""
        if self._evaluating is None:
            if self.diverged or not self.at_epoch_end or self.evaluated_step == self.step:
                return True
            self._evaluating, self._evaluating_seconds = self._evaluate_all(), 0.0
        start, is_done = self._clock(), True
        for _ in self._evaluating:
            if self._clock() - start >= seconds:
                is_done = False
                break
        self._evaluating_seconds += self._clock() - start
        if is_done:
            self._evaluating = None
            self.evaluate_seconds = min(self.evaluate_seconds, self._evaluating_seconds)
        return is_done

    def _evaluate_all(self) -> Iterator[None]:
        """Evaluate the training models; yield at least every 0.05 s."""
        experiment, samples = self._experiment, self._samples
        evaluated = np.arange(samples.seen)[samples.evaluated]
        inputs = samples.model_inputs(experiment, evaluated)
        weights, errors = self._weights(), dict[ModelKey, Errors]()
        for key, now in weights.items():
            parts: list[np.ndarray] = []
            pooling = experiment.model.pooling_of(key[0])
            for part in outputs_in_parts(experiment, now, *inputs, pooling=pooling):
                parts.append(part)
                yield
            errors[key] = evaluate_outputs(experiment, samples, np.concatenate(parts), evaluated)
            if not np.isfinite([*errors[key].losses.values(), errors[key].last_mse[key[0]]]).all():
                self.diverged = key
                return
        for key, model in self._training_records.items():
            model.weights, model.errors = weights[key], errors[key]
            model.checks.add(self.epoch, model.errors.last_mse[model.mode])
            if model.errors.labels:
                model.accuracies.add(self.epoch, model.errors.labels[model.mode].accuracy)
            loss = model.errors.losses[model.mode]
            if samples.has_validation:
                model.validation.add(self.epoch, loss)
            may_be_best = self._keeps_best and self.epoch > 0
            if may_be_best and model.compare(self.epoch, loss) >= self._patience:
                model.keep_best()
        self.evaluated_step = self.step

    def _steps(self, program: Program, goal: int, fitting: float) -> int:
        """Return the number of steps to train next: about `fitting`, preferably whole epochs."""
        epoch = self.batches.steps
        epoch_rest = epoch - self.step % epoch
        if fitting < epoch_rest <= LONGER * fitting:
            fitting = epoch_rest
        steps = min(max(1, int(fitting)), program.most_steps(self.architecture), goal - self.step)
        if steps < epoch_rest or self._keeps_best:
            return min(steps, epoch_rest)
        return epoch_rest + (steps - epoch_rest) // epoch * epoch

    def _train(self, program: Program, steps: int, seconds: float) -> Iterator[None]:
        """Train all models on the next batches, in turns of `seconds`; yield between calls."""
        batches = np.stack([order.take(steps) for order in self._orders], axis=1)
        losses: dict[ModelKey, np.ndarray] = {}
        groups, threads, start = self._training_groups, program.threads, self._clock()

        def call(group: Group, thread: int) -> None:
            data = self._data[group.models[0][0]]
            by_lane = program.train(group.state, data, batches[:, group.lane_seeds], thread)
            losses.update({model: by_lane[:, k] for k, model in enumerate(group.models)})

        for first in range(0, len(groups), threads):
            others = [_helper.submit(call, g, 1) for g in groups[first + 1 : first + threads]]
            try:
                call(groups[first], 0)
            finally:
                wait(others)  # wait after an error, too: the run then frees the models
            for other in others:
                other.result()
            if first + threads < len(groups):
                yield
        # A call may have waited for other threads, so change the estimate gradually.
        speed = max(steps / max(self._clock() - start, 1e-6), self._speed / 2)
        self._speed = min(speed, 8 * steps / seconds)
        self.step += steps
        sizes = self.batches.sizes
        epochs: dict[ModelKey, np.ndarray] = {}  # losses of the newly completed epochs
        for key, model in self._training_records.items():
            known = np.concatenate([model.unfinished, losses[key]])
            complete = len(known) // len(sizes) * len(sizes)
            model.unfinished = known[complete:]
            # Compute the mean over samples, as `fit` does: a short batch has a lower weight.
            with np.errstate(invalid="ignore"):
                epochs[key] = known[:complete].reshape(-1, len(sizes)) @ sizes / sizes.sum()
            if not np.isfinite(known).all():
                self.diverged = self.diverged or key
        is_finite = np.isfinite(np.stack(list(epochs.values()))).all(axis=0)
        finite_epochs = len(is_finite) if is_finite.all() else int(np.argmin(is_finite))
        for key, model in self._training_records.items():
            for epoch, loss in enumerate(epochs[key][:finite_epochs].tolist(), self.epoch + 1):
                model.losses.add(epoch, loss)
        self.epoch += finite_epochs
