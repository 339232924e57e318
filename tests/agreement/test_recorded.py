"""Recorded answers match the current code."""

import pytest

from tests.agreement import recorded


@pytest.mark.parametrize("module", recorded.modules())
def test_what_is_on_file_was_answered_to_the_code_that_is_here(module):
    """Otherwise pages would ask live. To fix it: `make record-answers`."""
    header = recorded.header(module)
    assert header["code"] == recorded.origin(module)["code"]
    assert header.keys() == {"code", "keras", "tensorflow"}
