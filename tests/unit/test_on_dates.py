"""The charts over dates: what is drawn where, and that Plotly accepts all of it."""

import math

import numpy as np
import plotly.graph_objects as go
import pytest

from lib.charts import chart
from lib.charts.palette import PALETTES
from lib.charts.worth import forecast_figure, on_dates_figure
from lib.data import every_kth
from lib.data.datasets.series import gapminder, macro
from lib.results.forecast import forecast
from lib.results.skill import answers, by_row
from tests.unit import own_data
from tests.unit.pictures import LIGHT, the, words_of


def nations(**_):
    """A window each, with years as texts."""
    names = ("life expectancy", "log population")
    return own_data.cut(gapminder(), names, names[:1], T=11, split="id")


def quarters(**settings):
    """One series with texts as times."""
    return own_data.cut(macro(), ("inflation", "interest"), ("inflation", "interest"), **settings)


def drawn(prepared, *, baseline="last", series=0, modes=("sequence", "last"), palette=LIGHT):
    """The validation part's chart, and what it is drawn from."""
    experiment, dataset, weights = prepared
    said = answers(experiment, dataset, {mode: weights[mode] for mode in modes})
    origin = dataset.origin
    rows = by_row(dataset, said, 0, int(origin.series[origin.starts[-1]]) or series)
    [guess] = [one for one in dataset.baselines if one.name == baseline]
    return on_dates_figure(dataset, origin, rows, 0, guess, palette=palette), rows


def ahead(prepared, feed=0, palette=LIGHT):
    """The chart of the rows to come, and what it is drawn from."""
    experiment, dataset, weights = prepared
    judged = answers(experiment, dataset, weights)
    about = experiment, dataset, weights
    coming = forecast(*about, series=0, column=0, feed=feed, judged=judged)
    return forecast_figure(dataset, dataset.origin, coming, 0, 0, palette=palette), coming


def edges(figure, name):
    """The lower and the upper edge of a band, which is drawn there and back."""
    band = the(figure, name)
    low, high = np.array(band["y"]).reshape(2, -1)
    there, back = np.array(band["x"]).reshape(2, -1)
    assert band["fill"] == "toself"
    assert list(there) == list(back[::-1])
    return low, high[::-1]


@pytest.mark.parametrize("theme", PALETTES)
@pytest.mark.parametrize("prepare", [own_data.sales, nations, quarters])
def test_plotly_accepts_every_chart(prepare, theme):
    """They are built without its checks; of dates, of texts, and of a single window."""
    palette = PALETTES[theme]
    for modes in ((), ("last",), ("sequence", "last")):
        figure, _ = drawn(prepare(), modes=modes, palette=palette)
        go.Figure(figure.to_dict())
    go.Figure(ahead(prepare(), palette=palette)[0].to_dict())
    go.Figure(ahead(quarters(), 5, palette)[0].to_dict())


def test_the_part_is_drawn_on_its_dates():
    """From the first target to the last; the target in ink, and each mode in its colour."""
    figure, rows = drawn(own_data.sales())
    truth, last = the(figure, "target"), the(figure, "last-step mode")
    assert truth["x"][0] == "2024-05-28T00:00:00"
    assert truth["x"][-1] == "2024-07-18T00:00:00"
    np.testing.assert_allclose(truth["y"], rows.truth)
    assert truth["line"]["color"] == LIGHT.ink
    assert last["x"][0] == "2024-06-02T00:00:00"  # five days later: the first window's last step
    assert len(last["y"]) == np.isfinite(rows.last["last"]).sum()
    low, high = edges(figure, "every step's answers")
    assert (low <= high).all()
    answered = np.isfinite(rows.last["sequence"])
    assert (low[answered] <= rows.last["sequence"][answered]).all()
    assert the(figure, "guessing tomorrow as today")["line"]["dash"] == "dot"
    assert "guessing tomorrow as today" in words_of(figure)


def test_without_models_the_target_and_a_baseline_are_drawn():
    """Before training; another baseline where it is picked."""
    figure, _ = drawn(own_data.sales(), modes=(), baseline="mean")
    assert [trace["name"] for trace in figure.data] == ["target", "guessing each series' mean"]


def test_of_many_dates_some_are_drawn_and_never_one_hour_alone(monkeypatch):
    """Every k-th, and k shares no factor with the season."""
    most = chart.MOST_POINTS
    assert every_kth(1500 / most, 24) == 1
    assert every_kth(2000 / most, 24) == 5
    for count in (1501, 9_000, 70_000):
        every = every_kth(count / most, 168)
        assert math.gcd(every, 168) == 1
        assert 300 <= count / every <= 1500
    monkeypatch.setattr(chart, "MOST_POINTS", 20)
    figure, rows = drawn(own_data.sales())
    every = every_kth(len(rows.rows) / 20, 7)
    np.testing.assert_allclose(the(figure, "target")["y"], rows.truth[::every])


def test_a_forecast_follows_the_last_known_row():
    """Band and line begin a day after the last; the band is as high as the widths say."""
    figure, coming = ahead(own_data.sales(horizon=3))
    known, said = the(figure, "known"), the(figure, "sequence mode")
    assert known["x"][-1] == "2024-07-18T00:00:00"
    assert list(said["x"]) == [f"2024-07-{day}T00:00:00" for day in (19, 20, 21)]
    low, high = edges(figure, "sequence mode's band")
    np.testing.assert_allclose(high - low, 2 * coming.widths["sequence"])
    top = figure.layout.yaxis.range[1]
    assert top > high.max()


def test_rows_to_come_without_dates_are_counted():
    """After the last quarter comes +1."""
    figure, _ = ahead(quarters(), 3)
    assert list(the(figure, "last-step mode")["x"]) == ["+1", "+2", "+3"]
    assert figure.layout.xaxis.categoryarray[-4] == "2009 Q3"


def test_a_column_can_be_called_anything():
    """No name is taken for markup."""
    frame = own_data.panel().rename(columns={"sales": "<b>x</b>"})
    table = own_data.table(frame, "day", "store")
    figure, _ = drawn(own_data.cut(table, ("<b>x</b>",), ("<b>x</b>",)))
    assert figure.layout.yaxis.title.text == "&lt;b&gt;x&lt;/b&gt;"
