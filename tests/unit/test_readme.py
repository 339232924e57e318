"""README's claims that can be checked. Its map is held to by test_layout.py."""

import re
from pathlib import Path

from lib.ui.views import VIEWS

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAP = (ROOT / "lib" / "README.md").read_text(encoding="utf-8")


def test_every_path_exists():
    """All files and folders that README and the map of `lib` name."""
    paths = [ROOT / path for path in re.findall(r"\]\(((?!https?:)[\w./]+)\)", README)]
    paths += [ROOT / path for path in re.findall(r"`((?:lib|pages|tests)/[\w./]*)`", README + MAP)]
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
