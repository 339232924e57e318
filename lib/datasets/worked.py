"""The two worked examples: `data_x` of shape (2, 2, 3), whose targets count up from 101.

Raw, the targets are out of a recurrent layer's reach; standardised and behind a Dense layer they
are learned to the last digit. There is no validation part: two samples can't spare one.
"""

from typing import Any

import numpy as np

from lib.dataset import Dataset
from lib.datasets.spec import spec
from lib.experiment import Experiment

DATA_X = ((((1, 2, 3)), ((4, 5, 6))), (((7, 8, 9)), ((10, 11, 12))))
"""Inputs (2, 2, 3): two samples of two timesteps of three features."""
DATA_Y = (
    ((101, 102, 103, 104), (105, 106, 107, 108)),
    ((201, 202, 203, 204), (205, 206, 207, 208)),
)
"""Targets (2, 2, 4) of `return_sequences=True`. Those of `return_sequences=False` are the last
step, (2, 4): 105 to 108 and 205 to 208."""


def _make(experiment: Experiment, _table: object) -> Dataset:
    known, y = WORKED[experiment.data.name], np.array(DATA_Y, np.float64)
    scaling: dict[str, Any] = {}
    if known.name == "worked_scaled":
        offset, scale = y.mean(axis=(0, 1)), y.std(axis=(0, 1))
        y = (y - offset) / scale
        scaling = {
            "target_scale": scale,
            "target_offset": offset,
            "best_mse": np.zeros(2),
            "best_why": "A Dense layer can output any number, and two samples are easily told "
            "apart.",
            "notes": ("Each target column is standardised: its mean is 0 and its deviation 1.",),
        }
    y = y.astype(np.float32)
    return Dataset(
        name=known.name,
        title=known.title,
        x=np.array(DATA_X, np.float32),
        y=y,
        train=2,
        feature_names=("feature 1", "feature 2", "feature 3"),
        target_names=("target 1", "target 2", "target 3", "target 4"),
        timestep_names=("1", "2"),
        naive=np.repeat(y.mean(axis=0, keepdims=True), 2, axis=0),
        naive_label="guessing the mean",
        about=known.about,
        **scaling,
    )


WORKED = {name: spec(name, _make) for name in ("worked_raw", "worked_scaled")}
"""The specs of both, by name."""
