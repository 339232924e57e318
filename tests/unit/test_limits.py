"""What is refused, and that the sentence says what is allowed and what was asked."""

from __future__ import annotations

import numpy as np
import pytest

from lib.experiment.experiment import LIMITS, MAX_PARAMETERS, Experiment, ExperimentError
from lib.recurrence import initial_model_weights
from lib.shapes.output import rnn_parameter_count
from lib.training import limits
from tests.unit.fakes import make_dataset, make_experiment


def test_an_ordinary_experiment_passes() -> None:
    """No news is good news."""
    limits.check(make_experiment(), make_dataset())


def test_too_many_values_are_refused_with_the_limit_and_the_count() -> None:
    """N·T·F and N·T·K, each for itself."""
    with pytest.raises(ExperimentError, match=r"x may have at most 2,000,000 .* = 2,000,600"):
        limits.check(make_experiment(), make_dataset(n=10_003, t=100, f=2))
    with pytest.raises(ExperimentError, match=r"y may have .*10,003·100·2 = 2,000,600"):
        limits.check(make_experiment(), make_dataset(n=10_003, t=100, f=1, k=2))


def test_too_many_parameters_are_refused_with_the_limit_and_the_count() -> None:
    """Three wide layers on very wide data."""
    wide = make_experiment(U=128, layers=3)
    with pytest.raises(ExperimentError, match=r"at most 400,000 parameters, got 8\d\d,\d\d\d"):
        limits.check(wide, make_dataset(f=1000))


@pytest.mark.parametrize(
    ("cell", "what", "most"),
    [
        ("lstm", "need at most 2,200,000,000 multiplications", 66),
        ("simple_rnn", "have at most 8,000,000 states", 208),
    ],
)
def test_a_batch_that_takes_too_much_is_refused_with_one_that_does_not(
    cell: str, what: str, most: int
) -> None:
    """Time or memory, whichever is used up first; what is named can be trained."""
    dataset = make_dataset(n=600, t=100, train=512)
    large = make_experiment(cell=cell, U=128, layers=3, batch=512)
    with pytest.raises(ExperimentError, match=f"{what} .*a batch size of {most} would do"):
        limits.check(large, dataset)
    limits.check(large.set(batch=most), dataset)
    with pytest.raises(ExperimentError, match="would do"):
        limits.check(large.set(batch=most + 1), dataset)


@pytest.mark.parametrize("keep", ["best", "stop"])
def test_a_best_epoch_needs_samples_to_validate_on(keep: str) -> None:
    """What a page would have settled: a script may ask for anything."""
    experiment = make_experiment(keep=keep)
    limits.check(experiment, make_dataset(n=8, train=7))
    with pytest.raises(ExperimentError, match=f"keep must be 'last' where .*, got '{keep}'"):
        limits.check(experiment, make_dataset(n=8, train=8))


def test_a_setting_out_of_range_is_refused() -> None:
    """The worker doesn't rely on the page to have looked."""
    with pytest.raises(ExperimentError, match="units must be 1 to 128, got 129"):
        limits.check(make_experiment(U=129), make_dataset())


def test_without_a_head_units_must_be_targets() -> None:
    """The output has U columns then, and the loss would broadcast silently."""
    with pytest.raises(ExperimentError, match="expected as many units as targets, 3, got 2"):
        limits.check(make_experiment(head="none", U=2), make_dataset(k=3))
    limits.check(make_experiment(head="none", U=3), make_dataset(k=3))


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_data_that_is_no_number_is_refused(bad: float) -> None:
    """Training on it would make every weight NaN at once."""
    dataset = make_dataset()
    x = dataset.x.copy()
    x[0, 0, :] = bad
    object.__setattr__(dataset, "x", x)
    with pytest.raises(ExperimentError, match="all of x must be finite numbers, got 2 that"):
        limits.check(make_experiment(), dataset)


@pytest.mark.parametrize("cell", ["lstm", "gru", "simple_rnn"])
@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize("head", ["dense", "none"])
def test_parameters_are_those_of_the_initial_weights(cell: str, layers: int, head: str) -> None:
    """The count that is checked is the number of weights that training starts from."""
    experiment = Experiment().set(cell=cell, layers=layers, head=head, U=5)
    weights = initial_model_weights(experiment, 3, 2)
    assert limits.parameter_count(experiment, 3, 2) == sum(array.size for array in weights)


def test_the_largest_stack_of_lstms_has_room() -> None:
    """Three layers of 128 units on 16 features, with room for a head."""
    features, units, layers = (int(LIMITS[key].maximum) for key in ("F", "U", "layers"))
    widths = [features] + [units] * (layers - 1)
    count = sum(rnn_parameter_count("lstm", width, units) for width in widths)
    assert count == 337_408
    assert count < MAX_PARAMETERS


def test_a_batch_is_never_larger_than_the_training_part() -> None:
    """So a batch size that would be too much for more samples is not, for these."""
    large = make_experiment(cell="simple_rnn", U=128, layers=3, batch=512)
    with pytest.raises(ExperimentError, match=r"at most 8,000,000 states .* = 19,660,800"):
        limits.check(large, make_dataset(n=600, t=100, train=520))
    limits.check(large, make_dataset(n=250, t=100, train=200))
