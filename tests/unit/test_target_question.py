"""Questions to the target doctor, typed or from an address, and the damage of mistakes."""

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
from lib.shapes.doctor.damage import DAMAGE_EPOCHS, mistake_of
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
def test_a_shape_is_read_in_every_common_form(text, shape):
    """A leading None becomes the given number of samples."""
    assert read_shape(text, samples=64) == shape


@pytest.mark.parametrize(
    "text", ["()", "12.5", "1 2 3 4 5", "-3", "0", "99999999", "x" * 10**6, "(320, None, 1)"]
)
def test_a_text_that_is_no_shape_is_refused_with_a_sentence(text):
    """The error names the expected and the received text."""
    with pytest.raises(ShapeTextError, match=r"None only in front, but received"):
        read_shape(text, samples=8)


shapes = st.lists(st.integers(1, 1_000_000), min_size=1, max_size=4).map(tuple)


@given(st.builds(TargetQuestion, shapes, shapes, st.sampled_from(LOSS_NAMES), st.integers(1, 4096)))
def test_a_question_survives_the_address(question):
    """A question that is written into an address is read unchanged."""
    assert read_question(write_question(question)) == question


@given(st.text())
def test_any_text_is_a_question(text):
    """Any text gives a question. Unreadable parts keep their defaults."""
    assert read_question(text).diagnose().verdict in ("correct", "silent", "error")


def test_the_title_names_the_verdict_and_the_sentence_names_the_pairs():
    """The title has the verdict and both shapes, and the sentence has the broadcast shape."""
    diagnosis = TargetQuestion().diagnose()
    title = verdict_title(diagnosis)
    assert title.startswith("Silently wrong: y (320,) doesn't match")
    assert "y (8, 1) matches" in verdict_title(TargetQuestion((8, 1), (8, 1)).diagnose())
    assert "Keras refuses y (8, 3)" in verdict_title(TargetQuestion((8, 2), (8, 3)).diagnose())
    assert "is broadcast to (32, 12, 32)" in compared_sentence(diagnosis)


def test_each_recorded_mistake_is_a_silent_mistake():
    """The verdict is silent, and the mistake is recognized for any N and T."""
    for name, mistake in MISTAKES.items():
        assert diagnose_target(mistake.output, mistake.target, "mse", 32).verdict == "silent"
        assert mistake_of(mistake.output, mistake.target) == name
    assert mistake_of((9, 5, 1), (9,)) == "flat"
    assert mistake_of((9, 1), (9, 1)) is None


@pytest.mark.parametrize("name", MISTAKES)
def test_a_recording_shows_the_damage(name):
    """The last-step error is small with the right y, and much larger with the wrong y."""
    result = read_recording(name, Damage)
    assert len(result.loss["right"]) == len(result.loss["wrong"]) == DAMAGE_EPOCHS
    assert np.var(result.truth) == pytest.approx(1, abs=0.3)  # the error of predicting the mean
    assert result.error("right") < 0.002
    assert result.error("wrong") > 10 * result.error("right")
    assert "Keras raises no error" in damage_words(MISTAKES[name], result)[1]
    if name == "flat":  # The model learns the mean, because it is compared with every target.
        assert result.error("wrong") > 0.8
