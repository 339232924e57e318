"""Models of a table compared with baselines: pictures and words."""

import math

import numpy as np
import pytest

from lib.charts import chart
from lib.charts.sentences import nth
from lib.charts.skill import (
    _with_band,
    dates_words,
    forecast_figure,
    forecast_words,
    on_dates_figure,
    score_texts,
    skill_sentence,
    skill_takeaway,
)
from lib.data import every_kth
from lib.data.datasets.bundled import gapminder, macro
from lib.results import SkillTable, Snapshot, Status, by_row, forecast, predict, skill_of_seeds
from lib.results.baselines import Score
from lib.text import percent
from tests.unit import own_data
from tests.unit.pictures import LIGHT, the, words_of

SEQUENCE, LAST = ("sequence", "sequence mode"), ("last", "last-step mode")


def a_score(name, label, *rmse):
    """Return a model's or baseline's errors by target column."""
    errors = np.array(rmse, float)
    return Score(name, label, 0.8 * errors, errors, errors)


def a_table(*models, baselines=None, samples=math.inf):
    """Return scores. Last week is the best baseline of target 0, the last value of target 1."""
    baselines = baselines or (
        a_score("last", "last value", 3.0, 1.0),
        a_score("seasonal", "value 168 hours before", 2.0, 4.0),
    )
    return SkillTable(np.arange(50), 1, models, baselines, samples)


@pytest.mark.parametrize(
    ("models", "target", "samples", "expected"),
    [
        ([(SEQUENCE, 1, 1), (LAST, 1, 1)], 0, math.inf, "both modes beat the best baseline, v"),
        ([(SEQUENCE, 2.5, 0), (LAST, 2.2, 0)], 0, math.inf, "no mode clearly beats the best"),
        ([(SEQUENCE, 1, 9), (LAST, 2.5, 9)], 0, math.inf, "sequence mode beats the best baseline"),
        ([(SEQUENCE, 1.99, 9)], 0, math.inf, "no mode clearly beats the best baseline"),
        ([(LAST, 1, 1.5)], 1, math.inf, "baseline, last value."),
        ([], 0, math.inf, "baseline to beat: value 168"),
        ([(SEQUENCE, 1.8, 1), (LAST, 1.9, 9)], 0, 24, "Too close to tell with 24 independent"),
        ([(SEQUENCE, 0.4, 1), (LAST, 9, 9)], 0, 24, "sequence mode beats the best baseline"),
        ([(SEQUENCE, 1.8, 1), (LAST, 1.9, 9)], 0, 5000, "both modes beat"),
    ],
)
def test_a_mode_is_compared_with_the_targets_best_baseline(models, target, samples, expected):
    """A slightly smaller error doesn't count as better, and few samples decide nothing."""
    table = a_table(*[a_score(*mode, *rmse) for mode, *rmse in models], samples=samples)
    text = skill_takeaway(table, target, "evaluated")
    assert expected in text
    assert len(text.split()) <= 15
    assert skill_takeaway(table, target, "test") == text.replace("In this run,", "On test samples,")


def test_a_constant_target_has_no_comparison():
    """No mode can be better if all baselines are exact."""
    exact = (a_score("last", "last value", 0.0), a_score("mean", "mean baseline", 0.0))
    table = a_table(a_score(*LAST, 0.0), baselines=exact)
    assert "constant" in skill_takeaway(table, 0, "evaluated")
    assert score_texts(table, a_score(*LAST, math.nan), 0) == ["–"] * 4


def test_the_sentence_defines_the_tables_numbers():
    """The sentence has the samples, and the denominator of MASE."""
    experiment, dataset, weights = own_data.sales()
    table, untrained = skill_of_seeds(experiment, dataset, (weights,)), Snapshot("", Status.PAUSED)
    words = skill_sentence(dataset, table, 0, "evaluated", untrained)
    assert f"the last step of {len(table.samples)} validation samples" in words
    assert "the mean absolute change over 7 days in the training part" in words


def drawn(prepared, *, baseline="last", modes=("sequence", "last")):
    """Return the chart of the validation part, and its predictions by row."""
    experiment, dataset, weights = prepared
    outputs = predict(experiment, dataset, {mode: weights[mode] for mode in modes})
    rows = by_row(dataset, outputs, 0, int(dataset.origin.series[dataset.origin.starts[-1]]))
    [picked] = [one for one in dataset.baselines if one.name == baseline]
    return on_dates_figure(dataset, rows, 0, picked, LIGHT), rows


def ahead(prepared, feed=0):
    """Return the chart of a forecast, and the forecast."""
    evaluated, dataset = predict(*prepared), prepared[1]
    result = forecast(*prepared, series=0, column=0, feed=feed, evaluated=evaluated)
    return forecast_figure(dataset, result, 0, 0, LIGHT), result


def test_the_validation_part_is_drawn_on_its_dates():
    """The chart spans all targets, with the target in ink and each mode in its color."""
    prepared = own_data.sales()
    figure, rows = drawn(prepared)
    target, last = the(figure, "target"), the(figure, "last-step mode")
    assert (target["x"][0], target["x"][-1]) == ("2024-05-28T00:00:00", "2024-07-18T00:00:00")
    np.testing.assert_allclose(target["y"], rows.targets)
    assert target["line"]["color"] == LIGHT.ink
    assert last["x"][0] == "2024-06-02T00:00:00"  # the last step of the first window
    known = np.isfinite(rows.last["last"])
    np.testing.assert_allclose(last["y"], rows.last["last"][known])
    band = np.array(the(figure, "every step")["y"]).reshape(2, -1)  # The upper edge is reversed.
    np.testing.assert_allclose([band[0], band[1, ::-1]], rows.steps)
    assert "all predictions of a date" in words_of(figure)
    assert the(figure, "last value")["line"]["dash"] == "dot"
    assert "last value" in words_of(figure)
    takeaway, details = dates_words(prepared[1], rows, 0)
    error = np.nanmean(np.abs(rows.last["last"] - rows.targets))
    assert f"last-step mode {error:,.0f}" in takeaway or f"last-step mode {error:.3g}" in takeaway
    assert details.startswith("Sales of west, 2024-05-28 to 2024-07-18. The band spans")
    assert "up to 6 for a date" in details
    figure, _ = drawn(prepared, modes=(), baseline="mean")  # before training
    assert [trace["name"] for trace in figure.data] == ["target", "each series' mean"]


def test_with_one_window_per_series_sequence_mode_predicts_every_date():
    """Sequence mode is a line through all dates. Last-step mode has a dot at the end."""
    names = ("life expectancy", "log population")
    prepared = own_data.cut(gapminder(), names, names[:1], T=11, split="id")
    figure, rows = drawn(prepared)
    assert list(the(figure, "sequence mode")["x"]) == [f"{year}" for year in range(1957, 2008, 5)]
    assert list(the(figure, "last-step mode")["x"]) == ["2007"]
    np.testing.assert_allclose(rows.last["sequence"][-1], rows.steps[0][-1], rtol=1e-5)
    assert "1957 to 2007." in dates_words(prepared[1], rows, 0)[1]


@pytest.mark.parametrize(
    ("count", "season", "every"), [(1500, 24, 1), (2000, 24, 5), (70_000, 168, 47)]
)
def test_every_kth_row_includes_every_hour_of_the_day(count, season, every):
    """At most 1,500 rows are drawn, and k shares no factor with the season."""
    assert every_kth(count / chart.MOST_POINTS, season) == every
    assert math.gcd(every, season) == 1
    assert [nth(place) for place in (2, 3, 4, 11, 22)] == ["2nd", "3rd", "4th", "11th", "22nd"]


def test_a_forecast_follows_the_last_known_row():
    """Band and line begin a day after the last row, and the band has the computed width."""
    figure, result = ahead(own_data.sales(horizon=3))
    known, line = the(figure, "known"), the(figure, "sequence mode")
    assert known["x"][-1] == "2024-07-18T00:00:00"
    assert list(line["x"]) == [f"2024-07-{day}T00:00:00" for day in (19, 20, 21)]
    band = the(figure, "sequence mode's band")
    low, high = np.array(band["y"]).reshape(2, -1)  # The upper edge is reversed.
    np.testing.assert_allclose(high[::-1] - low, 2 * result.widths["sequence"])
    assert figure.layout.yaxis.range[1] > high.max()
    assert list(the(figure, "value 7 days before")["y"]) == list(known["y"][-7:-4])
    assert the(figure, "last value")["line"]["dash"] == "dot"
    assert not figure.layout.shapes  # There is no test part.
    names = ("inflation", "interest")
    figure, _ = ahead(own_data.cut(macro(), names, names), 3)  # Without dates, rows are counted.
    assert list(the(figure, "last-step mode")["x"]) == ["+1", "+2", "+3"]
    assert figure.layout.xaxis.categoryarray[-4] == "2009 Q3"


def test_a_forecast_has_its_band_and_the_bands_coverage_of_the_test_part():
    """The chart marks the test part. It has the coverage only if the test part was evaluated."""
    prepared = own_data.sales(test=20)
    dataset, evaluated = prepared[1], predict(*prepared)
    about = {"series": 0, "column": 0, "evaluated": evaluated}
    result = forecast(*prepared, **about, tested=predict(*prepared, "test"))
    takeaway, details = forecast_words(dataset, result, fed_back=False, picked=False)
    assert takeaway.startswith("2024-07-19: sequence mode ")
    assert takeaway.count(" ± ") == 2
    assert len(takeaway.split()) <= 15
    inside, total = result.covered["last"]
    share = percent(100 * inside / total)
    assert f"{share} of {total} targets in last-step mode" in details
    figure = forecast_figure(dataset, result, 0, 0, LIGHT)
    assert share in words_of(figure)
    [test_area], known = figure.layout.shapes, the(figure, "known")
    assert (test_area.x0, test_area.x1) == (known["x"][0], known["x"][-1])
    recursive = forecast(*prepared, **about, feed=100)
    details = forecast_words(dataset, recursive, fed_back=True, picked=False)[1]
    assert "the next row's input, 100 times" in details
    assert "in the band" not in words_of(forecast_figure(dataset, recursive, 0, 0, LIGHT))
    for value, width, expected in (
        (356.944, 0.656, "356.9 ± 0.66"),
        (-1234.5, 9.83, "−1,234 ± 9.8"),
        (2.5e-6, 2e-5, "2.5\u202f×\u202f10⁻⁶ ± 2\u202f×\u202f10⁻⁵"),
        (12.34, math.nan, "12.3"),
    ):
        assert _with_band(value, width) == expected
