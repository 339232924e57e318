"""Charts of a sweep show its numbers, and Plotly accepts them."""

import numpy as np
import plotly.graph_objects as go
import pytest

from lib.charts.palette import PALETTES
from lib.charts.sweep import curve_figure, map_figure
from lib.results.run import Status
from tests.unit.swept import a_label_point, a_point

LIGHT = PALETTES["light"]
POINTS = [
    a_point([0.1 * t, 0.2 * t, 0.4 * t], [0.01, 0.02, 0.03], T=t, cell=cell)
    for t in (16, 4)
    for cell in ("gru", "lstm")
]
GRU = [point for point in POINTS if point.values["cell"] == "gru"]


def valid(figure):
    """Return the figure as a dict, after Plotly has validated it."""
    go.Figure(figure.to_dict())
    return {"data": figure._data, "layout": figure._layout}


def trace(figure, name):
    """Return the trace with this name."""
    return next(each for each in figure["data"] if each["name"] == name)


@pytest.mark.parametrize("theme", list(PALETTES))
def test_a_curve_has_medians_seeds_and_their_range(theme):
    """The setting's values are in increasing order, for any order of the points."""
    figure = valid(curve_figure(GRU, "T", PALETTES[theme]))
    median = trace(figure, "sequence mode, median")
    assert list(median["x"]) == [4, 16]
    np.testing.assert_allclose(median["y"], [0.8, 3.2])
    np.testing.assert_allclose(trace(figure, "sequence mode, seeds")["y"], [1.6, 6.4, 1.6, 0.4])
    dots = trace(figure, "last-step mode, a seed")
    np.testing.assert_allclose(dots["y"], [0.01, 0.02, 0.03] * 2)
    assert list(trace(figure, "baseline")["y"]) == [1, 1]
    assert list(figure["layout"]["xaxis"]["ticktext"]) == ["4", "16"]
    labels = {note["text"] for note in figure["layout"]["annotations"]}
    assert {"sequence", "last-step", "baseline"} <= labels  # at the ends of the lines


def words(figure):
    """Return the texts in a map's squares."""
    return [note["text"] for note in figure["layout"]["annotations"] if note["xref"] == "x"]


def test_a_difference_that_is_not_significant_has_a_question_mark():
    """A letter names the mode with the smaller error. During a sweep, "?" marks every point."""
    points = [
        a_point([1, 1.1, 0.9, 1], [2, 2.1, 1.9, 2], T=4, U=2),
        a_point([1, 9, 0.1, 1], [0.9, 1, 4, 1], T=8, U=2),
        a_point([1, 1], [1, 1], Status.FAILED, T=16, U=2),
    ]
    figure = valid(map_figure(points, ("T", "U"), LIGHT, is_over=True))
    assert words(figure) == ["S 2×", "L 1.1×?", "✕"]
    assert np.shape(trace(figure, "difference")["z"]) == (1, 3)  # T is on the x axis
    early = valid(map_figure(points, ("T", "U"), LIGHT, is_over=False))
    assert words(early) == ["S 2×?", "L 1.1×?", "✕"]


def test_accuracies_of_labels_are_in_percent_and_their_differences_in_points():
    """The axis of accuracies is linear."""
    points = [a_label_point([0.9, 0.92], [0.8, 0.82], T=t, U=2) for t in (4, 8)]
    figure = valid(curve_figure(points, "T", LIGHT))
    np.testing.assert_allclose(trace(figure, "sequence mode, median")["y"], [91] * 2)
    assert list(trace(figure, "baseline")["y"]) == [50] * 2
    assert figure["layout"]["yaxis"].get("type") != "log"
    figure = valid(map_figure(points, ("T", "U"), LIGHT, is_over=True))
    assert words(figure) == ["S +10", "S +10"]
    assert "accuracy is 2 points higher" in figure["layout"]["annotations"][0]["text"]
