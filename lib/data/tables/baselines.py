"""Guesses for a table's targets without a recurrent layer.

Each uses rows of the target's own series up to its timestep; for a row's own target (horizon 0),
rows before it.
"""

from dataclasses import replace
from typing import cast

import numpy as np

from lib.data.dataset import Baseline, Dataset, Origin
from lib.data.tables.seasons import back, natural_seasons, season_length

_MAX_WIDTH = 600  # how many numbers of a window the linear autoregression reads


def with_baselines(dataset: Dataset) -> Dataset:
    """A table's dataset with all baselines, and the best one as its naive guess."""
    errors, baselines = dict[str, float](), dict[str, Baseline]()
    for name in LABELS:
        with np.errstate(over="ignore", invalid="ignore"):
            guess = guess_of(name, dataset, last=True)
            if guess is None or not np.isfinite(guess).all():
                continue
            last = guess[:, -1].astype(np.float32)
            error = (last - dataset.y[:, -1])[dataset.judged].astype(np.float64)
            errors[name] = float((error**2).mean())
        baselines[name] = Baseline(name, _label(name, dataset.cut_from), last)
    ordered = tuple(baselines[name] for name in sorted(baselines, key=errors.__getitem__))
    best = ordered[0]
    naive = cast(np.ndarray, guess_of(best.name, dataset, last=False)).astype(np.float32)
    return replace(dataset, naive=naive, naive_label=best.label, baselines=ordered)


def guess_of(name: str, dataset: Dataset, *, last: bool) -> np.ndarray | None:
    """A guess (N, T, K) in the unit of y, or of the `last` timestep alone, (N, 1, K).

    None where it isn't possible, or says what another one does.
    """
    origin = dataset.cut_from
    if name == "linear":
        return _linear(dataset, origin.columns, last)
    timesteps = slice(-1 if last else 0, None)
    rows = origin.rows(dataset.shape[1])[:, timesteps]
    if name == "mean":
        raw = _mean(origin, rows)
    elif 0 in origin.horizons:  # a target's own past may not be known where it is of the same row
        return None
    elif name == "drift":
        raw = _drift(origin, rows)
    else:
        lags = back(origin, 1 if name == "last" else origin.season.baseline)
        if name == "seasonal" and (lags == back(origin)).all():
            return None
        raw = _seasonal(origin, rows, lags)
    raw = raw.reshape(*raw.shape[:2], -1)
    if dataset.base is not None:
        raw = raw - dataset.base[:, timesteps]
    return origin.y_scale.standard(raw, origin.series[origin.starts][:, None])


def _mean(origin: Origin, rows: np.ndarray) -> np.ndarray:
    """That of the series' training rows; of all training rows where it has none."""
    known, count = origin.training, len(origin.names)
    values, series = origin.targets[known], origin.series[known]
    sums = np.stack([np.bincount(series, column, count) for column in values.T], axis=-1)
    of_each = np.bincount(series, minlength=count)[:, None]
    means = np.where(of_each > 0, sums / np.maximum(of_each, 1), values.mean(axis=0))
    return np.repeat(means[origin.series[rows]][..., None], len(origin.horizons), axis=-1)


def _drift(origin: Origin, rows: np.ndarray) -> np.ndarray:
    """The last known value, and the mean change since the series began for each row from it."""
    begin = np.searchsorted(origin.series, np.arange(len(origin.names)))[origin.series[rows]]
    values, since = origin.targets[rows], (rows - begin)[..., None]
    slope = (values - origin.targets[begin]) / np.maximum(since, 1)
    return values[..., None] + slope[..., None] * origin.horizons


def _seasonal(origin: Origin, rows: np.ndarray, lags: np.ndarray) -> np.ndarray:
    """The value `lags` (H,) rows before a target; the last known one where there is none."""
    known = rows[..., None] + np.array(origin.horizons) - lags
    there = (known >= 0) & (origin.series[np.maximum(known, 0)] == origin.series[rows][..., None])
    return np.swapaxes(origin.targets[np.where(there, known, rows[..., None])], -1, -2)


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


def _label(name: str, origin: Origin) -> str:
    """The name of a guess in a sentence."""
    period, step = origin.season.baseline, origin.step
    season, repeats = natural_seasons(origin).get(period), max(origin.horizons) > period
    if name == "last" and step == "day" and origin.horizons == (1,):
        return "guessing tomorrow as today"
    if name == "mean" and len(origin.names) > 1:
        return "guessing each series' mean"
    if name == "seasonal" and season and not origin.gaps:
        what = "weekday" if step == "day" else step
        then = "yesterday" if season == "day" else f"last {season}"
        return f"repeating the last known {season}" if repeats else f"the same {what} {then}"
    if name == "seasonal":
        rows = season_length(origin, period)
        return f"repeating the last {rows}" if repeats else f"the value {rows} before"
    return LABELS[name]


LABELS = {
    "last": "guessing no change",
    "seasonal": "",
    "drift": "the mean change going on",
    "mean": "guessing the mean",
    "linear": "a linear autoregression",
}
"""All guesses with their usual names in a sentence; of two that are equally good the first wins."""
