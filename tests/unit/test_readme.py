"""Facts in the README, and options of the Streamlit server that the app needs."""

import re
import tomllib
from pathlib import Path

from lib.data import MAX_BYTES
from lib.ui.views import VIEWS

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONFIG = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
MAP = (ROOT / "lib" / "README.md").read_text(encoding="utf-8")
DEPLOY = (ROOT / "deploy" / "README.md").read_text(encoding="utf-8")


def test_every_path_exists():
    """This covers files and folders named in the README, the map of `lib` and deploy/README.md."""
    paths = [ROOT / path for path in re.findall(r"\]\(((?!https?:)[\w./]+)\)", README)]
    paths += [ROOT / path for path in re.findall(r"`((?:lib|pages|tests)/[\w./]*)`", README + MAP)]
    named = re.findall(r"\b(deploy/[\w./]+|requirements[\w-]*\.txt)", DEPLOY)
    paths += [ROOT / path for path in named if path != "deploy/.env"]
    assert len(paths) > 15
    assert [path for path in paths if not path.exists()] == []


def test_a_link_to_a_heading_of_the_readme_has_its_name():
    """The link in deploy/README.md has the heading as its text and its anchor."""
    headings = re.findall("^## (.+)$", README, re.MULTILINE)
    links = re.findall(r"\[([\w ]+)\]\([./]*README\.md#([\w-]+)\)", DEPLOY)
    assert [text for text, _ in links if text in headings] == ["Run it"]
    assert [anchor for _, anchor in links] == [text.lower().replace(" ", "-") for text, _ in links]


def test_the_readme_is_short():
    """The README has at most 150 lines."""
    assert README.count("\n") <= 150


def test_the_readme_names_every_view_that_can_be_embedded():
    """The names are in the order of `VIEWS`."""
    _, _, names = README.partition("or one of `strip`")
    names = "`strip`" + names
    assert re.findall(r"`(\w+)`", names.partition(".")[0]) == list(VIEWS)


def test_the_server_is_protected():
    """The server sends no telemetry, refuses cross-site requests, and limits uploads."""
    assert CONFIG["browser"]["gatherUsageStats"] is False
    assert CONFIG["server"]["enableXsrfProtection"] is True
    assert CONFIG["server"]["fileWatcherType"] == "none"  # A watcher keeps closed sessions alive.
    assert CONFIG["server"]["maxUploadSize"] * 10**6 == MAX_BYTES


def test_a_session_has_one_script_run_at_a_time():
    """Two overlapping script runs would drop each other's widget values."""
    assert CONFIG["runner"]["fastReruns"] is False
