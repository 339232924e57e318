"""Whether the figures of a file can be of a run of its experiment: no page asks that again."""

from collections.abc import Iterator

import numpy as np

from lib.dataset import Dataset
from lib.experiment import Experiment
from lib.recurrence import initial_model_weights
from lib.run import MOST_KEPT, Snapshot

_LARGEST = {"weights": 1e15, "predictions": 1e15}
"""What is made of larger ones may overflow; other figures have to be below 1e80, as those of all
predictions in 32 bits are."""


def check_figures(experiment: Experiment, dataset: Dataset, snapshot: Snapshot) -> None:
    """Raise ValueError, saying what doesn't fit, unless all models, sizes and numbers do."""
    most, seeds = experiment.training.epochs, len(experiment.each_seed)
    if not (0 <= snapshot.epoch <= snapshot.epochs == most):
        raise ValueError(f"epoch {snapshot.epoch:,} of {snapshot.epochs:,}, expected {most:,}")
    models = [[each.keys() for each in weights] for _, weights in snapshot.past]
    if len(models) > MOST_KEPT:
        raise ValueError(f"weights of {len(models):,} epochs, at most {MOST_KEPT} were expected")
    for modes in [[each.keys() for each in snapshot.seeds], *models]:
        if modes != [{*experiment.model.modes}] * seeds:
            raise ValueError(f"other models than those of {seeds} seeds and its mode")
    for name, array, shape in _arrays(experiment, dataset, snapshot):
        kind = "i" if name in ("epochs", "samples") else "f"
        if array.shape != shape or array.dtype.kind != kind:
            raise ValueError(f"{name} of {array.dtype} {array.shape}, expected {shape}")
        if not (np.abs(array) <= (largest := _LARGEST.get(name, 1e80))).all():
            raise ValueError(f"{name} that are no numbers up to {largest:g}")
        if name == "epochs" and (np.diff(array, prepend=-1, append=snapshot.epoch + 1) <= 0).any():
            raise ValueError(f"epochs that don't increase up to {snapshot.epoch:,}")
    if not np.array_equal(snapshot.samples, dataset.shown):
        raise ValueError("samples that aren't those that are shown")


def _arrays(
    experiment: Experiment, dataset: Dataset, snapshot: Snapshot
) -> Iterator[tuple[str, np.ndarray, tuple[int, ...]]]:
    """Every array of figures and weights, with its name and the shape that it has to have."""
    past = np.array([epoch for epoch, _ in snapshot.past], np.int64)
    yield "epochs", past, past.shape
    shown, (_, steps, features), targets = dataset.shown, dataset.shape, dataset.targets
    shapes = [each.shape for each in initial_model_weights(experiment, features, targets)]
    weights = [own for _, models in snapshot.past for seed in models for own in seed.values()]
    yield "samples", snapshot.samples, shown.shape
    for result in (result for seed in snapshot.seeds for result in seed.values()):
        epochs, losses = result.checked_epochs, result.loss_epochs
        if not len(epochs) or not all(result.kept_epoch in (None, *of) for of in (epochs, losses)):
            raise ValueError("a model that was never judged, or not at its best epoch")
        yield "epochs", epochs, (len(epochs),)
        yield "epochs", losses, (len(losses),)
        yield "loss", result.loss, losses.shape
        yield "last-step errors", result.last_step_mse, epochs.shape
        yield "validation losses", result.validation_loss, (len(epochs) * dataset.has_validation,)
        yield "errors by timestep", result.step_mse, (steps,)
        yield "predictions", result.predictions, (*shown.shape, steps, targets)
        weights += [result.weights] if result.weights is not None else []
    for own in weights:
        if len(own) != len(shapes):
            raise ValueError(f"{len(own)} arrays of weights, expected {len(shapes)}")
        yield from (("weights", *each) for each in zip(own, shapes, strict=True))
