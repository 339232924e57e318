"""The picture of one window: which rows are read, and which have to be said in either mode."""

from __future__ import annotations

import numpy as np
import pytest

from lib.charts.palette import PALETTES
from lib.charts.samples import AROUND, LAST, READS, SEQUENCE, TICKS, window_figure
from lib.data.dataset import Origin
from tests.unit.own_data import windows_of_load, windows_of_stores
from tests.unit.pictures import the

LIGHT = PALETTES["light"]


def drawn(dataset, sample, step):
    """The figure of a window."""
    return window_figure(dataset, dataset.origin, sample, step, LIGHT)


def rows(figure, name):
    """The rows that have these marks."""
    return [int(row) for row in the(figure, name).x]


def test_a_window_reads_its_rows_and_says_the_next_ones():
    """Sample 17 of 5 hours begins at row 16; its third timestep is row 18, and must say row 19."""
    figure = drawn(windows_of_load(timesteps=5), 16, 2)
    assert rows(figure, "read") == [16, 17, 18, 19, 20]
    assert rows(figure, "a target of the sequence mode") == [17, 18, 19, 20, 21]
    assert rows(figure, "last-step mode must say") == [21]
    assert rows(figure, "timestep 3 reads") == [18]
    assert rows(figure, "timestep 3 must say") == [19]
    line = the(figure, "from a timestep to its targets")
    assert list(line.x[:2]) == [18, 19]
    assert list(line.y[:2]) == [READS, SEQUENCE]
    assert LAST not in line.y
    assert the(figure, "timestep 3 reads").text[0] == "2024-01-01 18:00"


def test_the_last_timesteps_line_goes_on_to_the_other_modes_target():
    """What both modes must say."""
    line = the(drawn(windows_of_load(timesteps=5), 16, 4), "from a timestep to its targets")
    assert list(line.x[:3]) == [20, 21, 21]
    assert list(line.y[:3]) == [READS, SEQUENCE, LAST]


@pytest.mark.parametrize(
    ("settings", "read", "targets", "last"),
    [
        ({"horizon": 0}, [0, 1, 2], [0, 1, 2], [2]),
        ({"rate": 4, "horizon": 3}, [0, 4, 8], [3, 7, 11], [11]),
        ({"rate": 2, "horizon": 3, "ahead": "each"}, [0, 2, 4], [1, 2, 3, 4, 5, 6, 7], [5, 6, 7]),
    ],
)
def test_rate_and_horizons_move_the_rows(settings, read, targets, last):
    """Targets in the same row, every fourth row, and each of three rows ahead."""
    figure = drawn(windows_of_load(timesteps=3, **settings), 0, 0)
    assert rows(figure, "read") == read
    assert rows(figure, "a target of the sequence mode") == targets
    assert rows(figure, "last-step mode must say") == last


def test_the_picture_ends_where_a_series_does():
    """The last window of the second store: no tick names a row of the third."""
    dataset = windows_of_stores()
    second = np.flatnonzero(dataset.origin.series[dataset.origin.starts] == 1)[-1]
    figure = drawn(dataset, int(second), 0)
    assert max(figure.layout.xaxis.tickvals) == 399
    assert figure.layout.xaxis.ticktext[-1] == dataset.origin.label(399)


def test_rows_between_those_that_are_read_have_no_name(monkeypatch):
    """There may be fifty thousand; ticks are as far apart as ever."""
    asked, label = set(), Origin.label
    monkeypatch.setattr(Origin, "label", lambda own, row: asked.add(row) or label(own, row))
    dataset = windows_of_load(timesteps=6, rate=50)
    figure = drawn(dataset, 0, 0)
    assert len(asked) <= TICKS + 2 * 6
    ticks = figure.layout.xaxis.tickvals
    assert np.ptp(np.diff(ticks)) <= 1
    assert (ticks[0], ticks[-1]) == (0, 251 + 2 + int(AROUND * 251))


def test_parts_are_named_where_they_are_seen():
    """The first window of the validation part begins where the gap ends."""
    dataset = windows_of_load(timesteps=10, gap=2, test=20)
    figure = drawn(dataset, dataset.train, 0)
    assert "validation" in [note.text for note in figure.layout.annotations]
    ends = {(box.x0, box.x1) for box in figure.layout.shapes}
    begin = dataset.origin.starts[dataset.train] - 0.5
    assert {x0 for x0, _ in ends} >= {begin}
    assert {x1 for _, x1 in ends} >= {begin, begin - 2}


def test_512_timesteps_are_drawn_without_a_number_of_marks_that_slows_a_page():
    """Two rows of marks, and the ones that stand out."""
    figure = drawn(windows_of_load(timesteps=512, weeks=12), 3, 511)
    assert len(rows(figure, "read")) == 512
    assert sum(len(trace.x) for trace in figure.data) < 1100
