"""Forecasts of the rows after a table's last row, with prediction bands from past errors.

A *direct* forecast reads windows whose targets are after the last row. A *recursive* forecast
predicts one row ahead, and each prediction becomes an input of the next. Bands are split conformal:
by row, half of the height is the ⌈0.9 (n + 1)⌉-th smallest of n absolute errors on validation
samples (Lei et al., "Distribution-Free Predictive Inference for Regression", 2018).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np

from lib.data import CALENDAR, Dataset, Origin, on_a_circle
from lib.experiment import Experiment
from lib.results.baselines import BUDGET, Predictions, cost, last_errors, model_outputs
from lib.results.history import spread_places
from lib.results.run import ModelWeights
from lib.text import joined

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

LEVEL = 0.9  # the share of errors inside a band
MOST_STARTS, LEAST_STARTS = 200, 20  # bounds of how many recursive forecasts measure the errors


class ForecastError(ValueError):
    """Raised if a forecast is impossible. The message has the reason."""


@dataclass(frozen=True, slots=True, eq=False)
class Forecast:
    """A forecast of one target column for the h rows after the last row of a series."""

    rows: int  # the number of forecast rows, h
    times: pd.DatetimeIndex | None  # (h,); None if unknown
    values: dict[str, np.ndarray]  # by mode, (h,), in the raw unit
    widths: dict[str, np.ndarray]  # half of the band's height, (h,); NaN for too few errors
    covered: dict[str, tuple[int, int]]  # by mode: test targets inside the band, all test targets
    baselines: dict[str, np.ndarray]  # by label, (h,): the "last" and the "seasonal" baseline


def why_not_fed_back(dataset: Dataset) -> str:
    """Return why a recursive forecast is impossible, as a sentence; "" if it is possible."""
    origin = dataset.cut_from
    if origin.horizons != (1,):
        return "A recursive forecast predicts one row at a time. Set the target one row ahead."
    known = {*origin.columns, *_by_dates(origin, None)}
    same = np.diff(origin.series) == 0
    changes = np.diff(origin.inputs, axis=0)[same].any(axis=0)
    names = zip(dataset.feature_names, changes, strict=True)
    unknown = [name for name, varies in names if varies and name not in known]
    if unknown:
        future = f"future values of {joined(unknown)} are unknown"
        return f"No recursive forecast: {future}. Remove these inputs, or predict them too."
    return ""


def forecast(
    experiment: Experiment,
    dataset: Dataset,
    weights: ModelWeights,
    *,
    series: int,
    column: int,
    feed: int = 0,
    evaluated: Predictions,
    tested: Predictions | None = None,
) -> Forecast:
    """Forecast target `column`, 0 to C-1, after the end of `series`, 0 to S-1.

    `feed` is the number of rows of a recursive forecast; 0 makes a direct forecast. `evaluated`
    predictions set the bands, `tested` predictions their coverage. Raises ForecastError.
    """
    if feed and (why := why_not_fed_back(dataset)):
        raise ForecastError(why)
    values, widths, covered = {}, {}, {}
    for mode, arrays in weights.items():
        model = _Model(experiment, dataset, mode, arrays, series, column)
        values[mode] = model.fed_back(feed) if feed else model.direct()
        width = half_widths(model.errors(evaluated, feed))
        widths[mode] = np.broadcast_to(width, values[mode].shape)
        if tested is not None:
            wrong = model.errors(tested, feed)
            known = np.isfinite(wrong) & np.isfinite(width)
            if known.any():
                covered[mode] = int((wrong <= width)[known].sum()), int(known.sum())
    rows = feed or max(dataset.cut_from.horizons)
    times, repeated = future_times(dataset, series, rows), _repeated(dataset, series, column, feed)
    return Forecast(rows, times, values, widths, covered, repeated)


def _repeated(dataset: Dataset, series: int, column: int, feed: int) -> dict[str, np.ndarray]:
    """Return the "last" and "seasonal" baselines by label, (h,), as defined for samples."""
    origin = dataset.cut_from
    past = origin.targets[origin.series == series, column]
    ahead = np.arange(1, feed + 1) if feed else np.array(origin.horizons)
    target = len(past) + np.arange(max(ahead))
    repeated, seasons = {}, {"last": 1, "seasonal": origin.period}
    for one in dataset.baselines:
        if season := seasons.get(one.name):
            row = target - season * -(-ahead // season)  # whole seasons before the target
            row = np.where(row >= 0, row, target - ahead)  # without such a row, the last one read
            repeated[one.label] = past.take(row, mode="clip")
    return repeated


def half_widths(errors: np.ndarray) -> np.ndarray:
    """Return half of a band's height (h,) for absolute errors (n, h); NaN for n below nine."""
    ranks = np.ceil(LEVEL * (np.isfinite(errors).sum(axis=0) + 1) - 1e-9).astype(int)
    ordered = np.pad(np.sort(errors, axis=0), ((0, 1), (0, 0)), constant_values=np.nan)  # NaN last
    return cast(np.ndarray, np.take_along_axis(ordered, ranks[None] - 1, axis=0)[0])


def future_times(dataset: Dataset, series: int, count: int) -> pd.DatetimeIndex | None:
    """Return the times of the `count` rows after a series; None if they are unknown."""
    import pandas as pd  # noqa: PLC0415  see lib/data/tables/table.py

    origin = dataset.cut_from
    if not isinstance(origin.times, pd.DatetimeIndex):
        return None
    known = pd.DatetimeIndex(origin.times[origin.series == series][-50:], freq="infer")
    if len(known) < 2:
        return None
    months = {"month": 1, "quarter": 3, "year": 12}.get(origin.step)
    usual: pd.Timedelta | pd.offsets.BaseOffset = known.to_series().diff().median()
    if months:
        usual = pd.DateOffset(months=months)
    elif usual == pd.Timedelta("1D") and known[-1] - known[0] >= pd.Timedelta("14D"):
        days = "".join(f"{int(day in known.day_of_week)}" for day in range(7))
        usual = pd.offsets.CustomBusinessDay(weekmask=days)
    return pd.DatetimeIndex([known[-1] + k * (known.freq or usual) for k in range(1, count + 1)])


def predicted_features(dataset: Dataset) -> tuple[list[int], list[int]]:
    """Return a table's features that are also targets, and their target columns."""
    names, columns = dataset.feature_names, dataset.cut_from.columns
    features = [f for f, name in enumerate(names) if name in columns]
    return features, [columns.index(names[f]) for f in features]


@dataclass(frozen=True, slots=True)
class _Model:
    """The model of one mode, with the series and the target column to forecast."""

    experiment: Experiment
    dataset: Dataset
    mode: str
    arrays: tuple[np.ndarray, ...]
    series: int
    column: int

    @property
    def reach(self) -> int:
        """Rows from a window's first timestep to its last."""
        return self.dataset.cut_from.rate * (self.dataset.shape[1] - 1)

    def predict(self, windows: np.ndarray, now: np.ndarray) -> np.ndarray:
        """Return raw predictions (n, C, H); predicted changes are added to values `now` (n, C)."""
        outputs = model_outputs(self.experiment, self.arrays, windows, mode=self.mode)
        predicted = outputs[:, -1].astype(np.float64)
        raw = self.dataset.cut_from.y_scale.raw(predicted).reshape(*now.shape, -1)
        return raw if self.dataset.base is None else raw + now[..., None]

    def last_rows(self) -> np.ndarray:
        """Return the rows of the series at which a window can end. There is at least one."""
        rows = np.flatnonzero(self.dataset.cut_from.series == self.series)[self.reach :]
        if not len(rows):
            raise ForecastError("This series has too few rows for a window.")
        return rows

    def direct(self) -> np.ndarray:
        """Return raw predictions (h,) of windows at the series' end; NaN if rows are too few."""
        origin, far = self.dataset.cut_from, max(self.dataset.cut_from.horizons)
        if not far:
            raise ForecastError("Each target is in its timestep's own row. Set targets ahead.")
        # With several horizons a window predicts all rows, otherwise each window predicts one.
        last = self.last_rows()[-1 if len(origin.horizons) > 1 else -far :]
        windows = origin.inputs[last[:, None] + np.arange(-self.reach, 1, origin.rate)]
        predicted = self.predict(windows, origin.targets[last])
        values = predicted[:, self.column].ravel()
        return np.pad(values, (far - len(values), 0), constant_values=np.nan)

    def errors(self, given: Predictions, feed: int) -> np.ndarray:
        """Return absolute raw errors (n, h) of predictions, or of recursive forecasts if `feed`."""
        origin = self.dataset.cut_from
        mine = np.flatnonzero(origin.series[origin.starts[given.samples]] == self.series)
        if feed:
            return self.errors_fed_back(origin.starts[given.samples[mine]] + self.reach, feed)
        wrong = last_errors(self.dataset, given.samples[mine], given.last[self.mode][mine])
        by_column = np.abs(wrong).reshape(-1, len(origin.columns), len(origin.horizons))
        return cast(np.ndarray, by_column[:, self.column])

    def fed_back(self, feed: int) -> np.ndarray:
        """Return a recursive forecast of the next `feed` rows, (feed,), in the raw unit."""
        origin, last = self.dataset.cut_from, self.last_rows()[-1:]
        ahead = np.tile(origin.inputs[last], (1, feed, 1))
        computed = _by_dates(origin, future_times(self.dataset, self.series, feed))
        for f, name in enumerate(self.dataset.feature_names):
            if name in computed:
                ahead[0, :, f] = origin.x_scale.of([f]).standard(computed[name]())
        return self.continue_from(last, ahead)[0]

    def errors_fed_back(self, last: np.ndarray, feed: int) -> np.ndarray:
        """Return errors (n, feed) of recursive forecasts after rows `last`; NaN after their end."""
        origin, end = self.dataset.cut_from, last.max(initial=-1) + 1
        each_cost = cost({self.mode: self.arrays}, self.dataset.shape[1]) * feed
        most = min(MOST_STARTS, max(LEAST_STARTS, BUDGET // each_cost))
        last = last[spread_places(len(last), most)]
        rows = last[:, None] + np.arange(1, feed + 1)
        inside = rows <= end
        rows = np.minimum(rows, len(origin.targets) - 1)
        predicted = self.continue_from(last, origin.inputs[rows])
        return np.where(inside, np.abs(predicted - origin.targets[rows, self.column]), np.nan)

    def continue_from(self, last: np.ndarray, ahead: np.ndarray) -> np.ndarray:
        """Return predictions (n, h) after rows `last`; `ahead` (n, h, F) has the known inputs."""
        origin = self.dataset.cut_from
        predicted_inputs, columns = predicted_features(self.dataset)
        scale = origin.x_scale.of(predicted_inputs)
        window = origin.inputs[last[:, None] + np.arange(-self.reach, 1)]
        known = [origin.targets[last - k] for k in reversed(range(origin.rate))]  # (n, C) each
        predicted = []
        for row in np.swapaxes(ahead, 0, 1).copy():
            now = self.predict(window[:, :: origin.rate], known[-1])[..., 0]
            predicted.append(now[:, self.column])
            read = now if self.dataset.base is None else now - known[0]
            row[:, predicted_inputs] = scale.standard(read[:, columns])
            known = [*known[1:], now]
            window = np.concatenate([window[:, 1:], row[:, None]], axis=1)
        return np.stack(predicted, axis=1)


def _by_dates(origin: Origin, times: pd.Index | None) -> dict[str, Callable[[], np.ndarray]]:
    """Return functions that compute inputs from dates, by the input's name."""
    names = CALENDAR if origin.time_format else ()
    made = (feature for name in names for feature in on_a_circle(name, times))
    return {name: function for name, function in made if name not in origin.columns}
