"""Tensors and line-ups as HTML: what stands in them, and that nothing breaks them."""

from __future__ import annotations

import re
from base64 import b64decode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.charts.palette import PALETTES
from lib.charts.stack import (
    change_told,
    layer_pictures,
    mended,
    stack_picture,
    stack_sentence,
    stack_title,
)
from lib.charts.target import (
    axes_of,
    compared_sentence,
    compared_takeaway,
    damage_loss_figure,
    damage_predictions_figure,
    lineup_picture,
    shapes_picture,
)
from lib.charts.tensor import ENTRY, Scale, tensor_image
from lib.shapes.doctor.loss_shapes import RULES
from lib.shapes.doctor.question import TargetQuestion
from lib.shapes.stack.link import PATTERNS, from_text
from lib.shapes.stack.tracing import trace
from lib.training.recorded import recorded_damage

LIGHT = PALETTES["light"]


def drawings(html: str) -> list[str]:
    """The SVG source of each image of a fragment."""
    return [b64decode(code).decode() for code in re.findall(r"base64,([^\"]+)", html)]


def steps_of(text: str):
    """The trace of a stack in its URL form."""
    return trace(from_text(text))


@pytest.mark.parametrize("theme", PALETTES)
def test_axes_have_their_colours_and_their_sizes_in_every_picture(theme):
    """Purple time, brown features, grey batch."""
    p = PALETTES[theme]
    for html in (
        stack_picture(steps_of("input_t12_f3"), p),
        shapes_picture([(32, 12, 3)], p),
    ):
        (svg,) = drawings(html)
        assert re.search(rf'fill="{p.time}">T 12<', svg)
        assert re.search(rf'fill="{p.features}">[FK] 3<', svg)
        assert re.search(rf'fill="{p.muted}">N', svg)


def test_tensors_of_a_picture_have_one_scale():
    """Twice the timesteps are twice as high; what would not fit makes all smaller."""
    scale = Scale.of([axes_of((8, 12, 3)), axes_of((8, 100, 3))])
    heights = []
    for steps in (50, 100):
        svg = drawings(tensor_image(axes_of((8, steps, 3)), scale, LIGHT, LIGHT.ink))[0]
        heights.append(float(re.search(r'<rect [^>]*height="([\d.]+)"', svg)[1]))
    assert heights[1] == pytest.approx(2 * heights[0], rel=0.01)
    assert Scale.of([axes_of((8, 2, 2))]).down == ENTRY


def test_an_axis_of_any_size_is_dashed():
    """None is no number: the edge is dashed, and the letter stands alone."""
    svg = drawings(stack_picture(steps_of("input_tany"), LIGHT))[0]
    assert "stroke-dasharray" in svg
    assert ">T<" in svg


def test_the_picture_marks_the_layer_that_breaks():
    """With what comes before it, and without what comes after."""
    html = stack_picture(steps_of("input~lstm~lstm_u8~dense"), LIGHT)
    assert html.count("breaks here") == html.count("not reached") == 1
    assert len(drawings(html)) == 2


def test_each_layer_has_a_picture_of_what_comes_out_of_it():
    """With its sentence; what breaks says why, and what isn't reached has no tensor."""
    steps = steps_of("input~lstm~lstm_u8~dense")
    pictures = list(layer_pictures(steps, LIGHT))
    assert [len(drawings(html)) for html in pictures] == [1, 1, 0, 0]
    assert 'aria-label="LSTM gives (N, 16) with 1,280 parameters"' in pictures[1]
    assert "It received <b>2 axes, (N, 16)</b>" in pictures[2]
    assert "not reached" in pictures[3]


@pytest.mark.parametrize(
    ("text", "shared"), [("input~lstm_seq~dense", True), ("input~lstm~dense", False)]
)
def test_weights_that_all_timesteps_share_are_told(text, shared):
    """Dense works on each step with the same ones, if a time axis reaches it."""
    steps = steps_of(text)
    *_, dense = layer_pictures(steps, LIGHT)
    assert ("the same at each step" in dense) == shared


def test_returned_states_are_drawn_beside_the_output():
    """Each with its name."""
    html = stack_picture(steps_of("input~lstm_state"), LIGHT)
    assert len(drawings(html)) == 4
    assert all(f"> {name}</span>" in html for name in ("output", "h", "c"))


def test_the_title_and_the_sentence_say_what_the_picture_shows():
    """Shapes, parameters, and what breaks."""
    works, breaks = steps_of("input~lstm_u4"), steps_of("input~lstm~td")
    assert stack_title(works) == "From (N, 12, 3) to (N, 4) with 128 parameters"
    assert "LSTM gives (N, 4) with 128 parameters. In all 128 parameters." in stack_sentence(works)
    assert stack_title(breaks) == "This stack breaks at layer 3, TimeDistributed"
    assert "it expected 3 axes" in stack_sentence(breaks)


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("input~lstm", "input_t20~lstm", "since all timesteps share the weights"),
        ("input~lstm", "input~lstm_u8", "parameters 1,280 → 384"),
        ("input~lstm", "input~lstm_seq", "output now (N, 12, 16), 1,280 parameters stay"),
        ("input~lstm", "input~lstm~lstm_u8", "One layer more: layer 3 breaks."),
        ("input~lstm~lstm_u8", "input~lstm_seq~lstm_u8", "now it works, and gives (N, 8)"),
        ("input~lstm", "input_tany~lstm", "Layer 1's timesteps T from 12 to any"),
        ("input~lstm", "input~lstm_seq", "Layer 2's return_sequences from False to True: "),
        ("input~lstm_seq~lstm_u8", "input~lstm_u8~lstm_seq", "Another order: "),
        ("input~lstm~dense~drop", "input~lstm~drop~dense", "Another order: "),
        ("input~lstm~drop~dense", "input~lstm~dense", "One layer less: "),
        ("input~bi~dense_k4", "input_b8~lstm_stateful~dense", "Other layers: "),
        ("input~lstm_u32_seq~lstm~dense", "input~lstm~repeat~lstm_seq~dense", "Other layers: "),
        ("input~lstm", "input_b8~lstm", "output now (8, 16), 1,280 parameters stay."),
        ("input~lstm", "input~lstm", ""),
    ],
)
def test_a_change_is_told_with_what_it_changed(before, after, words):
    """And what it didn't."""
    stacks = from_text(before), from_text(after)
    takeaway, sentence = change_told(*stacks, "")
    assert words in sentence
    assert bool(sentence) == bool(words)
    assert len(takeaway.split()) <= 15


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (
            "input~lstm~dense",
            "input_t20~lstm~dense",
            "timesteps=20 on layer 1: 1,297 parameters stay, since all timesteps share ",
        ),
        ("input~lstm", "input~lstm~lstm_u8", "One layer more: layer 3 breaks."),
        ("input~lstm~lstm_u8", "input~lstm_seq~lstm_u8", "return_sequences=True on layer 2: now "),
        ("input~bi~dense_k4", "input~lstm", "What it is for."),
    ],
)
def test_the_takeaway_is_what_a_change_has_done(before, after, words):
    """Of another stack altogether it is what that is for."""
    takeaway, _ = change_told(from_text(before), from_text(after), "What it is for.")
    assert takeaway.startswith(words)


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ([5], "Change line 5: set units=4 on layer 2."),
        ([3, 5], "Change lines 3 and 5: set units=4 on layer 2."),
        ([], "Set units=4 on layer 2, and it goes on."),
    ],
)
def test_what_mends_a_stack_is_said_with_its_lines_of_code(lines, sentence):
    """Some changes have none, such as those of a layer that a loop makes."""
    assert mended("Set units=4 on layer 2", lines) == sentence


def test_states_that_a_decoder_leaves_out_are_told():
    """Of two directions it starts from the forward one's, and nobody else says so."""
    words = "starts from the first 2 of 4 states, and drops the rest"
    assert words in stack_sentence(steps_of("input~bi_state_seq~unpack~lstm_init"))
    assert "starts from" not in stack_sentence(steps_of("input~lstm_state_seq~unpack~lstm_init"))


def test_every_pattern_is_drawn_in_one_scale_without_markup_of_others():
    """Letters such as T′ and U₁ are plain text, and what it is for is said in 15 words."""
    for pattern in PATTERNS.values():
        assert len(pattern.about.split()) <= 15
        images = drawings(stack_picture(trace(pattern.stack), LIGHT))
        assert len(images) >= len(pattern.stack)


def line_up(question: TargetQuestion) -> str:
    """The picture for a question, with its sentence."""
    diagnosis = question.diagnose()
    return lineup_picture(diagnosis, compared_sentence(diagnosis), LIGHT)


def test_the_line_up_says_the_fate_of_each_axis():
    """The default question: samples of y meet the one column, and are repeated elsewhere."""
    html = line_up(TargetQuestion())
    assert "(32, 12, 32)" in html
    assert "≈ output repeated 32 times" in html
    assert html.count("≈ y repeated") == 2
    error = line_up(TargetQuestion((320, 12, 16), (320, 16)))
    assert "✗ 12 ≠ 32" in error
    assert "✓" in line_up(TargetQuestion((320, 12, 1), (320, 12)))


def test_other_numbers_of_samples_are_the_only_reason_that_is_told():
    """No batch is made, so the other axes never meet."""
    html = line_up(TargetQuestion((320, 12, 1), (3, 4)))
    assert "✗ 320 ≠ 3<" in html
    assert html.count("✗") == 1


def test_axes_of_one_length_that_mean_different_things_are_no_fit():
    """N = T: nothing raises, and samples meet timesteps."""
    html = line_up(TargetQuestion((12, 12, 4), (12, 4)))
    assert "≈ timesteps meet samples" in html


sizes = st.lists(st.integers(1, 40), max_size=3)


@given(st.integers(1, 40), sizes, sizes, st.sampled_from(list(RULES)), st.integers(1, 40))
def test_any_question_can_be_drawn(samples, output, target, loss, batch_size):
    """Whatever the ranks, and for every loss."""
    check = TargetQuestion((samples, *output), (samples, *target), loss, batch_size)
    assert line_up(check)
    assert len(compared_takeaway(check.diagnose()).split()) <= 15


def test_the_charts_of_the_damage_have_both_sides():
    """The losses over all epochs, and what is said against what is true."""
    result = recorded_damage("flat")
    loss, predictions = damage_loss_figure(result, LIGHT), damage_predictions_figure(result, LIGHT)
    assert [trace.name for trace in loss.data] == ["right setup", "wrong setup"]
    assert [trace.name for trace in predictions.data] == ["truth", "right setup", "wrong setup"]


def test_an_input_behind_a_layer_that_breaks_is_drawn() -> None:
    """It has no tensors yet: nothing is computed behind the layer that breaks."""
    steps = trace(from_text("input~lstm~lstm~input"))
    *_, last = layer_pictures(steps, LIGHT)
    assert "not reached" in last
