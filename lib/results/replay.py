"""A run as it was: as it starts, after an earlier epoch, or, as a replay, after each kept epoch.

NumPy only, from weights. The untrained model is the very one that training starts from:
`lib.recurrence` makes the initial weights for both.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import repeat

import numpy as np

from lib.data import Dataset
from lib.experiment import Experiment
from lib.recurrence import forward, initial_model_weights
from lib.results.baselines import mode_losses, step_losses
from lib.results.run import ModeResult, RunAt, SeedWeights, Snapshot, Status
from lib.results.thinning import spread_places

BUDGET = 100_000_000
"""Multiply-adds that a redraw may spend on judging a model as it was, about 0.1 s."""
MOST, LEAST = 24, 6
"""Of more kept epochs so many are shown, evenly, with the first and the newest."""
FEWEST = 3
"""So many epochs at the least are a training to be seen."""
BEST = "best"
"""What the end of a run is called whose models have their best epochs back."""
SHARE = 1 / 16
"""Of the time that a redraw may spend on one epoch: here there are many."""
STEP = 60_000
"""Multiply-adds that take as long as what a timestep costs besides its own."""
_Evaluated = tuple[np.ndarray, dict[str, float], np.ndarray]


def untrained(experiment: Experiment, dataset: Dataset) -> Snapshot:
    """The run's snapshot at epoch 0: what the models say with their initial weights.

    Both modes start from the same weights, so one forward pass of a seed serves both.
    """
    none, weights = np.zeros(0), first_weights(experiment, dataset)
    epochs = none.astype(np.int64)
    nothing = ModeResult(epochs, none, epochs, none, none, none, none)
    results = dict.fromkeys(experiment.model.modes, nothing)
    others = (results,) * (len(weights) - 1)
    total = experiment.training.epochs
    start = Snapshot("", Status.PAUSED, epochs=total, results=results, others=others)
    return as_of(RunAt(experiment, dataset, start), 0, weights)


def first_weights(experiment: Experiment, dataset: Dataset) -> SeedWeights:
    """What the models of each seed start from, the same in both modes."""
    modes, sizes = experiment.model.modes, (dataset.shape[2], dataset.targets)
    each = (tuple(initial_model_weights(seed, *sizes)) for seed in experiment.each_seed)
    return tuple(dict.fromkeys(modes, weights) for weights in each)


def as_of(
    run: RunAt,
    epoch: int,
    weights: SeedWeights,
    *,
    budget: float = BUDGET,
    shares: Sequence[Mapping[str, np.ndarray]] = (),
) -> Snapshot:
    """A run's snapshot as it was after an earlier epoch, with the weights that it had then.

    Each model is evaluated within a `budget` of multiply-adds, all seeds together: see `_evaluate`.
    Its errors are multiplied by its `shares`, of each seed by mode: see `_share`.
    """
    experiment, dataset, snapshot = run.experiment, run.dataset, run.snapshot
    judged: dict[int, _Evaluated] = {}

    def then(
        mode: str, now: ModeResult, weights: tuple[np.ndarray, ...], share: np.ndarray | float
    ) -> ModeResult:
        """A model's figures as they were after the epoch."""
        if now.kept_epoch is not None and epoch > now.checked_epochs[-1]:
            return now  # it had stopped by then
        if id(weights) not in judged:
            judged[id(weights)] = _evaluate(experiment, dataset, weights, budget)
        some_mse, losses, predictions = judged[id(weights)]
        step_mse = some_mse * share
        trained, checked = now.loss_epochs <= epoch, now.checked_epochs <= epoch
        epochs, errors = now.checked_epochs[checked], now.last_step_mse[checked]
        validation = now.validation_loss[checked] if dataset.has_validation else np.zeros(0)
        if epoch not in epochs:  # else it was judged on all samples then
            epochs, errors = np.append(epochs, epoch), np.append(errors, step_mse[-1])
            if dataset.has_validation:
                validation = np.append(validation, losses[mode])
        return replace(
            now,
            loss_epochs=now.loss_epochs[trained],
            loss=now.loss[trained],
            checked_epochs=epochs,
            last_step_mse=errors,
            validation_loss=validation,
            step_mse=step_mse,
            predictions=predictions,
            weights=weights,
            kept_epoch=None,
        )

    results, *others = (
        {mode: then(mode, now, models[mode], share.get(mode, 1.0)) for mode, now in seed.items()}
        for seed, models, share in zip(snapshot.seeds, weights, shares or repeat({}), strict=False)
    )
    shown = dataset.shown
    return replace(snapshot, epoch=epoch, samples=shown, results=results, others=tuple(others))


def _evaluate(
    experiment: Experiment, dataset: Dataset, weights: Sequence[np.ndarray], budget: float
) -> _Evaluated:
    """Of a model: mean squared errors by timestep (T,) and the loss by mode on the judged samples.

    With them come its outputs for the shown samples, (S, T, K). Where judging all the samples would
    take more than the budget, the shown ones stand for them with as many more, evenly spread, as it
    allows.
    """
    shown = dataset.shown
    judged = np.arange(len(dataset.x))[dataset.judged]
    cost = len(judged) * dataset.shape[1] * sum(w.size for w in weights)
    if (every := math.ceil(cost * len(experiment.each_seed) / budget)) > 1:
        judged = np.union1d(shown, judged[::every])
    outputs = forward(experiment, weights, dataset.x[judged])[1]
    wrong = outputs - dataset.y[judged]
    losses = mode_losses(step_losses(experiment.training.loss, wrong))
    return step_losses("mse", wrong), losses, outputs[np.searchsorted(judged, shown)]


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """The run after one epoch."""

    name: str
    """The epoch, or what its end is called: unique among a replay's frames."""
    snapshot: Snapshot
    is_estimated: bool = False
    """Whether its errors are those of some samples, scaled to what all of them say in the end."""

    @property
    def label(self) -> str:
        """The name as it is shown; of one seed's best with each model's epoch."""
        if self.name.isdecimal():
            return f"{int(self.name):,}"
        kept = {result.kept_epoch for result in self.snapshot.results.values()}
        epochs = ", ".join(f"{epoch:,}" for epoch in sorted(filter(None, kept)))
        return self.name if self.snapshot.others or not epochs else f"{self.name} ({epochs})"


def frames_of(run: RunAt, past: Mapping[int, SeedWeights]) -> tuple[Frame, ...]:
    """Frames by the epochs whose weights are known; the last is the snapshot itself.

    That comes after these epochs, as BEST where models have these back. All frames together take
    about a second at most.
    """
    snapshot, most = run.snapshot, _most(run.experiment, run.dataset)
    end = BEST * snapshot.keeps_best
    epochs = [epoch for epoch in sorted(past) if end or epoch < snapshot.epoch]
    newest, shares, budget = snapshot.weights, [], SHARE * BUDGET
    if snapshot.has_all(newest):  # else nobody knows what some samples would say in the end
        some = as_of(run, 0, newest, budget=budget)
        for final, now in zip(snapshot.seeds, some.seeds, strict=True):
            shares.append({mode: _share(final[mode], now[mode]) for mode in final})
    scaled = [share for seed in shares for share in seed.values()]
    is_estimated = any(not np.allclose(share, 1, rtol=1e-3) for share in scaled)
    frames = []
    for epoch in (epochs[place] for place in spread_places(len(epochs), most - 1)):
        then = as_of(run, epoch, past[epoch], budget=budget, shares=shares)
        frames.append(Frame(f"{epoch}", then, is_estimated))
    return (*frames, Frame(end or f"{snapshot.epoch}", snapshot))


def _most(experiment: Experiment, dataset: Dataset) -> int:
    """How many frames are made in about a second."""
    (_, steps, features), models = dataset.shape, len(experiment.each_seed)
    weights = initial_model_weights(experiment, features, dataset.targets)
    each = STEP + len(dataset.shown) * sum(array.size for array in weights)
    cost = models * len(experiment.model.modes) * steps * each
    return int(np.clip(10 * BUDGET / cost, LEAST, MOST))


def _share(all_say: ModeResult, some_say: ModeResult) -> np.ndarray:
    """The factors from errors of some samples to those of all, (T,)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        share = all_say.step_mse / some_say.step_mse
    return np.where(np.isfinite(share), share, 1.0)


def step_errors(frames: tuple[Frame, ...]) -> dict[str, np.ndarray]:
    """Mean squared error by mode, of each frame at each timestep, (E, T): medians over seeds."""
    return {
        mode: np.stack([np.median(frame.snapshot.by_seed(mode, "step_mse"), 0) for frame in frames])
        for mode in frames[-1].snapshot.results
    }
