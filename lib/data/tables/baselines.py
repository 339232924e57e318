"""Guesses for a table's targets without a recurrent layer.

Each uses rows of the target's own series up to its timestep; for a row's own target (horizon 0),
rows before it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias, cast

import numpy as np

from lib.data.dataset import Baseline, Dataset, Origin
from lib.data.tables.seasons import back, natural_seasons, season_length

_MAX_WIDTH = 600  # how many numbers of a window the linear autoregression reads
RowGuess: TypeAlias = Callable[[Origin, np.ndarray], np.ndarray | None]
"""`guess(origin, rows)` of timesteps' rows (N, t) → (N, t, C, H) in the raw unit; None for none."""


def with_baselines(dataset: Dataset, origin: Origin) -> Dataset:
    """A table's dataset with all baselines, and the best one as its naive guess."""
    errors = dict[str, float]()
    baselines = dict[str, Baseline]()
    for name, kind in BASELINES.items():
        if kind.of_past and 0 in origin.horizons:  # none may be known
            continue
        with np.errstate(over="ignore", invalid="ignore"):
            guess = _guess(name, dataset, origin, last=True)
            if guess is None or not np.isfinite(guess).all():
                continue
            last = guess[:, -1].astype(np.float32)
            error = (last - dataset.y[:, -1])[dataset.judged].astype(np.float64)
            errors[name] = float((error**2).mean())
        baselines[name] = Baseline(name, kind.label(origin), last)
    ordered = tuple(baselines[name] for name in sorted(baselines, key=errors.__getitem__))
    best = ordered[0]
    naive = cast(np.ndarray, _guess(best.name, dataset, origin, last=False)).astype(np.float32)
    return replace(dataset, naive=naive, naive_label=best.label, baselines=ordered)


def _guess(name: str, dataset: Dataset, origin: Origin, *, last: bool) -> np.ndarray | None:
    """A guess (N, T, K) in the unit of y, or of the `last` timestep alone, (N, 1, K)."""
    of_rows = BASELINES[name].of_rows
    if of_rows is None:
        return _linear(dataset, origin.columns, last)
    timesteps = slice(-1 if last else 0, None)
    raw = of_rows(origin, origin.rows(dataset.shape[1])[:, timesteps])
    if raw is None:
        return None
    raw = raw.reshape(*raw.shape[:2], -1)
    if dataset.base is not None:
        raw = raw - dataset.base[:, timesteps]
    return origin.y_scale.standard(raw, origin.series[origin.starts][:, None])


def _before(origin: Origin, rows: np.ndarray, lags: np.ndarray, default: RowGuess) -> np.ndarray:
    """Values `lags` (H,) rows before targets, (N, t, C, H); `default` where there are none."""
    known = rows[..., None] + np.array(origin.horizons) - lags
    there = (known >= 0) & (origin.series[np.maximum(known, 0)] == origin.series[rows][..., None])
    values = np.swapaxes(origin.targets[np.where(there, known, 0)], -1, -2)
    if there.all():
        return values
    return np.where(there[..., None, :], values, cast(np.ndarray, default(origin, rows)))


def _mean(origin: Origin, rows: np.ndarray) -> np.ndarray:
    """That of the series' training rows; of all training rows where it has none."""
    known, count = origin.training, len(origin.names)
    values, series = origin.targets[known], origin.series[known]
    sums = np.stack([np.bincount(series, column, count) for column in values.T], axis=-1)
    of_each = np.bincount(series, minlength=count)[:, None]
    means = np.where(of_each > 0, sums / np.maximum(of_each, 1), values.mean(axis=0))
    return np.repeat(means[origin.series[rows]][..., None], len(origin.horizons), axis=-1)


def _last(origin: Origin, rows: np.ndarray) -> np.ndarray:
    """The last known value; the mean where there is none (horizon 0 of a series' first row)."""
    return _before(origin, rows, back(origin), _mean)


def _seasonal(origin: Origin, rows: np.ndarray) -> np.ndarray | None:
    """The value a season before; None where that would be the last value."""
    lags = back(origin, origin.season.baseline)
    return _before(origin, rows, lags, _last) if (lags != back(origin)).any() else None


def _drift(origin: Origin, rows: np.ndarray) -> np.ndarray:
    """The last known value, and the mean change since the series began for each row from it."""
    ahead, values = back(origin), _last(origin, rows)
    begin = np.searchsorted(origin.series, np.arange(len(origin.names)))[origin.series[rows]]
    since = (rows - begin)[..., None] + np.array(origin.horizons) - ahead
    change = values - origin.targets[begin][..., None]
    slope = change / np.maximum(since, 1)[..., None, :]
    return values + np.where(since > 0, ahead, 0)[..., None, :] * slope


def _linear(dataset: Dataset, columns: tuple[str, ...], last: bool) -> np.ndarray | None:
    """Ridge regression on the window, with an intercept, of the training samples.

    One for each timestep, on what has been read until then. Of a window that is too wide it reads
    the target columns alone, or the latest timesteps.
    """
    x, y, train = dataset.x, dataset.y, dataset.train
    own = [f for f, name in enumerate(dataset.feature_names) if name in columns]
    if x[0].size > _MAX_WIDTH and own:
        x = x[..., own]
    n, timesteps, features = x.shape
    length = min(timesteps, _MAX_WIDTH // features)
    read = x[:train, :length].reshape(train, -1).astype(np.float64)
    mean = read.mean(axis=0)
    read -= mean
    try:
        inverse = np.linalg.inv(np.linalg.cholesky(read.T @ read + np.eye(length * features)))
    except np.linalg.LinAlgError:  # numbers that are far too large
        return None
    guess = np.empty((n, timesteps, dataset.targets))
    for t in range(timesteps - 1 if last else 0, timesteps):
        step = min(t, length - 1)  # what was learned at timestep `length` holds for later ones
        width = (step + 1) * features
        if t == step or last:
            targets = y[:train, step].astype(np.float64)
            moment = read[:, :width].T @ (targets - targets.mean(axis=0))
            block = inverse[:width, :width]  # a leading block is that of the leading numbers
            weights = block.T @ (block @ moment)
        seen = x[:, t - step : t + 1].reshape(n, width).astype(np.float64)
        guess[:, t] = (seen - mean[:width]) @ weights + targets.mean(axis=0)
    return guess[:, -1:] if last else guess


def _last_label(origin: Origin) -> str:
    tomorrow = origin.step == "day" and origin.horizons == (1,)
    return "guessing tomorrow as today" if tomorrow else "guessing no change"


def _seasonal_label(origin: Origin) -> str:
    period, step = origin.season.baseline, origin.step
    repeats = max(origin.horizons) > period
    if (season := natural_seasons(origin).get(period)) and not origin.gaps:
        what = "weekday" if step == "day" else step
        then = "yesterday" if season == "day" else f"last {season}"
        return f"repeating the last known {season}" if repeats else f"the same {what} {then}"
    rows = season_length(origin, period)
    return f"repeating the last {rows}" if repeats else f"the value {rows} before"


def _mean_label(origin: Origin) -> str:
    return "guessing each series' mean" if len(origin.names) > 1 else "guessing the mean"


@dataclass(frozen=True, slots=True)
class Kind:
    """A way to guess: its name in a sentence, and from which rows."""

    label: Callable[[Origin], str]
    of_rows: RowGuess | None  # None for the linear autoregression, which reads windows
    of_past: bool = False  # whether it is of the target's own past


BASELINES = {
    "last": Kind(_last_label, _last, of_past=True),
    "seasonal": Kind(_seasonal_label, _seasonal, of_past=True),
    "drift": Kind(lambda _: "the mean change going on", _drift, of_past=True),
    "mean": Kind(_mean_label, _mean),
    "linear": Kind(lambda _: "a linear autoregression", None),
}
"""All guesses, by name; of two that are equally good the first one wins."""
