"""The leak check finds planted leaks, and reports "none" where there are none."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from lib.data import DATASETS, find_leaks, make_dataset, suggested
from tests.unit.own_data import load, windows_of_load, windows_of_stores
from tests.unit.pictures import a_dataset

ANSWERS, ROWS = "Targets among the inputs", "Rows in two parts"
SAMPLES = "Samples in two parts"
SCALING, SERIES = "Scaling with all rows", "Series and dates in two parts"


def finding(dataset, about):
    """Return the finding of one check."""
    [one] = [each for each in find_leaks(dataset) if each.about == about]
    return one


@pytest.mark.parametrize("name", [name for name in DATASETS if name != "upload"])
def test_nothing_leaks_in_the_data_that_are_here(name):
    """No bundled data leak; the worked examples are too small to check."""
    findings = find_leaks(make_dataset(suggested(name)))
    assert not [each for each in findings if each.clean is False]
    assert any(each.clean for each in findings) != name.startswith("worked")


def test_a_column_that_knows_the_target_is_found_whatever_it_is_called_and_scaled_by():
    """An input equal to a scaled target is a leak."""
    frame = load(4)
    planted = {"forecast": 32 + 1.8 * frame["load"].shift(-1).ffill()}
    dataset = windows_of_load(more=planted, inputs=("load", "forecast"), weeks=4)
    found = finding(dataset, ANSWERS)
    assert found.clean is False
    assert "the input forecast equals the target load, one hour ahead" in found.sentence
    assert "at all 24 timesteps" in found.sentence
    assert "the input load" not in found.sentence


@pytest.mark.parametrize("form", ["value", "change"])
@pytest.mark.parametrize(
    "planted",
    [
        lambda _, then: then,
        lambda now, then: then - now,
        lambda _, then: then.round(),
        lambda _, then: then * (1 + np.sin(99 * then) / 1000),
        lambda now, _: now.rolling(5, center=True, min_periods=1).mean(),
    ],
)
def test_what_tells_the_change_is_found_in_both_forms(planted, form):
    """The next value is found as itself, as a change, rounded, noisy and averaged."""
    walk = np.random.default_rng(0).normal(size=672).cumsum()
    now = pd.Series(walk)
    columns = {"load": walk, "planted": planted(now, now.shift(-1).ffill()).to_numpy()}
    dataset = windows_of_load(8, more=columns, inputs=tuple(columns), weeks=4, form=form)
    found = finding(dataset, ANSWERS)
    assert found.clean is False
    assert " planted " in found.sentence
    assert " load reveals" not in found.sentence


@pytest.mark.parametrize("horizon", [1, 3, 24])
def test_seasons_slow_series_and_what_is_past_tell_nothing(horizon):
    """Inputs that correlate with the target through its past are no leak."""
    rng, t = np.random.default_rng(1), np.arange(672)
    slow = pd.Series(rng.normal(size=672).cumsum()).ewm(span=20).mean()
    wave = np.sin(t * 2 * np.pi / 24)
    for target in (slow.to_numpy(), wave, 10 * wave + rng.normal(size=672), slow + 10 * wave):
        past = pd.Series(target)
        columns = {
            "load": target,
            "mean": past.rolling(7, min_periods=1).mean(),
            "yesterday": past.shift(24).bfill(),
            "twin": target + rng.normal(size=672) / 100,
            "hour": np.cos(t * 2 * np.pi / 24),
            "number": t,
        }
        dataset = windows_of_load(more=columns, inputs=tuple(columns), weeks=4, horizon=horizon)
        assert finding(dataset, ANSWERS).clean
    assert "0.95 beyond what the target's past" in finding(dataset, ANSWERS).sentence


def test_a_targets_own_past_is_no_leak_where_a_season_repeats_it():
    """A daily wave predicts itself a day ahead without a leak; a copy is one."""
    wave = np.sin(np.arange(672) * 2 * np.pi / 24)
    dataset = windows_of_load(more={"load": wave, "copy": wave}, weeks=4, horizon=24)
    assert finding(dataset, ANSWERS).clean
    both = {"load": wave, "copy": wave}
    copied = windows_of_load(more=both, inputs=("copy",), weeks=4, horizon=24)
    assert finding(copied, ANSWERS).clean is False


def test_horizon_0_with_the_target_among_the_inputs_is_copying():
    """At horizon 0, the target as an input is a leak, and other inputs aren't."""
    other = {"temp": np.random.default_rng(0).normal(size=672)}
    assert finding(windows_of_load(horizon=0, weeks=4), ANSWERS).clean is False
    apart = windows_of_load(more=other, inputs=("temp",), horizon=0, weeks=4)
    assert finding(apart, ANSWERS).clean
    assert finding(a_dataset(n=2, t=4, train=1), ANSWERS).clean is None


def test_rows_of_two_parts_are_counted():
    """A validation window moved 10 rows back overlaps the training rows."""
    dataset = windows_of_load(timesteps=5)
    assert finding(dataset, ROWS).clean
    assert f"{dataset.origin.training.sum():,} training and" in finding(dataset, ROWS).sentence
    starts = dataset.origin.starts.copy()
    starts[dataset.train] -= 10
    planted = replace(dataset, origin=replace(dataset.origin, starts=starts))
    found = finding(planted, ROWS)
    assert (found.clean, found.sentence.split()[0]) == (False, "6")


def test_scaling_that_knows_more_than_the_training_rows_is_found():
    """Scaling with all rows is found, overall, by series and for changes."""
    for settings in ({}, {"scale": "id"}, {"form": "change"}, {"split": "id"}):
        dataset = windows_of_stores(**settings)
        assert finding(dataset, SCALING).clean
    rows = f"(1 input, {dataset.origin.training.sum()} of 600 rows)"
    assert rows in finding(dataset, SCALING).sentence
    dataset = windows_of_load()
    inputs = dataset.origin.inputs.astype(np.float64)
    whole = ((inputs - inputs.mean(0)) / inputs.std(0)).astype(np.float32)
    planted = replace(dataset, origin=replace(dataset.origin, inputs=whole))
    assert finding(planted, SCALING).clean is False


def test_samples_without_rows_are_compared_as_they_are_and_one_step_on():
    """Shuffled windows of one series are found in both splits."""
    rng = np.random.default_rng(0)
    series = rng.normal(size=60).astype(np.float32)
    x = np.stack([series[k : k + 8] for k in range(50)])[..., None]
    parts = {"f": 1, "t": 8, "n": 50, "train": 40}
    shuffled = a_dataset(**parts, x=x[rng.permutation(50)])
    found = finding(shuffled, SAMPLES)
    assert found.clean is False
    assert "of the 10 validation samples also occur in the training part" in found.sentence
    assert finding(a_dataset(**parts, x=rng.normal(size=x.shape).astype("float32")), SAMPLES).clean
    twice = np.concatenate([x[:40], x[:10]])
    assert finding(a_dataset(**parts, x=twice), SAMPLES).sentence.startswith("10 of the 10")
