"""Streamlit's options that the app relies on."""

import tomllib
from pathlib import Path

from lib.data import MAX_BYTES

ROOT = Path(__file__).parents[2]
CONFIG = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))


def test_the_server_keeps_its_guards():
    """No telemetry, no cross-site requests, and uploads as large as the sentence says."""
    assert CONFIG["browser"]["gatherUsageStats"] is False
    assert CONFIG["server"]["enableXsrfProtection"] is True
    assert CONFIG["server"]["fileWatcherType"] == "none"  # or closed sessions stay
    assert CONFIG["server"]["maxUploadSize"] * 10**6 == MAX_BYTES


def test_a_session_has_one_run_at_a_time():
    """Two that overlap take each other's values of widgets away."""
    assert CONFIG["runner"]["fastReruns"] is False
