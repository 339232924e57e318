"""What a run came to, read back from its files: weights, answers to a whole part, losses."""

import csv
import io
import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from lib.data.datasets.registry import make_dataset, suggested
from lib.experiment import Experiment
from lib.export.files import (
    history_csv,
    predictions,
    predictions_csv,
    predictions_parquet,
    weights_npz,
)
from lib.recurrence.model import weight_names
from lib.training.limits import with_seeds
from lib.training.recorded import recorded
from tests.unit.pictures import a_dataset, a_snapshot, with_kept


def a_run(name, **settings):
    """A recorded run, perhaps of one mode or of fewer seeds."""
    dataset = make_dataset(suggested(name))
    experiment = with_seeds(suggested(name), dataset).set(**settings)
    snapshot = recorded(experiment)
    assert snapshot is not None
    return experiment, dataset, snapshot


@pytest.mark.parametrize("name", ["seattle", "gapminder", "running_mean", "worked_raw"])
def test_predictions_are_those_of_the_screen_and_of_the_whole_part(name):
    """Each evaluated sample has T·K rows; where the screen shows a sample it says the same."""
    experiment, dataset, snapshot = a_run(name, seeds=2)
    frame = predictions(experiment, dataset, snapshot)
    (_, steps, _), targets = dataset.shape, dataset.targets
    evaluated = np.arange(len(dataset.x))[dataset.evaluated]
    assert len(frame) == len(evaluated) * steps * targets
    assert frame["sample"].unique().tolist() == (evaluated + 1).tolist()
    for place, index in enumerate(snapshot.samples):
        rows = frame[frame["sample"] == index + 1]
        assert set(rows["name"]) == {dataset.sample_name(index)}
        assert rows["time"].tolist()[::targets] == list(dataset.steps_of(index))
        assert rows["target"].tolist()[:targets] == list(dataset.target_labels)
        target = dataset.raw(dataset.y[index], index)
        np.testing.assert_allclose(rows["value"], target.ravel(), rtol=1e-6)
        for seed, models in enumerate(snapshot.seeds, start=experiment.seed):
            for mode, result in models.items():
                said = dataset.raw(result.predictions[place], index)
                mine = rows[f"{mode}_seed_{seed}"].to_numpy().reshape(steps, targets)
                first = 0 if mode == "sequence" else steps - 1
                assert np.isnan(mine[:first]).all()  # last-step mode answers at T alone
                scale = np.abs(target).max()
                np.testing.assert_allclose(mine[first:], said[first:], atol=2e-6 * scale)


def test_both_files_have_the_same_table():
    """The CSV with seven digits; of one seed and one mode there is one column of answers."""
    run = a_run("seattle", seeds=1, mode="last")
    frame = predictions(*run)
    assert list(frame)[-2:] == ["value", "last"]
    read = pd.read_csv(io.BytesIO(predictions_csv(*run)), dtype={"time": str})
    parquet = pd.read_parquet(io.BytesIO(predictions_parquet(*run)))
    for column in frame:
        if column in ("name", "time", "target"):
            assert read[column].tolist() == parquet[column].tolist() == frame[column].tolist()
        else:
            np.testing.assert_allclose(read[column], frame[column], rtol=1e-6)
            np.testing.assert_array_equal(parquet[column], frame[column])


def test_history_has_a_row_for_each_epoch_mode_and_seed():
    """Epoch 0 was evaluated and has no training loss; what wasn't kept is empty."""
    experiment, dataset, snapshot = Experiment().set(seed=7), a_dataset(), a_snapshot(a_dataset())
    kept = with_kept(a_snapshot(dataset, sequence=0.5, last=0.25), sequence=None, last=4)
    snapshot = replace(kept, others=(kept.results,))
    rows = list(csv.DictReader(io.StringIO(history_csv(experiment, dataset, snapshot).decode())))
    assert {(row["mode"], row["seed"]) for row in rows} == {
        (mode, seed) for mode in ("sequence", "last") for seed in ("7", "8")
    }
    for mode, result in kept.results.items():
        own = [row for row in rows if (row["mode"], row["seed"]) == (mode, "8")]
        assert [int(row["epoch"]) for row in own] == result.checked_epochs.tolist()
        assert own[0]["loss"] == ""
        for name in ("loss", "validation_loss", "last_step_mse"):
            values = [float(row[name]) for row in own if row[name]]
            np.testing.assert_array_equal(values, getattr(result, name))
    sparse = history_csv(experiment, dataset, a_snapshot(dataset, sequence=0.5)).decode()
    assert sparse.splitlines()[2].endswith(",,")
    assert math.isclose(float(sparse.split(",")[-1]), 0.25)


def test_weights_are_named_by_mode_seed_and_keras():
    """All seeds, as they are on the screen; nothing in the archive needs pickle."""
    run = experiment, _, snapshot = a_run("running_mean", seeds=2)
    with np.load(io.BytesIO(weights_npz(*run)), allow_pickle=False) as archive:
        assert len(archive.files) == 2 * 2 * 5
        for seed, models in enumerate(snapshot.weights, start=experiment.seed):
            for mode, own in models.items():
                for name, array in zip(weight_names("lstm", len(own)), own, strict=True):
                    assert np.array_equal(archive[f"{mode}/seed_{seed}/{name}"], array)
