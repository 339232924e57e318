"""How far gradients reach and what moves what, as pictures and in words: with numbers by hand."""

import re
from dataclasses import replace
from itertools import product

import numpy as np
import plotly.graph_objects as go
import pytest

from lib.charts.gradients import (
    ROOM,
    influence_maps,
    influence_sentence,
    influence_takeaway,
    padding_takeaway,
    reach_figure,
    reach_sentence,
    reach_takeaway,
)
from lib.charts.proofs import WAITING
from lib.recurrence import ways
from tests.unit.pictures import LIGHT
from tests.unit.test_formulas import opened

FULL, CAUSAL = np.ones((4, 4)), np.tril(np.ones((4, 4)))


@pytest.mark.parametrize(
    ("one_way", "both_ways", "says"),
    [
        (CAUSAL, FULL, "Later inputs move outputs in none of 6 pairs; Bidirectional: in 6."),
        (CAUSAL, CAUSAL, "Later inputs move outputs in none of 6 pairs; Bidirectional: in none."),
        (FULL, FULL, "Later inputs move outputs in 6 of 6 pairs; Bidirectional: in 6."),
        (0 * FULL, FULL, "Later inputs move outputs in none of 6 pairs; Bidirectional: in 6."),
        (0 * FULL, 0 * FULL, "No input moves any output: every gradient is 0."),
        (CAUSAL, FULL * np.nan, "Some of the gradients aren't numbers."),
    ],
)
def test_influence_of_later_inputs_is_counted(one_way, both_ways, says):
    """A lower triangle is causal; a full map has seen the future."""
    assert influence_takeaway(one_way, both_ways) == says


def test_influence_is_said_where_there_is_none_and_where_it_is_no_number():
    """Nothing is said of pairs then, and the map's scale ends at 0."""
    said = influence_sentence(CAUSAL, 1, 1, both_ways=False)
    assert "no output is moved by an input that comes after it" in said
    leaking = influence_sentence(FULL, 2, 5, both_ways=True)
    assert leaking.startswith("Bidirectional (of 2 of 5 output columns): in 6 of 6 pairs")
    none = influence_sentence(0 * FULL, 1, 1, both_ways=False)
    assert none == "One direction: no input moves any output: every gradient is 0."
    assert "no shade: 0" in influence_maps({"title": 0 * FULL}, 4, none, LIGHT)
    lost = CAUSAL.copy()
    lost[3, 0] = np.nan
    said = influence_sentence(lost, 1, 1, both_ways=True)
    assert said == "Bidirectional: some of the gradients aren't numbers."
    assert "</span> 1 (half way 0.25)" in influence_maps({"title": lost}, 4, said, LIGHT)


def test_every_takeaway_is_a_line_of_fifteen_words_that_has_its_room():
    """Whatever the numbers are, as many timesteps as there may be."""
    sizes = (0.0, 1e-9, 5e-6, 0.0000888, 0.5, 1.0, 1e9, np.nan)
    full = np.ones((100, 100))
    maps = (0 * full, full, np.tril(full), np.nan * full)
    layer = opened("gru", t=8)
    padded = ways("gru", layer.weights, layer.x)
    lines = [
        reach_takeaway({"sequence": np.array([one]), "last": np.array([other])})
        for one, other in product(sizes, repeat=2)
    ]
    lines += [influence_takeaway(one, other) for one, other in product(maps, repeat=2)]
    for plain, masked in product(sizes[:6], (*sizes[:6], np.nan)):
        off = [np.full(4, masked if way.masked else plain) for way in padded]
        pairs = zip(padded, off, strict=True)
        lines.append(padding_takeaway([replace(way, differences=each) for way, each in pairs]))
    for line in lines:
        assert 5 <= len(line.split()) <= 15, line
        assert len(line) <= len(ROOM), line
        assert "e-" not in line, line


def test_maps_have_their_room_before_they_are_known_and_one_scale():
    """So that nothing jumps, and the same number has the same shade in both."""
    empty = influence_maps({"one": WAITING, "two": WAITING}, 4, "words", LIGHT)
    assert empty.count(WAITING) == 2
    drawn = influence_maps({"one": CAUSAL, "two": 4 * FULL}, 4, "words", LIGHT)
    assert empty.count("aspect-ratio:1") == drawn.count("aspect-ratio:1") == 2
    assert drawn.count("top:calc(100%*var(--cell-t,0)/4)") == 2  # the playhead's row
    assert drawn.count("left:calc(100%*var(--cell-t,0)/4)") == 2  # and its column
    assert "</span> 4 (half way 1)" in drawn
    (image,) = re.findall(r'src="([^"]+)"', influence_maps({"one": CAUSAL}, 4, "words", LIGHT))
    assert image not in drawn


def test_the_reach_chart_shows_both_losses():
    """On a logarithmic axis; what 32-bit numbers can't tell from zero is a gap."""
    norms = {"sequence": np.array([1.0, 2, 3, 4]), "last": np.array([0.0, 1e-20, 0.1, 1])}
    figure = reach_figure(norms, tuple("1234"), LIGHT)
    names = [trace.name for trace in figure.data]
    assert names == ["loss over all 4 steps", "loss at step 4 alone"]
    assert np.isnan(figure.data[1].y[:2]).all()
    assert figure.layout.yaxis.type == "log"
    assert go.Figure(figure.to_dict())  # Plotly has looked at every property
    none = {"sequence": np.zeros(3), "last": np.zeros(3)}  # the axis has no numbers then
    assert not reach_figure(none, tuple("123"), LIGHT).layout.yaxis.tickvals


@pytest.mark.parametrize(
    ("sequence", "last", "takeaway", "sentence"),
    [
        ((0.5, 0.25), (0.05, 1.0),
         "At step 1, the loss over all steps has 10 times the other's gradient.",
         "The gradient of the loss over all steps is 0.5 at step 1, 2 times what it is at step 2, "
         "and largest at step 1. The gradient of the loss at the last step is 0.05 at step 1, 5% "
         "of what it is at step 2, and largest at step 2."),
        ((0.05, 1.0), (0.5, 0.25),
         "At step 1, the loss at the last step has 10 times the other's gradient.",
         "5% of what it is"),
        ((0.5, 2), (1e-9, 2),
         "At step 1, the loss over all steps has 1,000,000+ times the other's gradient.",
         "is nothing at step 1, less than a millionth of what it"),
        ((0.5, 2), (1e-5, 2),
         "At step 1, the loss over all steps has 50,000 times the other's gradient.",
         "1/200,000 of what it is"),
        ((0.5, 1), (0.0, 1), "Only the loss over all steps has a gradient at step 1.",
         "is 0 at step 1, at step 2 it is 1"),
        ((0.5, 1), (0.5, 1), "Both losses have a gradient of about the same size at step 1.",
         "50% of what it is"),
        ((0, 0), (np.nan, np.inf), "Some of the gradients at step 1 aren't numbers.",
         "No hidden state moves the loss over all steps: every gradient is 0. The loss at the "
         "last step has gradients that aren't numbers."),
        ((0, 0), (0, 0), "Neither loss has a gradient at step 1.", "every gradient is 0."),
    ],
)  # fmt: skip
def test_the_reach_is_said_for_both_losses(sequence, last, takeaway, sentence):
    """How many times the larger is as large at step 1; what is left of the last step's."""
    norms = {"sequence": np.array(sequence, float), "last": np.array(last, float)}
    assert reach_takeaway(norms) == takeaway
    assert sentence in reach_sentence(norms)
