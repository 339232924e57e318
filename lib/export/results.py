"""What a run came to, as arrays and tables: weights, losses by epoch, and the answers to a part.

Each is of a run: its experiment, dataset and snapshot. What Keras has to write is asked of the
worker.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import numpy as np

from lib.dataset import Dataset
from lib.experiment import Experiment
from lib.export.runs import field
from lib.recurrence.weights import weight_names
from lib.run import Snapshot
from lib.worth import model_outputs

if TYPE_CHECKING:  # a page that takes no table away needs none
    import pandas as pd

HISTORY = ("epoch", "mode", "seed", "loss", "validation_loss", "last_step_mse")


def weights_npz(experiment: Experiment, _: Dataset, snapshot: Snapshot) -> bytes:
    """All models' weights, float32, for `np.load`: "sequence/seed_7/lstm/lstm_cell/kernel"."""
    cell, file = experiment.model.cell, io.BytesIO()
    arrays = {
        f"{mode}/seed_{seed}/{name}": array
        for seed, models in enumerate(snapshot.weights, start=experiment.seed)
        for mode, own in models.items()
        for name, array in zip(weight_names(cell, len(own)), own, strict=True)
    }
    np.savez(file, allow_pickle=False, **arrays)
    return file.getvalue()


def history_csv(experiment: Experiment, _: Dataset, snapshot: Snapshot) -> bytes:
    """The losses of every epoch that they were kept of, by mode and seed; empty where unknown.

    Epoch 0 is before training; the last column is on the judged samples, in the unit of y squared.
    """
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(HISTORY)
    for seed, results in enumerate(snapshot.seeds, start=experiment.seed):
        for mode, result in results.items():
            told, checked = result.loss_epochs, result.checked_epochs
            curves = (result.loss, result.validation_loss, result.last_step_mse)
            each = zip((told, checked, checked), curves, strict=True)
            columns = [dict(zip(*curve, strict=False)) for curve in each]
            for epoch in np.union1d(told, checked):
                row = [epoch, mode, seed, *(column.get(epoch, "") for column in columns)]
                writer.writerow(map(field, row))
    return file.getvalue().encode()


def predictions(experiment: Experiment, dataset: Dataset, snapshot: Snapshot) -> pd.DataFrame:
    """What the models say of every judged sample, in the raw unit, beside the targets.

    A row for each sample, timestep and target column, a column for each mode, and seed where there
    are several. Last-step mode answers at T alone: elsewhere nothing is said. Samples and timesteps
    count from 1; `time` is that of the row which is read then, where there are dates.
    """
    import pandas as pd  # noqa: PLC0415  heavy, and only who asks for it needs it

    samples = np.arange(len(dataset.x))[dataset.judged]
    shape = len(samples), dataset.shape[1], dataset.targets

    def spread(values: Any) -> np.ndarray:
        return np.broadcast_to(values, shape).ravel()

    def raw(values: np.ndarray) -> np.ndarray:
        return dataset.raw(values.astype(np.float64), samples).ravel()

    names = np.array([dataset.sample_name(k) for k in samples.tolist()])
    times = np.array([dataset.timestep_names])
    if (origin := dataset.origin) and origin.time_format:  # windows share their rows
        rows, places = np.unique(origin.rows(shape[1], samples), return_inverse=True)
        times = np.array([origin.label(row) for row in rows])[places.reshape(shape[:2])]
    timestep = spread(np.arange(1, shape[1] + 1)[:, None])
    columns: dict[str, Any] = {
        "sample": spread(samples[:, None, None] + 1),
        "name": spread(names[:, None, None]),
        "timestep": timestep,
        "time": spread(times[..., None]),
        "target": spread(dataset.target_labels),
        "value": raw(dataset.y[samples]),
    }
    for seed, models in enumerate(snapshot.weights, start=experiment.seed):
        for mode, weights in models.items():
            said = raw(model_outputs(experiment, weights, dataset.x[samples]))
            asked = (mode == "sequence") | (timestep == shape[1])
            several = f"_seed_{seed}" if snapshot.others else ""
            columns[f"{mode}{several}"] = np.where(asked, said, np.nan)
    return pd.DataFrame(columns)


def predictions_csv(*run: Any) -> bytes:
    """The same as CSV; `run` is what `predictions` takes."""
    frame = predictions(*run)
    for name in ("name", "time", "target"):
        frame[name] = frame[name].map(field)
    return frame.to_csv(index=False, float_format="%.7g", lineterminator="\n").encode()


def predictions_parquet(*run: Any) -> bytes:
    """The same as Parquet."""
    file = io.BytesIO()
    predictions(*run).to_parquet(file, index=False)
    return file.getvalue()
