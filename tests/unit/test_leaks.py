"""The leak checks find planted leaks, and report none in data without leaks."""

from dataclasses import replace

import numpy as np
import pytest

from lib.data import DATASETS, find_leaks, make_dataset, suggested
from tests.unit.own_data import load, windows_of_load
from tests.unit.pictures import a_dataset

TARGETS, ROWS = "Targets among the inputs", "Rows in two parts"
SAMPLES = "Samples in two parts"


def finding(dataset, about):
    """Return the finding of one check."""
    [found] = [each for each in find_leaks(dataset) if each.about == about]
    return found


@pytest.mark.parametrize("name", [name for name in DATASETS if name != "upload"])
def test_no_leak_is_found_in_the_bundled_datasets(name):
    """The worked examples are too small to check."""
    findings = find_leaks(make_dataset(suggested(name)))
    assert not [each for each in findings if each.clean is False]
    assert any(each.clean for each in findings) != name.startswith("worked")


def test_an_input_that_equals_the_target_is_found():
    """The input may have any name and any scale."""
    frame = load(4)
    planted = {"forecast": 32 + 1.8 * frame["load"].shift(-1).ffill()}
    dataset = windows_of_load(more=planted, inputs=("load", "forecast"), weeks=4)
    result = finding(dataset, TARGETS)
    assert result.clean is False
    assert "the input forecast equals the target load, one hour ahead" in result.sentence
    assert "at all 24 timesteps" in result.sentence
    assert "the input load" not in result.sentence


def test_a_seasonal_target_is_no_leak_if_its_past_predicts_it():
    """A daily wave equals itself a day ahead; another column with the wave counts as a leak."""
    wave = np.sin(np.arange(672) * 2 * np.pi / 24)
    dataset = windows_of_load(more={"load": wave, "copy": wave}, weeks=4, horizon=24)
    assert finding(dataset, TARGETS).clean
    both = {"load": wave, "copy": wave}
    copied = windows_of_load(more=both, inputs=("copy",), weeks=4, horizon=24)
    assert finding(copied, TARGETS).clean is False


def test_the_target_as_an_input_is_a_leak_0_steps_ahead():
    """Another input isn't a leak; too few timesteps can't be checked."""
    other = {"temp": np.random.default_rng(0).normal(size=672)}
    assert finding(windows_of_load(horizon=0, weeks=4), TARGETS).clean is False
    without = windows_of_load(more=other, inputs=("temp",), horizon=0, weeks=4)
    assert finding(without, TARGETS).clean
    assert finding(a_dataset(n=2, t=4, train=1), TARGETS).clean is None


def test_rows_in_two_splits_are_counted():
    """A validation window moved 10 rows back overlaps the training rows."""
    dataset = windows_of_load(timesteps=5)
    assert finding(dataset, ROWS).clean
    assert f"{dataset.origin.training.sum():,} training and" in finding(dataset, ROWS).sentence
    starts = dataset.origin.starts.copy()
    starts[dataset.train] -= 10
    planted = replace(dataset, origin=replace(dataset.origin, starts=starts))
    result = finding(planted, ROWS)
    assert (result.clean, result.sentence.split()[0]) == (False, "6")


def test_validation_samples_that_occur_in_training_are_found():
    """Ten of the training samples are copied."""
    rng, parts = np.random.default_rng(0), {"f": 1, "t": 8, "n": 50, "train": 40}
    x = rng.normal(size=(50, 8, 1)).astype("float32")
    assert finding(a_dataset(**parts, x=x), SAMPLES).clean
    twice = finding(a_dataset(**parts, x=np.concatenate([x[:40], x[:10]])), SAMPLES)
    assert twice.clean is False
    assert twice.sentence.startswith("10 of the 10 validation samples also occur in the training")
