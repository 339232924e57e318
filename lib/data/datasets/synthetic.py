"""Synthetic tasks: a short NumPy function generates each task's inputs and targets.

A task function is self-contained, so that an exported script can include its source. It returns
inputs (N, T, F), with the signal in feature 1, and targets (N, T, 1) with added noise of standard
deviation `noise`. A `best` function returns the lowest mean squared error by timestep, (T,): that
of a model that applies the task's rule to the inputs so far, and can't predict the noise.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lib.data.dataset import Dataset
from lib.experiment import Experiment


def running_mean(rng: np.random.Generator, N: int, T: int, F: int, *, noise: float) -> tuple:
    """Target: the mean of feature 1 up to this step."""
    x = rng.standard_normal((N, T, F))
    y = x[:, :, :1].cumsum(axis=1) / np.arange(1, T + 1)[:, None]
    return x, y + noise * rng.standard_normal(y.shape)


def running_sum(rng: np.random.Generator, N: int, T: int, F: int, *, noise: float) -> tuple:
    """Target: the sum of feature 1 up to this step, divided by √T, so its last variance is 1."""
    x = rng.standard_normal((N, T, F))
    y = x[:, :, :1].cumsum(axis=1) / np.sqrt(T)
    return x, y + noise * rng.standard_normal(y.shape)


def echo(rng: np.random.Generator, N: int, T: int, F: int, *, noise: float, lag: int) -> tuple:
    """Target: feature 1 from `lag` steps before, or 0 at the first `lag` steps."""
    x = rng.standard_normal((N, T, F))
    y = np.zeros((N, T, 1))
    y[:, lag:] = x[:, :-lag, :1]
    return x, y + noise * rng.standard_normal(y.shape)


def recall_first(rng: np.random.Generator, N: int, T: int, F: int, *, noise: float) -> tuple:
    """Target, at every step: feature 1 at the first step."""
    x = rng.standard_normal((N, T, F))
    y = np.repeat(x[:, :1, :1], T, axis=1)
    return x, y + noise * rng.standard_normal(y.shape)


def adding(rng: np.random.Generator, N: int, T: int, F: int, *, noise: float) -> tuple:
    """Target, at every step: the sum of the two values (feature 1) that feature 2 marks with 1."""
    x = rng.uniform(-1, 1, (N, T, F))
    first = rng.integers(0, T // 2, N)
    second = rng.integers(T // 2, T, N)
    samples = np.arange(N)
    x[:, :, 1] = 0
    x[samples, first, 1] = x[samples, second, 1] = 1
    total = x[samples, first, 0] + x[samples, second, 0]
    y = np.repeat(total[:, None, None], T, axis=1)
    return x, y + noise * rng.standard_normal(y.shape)


def majority_sign(rng: np.random.Generator, N: int, T: int, F: int, *, noise: float) -> tuple:
    """Target: the majority sign of feature 1's values (1 or -1) up to this step, or 0 for a tie."""
    x = rng.choice([-1.0, 1.0], (N, T, F))
    y = np.sign(x[:, :, :1].cumsum(axis=1))
    return x, y + noise * rng.standard_normal(y.shape)


def parity(rng: np.random.Generator, N: int, T: int, F: int, *, noise: float) -> tuple:
    """Target: the product of feature 1's values (1 or -1) up to this step."""
    x = rng.choice([-1.0, 1.0], (N, T, F))
    y = x[:, :, :1].cumprod(axis=1)
    return x, y + noise * rng.standard_normal(y.shape)


def sine(rng: np.random.Generator, N: int, T: int, F: int, *, noise: float) -> tuple:
    """Target: the next value of a wave with period 12, random amplitude and phase, plus noise."""
    series = rng.standard_normal((N, T + 1, F))
    angle = 2 * np.pi * np.arange(T + 1) / 12
    a, b = rng.standard_normal((2, N, 1))
    wave = a * np.cos(angle) + b * np.sin(angle)
    series[:, :, 0] = wave + noise * rng.standard_normal((N, T + 1))
    return series[:, :-1], series[:, 1:, :1]


def white_noise(rng: np.random.Generator, N: int, T: int, F: int) -> tuple:
    """Target: the next value of feature 1, independent of all earlier values."""
    series = rng.standard_normal((N, T + 1, F))
    return series[:, :-1], series[:, 1:, :1]


def _noise_alone(T: int, noise: float, **_: Any) -> np.ndarray:
    return np.full(T, noise**2)


def _adding_best(T: int, noise: float) -> np.ndarray:
    # Predict 0, the mean, for a value that isn't marked yet: the error is its variance, 1/3.
    steps = np.arange(1, T + 1)
    half = T // 2
    first = np.clip(1 - steps / half, 0, 1)  # the probability that the first value isn't marked yet
    second = np.clip(1 - (steps - half) / (T - half), 0, 1)
    return (first + second) / 3 + noise**2


def _sine_best(T: int, noise: float) -> np.ndarray:
    # The wave is linear in two standard normal numbers, a and b. A Kalman filter updates their
    # covariance with each noisy value. The next value's variance is the lowest error.
    angle = 2 * np.pi * np.arange(T + 1) / 12
    waves = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    covariance = np.eye(2)
    best = np.empty(T)
    for t in range(T):
        gain = covariance @ waves[t]
        variance = waves[t] @ gain + noise**2
        if variance > 1e-12:  # without noise, two values determine a and b
            covariance = covariance - np.outer(gain, gain) / variance
        best[t] = waves[t + 1] @ covariance @ waves[t + 1] + noise**2
    return best.clip(min=0)


@dataclass(frozen=True, slots=True)
class Task:
    """A synthetic task."""

    function: Callable[..., tuple[np.ndarray, ...]]  # (rng, N, T, F, **options) → x, y
    target: str  # the name of the target column
    best: Callable[..., np.ndarray] = _noise_alone  # (T, **options) → the lowest MSE by timestep
    options: Sequence[str] = ("noise",)  # the options that the function takes: `noise`, `lag`
    signals: Sequence[str] = ("signal",)  # names of relevant features; others are distractors
    persists: bool = False  # whether the baseline is the current value; otherwise it is the mean

    def arguments(self, experiment: Experiment) -> dict[str, Any]:
        """Return the keyword arguments of the function."""
        return {key: experiment.get(key) for key in ("N", "T", "F", *self.options)}

    def feature_names(self, F: int) -> tuple[str, ...]:
        """Return F names: the signals, and "distractor 1", "distractor 2" and so on."""
        return (*self.signals, *(f"distractor {i + 1}" for i in range(F - len(self.signals))))


TASKS = {
    "parity": Task(parity, "parity"),
    "adding": Task(adding, "final sum", _adding_best, signals=("value", "mark")),
    "white_noise": Task(white_noise, "next value", np.ones, options=()),
    "running_mean": Task(running_mean, "running mean"),
    "running_sum": Task(running_sum, "running sum"),
    "echo": Task(echo, "echo", options=("noise", "lag")),
    "recall_first": Task(recall_first, "first value"),
    "majority_sign": Task(majority_sign, "majority"),
    "sine": Task(sine, "next value", _sine_best, persists=True),
}


def make_task(experiment: Experiment, *, title: str, about: str, best_why: str) -> Dataset:
    """Return a task's dataset for a settled experiment; three quarters are training samples."""
    task = TASKS[experiment.data.name]
    arguments = task.arguments(experiment)
    x, y = task.function(np.random.default_rng([experiment.seed, 0]), **arguments)
    N, T, F = x.shape
    last_value = {"baseline": x[:, :, :1].astype(np.float32), "baseline_label": "last value"}
    return _dataset(
        x,
        y,
        N * 3 // 4,
        name=experiment.data.name,
        title=title,
        about=about,
        feature_names=task.feature_names(F),
        target_names=(task.target,),
        best_mse=task.best(T, **{key: arguments[key] for key in task.options}),
        best_why=best_why or "The inputs so far determine each target, except for its noise.",
        **(last_value if task.persists else {}),
    )


def _dataset(x: np.ndarray, y: np.ndarray, train: int, **more: Any) -> Dataset:
    """Return a dataset of arrays. The baseline is the mean, unless `more` sets another baseline."""
    x, y = x.astype(np.float32), y.astype(np.float32)
    usual: dict[str, Any] = {
        "baseline": np.repeat(y[:train].mean(axis=0, keepdims=True), len(y), axis=0),
        "baseline_label": "mean baseline",
        "timestep_names": tuple(f"{t + 1}" for t in range(x.shape[1])),
    }
    return Dataset(x, y, train, **usual | more)


# The worked example: inputs (2, 2, 3), and targets (2, 2, 4) for `return_sequences=True`.
DATA_X = (((1, 2, 3), (4, 5, 6)), ((7, 8, 9), (10, 11, 12)))
DATA_Y = (
    ((101, 102, 103, 104), (105, 106, 107, 108)),
    ((201, 202, 203, 204), (205, 206, 207, 208)),
)


def make_worked(name: str, **texts: str) -> Dataset:
    """Return a worked example's dataset; `texts` are its title, about and best_why."""
    x, y = np.array(DATA_X), np.array(DATA_Y, np.float64)
    more: dict[str, Any] = {}
    if name == "worked_scaled":
        offset, scale = y.mean(axis=(0, 1)), y.std(axis=(0, 1))
        y = (y - offset) / scale
        more = {
            "target_scale": scale,
            "target_offset": offset,
            "best_mse": np.zeros(2),
            "notes": ("Each target column is standardized to mean 0 and standard deviation 1.",),
        }
    features, targets = (f"feature {k}" for k in (1, 2, 3)), (f"target {k}" for k in (1, 2, 3, 4))
    names = {"feature_names": tuple(features), "target_names": tuple(targets)}
    return _dataset(x, y, len(x), name=name, **texts, **names, **more)
