"""How far gradients reach and what moves what, as pictures and in words: with numbers by hand."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import plotly.graph_objects as go

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
from lib.charts.palette import PALETTES
from lib.charts.proofs import WAITING
from lib.recurrence.padded import ways
from tests.unit.test_formulas import opened

LIGHT = PALETTES["light"]


def test_influence_of_later_inputs_is_counted() -> None:
    """A lower triangle is causal; a full map has seen the future."""
    full = np.ones((4, 4))
    causal = influence_sentence(np.tril(full), 1, 1, both_ways=False)
    assert "no output is moved by an input that comes after it" in causal
    leaking = influence_sentence(full, 2, 5, both_ways=True)
    assert leaking.startswith("Bidirectional (of 2 of 5 output columns): in 6 of 6 pairs")


def test_the_takeaway_has_both_directions() -> None:
    """Each by what was counted."""
    full, causal = np.ones((4, 4)), np.tril(np.ones((4, 4)))
    later = "Later inputs move outputs in"
    assert influence_takeaway(causal, full) == f"{later} none of 6 pairs; Bidirectional: in 6."
    assert influence_takeaway(causal, causal).endswith("Bidirectional: in none.")
    assert influence_takeaway(full, full) == f"{later} 6 of 6 pairs; Bidirectional: in 6."
    assert influence_takeaway(0 * full, full) == f"{later} none of 6 pairs; Bidirectional: in 6."
    assert influence_takeaway(0 * full, 0 * full).startswith("No input moves any output")
    assert influence_takeaway(causal, full * np.nan) == "Some of the gradients aren't numbers."


def test_every_takeaway_is_a_line_of_fifteen_words_that_has_its_room() -> None:
    """Whatever the numbers are, as many timesteps as there may be."""
    sizes = (0.0, 1e-9, 5e-6, 0.0000888, 0.5, 1.0, 1e9, np.nan)
    full = np.ones((100, 100))
    maps = (0 * full, full, np.tril(full), np.nan * full)
    padded = ways("gru", opened("gru", t=8).weights, opened("gru", t=8).x)
    lines = [
        *(
            reach_takeaway({"sequence": np.array([one]), "last": np.array([other])})
            for one in sizes
            for other in sizes
        ),
        *(influence_takeaway(one, other) for one in maps for other in maps),
        *(
            padding_takeaway(
                [
                    replace(way, differences=np.full(4, masked if way.masked else plain))
                    for way in padded
                ]
            )
            for plain in sizes[:6]
            for masked in (*sizes[:6], np.nan)
        ),
    ]
    for line in lines:
        assert 5 <= len(line.split()) <= 15, line
        assert len(line) <= len(ROOM), line
        assert "e-" not in line, line


def test_influence_is_said_where_there_is_none_and_where_it_is_no_number() -> None:
    """Nothing is said of pairs then, and the map's scale ends at 0."""
    none = np.zeros((4, 4))
    sentence = influence_sentence(none, 1, 1, both_ways=False)
    assert sentence == "One direction: no input moves any output: every gradient is 0."
    assert "no shade: 0" in influence_maps({"title": none}, 4, sentence, LIGHT)
    lost = np.tril(np.ones((4, 4)))
    lost[3, 0] = np.nan
    sentence = influence_sentence(lost, 1, 1, both_ways=True)
    assert sentence == "Bidirectional: some of the gradients aren't numbers."
    drawn = influence_maps({"title": lost}, 4, sentence, LIGHT)
    assert "</span> 1 (half way 0.25)" in drawn


def test_maps_have_their_room_before_they_are_known_and_one_scale() -> None:
    """So that nothing jumps, and the same number has the same shade in both."""
    weak, strong = np.tril(np.ones((4, 4))), 4 * np.ones((4, 4))
    empty = influence_maps({"one": WAITING, "two": WAITING}, 4, "words", LIGHT)
    assert empty.count(WAITING) == 2
    drawn = influence_maps({"one": weak, "two": strong}, 4, "words", LIGHT)
    assert empty.count("aspect-ratio:1") == drawn.count("aspect-ratio:1") == 2
    assert drawn.count("top:calc(100%*var(--cell-t,0)/4)") == 2  # the playhead's row
    assert drawn.count("left:calc(100%*var(--cell-t,0)/4)") == 2  # and its column
    assert "</span> 4 (half way 1)" in drawn
    (image,) = re.findall(r'src="([^"]+)"', influence_maps({"one": weak}, 4, "words", LIGHT))
    assert image not in drawn


def test_the_reach_chart_shows_both_losses() -> None:
    """On a logarithmic axis; what 32-bit numbers can't tell from zero is a gap."""
    names = tuple("1234")
    norms = {"sequence": np.array([1.0, 2, 3, 4]), "last": np.array([0.0, 1e-20, 0.1, 1])}
    figure = reach_figure(norms, names, LIGHT)
    assert [trace.name for trace in figure.data] == [
        "loss over all 4 steps",
        "loss at step 4 alone",
    ]
    assert np.isnan(figure.data[1].y[:2]).all()
    assert figure.layout.yaxis.type == "log"
    assert go.Figure(figure.to_dict())  # Plotly has looked at every property


def test_the_reach_is_said_for_both_losses() -> None:
    """Sizes at the first step, and what is left of the last one's."""
    norms = {"sequence": np.array([0.5, 0.25]), "last": np.array([0.05, 1.0])}
    assert reach_sentence(norms) == (
        "The gradient of the loss over all steps is 0.5 at step 1, 2 times what it is at step 2, "
        "and largest at step 1. The gradient of the loss at the last step is 0.05 at step 1, 5% of "
        "what it is at step 2, and largest at step 2."
    )
    faint = {"sequence": np.array([1e-9, 2]), "last": np.array([1e-5, 2])}
    assert "is nothing at step 1, less than a millionth of what it" in reach_sentence(faint)
    assert "1/200,000 of what it is" in reach_sentence(faint)


def test_the_takeaway_compares_the_losses_at_the_first_step() -> None:
    """By how many times the larger is as large, whichever it is."""
    norms = {"sequence": np.array([0.5, 0.25]), "last": np.array([0.05, 1.0])}
    assert reach_takeaway(norms) == (
        "At step 1, the loss over all steps has 10 times the other's gradient."
    )
    turned = {"sequence": norms["last"], "last": norms["sequence"]}
    assert reach_takeaway(turned).startswith("At step 1, the loss at the last step has 10 times")
    norms["last"] = np.array([1e-9, 1.0])
    assert "has 1,000,000+ times the other" in reach_takeaway(norms)
    norms["last"] = np.array([0.0, 1.0])
    assert reach_takeaway(norms) == "Only the loss over all steps has a gradient at step 1."
    assert reach_takeaway(dict.fromkeys(norms, norms["sequence"])) == (
        "Both losses have a gradient of about the same size at step 1."
    )


def test_a_reach_of_zero_or_of_no_number_is_said_and_not_drawn() -> None:
    """No step is then the one that moves the loss most, and the axis has no numbers."""
    none = {"sequence": np.zeros(3), "last": np.array([np.nan, 1.0, np.inf])}
    assert reach_sentence(none) == (
        "No hidden state moves the loss over all steps: every gradient is 0. The loss at the last "
        "step has gradients that aren't numbers."
    )
    assert reach_takeaway(none) == "Some of the gradients at step 1 aren't numbers."
    none["last"] = np.zeros(3)
    assert reach_takeaway(none) == "Neither loss has a gradient at step 1."
    assert not reach_figure(none, tuple("123"), LIGHT).layout.yaxis.tickvals
