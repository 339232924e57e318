"""The pictures of the Cell page, for small and large layers, in both themes."""

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
ABOUT = {"start": 0, "sentence": "a takeaway", "wide": False}


def test_a_png_holds_each_number_as_one_pixel():
    """The decoded image has the same indexes and colors. NaN has the shade of 0."""
    indexes = np.arange(6, dtype=np.uint8).reshape(2, 3)
    colors = [f"#0000{k:02X}" for k in range(6)]
    with Image.open(BytesIO(b64decode(png_uri(indexes, colors).split(",")[1]))) as image:
        np.testing.assert_array_equal(np.asarray(image), indexes)
        blue = np.asarray(image.convert("RGB"))[..., 2]
    np.testing.assert_array_equal(blue, indexes)
    values = np.array([[-1.0, 0.0, 1.0, 7.0, -np.inf, np.nan]])
    assert shade_indexes(values, 1.0).tolist() == [[0, STEPS, 2 * STEPS, 2 * STEPS, 0, STEPS]]


def test_large_layers_and_diverged_ones_are_drawn():
    """Seven matrices of 100 timesteps and 128 units, one of them NaN, take less than 200 kB."""
    matrices = {f"m{k}": np.random.default_rng(k).uniform(-1, 1, (128, 100)) for k in range(6)}
    matrices["lost"] = np.full((128, 100), np.nan)
    page = heatmaps(matrices, LIGHT, **ABOUT)
    assert len(page) < 200_000
    assert page.count("<img") == 7


def test_a_small_layer_shows_its_numbers():
    """A small matrix shows its numbers and its scale."""
    matrices = {"h": np.array([[-0.2, 0.4], [0.1, 0.3]]), "c": np.array([[3.0, 0], [0, 1]])}
    page = heatmaps(matrices, LIGHT, **ABOUT)
    assert re.findall(r">(−?0\.\d)<", page)[:4] == ["−0.2", "0.4", "0.1", "0.3"]
    assert "from −3 to 3" in page
    assert "to 1.5" in heatmaps({"c": np.array([[1.2], [0]])}, LIGHT, **ABOUT)
    tiny = {"h": np.array([[1e-9, -1e-4], [0.0, 0.4]])}
    shown = heatmaps(tiny, LIGHT, **ABOUT)
    assert re.findall(r">(≈ 0|0|0\.4)</span>", shown) == ["≈ 0", "≈ 0", "0", "0.4"]


def test_only_the_top_layer_has_an_outlined_step():
    """Both modes use all outputs of a lower layer, so no step there has an outline."""
    outline = f"2px solid {LIGHT.last}"
    made = lines(opened("lstm"), 0, 2)
    assert outline in unit_lines(made, LIGHT)
    assert outline not in unit_lines(made, LIGHT, is_top=False)


@pytest.mark.parametrize("theme", PALETTES)
def test_numbers_are_legible_on_every_shade(theme):
    """The contrast is at least 4.5 to 1 (WCAG 2.2, 1.4.3)."""
    colors = PALETTES[theme]
    shades = colors.signed(STEPS)
    assert min(contrast(shade, colors.text_on(shade)) for shade in shades) >= 4.5


@pytest.mark.parametrize("modes", [("sequence",), ("last",), ("sequence", "last")])
def test_the_unrolled_layer_shows_the_outputs_of_each_mode(modes):
    """Sequence mode has an arrow and a frame for every step, last-step mode for the last step."""
    layer = opened("lstm")
    about = {"modes": modes, "sentence": "a takeaway", "start": 0}
    page = unrolled_picture(layer, np.arange(5), LIGHT, **about)
    assert ("return_sequences=True" in page) == ("sequence" in modes)
    assert ("return_sequences=False" in page) == ("last" in modes)
    for mode, arrows in (("sequence", 4), ("last", 1)):
        color, is_shown = getattr(LIGHT, mode), mode in modes
        arrow = f'<i class="arrow" style="background:{color}">'
        assert page.count(arrow) == (arrows if is_shown else 0)
        assert page.count(f';border-color:{color}"') == is_shown
    assert page.count('<i class="cell"><b>LSTM</b>') == 4
    assert ("opacity:0.6" in page) == (modes == ("last",))  # Outputs not returned are pale.
    assert 'aria-label="a takeaway"' in page
    assert re.search(r">x, inputs, from −\d.* to \d", page)
    many = unrolled_picture(opened("lstm", t=41), np.arange(5), LIGHT, **about)
    assert '<i class="cell"></i>' in many  # Cells of a large layer have no label.


def test_a_unit_has_a_row_for_each_of_its_formulas():
    """A row has the values over time with a scale, a name, and a formula with numbers."""
    made = lines(opened("lstm"), 0, 2)
    page = unit_lines(made, LIGHT)
    assert page.count("<img") == len(made)
    assert all(line.symbol in page and line.filled in page for line in made)
    gate = Line("f₁", "forget gate", "", "", 0.5, np.array([0.5, 0.25]))
    state = Line("c₁", "cell state", "", "", -2.5, np.array([-2.5, 1]))
    assert "<span>1</span><span>0</span>" in unit_lines([gate], LIGHT)
    assert "<span>2.5</span><span>−2.5</span>" in unit_lines([state], LIGHT)
