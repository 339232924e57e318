"""Answers on file are those to the code that is here."""

import pytest

from tests.agreement import recorded


@pytest.mark.parametrize("module", recorded.modules())
def test_what_is_on_file_was_answered_to_the_code_that_is_here(module):
    """Else all of it would be asked live from now on: `make record-answers` repairs that.

    Every Python finds them: nothing else stands in the file's first line.
    """
    header = recorded.header(module)
    assert header["code"] == recorded.origin(module)["code"]
    assert header.keys() == {"code", "keras", "tensorflow"}
