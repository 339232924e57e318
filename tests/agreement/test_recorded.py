"""Recorded answers match the current code of the questions."""

import pytest

from tests.agreement import recorded


@pytest.mark.parametrize("module", recorded.modules())
def test_answers_were_recorded_with_the_current_questions(module):
    """Otherwise, tests would call Keras for each answer. Fix: `make record-answers`."""
    header = recorded.header(module)
    assert header["code"] == recorded.origin(module)["code"]
    assert header.keys() == {"code", "keras", "tensorflow"}


def test_recorded_answers_outlive_comments_docstrings_and_formatting():
    """The digest changes only with the code."""
    code = 'def double(n):\n    """Return 2n."""\n    return (\n        2 * n  # why\n    )\n'
    assert recorded.digest(code) == recorded.digest("def double(n): return 2 * n")
    assert recorded.digest(code) != recorded.digest("def double(n): return 3 * n")
