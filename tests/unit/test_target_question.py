"""A question for the target doctor: what a person types, its address, and the measured damage."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.charts.target import compared_sentence, damage_words, verdict_title
from lib.shapes import MISTAKES, Damage, diagnose_target
from lib.shapes.doctor import (
    LOSS_NAMES,
    ShapeTextError,
    TargetQuestion,
    read_question,
    read_shape,
    write_question,
)
from lib.shapes.doctor.damage import CHECKED_SAMPLES, DAMAGE_EPOCHS, damage_data, mistake_of
from lib.training.recorded import read_recording


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("(320, 12, 1)", (320, 12, 1)),
        ("320 12 1", (320, 12, 1)),
        ("320", (320,)),
        ("(None, 12, 1)", (64, 12, 1)),
        ("TensorShape([None, 12])", (64, 12)),
        (" tf.TensorShape((320, 12, 1))", (320, 12, 1)),
    ],
)
def test_a_shape_is_read_however_it_is_written(text, shape):
    """None in front is the samples of the other side."""
    assert read_shape(text, samples=64) == shape


@pytest.mark.parametrize(
    "text", ["()", "12.5", "1 2 3 4 5", "-3", "0", "99999999", "x" * 10**6, "(320, None, 1)"]
)
def test_what_is_no_shape_is_answered_with_a_sentence(text):
    """What was expected, and what was received; None stands for the samples alone."""
    with pytest.raises(ShapeTextError, match=r"None only in front, for the samples; received"):
        read_shape(text, samples=8)


shapes = st.lists(st.integers(1, 1_000_000), min_size=1, max_size=4).map(tuple)


@given(st.builds(TargetQuestion, shapes, shapes, st.sampled_from(LOSS_NAMES), st.integers(1, 4096)))
def test_a_question_survives_the_address(check):
    """It is read as it was written."""
    assert read_question(write_question(check)) == check


@given(st.text())
def test_any_text_is_a_question(text):
    """What is of no use there is as in the default."""
    assert read_question(text).diagnose().verdict in ("correct", "silent", "error")


def test_the_title_and_the_picture_in_words_say_the_verdict_and_what_is_compared():
    """The default question is the worst of the silent mistakes."""
    diagnosis = TargetQuestion().diagnose()
    title = verdict_title(diagnosis)
    assert title.startswith("Silently wrong: output (320, 12, 1) and y (320,) train something")
    assert "train what is meant" in verdict_title(TargetQuestion((8, 1), (8, 1)).diagnose())
    assert "Keras refuses output (8, 2)" in verdict_title(TargetQuestion((8, 2), (8, 3)).diagnose())
    assert "batch of 32 the loss compares (32, 12, 32)" in compared_sentence(diagnosis)


def test_each_recorded_mistake_is_a_silent_mistake_and_its_right_side_is_correct():
    """Its shapes say so, and are found again whatever N and T are."""
    for name, mistake in MISTAKES.items():
        assert diagnose_target(mistake.output, mistake.target, "mse", 32).verdict == "silent"
        assert mistake_of(mistake.output, mistake.target) == name
    assert mistake_of((9, 5, 1), (9,)) == "flat"
    assert mistake_of((9, 1), (9, 1)) is None


def test_the_task_of_the_mistakes_ends_with_a_variance_of_1():
    """So that always saying the mean has an error of 1, and the last value is the sum."""
    x, y = damage_data()
    assert np.var(y[:, -1]) == pytest.approx(1, abs=0.15)
    np.testing.assert_allclose(y[:, -1] * np.sqrt(12), x.sum(axis=1), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("name", MISTAKES)
def test_a_recording_shows_the_damage(name):
    """The right target is learnt; with the wrong one the last step is wrong by much more."""
    result = read_recording(name, Damage)
    assert len(result.loss["right"]) == len(result.loss["wrong"]) == DAMAGE_EPOCHS
    assert len(result.truth) == CHECKED_SAMPLES
    assert result.error("right") < 0.002
    assert result.error("wrong") > 10 * result.error("right")
    assert "nothing raises" in damage_words(MISTAKES[name], result)[1]
    if name == "flat":  # every sample against every target: nothing but the mean is learned
        assert result.error("wrong") > 0.8
