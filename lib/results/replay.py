"""Snapshots of a run after earlier epochs, computed from the weights: the frames of a replay."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from lib.data import Dataset
from lib.experiment import Experiment
from lib.recurrence import forward, initial_model_weights
from lib.results.evaluation import Errors, evaluate_outputs
from lib.results.history import spread_places
from lib.results.run import ModeResult, RunAt, SeedWeights, Snapshot, Status

BUDGET = 100_000_000  # multiply-adds for evaluating an earlier model, about 0.1 s
MOST, LEAST = 24, 6  # bounds of the limit on frames; an expensive frame lowers the limit
MIN_REPLAY_EPOCHS = 3  # a replay needs at least this many epochs
BEST = "best"  # the name of the last frame if the best epochs were restored
STEP = 60_000  # overhead of a timestep, in multiply-adds


def untrained(experiment: Experiment, dataset: Dataset) -> Snapshot:
    """Return the snapshot at epoch 0. All modes have the same weights, so few passes are enough."""
    none, modes = np.zeros(0), experiment.model.modes
    sizes = dataset.shape[2], dataset.targets
    each = (tuple(initial_model_weights(seed, *sizes)) for seed in experiment.each_seed)
    weights = tuple(dict.fromkeys(modes, models) for models in each)
    epochs = none.astype(np.int64)
    results = dict.fromkeys(modes, ModeResult(epochs, none, epochs, none, none, none, none))
    others = (results,) * (len(weights) - 1)
    total = experiment.training.epochs
    start = Snapshot("", Status.PAUSED, epochs=total, results=results, others=others)
    return as_of(RunAt(experiment, dataset, start), 0, weights)


def as_of(run: RunAt, epoch: int, weights: SeedWeights, *, budget: float = BUDGET) -> Snapshot:
    """Return the snapshot after an earlier epoch with these weights, in `budget` multiply-adds."""
    experiment, dataset, snapshot = run.experiment, run.dataset, run.snapshot
    evaluated: dict[tuple[int, str], Errors] = {}

    def earlier(mode: str, now: ModeResult, weights: tuple[np.ndarray, ...]) -> ModeResult:
        if now.kept_epoch is not None and epoch > now.checked_epochs[-1]:
            return now  # The mode stopped before this epoch.
        key = id(weights), experiment.model.pooling_of(mode)  # Untrained modes share weights.
        if key not in evaluated:
            evaluated[key] = _evaluate(run, weights, budget, key[1])
        at = evaluated[key]
        labels = at.labels.get(mode)
        trained, checked = now.loss_epochs <= epoch, now.checked_epochs <= epoch
        epochs, errors = now.checked_epochs[checked], now.last_step_mse[checked]
        validation = now.validation_loss[checked] if dataset.has_validation else np.zeros(0)
        accuracies = now.last_step_accuracy[checked] if labels else np.zeros(0)
        if epoch not in epochs:  # Otherwise training evaluated this epoch, on all samples.
            epochs, errors = np.append(epochs, epoch), np.append(errors, at.last_mse[mode])
            if dataset.has_validation:
                validation = np.append(validation, at.losses[mode])
            if labels:
                accuracies = np.append(accuracies, labels.accuracy)
        curves = now.loss_epochs[trained], now.loss[trained], epochs, errors, validation
        arrays = *curves, at.step_mse, at.predictions
        return ModeResult(*arrays, weights, last_step_accuracy=accuracies, labels=labels)

    results, *others = (
        {mode: earlier(mode, now, models[mode]) for mode, now in seed.items()}
        for seed, models in zip(snapshot.seeds, weights, strict=False)
    )
    shown = dataset.shown
    return replace(snapshot, epoch=epoch, samples=shown, results=results, others=tuple(others))


def _evaluate(run: RunAt, weights: Sequence[np.ndarray], budget: float, pooling: str) -> Errors:
    """Return the errors of a model with these weights on some of the evaluated samples."""
    experiment, dataset, shown = run.experiment, run.dataset, run.dataset.shown
    evaluated = np.arange(len(dataset.x))[dataset.evaluated]
    cost = len(evaluated) * dataset.shape[1] * sum(w.size for w in weights)
    if (every := math.ceil(cost * len(experiment.each_seed) / budget)) > 1:
        evaluated = np.union1d(shown, evaluated[::every])
    inputs = dataset.model_inputs(experiment, evaluated)
    outputs = forward(experiment, weights, *inputs, pooling=pooling)[1]
    return evaluate_outputs(experiment, dataset, outputs, evaluated)


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """A replayed run after one epoch. The frame's name is the epoch or BEST."""

    name: str
    snapshot: Snapshot

    @property
    def label(self) -> str:
        """The name on the chart."""
        return f"{int(self.name):,}" if self.name.isdecimal() else self.name


def frames_of(run: RunAt, past: Mapping[int, SeedWeights]) -> tuple[Frame, ...]:
    """Return frames for epochs with known weights and for the snapshot, in about a second."""
    snapshot, dataset, budget = run.snapshot, run.dataset, BUDGET / 4
    end = BEST if snapshot.keeps_best else ""
    epochs = [epoch for epoch in sorted(past) if end or epoch < snapshot.epoch]
    modes, seeds = len(run.experiment.model.modes), len(run.experiment.each_seed)
    cost = modes * (budget + seeds * dataset.shape[1] * STEP)
    most = int(np.clip(15 * BUDGET / cost, LEAST, MOST))
    shown = [epochs[place] for place in spread_places(len(epochs), most - 1)]
    frames = [Frame(f"{epoch}", as_of(run, epoch, past[epoch], budget=budget)) for epoch in shown]
    return (*frames, Frame(end or f"{snapshot.epoch}", snapshot))
