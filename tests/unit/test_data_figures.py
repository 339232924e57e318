"""Pictures of a dataset before any model: one sample, and the split."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lib.charts.chart import MOST_POINTS
from lib.charts.palette import PALETTES
from lib.charts.samples import MOST_LINES, frame_of_sample, sample_figure
from lib.charts.split import MOST_SERIES, series_shown, split_figure
from tests.unit.own_data import windows_of_load, windows_of_stores
from tests.unit.pictures import a_dataset, the, words_of

LIGHT = PALETTES["light"]


def test_a_samples_targets_are_in_the_raw_unit():
    """Line and diamond alike; the inputs stay as the model sees them."""
    dataset = a_dataset(
        target_scale=np.array([10.0]), target_offset=np.array([5.0]), target_unit="°C"
    )
    figure = sample_figure(dataset, 1, LIGHT)
    np.testing.assert_allclose(the(figure, "target 1").y, [45, 55, 65, 75])
    assert list(the(figure, "what the last-step mode learns from").y) == [75]
    assert figure.layout.yaxis.title.text == "target y (°C)"
    np.testing.assert_array_equal(the(figure, "inputs").z, dataset.x[1].T)


def test_inputs_are_squares_beside_their_features_names():
    """All of them, the longest cut short; the plot above keeps its height."""
    names = ("wind", "a very long name indeed", *(f"f{k}" for k in range(14)))
    wide = sample_figure(a_dataset(f=16, feature_names=names), 0, LIGHT)
    few = sample_figure(a_dataset(f=1), 0, LIGHT)
    assert list(wide.layout.yaxis2.ticktext[:3]) == ["wind", "a very long…", "f0"]
    assert len(wide.layout.yaxis2.tickvals) == 16

    def plot(figure):
        margin, (low, high) = figure.layout.margin, figure.layout.yaxis.domain
        return (figure.layout.height - margin.t - margin.b) * (high - low)

    assert plot(wide) == pytest.approx(plot(few))


def test_many_timesteps_have_no_gaps_between_their_squares():
    """On a phone a square of a hundred is two pixels wide."""
    gaps = [the(sample_figure(a_dataset(t=t), 0, LIGHT), "inputs").xgap for t in (4, 100)]
    assert gaps == [1, 0]


def test_numbers_of_a_sample_are_those_of_the_models_with_the_raw_targets_beside():
    """Raw ones only where they differ."""
    assert list(frame_of_sample(a_dataset(f=1), 0)) == ["x: feature 1", "y: target 1"]
    scaled = a_dataset(f=1, target_scale=np.array([10.0]), target_unit="°C")
    frame = frame_of_sample(scaled, 1)
    assert list(frame) == ["x: feature 1", "y: target 1", "target 1 (°C)"]
    assert list(frame["y: target 1"]) == [4, 5, 6, 7]
    assert list(frame["target 1 (°C)"]) == [40, 50, 60, 70]
    y = np.full((8, 4, 1), 0.1, np.float32)
    rounded = a_dataset(y=y, target_scale=np.array([1e4]), target_offset=np.array([1.0]))
    assert set(frame_of_sample(rounded, 0)["target 1 (raw)"]) == {1001.0}


def test_amounts_begin_at_0_in_both_pictures():
    """Of every sample, one that never changes too; and no mark there is cut."""
    y = np.zeros((8, 4, 1), np.float32)
    y[1], y[2, 2], y[7] = 1, 1, 1
    for offset in (0.0, 0.3):  # rounded to 32 bits, scaled values come back as nearly 0
        dataset = a_dataset(
            y=((y - offset) / np.float32(0.47)).astype(np.float32),
            target_scale=np.array([0.47]),
            target_offset=np.array([offset]),
        )
        figures = [sample_figure(dataset, k, LIGHT) for k in (0, 1, 2)]
        for figure in (*figures, split_figure(dataset, LIGHT)):
            low, high = figure.layout.yaxis.range
            drawn = [trace for trace in figure.data if trace.type == "scatter"]
            assert -1e-6 < low <= min(trace.y.min() for trace in drawn)
            assert 1 < high < 1.2
            assert not any(trace.cliponaxis for trace in drawn)
    below = sample_figure(a_dataset(y=y - 1), 0, LIGHT).layout.yaxis.range
    assert below[0] < -1


def test_several_targets_are_told_apart_in_the_key():
    """Each by the dashes of its line; a single one is the target."""
    words = words_of(sample_figure(a_dataset(k=5), 0, LIGHT))
    for glyph, name in zip(("━━", "▬ ▬", "•••", "▬ •", "━━"), range(1, 6), strict=True):
        assert f'{glyph}</span> <span style="color:{LIGHT.ink}">target {name}<' in words
    assert "target y" in words_of(sample_figure(a_dataset(), 0, LIGHT))


def test_no_mark_of_the_split_is_cut_at_an_edge():
    """A mark is about 1% of the plot wide."""
    low, high = split_figure(a_dataset(n=400), LIGHT).layout.xaxis.range
    assert low <= 1 - 8
    assert high >= 400 + 8


def test_the_split_of_several_targets_says_which_one_it_shows():
    """The first; a single one is the target."""
    for targets, title in ((1, "target y at the last step"), (3, "target 1 at the last step")):
        assert split_figure(a_dataset(k=targets), LIGHT).layout.yaxis.title.text == title


def test_the_diamond_of_a_validation_sample_is_not_learned_from():
    """Six samples of eight are for training."""
    assert "last-step mode learns from" in words_of(sample_figure(a_dataset(), 5, LIGHT))
    assert "last-step mode is judged on" in words_of(sample_figure(a_dataset(), 6, LIGHT))


def test_the_split_has_a_key_for_the_parts_that_there_are():
    """Dots for training, rings for validation, and no validation where none is kept."""
    both = words_of(split_figure(a_dataset(), LIGHT))
    assert both.index("●") < both.index("training") < both.index("○") < both.index("validation")
    assert "validation" not in words_of(split_figure(a_dataset(train=8), LIGHT))


@pytest.mark.parametrize("n", [MOST_POINTS, MOST_POINTS + 1, 2 * MOST_POINTS - 1])
def test_the_split_never_draws_more_points_than_its_limit(n):
    """Of more samples every second, third, … is drawn."""
    figure = split_figure(a_dataset(n=n), LIGHT)
    assert MOST_POINTS / 2 <= sum(len(trace.x) for trace in figure.data) <= MOST_POINTS


def test_of_several_rows_ahead_the_nearest_and_the_farthest_are_drawn():
    """A line for each of 24 hours would be a thicket; all of them are in the numbers."""
    dataset = windows_of_load(horizon=24, ahead="each")
    figure = sample_figure(dataset, 0, LIGHT)
    assert "1 hour ahead" in words_of(figure)
    assert "24 hours ahead" in words_of(figure)
    assert "2 hours ahead" not in words_of(figure)
    assert len(frame_of_sample(dataset, 0).columns) == 1 + 2 * 24
    columns = sample_figure(a_dataset(k=16), 0, LIGHT)
    assert sum(trace.name.startswith("target ") for trace in columns.data) == MOST_LINES


def test_samples_of_a_dated_table_stand_on_the_date_of_their_last_target():
    """The first of 12 hours, from midnight on, an hour ahead: noon of the first day."""
    figure = split_figure(windows_of_load(timesteps=12), LIGHT)
    dots = the(figure, "training")
    assert f"{dots.x[0]}".startswith("2024-01-01T12")
    assert dots.text[0] == "2024-01-01 12:00"
    assert figure.layout.xaxis.title.text == "time of the target"


def test_a_gap_between_parts_is_as_wide_as_the_rows_that_are_left_out():
    """From the last row of one part to the first of the next: 30 out, 31 hours."""
    dataset = windows_of_load(test=20, gap=30)
    figure = split_figure(dataset, LIGHT)
    assert [trace.name for trace in figure.data] == ["training", "validation", "test"]
    assert len(figure.layout.shapes) == 2
    for edge in figure.layout.shapes:
        assert (edge.x1 - edge.x0) / np.timedelta64(1, "h") == 31
    assert the(figure, "training").x.max() == figure.layout.shapes[0].x0


def test_each_series_has_a_band_of_its_own():
    """Its values between its own lowest and highest; its name beside it; the first one on top."""
    dataset = windows_of_stores()
    figure = split_figure(dataset, LIGHT)
    assert list(figure.layout.yaxis.ticktext) == ["west", "south", "north"]
    for name, band in (("north", 2), ("south", 1), ("west", 0)):
        heights, values = [], []
        for part in figure.data:
            own = np.char.startswith(part.text.astype(str), name)
            heights.extend(part.y[own])
            values.extend(part.customdata[own])
        assert band < min(heights) < max(heights) < band + 1
        assert np.argmax(heights) == np.argmax(values)
    assert len(figure.layout.shapes) == 1  # one boundary for all


def test_series_that_are_split_have_no_boundary_in_time():
    """Each is in one part from end to end."""
    figure = split_figure(windows_of_stores(split="id"), LIGHT)
    assert not figure.layout.shapes
    of_parts = [{text.split()[0] for text in trace.text} for trace in figure.data]
    assert of_parts[0].isdisjoint(of_parts[1])


def test_of_many_series_some_of_each_part_are_drawn():
    """Forty by series, one of them for the test."""
    dataset = windows_of_stores(stores=40, days=60, split="id", train=90, test=3)
    shown = series_shown(dataset)
    assert len(shown) == MOST_SERIES
    for part in dataset.parts.values():
        assert set(dataset.origin.series[dataset.origin.starts[part]]) & set(shown)


def test_series_of_one_sample_each_stand_side_by_side():
    """Their dates are all the same."""
    dataset = windows_of_stores(days=15, split="id")
    figure = split_figure(dataset, LIGHT)
    assert figure.layout.xaxis.title.text == "sample"
    assert sum(len(trace.x) for trace in figure.data) == len(dataset.x) == 3


def test_no_series_name_is_taken_for_markup():
    """Beside its band, nor where a mouse is."""
    dataset = windows_of_stores()
    names = ("<b>1", "<b>2", "<b>3")
    hostile = replace(dataset, origin=replace(dataset.origin, names=names))
    figure = split_figure(hostile, LIGHT)
    assert list(figure.layout.yaxis.ticktext) == ["&lt;b&gt;3", "&lt;b&gt;2", "&lt;b&gt;1"]
    assert all(text.startswith("&lt;b&gt;") for trace in figure.data for text in trace.text)
