"""Whether the figures of a file can be of a run of its experiment: no page asks that again."""

from collections.abc import Iterator

import numpy as np

from lib.dataset import Dataset
from lib.experiment import Experiment
from lib.recurrence import initial_model_weights
from lib.run import Snapshot

_EPOCHS = ("loss_epochs", "checked_epochs")


def check_figures(experiment: Experiment, dataset: Dataset, snapshot: Snapshot) -> None:
    """Raise ValueError, saying what doesn't fit, unless all models, sizes and numbers do."""
    most = experiment.training.epochs
    if not (0 <= snapshot.epoch <= snapshot.epochs == most):
        raise ValueError(f"epoch {snapshot.epoch:,} of {snapshot.epochs:,}, expected {most:,}")
    modes, seeds = set(experiment.model.modes), len(experiment.each_seed)
    all_models = [[each.keys() for each in models] for _, models in snapshot.past]
    for models in [[each.keys() for each in snapshot.seeds], *all_models]:
        if models != [modes] * seeds:
            raise ValueError(f"models that aren't {' and '.join(modes)} of {seeds} seeds")
    for epochs in _epochs(snapshot):
        if epochs.ndim != 1 or epochs.dtype.kind != "i" or (np.diff(epochs) <= 0).any():
            raise ValueError("epochs that don't increase")
        if len(epochs) and not 0 <= epochs[0] <= epochs[-1] <= snapshot.epoch:
            raise ValueError(f"epochs {epochs[0]} to {epochs[-1]}, of {snapshot.epoch}")
    for result in (result for seed in snapshot.seeds for result in seed.values()):
        known = [getattr(result, name) for name in _EPOCHS]
        if not len(known[1]) or not all(result.kept_epoch in (None, *each) for each in known):
            raise ValueError("a run that was never judged, or not at its best epoch")
    for name, array, shape in _numbers(experiment, dataset, snapshot):
        if array.shape != shape or array.dtype.kind != ("i" if name == "samples" else "f"):
            raise ValueError(f"{name} of {array.dtype} {array.shape}, expected {shape}")
        if not np.isfinite(array).all():
            raise ValueError(f"{name} that are no numbers")
    if not np.array_equal(snapshot.samples, dataset.shown):
        raise ValueError("samples that aren't those that are shown")


def _epochs(snapshot: Snapshot) -> Iterator[np.ndarray]:
    yield np.array([epoch for epoch, _ in snapshot.past], np.int64)
    for seed in snapshot.seeds:
        yield from (getattr(result, name) for result in seed.values() for name in _EPOCHS)


def _numbers(
    experiment: Experiment, dataset: Dataset, snapshot: Snapshot
) -> Iterator[tuple[str, np.ndarray, tuple[int, ...]]]:
    """Every array of figures and weights, with its name and the shape that it has to have."""
    shown, (_, steps, features), targets = dataset.shown, dataset.shape, dataset.targets
    shapes = [each.shape for each in initial_model_weights(experiment, features, targets)]
    weights = [own for _, models in snapshot.past for seed in models for own in seed.values()]
    yield "samples", snapshot.samples, shown.shape
    for result in (result for seed in snapshot.seeds for result in seed.values()):
        checks = result.checked_epochs.shape
        yield "loss", result.loss, result.loss_epochs.shape
        yield "last-step errors", result.last_step_mse, checks
        validation = checks if dataset.has_validation else (0,)
        yield "validation losses", result.validation_loss, validation
        yield "errors by timestep", result.step_mse, (steps,)
        yield "predictions", result.predictions, (*shown.shape, steps, targets)
        weights += [result.weights] if result.weights is not None else []
    for own in weights:
        if len(own) != len(shapes):
            raise ValueError(f"{len(own)} arrays of weights, expected {len(shapes)}")
        yield from (("weights", *each) for each in zip(own, shapes, strict=True))
