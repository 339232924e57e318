"""The registry of datasets, `settle`, and the bundled data."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.data import DATASETS, make_dataset, settle, suggested
from lib.data.datasets.registry import OPTIONAL
from lib.experiment import SETTINGS, Experiment, ExperimentError, read_query, to_query
from tests.unit.test_experiment import values

BUNDLED = [name for name in DATASETS if name != "upload"]


def made(name, **changes):
    """Return a dataset with changed settings."""
    return make_dataset(Experiment().set(data=name, **changes))


EXPERIMENTS = st.builds(
    lambda name, chosen: Experiment().set(data=name, **chosen),
    st.sampled_from(list(DATASETS)),
    st.fixed_dictionaries({key: values(s) for key, s in SETTINGS.items() if key != "data"}),
)


@pytest.mark.parametrize("name", DATASETS)
def test_a_row_of_the_registry_is_complete(name):
    """All settings exist, fixed ones have a reason, and texts fit on a line of the sidebar."""
    spec = DATASETS[name]
    assert spec.name == name
    assert spec.uses <= OPTIONAL
    for key, value in {**spec.fixed, **spec.suggested, **spec.at_least}.items():
        SETTINGS[key].check(value)
    assert set(spec.fixed) <= set(spec.why)
    assert all(sentence.endswith(".") for sentence in (spec.about, *spec.why.values()))
    assert len(spec.shows.split()) <= 12
    assert all(len(line) <= 40 for line in (spec.shows, *spec.why.values()))


@pytest.mark.parametrize("name", BUNDLED)
def test_the_suggested_settings_make_a_reproducible_dataset(name):
    """Arrays are float32 and finite; a link to the settings gives the same arrays."""
    experiment = suggested(name)
    dataset = make_dataset(experiment)
    assert dataset.name == name
    assert dataset.shape[1:] == (experiment.data.timesteps, experiment.data.features)
    assert dataset.x.dtype == dataset.y.dtype == dataset.baseline.dtype == np.float32
    assert np.isfinite(dataset.x).all()
    assert np.isfinite(dataset.y).all()
    if dataset.best_mse is not None:
        assert dataset.best_mse.shape == dataset.shape[1:2]
        assert dataset.best_why.endswith(".")
    linked, messages = read_query(to_query(experiment))
    assert (linked, messages) == (experiment, [])
    again = make_dataset(linked)
    assert np.array_equal(again.x, dataset.x)
    assert np.array_equal(again.y, dataset.y)


@settings(derandomize=True, deadline=None)
@given(EXPERIMENTS)
def test_a_settled_experiment_is_valid(experiment):
    """Settling it again changes nothing."""
    settled = settle(experiment)
    settled.validate()
    assert settle(settled) == settled
    spec = DATASETS[experiment.data.name]
    assert all(settled.get(key) == value for key, value in spec.fixed.items())


@pytest.mark.parametrize(
    ("chosen", "settled"),
    [
        ({"data": "echo", "T": 5, "lag": 50}, {"lag": 4}),  # A lag is less than T.
        ({"data": "sine", "T": 5, "lag": 50}, {"lag": SETTINGS["lag"].default}),  # It has no lag.
        ({"data": "macro", "noise": 0.5, "N": 64}, {"noise": SETTINGS["noise"].default}),
        ({"data": "seattle", "train": 80, "test": 40}, {"test": 15}),  # 5% remain for validation.
        ({"keep": "best", "patience": 3}, {"patience": SETTINGS["patience"].default}),
        # There are no validation samples to find the best epoch.
        ({"data": "worked_scaled", "keep": "stop"}, {"keep": "last"}),
        # The adding problem has a second feature for its marks.
        ({"data": "adding", "F": 1}, {"F": 2}),
        # Without a head, the layer's output is the prediction, so U = K.
        ({"data": "worked_raw", "U": 50}, {"U": 4, "head": "none"}),
        ({"data": "seattle", "head": "none", "targets": ("temp_max", "wind")}, {"U": 2}),
        # F is the number of input columns.
        ({"data": "seattle", "F": 9, "inputs": ("wind",)}, {"F": 1}),
    ],
)
def test_settling_sets_the_values_that_the_data_allow(chosen, settled):
    """F follows from the data, and without a head U follows from the targets."""
    experiment = settle(Experiment().set(**chosen))
    assert {key: experiment.get(key) for key in settled} == settled
    if experiment.data.name != "upload":
        dataset = make_dataset(Experiment().set(**chosen))
        assert dataset.shape[2] == experiment.data.features
        assert experiment.model.head == "dense" or dataset.targets == experiment.model.units


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        ({"data": "mnist"}, r"running_mean.*got 'mnist'"),
        ({"T": 1}, "timesteps .* 2 to 512, got 1"),
        ({"data": "upload"}, "Upload a file first"),
    ],
)
def test_a_dataset_that_cannot_be_made_raises_an_error(chosen, message):
    """Unknown names from the URL, and an upload without a file, raise errors."""
    with pytest.raises(ExperimentError, match=message):
        make_dataset(Experiment().set(**chosen))


def test_the_worked_example_has_its_well_known_numbers():
    """The scaled example has them standardized."""
    raw, scaled = made("worked_raw"), made("worked_scaled")
    assert raw.x.ravel().tolist() == [*range(1, 13)]
    assert raw.y.ravel().tolist() == [*range(101, 109), *range(201, 209)]
    assert not raw.has_validation
    assert raw.baseline_mse.tolist() == [2500, 2500]  # Each error of the mean is 50.
    assert np.array_equal(scaled.x, raw.x)
    assert scaled.y.mean(axis=(0, 1)) == pytest.approx(0, abs=1e-6)
    assert scaled.y.std(axis=(0, 1)) == pytest.approx(1)
    assert scaled.raw(scaled.y, slice(None)) == pytest.approx(raw.y)


def test_gapminder_is_a_panel_with_one_sample_per_country():
    """It has 142 countries, 11 timesteps and 3 features; the seed draws the split."""
    dataset, other = made("gapminder"), made("gapminder", seed=1)
    assert dataset.shape == (142, 11, 3)
    assert (dataset.timestep_names[0], dataset.timestep_names[-1]) == ("1952", "2002")
    assert dataset.target_labels == ("life expectancy, one five-year step ahead",)
    names, others = (
        [each.sample_name(i).partition(" (")[0] for i in range(142)] for each in (dataset, other)
    )
    assert len(set(names)) == 142
    norway = names.index("Norway")
    in_2007 = dataset.raw(dataset.y[norway], norway)[-1]
    assert in_2007 == pytest.approx([80.196], abs=1e-3)
    assert "CC BY 4.0" in dataset.source
    # The target at one step is the input at the next.
    assert np.array_equal(dataset.y[:, :-1, 0], dataset.x[:, 1:, 0])
    # Over the training countries and their 12 years, life expectancy has mean 0 and deviation 1.
    known = np.concatenate([dataset.x[: dataset.train, :, 0], dataset.y[: dataset.train, -1]], 1)
    assert (known.mean(), known.std()) == pytest.approx((0, 1), abs=1e-5)
    assert {*names[dataset.train :]} != {*others[other.train :]}
    assert "106 series to training and 36 series to" in " ".join(dataset.notes)


def test_seattle_has_days_and_degrees():
    """Names, unit and targets match the file."""
    dataset = make_dataset(suggested("seattle"))
    assert dataset.shape[1:] == (24, 4)
    assert dataset.sample_name(0) == "2012-01-01 to 2012-01-24"
    assert dataset.timestep_names[:2] == ("day 1", "day 2")
    assert dataset.target_unit == "°C"
    # 25 January 2012 is the day after the first window.
    assert dataset.raw(dataset.y[0], 0)[-1] == pytest.approx([8.9], abs=1e-4)
    # 8 January 2012, seven days after the first row, had 10.0 °C.
    week = make_dataset(suggested("seattle").set(horizon=7))
    assert week.raw(week.y[0], 0)[0] == pytest.approx([10.0], abs=1e-4)
    three = make_dataset(suggested("seattle").set(test=15)).notes[-1]
    ends = {row for row in three.split() if row.startswith("20")}
    assert ends >= {"2014-12-01", "2014-12-02", "2015-05-13", "2015-05-14", "2015-12-31"}


def test_macro_has_growth_in_percent_per_year():
    """Growth is 400 times the log change; the default inputs are changes, not levels."""
    table = DATASETS["macro"].table()
    assert (table.times[0], len(table.frame)) == ("1959 Q2", 202)  # Q1 has no earlier quarter.
    assert table.frame["gdp_growth"][0] == pytest.approx(400 * np.log(2778.801 / 2710.349))
    assert not table.frame.isna().to_numpy().any()
    usual = made("macro")
    assert "unemployment_change" in usual.feature_names
    assert "unemployment" not in usual.feature_names
    assert usual.target_names == ("inflation",)
    assert made("macro", targets=("unemployment",)).target_unit == "%"
