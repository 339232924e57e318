"""Stacks, tensors and line-ups as HTML: what stands in them, and what is said of them."""

import re
from base64 import b64decode

import pytest

from lib.charts.html import ENTRY, Scale, tensor_image
from lib.charts.palette import PALETTES
from lib.charts.stack import (
    arrows,
    change_words,
    graph_picture,
    graph_sentence,
    layer_pictures,
    stack_picture,
    stack_sentence,
    stack_title,
)
from lib.charts.target import (
    axes_of,
    compared_sentence,
    damage_loss_figure,
    damage_predictions_figure,
    lineup_picture,
    shapes_picture,
)
from lib.shapes import PATTERNS, Damage, TargetQuestion, from_text, is_chain, trace
from lib.training import read_recording
from tests.unit.pictures import LIGHT

STATES = "input~lstm_u8_state~input_t6_f2~lstm_u8_seq_from2.1-2.2~dense_k4"
SKIP = "input_f16~lstm_seq~add_of1-2~dense"


def drawings(html):
    """The SVG source of each image of a fragment."""
    return [b64decode(code).decode() for code in re.findall(r"base64,([^\"]+)", html)]


def steps_of(text):
    """The trace of a stack in its URL form."""
    return trace(from_text(text))


# Pictures


@pytest.mark.parametrize("theme", PALETTES)
def test_axes_have_their_colours_and_their_sizes_in_every_picture(theme):
    """Purple time, brown features, grey batch."""
    p = PALETTES[theme]
    for html in (stack_picture(steps_of("input_t12_f3"), p), shapes_picture([(32, 12, 3)], p)):
        (svg,) = drawings(html)
        for colour, words in ((p.time, "T 12<"), (p.features, "[FK] 3<"), (p.muted, "N")):
            assert re.search(rf'fill="{colour}">{words}', svg)


def test_tensors_of_a_picture_have_one_scale():
    """Twice the timesteps are twice as high; an axis of any size is dashed, its letter alone."""
    scale = Scale.of([axes_of((8, 12, 3)), axes_of((8, 100, 3))])
    heights = []
    for steps in (50, 100):
        svg = drawings(tensor_image(axes_of((8, steps, 3)), scale, LIGHT, LIGHT.ink))[0]
        heights.append(float(re.search(r'<rect [^>]*height="([\d.]+)"', svg)[1]))
    assert heights[1] == pytest.approx(2 * heights[0], rel=0.01)
    assert Scale.of([axes_of((8, 2, 2))]).down == ENTRY
    svg = drawings(stack_picture(steps_of("input_tany"), LIGHT))[0]
    assert "stroke-dasharray" in svg
    assert ">T<" in svg


def test_each_layer_has_a_picture_of_what_comes_out_of_it():
    """What breaks says why, and what isn't reached has no tensor, an input among it too."""
    steps = steps_of("input~lstm~lstm_u8~input")
    pictures = list(layer_pictures(steps, LIGHT))
    assert [len(drawings(html)) for html in pictures] == [1, 1, 0, 0]
    assert 'aria-label="LSTM gives (N, 16) with 1,280 parameters"' in pictures[1]
    assert "It received <b>2 axes, (N, 16)</b>" in pictures[2]
    assert "not reached" in pictures[3]
    for text, shared in (("input~lstm_seq~dense", True), ("input~lstm~dense", False)):
        *_, dense = layer_pictures(steps_of(text), LIGHT)
        assert ("the same at each step" in dense) is shared
    whole = stack_picture(steps, LIGHT)
    assert whole.count("breaks here") == whole.count("not reached") == 1
    assert len(drawings(whole)) == 2


def test_every_pattern_is_drawn_and_said_in_fifteen_words():
    """Returned states stand beside the output, each with its name."""
    html = stack_picture(steps_of("input~lstm_state"), LIGHT)
    assert len(drawings(html)) == 4
    assert all(f"> {name}</span>" in html for name in ("output", "h", "c"))
    for pattern in PATTERNS.values():
        assert len(pattern.about.split()) <= 15
        assert len(drawings(stack_picture(trace(pattern.stack), LIGHT))) >= len(pattern.stack)


@pytest.mark.parametrize(
    ("text", "expected", "says"),
    [
        (STATES, [(0, 1, 0), (2, 3, 0), (1, 3, 1), (3, 4, 0)], "takes 3 and the states of 2"),
        (SKIP, [(0, 1, 0), (0, 2, 0), (1, 2, 0), (2, 3, 0)], "3, Add, takes 1 and 2"),
    ],
)
def test_a_graph_has_an_arrow_for_each_tensor_that_is_taken(text, expected, says):
    """States have arrows of their own; every layer has its box, in the theme's colours."""
    steps = steps_of(text)
    assert arrows(steps) == expected
    assert says in graph_sentence(steps)
    for palette in PALETTES.values():
        (svg,) = drawings(graph_picture(steps, palette))
        assert svg.count("<rect") == len(steps)
        assert svg.count("stroke-dasharray") == sum(states for *_, states in expected)
        assert svg.count("<path") == 2 * len(expected)
        assert palette.ink in svg
    assert not is_chain(from_text(text))


# Words


def test_the_title_and_the_sentence_say_what_the_picture_shows():
    """Shapes, parameters, what breaks, and the states that a decoder leaves out."""
    works, breaks = steps_of("input~lstm_u4"), steps_of("input~lstm~td")
    assert stack_title(works) == "From (N, 12, 3) to (N, 4) with 128 parameters"
    assert "(N, 4) with 128 parameters. In all 128 parameters." in stack_sentence(works)
    assert stack_title(breaks) == "This stack breaks at layer 3, TimeDistributed"
    words = "starts from the first 2 of 4 states, and drops the rest"
    assert words in stack_sentence(steps_of("input~bi_state_seq~unpack~lstm_init"))
    assert "starts from" not in stack_sentence(steps_of("input~lstm_state_seq~unpack~lstm_init"))


@pytest.mark.parametrize(
    ("before", "after", "takeaway", "sentence"),
    [
        ("input~lstm", "input_t20~lstm", "The output stays", "1,280 parameters stay"),
        ("input~lstm", "input~lstm_u8", "Output now", "parameters 1,280 → 384"),
        ("input~lstm", "input~lstm~lstm_u8", "Layer 3 breaks.", "Layer 3 breaks."),
        ("input~lstm~lstm", "input~lstm_seq~lstm", "Now it works", "gives"),
        ("input~lstm~drop~dense", "input~lstm~dense", "The output stays", "parameters stay"),
        ("input~bi~dense_k4", "input~lstm", "What it is for.", "Output now"),
        ("input~lstm", "input~lstm", "", ""),
    ],
)
def test_a_change_is_told_with_what_it_changed(before, after, takeaway, sentence):
    """And what it didn't. Of another stack altogether the takeaway is what that is for."""
    short, long = change_words(from_text(before), from_text(after), "What it is for.")
    assert short.startswith(takeaway)
    assert len(short.split()) <= 15
    assert sentence in long
    assert bool(long) == bool(sentence)


# Targets


@pytest.mark.parametrize(
    ("question", "words"),
    [
        (TargetQuestion(), ["(32, 12, 32)", "≈ output repeated 32 times", "≈ y repeated"]),
        (TargetQuestion((320, 12, 16), (320, 16)), ["✗ 12 ≠ 32"]),
        (TargetQuestion((320, 12, 1), (3, 4)), ["✗ 320 ≠ 3<"]),  # no batch: no other axes meet
        (TargetQuestion((12, 12, 4), (12, 4)), ["≈ timesteps meet samples"]),  # N = T
    ],
)
def test_the_line_up_says_the_fate_of_each_axis(question, words):
    """Samples of y meet the one column, and are repeated elsewhere."""
    diagnosis = question.diagnose()
    html = lineup_picture(diagnosis, compared_sentence(diagnosis), LIGHT)
    assert all(word in html for word in words)
    if words == ["✗ 320 ≠ 3<"]:
        assert html.count("✗") == 1


def test_the_charts_of_the_damage_have_both_sides():
    """The losses over all epochs, and what is said against what is true."""
    result, setups = read_recording("flat", Damage), ["right setup", "wrong setup"]
    assert [trace.name for trace in damage_loss_figure(result, LIGHT).data] == setups
    truth, *said = damage_predictions_figure(result, LIGHT).data
    assert (truth.name, [trace.name for trace in said]) == ("truth", setups)
