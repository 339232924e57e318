"""The pictures of the Cell page: what they hold, at any size, in both themes."""

import re
from base64 import b64decode
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from lib.charts.cell import heatmaps, unit_lines, unrolled_picture
from lib.charts.html import STEPS, png_uri, shade_indexes
from lib.charts.palette import PALETTES
from lib.recurrence.cells import Line, lines
from tests.unit.test_formulas import opened
from tests.unit.test_palette import contrast

LIGHT = PALETTES["light"]
ABOUT = {"start": 0, "sentence": "what it says", "outlined_name": "h"}


def test_a_png_holds_each_number_as_one_pixel():
    """Read back, numbers and colours are what went in."""
    indexes = np.arange(6, dtype=np.uint8).reshape(2, 3)
    colors = [f"#0000{k:02X}" for k in range(6)]
    with Image.open(BytesIO(b64decode(png_uri(indexes, colors).split(",")[1]))) as image:
        np.testing.assert_array_equal(np.asarray(image), indexes)
        blue = np.asarray(image.convert("RGB"))[..., 2]
    np.testing.assert_array_equal(blue, indexes)
    values = np.array([[-1.0, 0.0, 1.0, 7.0, -np.inf, np.nan]])  # no number looks like zero
    assert shade_indexes(values, 1.0).tolist() == [[0, STEPS, 2 * STEPS, 2 * STEPS, 0, STEPS]]


def test_large_layers_and_diverged_ones_are_drawn():
    """100 timesteps of 128 units, seven matrices: less than 200 kB. Without numbers all is flat."""
    matrices = {f"m{k}": np.random.default_rng(k).uniform(-1, 1, (100, 128)) for k in range(6)}
    matrices["lost"] = np.full((100, 128), np.nan)
    page = heatmaps(matrices, np.arange(128), LIGHT, **ABOUT)
    assert len(page) < 200_000
    assert page.count("<img") == 7


def test_a_small_layer_shows_its_numbers():
    """In the order of the rows; the last timestep of the first matrix is outlined."""
    matrices = {"h": np.array([[0.1, -0.2], [0.3, 0.4]]), "c": np.array([[3.0, 0], [0, 1]])}
    page = heatmaps(matrices, np.array([1, 0]), LIGHT, **ABOUT)
    assert re.findall(r">(−?0\.\d)<", page)[:4] == ["−0.2", "0.4", "0.1", "0.3"]
    assert "±3" in page
    assert "±1.5" in heatmaps({"c": np.array([[1.2, 0]])}, np.arange(2), LIGHT, **ABOUT)
    assert page.count(f"2px solid {LIGHT.last}") == 2  # the matrix's and the legend's
    tiny = {"h": np.array([[1e-9, 0.0], [-1e-4, 0.4]])}
    shown = heatmaps(tiny, np.arange(2), LIGHT, **ABOUT)
    assert re.findall(r">(≈ 0|0|0\.4)</span>", shown) == ["≈ 0", "≈ 0", "0", "0.4"]


def test_a_layer_below_the_top_one_has_no_step_outlined():
    """It hands out all its outputs in both modes: neither keeps one of them alone."""
    values = np.zeros((2, 3))
    outline = f"2px solid {LIGHT.last}"
    page = heatmaps({"h": values}, np.arange(3), LIGHT, **ABOUT | {"outlined_name": ""})
    assert outline not in page
    assert "return_sequences=False" not in page
    made = lines(opened("lstm"), 0, 2)
    assert outline in unit_lines(made, LIGHT)
    assert outline not in unit_lines(made, LIGHT, top=False)


@pytest.mark.parametrize("theme", PALETTES)
def test_numbers_are_legible_on_every_shade(theme):
    """At least 4.5 to 1, as axe asks for (WCAG 2.2, 1.4.3)."""
    colors = PALETTES[theme]
    shades = colors.signed(STEPS)
    assert min(contrast(shade, colors.text_on(shade)) for shade in shades) >= 4.5


@pytest.mark.parametrize("modes", [("sequence",), ("last",), ("sequence", "last")])
def test_only_the_modes_that_are_trained_hand_something_out(modes):
    """Each in its colour, with Keras's own words."""
    x = np.ones((4, 2))
    page = unrolled_picture(x, LIGHT, modes=modes, has_cell_state=True, sentence="what it says")
    assert ("return_sequences=True" in page) == ("sequence" in modes)
    assert ("return_sequences=False" in page) == ("last" in modes)
    assert 'aria-label="what it says"' in page
    assert "x, the input at each timestep, ±1<" in page


def test_a_unit_has_a_row_for_each_of_its_numbers():
    """Its trace, its name, the formula and the formula filled in; the scale's ends beside it."""
    made = lines(opened("lstm"), 0, 2)
    page = unit_lines(made, LIGHT)
    assert page.count("<img") == len(made)
    assert all(line.symbol in page and line.filled in page for line in made)
    gate = Line("f₁", "forget gate", "", "", 0.5, np.array([0.5, 0.25]))
    state = Line("c₁", "cell state", "", "", -2.5, np.array([-2.5, 1]))
    assert "<span>1</span><span>0</span>" in unit_lines([gate], LIGHT)
    assert "<span>2.5</span><span>−2.5</span>" in unit_lines([state], LIGHT)
