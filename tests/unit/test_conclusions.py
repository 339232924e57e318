"""Claims about a user's file agree with pandas and loops over the file's rows.

The tests use only the app's file reader and the finished dataset.
"""

import io

import numpy as np
import pandas as pd
import pytest

from lib.data import read_upload
from lib.data.datasets.registry import make_dataset, settle
from lib.experiment import Experiment
from tests.unit.own_data import csv, load, panel


def upload(frame, **settings):
    """Return the dataset of a file with this table."""
    table = read_upload("mine.csv", csv(frame))
    return make_dataset(settle(Experiment().set(data="upload", **settings), table), table)


def rmse(dataset, name):
    """Return a baseline's RMSE at the last step of the validation part, in the raw unit."""
    (baseline,) = (one.last for one in dataset.baselines if one.name == name)
    evaluated = dataset.evaluated
    predicted = dataset.raw(baseline[evaluated], evaluated, last=True)
    target = dataset.raw(dataset.y[evaluated, -1], evaluated, last=True)
    return float(np.sqrt(((predicted - target) ** 2).mean()))


@pytest.mark.parametrize("order", [["date", "store"], ["store", "date"]])
def test_baselines_and_split_of_a_panel_are_by_store(order):
    """Using another store's previous row would make the error eight times as large."""
    frame = panel().sort_values(order, ignore_index=True)
    dataset = upload(frame, T=14, inputs=("sales",))
    dates = sorted(frame["date"].unique())
    edge = round(0.75 * (len(dates) - 2 * 15 + 2)) + 14  # rows of all training windows
    wide = frame.pivot_table("sales", "date", "store")
    evaluated = wide.loc[dates[edge + 14] :]
    day_before = np.sqrt(((evaluated - wide.shift(1).loc[evaluated.index]) ** 2).to_numpy().mean())
    week_before = np.sqrt(((evaluated - wide.shift(7).loc[evaluated.index]) ** 2).to_numpy().mean())
    assert rmse(dataset, "last") == pytest.approx(day_before, rel=1e-4)
    assert rmse(dataset, "seasonal") == pytest.approx(week_before, rel=1e-4)
    mixed = panel()["sales"]
    assert np.sqrt((mixed.diff() ** 2).mean()) > 8 * day_before
    assert f"{dataset.origin.times[dataset.origin.training].max():%Y-%m-%d}" == dates[edge - 1]
    assert dataset.train == 3 * (edge - 14)
    assert len(dataset.x) - dataset.train == evaluated.size
    names = [dataset.sample_name(n) for n in range(dataset.train, len(dataset.x))]
    assert min(name.split(", ")[1][:10] for name in names) == dates[edge]


def test_baselines_of_samples_with_one_target_use_inputs_only():
    """A sample's target is the same at all steps, so no baseline may read an earlier target."""
    rng = np.random.default_rng(0)
    content = io.BytesIO()
    x = rng.normal(size=(60, 8, 2))
    np.savez(content, x=x, y=x[:, :, 0].sum(axis=1))
    table = read_upload("samples.npz", content.getvalue())
    experiment = settle(Experiment().set(data="upload", **table.settings), table)
    dataset = make_dataset(experiment, table)
    assert {one.name for one in dataset.baselines} == {"mean", "linear"}
    assert rmse(dataset, "mean") > 1


def test_the_test_part_changes_nothing_else():
    """Other values in its rows change neither training nor validation nor scaling."""
    frame = load(4)
    wild = frame.copy()
    usual = upload(frame, T=12, test=20)
    first_test = usual.origin.starts[len(usual.x) - usual.test]
    wild.loc[first_test:, "load"] = -5000.0
    other = upload(wild, T=12, test=20)
    assert usual.test == other.test > 0
    for one, another in ((usual.samples.x, other.samples.x), (usual.samples.y, other.samples.y)):
        assert np.array_equal(one, another)
    assert [one.name for one in usual.baselines] == [one.name for one in other.baselines]
    assert np.array_equal(usual.baseline_mse, other.baseline_mse)
    assert pd.Timestamp(frame["time"][first_test]) == usual.origin.times[first_test]
