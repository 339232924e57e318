"""Pictures and texts of a sample and its window of rows, before any training."""

import re
from dataclasses import replace

import numpy as np
import pytest

from lib.charts import samples
from lib.charts.over_time import raw_targets
from lib.charts.split import split_figure
from lib.data import Origin, make_dataset, suggested
from lib.experiment import Experiment
from tests.unit.own_data import windows_of_load, windows_of_stores
from tests.unit.pictures import LIGHT, a_dataset, the, words_of

CELSIUS = {"target_scale": np.array([10.0]), "target_offset": np.array([5.0]), "target_unit": "°C"}


def test_a_samples_targets_are_in_the_raw_unit():
    """Line, diamond, table and texts have raw targets. Inputs are as the model reads them."""
    dataset = a_dataset(f=1, **CELSIUS)
    figure, frame = samples.sample_figure(dataset, 1, LIGHT), samples.frame_of_sample(dataset, 1)
    np.testing.assert_allclose(the(figure, "target 1").y, [45, 55, 65, 75])
    assert list(the(figure, "last-step mode's target").y) == [75]
    assert figure.layout.yaxis.title.text == "target y (°C)"
    np.testing.assert_array_equal(the(figure, "inputs").z, dataset.x[1].T)
    assert list(frame) == ["x: feature 1", "y: target 1", "target 1 (°C)"]
    assert list(frame["y: target 1"]) == [4, 5, 6, 7]
    assert list(frame["target 1 (°C)"]) == [45, 55, 65, 75]
    details = samples.sample_words(replace(dataset, lead="one day"), 1)[1]
    assert "1, one day ahead) starts at 45 °C and ends at 75 °C" in details


@pytest.mark.parametrize(
    ("sample", "use", "part"),
    [(5, "trains on", "target"), (6, "is evaluated on", "validation target")],
)
def test_the_words_about_a_sample_name_the_targets_of_each_mode(sample, use, part):
    """Six of eight samples are for training. The chart's key agrees with the words."""
    short, details = samples.sample_words(a_dataset(), sample)
    assert short.startswith(f"Sequence mode {use} all 4 targets")
    assert f"equence mode {use} the targets of all 4 timesteps" in details
    assert f"last-step mode's {part}" in words_of(samples.sample_figure(a_dataset(), sample, LIGHT))


def test_a_raw_0_is_0_despite_rounding_to_32_bits():
    """A dry day has 0 mm in data with up to 50 mm of rain."""
    rain = np.zeros((8, 4, 1))
    rain[1:, 1] = 50
    scale = {"target_scale": np.array([rain.std()]), "target_offset": np.array([rain.mean()])}
    dataset = a_dataset(y=((rain - rain.mean()) / rain.std()).astype(np.float32), **scale)
    assert dataset.raw(dataset.y[0], 0).any()
    assert raw_targets(dataset, 0).tolist() == [[0]] * 4
    assert raw_targets(dataset, 1).ravel().tolist() == [0, 50, 0, 0]


def test_inputs_are_squares_beside_the_names_of_features():
    """Long names are cut. The plot above has the same height for any number of features."""
    names = ("wind", "a very long name indeed", *(f"f{k}" for k in range(14)))
    wide = samples.sample_figure(a_dataset(f=16, feature_names=names), 0, LIGHT)
    few = samples.sample_figure(a_dataset(f=1), 0, LIGHT)
    assert list(wide.layout.yaxis2.ticktext[:3]) == ["wind", "a very long name i…", "f0"]
    assert len(wide.layout.yaxis2.tickvals) == 16

    def plot(figure):
        margin, (low, high) = figure.layout.margin, figure.layout.yaxis.domain
        return (figure.layout.height - margin.t - margin.b) * (high - low)

    assert plot(wide) == pytest.approx(plot(few))


def test_the_axis_of_both_pictures_begins_at_0_for_amounts():
    """This also holds for a constant sample, and for raw values of almost 0."""
    y = np.zeros((8, 4, 1), np.float32)
    y[1], y[2, 2], y[7] = 1, 1, 1
    unit = {"target_scale": np.array([0.47]), "target_offset": np.array([0.3])}
    dataset = a_dataset(y=((y - 0.3) / np.float32(0.47)).astype(np.float32), **unit)
    figures = [samples.sample_figure(dataset, k, LIGHT) for k in (0, 1, 2)]
    for figure in (*figures, split_figure(dataset, LIGHT)):
        low, high = figure.layout.yaxis.range
        drawn = [trace for trace in figure.data if trace.type == "scatter"]
        assert -1e-6 < low <= min(trace.y.min() for trace in drawn)
        assert 1 < high < 1.2
        assert not any(trace.cliponaxis for trace in drawn)  # No mark is cut off.


def test_each_of_several_targets_has_its_own_dash():
    """The key shows the dashes. Of many rows ahead, only the first and the last are drawn."""
    words = words_of(samples.sample_figure(a_dataset(k=2), 0, LIGHT))
    for glyph, name in (("━━", 1), ("▬ ▬", 2)):
        assert f'{glyph}</span> <span style="color:{LIGHT.ink}">target {name}<' in words
    words = words_of(samples.sample_figure(windows_of_load(horizon=24, ahead="each"), 0, LIGHT))
    shown = [f"{hours} ahead" in words for hours in ("1 hour", "2 hours", "24 hours")]
    assert shown == [True, False, True]


# The rows of a window


@pytest.mark.parametrize(
    ("settings", "read", "targets", "last", "end"),
    [
        ({}, [0, 1, 2], [1, 2, 3], [3], "predicts 2024-01-01 03:00."),
        ({"horizon": 0}, [0, 1, 2], [0, 1, 2], [2], "predicts the same row."),
        (
            {"rate": 2, "horizon": 3, "ahead": "each"},
            [0, 2, 4],
            [1, 2, 3, 4, 5, 6, 7],
            [5, 6, 7],
            "predicts 2024-01-01 05:00 to 2024-01-01 07:00.",
        ),
        ({"form": "change"}, [0, 1, 2], [1, 2, 3], [3], "the change to 2024-01-01 03:00."),
    ],
)
def test_a_window_reads_its_rows_and_predicts_others(settings, read, targets, last, end):
    """The picture and the words describe the third timestep of the first window."""
    dataset = windows_of_load(timesteps=3, **settings)
    figure = samples.window_figure(dataset, 0, 2, LIGHT)
    assert list(the(figure, "read").x) == read
    assert list(the(figure, "target in sequence mode").x) == targets
    assert list(the(figure, "target in last-step mode").x) == last
    assert list(the(figure, "timestep 3 reads").x) == read[-1:]
    line = the(figure, "from a timestep to its targets")
    assert list(line.x[:3]) == [read[-1], last[0], last[0]]
    assert list(line.y[:3]) == [samples.READS, samples.SEQUENCE, samples.LAST]
    earlier = the(samples.window_figure(dataset, 0, 1, LIGHT), "from a timestep to its targets")
    assert samples.LAST not in earlier.y
    assert samples.window_words(dataset, 0, 2)[0].endswith(end)


def test_the_words_about_a_window_have_the_rows_of_both_modes():
    """This covers four rows, every third hour, two hours ahead; and a panel of stores."""
    dataset = windows_of_load(timesteps=4, rate=3, horizon=2)
    details = samples.window_words(dataset, 0, 0)[1]
    assert "1 reads 2024-01-01 00:00 to 2024-01-01 09:00, every 3 rows" in details
    assert (
        "each timestep has a target 2 hours later: 2024-01-01 02:00 to 2024-01-01 11:00." in details
    )
    assert details.endswith(": 2024-01-01 11:00.")
    takeaway, details = samples.window_words(windows_of_stores(), 16, 2)
    assert "17, timestep 3 reads 2024-01-19 and predicts 2024-01-20" in takeaway
    assert details.startswith("Sample 17, north, reads 2024-01-17")
    dataset = windows_of_load(timesteps=4, horizon=3, ahead="each")
    shapes = samples.shapes_sentence(Experiment(), dataset)
    assert re.match(r"x \(N, 4, 1\) → y \(N, 4, 3\) .*, y_last \(N, 3\) ", shapes)
    weather = suggested("weather")
    shapes = samples.shapes_sentence(weather, make_dataset(weather))
    assert re.search(r"y \(N, 24\), integers 0.to.4 in .*, y_last \(N,\) in", shapes)


def test_only_marked_rows_and_possible_ticks_get_names(monkeypatch):
    """A window can span fifty thousand rows, whose names would take too long."""
    named, label = set(), Origin.label
    monkeypatch.setattr(Origin, "label", lambda origin, row: named.add(row) or label(origin, row))
    figure = samples.window_figure(windows_of_load(timesteps=6, rate=50), 0, 0, LIGHT)
    assert len(named) <= 61 + 2 * 6
    ticks = figure.layout.xaxis.tickvals
    assert (ticks[0], ticks[-1]) == (0, 251 + 2 + int(samples.AROUND * 251))


def test_keras_targets_are_shifted_by_the_rows_from_a_windows_first_to_its_target():
    """The sentence has the shift that is counted in the rows of the first window."""
    dataset = windows_of_load(timesteps=5, rate=3, horizon=4)
    shift = dataset.origin.rows(5)[0, -1] + 4 - dataset.origin.starts[0]
    text = samples.keras_sentence(dataset)
    assert f"shift the targets by {shift} rows: 12 to reach the window's last row, plus 4" in text
    assert "its own first row" in text
