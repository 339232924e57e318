"""Recorded answers match the current code."""

import pytest

from tests.agreement import recorded


@pytest.mark.parametrize("module", recorded.modules())
def test_answers_were_recorded_with_the_current_questions(module):
    """Otherwise, tests would call Keras for each answer. Fix: `make record-answers`."""
    header = recorded.header(module)
    assert header["code"] == recorded.origin(module)["code"]
    assert header.keys() == {"code", "keras", "tensorflow"}
