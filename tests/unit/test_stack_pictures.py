"""Pictures of stacks, tensors and targets in HTML, with their words."""

import re
from base64 import b64decode

import pytest

from lib.charts.html import ENTRY, Scale, tensor_image
from lib.charts.palette import PALETTES
from lib.charts.stack import (
    graph_sentence,
    layer_pictures,
    stack_picture,
    stack_sentence,
    stack_title,
)
from lib.charts.target import (
    axes_of,
    compared_sentence,
    damage_predictions_figure,
    lineup_picture,
    shapes_picture,
)
from lib.shapes import PATTERNS, Damage, TargetQuestion, trace
from lib.shapes.stack.link import from_text
from lib.training import read_recording
from tests.unit.pictures import LIGHT

STATES = "input~lstm_u8_state~input_t6_f2~lstm_u8_seq_from2.1-2.2~dense_k4"
SKIP = "input_f16~lstm_seq~add_of1-2~dense"


def drawings(html):
    """Return the SVG source of each image in an HTML fragment."""
    return [b64decode(code).decode() for code in re.findall(r"base64,([^\"]+)", html)]


def steps_of(text):
    """Return the traced layers of a stack, from its text in a URL."""
    return trace(from_text(text))


# Pictures


@pytest.mark.parametrize("theme", PALETTES)
def test_axes_have_the_same_colors_in_every_picture(theme):
    """Time is purple, features are brown, and the batch is gray."""
    p = PALETTES[theme]
    for html in (stack_picture(steps_of("input_t12_f3"), p), shapes_picture([(32, 12, 3)], p)):
        for color, words in ((p.time, "(T )?12<"), (p.features, "(F )?3<"), (p.muted, "N|32<")):
            assert re.search(rf"color:{color};[^>]*>{words}", html)


def test_tensors_of_a_picture_have_one_scale():
    """Twice the timesteps are twice as high. An axis of unknown size is dashed, with a letter."""
    scale = Scale.of([axes_of((8, 12, 3)), axes_of((8, 100, 3))])
    heights = []
    for steps in (50, 100):
        svg = drawings(tensor_image(axes_of((8, steps, 3)), scale, LIGHT, LIGHT.ink))[0]
        heights.append(float(re.search(r'<rect [^>]*height="([\d.]+)"', svg)[1]))
    assert heights[1] == pytest.approx(2 * heights[0], rel=0.01)
    assert Scale.of([axes_of((8, 2, 2))]).down == ENTRY
    html = stack_picture(steps_of("input_tany"), LIGHT)
    assert "stroke-dasharray" in drawings(html)[0]
    assert ">T<" in html


def test_each_layer_has_a_picture_of_its_output():
    """A layer that breaks has the reason. A layer that isn't reached has no tensor."""
    steps = steps_of("input~lstm~lstm_u8~input")
    pictures = list(layer_pictures(steps, LIGHT))
    assert [len(drawings(html)) for html in pictures] == [1, 1, 0, 0]
    assert 'aria-label="LSTM returns (N, 16) with 1,280 parameters"' in pictures[1]
    assert "Received: <b>2 axes, (N, 16)</b>" in pictures[2]
    assert "not reached" in pictures[3]
    for text, shared in (("input~lstm_seq~dense", True), ("input~lstm~dense", False)):
        *_, dense = layer_pictures(steps_of(text), LIGHT)
        assert ("shared by all timesteps" in dense) is shared
        assert "activation" not in dense
    *_, dense = layer_pictures(steps_of("input~lstm~dense_actsoftmax"), LIGHT)
    assert "activation softmax" in dense
    whole = stack_picture(steps, LIGHT)
    assert whole.count("breaks here") == whole.count("not reached") == 1
    assert len(drawings(whole)) == 2


def test_every_pattern_is_drawn_and_described_in_fifteen_words():
    """A layer with return_state has a tensor for the output and each state, with its name."""
    html = stack_picture(steps_of("input~lstm_state"), LIGHT)
    assert len(drawings(html)) == 4
    assert all(f"> {name}</span>" in html for name in ("output", "h", "c"))
    for pattern in PATTERNS.values():
        assert len(pattern.about.split()) <= 15
        assert len(drawings(stack_picture(trace(pattern.stack), LIGHT))) >= len(pattern.stack)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (STATES, "except: layer 3 takes a separate input; layer 4 takes 3 and the states of 2."),
        (SKIP, "except: layer 3 takes 1 and 2."),
    ],
)
def test_a_sentence_names_each_connection_other_than_to_the_next_layer(text, words):
    """An Input, a layer of a branch, and a layer that starts from states have their sources."""
    assert words in graph_sentence(steps_of(text))


# Words


def test_the_title_and_the_sentence_describe_the_stack():
    """They have shapes, parameters, and the layer that breaks."""
    works, breaks = steps_of("input~lstm_u4"), steps_of("input~lstm~td")
    assert "to (N, 4) with 128 parameters" in stack_title(works)
    assert "In total, 128 parameters" in stack_sentence(works)
    assert "breaks at layer 3, TimeDistributed" in stack_title(breaks)


# Targets


@pytest.mark.parametrize(
    ("question", "words"),
    [
        (TargetQuestion(), ["(32, 12, 32)", "⚠ the output is repeated 32", "⚠ y is"]),
        (TargetQuestion((320, 12, 16), (320, 16)), ["✗ 12 ≠ 32"]),
        # If the numbers of samples differ, no other axes are paired.
        (TargetQuestion((320, 12, 1), (3, 4)), ["✗ 320 ≠ 3<"]),
        (TargetQuestion((12, 12, 4), (12, 4)), ["⚠ timesteps are paired with samples"]),  # N = T
    ],
)
def test_the_table_below_a_target_shows_the_outcome_for_each_axis(question, words):
    """An outcome is that sizes are repeated, paired or unequal."""
    diagnosis = question.diagnose()
    html = lineup_picture(diagnosis, compared_sentence(diagnosis), LIGHT)
    assert all(word in html for word in words)
    if words == ["✗ 320 ≠ 3<"]:
        assert html.count("✗") == 1


def test_the_chart_of_a_wrong_target_has_both_setups():
    """It has the predictions by target."""
    result, setups = read_recording("flat", Damage), ["right setup", "wrong setup"]
    targets, *points = damage_predictions_figure(result, LIGHT).data
    assert (targets.name, [trace.name for trace in points]) == ("target", setups)
