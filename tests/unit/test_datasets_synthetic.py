"""Synthetic tasks: an independent rule for each task reaches its best possible error.

A rule predicts from the inputs up to one step, and doesn't use the code that makes the data. Exact
rules are checked exactly, statistical rules on thousands of samples.
"""

import inspect

import numpy as np
import pytest

from lib.data import DATASETS, TASKS, make_dataset
from lib.experiment import Experiment

LAG = 3


def _majority(past, **_):
    ups = (past[:, :, 0] > 0).sum(axis=1)
    downs = past.shape[1] - ups
    return np.where(ups > downs, 1.0, np.where(ups < downs, -1.0, 0.0))


def _wave(past, noise):
    """Predict by ridge regression, the Bayes estimate of the wave's two normal coefficients."""
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
"""The best prediction of the target at the last step of `past`, (N, t, F) → (N,)."""


@pytest.mark.parametrize(
    ("name", "noise", "T"),
    [
        *((name, noise, 12) for name in TASKS for noise in (0.0, 0.4)),
        # An odd T can't be divided into equal halves.
        *((name, 0.2, T) for name in ("adding", "sine") for T in (2, 3, 7)),
    ],
)
def test_the_best_possible_error_is_the_error_of_the_rule(name, noise, T):
    """They agree at each step, with and without noise, within four standard errors."""
    dataset = make_dataset(Experiment().set(data=name, T=T, N=4096, noise=noise, lag=LAG))
    rules = RULES | {"running_sum": lambda past, **_: past[:, :, 0].sum(axis=1) / np.sqrt(T)}
    forecasts = [rules[name](dataset.x[:, : t + 1], noise=noise) for t in range(T)]
    errors = [dataset.y[:, t, 0] - forecasts[t] for t in range(T)]
    errors = np.square(np.stack(errors, axis=1))
    spread = errors.std(axis=0) / np.sqrt(len(errors))
    assert np.abs(errors.mean(axis=0) - dataset.best_mse).max() < 1e-9 + (4 * spread).max()
    if not noise and name not in ("adding", "sine", "white_noise"):
        assert errors.max() < 1e-9


def made(name, **changes):
    """Return a task's dataset."""
    return make_dataset(Experiment().set(data=name, **changes))


def run_source(task, experiment):
    """Return a task's dataset, and the arrays of its source, which needs only NumPy."""
    script = {"np": np}
    exec(inspect.getsource(task.function), script)  # noqa: S102  our own source
    rng = np.random.default_rng([experiment.seed, 0])
    arrays = script[task.function.__name__](rng, **task.arguments(experiment))
    return make_dataset(experiment), arrays


@pytest.mark.parametrize("name", TASKS)
def test_a_task_runs_in_a_script_and_depends_on_the_seed(name):
    """It adds noise to targets only (the sine wave also to inputs), and names its features."""
    task = TASKS[name]
    dataset, (x, y) = run_source(task, Experiment().set(data=name))
    assert np.array_equal(x.astype(np.float32), dataset.x)
    assert np.array_equal(y.astype(np.float32), dataset.y)
    assert not np.array_equal(made(name, seed=1).x, dataset.x)

    F = max(2, len(task.signals)) + 1
    quiet, loud = (made(name, noise=n, F=F) for n in (0, 0.5))
    assert 0.4 < quiet.x[..., 0].std() < 1.5  # so that one learning rate suits all tasks
    assert 0.4 < quiet.y.std() < 1.5
    expected = {"white_noise": 0, "sine": np.std(loud.y - quiet.y)}.get(name, 0.5)
    assert np.std(loud.y - quiet.y) == pytest.approx(expected, rel=0.05)
    assert np.array_equal(quiet.x, loud.x) == (name != "sine")
    others = tuple(f"distractor {k + 1}" for k in range(F - len(task.signals)))
    assert quiet.feature_names == (*task.signals, *others)
    assert DATASETS[name].at_least.get("F", 1) == len(task.signals)
