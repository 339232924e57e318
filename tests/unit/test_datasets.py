"""The registry of datasets, `settle`, and the bundled data."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.data import DATASETS, FIRST, OPTIONAL, SPEC_GROUPS, make_dataset, settle, suggested
from lib.experiment import SETTINGS, Experiment, ExperimentError, read_query, to_query, validate
from tests.unit.test_experiment import values

BUNDLED = [name for name in DATASETS if name != "upload"]


def make(name, **changes):
    """Return a dataset with these settings."""
    return make_dataset(Experiment().set(data=name, **changes))


EXPERIMENTS = st.builds(
    lambda name, chosen: Experiment().set(data=name, **chosen),
    st.sampled_from(list(DATASETS)),
    st.fixed_dictionaries({key: values(s) for key, s in SETTINGS.items() if key != "data"}),
)


@pytest.mark.parametrize("name", DATASETS)
def test_a_row_of_the_registry_is_complete(name):
    """All settings exist, fixed settings have a reason, and texts fit into the sidebar."""
    spec = DATASETS[name]
    assert spec.name == name
    assert spec.uses <= OPTIONAL
    for key, value in {**spec.fixed, **spec.suggested, **spec.at_least}.items():
        SETTINGS[key].check(value)
    assert set(spec.fixed) <= set(spec.why)
    assert all(sentence.endswith(".") for sentence in (spec.about, *spec.why.values()))
    assert len(spec.shows.split()) <= 12
    assert all(len(line) <= 40 for line in (spec.shows, *spec.why.values()))


def test_datasets_are_grouped_by_kind_and_begin_with_parity_and_adding():
    """The modes differ most for parity and adding."""
    assert [FIRST, *DATASETS][:3] == ["parity", "parity", "adding"]
    groups = list(dict.fromkeys(spec.group for spec in DATASETS.values()))
    assert groups == list(SPEC_GROUPS)
    assert Experiment().data.name in DATASETS


@pytest.mark.parametrize("name", BUNDLED)
def test_a_link_to_suggested_settings_always_makes_the_same_dataset(name):
    """Arrays are finite and have 32 bits."""
    experiment = settle(suggested(name))
    dataset = make_dataset(experiment)
    assert dataset.name == name
    assert dataset.shape[1:] == (experiment.data.timesteps, experiment.data.features)
    assert dataset.x.dtype == dataset.y.dtype == dataset.naive.dtype == np.float32
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
def test_a_settled_experiment_is_valid_and_settling_it_again_changes_nothing(experiment):
    """It has the settings that its dataset fixes."""
    settled = settle(experiment)
    validate(settled)
    assert settle(settled) == settled
    spec = DATASETS[experiment.data.name]
    assert all(settled.get(key) == value for key, value in spec.fixed.items())


@pytest.mark.parametrize(
    ("before", "settled"),
    [
        ({"data": "echo", "T": 5, "lag": 50}, {"lag": 4}),  # The lag is less than T.
        ({"data": "sine", "T": 5, "lag": 50}, {"lag": SETTINGS["lag"].default}),
        ({"data": "macro", "noise": 0.5, "N": 64}, {"noise": SETTINGS["noise"].default}),
        ({"data": "seattle", "train": 80, "test": 40}, {"test": 15}),  # Validation has 5%.
        ({"keep": "best", "patience": 3}, {"patience": SETTINGS["patience"].default}),
        # The worked example has no validation samples to find the best epoch.
        ({"data": "worked_scaled", "keep": "stop"}, {"keep": "last"}),
        # The second feature of the adding problem has its marks.
        ({"data": "adding", "F": 1}, {"F": 2}),
        # If there is no head, the layer's output is the prediction, so U = K.
        ({"data": "worked_raw", "U": 50}, {"U": 4, "head": "none"}),
        ({"data": "seattle", "head": "none", "targets": ("temp_max", "wind")}, {"U": 2}),
        # The features of a table are its input columns.
        ({"data": "seattle", "F": 9, "inputs": ("wind",)}, {"F": 1}),
        # A link to an upload names columns before the table is uploaded.
        ({"data": "upload", "head": "none", "inputs": ("a", "b"), "targets": ("b",)},
         {"F": 2, "U": 1}),
    ],
)  # fmt: skip
def test_settling_replaces_settings_that_the_data_do_not_allow(before, settled):
    """The data determine F. If there is no head, the targets determine U."""
    experiment = settle(Experiment().set(**before))
    assert {key: experiment.get(key) for key in settled} == settled
    if experiment.data.name != "upload":
        dataset = make_dataset(Experiment().set(**before))
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
def test_an_unknown_dataset_or_an_upload_without_a_file_raises_an_error(chosen, message):
    """A number outside its limits raises an error, too."""
    with pytest.raises(ExperimentError, match=message):
        make_dataset(Experiment().set(**chosen))


def test_the_worked_example_has_its_well_known_numbers():
    """Raw targets are 101 to 108 and 201 to 208. Scaled targets have mean 0 and deviation 1."""
    raw, scaled = make("worked_raw"), make("worked_scaled")
    assert raw.x.ravel().tolist() == [*range(1, 13)]
    assert raw.y.ravel().tolist() == [*range(101, 109), *range(201, 209)]
    assert not raw.has_validation
    assert raw.naive_mse.tolist() == [2500, 2500]  # The mean differs by 50 from each target.
    assert np.array_equal(scaled.x, raw.x)
    assert scaled.y.mean(axis=(0, 1)) == pytest.approx(0, abs=1e-6)
    assert scaled.y.std(axis=(0, 1)) == pytest.approx(1)
    assert scaled.raw(scaled.y, slice(None)) == pytest.approx(raw.y)


def test_each_country_of_gapminder_is_one_sample():
    """A sample has 11 years that have a next year, and 3 features. The seed draws the split."""
    dataset, other = make("gapminder"), make("gapminder", seed=1)
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
    # The target at a step is the input at the next step.
    assert np.array_equal(dataset.y[:, :-1, 0], dataset.x[:, 1:, 0])
    # In 12 years of the training countries, life expectancy has mean 0 and deviation 1.
    known = np.concatenate([dataset.x[: dataset.train, :, 0], dataset.y[: dataset.train, -1]], 1)
    assert (known.mean(), known.std()) == pytest.approx((0, 1), abs=1e-5)
    assert {*names[dataset.train :]} != {*others[other.train :]}
    assert "106 for training and 36 for validation" in " ".join(dataset.notes)


def test_the_weather_of_seattle_has_the_dates_and_values_of_its_file():
    """Timesteps are days, and the unit is °C."""
    dataset = make_dataset(suggested("seattle"))
    assert dataset.shape[1:] == (24, 4)
    assert dataset.sample_name(0) == "2012-01-01 to 2012-01-24"
    assert dataset.timestep_names[:2] == ("day 1", "day 2")
    assert dataset.target_unit == "°C"
    # The 25th of January 2012, the day after the first window.
    assert dataset.raw(dataset.y[0], 0)[-1] == pytest.approx([8.9], abs=1e-4)
    # Seven days after the 1st of January, the value is 10.0 °C.
    week = make_dataset(suggested("seattle").set(horizon=7))
    assert week.raw(week.y[0], 0)[0] == pytest.approx([10.0], abs=1e-4)
    three = make_dataset(suggested("seattle").set(test=15)).notes[-1]
    ends = {row for row in three.split() if row.startswith("20")}
    assert ends >= {"2014-12-01", "2014-12-02", "2015-05-13", "2015-05-14", "2015-12-31"}


def test_the_growth_in_the_macro_data_is_in_percent_per_year():
    """Growth is 400 times the change of the logarithm. Default inputs are changes, not levels."""
    table = DATASETS["macro"].table()
    assert (table.times[0], len(table.frame)) == ("1959 Q2", 202)  # 1959 Q1 has no change.
    assert table.frame["gdp_growth"][0] == pytest.approx(400 * np.log(2778.801 / 2710.349))
    assert not table.frame.isna().to_numpy().any()
    usual = make("macro")
    assert "unemployment_change" in usual.feature_names
    assert "unemployment" not in usual.feature_names
    assert usual.target_names == ("inflation",)
    assert make("macro", targets=("unemployment",)).target_unit == "%"
