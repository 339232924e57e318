"""The gallery's cards: their texts, their recorded runs, and their thumbnails."""

import re
from base64 import b64decode
from dataclasses import fields
from xml.etree import ElementTree

import numpy as np
import pytest

from lib import story
from lib.charts.palette import PALETTES
from lib.charts.thumbnail import HEIGHT, PICTURES, WIDTH, Line, Plot, small_picture
from lib.results.run import Status
from lib.story import GALLERY, SCENES, Scene, experiments_of, plot_of
from lib.text import beside
from lib.training.recorded import FOLDER, answers_of, recorded, recorded_answer
from tests.record import draw_plot

CARDS = list(GALLERY)
PICTURED = [name for name, scene in SCENES.items() if scene.picture]


@pytest.mark.parametrize("name", PICTURED)
def test_a_scenes_picture_shows_its_recorded_run(name):
    """The stored plot equals a new plot. `python -m tests.record gallery` updates all plots."""
    stored, new = plot_of(SCENES[name]), draw_plot(SCENES[name])
    assert stored, "not recorded: run python -m tests.record gallery"
    assert (stored.is_log, stored.is_share) == (new.is_log, new.is_share)
    for line, expected in zip(stored.lines, new.lines, strict=True):
        np.testing.assert_allclose(line.y, expected.y, rtol=1e-4, atol=1e-6)
        assert line.color == expected.color
        assert (line.style, line.name) == (expected.style, expected.name)


@pytest.mark.parametrize("name", CARDS)
def test_a_claim_is_short_and_its_run_is_recorded(name):
    """The recorded run has all seeds and earlier epochs. Only one card's run diverged."""
    assert len(GALLERY[name].title.split()) <= 15
    assert 1 <= len(re.findall(r"[.!?](?: |$)", GALLERY[name].text)) <= 2
    for experiment in experiments_of(GALLERY[name]).values():
        snapshot = recorded(experiment)
        assert snapshot is not None, f"not recorded: run python -m tests.record {name}"
        assert len(snapshot.seeds) == experiment.seeds
        assert len(snapshot.past) >= 4
        expected = Status.DIVERGED if name == "diverged" else Status.FINISHED
        assert snapshot.status is expected


@pytest.mark.parametrize("table", ["gallery", "guide", "talk"])
def test_a_scene_has_only_known_keys(table):
    """The reader would ignore a misspelled key."""
    for row in beside(story.__file__, table).values():
        assert row.keys() <= {field.name for field in fields(Scene)}


def test_recorded_runs_of_cards_are_small():
    """The file of a run with a card's own settings has the card's name."""
    assert {SCENES[name].picture for name in PICTURED} == {*PICTURES}
    files = [*FOLDER.glob("*.*.msgpack.z")]
    assert {file.name.split(".")[1].partition("-")[0] for file in files} <= {*CARDS}
    assert max(file.stat().st_size for file in files) < 600_000


def drawing(picture):
    """Return the SVG drawing in an HTML image."""
    data = picture.partition("base64,")[2].partition('"')[0]
    return ElementTree.fromstring(b64decode(data))  # noqa: S314  The drawing is ours.


@pytest.mark.parametrize("theme", list(PALETTES))
@pytest.mark.parametrize("name", PICTURED)
def test_a_thumbnail_shows_each_line_in_its_color_within_its_axes(name, theme):
    """Both themes draw all lines, their names, and the ends of both axes. Alt texts are escaped."""
    plot, palette = plot_of(SCENES[name]), PALETTES[theme]
    picture = small_picture(plot, "", palette)
    svg = drawing(picture)
    axes, *shapes = [part for part in svg if part.tag.endswith(("polyline", "path"))]
    assert axes.get("stroke") == palette.grid
    assert len(shapes) == len(plot.lines)
    for line, shape in zip(plot.lines, shapes, strict=True):
        colored = "fill" if line.style == "marks" else "stroke"
        assert shape.get(colored) == getattr(palette, line.color)
        if points := shape.get("points"):
            x, y = np.array([pair.split(",") for pair in points.split()], float).T
            assert x.min() >= 0
            assert x.max() <= WIDTH
            assert y.min() >= 0
            assert y.max() <= HEIGHT
            assert len(x) == len(line.x)
    low, high, first, last, *names = re.findall(r"<span [^>]*>([^<]*)</span>", picture)
    assert (low, first) != (high, last)
    assert names == [line.name for line in plot.lines if line.name]
    assert 'alt="A &lt;claim&gt;"' in small_picture(plot, "A <claim>", palette)


def test_a_thumbnail_of_a_log_axis_draws_powers_evenly():
    """Powers of ten are evenly spaced, and a constant line causes no division by zero."""
    x = np.arange(1.0, 4.0)
    powers = Plot((Line(x, np.array([1.0, 10.0, 100.0]), "sequence"),), True)
    svg = drawing(small_picture(powers, "", PALETTES["light"]))
    [line] = [part for part in svg if part.tag.endswith("polyline")]
    points = line.get("points", "").split()
    heights = [float(point.split(",")[1]) for point in points]
    assert heights[0] - heights[1] == pytest.approx(heights[1] - heights[2])
    flat = Plot((Line(x, np.ones(3), "baseline", "", "dotted"),))
    assert b"nan" not in ElementTree.tostring(drawing(small_picture(flat, "", PALETTES["dark"])))


def test_a_thumbnail_of_shares_has_the_whole_axis():
    """The axis is from 0% to 100%, also for accuracies between 40% and 60%."""
    shares = Plot((Line(np.arange(2.0), np.array([40.0, 60.0]), "sequence"),), is_share=True)
    picture = small_picture(shares, "", PALETTES["light"])
    assert re.findall(r"<span [^>]*>([^<]*)</span>", picture)[:2] == ["100%", "0%"]
    [line] = [part for part in drawing(picture) if part.tag.endswith("polyline")]
    low, high = (float(point.split(",")[1]) for point in line.get("points", "").split())
    assert 0.2 * HEIGHT < high < low < 0.8 * HEIGHT


def test_a_recorded_answer_belongs_to_one_question():
    """There is no recorded answer for other weights, other samples, or data without answers."""
    (question, answer), *_ = answers_of("parity")["reach"]
    assert recorded_answer("parity", "reach", question) is answer
    moved = [question["weights"][0] + 1e-4, *question["weights"][1:]]
    assert recorded_answer("parity", "reach", {**question, "weights": moved}) is None
    assert recorded_answer("parity", "reach", {**question, "x": question["x"][:8]}) is None
    assert recorded_answer("seattle", "reach", question) is None
