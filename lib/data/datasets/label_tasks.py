"""Synthetic tasks for labels: a short NumPy function generates each task's inputs and labels.

A task function is self-contained, so that an exported script can include its source. It returns
inputs (N, T, F), class numbers (N, T), and a mask (N, T), True at real steps. If `padding` is
"after" or "before", lengths are drawn from T/4 to T, and padded steps have zeros and class 0.
`noise` is the probability that a uniformly drawn class replaces a label. A `best` function returns
the probability that the inputs so far determine the label, apart from noise, by timestep, (T,).
Until then, all classes are equally likely.
"""

from typing import Any

import numpy as np

from lib.data.dataset import Dataset
from lib.data.datasets.synthetic import Task
from lib.data.labels import label_dataset
from lib.experiment import Experiment


def brackets(
    rng: np.random.Generator, N: int, T: int, F: int, *, noise: float, padding: str
) -> tuple:
    """Label, at each step: is the text so far balanced (0), open (1) or broken (2)?

    Features 1 to 3 are one-hot: "(", ")" or a letter. A text is open if a bracket isn't closed yet.
    It is broken for good after a ")" without an open "(".
    """
    lengths = rng.integers(T if padding == "none" else max(1, T // 4), T + 1, (N, 1))
    first = T - lengths if padding == "before" else np.zeros((N, 1), int)
    mask = (np.arange(T) >= first) & (np.arange(T) < first + lengths)
    x = rng.standard_normal((N, T, F))
    x[:, :, :3] = 0
    labels = np.zeros((N, T), int)
    depth = np.zeros(N, int)  # the number of open brackets, or -1 for a broken text
    for t in range(T):
        draw = rng.random(N)
        close = np.where(depth == 0, 1.5 / (T + 4), 0.5)  # in the end, 4 in 10 texts are broken
        symbol = np.select([draw < close, draw > 0.7], [1, 0], 2)
        x[np.arange(N), t, symbol] = 1
        change = np.where(symbol == 2, 0, 1 - 2 * symbol)
        depth = np.where(mask[:, t] & (depth >= 0), depth + change, depth)
        labels[:, t] = np.select([depth < 0, depth > 0], [2, 1], 0)
    labels = np.where(rng.random((N, T)) < noise, rng.integers(0, 3, (N, T)), labels)
    return x * mask[:, :, None], labels * mask, mask


def first_pattern(
    rng: np.random.Generator, N: int, T: int, F: int, *, noise: float, padding: str
) -> tuple:
    """Label, the same at every step: which pulse comes first in feature 1, A (0) or B (1)?

    A is 1 and then -1, B is -1 and then 1. Both are at random places between values of -0.5 to 0.5.
    """
    lengths = rng.integers(T if padding == "none" else max(4, T // 4), T + 1, N)
    first = T - lengths if padding == "before" else np.zeros(N, int)
    steps = np.arange(T) - first[:, None]
    mask = (steps >= 0) & (steps < lengths[:, None])
    x = rng.uniform(-0.5, 0.5, (N, T, F))
    label, samples = rng.integers(0, 2, N), np.arange(N)
    one = rng.integers(0, lengths - 2)  # two different places: a pulse is two steps long
    other = rng.integers(0, lengths - 3)
    other += other >= one
    for begin, sign in ((np.minimum(one, other), 1), (np.maximum(one, other) + 1, -1)):
        x[samples, first + begin, 0] = sign * (1 - 2 * label)
        x[samples, first + begin + 1, 0] = -sign * (1 - 2 * label)
    label = np.where(rng.random(N) < noise, rng.integers(0, 2, N), label)
    return x * mask[:, :, None], np.repeat(label[:, None], T, axis=1) * mask, mask


def _brackets_best(T: int, **_: Any) -> np.ndarray:
    return np.ones(T)


def _first_pattern_best(T: int, padding: str, **_: Any) -> np.ndarray:
    # A pulse's first step tells which pulse it is. Before the first pulse, both are equally likely.
    real, begun = np.zeros(T), np.zeros(T)  # sums over all lengths
    for length in range(T if padding == "none" else max(4, T // 4), T + 1):
        step = np.arange(T) - (T - length if padding == "before" else 0)
        is_real = (step >= 0) & (step < length)
        later = np.maximum(length - 3 - step, 0) * np.maximum(length - 4 - step, 0)
        real += is_real
        begun += is_real * (1 - later / ((length - 2) * (length - 3)))
    return begun / real


_OPTIONS, _SYMBOLS = ("noise", "padding"), ("(", ")", "letter")
LABEL_TASKS = {
    "brackets": Task(brackets, "tag", _brackets_best, _OPTIONS, _SYMBOLS, persists=True),
    "first_pattern": Task(first_pattern, "first pulse", _first_pattern_best, _OPTIONS),
}


def make_label_task(experiment: Experiment, **texts: Any) -> Dataset:
    """Return a task's dataset for a settled experiment; three quarters are training samples.

    `texts` are the dataset's title, about, best_why and classes.
    """
    task, data = LABEL_TASKS[experiment.data.name], experiment.data
    rng = np.random.default_rng([experiment.seed, 0])
    x, labels, mask = task.function(rng, **task.arguments(experiment))
    N, T, F = x.shape
    known = np.full((N, T), -1)  # the label of the step before, if the task has tags
    if task.persists:
        known[:, 1:] = np.where(mask[:, :-1], labels[:, :-1], -1)
    determined = task.best(T, noise=data.noise, padding=data.padding)
    count = len(texts["classes"])
    right = 1 - data.noise + data.noise / count  # the probability of the class before noise
    probabilities = np.array([right, *[data.noise / count] * (count - 1)])
    entropy = -np.sum(probabilities * np.log(np.maximum(probabilities, 1e-300)))
    return label_dataset(
        x,
        labels,
        N * 3 // 4,
        known=known,
        mask=None if mask.all() else mask,
        name=data.name,
        feature_names=task.feature_names(F),
        target_column=task.target,
        best_accuracy=determined * right + (1 - determined) / count,
        best_loss=determined * entropy + (1 - determined) * np.log(count),
        **texts,
    )
