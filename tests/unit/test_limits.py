"""Limits: an error says what was expected and what was received."""

import numpy as np
import pytest

from lib.experiment import LIMITS, MAX_PARAMETERS, Experiment, ExperimentError
from lib.recurrence import initial_model_weights
from lib.shapes.output import rnn_parameter_count
from lib.training import limits
from tests.unit.fakes import fake_dataset, make_experiment

BIG = {"U": 128, "layers": 3, "batch": 512}
"""A large stack that trains on large batches."""


@pytest.mark.parametrize(
    ("settings", "data", "words"),
    [
        ({}, {"n": 10_003, "t": 100, "f": 2}, r"x can have at most 2,000,000 .* = 2,000,600"),
        ({}, {"n": 10_003, "t": 100, "f": 1, "k": 2}, r"y can have .*10,003·100·2 = 2,000,600"),
        ({"U": 128, "layers": 3}, {"f": 1000}, r"at most 400,000 parameters, got 8\d\d,\d\d\d"),
        ({"U": 129}, {}, "units .* 1 to 128, got 129"),
        ({"head": "none", "U": 2}, {"k": 3}, "expected 3 units, one per target, got 2"),
        ({"keep": "best"}, {"n": 8, "train": 8}, "keep must be 'last' if .*, got 'best'"),
        ({"keep": "stop"}, {"n": 8, "train": 8}, "keep must be 'last' if .*, got 'stop'"),
    ],
)
def test_settings_or_data_beyond_a_limit_raise_an_error(settings, data, words):
    """The worker checks all limits: runs of scripts don't pass the page's checks."""
    with pytest.raises(ExperimentError, match=words):
        limits.check_trainable(make_experiment(**settings), fake_dataset(**data))


@pytest.mark.parametrize(
    ("settings", "data"),
    [
        ({}, {}),
        ({"head": "none", "U": 3}, {"k": 3}),
        ({"keep": "best"}, {"n": 8, "train": 7}),
        ({"cell": "simple_rnn", **BIG}, {"n": 250, "t": 100, "train": 200}),  # one batch of 200
    ],
)
def test_settings_and_data_within_the_limits_pass(settings, data):
    """Settings and data raise no error if they can be trained, also exactly at a limit."""
    limits.check_trainable(make_experiment(**settings), fake_dataset(**data))


@pytest.mark.parametrize(("cell", "most"), [("lstm", 66), ("simple_rnn", 208)])
def test_an_error_names_the_largest_possible_batch_size(cell, most):
    """An LSTM's batch is limited by its multiplications, and a SimpleRNN's by its states."""
    dataset = fake_dataset(n=600, t=100, train=512)
    large = make_experiment(cell=cell, **BIG)
    for batch in (512, most + 1):
        with pytest.raises(ExperimentError, match=f"a batch size of at most {most}"):
            limits.check_trainable(large.set(batch=batch), dataset)
    limits.check_trainable(large.set(batch=most), dataset)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_nan_or_infinite_data_raise_an_error(bad):
    """The error has the number of such values."""
    dataset = fake_dataset()
    x = dataset.x.copy()
    x[0, 0, :] = bad
    object.__setattr__(dataset, "x", x)
    with pytest.raises(ExperimentError, match="all values of x must be finite, got 2 that"):
        limits.check_trainable(make_experiment(), dataset)


@pytest.mark.parametrize("cell", ["lstm", "gru", "simple_rnn"])
def test_a_parameter_count_is_the_size_of_the_initial_weights(cell):
    """The largest LSTM stack that the sliders allow has fewer than MAX_PARAMETERS."""
    for layers, head in ((1, "dense"), (3, "none")):
        experiment = Experiment().set(cell=cell, layers=layers, head=head, U=5)
        weights = initial_model_weights(experiment, 3, 2)
        assert limits.parameter_count(experiment, 3, 2) == sum(array.size for array in weights)
    features, units, layers = (int(LIMITS[key].maximum) for key in ("F", "U", "layers"))
    widths = [features] + [units] * (layers - 1)
    assert sum(rnn_parameter_count("lstm", width, units) for width in widths) < MAX_PARAMETERS
