"""Colors have the same meaning in all pictures and are legible in both themes."""

import pytest

from lib.charts.palette import LEVELS, PALETTES, mix
from tests.unit.test_readme import CONFIG

LIGHT = PALETTES["light"]


def luminance(color):
    """Return the relative luminance by WCAG 2.2."""
    parts = (int(color[k : k + 2], 16) / 255 for k in (1, 3, 5))
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    """Return the contrast ratio of two colors, 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", PALETTES)
def test_lines_and_words_have_enough_contrast_with_the_background(theme):
    """Lines and marks have a contrast of at least 3, words of at least 4.5 (WCAG 2.2)."""
    p = PALETTES[theme]
    for line in (p.ink, p.sequence, p.last, p.pooled, p.best, p.baseline, p.negative):
        assert contrast(line, p.background) >= 3
    for words in (
        *(p.ink, p.muted, p.sequence_text, p.last_text, p.pooled_text, p.best_text),
        *(p.time, p.features, p.wrong),
    ):
        assert contrast(words, p.background) >= 4.5
        assert contrast(words, p.surface) >= 4.5


def test_shades_increase_from_pale_to_the_color_itself():
    """Each of the LEVELS shades is darker than the previous shade."""
    shades = LIGHT.shades(LIGHT.sequence)
    assert len(shades) == LEVELS
    assert shades[-1] == LIGHT.sequence
    values = [luminance(shade) for shade in shades]
    assert values == sorted(values, reverse=True)
    assert mix("#000000", "#FFFFFF", 0.5) == "#808080"


def test_streamlits_own_charts_have_the_colors_of_pictures():
    """The theme's categorical colors are the modes', the best possible's and the baseline's."""
    colors = [LIGHT.sequence, LIGHT.last, LIGHT.best, LIGHT.baseline]
    assert CONFIG["theme"]["chartCategoricalColors"] == colors
