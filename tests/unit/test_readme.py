"""README's claims that can be checked, and the options of Streamlit that the app relies on."""

import re
import tomllib
from pathlib import Path

from lib.data import MAX_BYTES
from lib.ui.views import VIEWS

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONFIG = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
MAP = (ROOT / "lib" / "README.md").read_text(encoding="utf-8")


def test_every_path_exists():
    """All files and folders that README, the map of `lib` and the guide to deployment name."""
    paths = [ROOT / path for path in re.findall(r"\]\(((?!https?:)[\w./]+)\)", README)]
    paths += [ROOT / path for path in re.findall(r"`((?:lib|pages|tests)/[\w./]*)`", README + MAP)]
    deploy = (ROOT / "deploy" / "README.md").read_text(encoding="utf-8")
    named = re.findall(r"\b(deploy/[\w./]+|requirements[\w-]*\.txt)", deploy)
    paths += [ROOT / path for path in named if path != "deploy/.env"]
    assert len(paths) > 15
    assert [path for path in paths if not path.exists()] == []


def test_readme_fits_two_screens():
    """At most 150 lines; a cell of a table in any README holds a line."""
    assert README.count("\n") <= 150


def test_every_card_that_can_be_embedded_is_named():
    """Below the snippet."""
    _, _, names = README.partition("or one of `strip`")
    names = "`strip`" + names
    assert re.findall(r"`(\w+)`", names.partition(".")[0]) == list(VIEWS)


def test_the_server_keeps_its_guards():
    """No telemetry, no cross-site requests, and uploads as large as the sentence says."""
    assert CONFIG["browser"]["gatherUsageStats"] is False
    assert CONFIG["server"]["enableXsrfProtection"] is True
    assert CONFIG["server"]["fileWatcherType"] == "none"  # or closed sessions stay
    assert CONFIG["server"]["maxUploadSize"] * 10**6 == MAX_BYTES


def test_a_session_has_one_run_at_a_time():
    """Two that overlap take each other's values of widgets away."""
    assert CONFIG["runner"]["fastReruns"] is False
