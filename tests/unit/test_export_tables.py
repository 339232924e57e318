"""A script prepares any table as the app did: series, gaps, features, parts, scaling, changes."""

from __future__ import annotations

import io
from typing import get_args
from unittest.mock import patch

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lib.dataset import Mending
from lib.datasets import DATASETS, make_dataset, settle
from lib.datasets.series import FILES
from lib.experiment import MAX_VALUES, Experiment
from lib.export import ARRAYS, EXPORTS, arrays, keras_script
from lib.export.rows import CALENDAR, MENDINGS
from lib.tables import Table, WindowError, features
from tests.unit.test_export import assert_same_data, check_format

STORES = {"Rome": 0, "Oslo": 2, "Bern": 28}
"""On which of forty days each store opens: Bern late, often in the validation part alone."""
NAMED_ONLY = {"timestep_names", "series", "begins"}
"""What a script has no names for."""


def panel(order="date", *, twice=False):
    """Three stores by day, with gaps; `twice`: some days have two rows."""
    rng = np.random.default_rng(3)
    dates = pd.date_range("2024-02-20", periods=40).strftime("%Y-%m-%d").to_numpy()
    days = {store: np.delete(dates[first:], [5, 7]) for store, first in STORES.items()}
    parts = [pd.DataFrame({"date": dates, "store": store}) for store, dates in days.items()]
    frame = pd.concat(parts, ignore_index=True)
    frame["area"] = np.where(frame["store"] == "Oslo", 1.5, 2.0)
    frame["sales"] = rng.normal(50, 9, len(frame)).round(2)
    frame["price"] = rng.normal(5, 1, len(frame)).round(2)
    frame["color"] = rng.choice(["red", "green", "a 'deep' blue", 'so "called"'], len(frame))
    for column in ("sales", "price", "color"):
        frame.loc[rng.choice(len(frame), 6, replace=False), column] = None
    frame.loc[frame.groupby("store").head(1).index, "sales"] = None
    if twice:
        frame = pd.concat([frame, frame[8:11].assign(sales=1.0)], ignore_index=True)
    if order == "date":
        return frame.sort_values("date", kind="stable", ignore_index=True)
    return frame if order == "store" else frame.sample(frac=1, random_state=1, ignore_index=True)


def table_of(frame, *, dated=True):
    """What an upload makes of a table, and the file that a script reads."""
    frame.to_csv("panel.csv", index=False)
    texts = frame.select_dtypes("str").astype("category").drop(columns="date")
    return Table(
        name="panel.csv",
        frame=frame.drop(columns="date").assign(**texts),
        times=pd.DatetimeIndex(pd.to_datetime(frame["date"])) if dated else None,
        step="day",
        series="store",
        mended=(("times", "date", ("%Y-%m-%d", "date")),) if dated else (),
    )


def check_arrays(experiment, dataset):
    """Run the preparation beside the file: what it saves is what the app offers."""
    exec(EXPORTS["preparation"].write(experiment, dataset), {})  # noqa: S102 - our own script
    with np.load(ARRAYS) as made, np.load(io.BytesIO(arrays(dataset))) as offered:
        assert set(made) == set(offered) - NAMED_ONLY
        for name, values in made.items():
            assert values.dtype == offered[name].dtype
            if values.dtype.kind == "f":
                np.testing.assert_allclose(values, offered[name], rtol=1e-5, atol=1e-6)
            else:
                assert np.array_equal(values, offered[name])


def scripted(table, **changes):
    """The Keras script for a table, after a check that it makes the app's data."""
    experiment = settle(Experiment().set(data="upload", **changes), table)
    dataset = make_dataset(experiment, table)
    script = keras_script(experiment, dataset)
    assert_same_data(script, dataset)
    check_format(script)
    check_format(EXPORTS["preparation"].write(experiment, dataset))
    return script


@pytest.fixture(autouse=True)
def beside(tmp_path, monkeypatch):
    """A folder to run scripts in."""
    monkeypatch.chdir(tmp_path)


TABLES = st.tuples(st.sampled_from(["store", "date", "none"]), st.booleans(), st.booleans())
SETTINGS = {
    "T": st.integers(2, 6),
    "horizon": st.integers(0, 4),
    "inputs": st.sampled_from(
        [("sales",), ("price", "area"), ("store", "sales"), ("color", "month of year", "price")]
    ),
    "targets": st.sampled_from([("sales",), ("price", "sales")]),
    "missing": st.sampled_from(["fill", "drop"]),
    "ahead": st.sampled_from(["one", "each"]),
    "form": st.sampled_from(["value", "change"]),
    "stride": st.sampled_from([1, 1, 2, 3]),
    "rate": st.sampled_from([1, 1, 2]),
    "split": st.sampled_from(["time", "id"]),
    "train": st.sampled_from([50, 60, 75]),
    "test": st.sampled_from([0, 20]),
    "gap": st.sampled_from([0, 0, 2]),
    "id": st.sampled_from(["store", "area", "-"]),
    "scale": st.sampled_from(["all", "id"]),
    "at_gaps": st.sampled_from(["run_on", "stop"]),
    "seed": st.integers(0, 2),
}


@settings(derandomize=True, deadline=None, max_examples=25)
@given(TABLES, st.fixed_dictionaries(SETTINGS), st.sampled_from([MAX_VALUES, 300]))
def test_any_settings_of_a_panel_give_the_same_arrays(kind, chosen, most):
    """Whatever is asked for together; with a low limit, of too many windows every k-th."""
    order, twice, dated = kind
    table = table_of(panel(order, twice=twice), dated=dated)
    if not dated:
        chosen["inputs"] = tuple(name for name in chosen["inputs"] if name != "month of year")
    experiment = settle(Experiment().set(data="upload", **chosen), table)
    with patch("lib.tables.windows.MAX_VALUES", most):
        try:
            dataset = make_dataset(experiment, table)
        except WindowError:
            assume(False)
    check_arrays(experiment, dataset)


@pytest.mark.parametrize(
    "changes",
    [
        {"scale": "id", "train": 50, "inputs": ("store", "sales")},
        {"scale": "id", "train": 90, "form": "change", "horizon": 4},
        {"gap": 6, "horizon": 0},
        {"gap": 3, "horizon": 0, "id": "-", "test": 20},
        {"missing": "fill", "inputs": ("sales",)},
        {"scale": "id", "form": "change", "ahead": "each", "horizon": 3},
    ],
    ids=str,
)
def test_corners_of_a_panel_give_the_same_arrays(changes):
    """A store without training rows, or with few; gaps that windows fit in; first rows to fill.

    What is constant in training, as the feature of a store that isn't open yet, has deviation 1.
    """
    table = table_of(panel())
    changes = {"T": 2, "targets": ("sales",), **changes}
    experiment = settle(Experiment().set(data="upload", **changes), table)
    check_arrays(experiment, make_dataset(experiment, table))


@pytest.mark.parametrize("step", ["dates", "weekdays", "rows", "averaged"])
@pytest.mark.parametrize("form", ["value", "change"])
def test_windows_that_stop_at_gaps_give_the_same_arrays(step, form):
    """Gaps are told by days, by weekdays, by rows that were dropped, or by averaged days."""
    frame = panel("store")[:38]
    if step == "weekdays":
        days = pd.bdate_range("2024-02-20", periods=40).strftime("%Y-%m-%d").delete([9, 25])
        frame = frame.assign(date=days)
    if step == "averaged":
        frame = pd.concat([frame, frame[8:11].assign(price=1.0)]).sort_values("date")
    changes = {"T": 3, "id": "-", "inputs": ("price",), "targets": ("price",), "form": form}
    changes |= {"at_gaps": "stop", "missing": "drop" if step == "rows" else "fill"}
    table = table_of(frame.reset_index(drop=True), dated=step != "rows")
    experiment = settle(Experiment().set(data="upload", **changes), table)
    dataset = make_dataset(experiment, table)
    assert dataset.origin.segment[-1] > 0
    check_arrays(experiment, dataset)
    scripted(table, **changes)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"test": 20, "gap": 5, "inputs": ("wind", "day of week", "month of year")},
        {"form": "change", "ahead": "each", "horizon": 3, "stride": 7},
    ],
    ids=str,
)
@pytest.mark.parametrize("name", ["seattle", "macro", "gapminder"])
def test_bundled_series_give_the_same_arrays(name, changes, tmp_path):
    """From the files that are offered beside the scripts."""
    for file in FILES.glob("*.csv"):
        (tmp_path / file.name).symlink_to(file)
    if name != "seattle":
        changes = {key: value for key, value in changes.items() if key != "inputs"}
    if name == "gapminder" and changes.get("horizon"):
        changes = {**changes, "T": 6}
    experiment = settle(Experiment().set(data=name, **DATASETS[name].suggested).set(**changes))
    check_arrays(experiment, make_dataset(experiment))


def test_what_is_prepared_can_be_taken_back_to_the_table():
    """By the scaler in the file: the inputs of the first window are its rows."""
    experiment = settle(
        Experiment().set(data="gapminder", form="change", inputs=("log population",))
    )
    dataset = make_dataset(experiment)
    with np.load(io.BytesIO(arrays(dataset))) as kept:
        x = kept["x"] * kept["x_scale"] + kept["x_offset"]
        y = kept["y"] * kept["y_scale"] + kept["y_offset"] + kept["base"]
        italy = list(kept["series"]).index("Italy")
        assert kept["begins"][italy] == "1952"
        assert (kept["train"], kept["test"]) == (dataset.train, 0)
        assert list(kept["feature_names"]) == ["log population"]
    table = DATASETS["gapminder"].table().frame
    rows = table[table["country"] == "Italy"]
    np.testing.assert_allclose(x[italy, :, 0], rows["log population"][: x.shape[1]], rtol=1e-6)
    later = rows["life expectancy"][1 : 1 + x.shape[1]]
    np.testing.assert_allclose(y[italy, :, 0], later, rtol=1e-6)


def test_data_without_a_table_can_be_taken_too():
    """Samples of a task, without a scaler."""
    experiment = settle(Experiment().set(data="echo", N=32, T=6))
    check_arrays(experiment, make_dataset(experiment))


def test_a_script_has_no_line_that_its_settings_do_not_need():
    """One series, two parts: no date is read, and slices tell the windows."""
    frame = panel("store")[:38]
    plain = scripted(table_of(frame), id="-", T=4, inputs=("price",), targets=("sales",))
    assert "starts = np.r_[:train, boundary : boundary + windows - train]" in plain
    for word in ("to_datetime", "groupby", "series", "part =", "gap", "test", "stride", "change"):
        assert word not in plain.partition("\n\nkeras.")[0], word


@pytest.mark.parametrize(
    "changes",
    [
        {"inputs": ("color", "store"), "gap": 2, "test": 20},
        {
            "form": "change",
            "ahead": "each",
            "horizon": 3,
            "scale": "id",
            "targets": ("sales", "price"),
        },
        {"ahead": "each", "horizon": 2, "scale": "id", "targets": ("sales", "price")},
        {"split": "id", "train": 50, "stride": 2, "rate": 2, "inputs": ("price", "month of year")},
        {"id": "-", "targets": ("sales", "price"), "inputs": ("price",), "test": 20},
    ],
    ids=str,
)
def test_scripts_of_panels_are_formatted_as_ruff_does(changes):
    """With names that have quotation marks in them."""
    scripted(table_of(panel(twice=True)), T=3, **changes)


def test_models_are_judged_without_the_test_part():
    """Which has its place at the end of x and y."""
    script = scripted(table_of(panel()), T=3, test=20)
    assert "sequence.predict(x[train:-test], verbose=0)[:, -1] - y[train:-test, -1]" in script


def test_of_many_texts_the_rarest_share_a_feature():
    """As in the app, where twelve of them have one each."""
    frame = pd.DataFrame({"date": "", "sales": np.arange(200) % 7.0})
    frame["color"] = [f"no. {int(k**0.5)}" for k in range(200)]
    script = scripted(
        table_of(frame, dated=False), id="-", T=3, inputs=("color",), targets=("sales",)
    )
    assert 'frame["color = other"]' in script


def test_whatever_is_done_to_a_table_has_code():
    """What `lib.uploads` does is a registry; features, series and averages are written for it."""
    assert set(CALENDAR) == set(features.CALENDAR)
    assert set(get_args(Mending)) == {*MENDINGS, "category", "calendar", "series", "average"}
