"""A script for a table loads the arrays that the app offers as a download."""

import io
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from lib.data import DATASETS, make_dataset, read_upload, settle, suggested
from lib.experiment import Experiment
from lib.export.data import arrays, data_name
from lib.export.script import EXPORTS
from tests.unit import own_data
from tests.unit.test_export import assert_same_data, check_format, exported


@pytest.fixture(autouse=True)
def beside(tmp_path, monkeypatch):
    """Run each test in its own folder."""
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    "settings",
    [
        {"test": 20, "gap": 2, "inputs": ("store", "sales", "month of year")},
        {"form": "change", "ahead": "each", "horizon": 3},
        {"split": "id", "train": 50, "stride": 2, "rate": 2},
    ],
    ids=str,
)
def test_the_script_for_a_table_has_the_apps_data(settings, tmp_path):
    """The script loads the samples. The table has three stores by day."""
    table = read_upload("my own.csv", own_data.csv(own_data.panel(60)))
    _, dataset, script = exported(Experiment().set(data="upload", T=4, **settings), table)
    assert f'FILE = "{data_name(dataset)}.npz"' in script
    test = ":-test" if dataset.test else ":"  # test samples are at the end of x and y
    assert f"sequence.predict(x[train{test}], verbose=0)[:, -1] - y[train{test}, -1]" in script
    check_format(script)
    (tmp_path / f"{data_name(dataset)}.npz").write_bytes(arrays(dataset))
    assert_same_data(script, dataset)


def test_a_script_without_its_arrays_prints_where_to_download_them(tmp_path):
    """It also prints this for arrays of other settings or rows."""
    _, dataset, script = exported(suggested("gapminder"))
    with pytest.raises(SystemExit, match=r"gapminder\.npz isn't in this folder.*Explore.*Data"):
        assert_same_data(script, dataset)
    (tmp_path / "gapminder.npz").write_bytes(arrays(replace(dataset, y=dataset.y + 1)))
    with pytest.raises(SystemExit, match=r"gapminder\.npz doesn't have the data.*Explore.*Data"):
        assert_same_data(script, dataset)


def test_the_scaling_in_the_file_restores_the_rows_of_the_table():
    """Arrays of a task have no scaling."""
    experiment = settle(
        Experiment().set(data="gapminder", form="change", inputs=("log population",))
    )
    dataset = make_dataset(experiment)
    with np.load(io.BytesIO(arrays(dataset))) as saved:
        x = saved["x"] * saved["x_scale"] + saved["x_offset"]
        y = saved["y"] * saved["y_scale"] + saved["y_offset"] + saved["base"]
        italy = list(saved["series"]).index("Italy")
        assert saved["begins"][italy] == "1952"
        assert (saved["train"], saved["test"]) == (dataset.train, 0)
        assert list(saved["feature_names"]) == ["log population"]
    table = DATASETS["gapminder"].table().frame
    rows = table[table["country"] == "Italy"]
    np.testing.assert_allclose(x[italy, :, 0], rows["log population"][: x.shape[1]], rtol=1e-6)
    later = rows["life expectancy"][1 : 1 + x.shape[1]]
    np.testing.assert_allclose(y[italy, :, 0], later, rtol=1e-6)
    dataset = make_dataset(settle(Experiment().set(data="echo", N=32, T=6)))
    with np.load(io.BytesIO(arrays(dataset))) as saved:
        assert np.array_equal(saved["x"], dataset.x)
        assert "x_scale" not in saved


def test_control_characters_in_names_leave_valid_code():
    """The characters are in names of columns and files, and in texts."""
    frame = pd.DataFrame({"date": [f"2024-01-{day}" for day in range(10, 30)], "a\0": range(20)})
    file = io.BytesIO()
    frame.assign(**{"c\x1b": 10 * ["d\0", "e"]}).to_parquet(file)
    table = read_upload("b\0.parquet", file.getvalue())
    experiment = settle(Experiment().set(data="upload", T=3, inputs=("a\0", "c\x1b")), table)
    for export in EXPORTS.values():
        compile(export.write(experiment, make_dataset(experiment, table)), "code", "exec")
