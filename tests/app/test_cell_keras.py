"""The Cell page in AppTest, with Keras in a real worker process."""

import re

import pytest

from lib.training.client import TrainingClient
from tests.app.driver import html, start, text
from tests.app.test_cell import open_part
from tests.fake_client import FakeClient
from tests.waiting import eventually

pytestmark = pytest.mark.slow
CHECKED = "Checked against Keras"


def open_answered(app, part):
    """Open a part, and return the page once it shows all of Keras's results."""
    open_part(app, part)

    def has_answered():
        app.run()
        return CHECKED in text(app)

    assert eventually(has_answered, pause=0.3), "Keras returned no result"
    return app


def test_every_part_shows_the_results_of_keras(monkeypatch):
    """The page sends each request once and shows its result. The modes differ by exactly 0."""
    app = open_answered(start("Cell", cell="gru", U="4", T="5", layers="2"), "proof")
    page = html(app)
    assert "max |sequence[:, -1] − last|" in page
    assert page.count("✓ 0.0") == 2
    assert "≠ " not in page
    assert "difference 0.0." in page
    assert "return_sequences=False on timestep 1 returns" in page
    page = html(open_answered(app, "break"))
    # Bidirectional, padding, zero_output_for_mask and a flipped sequence change the output.
    assert page.count("≠ ") == 4
    assert page.count("✓ 0.0") == 3
    page = html(open_answered(app, "stream"))
    assert (page.count("≠ "), page.count("✓ 0.0")) == (3, 5)
    assert "If an RNN is stateful" in text(app)
    shown = text(open_answered(app, "learn"))
    assert "output in 0 of 10 pairs" in shown
    assert "output in 10 of 10 pairs" in shown
    assert re.search(r"Gradient at step 1: \S+ times larger for the loss", shown)
    fake = FakeClient()
    monkeypatch.setattr(TrainingClient, "ask", fake.ask)
    for part in ("proof", "break", "learn", "stream"):
        open_part(app, part)
    assert not fake.questions
