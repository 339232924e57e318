"""The colours and limits that stand in two places are the same in both."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from lib.charts.palette import PALETTES
from lib.data import MAX_BYTES

ROOT = Path(__file__).parents[2]
CONFIG = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("theme", list(PALETTES))
def test_text_and_charts_share_their_colours(theme: str) -> None:
    """`:blue[…]` is the sequence mode and `:orange[…]` the last-step mode, as in the charts."""
    ours, streamlits = PALETTES[theme], CONFIG["theme"][theme]
    assert streamlits["blueColor"] == ours.sequence
    assert streamlits["blueTextColor"] == ours.sequence_text
    assert streamlits["orangeColor"] == ours.last
    assert streamlits["orangeTextColor"] == ours.last_text
    assert streamlits["greenColor"] == ours.best
    assert streamlits["grayTextColor"] == ours.muted
    assert streamlits["backgroundColor"] == ours.background
    assert streamlits["textColor"] == ours.ink


def test_the_server_keeps_its_guards() -> None:
    """No telemetry, no cross-site requests, and uploads as large as the sentence says."""
    assert CONFIG["browser"]["gatherUsageStats"] is False
    assert CONFIG["server"]["enableXsrfProtection"] is True
    assert CONFIG["server"]["fileWatcherType"] == "none"  # or closed sessions stay
    assert CONFIG["server"]["maxUploadSize"] * 10**6 == MAX_BYTES


def test_a_session_has_one_run_at_a_time() -> None:
    """Two that overlap take each other's values of widgets away."""
    assert CONFIG["runner"]["fastReruns"] is False
