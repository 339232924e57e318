"""What models say of the rows after a table's last one, with bands that their past errors give.

*Direct*: windows whose targets lie beyond the end. *Fed back*: one row ahead, again and again, with
each answer in the place of the value that isn't known yet; only where all inputs are then known.

Bands are split conformal, by step ahead: a half-width is the ⌈0.9 (n + 1)⌉-th smallest of n
absolute errors on validation samples (Lei et al., "Distribution-Free Predictive Inference for
Regression", 2018; step by step as Stankevičiūtė, Alaa and van der Schaar, "Conformal Time-Series
Forecasting", 2021). That 90% of the targets lie inside is promised only where errors to come are
like these, which series don't promise: so it is counted on the test part. Nothing is drawn here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np

from lib.dataset import Dataset, Origin
from lib.experiment import Experiment
from lib.run import ModelWeights
from lib.tables.features import CALENDAR
from lib.worth import BUDGET, Answers, Part, cost, model_outputs, part_of

if TYPE_CHECKING:
    import pandas as pd

LEVEL = 0.9
MOST_STARTS = 200
"""From how many samples of a part answers are fed back, to see how wrong they become."""
LEAST_OWN = 20
"""Of a series with fewer errors of its own, those of all series make the band."""


class ForecastError(ValueError):
    """A forecast that can't be made. The message says why."""


@dataclass(frozen=True, slots=True, eq=False)
class Forecast:
    """What is said of the h rows after the last one of a series, of one target column."""

    times: pd.DatetimeIndex | None
    """When these rows will be, (h,); None where that isn't known."""
    values: dict[str, np.ndarray]
    """By mode, (h,), in the raw unit."""
    widths: dict[str, np.ndarray]
    """Half of the band's height, (h,); NaN where there are too few errors to tell."""
    errors: np.ndarray
    """How many errors each width is from, (h,) int."""
    covered: dict[str, tuple[int, int]]
    """By mode: how many targets of the test part lie inside such bands, and of how many. Empty
    where nobody asked, or there are none."""


def why_not_fed_back(dataset: Dataset) -> str:
    """A sentence where answers can't be fed back, else ""."""
    origin = _origin(dataset)
    if origin.horizons != (1,):
        return "Answers are fed back one row at a time: that needs a horizon of 1."
    known = {*origin.columns, *_waves(origin)}
    same = np.diff(origin.series) == 0
    others = [
        name
        for f, name in enumerate(dataset.feature_names)
        if name not in known and np.diff(origin.inputs[:, f])[same].any()
    ]
    if others:
        return (
            f"Answers can't be fed back: nobody knows {others[0]} of a row to come, and it is an "
            "input. Leave it out, or predict it as well."
        )
    return ""


def forecast(
    experiment: Experiment,
    dataset: Dataset,
    weights: ModelWeights,
    *,
    series: int,
    column: int,
    feed: int = 0,
    judged: Answers,
    tested: Answers | None = None,
) -> Forecast:
    """Forecast the rows after the last one of a series.

    Args:
        experiment: the run's.
        dataset: the run's.
        weights: of the run's models, by mode.
        series: which series, 0 to S-1.
        column: which target column, 0 to C-1.
        feed: how many rows to go by feeding answers back; 0 is direct, as far as the horizon.
        judged: what the models say of the validation part.
        tested: what they say of the test part, to count what lies inside the bands; None means
            that nobody has looked there.

    Raises:
        ForecastError: where the series is too short, or answers can't be fed back.
    """
    if feed and (why := why_not_fed_back(dataset)):
        raise ForecastError(why)
    make = _FedBack if feed else _Direct
    way = make(experiment, dataset, _origin(dataset), weights, series, column, feed)
    values, widths, covered = {}, {}, {}
    errors = np.zeros(0, int)
    for mode in weights:
        values[mode] = way.ahead(mode)
        wrong = way.errors(mode, "judged", judged)
        errors, width = np.isfinite(wrong).sum(axis=0), half_widths(wrong)
        widths[mode] = np.broadcast_to(width, values[mode].shape)
        if tested is not None:
            off = way.errors(mode, "test", tested)
            counted = np.isfinite(off) & np.isfinite(width)
            if counted.any():
                covered[mode] = int((off <= width)[counted].sum()), int(counted.sum())
    length = len(next(iter(values.values())))
    times = future_times(dataset, series, length)
    return Forecast(times, values, widths, np.broadcast_to(errors, (length,)), covered)


def half_widths(errors: np.ndarray, level: float = LEVEL) -> np.ndarray:
    """Of absolute errors (n, h), NaN where there is none, half of a band's height by step, (h,).

    NaN where there are too few: a band of 90% needs nine.
    """
    count = np.isfinite(errors).sum(axis=0)
    rank = np.ceil(level * (count + 1) - 1e-9).astype(int)
    ordered = np.sort(errors, axis=0)  # NaN last
    place = np.clip(rank - 1, 0, max(len(errors) - 1, 0))
    found = np.take_along_axis(ordered, place[None], axis=0)[0] if len(errors) else np.nan * count
    return np.where((rank <= count) & (count > 0), found, np.nan)


def future_times(dataset: Dataset, series: int, count: int) -> pd.DatetimeIndex | None:
    """When the `count` rows after the last one of a series will be; None where that isn't known.

    By the frequency that pandas finds in its last rows, else by months, or by the usual step.
    """
    import pandas as pd  # noqa: PLC0415  see lib/tables/table.py

    origin = _origin(dataset)
    if not isinstance(origin.times, pd.DatetimeIndex):
        return None
    known = pd.DatetimeIndex(origin.times[origin.series == series][-50:], freq="infer")
    if known.freq is not None:
        return pd.date_range(known[-1], periods=count + 1, freq=known.freq)[1:]
    if len(known) < 2:
        return None
    months = {"month": 1, "quarter": 3, "year": 12}.get(origin.step)
    step = pd.DateOffset(months=months) if months else known.to_series().diff().median()
    return pd.DatetimeIndex([known[-1] + k * step for k in range(1, count + 1)])


@dataclass(frozen=True, slots=True, eq=False)
class _Way:
    """What both ways to forecast share."""

    experiment: Experiment
    dataset: Dataset
    origin: Origin
    weights: ModelWeights
    series: int
    column: int
    feed: int

    def own(self, samples: np.ndarray) -> np.ndarray:
        """Which of some samples make the band, (m,) int: those of the series, else all."""
        mine = np.flatnonzero(self.origin.series[self.origin.starts[samples]] == self.series)
        return mine if len(mine) >= LEAST_OWN else np.arange(len(samples))

    @property
    def reach(self) -> int:
        """Rows from a window's first timestep to its last."""
        return self.origin.rate * (self.dataset.shape[1] - 1)

    def span(self) -> tuple[int, int]:
        """The first row of the series and the one after its last; it has a window at least."""
        mine = np.flatnonzero(self.origin.series == self.series)
        if len(mine) <= self.reach:
            raise ForecastError("This series has too few rows for a window.")
        return int(mine[0]), int(mine[-1]) + 1

    def scales(self, series: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Scale and offset of targets of some series, (n, K) or (K,).

        Those of each series' first sample. A series without any has none: ForecastError.
        """
        origin, scale, offset = self.origin, self.dataset.target_scale, self.dataset.target_offset
        if scale is None or offset is None:
            return np.ones(self.dataset.targets), np.zeros(self.dataset.targets)
        if scale.ndim == 1:
            return scale, offset
        known, first = np.unique(origin.series[origin.starts], return_index=True)
        if not np.isin(series, known).all():
            raise ForecastError("This series has too few rows for a window, so it has no scale.")
        samples = first[np.searchsorted(known, series)]
        return scale[samples], offset[samples]


class _Direct(_Way):
    """Windows at the end of a series, whose last step's targets lie beyond it."""

    def ahead(self, mode: str) -> np.ndarray:
        """(h,) in the raw unit: where a row has too short a window, NaN."""
        origin, far = self.origin, max(self.origin.horizons)
        if not far:
            raise ForecastError("Targets are of their timestep's own row, so none lies ahead.")
        first, end = self.span()
        last = np.arange(end - (1 if len(origin.horizons) > 1 else far), end)
        last = last[last - self.reach >= first]
        read = origin.inputs[last[:, None] + np.arange(-self.reach, 1, origin.rate)]
        outputs = model_outputs(self.experiment, self.weights[mode], read)[:, -1]
        scale, offset = self.scales(np.full(len(last), self.series))
        raw = (outputs * scale + offset).reshape(len(last), -1, len(origin.horizons))
        if self.dataset.base is not None:
            raw = raw + origin.targets[last, :, None]
        values = np.full(far, np.nan)
        values[-raw[:, self.column].size :] = raw[:, self.column].ravel()
        return values

    def errors(self, mode: str, _: Part, said: Answers) -> np.ndarray:
        """Absolute errors, (n, H), in the raw unit."""
        dataset, horizons = self.dataset, len(self.origin.horizons)
        mine = self.own(said.samples)
        samples = said.samples[mine]
        told = dataset.raw(said.last[mode][mine].astype(np.float64), samples, last=True)
        truth = dataset.raw(dataset.y[samples, -1].astype(np.float64), samples, last=True)
        columns = slice(self.column * horizons, (self.column + 1) * horizons)
        return cast(np.ndarray, np.abs(told - truth)[:, columns])


class _FedBack(_Way):
    """One row ahead again and again, each answer in the place of the next row's inputs."""

    def ahead(self, mode: str) -> np.ndarray:
        """(h,) in the raw unit."""
        return self._go_on(mode, np.array([self.span()[1] - 1]), self._to_come()[None])[0]

    def errors(self, mode: str, part: Part, _: Answers) -> np.ndarray:
        """Absolute errors, (n, h), of going on from samples; NaN where no row of the part is left.

        The samples are evenly spread over the part.
        """
        origin, samples = self.origin, part_of(self.dataset, part)
        last = origin.starts[samples] + self.reach
        ends = np.full(len(origin.names), -1)
        np.maximum.at(ends, origin.series[last], last + 1)  # the last row of the part by series
        each = cost({mode: self.weights[mode]}, self.dataset.shape[1]) * self.feed
        most = min(MOST_STARTS, max(LEAST_OWN, BUDGET // each))
        last = last[self.own(samples)]
        last = last[np.unique(np.linspace(0, len(last) - 1, most).round().astype(int))]
        rows = last[:, None] + np.arange(1, self.feed + 1)
        inside = rows <= ends[origin.series[last]][:, None]
        rows = np.minimum(rows, len(origin.targets) - 1)
        told = self._go_on(mode, last, origin.inputs[rows])
        return np.where(inside, np.abs(told - origin.targets[rows, self.column]), np.nan)

    def _go_on(self, mode: str, last: np.ndarray, ahead: np.ndarray) -> np.ndarray:
        """Answers after these rows, (n, h), in the raw unit.

        `ahead` (n, h, F) are the inputs of the rows to come, of which target columns aren't read.
        """
        origin, series = self.origin, self.origin.series[last]
        scale, offset = self.scales(series)
        names = self.dataset.feature_names
        own = [f for f, name in enumerate(names) if name in origin.columns]
        columns = [origin.columns.index(names[f]) for f in own]
        lines = np.zeros((2, len(origin.names), len(own)))  # from the raw unit to the inputs'
        for s in np.unique(series):
            rows = origin.series == s
            for j, (f, c) in enumerate(zip(own, columns, strict=True)):
                lines[:, s, j] = _line(origin.targets[rows, c], origin.inputs[rows, f])
        slope, constant = lines[:, series]
        window = origin.inputs[last[:, None] + np.arange(-self.reach, 1)]
        raw = origin.targets[last]
        told = []
        for j in range(self.feed):
            read = window[:, :: origin.rate]
            answer = model_outputs(self.experiment, self.weights[mode], read)[:, -1]
            base = raw if self.dataset.base is not None else 0.0
            raw = answer.astype(np.float64) * scale + offset + base
            told.append(raw[:, self.column])
            row = ahead[:, j].copy()
            row[:, own] = raw[:, columns] * slope + constant
            window = np.concatenate([window[:, 1:], row[:, None]], axis=1)
        return np.stack(told, axis=1)

    def _to_come(self) -> np.ndarray:
        """The inputs of the rows after the last one, (h, F): by the calendar, else as in the last.

        Else they are the same in all rows of a series, or target columns.
        """
        origin, (first, end) = self.origin, self.span()
        made = np.tile(origin.inputs[end - 1], (self.feed, 1))
        waves = {
            f: _waves(origin)[name]
            for f, name in enumerate(self.dataset.feature_names)
            if name in _waves(origin) and name not in origin.columns
        }
        if not waves:
            return made
        times = future_times(self.dataset, self.series, self.feed)
        if times is None:
            raise ForecastError("Nobody can tell the dates of the rows to come.")
        known = cast("pd.DatetimeIndex", origin.times)[first:end]
        for f, wave in waves.items():
            slope, constant = _line(wave(known), origin.inputs[first:end, f])
            made[:, f] = wave(times) * slope + constant
        return made


def _origin(dataset: Dataset) -> Origin:
    if dataset.origin is None:
        raise ForecastError("Only data that were cut from a table have rows to come.")
    return dataset.origin


def _waves(origin: Origin) -> dict[str, Callable[[pd.DatetimeIndex], np.ndarray]]:
    """What computes each input that dates decide, by the feature's name."""
    if not origin.time_format:
        return {}
    return {
        f"{name} ({wave})": lambda times, part=part, of=of: of(2 * np.pi * part(times))  # type: ignore[misc]
        for name, part in CALENDAR.items()
        for wave, of in (("sin", np.sin), ("cos", np.cos))
    }


def _line(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """Slope and constant of y = slope · x + constant, which holds for all of them."""
    low, high = int(np.argmin(x)), int(np.argmax(x))
    rise = float(y[high]) - float(y[low])
    slope = rise / float(x[high] - x[low]) if x[high] > x[low] else 0.0
    return slope, float(y[low]) - slope * float(x[low])
