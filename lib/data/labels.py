"""Targets that are classes: y from class numbers, how Keras gets y, and baselines."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from lib.data.dataset import Baseline, Dataset
from lib.data.samples import class_numbers
from lib.experiment import LOSSES, MODES, Experiment

LABEL_BASELINES = {"frequent": "most frequent class", "repeat": "last label"}
"""The baselines of labels with their usual names; of equally good ones, the first is the best."""


def one_hot(numbers: np.ndarray, classes: int) -> np.ndarray:
    """Return y (…, K) of class numbers (…); for two classes, K = 1 and y is 1 for the second."""
    y = np.eye(classes, dtype=np.float32)[numbers]
    return y[..., 1:] if classes == 2 else y


@dataclass(frozen=True, slots=True)
class KerasTarget:
    """An experiment's targets as Keras gets them, with the head and the loss that fit them."""

    shapes: Mapping[str, str]  # by mode: "(N, 12, 3)" and "(N, 3)"; class numbers have no last axis
    values: str  # "integers 0 to 2", "one-hot", "0 or 1", or "numbers"
    loss: str  # Keras's name
    from_logits: bool  # the argument of the loss
    layers: dict[str, Any]  # options of `lib.shapes.model_stack`: the head's activation, masking


def keras_target(experiment: Experiment, dataset: Dataset) -> KerasTarget:
    """Return what scripts and pictures say about the targets, the head and the loss."""
    training, last = experiment.training, len(dataset.classes) - 1
    columns = () if training.loss == "sparse" else (dataset.targets,)
    from_logits = experiment.has_labels and experiment.model.output == "logits"
    values = {"sparse": f"integers 0\u00a0to\u00a0{last}", "onehot": "one-hot", "binary": "0 or 1"}
    return KerasTarget(
        shapes={
            name: _shape(*dataset.shape[1:2], *columns) if mode.every_step else _shape(*columns)
            for name, mode in MODES.items()
        },
        values=values.get(training.loss, "numbers"),
        loss=LOSSES[training.loss].keras,
        from_logits=from_logits,
        layers={
            "activation": "" if from_logits else training.activation,
            "masks": dataset.model_mask(experiment) is not None,
        },
    )


def _shape(*sizes: int) -> str:
    return f"(N, {', '.join(map(str, sizes))})" if sizes else "(N,)"


def with_label_baselines(dataset: Dataset, known: np.ndarray | None = None) -> Dataset:
    """Return the dataset with the baselines that apply, the most accurate one first.

    `known` has the class number of the last label known at each step, (N, T), -1 where there is
    none; without `known`, no label can be repeated.
    """
    count, labels = len(dataset.classes), class_numbers(dataset.y)
    known = np.full(labels.shape, -1) if known is None else known
    training = np.arange(len(labels)) < dataset.train
    names = dict(LABEL_BASELINES)
    if not (known[training] >= 0).any():
        del names["repeat"]
    steps = [
        _predictions(labels[:, t], known[:, t], training & dataset.real[:, t], count)
        for t in range(labels.shape[1])
    ]
    ends = np.arange(len(labels)), dataset.last_step
    last, part = _predictions(labels[ends], known[ends], training, count), dataset.evaluated
    baselines = [Baseline(name, label, last[name]) for name, label in names.items()]
    baselines.sort(key=lambda each: (class_numbers(each.last) != labels[ends])[part].mean())
    best = baselines[0]
    return replace(
        dataset,
        baseline=np.stack([step[best.name] for step in steps], axis=1),
        baseline_label=best.label,
        baselines=tuple(baselines),
    )


def _predictions(
    labels: np.ndarray, known: np.ndarray, training: np.ndarray, classes: int
) -> dict[str, np.ndarray]:
    """Return the baselines' probabilities (N, K) for the labels (N,) of one step, by name.

    They are shares of the labels of the samples `training` (N,): the share of each class, and the
    share of known labels that are repeated. Other classes divide the rest equally.
    """
    counts = np.bincount(labels[training], minlength=classes)
    shares = (counts / counts.sum()) if counts.any() else np.full(classes, 1 / classes)
    is_known = training & (known >= 0)
    repeated = float((known == labels)[is_known].mean()) if is_known.any() else 0.0
    repeated = max(repeated, 0.51)  # the class that is repeated is the most probable one
    table = np.full((classes, classes), (1 - repeated) / (classes - 1))
    np.fill_diagonal(table, repeated)
    frequent = np.broadcast_to(shares, (len(labels), classes))
    repeat = np.where((known >= 0)[:, None], table[known], shares)
    columns = slice(1 if classes == 2 else 0, None)
    both = {"frequent": frequent, "repeat": repeat}
    return {name: each[:, columns].astype(np.float32) for name, each in both.items()}


def label_dataset(
    x: np.ndarray, labels: np.ndarray, train: int, *, known: np.ndarray | None = None, **more: Any
) -> Dataset:
    """Return the dataset of x (N, T, F) and class numbers (N, T); `more` are its other fields.

    `known` are the last known labels, see `with_label_baselines`.
    """
    classes = more["classes"]
    y = one_hot(labels, len(classes))
    dataset = Dataset(
        x.astype(np.float32),
        y,
        train,
        baseline=y,  # a placeholder that `with_label_baselines` replaces
        baseline_label="",
        target_names=classes[-y.shape[-1] :],
        **{"timestep_names": tuple(f"{t + 1}" for t in range(x.shape[1])), **more},
    )
    return with_label_baselines(dataset, known)
