"""Pictures and words of a sweep: all that they say is a number of the sweep."""

from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from lib.charts.palette import PALETTES
from lib.charts.sweep import (
    curve_figure,
    found_details,
    found_takeaway,
    map_figure,
    parallel_figure,
    sweep_title,
)
from lib.results.compared import compare_modes
from lib.results.run import Status
from lib.results.swept import MODES, PointResult, axes_of, clear_mode, corrected, findings, named
from tests.unit.swept import a_point

LOW, HIGH = [1.0, 1.1, 0.9, 1.0], [2.0, 2.1, 2.0, 2.2]
SEQUENCE, LAST, NEITHER = (LOW, HIGH), (HIGH, LOW), (LOW, LOW[::-1])


@pytest.mark.parametrize(
    ("errors", "says"),
    [
        ([SEQUENCE, NEITHER], "Sequence mode is clearly better at 1 of 2 points"),
        ([LAST, LAST, NEITHER], "Last-step mode is clearly better at 2 of 3 points"),
        ([SEQUENCE, LAST, LAST], "Clearly better of 3 points: sequence mode at 1, last-step mode"),
        ([NEITHER] * 3, "Neither mode"),
    ],
)
def test_the_sentence_says_at_how_many_points_each_mode_is_better(errors, says) -> None:
    """By the verdict of `compare_modes` at each point, corrected for their number."""
    points = [a_point(*each, T=k + 2) for k, each in enumerate(errors)]
    sentence = found_takeaway(points)
    assert sentence.startswith(says)
    assert len(sentence.split()) <= 15


def test_where_no_mode_is_better_hardly_any_sweep_finds_one() -> None:
    """Of 200 sweeps of 12 points: without the correction a third of them and more would."""
    rng = np.random.default_rng(0)
    wrong = uncorrected = 0
    for _ in range(200):
        points = [a_point(*np.exp(rng.normal(0, 1, (2, 4))).tolist(), T=k + 2) for k in range(12)]
        wrong += any(map(clear_mode, findings(points).values()))
        alone = [compare_modes(*map(point.errors, MODES)) for point in points]
        uncorrected += any(each.p_value < 0.05 for each in alone)
    assert wrong <= 0.07 * 200
    assert uncorrected > 0.3 * 200


def test_holm_s_correction_on_an_example_by_hand() -> None:
    """The least counts three times, the next twice; none is less than one before, nor above 1."""
    assert corrected([0.04, 0.01, 0.03]) == pytest.approx([0.06, 0.03, 0.06])
    assert corrected([0.6, 0.7]) == [1.0, 1.0]
    assert corrected([]) == []


def test_takeaways_of_one_seed_of_lost_points_and_of_none() -> None:
    """One seed decides nothing, however far apart; a point that diverged counts for no mode."""
    single = [a_point([1e-9], [1.0], T=4), a_point([1.0], [0.5], T=8)]
    lost = a_point([1, 1], [1, 1], Status.DIVERGED, T=4)
    some = [lost, a_point([1.0, 1.01, 1.02], [2.0, 2.01, 2.03], T=8)]
    assert not any(map(clear_mode, findings(single).values()))
    for points, said in (
        (single, "One seed decides nothing: sequence mode's error is smaller at 1 of 2 points."),
        (some, "Sequence mode is clearly better at 1 of 1 point, last-step mode at none."),
        ([lost], "No point could be trained: see the table."),
        ([], "No point is trained yet."),
    ):
        assert found_takeaway(points) == said
    assert found_details(some)[-1] == "1 point without figures: see the table."
    assert found_details([]) == []


def test_the_details_name_the_smallest_error_and_the_test() -> None:
    """And how many points the test is corrected for."""
    points = [
        a_point([1, 1], [2, 2], T=4, cell="gru"),
        a_point([3, 3], [0.5, 0.5], T=8, cell="lstm"),
    ]
    least, test = found_details(points)
    assert "last-step mode at T = 8, cell = LSTM: 0.5." in least
    assert "corrected for 2 points by Holm's method" in test
    assert "less than 5 %" in test


def test_axes_are_in_order_of_size_and_names_as_they_came() -> None:
    """Whatever the order of the points; the title names what varies."""
    points = [a_point([1], [1], T=t, cell=c) for t in (16, 4) for c in ("simple_rnn", "gru")]
    assert axes_of(points) == {"T": [4, 16], "cell": ["simple_rnn", "gru"]}
    assert axes_of([]) == {}
    assert named(points[0].values) == "T = 16, cell = SimpleRNN"
    title = "Echo: the error against timesteps T and cell, 1 seed"
    assert sweep_title("Echo", ["T", "cell"], 1) == title


def test_takeaways_of_many_points_and_seeds_have_at_most_15_words() -> None:
    """96 points with 16 seeds each."""
    more, less = list(np.linspace(2, 2.1, 16)), list(np.linspace(1, 1.1, 16))
    sequence = [a_point(less, more, T=t) for t in range(2, 50)]
    last = [a_point(more, less, T=t) for t in range(50, 98)]
    for points in (sequence, last, sequence + last):
        assert len(found_takeaway(points).split()) <= 15


@pytest.mark.parametrize(("samples", "is_clear"), [(6, False), (1e6, True)])
def test_too_few_independent_samples_make_no_mode_better(samples: float, is_clear: bool) -> None:
    """However well the seeds agree."""
    point = a_point([0.5, 0.51, 0.49, 0.5], [0.7, 0.71, 0.7, 0.69], samples=samples, T=8)
    [found] = findings([point]).values()
    assert clear_mode(found) == ("sequence" if is_clear else "")
    assert ("too few" in " ".join(found_details([point]))) is not is_clear


LIGHT = PALETTES["light"]
POINTS = [
    a_point([0.1 * t, 0.2 * t, 0.4 * t], [0.01, 0.02, 0.03], T=t, cell=cell)
    for t in (16, 4)
    for cell in ("gru", "lstm")
]
GRU = [point for point in POINTS if point.values["cell"] == "gru"]


def valid(figure: go.Figure) -> dict[str, Any]:
    """The figure as a dict, once Plotly has checked all of it."""
    go.Figure(figure.to_dict())
    return {"data": figure._data, "layout": figure._layout}


def trace(figure: dict[str, Any], name: str) -> dict[str, Any]:
    """The trace with this name."""
    return next(each for each in figure["data"] if each["name"] == name)


@pytest.mark.parametrize("relative", [False, True])
def test_a_curve_has_medians_the_seeds_and_their_band(relative: bool) -> None:
    """In order of size, whatever the order of the points."""
    figure = valid(curve_figure(GRU, "T", LIGHT, relative=relative))
    median = trace(figure, "sequence mode, median")
    assert list(median["x"]) == [4, 16]
    np.testing.assert_allclose(median["y"], [0.8, 3.2])
    np.testing.assert_allclose(trace(figure, "sequence mode, seeds")["y"], [1.6, 6.4, 1.6, 0.4])
    dots = trace(figure, "last-step mode, a seed")
    np.testing.assert_allclose(dots["y"], [0.01, 0.02, 0.03] * 2)
    assert list(trace(figure, "best guess without learning")["y"]) == [1, 1]
    assert list(figure["layout"]["xaxis"]["ticktext"]) == ["4", "16"]


def test_names_stand_side_by_side_and_sizes_below_them() -> None:
    """A cell's parameters are its size."""
    points = [a_point([1], [2], cell=cell) for cell in ("simple_rnn", "lstm")]
    for row in points[1].rows:
        row["parameters"] = 1234  # type: ignore[index]
    axis = valid(curve_figure(points, "cell", LIGHT, relative=False))["layout"]["xaxis"]
    assert list(axis["ticktext"]) == ["SimpleRNN<br>10", "LSTM<br>1,234"]
    assert axis["title"]["text"] == "cell, and parameters"


def test_what_diverged_is_marked() -> None:
    """A cross, and a word in the key; also where there is nothing else."""
    lost = a_point([1], [1], Status.DIVERGED, T=8, cell="gru")
    for points in ([*GRU, lost], [lost]):
        figure = valid(curve_figure(points, "T", LIGHT, relative=False))
        assert list(trace(figure, "no figures")["x"]) == [8]
        assert "diverged, or failed" in figure["layout"]["annotations"][0]["text"]


def words(figure: dict[str, Any]) -> list[str]:
    """What stands in a map's squares."""
    return [note["text"] for note in figure["layout"]["annotations"] if note["xref"] == "x"]


@pytest.mark.parametrize("what", ["sequence", "last", "difference"])
def test_a_map_has_a_square_for_each_point(what: str) -> None:
    """With its number, T across and the cell up."""
    figure = valid(map_figure(POINTS, ("T", "cell"), what, LIGHT))
    assert np.shape(trace(figure, what)["z"]) == (2, 2)
    said = {"sequence": "0.8", "last": "0.02", "difference": "L 40×"}[what]
    assert said in words(figure)


def test_a_difference_that_may_be_chance_is_marked() -> None:
    """And which mode's error is lower is a letter, not a colour alone."""
    points = [
        a_point([1, 1.1, 0.9, 1], [2, 2.1, 1.9, 2], T=4, U=2),
        a_point([1, 9, 0.1, 1], [0.9, 1, 4, 1], T=8, U=2),
        a_point([1, 1], [1, 1], Status.FAILED, T=16, U=2),
    ]
    assert words(valid(map_figure(points, ("T", "U"), "difference", LIGHT))) == [
        "S 2×",
        "L 1.1×?",
        "✕",
    ]


def test_three_settings_and_more_stand_side_by_side() -> None:
    """With both modes' errors as powers of ten, on one scale."""
    points: list[PointResult] = [
        a_point([0.1], [0.01 * t], T=t, U=u, cell="gru") for t in (4, 8) for u in (2, 4)
    ]
    (lines,) = valid(parallel_figure(points, LIGHT))["data"]
    names = [each["label"] for each in lines["dimensions"]]
    assert names == ["timesteps T", "units U", "cell", "log₁₀ sequence", "log₁₀ last step"]
    assert list(lines["dimensions"][0]["values"]) == [0, 0, 1, 1]
    assert [list(each["range"]) for each in lines["dimensions"][3:]] == [
        pytest.approx([np.log10(0.04), -1])
    ] * 2
    assert list(lines["line"]["color"]) == [1, 1, 1, 1]
