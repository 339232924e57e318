"""A minute of `tests.faults.monkey`, seeded: what nobody should meet isn't met."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.server import serve, without_known
from tests.faults.monkey import SHOW_ERRORS, let_loose
from tests.faults.stories import play

SEED, SECONDS = 1, 60.0


def test_a_minute_of_visitors_who_press_everything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their pages answer, show no exception and run in no loop; the log has no traceback."""
    monkeypatch.setenv(*SHOW_ERRORS)
    findings: list[str] = []

    async def story() -> None:
        findings.extend(await let_loose(server, SEED, SECONDS))

    log = tmp_path / "log.txt"
    with serve(log, workers=1) as server:
        play(story())
    output = without_known(log.read_text(encoding="utf-8", errors="replace"))
    assert not findings, "\n".join(findings)
    assert "Traceback" not in output, output
