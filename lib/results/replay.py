"""Which epochs of a run are kept; the run as it was after one, and as strangers may see it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

import numpy as np

from lib.data import Dataset, KnownErrors, cached_with_object
from lib.experiment import SETTINGS, Experiment
from lib.recurrence import forward, initial_model_weights
from lib.results.baselines import ERRORS, mode_losses, step_losses
from lib.results.compared import independent_samples
from lib.results.run import ModeResult, Run, RunAt, SeedWeights, Snapshot, Status, memory_of

BUDGET = 100_000_000  # multiply-adds for evaluating a model as it was, about 0.1 s
MOST, LEAST = 24, 6  # limits of the number of frames, which depends on their cost
FEWEST = 3  # the least number of epochs that make a replay
BEST = "best"  # name of the last frame where the best epochs are restored
STEP = 60_000  # overhead of a timestep, in multiply-adds

_Evaluated = tuple[np.ndarray, dict[str, float], np.ndarray]
# Limits of the weights by epoch: of each run in memory; of one that nobody has looked at for long,
# and of a kept file.
MOST_BYTES, MOST_EPOCHS = 2_000_000, 64
FEW_BYTES, FEW_EPOCHS, KEPT_EPOCHS = 250_000, 8, 24
TITLE = "An uploaded file"  # stands for the file's name
HIDDEN = "The owner hasn't shared this file's rows. The run's figures are shown without them."
COLUMN_SETTINGS = ("inputs", "targets", "types", "id")  # keys whose values name columns
Value = TypeVar("Value")


def untrained(experiment: Experiment, dataset: Dataset) -> Snapshot:
    """Return the snapshot at epoch 0, from one pass: both modes start from the same weights."""
    none, modes, sizes = np.zeros(0), experiment.model.modes, (dataset.shape[2], dataset.targets)
    each = (tuple(initial_model_weights(seed, *sizes)) for seed in experiment.each_seed)
    weights = tuple(dict.fromkeys(modes, models) for models in each)
    epochs = none.astype(np.int64)
    results = dict.fromkeys(modes, ModeResult(epochs, none, epochs, none, none, none, none))
    others, total = (results,) * (len(weights) - 1), experiment.training.epochs
    start = Snapshot("", Status.PAUSED, epochs=total, results=results, others=others)
    return as_of(RunAt(experiment, dataset, start), 0, weights)


def as_of(run: RunAt, epoch: int, weights: SeedWeights, *, budget: float = BUDGET) -> Snapshot:
    """Return the snapshot after an earlier epoch, from its weights, in `budget` multiply-adds."""
    experiment, dataset, snapshot = run.experiment, run.dataset, run.snapshot
    judged: dict[int, _Evaluated] = {}

    def then(mode: str, now: ModeResult, weights: tuple[np.ndarray, ...]) -> ModeResult:
        if now.kept_epoch is not None and epoch > now.checked_epochs[-1]:
            return now  # it had stopped by then
        if id(weights) not in judged:  # untrained modes share their weights
            judged[id(weights)] = _evaluate(experiment, dataset, weights, budget)
        step_mse, losses, predictions = judged[id(weights)]
        trained, checked = now.loss_epochs <= epoch, now.checked_epochs <= epoch
        epochs, errors = now.checked_epochs[checked], now.last_step_mse[checked]
        validation = now.validation_loss[checked] if dataset.has_validation else np.zeros(0)
        if epoch not in epochs:  # else it was judged on all samples then
            epochs, errors = np.append(epochs, epoch), np.append(errors, step_mse[-1])
            if dataset.has_validation:
                validation = np.append(validation, losses[mode])
        curves = now.loss_epochs[trained], now.loss[trained], epochs, errors, validation
        return ModeResult(*curves, step_mse, predictions, weights)

    results, *others = (
        {mode: then(mode, now, models[mode]) for mode, now in seed.items()}
        for seed, models in zip(snapshot.seeds, weights, strict=False)
    )
    shown = dataset.shown
    return replace(snapshot, epoch=epoch, samples=shown, results=results, others=tuple(others))


def _evaluate(
    experiment: Experiment, dataset: Dataset, weights: Sequence[np.ndarray], budget: float
) -> _Evaluated:
    """Return errors by timestep (T,), loss by mode, predictions (S, T, K), on a few samples."""
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
    """A replay's run after one epoch, whose name is the epoch or BEST."""

    name: str
    snapshot: Snapshot

    @property
    def label(self) -> str:
        """The name on the chart."""
        return f"{int(self.name):,}" if self.name.isdecimal() else self.name


def frames_of(run: RunAt, past: Mapping[int, SeedWeights]) -> tuple[Frame, ...]:
    """Return frames of the epochs with known weights and of the snapshot, in about a second."""
    snapshot, dataset, budget = run.snapshot, run.dataset, BUDGET / 4
    end = BEST * snapshot.keeps_best
    epochs = [epoch for epoch in sorted(past) if end or epoch < snapshot.epoch]
    modes, seeds = len(run.experiment.model.modes), len(run.experiment.each_seed)
    cost = modes * (budget + seeds * dataset.shape[1] * STEP)
    most = int(np.clip(15 * BUDGET / cost, LEAST, MOST))
    shown = [epochs[place] for place in spread_places(len(epochs), most - 1)]
    frames = [Frame(f"{epoch}", as_of(run, epoch, past[epoch], budget=budget)) for epoch in shown]
    return (*frames, Frame(end or f"{snapshot.epoch}", snapshot))


def step_errors(frames: tuple[Frame, ...]) -> dict[str, np.ndarray]:
    """Return the median MSE over seeds by mode, for each frame and timestep, (E, T)."""
    return {
        mode: np.stack([np.median(frame.snapshot.by_seed(mode, "step_mse"), 0) for frame in frames])
        for mode in frames[-1].snapshot.results
    }


def spread_places(count: int, most: int, *, early: bool = False) -> list[int]:
    """Pick at most `most` of `count` places, evenly or more `early` ones, with both ends."""
    places = np.linspace(0, count - 1, min(most, count)).round()
    if early:
        places = np.geomspace(1, max(1, count), most).round() - 1
    return [int(place) for place in np.unique(places)[:count]]


def kept_places(size: int, known: int) -> list[int]:
    """Pick the epochs of a kept file from `known` ones with `size` bytes each; large ones fewer."""
    most = max(FEW_BYTES // max(1, size), 2 * (size < 10 * FEW_BYTES))
    return spread_places(known, min(KEPT_EPOCHS, most), early=True)


@dataclass(slots=True, eq=False)
class History(Generic[Value]):
    """At most `limit` values by epoch, with the first and the newest, evenly spaced."""

    limit: int
    gap: int = 1  # epochs between kept values; doubles when there are too many
    points: list[tuple[int, Value]] = field(default_factory=list)  # epochs, increasing

    def add(self, epoch: int, value: Value) -> None:
        """Add the value of a later epoch."""
        if len(self.points) > 1 and self.points[-1][0] - self.points[-2][0] < self.gap:
            self.points.pop()
        self.points.append((epoch, value))
        self.thin(self.limit)

    def thin(self, limit: int) -> None:
        """Keep no more than `limit` values, and space later ones as far apart."""
        if len(self.points) <= limit:
            return
        first, *others, newest = self.points
        self.gap = max(2 * self.gap, -(-2 * (newest[0] - first[0]) // limit))
        self.points = [first]
        for point in others:
            if point[0] - self.points[-1][0] >= self.gap:
                self.points.append(point)
        self.points.append(newest)

    def extend(self, epoch: int, values: Sequence[Value]) -> None:
        """Add values from `epoch` on."""
        for place, value in enumerate(values):
            self.add(epoch + place, value)

    def put_back(self, epoch: int, value: Value) -> None:
        """Insert the value of a thinned-out epoch; nothing may be added afterwards."""
        self.points = sorted({**dict(self.points), epoch: value}.items())

    def cut(self, epoch: int) -> None:
        """Forget what came after an epoch."""
        self.points = [point for point in self.points if point[0] <= epoch]

    @property
    def epochs(self) -> np.ndarray:
        """(P,) int, increasing."""
        return np.array([epoch for epoch, _ in self.points], np.int64)

    @property
    def values(self) -> np.ndarray:
        """(P,) float."""
        return np.array([value for _, value in self.points], np.float64)


@dataclass(slots=True, eq=False)
class WeightHistory(History[SeedWeights]):
    """All models' weights by epoch, from the snapshots of one run."""

    limit: int = MOST_EPOCHS
    size: int = 1  # bytes that the weights of one epoch take

    @property
    def nbytes(self) -> int:
        """Bytes of memory, about."""
        return len(self.points) * self.size

    def take(self, snapshot: Snapshot) -> None:
        """Add a snapshot's new weights."""
        points = [*snapshot.past]
        # A model that has its best epoch back isn't as it was after its last one.
        training = [r for seed in snapshot.seeds for r in seed.values() if r.kept_epoch is None]
        if judged := [int(r.checked_epochs[-1]) for r in training if r.weights is not None]:
            points.append((max(judged), snapshot.weights))
        for epoch, weights in points:
            if not self.points:
                self.size = max(1, memory_of(weights))
                self.limit = max(2, min(MOST_EPOCHS, MOST_BYTES // self.size))
            if not self.points or epoch > self.points[-1][0]:
                self.add(epoch, weights)

    def keep_few(self) -> None:
        """Keep a few epochs, the first and the newest among them."""
        self.thin(max(2, min(FEW_EPOCHS, FEW_BYTES // self.size)))


def _nothing(shape: tuple[int, ...]) -> np.ndarray:
    """Return NaN in this shape, float32, without memory of its own."""
    return np.broadcast_to(np.float32(np.nan), shape)


@cached_with_object
def without_rows(dataset: Dataset) -> Dataset:
    """Return the dataset with NaN arrays, numbered names, and the baselines' errors."""
    (n, steps, features), targets = dataset.shape, dataset.targets
    wrong = dataset.naive[: dataset.train] - dataset.y[: dataset.train]
    scale = None
    if dataset.is_scaled:  # one number, or none where the columns differ
        scale = np.full(targets, np.nan if dataset.raw_scale is None else dataset.raw_scale)
    return Dataset(
        x=_nothing((n, steps, features)),
        y=_nothing((n, steps, targets)),
        train=dataset.train,
        name=dataset.name,
        title=TITLE,
        feature_names=tuple(f"input {f + 1}" for f in range(features)),
        target_names=tuple(f"target {k + 1}" for k in range(targets)),
        timestep_names=tuple(f"{step + 1}" for step in range(steps)),
        naive=_nothing((n, steps, targets)),
        naive_label=dataset.naive_label,
        test=dataset.test,
        baselines=tuple(replace(one, last=_nothing(one.last.shape)) for one in dataset.baselines),
        target_scale=scale,
        about=HIDDEN,
        known_errors=KnownErrors(
            naive_mse=dataset.naive_mse,
            naive_losses={loss: step_losses(loss, wrong) for loss in ERRORS},
            independent=independent_samples(dataset),
        ),
    )


@cached_with_object
def without_answers(snapshot: Snapshot) -> Snapshot:
    """Return the snapshot with NaN for predictions, which are close to the rows of the file."""

    def hide(result: ModeResult) -> ModeResult:
        return replace(result, predictions=_nothing(result.predictions.shape))

    results, *others = ({m: hide(r) for m, r in seed.items()} for seed in snapshot.seeds)
    return replace(snapshot, results=results, others=tuple(others))


@cached_with_object
def redacted(run: Run) -> Run:
    """Return the run with neither rows nor names of its file."""
    no_columns = {key: SETTINGS[key].default for key in COLUMN_SETTINGS}
    experiment = run.experiment.set(**no_columns)
    return replace(run, experiment=experiment, dataset=without_rows(run.dataset))
