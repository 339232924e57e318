"""Random users (`tests.faults.monkey`), with a fixed seed."""

import pytest

from tests.browser.server import serve_for_tests
from tests.faults.monkey import SHOW_ERRORS, run_visitors
from tests.faults.stories import play

SEED = 1


@pytest.mark.parametrize("seconds", [8, pytest.param(120, marks=pytest.mark.weekly)])
def test_random_users_find_no_errors(tmp_path, monkeypatch, seconds):
    """Pages respond without exceptions or loops, and the log has no traceback."""
    monkeypatch.setenv(*SHOW_ERRORS)
    findings = []

    async def story():
        findings.extend(await run_visitors(server, SEED, seconds))

    with serve_for_tests(tmp_path) as server:
        play(story())
    assert not findings, "\n".join(findings)
