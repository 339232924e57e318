"""Random users (`tests.faults.monkey`) from one seed."""

import pytest

from tests.browser.server import serve_for_tests
from tests.faults.monkey import SHOW_ERRORS, let_loose
from tests.faults.stories import play

SEED = 1


@pytest.mark.parametrize("seconds", [15, pytest.param(120, marks=pytest.mark.weekly)])
def test_visitors_who_press_everything(tmp_path, monkeypatch, seconds):
    """Pages respond without exceptions or loops, and the log has no traceback."""
    monkeypatch.setenv(*SHOW_ERRORS)
    findings = []

    async def story():
        findings.extend(await let_loose(server, SEED, seconds))

    with serve_for_tests(tmp_path) as server:
        play(story())
    assert not findings, "\n".join(findings)
