"""Guesses without a recurrent layer: each against a loop over rows, and which is the best one."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from lib.charts.skill import season_sentence
from lib.data import Dataset, Origin
from lib.data.origin import Scale, Season
from lib.data.tables import baselines
from lib.data.tables.baselines import BASELINES, with_baselines
from lib.data.tables.seasons import find_season
from lib.results.skill import seasonal_error
from lib.text import joined
from tests.unit import own_data

SAME = Scale(np.zeros(1), np.ones(1))
"""It leaves values as they are."""


def rows_of(series, names, values, *, times=None, step="row", horizons=(1,), period=1, train=0.7):
    """An Origin of rows that are in order; `train` of each series' rows are for training."""
    place = np.concatenate([np.arange(count) / count for count in np.bincount(series)])
    return Origin(
        targets=values,
        inputs=values.astype(np.float32),
        series=series,
        segment=series,
        names=names,
        times=times,
        step=step,
        starts=np.zeros(0, int),
        rate=1,
        horizons=horizons,
        training=place < train,
        season=Season(period, period),
        time_format="",
        columns=tuple(f"c{c}" for c in range(values.shape[1])),
        x_scale=SAME,
        y_scale=SAME,
        every=1,
    )


def cut(origin, timesteps, rate=1, *, scale=SAME, change=False):
    """All windows that fit in, of each series; those of training rows come first."""
    reach = (timesteps - 1) * rate + max(origin.horizons)
    starts = np.arange(len(origin.series) - reach)
    starts = starts[origin.series[starts] == origin.series[starts + reach]]
    known = origin.training[starts + reach]
    starts = np.concatenate([starts[known], starts[~known]])
    origin = replace(origin, starts=starts, rate=rate, y_scale=scale)
    rows = origin.rows(timesteps)
    y = np.stack([origin.targets[rows + h] for h in origin.horizons], axis=-1)
    y = y.reshape(*rows.shape, -1)
    base = np.repeat(origin.targets[rows], len(origin.horizons), axis=-1) if change else None
    y = scale.standard(y - (base if change else 0), origin.series[starts][:, None])
    return Dataset(
        name="upload",
        title="rows",
        x=origin.inputs[rows],
        y=y.astype(np.float32),
        train=int(known.sum()),
        feature_names=tuple(f"c{c}" for c in range(origin.inputs.shape[1])),
        target_names=tuple(f"{k}" for k in range(y.shape[-1])),
        timestep_names=tuple(f"{t}" for t in range(timesteps)),
        naive=y,
        naive_label="",
        base=base,
        origin=origin,
    )


def guess_of(name, windows, *, last):
    """What a baseline says."""
    return BASELINES[name].guess(windows, windows.origin, last)


def some_rows(rng, counts=(31, 23), columns=2, **rest):
    """Random walks, `counts` rows of each series."""
    series = np.repeat(np.arange(len(counts)), counts)
    names = tuple(f"s{i}" for i in range(len(counts)))
    values = rng.normal(size=(len(series), columns)).cumsum(axis=0) + 100 * series[:, None]
    return rows_of(series, names, values, **rest)


def by_loop(name, origin, row, horizon, column):
    """The same guesses as in lib, said once more for one target."""
    values, mine = origin.targets[:, column], origin.series == origin.series[row]
    first = int(np.flatnonzero(mine)[0])
    last = row if horizon else row - 1
    mean = values[mine & origin.training].mean()
    if name == "mean" or last < first:
        return mean
    if name == "seasonal":
        season = row + horizon - origin.period
        while season > last:
            season -= origin.period
        return values[season] if season >= first else values[last]
    if name == "drift" and last > first:
        slope = (values[last] - values[first]) / (last - first)
        return values[last] + (row + horizon - last) * slope
    return values[last]


@pytest.mark.parametrize("name", ["last", "seasonal", "drift", "mean"])
@pytest.mark.parametrize("horizons", [(0,), (1,), (3,), (7,), (1, 2, 6)])
def test_guesses_are_what_a_loop_over_rows_finds(name, horizons):
    """Two series, two columns, a period of 5, a scale: every timestep, and the last one alone."""
    origin = some_rows(np.random.default_rng(0), horizons=horizons, period=5)
    k = 2 * len(horizons)
    windows = cut(origin, 4, 2, scale=Scale(np.full(k, 3.0), np.arange(1.0, k + 1)))
    expected = np.array(
        [
            [[by_loop(name, origin, row, h, c) for c in range(2) for h in horizons] for row in rows]
            for rows in windows.origin.rows(4)
        ]
    )
    expected = (expected - 3) / np.arange(1, k + 1)
    np.testing.assert_allclose(guess_of(name, windows, last=False), expected)
    np.testing.assert_allclose(guess_of(name, windows, last=True), expected[:, -1:])


def test_a_change_and_scales_by_series_are_taken_into_account():
    """Of a change from the last value "no change" is 0, less the offset, by each series' scale."""
    origin = some_rows(np.random.default_rng(1), columns=1)
    scale = Scale(np.array([[-1.0], [1.0]]), np.array([[1.0], [2.0]]))
    windows = cut(origin, 3, scale=scale, change=True)
    series = origin.series[windows.origin.starts]
    last = guess_of("last", windows, last=True)[:, 0, 0]
    np.testing.assert_allclose(last, np.where(series == 0, 1, -1 / 2))


def ridge(read, told, train, x):
    """One ridge regression with an intercept, by the textbook: (n, P), (n, K) → of all x."""
    ones = np.concatenate([np.ones((len(read), 1)), read], axis=1)[:train]
    penalty = np.eye(ones.shape[1])
    penalty[0, 0] = 0
    weights = np.linalg.solve(ones.T @ ones + penalty, ones.T @ told[:train])
    return np.concatenate([np.ones((len(x), 1)), x], axis=1) @ weights


def test_the_linear_guess_is_a_regression_for_each_timestep_on_what_was_read():
    """Each timestep's own solve gives the same as the one factor for all."""
    origin = some_rows(np.random.default_rng(2), (90,), horizons=(1, 3))
    windows = cut(origin, 5)
    samples = len(windows.x)
    guess = guess_of("linear", windows, last=False)
    for t in range(5):
        read = windows.x[:, : t + 1].reshape(samples, -1).astype(float)
        told = windows.y[:, t].astype(float)
        np.testing.assert_allclose(guess[:, t], ridge(read, told, windows.train, read), rtol=1e-4)
    last = guess_of("linear", windows, last=True)
    np.testing.assert_allclose(last, guess[:, -1:], rtol=1e-4)


def test_a_wide_window_is_read_by_its_own_columns_and_its_latest_timesteps(monkeypatch):
    """Of 6 × 2 numbers 4 may be read: four timesteps of the one target column."""
    monkeypatch.setattr(baselines, "_MAX_WIDTH", 4)
    origin = some_rows(np.random.default_rng(3), (90,))
    windows = cut(replace(origin, columns=("c1",)), 6)
    guess = guess_of("linear", windows, last=False)
    own = windows.x[..., 1].astype(float)
    told = windows.y[:, 3].astype(float)
    for t in range(3, 6):
        expected = ridge(own[:, :4], told, windows.train, own[:, t - 3 : t + 1])
        np.testing.assert_allclose(guess[:, t], expected, rtol=1e-4)
    np.testing.assert_allclose(guess_of("linear", windows, last=True), guess[:, -1:], rtol=1e-4)


def test_numbers_too_large_for_a_regression_leave_it_out():
    """The others stay."""
    origin = some_rows(np.random.default_rng(4), (40,))
    x = np.full((37, 3, 2), 1e15, np.float32)
    x[::2] = -1e15
    windows = replace(cut(origin, 3), x=x)
    found = with_baselines(windows, windows.origin).baselines
    assert {"last", "mean"} <= {one.name for one in found}


def of_column(frame, name, step, horizons=(1,)):
    """One column of a frame whose first one is the time."""
    time = pd.DatetimeIndex(pd.to_datetime(frame.iloc[:, 0]))
    values = frame[[name]].to_numpy()
    series = np.zeros(len(frame), int)
    return rows_of(series, ("",), values, times=time, step=step, horizons=horizons)


def of_values(values, step="row", horizons=(1,), **rest):
    """One series of these values (R,)."""
    series = np.zeros(len(values), int)
    return rows_of(series, ("",), np.asarray(values)[:, None], step=step, horizons=horizons, **rest)


def judged_errors(windows):
    """Root mean squared errors by label, over the validation part, in order."""
    made = with_baselines(windows, windows.origin)
    found = made.baselines
    assert made.naive_label == found[0].label
    np.testing.assert_allclose(made.naive[:, -1], found[0].last, rtol=1e-3, atol=1e-3)
    wrong = [(one.last - windows.y[:, -1])[windows.train :] for one in found]
    return {one.label: np.sqrt((w**2).mean()) for one, w in zip(found, wrong, strict=True)}


def test_an_hourly_load_is_guessed_by_last_week():
    """A day ahead, last week beats yesterday, which is "no change" there, and the regression."""
    origin = of_column(own_data.load(), "load", "hour", (24,))
    assert find_season(origin).period == 168
    errors = judged_errors(cut(replace(origin, season=Season(168, 168)), 24))
    assert next(iter(errors)) == "the same hour last week"
    assert errors["the same hour last week"] < 0.6 * errors["a linear autoregression"]
    assert errors["a linear autoregression"] < errors["guessing no change"]
    same_day = cut(replace(origin, season=Season(24, 24)), 24)
    found = with_baselines(same_day, same_day.origin).baselines
    assert "seasonal" not in {one.name for one in found}


def test_where_no_season_is_nearer_the_calendars_is_listed_and_counts_for_no_more():
    """A year ago a rising level was lower by more than it changes in a week: MASE goes by a row."""
    origin = of_column(own_data.trend(), "co2", "week")
    found = find_season(origin)
    assert (found.period, found.baseline) == (1, 52)
    origin = replace(origin, season=found)
    errors = judged_errors(cut(origin, 24))
    assert next(iter(errors)) == "a linear autoregression"
    assert errors["the value 52 weeks before"] > errors["guessing no change"]
    change = np.diff(origin.targets[origin.training], axis=0)
    assert seasonal_error(origin) == pytest.approx(np.abs(change).mean(axis=0))


@pytest.mark.parametrize(("step", "period"), [("month", 12), ("day", 7), ("hour", 24)])
@pytest.mark.parametrize("is_noisy", [True, False])
def test_a_season_is_found_a_whole_one_ahead(step, period, is_noisy):
    """The last known value is the seasonal one then: it isn't listed twice."""
    rng, count = np.random.default_rng(0), 40 * period
    phases = rng.normal(size=period) if is_noisy else np.sin(2 * np.pi * np.arange(period) / period)
    values = phases[np.arange(count) % period] + rng.normal(0, 0.2, count)
    for horizon in (period, 2 * period):
        origin = of_values(values, step, (horizon,))
        origin = replace(origin, season=find_season(origin))
        assert origin.period == period
        windows = cut(origin, 4)
        found = {one.name for one in with_baselines(windows, windows.origin).baselines}
        assert ("seasonal" in found) == (origin.season.baseline > period)
        assert seasonal_error(origin) == pytest.approx(0.2, rel=0.5)


@pytest.mark.parametrize(
    ("step", "rows", "tried", "left_out", "baseline"),
    [
        ("week", 156, "52 rows", "", 52),  # 109 of them are for training
        ("week", 140, "", "52 rows were not tried: that takes two periods, 104 training rows", 52),
        ("week", 70, "", "and there are 49", 1),
        ("month", 36, "12 rows", "", 12),
        ("day", 60, "7 rows", "365 rows were not tried", 7),
        ("day", 1100, "7 and 365 rows", "", 7),
        ("row", 60, "", "", 1),
    ],
)
def test_seasons_that_are_said_to_have_been_tried_were(step, rows, tried, left_out, baseline):
    """And those of the calendar that were not are said with the reason; one is listed."""
    origin = of_values(np.random.default_rng(0).normal(size=rows).cumsum(), step)
    origin = replace(origin, season=find_season(origin))
    assert origin.season.baseline == baseline
    told = season_sentence(origin, 0)
    assert ("(tried: " in told) is bool(origin.season.tried)
    assert joined([f"{m:,}" for m in origin.season.tried]) in told
    assert tried in told
    assert left_out in told
    assert ("not tried" in told) is bool(left_out)


WEEK = np.array([-60, -80, -40, 0, 60, 130, -10])


@pytest.mark.parametrize(
    ("cycle", "rows", "step", "noise"),
    [
        # Two weeks repeat what one does, and are nearer by chance in every other table.
        *((WEEK, rows, "day", 30) for rows in (60, 200, 400)),
        # Its weeks are alike, but not by as much as a week is that truly repeats.
        (np.r_[WEEK, 0.6 * WEEK + [20, -10, 0, -20, 10, 0, 30]], 400, "day", 30),
        # A season that no calendar knows: nothing but the values tells.
        (np.random.default_rng(5).normal(size=11), 440, "row", 0.1),
    ],
)
def test_the_shortest_season_of_those_that_are_nearest_is_found(cycle, rows, step, noise):
    """Whatever the noise."""
    for seed in range(10):
        values = np.resize(cycle, rows) + np.random.default_rng(seed).normal(0, noise, rows)
        assert find_season(of_values(values, step)).period == len(cycle)


@pytest.mark.parametrize(
    ("rows", "step", "horizon", "baseline"),
    [(3, "hour", 1, 1), (9, "hour", 1, 1), (30, "hour", 1, 1), (200, "row", 1, 1),
     (300, "hour", 24, 168)],
)  # fmt: skip
def test_noise_and_short_tables_have_no_season(rows, step, horizon, baseline):
    """A day ahead by the hour, yesterday is the last value: the baseline is a week ago."""
    values = np.random.default_rng(6).normal(size=rows).cumsum()
    assert find_season(of_values(values, step, (horizon,)))[:2] == (1, baseline)


@pytest.mark.parametrize(
    ("step", "period", "horizons", "gap", "label"),
    [
        ("hour", 24, (1,), False, "the same hour yesterday"),
        ("hour", 24, (30,), False, "repeating the last known day"),
        ("hour", 24, (1,), True, "the value 24 rows before"),
        ("hour", 9, (1,), False, "the value 9 hours before"),
        ("row", 9, (10,), False, "repeating the last 9 rows"),
        ("day", 5, (1,), False, "the same weekday last week"),
        ("day", 10, (1,), False, "the value 10 weekdays before"),
        ("day", 3, (1,), False, "the value 3 rows before"),
        ("day", 5, (1,), True, "the value 5 rows before"),
    ],
)
def test_a_season_is_called_by_the_calendar_only_where_its_rows_keep_to_it(
    step, period, horizons, gap, label
):
    """A missing hour makes "24 rows before" another hour; days here have no weekends."""
    times = pd.date_range("2024-01-01", periods=101, freq="B" if step == "day" else "h")
    times = times.delete(50) if gap else times[:100]
    values = np.random.default_rng(7).normal(size=100)
    origin = of_values(values, step, horizons, times=times, period=period)
    assert BASELINES["seasonal"].label(origin) == label
    segment = (np.arange(100) >= 50).astype(int) * gap
    told = season_sentence(replace(origin, segment=segment), period)
    assert ("a gap of time (1 gap)" in told) is gap
