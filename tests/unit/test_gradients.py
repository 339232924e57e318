"""Pictures and takeaways about gradients, for numbers written by hand."""

import re
from itertools import product

import numpy as np
import plotly.graph_objects as go
import pytest

from lib.charts.gradients import (
    LOST,
    influence_maps,
    influence_words,
    reach_figure,
    reach_words,
)
from lib.charts.proofs import WAITING
from tests.unit.pictures import LIGHT

FULL, CAUSAL = np.ones((4, 4)), np.tril(np.ones((4, 4)))


def test_influence_of_later_inputs_is_counted():
    """A lower triangular map counts no pair; a full map counts all pairs."""
    for one_way, both_ways, expected in (
        (CAUSAL, FULL, "in 0 of 6 pairs; Bidirectional: 6."),
        (FULL, FULL, "in 6 of 6 pairs; Bidirectional: 6."),
        (CAUSAL, FULL * np.nan, LOST),
    ):
        assert expected in influence_words(one_way, both_ways)[0]


def test_every_takeaway_has_at_most_fifteen_words():
    """This holds for numbers of any size, for NaN, and for 100 timesteps."""
    sizes = (0.0, 1e-9, 5e-6, 0.0000888, 0.5, 1.0, 1e9, np.nan)
    full = np.ones((100, 100))
    maps = (0 * full, full, np.tril(full), np.nan * full)
    lines = [
        reach_words({"sequence": np.array([one]), "last": np.array([other])})[0]
        for one, other in product(sizes, repeat=2)
    ]
    lines += [influence_words(one, other)[0] for one, other in product(maps, repeat=2)]
    for line in lines:
        assert 5 <= len(line.split(" ")) <= 15, line
        assert "e-" not in line, line


def test_maps_keep_their_size_while_keras_computes_and_share_one_scale():
    """Texts and maps have the same size, and equal numbers have equal shades in both maps."""
    empty = influence_maps({"one": WAITING, "two": WAITING}, 4, "words", LIGHT)
    assert empty.count(WAITING) == 2
    drawn = influence_maps({"one": CAUSAL, "two": 4 * FULL}, 4, "words", LIGHT)
    assert empty.count("aspect-ratio:1") == drawn.count("aspect-ratio:1") == 2
    assert drawn.count("top:calc(100%*var(--cell-t,0)/4)") == 2  # These mark an output.
    assert drawn.count("left:calc(100%*var(--cell-t,0)/4)") == 2  # These mark an input.
    assert "</span> 4 (nonlinear scale, midpoint 1)" in drawn
    (image,) = re.findall(r'src="([^"]+)"', influence_maps({"one": CAUSAL}, 4, "words", LIGHT))
    assert image not in drawn
    assert "all 0" in influence_maps({"title": FULL * np.nan}, 4, "words", LIGHT)


def test_the_reach_chart_shows_both_losses():
    """The axis is logarithmic; values below the precision of 32-bit numbers are gaps."""
    norms = {"sequence": np.array([1.0, 2, 3, 4]), "last": np.array([0.0, 1e-20, 0.1, 1])}
    figure = reach_figure(norms, tuple("1234"), LIGHT)
    names = [trace.name for trace in figure.data]
    assert names == ["loss over all 4 steps", "loss at step 4 alone"]
    assert np.isnan(figure.data[1].y[:2]).all()
    assert figure.layout.yaxis.type == "log"
    assert go.Figure(figure.to_dict())  # Plotly validates every property.
    none = {"sequence": np.zeros(3), "last": np.zeros(3)}  # An axis without data has no ticks.
    assert not reach_figure(none, tuple("123"), LIGHT).layout.yaxis.tickvals


@pytest.mark.parametrize(
    ("sequence", "last", "expected"),
    [
        ((0.5, 0.25), (0.05, 1.0), "10 times larger for the loss over all steps"),
        ((0.05, 1.0), (0.5, 0.25), "10 times larger for the loss at the last step"),
        ((0.5, 2), (1e-9, 2), "1,000,000+ times larger for the loss over all steps"),
        ((0.515, 1), (0.5, 1), "3% larger for the loss over all steps"),
        ((0.5, 1), (0.5, 1), "the same for both losses"),
        ((0.5, 1), (0.0, 1), "Only the loss over all steps"),
        ((0, 0), (np.nan, np.inf), LOST),
        ((0, 0), (0, 0), "Neither loss"),
    ],
)
def test_the_takeaway_compares_both_losses_at_the_first_step(sequence, last, expected):
    """It shows their ratio at step 1. The details show the gradients at both ends."""
    norms = {"sequence": np.array(sequence, float), "last": np.array(last, float)}
    takeaway, details = reach_words(norms)
    assert expected in takeaway
    if expected.startswith("10 times") and sequence[0] == 0.5:
        assert "the loss over all steps is 0.5 at step 1, 0.25 at step 2" in details
