"""The Cell page in AppTest, with Keras's results."""

import re

import pytest

from tests.app.driver import html, start, text
from tests.app.test_cell import open_part

CHECKED = "Checked against Keras"


@pytest.mark.slow
def test_every_part_shows_the_results_of_keras(client):
    """The page sends each request once and shows its result. The modes differ by exactly 0.

    Here, Keras runs in this process. Browser tests ask a worker process.
    """
    from lib.training.answers import ANSWERS

    def open_answered(app, part):
        open_part(app, part)
        assert CHECKED not in text(app)
        for question in client.questions:
            if not question.answer.done():
                question.answer.set_result(ANSWERS[question.name](**question.arguments))
        assert CHECKED in text(app.run())
        return app

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
    count = len(client.questions)
    for part in ("proof", "break", "learn", "stream"):
        open_part(app, part)
    assert len(client.questions) == count
