"""Runs on an uploaded file, as other browsers see them: without rows, names or predictions."""

from dataclasses import replace

import numpy as np

from lib.data import Dataset, KnownErrors, cached_with_object
from lib.experiment import SETTINGS, Experiment, losses_for
from lib.results.baselines import ERRORS, baseline_loss
from lib.results.evaluation import baseline_accuracy
from lib.results.measures import independent_samples
from lib.results.run import ModeResult, Run, Snapshot

HIDDEN_TITLE = "An uploaded file"  # replaces the file's name
ROWS_HIDDEN = "The owner hasn't shared this file's rows. You see the run's errors without them."
COLUMN_KEYS = ("inputs", "targets", "types", "id")  # settings whose values are names of columns


def _nothing(shape: tuple[int, ...]) -> np.ndarray:
    """Return an array of NaN, float32, as a view of one number, which needs no memory."""
    return np.broadcast_to(np.float32(np.nan), shape)


@cached_with_object
def without_rows(dataset: Dataset) -> Dataset:
    """Return the dataset with NaN in all arrays, numbered names, and the baselines' real errors."""
    (n, steps, features), targets = dataset.shape, dataset.targets
    scale = None
    if dataset.is_scaled:  # the columns' common scale, repeated; NaN if their scales differ
        scale = np.full(targets, np.nan if dataset.raw_scale is None else dataset.raw_scale)
    classes = tuple(f"class {k + 1}" for k in range(len(dataset.classes)))
    return Dataset(
        x=_nothing((n, steps, features)),
        y=_nothing((n, steps, targets)),
        train=dataset.train,
        name=dataset.name,
        title=HIDDEN_TITLE,
        feature_names=tuple(f"input {f + 1}" for f in range(features)),
        target_names=classes[-targets:] or tuple(f"target {k + 1}" for k in range(targets)),
        timestep_names=tuple(f"{step + 1}" for step in range(steps)),
        baseline=_nothing((n, steps, targets)),
        baseline_label=dataset.baseline_label,
        test=dataset.test,
        baselines=tuple(replace(one, last=_nothing(one.last.shape)) for one in dataset.baselines),
        classes=classes,
        target_column="target" if classes else "",
        target_scale=scale,
        about=ROWS_HIDDEN,
        known_errors=_known_errors(dataset),
    )


def _known_errors(dataset: Dataset) -> KnownErrors:
    experiment, key, names = Experiment(), "loss", [*ERRORS]
    if dataset.has_labels:
        experiment = experiment.set(loss=losses_for(len(dataset.classes))[0])
        key, names = "weights", [*(SETTINGS["weights"].options or ())]
    return KnownErrors(
        baseline_mse=dataset.baseline_mse,
        losses={name: baseline_loss(experiment.set(**{key: name}), dataset) for name in names},
        independent=independent_samples(dataset),
        baseline_accuracy=baseline_accuracy(dataset) if dataset.has_labels else None,
    )


@cached_with_object
def without_predictions(snapshot: Snapshot) -> Snapshot:
    """Return the snapshot with NaN predictions, since predictions reveal the file's rows."""

    def hide(result: ModeResult) -> ModeResult:
        return replace(result, predictions=_nothing(result.predictions.shape))

    results, *others = ({m: hide(r) for m, r in seed.items()} for seed in snapshot.seeds)
    return replace(snapshot, results=results, others=tuple(others))


@cached_with_object
def redacted(run: Run) -> Run:
    """Return the run without the rows and column names of its file."""
    experiment = run.experiment.set(**{key: SETTINGS[key].default for key in COLUMN_KEYS})
    return replace(run, experiment=experiment, dataset=without_rows(run.dataset))
