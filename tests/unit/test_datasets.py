"""The registry of datasets, what `settle` does to an experiment, and the worked examples."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.data.datasets import (
    DATASETS,
    FIRST,
    example_of_upload,
    idle,
    make_dataset,
    settle,
)
from lib.data.datasets.spec import GROUPS
from lib.data.datasets.synthetic import TASKS
from lib.experiment.experiment import (
    MAX_VALUES,
    SETTINGS,
    Experiment,
    ExperimentError,
    read_query,
    to_query,
    validate,
)

BUNDLED = [name for name in DATASETS if name != "upload"]
OPTIONAL = {"N", "noise", "lag", *DATASETS["upload"].uses}


def suggested(name):
    """The experiment that a person gets by picking a dataset."""
    return Experiment().set(data=name, **DATASETS[name].suggested)


def value_of(setting):
    """A strategy for all that a setting allows."""
    if setting.options is not None:
        return st.sampled_from(list(setting.options))
    if setting.limit is None:
        return st.just(setting.default)
    low, high = setting.limit.minimum, setting.limit.maximum
    if isinstance(setting.default, int):
        return st.integers(int(low), int(high))
    return st.floats(low, high)


EXPERIMENTS = st.builds(
    lambda name, values: Experiment().set(data=name, **values),
    st.sampled_from(list(DATASETS)),
    st.fixed_dictionaries({key: value_of(s) for key, s in SETTINGS.items() if key != "data"}),
)


@pytest.mark.parametrize("name", DATASETS)
def test_a_spec_speaks_of_settings_that_exist_and_are_allowed(name):
    """A typing error in a key, or a value out of range, would only show in a browser."""
    spec = DATASETS[name]
    assert spec.name == name
    assert spec.about.endswith(".")
    assert spec.uses <= OPTIONAL
    for key, value in {**spec.fixed, **spec.suggested, **spec.at_least}.items():
        SETTINGS[key].check(value)


@pytest.mark.parametrize("name", DATASETS)
def test_every_fixed_setting_says_why(name):
    """A disabled control shows that sentence; without it the control is a riddle."""
    spec = DATASETS[name]
    assert set(spec.fixed) <= set(spec.why)
    assert all(why.endswith(".") for why in spec.why.values())


def test_the_default_experiment_has_a_dataset():
    """The app opens on it."""
    assert Experiment().data.name in DATASETS


@pytest.mark.parametrize("name", BUNDLED)
def test_the_suggested_settings_make_a_dataset_of_the_shape_they_say(name):
    """Arrays are float32, finite, and (N, T, F) and (N, T, K) with the settled T and F."""
    experiment = settle(suggested(name))
    dataset = make_dataset(experiment)
    _, t, f = dataset.shape
    assert (t, f) == (experiment.data.timesteps, experiment.data.features)
    assert dataset.name == name
    assert dataset.x.dtype == dataset.y.dtype == dataset.naive.dtype == np.float32
    assert np.isfinite(dataset.x).all()
    assert np.isfinite(dataset.y).all()
    if dataset.best_mse is not None:
        assert dataset.best_mse.shape == (t,)
        assert dataset.best_why.endswith(".")


@pytest.mark.parametrize("name", BUNDLED)
def test_the_suggested_settings_survive_a_link(name):
    """What the URL says is what was settled, to the last setting."""
    experiment = settle(suggested(name))
    assert read_query(to_query(experiment)) == (experiment, [])


@pytest.mark.parametrize("name", BUNDLED)
def test_the_same_experiment_makes_the_same_arrays(name):
    """A link shows the same data to everybody."""
    first, second = make_dataset(suggested(name)), make_dataset(suggested(name))
    assert np.array_equal(first.x, second.x)
    assert np.array_equal(first.y, second.y)


@settings(derandomize=True, deadline=None)
@given(EXPERIMENTS)
def test_settling_keeps_an_allowed_experiment_allowed_and_is_done_after_once(experiment):
    """Any experiment then passes `validate`, and settling it again changes nothing."""
    settled = settle(experiment)
    validate(settled)
    assert settle(settled) == settled
    spec = DATASETS[experiment.data.name]
    assert all(settled.get(key) == value for key, value in spec.fixed.items())


@settings(derandomize=True, deadline=None, max_examples=30)
@given(EXPERIMENTS.filter(lambda experiment: experiment.data.name in TASKS))
def test_any_synthetic_task_fits_into_memory_and_has_the_settled_shape(experiment):
    """Even the largest N, T and F together stay within MAX_VALUES."""
    settled = settle(experiment)
    dataset = make_dataset(experiment)
    data = settled.data
    assert dataset.shape == (data.samples, data.timesteps, data.features)
    assert dataset.x.size <= MAX_VALUES
    assert dataset.train == data.samples * 3 // 4


def test_a_lag_is_brought_below_the_number_of_timesteps():
    """With 5 timesteps the longest echo is 4 steps old."""
    assert settle(Experiment().set(data="echo", T=5, lag=50)).data.lag == 4


def test_what_the_data_do_not_use_has_its_default():
    """Whatever it was before, so that two experiments that are the same are equal."""
    assert settle(Experiment().set(data="sine", T=5, lag=50)).data.lag == Experiment().data.lag
    assert settle(Experiment().set(data="macro", noise=0.5, N=64)) == settle(
        Experiment().set(data="macro")
    )


def test_patience_counts_only_where_a_mode_may_stop():
    """And the best epoch can't be found where no samples are kept from training."""
    usual = Experiment()
    assert settle(usual.set(keep="best", patience=3)) == settle(usual.set(keep="best"))
    assert settle(usual.set(keep="stop", patience=3)).training.patience == 3
    worked = usual.set(data="worked_scaled", keep="stop", patience=3)
    assert settle(worked) == settle(usual.set(data="worked_scaled"))
    assert "keep" in idle(worked)


def test_what_changes_nothing_is_known():
    """By what the data use, by what they dictate, and by the head."""
    sine = Experiment().set(data="sine")
    assert idle(sine) == {"lag", *DATASETS["upload"].uses}
    assert idle(sine.set(head="none")) == idle(sine) | {"U"}
    assert {"N", "noise", "F"} < idle(Experiment().set(data="seattle"))
    assert {"T", "F", "head"} < idle(Experiment().set(data="worked_scaled", head="none"))
    assert "U" not in idle(Experiment().set(data="worked_scaled", head="none"))


def test_it_begins_where_the_modes_differ_and_then_where_that_reverses():
    """The order in which data are offered is by kind; each says in a line what it shows."""
    assert FIRST == "parity"
    assert list(DATASETS)[1] == "adding"
    assert sorted(DATASETS.values(), key=lambda spec: list(GROUPS).index(spec.group)) == list(
        DATASETS.values()
    )
    assert {spec.group for spec in DATASETS.values()} == set(GROUPS)


@pytest.mark.parametrize("name", list(DATASETS))
def test_what_stands_in_a_list_and_below_a_control_is_short(name):
    """So that it takes one line in the sidebar."""
    spec = DATASETS[name]
    assert len(spec.shows.split()) <= 12
    assert all(len(line) <= 40 for line in (spec.shows, *spec.why.values()))


@pytest.mark.parametrize(("T", "horizon"), [(2, 1), (100, 365)])
def test_another_table_stands_in_for_one_that_is_not_there(T, horizon):
    """Cut as the person's own will be, whose columns it hasn't."""
    asked = Experiment().set(data="upload", T=T, horizon=horizon, inputs=("mine",), U=7)
    example = example_of_upload(asked)
    assert make_dataset(example).shape[1:] == (T, 4)
    assert (example.data.horizon, example.model) == (horizon, asked.model)


def test_the_adding_problem_gets_a_second_feature_for_its_marks():
    """F = 1 becomes 2, and more stays."""
    assert settle(Experiment().set(data="adding", F=1)).data.features == 2
    assert settle(Experiment().set(data="adding", F=5)).data.features == 5


@pytest.mark.parametrize(("name", "width"), [("running_mean", 1), ("worked_raw", 4), ("macro", 1)])
def test_without_a_head_the_units_are_the_targets(name, width):
    """The recurrent layer's output is the prediction, so U = K."""
    assert settle(Experiment().set(data=name, head="none", U=50)).model.units == width


def test_without_a_head_two_target_columns_make_two_units():
    """K follows from the columns that the person chose."""
    experiment = Experiment().set(data="seattle", head="none", targets=("temp_max", "wind"))
    assert settle(experiment).model.units == 2
    assert make_dataset(experiment).targets == 2


def test_the_features_of_a_table_are_its_inputs():
    """F = 9 gives way to the one input column that was chosen."""
    experiment = Experiment().set(data="seattle", F=9, inputs=("wind",))
    assert settle(experiment).data.features == 1
    dataset = make_dataset(experiment)
    assert (dataset.feature_names, dataset.target_names) == (("wind",), ("temp_max",))


def test_data_that_is_no_table_has_no_columns():
    """Columns that a link names are of another dataset: F stays what the person set."""
    experiment = Experiment().set(F=2, inputs=("wind",))
    assert settle(experiment).data.features == make_dataset(experiment).shape[2] == 2


def test_columns_of_a_table_that_is_not_there_yet_count_as_features():
    """A link to somebody's upload names them."""
    experiment = Experiment().set(data="upload", head="none", inputs=("a", "b"), targets=("b",))
    settled = settle(experiment)
    assert (settled.data.features, settled.model.units) == (2, 1)


def test_an_unknown_dataset_is_refused_with_the_known_ones():
    """The name comes from the URL, where anything may stand."""
    for function in (settle, make_dataset):
        with pytest.raises(ExperimentError, match=r"running_mean.*got 'mnist'"):
            function(Experiment().set(data="mnist"))


def test_a_setting_out_of_range_is_refused():
    """One timestep would have no order to learn from."""
    with pytest.raises(ExperimentError, match="timesteps must be 2 to 512, got 1"):
        make_dataset(Experiment().set(T=1))


def test_an_upload_without_a_table_is_refused():
    """A link to somebody's upload can't bring the file along."""
    with pytest.raises(ExperimentError, match="none is there yet"):
        make_dataset(Experiment().set(data="upload"))


@pytest.mark.parametrize("module", ["lib.data.datasets", "lib.data.uploads"])
def test_data_can_be_read_without_tensorflow_and_plotly(module):
    """The page process must stay without Keras, and without Plotly until there is a chart."""
    code = (
        f"import {module}, sys; assert not {{'keras', 'tensorflow', 'plotly'}} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_worked_example_is_the_one_that_people_ask_about():
    """Number for number, (2, 2, 3) → (2, 2, 4); the last step is the other example's target."""
    dataset = make_dataset(Experiment().set(data="worked_raw"))
    assert dataset.x.tolist() == [[[1, 2, 3], [4, 5, 6]], [[7, 8, 9], [10, 11, 12]]]
    assert dataset.y.tolist() == [
        [[101, 102, 103, 104], [105, 106, 107, 108]],
        [[201, 202, 203, 204], [205, 206, 207, 208]],
    ]
    assert dataset.y[:, -1].tolist() == [[105, 106, 107, 108], [205, 206, 207, 208]]
    assert not dataset.has_validation


def test_guessing_the_mean_of_the_raw_worked_example_misses_by_50():
    """Its targets are more than 100 from any output: see test_best.py."""
    dataset = make_dataset(Experiment().set(data="worked_raw"))
    assert dataset.naive_mse.tolist() == [2500, 2500]


def test_the_scaled_worked_example_goes_back_to_the_raw_targets():
    """Mean 0 and deviation 1 for the model, 101 to 208 for the person."""
    raw = make_dataset(Experiment().set(data="worked_raw"))
    scaled = make_dataset(Experiment().set(data="worked_scaled"))
    assert np.array_equal(scaled.x, raw.x)
    assert scaled.y.mean(axis=(0, 1)) == pytest.approx(0, abs=1e-6)
    assert scaled.y.std(axis=(0, 1)) == pytest.approx(1)
    assert scaled.raw(scaled.y, slice(None)) == pytest.approx(raw.y)


def names_of(dataset):
    """What the samples are called, without their parts."""
    return [dataset.sample_name(i).partition(" (")[0] for i in range(len(dataset.x))]


def test_gapminder_is_a_panel_of_countries_without_a_window():
    """142 countries, 11 years that have a next one, 3 features."""
    dataset = make_dataset(Experiment().set(data="gapminder"))
    assert dataset.shape == (142, 11, 3)
    assert dataset.timestep_names[0] == "1952"
    assert dataset.timestep_names[-1] == "2002"
    assert dataset.target_labels == ("life expectancy, one five-year step ahead",)
    norway = names_of(dataset).index("Norway")
    assert dataset.raw(dataset.y[norway], norway)[-1] == pytest.approx(
        [80.196], abs=1e-3
    )  # in 2007
    assert "CC BY 4.0" in dataset.source


def test_gapminder_targets_are_the_next_life_expectancy():
    """The target at one step is the input at the next."""
    dataset = make_dataset(Experiment().set(data="gapminder"))
    assert np.array_equal(dataset.y[:, :-1, 0], dataset.x[:, 1:, 0])


def test_gapminder_countries_are_scaled_by_the_training_countries_alone():
    """Over them and their 12 years, life expectancy has mean 0 and deviation 1."""
    dataset = make_dataset(Experiment().set(data="gapminder"))
    assert len(set(names_of(dataset))) == 142
    known = np.concatenate([dataset.x[: dataset.train, :, 0], dataset.y[: dataset.train, -1]], 1)
    assert known.mean() == pytest.approx(0, abs=1e-5)
    assert known.std() == pytest.approx(1, abs=1e-5)


def test_another_seed_draws_other_countries_for_validation():
    """A lucky split can be told by trying another seed."""
    one, other = (make_dataset(Experiment().set(data="gapminder", seed=s)) for s in (0, 1))
    assert set(names_of(one)[one.train :]) != set(names_of(other)[other.train :])


def test_seattle_speaks_of_days_and_degrees():
    """Names, unit and the first target can be checked against the file."""
    dataset = make_dataset(suggested("seattle"))
    assert dataset.shape[1:] == (24, 4)
    assert dataset.sample_name(0) == "2012-01-01 to 2012-01-24"
    assert dataset.timestep_names[:2] == ("day 1", "day 2")
    assert dataset.target_unit == "°C"
    # The 25th of January 2012, the day after the first window.
    assert dataset.raw(dataset.y[0], 0)[-1] == pytest.approx([8.9], abs=1e-4)


def test_a_horizon_looks_further_ahead():
    """Seven days after the 1st of January 2012 it had 10.0 °C."""
    dataset = make_dataset(suggested("seattle").set(horizon=7))
    assert dataset.raw(dataset.y[0], 0)[0] == pytest.approx([10.0], abs=1e-4)


def test_macro_grows_in_percent_a_year():
    """Growth is 400 times the logarithm's change; the first quarter, which has none, is out."""
    table = DATASETS["macro"].table()
    assert table.times[0] == "1959 Q2"
    assert len(table.frame) == 202
    grown = 400 * np.log(2778.801 / 2710.349)
    assert table.frame["gdp_growth"][0] == pytest.approx(grown)
    assert not table.frame.isna().to_numpy().any()


def test_macro_starts_from_the_steady_columns_and_offers_the_levels_too():
    """A person can still pick unemployment itself."""
    usual = make_dataset(Experiment().set(data="macro"))
    assert "unemployment_change" in usual.feature_names
    assert "unemployment" not in usual.feature_names
    assert usual.target_names == ("inflation",)
    assert (
        make_dataset(Experiment().set(data="macro", targets=("unemployment",))).target_unit == "%"
    )
