"""The leak check finds planted leaks, and reports none in clean data."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from lib.data import DATASETS, find_leaks, make_dataset, suggested
from tests.unit.own_data import load, windows_of_load, windows_of_stores
from tests.unit.pictures import a_dataset

TARGETS, ROWS = "Targets among the inputs", "Rows in two parts"
SAMPLES = "Samples in two parts"
SCALING, SERIES = "Scaling with all rows", "Series and dates in two parts"


def finding(dataset, about):
    """Return the finding of the check with this name."""
    [one] = [each for each in find_leaks(dataset) if each.about == about]
    return one


@pytest.mark.parametrize("name", [name for name in DATASETS if name != "upload"])
def test_bundled_data_have_no_leak(name):
    """The worked examples are too small to check."""
    findings = find_leaks(make_dataset(suggested(name)))
    assert not [each for each in findings if each.clean is False]
    assert any(each.clean for each in findings) != name.startswith("worked")


def test_a_rescaled_copy_of_the_target_among_the_inputs_is_found():
    """The column may have any name, offset and scale."""
    frame = load(4)
    planted = {"forecast": 32 + 1.8 * frame["load"].shift(-1).ffill()}
    dataset = windows_of_load(more=planted, inputs=("load", "forecast"), weeks=4)
    leak = finding(dataset, TARGETS)
    assert leak.clean is False
    assert "the input forecast equals the target load, one hour ahead" in leak.sentence
    assert "at all 24 timesteps" in leak.sentence
    assert "the input load" not in leak.sentence


@pytest.mark.parametrize("form", ["value", "change"])
@pytest.mark.parametrize(
    "planted",
    [
        lambda _, following: following,
        lambda now, following: following - now,
        lambda _, following: following.round(),
        lambda _, following: following * (1 + np.sin(99 * following) / 1000),
        lambda now, _: now.rolling(5, center=True, min_periods=1).mean(),
    ],
)
def test_a_column_that_reveals_the_next_value_is_found_for_both_forms_of_targets(planted, form):
    """The column has the next value, its change, or the value rounded, disturbed or averaged."""
    walk = np.random.default_rng(0).normal(size=672).cumsum()
    now = pd.Series(walk)
    columns = {"load": walk, "planted": planted(now, now.shift(-1).ffill()).to_numpy()}
    dataset = windows_of_load(8, more=columns, inputs=tuple(columns), weeks=4, form=form)
    leak = finding(dataset, TARGETS)
    assert leak.clean is False
    assert " planted " in leak.sentence
    assert " load reveals" not in leak.sentence


@pytest.mark.parametrize("horizon", [1, 3, 24])
def test_inputs_that_depend_on_the_targets_past_are_no_leak(horizon):
    """Averages, lagged copies, similar series, seasons and row numbers are no leaks."""
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
        assert finding(dataset, TARGETS).clean
    assert "0.95 beyond what the target's past" in finding(dataset, TARGETS).sentence


def test_a_targets_own_past_is_no_leak_even_if_a_season_repeats_it():
    """A daily wave as its own input, a day ahead, is no leak. A copy of the wave is a leak."""
    wave = np.sin(np.arange(672) * 2 * np.pi / 24)
    dataset = windows_of_load(more={"load": wave, "copy": wave}, weeks=4, horizon=24)
    assert finding(dataset, TARGETS).clean
    both = {"load": wave, "copy": wave}
    copied = windows_of_load(more=both, inputs=("copy",), weeks=4, horizon=24)
    assert finding(copied, TARGETS).clean is False


def test_with_horizon_0_the_target_among_the_inputs_is_a_leak():
    """Other inputs are no leaks. Too few samples can't be checked."""
    other = {"temp": np.random.default_rng(0).normal(size=672)}
    assert finding(windows_of_load(horizon=0, weeks=4), TARGETS).clean is False
    dataset = windows_of_load(more=other, inputs=("temp",), horizon=0, weeks=4)
    assert finding(dataset, TARGETS).clean
    assert finding(a_dataset(n=2, t=4, train=1), TARGETS).clean is None


def test_rows_of_two_parts_are_counted():
    """A validation window moved 10 rows back overlaps the training rows."""
    dataset = windows_of_load(timesteps=5)
    assert finding(dataset, ROWS).clean
    assert f"{dataset.origin.training.sum():,} training and" in finding(dataset, ROWS).sentence
    starts = dataset.origin.starts.copy()
    starts[dataset.train] -= 10
    planted = replace(dataset, origin=replace(dataset.origin, starts=starts))
    leak = finding(planted, ROWS)
    assert (leak.clean, leak.sentence.split()[0]) == (False, "6")


def test_scaling_with_rows_outside_training_is_found():
    """Our own scaling is clean: overall, by series, for changes, and with a split by series."""
    for settings in ({}, {"scale": "id"}, {"form": "change"}, {"split": "id"}):
        dataset = windows_of_stores(**settings)
        assert finding(dataset, SCALING).clean
    rows = f"(1 input, {dataset.origin.training.sum()} of 600 rows)"
    assert rows in finding(dataset, SCALING).sentence
    dataset = windows_of_load()
    inputs = dataset.origin.inputs.astype(np.float64)
    scaled = ((inputs - inputs.mean(0)) / inputs.std(0)).astype(np.float32)
    planted = replace(dataset, origin=replace(dataset.origin, inputs=scaled))
    assert finding(planted, SCALING).clean is False


def test_shuffled_windows_of_one_series_are_found_in_both_parts():
    """Uploaded arrays have no rows, so samples are compared, also shifted by one step."""
    rng = np.random.default_rng(0)
    series = rng.normal(size=60).astype(np.float32)
    x = np.stack([series[k : k + 8] for k in range(50)])[..., None]
    parts = {"f": 1, "t": 8, "n": 50, "train": 40}
    shuffled = a_dataset(**parts, x=x[rng.permutation(50)])
    leak = finding(shuffled, SAMPLES)
    assert leak.clean is False
    assert "of the 10 validation samples also occur in the training part" in leak.sentence
    assert finding(a_dataset(**parts, x=rng.normal(size=x.shape).astype("float32")), SAMPLES).clean
    twice = np.concatenate([x[:40], x[:10]])
    assert finding(a_dataset(**parts, x=twice), SAMPLES).sentence.startswith("10 of the 10")
