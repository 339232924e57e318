"""Baselines for a table's targets from rows up to each timestep, and the season of the targets."""

from dataclasses import replace
from functools import lru_cache
from typing import cast

import numpy as np

from lib.data.dataset import Baseline, Dataset, Origin
from lib.text import counted

_MAX_WIDTH = 600  # the linear autoregression reads at most this many numbers of a window
MAX_SEASON_ROWS = 20_000  # seasons are compared on at most this many of the last training rows
_SEARCHED_ROWS = 1024  # rows of the first target that `coreforecast` searches, in 20 ms
NEARER = 0.95  # a season counts if its squared error is below 95% of the last value's error
AS_NEAR = 0.8  # a longer season is chosen only if its squared error is over 20% smaller
_SEASONS: dict[str, tuple[int, ...]] = {
    "minute": (60, 1440),
    "hour": (24, 168),
    "day": (7, 365),
    "weekday": (5,),
    "week": (52,),
    "month": (12,),
    "quarter": (4,),
}
"""The calendar's seasons, in rows, by the step between two rows; the usual season first."""


def with_baselines(dataset: Dataset) -> Dataset:
    """Return a table's dataset of numbers with the baselines that apply; `baseline` is the best."""
    errors, baselines = dict[str, float](), dict[str, Baseline]()
    for name in BASELINES:
        with np.errstate(over="ignore", invalid="ignore"):
            predicted = baseline_predictions(name, dataset, last=True)
            if predicted is None or not np.isfinite(predicted).all():
                continue
            last = predicted[:, -1].astype(np.float32)
            error = (last - dataset.y[:, -1])[dataset.evaluated].astype(np.float64)
            errors[name] = float((error**2).mean())
        baselines[name] = Baseline(name, _label(name, dataset.cut_from), last)
    ordered = tuple(baselines[name] for name in sorted(baselines, key=errors.__getitem__))
    best = ordered[0]
    predicted = baseline_predictions(best.name, dataset, last=False)
    baseline = cast(np.ndarray, predicted).astype(np.float32)
    return replace(dataset, baseline=baseline, baseline_label=best.label, baselines=ordered)


def baseline_predictions(name: str, dataset: Dataset, *, last: bool) -> np.ndarray | None:
    """Return a baseline's predictions (N, T or 1, K) in y's unit, or None if it doesn't apply."""
    origin = dataset.cut_from
    if name == "linear":
        return _linear(dataset, origin.columns, last)
    timesteps = slice(-1 if last else 0, None)
    rows = origin.rows(dataset.shape[1])[:, timesteps]
    if name == "mean":
        raw = _mean(origin, rows)
    elif 0 in origin.horizons:  # 0 steps ahead, past targets may be unknown, too
        return None
    elif name == "drift":
        # The last known value plus the mean change since the series' first row.
        begin = np.searchsorted(origin.series, np.arange(len(origin.names)))[origin.series[rows]]
        values, since = origin.targets[rows], (rows - begin)[..., None]
        slope = (values - origin.targets[begin]) / np.maximum(since, 1)
        raw = values[..., None] + slope[..., None] * origin.horizons
    else:
        lags = lags_of(origin, 1 if name == "last" else origin.period)
        if name == "seasonal" and (lags == lags_of(origin)).all():
            return None
        # The value `lags` rows before the target, or the last known value if there is no such row.
        known = rows[..., None] + np.array(origin.horizons) - lags
        in_series = origin.series[np.maximum(known, 0)] == origin.series[rows][..., None]
        from_rows = np.where((known >= 0) & in_series, known, rows[..., None])
        raw = np.swapaxes(origin.targets[from_rows], -1, -2)
    raw = raw.reshape(*raw.shape[:2], -1)
    if dataset.base is not None:
        raw = raw - dataset.base[:, timesteps]
    return origin.y_scale.standard(raw)


def _mean(origin: Origin, rows: np.ndarray) -> np.ndarray:
    """Return the mean of a series' training rows, or of all training rows if it has none."""
    known, count = origin.training, len(origin.names)
    values, series = origin.targets[known], origin.series[known]
    sums = np.stack([np.bincount(series, column, count) for column in values.T], axis=-1)
    counts = np.bincount(series, minlength=count)[:, None]
    means = np.where(counts > 0, sums / np.maximum(counts, 1), values.mean(axis=0))
    return np.repeat(means[origin.series[rows]][..., None], len(origin.horizons), axis=-1)


def _linear(dataset: Dataset, columns: tuple[str, ...], last: bool) -> np.ndarray | None:
    """Return predictions of ridge regressions, one for each timestep, on the steps so far."""
    x, y, train = dataset.x, dataset.y, dataset.train
    past_targets = [f for f, name in enumerate(dataset.feature_names) if name in columns]
    if x[0].size > _MAX_WIDTH and past_targets:
        x = x[..., past_targets]
    n, timesteps, features = x.shape
    length = min(timesteps, _MAX_WIDTH // features)
    read = x[:train, :length].reshape(train, -1).astype(np.float64)
    mean = read.mean(axis=0)
    read -= mean
    try:
        inverse = np.linalg.inv(np.linalg.cholesky(read.T @ read + np.eye(length * features)))
    except np.linalg.LinAlgError:  # the numbers are too large
        return None
    predictions = np.empty((n, timesteps, dataset.targets))
    for t in range(timesteps - 1 if last else 0, timesteps):
        step = min(t, length - 1)  # later timesteps use the regression of timestep `length`
        width = (step + 1) * features
        if t == step or last:
            targets = y[:train, step].astype(np.float64)
            moment = read[:, :width].T @ (targets - targets.mean(axis=0))
            block = inverse[:width, :width]  # the inverse factor for the first `width` numbers
            weights = block.T @ (block @ moment)
        seen = x[:, t - step : t + 1].reshape(n, width).astype(np.float64)
        predictions[:, t] = (seen - mean[:width]) @ weights + targets.mean(axis=0)
    return predictions[:, -1:] if last else predictions


def _label(name: str, origin: Origin) -> str:
    if name == "mean" and len(origin.names) > 1:
        return "each series' mean"
    if name == "seasonal":
        rows = season_length(origin)
        is_repeated = max(origin.horizons) > origin.period
        return f"last {rows}" if is_repeated else f"value {rows} before"
    return BASELINES[name]


BASELINES = {  # all baselines with their usual names; of equally good ones, the first is the best
    "last": "last value",
    "seasonal": "",
    "drift": "drift",
    "mean": "mean baseline",
    "linear": "linear autoregression",
}


def on_weekdays(places: np.ndarray) -> bool:
    """Return whether all dates (R,) are weekdays, so that Monday follows Friday."""
    if places.dtype.kind != "M" or len(places) <= 10:
        return False
    days = places.astype("M8[D]")
    return bool((np.is_busday(days) & (days == places)).all())


def lags_of(origin: Origin, period: int = 1) -> np.ndarray:
    """Return how many rows before each target (H,) a value is known: multiples of `period`."""
    return period * -(-np.maximum(1, origin.horizons) // period)


def find_season(origin: Origin) -> int:
    """Return the rows per season in the targets' training rows, else the calendar's; 1 for none.

    Of several horizons, the middle one counts.
    """
    rows = np.flatnonzero(origin.training)[-MAX_SEASON_ROWS:]
    longest = rows[origin.series[rows] == np.bincount(origin.series[rows]).argmax()]
    natural = _SEASONS.get(_step(origin), ())
    # A power of two of rows, so that most moves of the training slider reuse the cached result.
    searched = longest[: min(1 << len(longest).bit_length() - 1, _SEARCHED_ROWS)]
    found = _search(origin.targets[searched, 0].tobytes())
    divisors = [m for m in range(2, found + 1) if found % m == 0]
    place = len(origin.horizons) // 2
    lags = {m: int(lags_of(origin, m)[place]) for m in sorted({1, *natural, *divisors})}
    # Leave out seasons that give the last value. Try those that fit into the longest series twice.
    lags = {m: lag for m, lag in lags.items() if m == 1 or lag > lags[1]}
    usual = next((m for m in natural if m in lags and lags[m] < len(longest)), 1)
    lags = {m: lag for m, lag in lags.items() if m == 1 or 2 * lag <= len(longest)}
    # Compare all seasons on the rows that have enough rows before them for the longest lag.
    first = rows - max(lags.values())
    rows = rows[(first >= 0) & (origin.series[first] == origin.series[rows])]
    if len(lags) == 1 or not len(rows):
        return usual
    spread = origin.targets[rows].var(axis=0)
    spread[spread == 0] = 1.0
    changes = {m: origin.targets[rows] - origin.targets[rows - lag] for m, lag in lags.items()}
    errors = {m: float((change**2 / spread).mean()) for m, change in changes.items()}
    most = NEARER * errors.pop(1)
    errors = {m: error for m, error in errors.items() if error < most}
    smallest = min(errors.values(), default=0.0)
    return min((m for m, error in errors.items() if AS_NEAR * error <= smallest), default=usual)


@lru_cache(maxsize=64)
def _search(column: bytes) -> int:
    """Return the season that `coreforecast` finds in a float64 column's bytes; 0 for none."""
    from coreforecast.seasonal import find_season_length  # noqa: PLC0415  only tables need it

    values = np.frombuffer(column)
    return int(find_season_length(values, max(len(values) // 3, 1)))


def season_length(origin: Origin) -> str:
    """Return a season in words: "7 days", or "7 rows" if there are time gaps."""
    return counted(origin.period, "row" if origin.gaps else _step(origin))


def _step(origin: Origin) -> str:
    """Return the step between two rows: "weekday" for days without weekends."""
    dates = origin.times
    weekdays = origin.step == "day" and dates is not None and on_weekdays(dates.values)
    return "weekday" if weekdays else origin.step
