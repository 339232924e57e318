"""Baselines equal loops over rows or textbook formulas, and are sorted by error."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from lib.charts.skill import season_sentence
from lib.data.tables import baselines
from lib.data.tables.baselines import _label, baseline_predictions, find_season, with_baselines
from lib.results.baselines import seasonal_error
from tests.unit import own_data

ORIGIN = own_data.windows_of_load(weeks=2).origin


def of_values(values, step="row", horizons=(1,), *, times=None, period=1):
    """Return the origin of one series with values (R,), 70% of them for training."""
    count = len(values)
    zeros = np.zeros(count, int)
    return replace(
        ORIGIN,
        targets=np.asarray(values)[:, None],
        series=zeros,
        segment=zeros,
        times=times,
        step=step,
        horizons=horizons,
        training=np.arange(count) / count < 0.7,
        period=period,
    )


def two_columns(inputs, targets, **settings):
    """Return a dataset of three stores with the columns sales and visits."""
    frame = own_data.panel(40)
    frame["visits"] = np.random.default_rng(0).normal(size=len(frame)).cumsum()
    table = own_data.table(frame, "day", "store")
    return own_data.cut(table, inputs, targets, **settings)[1]


def by_loop(name, origin, row, horizon, column):
    """Return a baseline's prediction for one target, computed directly from the rows."""
    values, mine = origin.targets[:, column], origin.series == origin.series[row]
    first, last = int(np.flatnonzero(mine)[0]), row
    if name == "mean":
        return values[mine & origin.training].mean()
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
@pytest.mark.parametrize(
    "settings", [{"horizon": 1}, {"horizon": 7, "rate": 2}, {"horizon": 6, "ahead": "each"}]
)
def test_baselines_equal_a_loop_over_rows(name, settings):
    """This covers three series, two columns, a period of 5, all timesteps, and the last one."""
    columns = ("sales", "visits")
    windows = two_columns(columns, columns, T=4, **settings)
    windows = replace(windows, origin=replace(windows.origin, period=5))
    origin = windows.origin
    ahead = [(column, horizon) for column in (0, 1) for horizon in origin.horizons]
    rows = origin.rows(4).ravel()
    predicted = [by_loop(name, origin, row, h, column) for row in rows for column, h in ahead]
    expected = np.reshape(predicted, (len(windows.x), 4, -1))
    expected = (expected - windows.target_offset) / windows.target_scale
    np.testing.assert_allclose(baseline_predictions(name, windows, last=False), expected, atol=1e-9)
    np.testing.assert_allclose(
        baseline_predictions(name, windows, last=True), expected[:, -1:], atol=1e-9
    )


def test_the_last_value_baseline_predicts_no_change():
    """In the targets' scale, a change of 0 is (0 - offset) / deviation."""
    _, windows, _ = own_data.sales(form="change")
    last = baseline_predictions("last", windows, last=True)[:, 0]
    expected = -windows.target_offset / windows.target_scale
    np.testing.assert_allclose(last, np.tile(expected, (len(last), 1)), atol=1e-6)


def ridge(inputs, targets, train, x):
    """Fit a textbook ridge regression to `inputs` (n, P) and `targets` (n, K). Predict for x."""
    ones = np.concatenate([np.ones((len(inputs), 1)), inputs], axis=1)[:train]
    penalty = np.eye(ones.shape[1])
    penalty[0, 0] = 0
    weights = np.linalg.solve(ones.T @ ones + penalty, ones.T @ targets[:train])
    return np.concatenate([np.ones((len(x), 1)), x], axis=1) @ weights


def test_the_linear_baseline_is_a_regression_on_the_inputs_up_to_each_timestep():
    """A single factorization for all timesteps equals a regression for each timestep."""
    windows = two_columns(("sales", "visits"), ("sales",), T=5, horizon=2, ahead="each")
    predicted = baseline_predictions("linear", windows, last=False)
    for t in range(5):
        inputs = windows.x[:, : t + 1].reshape(len(windows.x), -1).astype(float)
        expected = ridge(inputs, windows.y[:, t].astype(float), windows.train, inputs)
        np.testing.assert_allclose(predicted[:, t], expected, atol=1e-4)
    last = baseline_predictions("linear", windows, last=True)
    np.testing.assert_allclose(last, predicted[:, -1:], atol=1e-4)


def test_in_a_wide_window_the_regression_reads_only_the_latest_targets(monkeypatch):
    """It reads 4 of 12 numbers: the target column at the last four timesteps."""
    monkeypatch.setattr(baselines, "_MAX_WIDTH", 4)
    windows = two_columns(("visits", "sales"), ("sales",), T=6)
    predicted = baseline_predictions("linear", windows, last=False)
    sales = windows.x[..., windows.feature_names.index("sales")].astype(float)
    targets = windows.y[:, 3].astype(float)
    for t in range(3, 6):
        expected = ridge(sales[:, :4], targets, windows.train, sales[:, t - 3 : t + 1])
        np.testing.assert_allclose(predicted[:, t], expected, atol=1e-4)
    np.testing.assert_allclose(
        baseline_predictions("linear", windows, last=True), predicted[:, -1:], atol=1e-4
    )


def test_without_a_regression_the_other_baselines_remain():
    """Inputs of 10¹⁵ are too large for a regression."""
    windows = own_data.windows_of_load(weeks=2)
    x = np.full_like(windows.x, 1e15)
    x[::2] = -1e15
    remaining = with_baselines(replace(windows, x=x)).baselines
    assert {"last", "mean"} <= {baseline.name for baseline in remaining}


def evaluated_errors(windows):
    """Return validation RMSEs by label, in the order of the baselines."""
    ranked = windows.baselines
    assert windows.baseline_label == ranked[0].label
    np.testing.assert_allclose(windows.baseline[:, -1], ranked[0].last, rtol=1e-3, atol=1e-3)
    errors = {each.label: (each.last - windows.y[:, -1])[windows.evaluated] for each in ranked}
    return {label: np.sqrt((error**2).mean()) for label, error in errors.items()}


def test_last_week_is_the_best_baseline_for_an_hourly_load():
    """A day ahead, last week's value beats yesterday's value and the regression."""
    windows = own_data.windows_of_load(horizon=24)
    assert windows.origin.period == 168
    errors = evaluated_errors(windows)
    assert next(iter(errors)) == "value 168 hours before"
    assert errors["value 168 hours before"] < 0.6 * errors["linear autoregression"]
    assert errors["linear autoregression"] < errors["last value"]
    daily = replace(windows, origin=replace(windows.origin, period=24))
    assert baseline_predictions("seasonal", daily, last=True) is None  # it equals the last value


@pytest.mark.parametrize(
    ("step", "rows", "season"),
    [("week", 156, 52), ("day", 60, 7), ("day", 1100, 7), ("row", 60, 1), ("hour", 3, 1)],
)
def test_without_a_season_in_the_rows_the_calendars_season_counts(step, rows, season):
    """Random values have no season. Rows without dates have no season of the calendar, either."""
    origin = of_values(np.random.default_rng(0).normal(size=rows).cumsum(), step)
    origin = replace(origin, period=find_season(origin))
    assert origin.period == season
    assert ("No season was found" in season_sentence(origin)) is (season == 1)
    change = np.diff(origin.targets[origin.training], axis=0)
    if season == 1 and len(change):
        assert seasonal_error(origin) == pytest.approx(np.abs(change).mean(axis=0))


WEEK = np.array([-60, -80, -40, 0, 60, 130, -10])


@pytest.mark.parametrize(
    ("cycle", "rows", "step", "noise"),
    [
        # A lag of two weeks has, by chance, the smaller error in half of these tables.
        *((WEEK, rows, "day", 30) for rows in (60, 200, 400)),
        # Two similar but different weeks alternate, so the season is two weeks.
        (np.r_[WEEK, 0.6 * WEEK + [20, -10, 0, -20, 10, 0, 30]], 400, "day", 30),
        # A season of 11 rows isn't in any calendar.
        (np.random.default_rng(5).normal(size=11), 440, "row", 0.1),
    ],
)
def test_the_shortest_of_the_best_seasons_is_found(cycle, rows, step, noise):
    """Multiples of the season have nearly the same error, for ten seeds of noise."""
    for seed in range(10):
        values = np.resize(cycle, rows) + np.random.default_rng(seed).normal(0, noise, rows)
        assert find_season(of_values(values, step)) == len(cycle)


@pytest.mark.parametrize(
    ("step", "period", "horizons", "gap", "label"),
    [
        ("hour", 24, (30,), False, "last 24 hours"),
        ("day", 5, (1,), False, "value 5 weekdays before"),
        ("day", 5, (1,), True, "value 5 rows before"),
    ],
)
def test_a_season_counts_steps_if_its_rows_are_complete(step, period, horizons, gap, label):
    """If rows are missing, the season counts rows."""
    times = pd.date_range("2024-01-01", periods=101, freq="B" if step == "day" else "h")
    times = times.delete(50) if gap else times[:100]
    values = np.random.default_rng(7).normal(size=100)
    origin = of_values(values, step, horizons, times=times, period=period)
    origin = replace(origin, segment=(np.arange(100) >= 50).astype(int) * gap)
    assert _label("seasonal", origin) == label
