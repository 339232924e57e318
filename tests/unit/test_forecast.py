"""Forecasts by models that are simple enough to compute by hand, and the widths of their bands."""

import numpy as np
import pandas as pd
import pytest

from lib.results import baselines, forecasting
from lib.results.baselines import predict
from lib.results.forecasting import (
    ForecastError,
    forecast,
    future_times,
    half_widths,
    why_not_fed_back,
)
from tests.unit import own_data

SALES = own_data.panel().sort_values(["store", "date"])["sales"].to_numpy().reshape(3, 200)


@pytest.fixture
def model_is(monkeypatch):
    """Return a function that replaces all models by a function of the inputs (n, T, F)."""

    def install(function):
        for module in (forecasting, baselines):
            monkeypatch.setattr(
                module, "model_outputs", lambda _, __, x, *_mask, **_mode: function(x)
            )

    return install


def of_load(inputs=("load",), weeks=6, **settings):
    """Return the experiment, dataset and weights for six weeks of an hourly load."""
    table = own_data.table(own_data.load(weeks), "hour")
    return own_data.cut(table, inputs, ("load",), **settings)


def forecast_of(prepared, *, with_test=False, series=0, feed=0):
    """Return the forecast of the first target, `with_test` including its coverage."""
    evaluated = predict(*prepared)
    tested = predict(*prepared, "test") if with_test else None
    return forecast(
        *prepared, series=series, column=0, feed=feed, evaluated=evaluated, tested=tested
    )


def test_a_half_width_is_an_order_statistic_of_the_errors():
    """It is the 90th smallest of 99 errors, the largest of 9 errors, and NaN for 8 errors."""
    errors = np.random.default_rng(0).permutation(np.arange(1.0, 100))
    assert half_widths(errors[:, None]) == 90
    assert half_widths(np.arange(9.0)[:, None]) == 8
    assert np.isnan(half_widths(np.arange(8.0)[:, None]))
    with_nan = np.full((20, 2), np.nan)
    with_nan[:9, 0], with_nan[:, 1] = np.arange(9.0), np.arange(20.0)
    assert half_widths(with_nan).tolist() == [8, 18]  # 18 has rank ⌈0.9 · 21⌉ = 19.
    assert np.isnan(half_widths(np.zeros((0, 2)))).all()


@pytest.mark.parametrize("form", ["value", "change"])
def test_a_direct_forecast_reads_the_last_windows(model_is, form):
    """Three rows ahead, each prediction repeats the last row of its own window."""
    model_is(lambda x: x if form == "value" else x * 0)
    prepared = own_data.sales(horizon=3, form=form)
    result = forecast_of(prepared, series=2)
    mean = np.zeros(3)
    if form == "change":  # The model's output 0 means the mean change.
        mean += prepared[1].target_offset
    for values in result.values.values():
        np.testing.assert_allclose(values, SALES[2, -3:] + mean, rtol=1e-5)
    assert result.times.tolist() == list(pd.date_range("2024-07-19", periods=3))


EACH = {"horizon": 10, "ahead": "each"}


@pytest.mark.parametrize(
    ("settings", "feed"), [({"horizon": 3}, 0), ({"horizon": 10}, 0), (EACH, 0), ({}, 10)]
)
def test_a_forecast_repeats_the_tables_baselines(settings, feed):
    """They equal the baselines' predictions for the same rows, once these rows are known."""
    count, frame = feed or settings["horizon"], own_data.panel()
    early = own_data.table(frame[frame["date"] < frame["date"].unique()[-count]], "day", "store")
    prepared = own_data.cut(early, ("sales",), ("sales",), **settings)
    repeated = forecast_of(prepared, series=1, feed=feed).baselines
    dataset = own_data.sales(**(EACH if feed else settings))[1]
    samples = np.flatnonzero(dataset.origin.series[dataset.origin.starts] == 1)
    last = {one.name: one.last[samples].astype(float) for one in dataset.baselines}
    shown = {one.name: one.label for one in prepared[1].baselines if one.label in repeated}
    assert {*shown} == {"last", "seasonal"}
    for name, label in shown.items():
        raw = dataset.raw(last[name], samples, last=True)  # (n, 1), or (n, count) for EACH
        np.testing.assert_allclose(repeated[label], raw.ravel()[-count:], rtol=1e-6)


def test_a_model_with_all_rows_ahead_as_targets_reads_only_the_last_window(model_is):
    """The last window predicts all 24 rows, each with its own half width."""
    model_is(lambda x: np.repeat(x[:, :, :1], 24, axis=-1))
    prepared = of_load(horizon=24, ahead="each")
    result = forecast_of(prepared)
    values = own_data.load(6)["load"].to_numpy()
    dataset = prepared[1]
    np.testing.assert_allclose(result.values["last"], values[-1], rtol=1e-5)
    last = dataset.origin.rows(6)[dataset.evaluated, -1]
    for h in (1, 12, 24):  # The error is the change in h hours.
        errors = np.sort(np.abs(values[last + h] - values[last]))
        rank = int(np.ceil(0.9 * (len(errors) + 1)))
        assert result.widths["last"][h - 1] == pytest.approx(errors[rank - 1], rel=1e-3)


def test_a_recursive_forecast_reads_its_own_predictions(model_is):
    """It equals a recursion by hand: the mean of the last two values read."""
    model_is(lambda x: (x + np.concatenate([x[:, :1], x[:, :-1]], axis=1)) / 2)
    for settings in ({}, {"rate": 2}):
        result = forecast_of(own_data.sales(T=4, **settings), series=1, feed=5)
        values = list(SALES[1])
        for _ in range(5):
            values.append((values[-1] + values[-1 - settings.get("rate", 1)]) / 2)
        np.testing.assert_allclose(result.values["last"], values[-5:], rtol=1e-4)


def test_a_recursive_forecast_of_changes_reads_changes(model_is):
    """The model repeats the change over the last two rows."""
    experiment, dataset, weights = own_data.sales(form="change", T=4, rate=2)
    inputs, (shift,), (scale,) = dataset.origin.x_scale, dataset.target_offset, dataset.target_scale
    model_is(lambda x: (x[:, :, :1] * inputs.deviation[0] + inputs.offset[0] - shift) / scale)
    values = list(SALES[1])
    for _ in range(5):
        values.append(values[-1] + values[-1] - values[-3])
    result = forecast_of((experiment, dataset, weights), series=1, feed=5)
    np.testing.assert_allclose(result.values["last"], values[-5:], rtol=1e-3)


def test_future_rows_have_inputs_computed_from_their_dates(model_is):
    """The model returns the sine of the last row's hour, so the forecast is a sine by the hour."""
    names = ("load", "hour of day")
    prepared = of_load(names)
    at = prepared[1].feature_names.index("hour of day (sin)")
    model_is(lambda x: x[:, :, at : at + 1])
    result = forecast_of(prepared, feed=30)
    scaled = (result.values["last"] - prepared[1].target_offset) / prepared[1].target_scale
    known = prepared[1].origin.inputs[:, at]
    np.testing.assert_allclose(scaled, known[-25 - 168 : -25 - 168 + 30], atol=1e-5)
    assert result.times[0] == pd.Timestamp("2024-02-12 00:00")


def test_bands_of_a_recursive_forecast_are_from_forecasts_in_the_validation_part(model_is):
    """Validation samples start recursive forecasts, whose errors are known up to the part's end."""
    model_is(lambda x: x)
    prepared = of_load(T=12, test=10)
    dataset = prepared[1]
    result = forecast_of(prepared, feed=30, with_test=True)
    values = own_data.load(6)["load"].to_numpy()
    last = dataset.origin.rows(12)[dataset.evaluated, -1]
    chosen = last[np.unique(np.linspace(0, len(last) - 1, 200).round().astype(int))]
    test = dataset.origin.rows(12)[len(dataset.x) - dataset.test :, -1]
    inside = total = 0
    for j in range(1, 31):
        starts = chosen[chosen + j <= last.max() + 1]
        errors = np.sort(np.abs(values[starts + j] - values[starts]))
        width = errors[int(np.ceil(0.9 * (len(errors) + 1))) - 1]
        assert result.widths["last"][j - 1] == pytest.approx(width, rel=1e-3)
        tested = test[test + j <= test.max() + 1]
        inside += int((np.abs(values[tested + j] - values[tested]) <= width).sum())
        total += len(tested)
    assert result.covered["last"][1] == total
    assert result.covered["last"][0] == pytest.approx(inside, abs=2)  # Edges are rounded.


def test_an_impossible_forecast_has_a_reason():
    """An input is unknown for future rows, or targets aren't in the next row."""
    with pytest.raises(ForecastError, match="own row"):
        forecast_of(of_load(horizon=0))
    frame = own_data.load(6)
    frame["wind"] = np.random.default_rng(0).normal(size=len(frame))
    table = own_data.table(frame, "hour")
    prepared = own_data.cut(table, ("load", "wind"), ("load",))
    assert "wind" in why_not_fed_back(prepared[1])
    with pytest.raises(ForecastError, match="wind"):
        forecast_of(prepared, feed=3)
    assert "one row ahead" in why_not_fed_back(of_load(horizon=2)[1])
    assert not why_not_fed_back(own_data.cut(table, ("load", "wind"), ("load", "wind"))[1])
    panel = own_data.table(own_data.panel(), "day", "store")
    assert not why_not_fed_back(own_data.cut(panel, ("sales", "store"), ("sales",))[1])


MONTH_ENDS = pd.date_range("2024-01-31", periods=12, freq="ME")
MONTH_MIDDLES = MONTH_ENDS.map(lambda day: day.replace(day=15))
WORKING_DAYS = pd.bdate_range("2024-01-01", periods=20)


@pytest.mark.parametrize(
    ("times", "step", "expected"),
    [
        (MONTH_ENDS, "month", ["2025-01-31", "2025-02-28"]),
        (MONTH_ENDS.delete(8), "month", ["2025-01-31", "2025-02-28"]),
        (MONTH_MIDDLES, "month", ["2025-01-15", "2025-02-15"]),
        (WORKING_DAYS, "day", ["2024-01-29", "2024-01-30"]),
        (WORKING_DAYS.delete(11), "day", ["2024-01-29", "2024-01-30"]),
        (WORKING_DAYS[[0, 1, 2, 4]], "day", ["2024-01-06", "2024-01-07"]),
    ],
)
def test_future_dates_continue_the_last_dates(times, step, expected):
    """They follow months or working days, otherwise the median step between the last dates."""
    frame = pd.DataFrame({"time": times.strftime("%Y-%m-%d"), "value": np.arange(len(times)) % 3.0})
    settings = {"T": 2, "horizon": 1 if len(times) > 5 else 0}
    prepared = own_data.cut(own_data.table(frame, step), ("value",), ("value",), **settings)
    assert future_times(prepared[1], 0, 2).strftime("%Y-%m-%d").tolist() == expected


def test_a_band_is_from_the_series_own_errors(model_is):
    """Each series has its own band. With too few errors there is no band."""
    model_is(lambda x: x)
    widths = [forecast_of(own_data.sales(), series=s).widths["last"][0] for s in range(3)]
    assert len({*map(float, widths)}) == 3
    few = forecast_of(own_data.sales(train=95, T=24), series=0)
    assert np.isnan(few.widths["last"][0])


@pytest.mark.parametrize("feed", [0, 3])
def test_a_series_without_a_window_has_no_forecast(feed):
    """Other series still have a forecast."""
    frame = own_data.panel()
    tiny = frame[frame["store"] == "north"].head(4).assign(store="tiny")
    table = own_data.table(pd.concat([frame, tiny]), "day", "store")
    prepared = own_data.cut(table, ("sales",), ("sales",))
    with pytest.raises(ForecastError, match="too few rows"):
        forecast_of(prepared, series=prepared[1].origin.names.index("tiny"), feed=feed)
    assert np.isfinite(forecast_of(prepared, series=0, feed=feed).values["last"]).all()
