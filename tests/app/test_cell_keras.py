"""The Cell page in AppTest, with Keras in a real training process behind it."""

import re

import pytest

from lib.training.client import TrainingClient
from tests.app.driver import html, start, text
from tests.app.test_cell import open_part
from tests.fake_client import FakeClient
from tests.waiting import eventually

pytestmark = pytest.mark.slow


def answered(app, part):
    """The page when Keras has answered all that this part asks."""
    open_part(app, part)

    def has_answered():
        app.run()
        return "Keras has answered" in text(app)

    assert eventually(has_answered, pause=0.3), "Keras hasn't answered"
    return app


def test_keras_proves_it_and_breaks_it(monkeypatch):
    """The page asks Keras once, shows every figure, and the modes differ by exactly zero."""
    app = answered(start("Cell", cell="gru", U="4", T="5", layers="2"), "proof")
    page = html(app)
    assert "Keras has answered 1 question " in text(app)
    for claim in ("max |sequence[:, -1] − last|", "max |out[:, -1] − h|", "max |NumPy − Keras|"):
        assert claim in page
    assert page.count("✓ 0.0") >= 3
    assert "≠ " not in page
    assert "they differ by 0.0." in page
    assert "return_sequences=False on timestep 1 gives it" in page
    page = html(answered(app, "break"))
    assert page.count("≠ ") == 4  # Bidirectional, padding, zero_output_for_mask, flipped
    assert page.count("✓ 0.0") == 3
    said = text(answered(app, "learn"))
    assert "Keras has answered 3 questions " in said
    assert "moved by an input that comes after it in 0 of 10 pairs" in said
    assert "moved by an input that comes after it in 10 of 10 pairs" in said
    assert re.search(r"At step 1, the loss .* has a gradient \S+ times larger", said)
    silent = FakeClient()
    monkeypatch.setattr(TrainingClient, "ask", silent.ask)
    for part in ("proof", "break", "learn"):
        open_part(app, part)
    assert not silent.questions
