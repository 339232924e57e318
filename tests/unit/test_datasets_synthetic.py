"""Synthetic tasks: the rule of each, told a second time, reaches the best error that it claims.

A rule here sees the inputs up to one step and nothing else, and is written without looking at how
the data is made. Where it knows all, it is exact; where it can only guess, thousands of samples
say how well.
"""

import inspect

import numpy as np
import pytest

from lib.data.datasets import DATASETS, make_dataset
from lib.data.datasets.synthetic import TASKS
from lib.experiment.experiment import Experiment

LAG = 3


def _majority(past, **_):
    ups = (past[:, :, 0] > 0).sum(axis=1)
    downs = past.shape[1] - ups
    return np.where(ups > downs, 1.0, np.where(ups < downs, -1.0, 0.0))


def _wave(past, noise):
    """Bayes' rule for the wave's two numbers, whose prior is standard normal: ridge regression."""
    values = past[:, :, 0].astype(np.float64)
    angle = 2 * np.pi * np.arange(values.shape[1] + 1) / 12
    waves = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    seen, coming = waves[:-1], waves[-1]
    ridge = seen.T @ seen + max(noise**2, 1e-9) * np.eye(2)
    return values @ seen @ np.linalg.solve(ridge, coming)


RULES = {
    "running_mean": lambda past, **_: past[:, :, 0].mean(axis=1),
    "echo": lambda past, **_: past[:, -1 - LAG, 0] if past.shape[1] > LAG else 0.0,
    "recall_first": lambda past, **_: past[:, 0, 0],
    "adding": lambda past, **_: (past[:, :, 0] * past[:, :, 1]).sum(axis=1),
    "majority_sign": _majority,
    "parity": lambda past, **_: 1.0 - 2 * ((past[:, :, 0] < 0).sum(axis=1) % 2),
    "sine": _wave,
    "white_noise": lambda *_, **__: 0.0,
}
"""The best that can be said of the target at the last step of `past`, (N, t, F) → (N,)."""


def rule_errors(name, noise, T=12):
    """Squared errors of the rule (N, T), and the dataset."""
    experiment = Experiment().set(data=name, T=T, N=4096, noise=noise, lag=LAG)
    dataset = make_dataset(experiment)
    rules = RULES | {"running_sum": lambda past, **_: past[:, :, 0].sum(axis=1) / np.sqrt(T)}
    forecasts = [rules[name](dataset.x[:, : t + 1], noise=noise) for t in range(T)]
    errors = [dataset.y[:, t, 0] - forecasts[t] for t in range(T)]
    return np.square(np.stack(errors, axis=1)), dataset


@pytest.mark.parametrize("noise", [0.0, 0.4])
@pytest.mark.parametrize("name", TASKS)
def test_the_best_possible_error_is_that_of_who_knows_the_rule(name, noise):
    """At every step, with and without noise, to within four standard errors."""
    errors, dataset = rule_errors(name, noise)
    spread = errors.std(axis=0) / np.sqrt(len(errors))
    assert np.abs(errors.mean(axis=0) - dataset.best_mse).max() < 1e-9 + (4 * spread).max()
    if not noise and name not in ("adding", "sine", "white_noise"):
        assert errors.max() < 1e-9


@pytest.mark.parametrize("T", [2, 3, 7])
@pytest.mark.parametrize("name", ["adding", "sine"])
def test_the_best_possible_error_holds_for_few_and_for_odd_steps(name, T):
    """Halves of 3 steps aren't equal, and the formulas must know."""
    errors, dataset = rule_errors(name, 0.2, T)
    spread = errors.std(axis=0) / np.sqrt(len(errors))
    assert (np.abs(errors.mean(axis=0) - dataset.best_mse) < 4 * spread).all()


def test_the_adding_problem_can_be_told_at_the_last_step_alone():
    """The best possible error falls with every step and ends at 0."""
    best = make_dataset(Experiment().set(data="adding")).best_mse
    assert best[0] > 0.6
    assert (np.diff(best) < 0).all()
    assert best[-1] == 0


def test_the_adding_problem_marks_one_value_in_each_half():
    """Of 7 steps the first 3 have one mark and the last 4 the other."""
    marks = make_dataset(Experiment().set(data="adding", T=7)).x[:, :, 1]
    assert (marks[:, :3].sum(axis=1) == 1).all()
    assert (marks[:, 3:].sum(axis=1) == 1).all()
    assert set(np.unique(marks)) == {0, 1}


def test_the_echo_is_silent_until_there_is_something_to_repeat():
    """Three zeros, then the first value."""
    dataset = make_dataset(Experiment().set(data="echo", lag=3))
    assert (dataset.y[:, :3] == 0).all()
    assert np.array_equal(dataset.y[:, 3, 0], dataset.x[:, 0, 0])


@pytest.mark.parametrize("name", TASKS)
def test_a_task_offers_the_settings_that_its_function_takes(name):
    """Those, and how many samples; and it has a feature for each signal."""
    known = DATASETS[name]
    assert known.uses == {"N", *TASKS[name].options}
    assert known.at_least.get("F", 1) == len(TASKS[name].signals)


def test_white_noise_takes_no_noise():
    """It is noise already, of variance 1."""
    assert "noise" not in DATASETS["white_noise"].uses
    quiet, loud = (make_dataset(Experiment().set(data="white_noise", noise=n)) for n in (0, 1))
    assert np.array_equal(quiet.y, loud.y)


@pytest.mark.parametrize("name", [name for name in TASKS if name not in ("sine", "white_noise")])
def test_noise_is_on_the_targets_alone(name):
    """The inputs stay as they are, so that only the floor of the loss moves."""
    quiet, loud = (make_dataset(Experiment().set(data=name, noise=n)) for n in (0, 0.5))
    assert np.array_equal(quiet.x, loud.x)
    assert np.std(loud.y - quiet.y) == pytest.approx(0.5, rel=0.05)


@pytest.mark.parametrize("name", TASKS)
def test_inputs_and_targets_are_about_1_in_size(name):
    """A learning rate of 0.01 then suits all of them."""
    dataset = make_dataset(Experiment().set(data=name, F=2))
    assert 0.4 < dataset.x[..., 0].std() < 1.5
    assert 0.4 < dataset.y.std() < 1.5


@pytest.mark.parametrize("name", TASKS)
def test_another_seed_makes_other_data(name):
    """The seed of the experiment is the seed of the data."""
    one, other = (make_dataset(Experiment().set(data=name, seed=s)) for s in (0, 1))
    assert not np.array_equal(one.x, other.x)


@pytest.mark.parametrize("name", [name for name, task in TASKS.items() if not task.persists])
def test_the_naive_guess_is_the_mean_of_the_training_part_at_each_step(name):
    """The validation part has no say in it."""
    dataset = make_dataset(Experiment().set(data=name))
    assert dataset.naive_label == "guessing the mean"
    assert dataset.naive[-1] == pytest.approx(dataset.y[: dataset.train].mean(axis=0), abs=1e-6)


def test_the_naive_guess_at_a_wave_is_the_value_just_seen():
    """That is, the target of the step before."""
    dataset = make_dataset(Experiment().set(data="sine", noise=0.3))
    assert np.array_equal(dataset.naive[:, 1:], dataset.y[:, :-1])


def test_features_are_named_by_what_they_do():
    """Signals first, then as many distractors as F leaves room for."""
    assert make_dataset(Experiment()).feature_names == ("signal", "distractor 1", "distractor 2")
    adding = make_dataset(Experiment().set(data="adding", F=3))
    assert adding.feature_names == ("value", "mark", "distractor 1")


@pytest.mark.parametrize("name", TASKS)
def test_a_task_stands_alone_in_a_script(name):
    """An exported script carries a task's source; NumPy is all it has around it."""
    experiment = Experiment().set(data=name)
    task = TASKS[name]
    script = {"np": np}
    exec(inspect.getsource(task.function), script)  # noqa: S102 - our own source
    rng = np.random.default_rng([experiment.seed, 0])
    x, y = script[task.function.__name__](rng, **task.arguments(experiment))
    dataset = make_dataset(experiment)
    assert np.array_equal(x.astype(np.float32), dataset.x)
    assert np.array_equal(y.astype(np.float32), dataset.y)
