"""What an error is called on a page."""

import pytest

from lib.training.messages import sentence, short_reason


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ValueError("no such thing."), "no such thing"),
        (RuntimeError('lost a bit\n\n  File "x.py", line 3, in call'), "lost a bit"),
        (KeyError(), "KeyError"),
        (MemoryError(), sentence("memory")),
        (RuntimeError("Out of memory while trying to allocate 808.05MiB"), sentence("memory")),
        (RuntimeError("Graph execution error:\nOOM when allocating tensor"), sentence("memory")),
        (ValueError("x" * 10_000), "x" * 300),
    ],
)
def test_an_error_becomes_one_line(error, expected):
    """Its first, without what only a programmer can use; a lack of memory in plain words."""
    assert short_reason(error) == expected
