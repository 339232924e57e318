"""An experiment, its limits, and its URL form."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.experiment import SETTINGS, Experiment, ExperimentError, read_query, to_query

CELLS = ", ".join(SETTINGS["cell"].options)


def values(setting):
    """Return a strategy for the allowed values of a setting."""
    if setting.limit is not None:
        low, high = setting.limit.minimum, setting.limit.maximum
        return (
            st.integers(int(low), int(high))
            if isinstance(setting.default, int)
            else st.floats(low, high)
        )
    if setting.options is not None:
        return st.sampled_from(list(setting.options))
    if isinstance(setting.default, tuple):
        return st.lists(st.text(min_size=1), max_size=4).map(tuple)
    return st.sampled_from(["running_mean", "echo", "upload"])


EXPERIMENTS = st.fixed_dictionaries(
    {}, optional={key: values(s) for key, s in SETTINGS.items()}
).map(lambda chosen: Experiment().set(**chosen))


@settings(derandomize=True, deadline=None)
@given(EXPERIMENTS)
def test_an_experiment_survives_its_url_form(experiment):
    """A shared link opens the same experiment."""
    experiment.validate()
    assert read_query(to_query(experiment)) == (experiment, [])


@settings(derandomize=True, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from([*SETTINGS, "run", "color"]), st.text() | st.lists(st.text(), max_size=3)
    )
)
def test_any_address_gives_an_allowed_experiment(query):
    """Invalid values in an address are dropped or limited. The experiment can be run."""
    read_query(query)[0].validate()


def test_each_corrected_value_of_a_link_is_reported():
    """Each value out of range and each unknown choice has a sentence. Valid values have none."""
    query = {"epochs": "20000", "cell": "transformer", "U": "7", "T": "9.5", "lr": "2"}
    experiment, corrections = read_query(query, Experiment())
    assert experiment == Experiment().set(U=7, T=9, epochs=5000, lr=1.0)
    facts = (
        "epochs=20000 .* 1 to 5,000. epochs = 5,000 ",
        f"cell=transformer .* {CELLS}. cell = lstm ",
        "T=9.5 .* 2 to 512. T = 9 ",
        "lr=2 .* 0.00001 to 1. lr = 1 ",
    )
    for fact, correction in zip(facts, corrections, strict=True):
        assert re.search(fact, correction)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("T", 513, "timesteps must be a whole number from 2 to 512, got 513"),
        ("U", 2.5, r"units must be a whole number from 1 to 128, got 2\.5"),
        ("epochs", True, "epochs must be a whole number from 1 to 5,000, got True"),
        ("lr", "0.1", "learning_rate must be a number from 0.00001 to 1, got '0.1'"),
        ("lr", float("nan"), "learning_rate must be a number from 0.00001 to 1, got nan"),
        ("cell", "rnn", f"cell must be one of {CELLS}, got"),
        ("cell", ["lstm"], r"cell must be one of .* got \['lstm'\]"),
    ],
)
def test_an_error_has_the_limit_and_the_value_received(key, value, message):
    """`validate` raises the error for a value out of range, of a wrong type, or unknown."""
    with pytest.raises(ExperimentError, match=message):
        Experiment().set(**{key: value}).validate()


def test_set_raises_an_error_for_an_unknown_key():
    """A misspelled setting raises an error."""
    with pytest.raises(ExperimentError, match="received 'units'"):
        Experiment().set(units=3)
