"""Tables of targets and predictions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from lib import results
from lib.data import Dataset, class_numbers, class_probabilities
from lib.experiment import MODES, Experiment
from lib.results import ModeResult, Snapshot

if TYPE_CHECKING:  # a page imports pandas only for a download that needs it
    import pandas as pd


def models_of(experiment: Experiment, snapshot: Snapshot) -> Iterator[tuple[int, str, ModeResult]]:
    """Yield each model's seed, mode and result."""
    for seed, models in enumerate(snapshot.seeds, start=experiment.seed):
        for mode, result in models.items():
            yield seed, mode, result


def predictions(
    experiment: Experiment, dataset: Dataset, snapshot: Snapshot, *, of_test: bool = False
) -> pd.DataFrame:
    """Return targets and predictions of all evaluated samples, or test samples, in the raw unit.

    There is a row for each sample, timestep (from 1) and target, and a column for each mode and
    seed, and each baseline of a table. Except in sequence mode, values are NaN before the last
    step. For labels, see `_label_predictions`.
    """
    import pandas as pd  # noqa: PLC0415  heavy, and only a download needs it

    part = slice(dataset.seen, None) if of_test else dataset.evaluated
    samples, steps = np.arange(len(dataset.x))[part], dataset.shape[1]
    if dataset.has_labels:
        return pd.DataFrame(_label_predictions(experiment, dataset, snapshot, samples))
    sample, step, target = np.indices((len(samples), steps, dataset.targets)).reshape(3, -1)

    def raw(values: np.ndarray) -> np.ndarray:
        return dataset.raw(values.astype(np.float64), samples).ravel()

    columns = _timestep_columns(dataset, samples, sample, step) | {
        "target": np.array(dataset.target_labels)[target],
        "value": raw(dataset.y[samples]),
    }
    is_last = step + 1 == steps
    for mode, name, outputs in _outputs(experiment, dataset, snapshot, samples):
        columns[name] = np.where(MODES[mode].every_step | is_last, raw(outputs), np.nan)
    for baseline in dataset.baselines:
        predicted = raw(np.repeat(baseline.last[samples, None], steps, axis=1))
        columns[f"baseline_{baseline.name}"] = np.where(is_last, predicted, np.nan)
    return pd.DataFrame(columns)


def _outputs(
    experiment: Experiment, dataset: Dataset, snapshot: Snapshot, samples: np.ndarray
) -> Iterator[tuple[str, str, np.ndarray]]:
    """Yield each model's mode, the name of its column, and its outputs (n, T, K)."""
    inputs, several = dataset.model_inputs(experiment, samples), bool(snapshot.others)
    for seed, mode, result in models_of(experiment, snapshot):
        if result.weights is not None:
            outputs = results.model_outputs(experiment, result.weights, *inputs, mode=mode)
            yield mode, f"{mode}_seed_{seed}" if several else mode, outputs


def _timestep_columns(
    dataset: Dataset, samples: np.ndarray, sample: np.ndarray, step: np.ndarray
) -> dict[str, Any]:
    """Return the columns that name rows; `sample` are places in `samples`, `step` from 0, (R,)."""
    times = np.tile(dataset.timestep_names, (len(samples), 1))
    if (origin := dataset.origin) and origin.time_format:  # format each row's time once
        rows, places = np.unique(origin.rows(dataset.shape[1], samples), return_inverse=True)
        times = np.array([origin.label(row) for row in rows])[places.reshape(times.shape)]
    return {
        "sample": samples[sample] + 1,
        "name": np.array([dataset.sample_name(k) for k in samples.tolist()])[sample],
        "timestep": step + 1,
        "time": times[sample, step],
    }


def _label_predictions(
    experiment: Experiment, dataset: Dataset, snapshot: Snapshot, samples: np.ndarray
) -> dict[str, Any]:
    """Return the columns of a table with a row for each sample and real timestep.

    "class" is the right class. For each mode, seed and baseline, there are the most probable class
    and the probability of each class, "sequence P(rain)". Except in sequence mode, they are in the
    row of the sample's last real step.
    """
    names = np.array(dataset.classes, object)
    sample, step = np.nonzero(dataset.real[samples])
    is_last = step == dataset.last_step[samples][sample]
    columns = _timestep_columns(dataset, samples, sample, step)
    columns["class"] = names[class_numbers(dataset.y[samples])[sample, step]]

    def add(column: str, predicted: np.ndarray, known: np.ndarray) -> None:
        columns[column] = np.where(known, names[class_numbers(predicted)], None)
        for name, values in zip(dataset.classes, class_probabilities(predicted).T, strict=True):
            columns[f"{column} P({name})"] = np.where(known, values, np.nan)

    for mode, name, outputs in _outputs(experiment, dataset, snapshot, samples):
        if MODES[mode].every_step:
            add(name, outputs[sample, step], np.full(len(step), True))
        else:  # Without a mask, this is the output after the padding.
            add(name, outputs[sample, -1], is_last)
    for baseline in dataset.baselines:
        add(f"baseline_{baseline.name}", baseline.last[samples][sample], is_last)
    return columns
