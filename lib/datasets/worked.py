"""The two worked examples: `data_x` of shape (2, 2, 3), whose targets count up from 101.

Raw, the targets are out of a recurrent layer's reach; standardised and behind a Dense layer they
are learned to the last digit. There is no validation part: two samples can't spare one.
"""

from __future__ import annotations

import numpy as np

from lib.dataset import Dataset
from lib.datasets.spec import DatasetSpec
from lib.experiment import Experiment

DATA_X = ((((1, 2, 3)), ((4, 5, 6))), (((7, 8, 9)), ((10, 11, 12))))
"""Inputs (2, 2, 3): two samples of two timesteps of three features."""
DATA_Y = (
    ((101, 102, 103, 104), (105, 106, 107, 108)),
    ((201, 202, 203, 204), (205, 206, 207, 208)),
)
"""Targets (2, 2, 4) of `return_sequences=True`. Those of `return_sequences=False` are the last
step, (2, 4): 105 to 108 and 205 to 208."""

_FIXED = {"T": 2, "F": 3, "keep": "last"}
_WHY = {
    "T": "The worked example has 2 timesteps.",
    "F": "The worked example has 3 features.",
    "keep": "No validation part to find the best.",
}


def _raw(_experiment: Experiment, _table: object) -> Dataset:
    return _dataset(WORKED["worked_raw"], np.array(DATA_Y, np.float32))


def _scaled(_experiment: Experiment, _table: object) -> Dataset:
    y = np.array(DATA_Y, np.float64)
    offset, scale = y.mean(axis=(0, 1)), y.std(axis=(0, 1))
    return _dataset(
        WORKED["worked_scaled"],
        ((y - offset) / scale).astype(np.float32),
        target_scale=scale,
        target_offset=offset,
        best_mse=np.zeros(2),
        best_why="A Dense layer can output any number, and two samples are easily told apart.",
        notes=("Each target column is standardised: its mean is 0 and its deviation 1.",),
    )


def _dataset(spec: DatasetSpec, y: np.ndarray, **rest: object) -> Dataset:
    mean = y.mean(axis=0, keepdims=True)
    return Dataset(
        name=spec.name,
        title=spec.title,
        x=np.array(DATA_X, np.float32),
        y=y,
        train=2,
        feature_names=("feature 1", "feature 2", "feature 3"),
        target_names=("target 1", "target 2", "target 3", "target 4"),
        timestep_names=("1", "2"),
        naive=np.repeat(mean, 2, axis=0),
        naive_label="guessing the mean",
        about=spec.about,
        **rest,  # type: ignore[arg-type]
    )


WORKED = {
    "worked_raw": DatasetSpec(
        name="worked_raw",
        group="Idea",
        title="Worked example",
        shows="Targets out of the layer's reach.",
        about="Targets of 101 to 208 straight from the recurrent layer, which can't reach them.",
        make=_raw,
        fixed={**_FIXED, "U": 4, "head": "none"},
        why={
            **_WHY,
            "U": "No head: a unit for each of 4 targets.",
            "head": "The layer's output is the prediction.",
        },
        suggested={"optimizer": "sgd", "lr": 0.01, "batch": 2, "epochs": 500},
        targets=4,
    ),
    "worked_scaled": DatasetSpec(
        name="worked_scaled",
        group="Idea",
        title="Worked example, scaled",
        shows="Scaled, with a Dense head: in reach.",
        about="The same targets, standardised and behind a Dense layer, which reaches them.",
        make=_scaled,
        fixed={**_FIXED, "head": "dense"},
        why={
            **_WHY,
            "head": "Only a Dense layer gets to all targets.",
        },
        suggested={"U": 4, "lr": 0.01, "batch": 2, "epochs": 1000},
        targets=4,
    ),
}
"""The specs of both, by name."""
