"""README's claims that can be checked. Its map is held to by test_layout.py."""

from __future__ import annotations

import re
from pathlib import Path

from lib.ui.keys import KEYS
from lib.ui.views import VIEWS

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (`.+?) \| (.+) \|$", README, flags=re.MULTILINE)
"""The map's: what stands where."""


def test_every_path_exists() -> None:
    """All that README names in `lib`, `pages` and `tests`, and in the rooms of its map."""
    paths = re.findall(r"`((?:lib|pages|tests)/[\w./]*)`", README)
    for where, what in ROWS:
        room = where.strip("`")
        if room.endswith("/"):
            paths += [f"{room}{part}" for part in re.findall(r"`([\w/]+(?:\.py|/))`", what)]
    assert len(paths) > 40
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_every_registry_stands_in_the_file_that_is_named_for_it() -> None:
    """What one touches to add something: "`TASKS` in `lib/data/datasets/synthetic.py`"."""
    places = re.findall(r"`([A-Z_]{3,})` (?:in|of) `(lib/[\w/]+\.py)`", README)
    assert len(places) > 8
    for name, path in places:
        code = (ROOT / path).read_text(encoding="utf-8")
        assert re.search(rf"^{name}\b.* = ", code, re.MULTILINE), (name, path)


def test_every_page_key_is_named() -> None:
    """The digits as a range, "`1` to `4`"."""
    names = {key.name for own in KEYS.values() for key in own} - {"2", "3"}
    assert [name for name in names if f"`{name}`" not in README] == []


def test_every_card_that_can_be_embedded_is_named() -> None:
    """Below the snippet."""
    _, _, names = README.partition("or one of `strip`")
    names = "`strip`" + names
    assert re.findall(r"`(\w+)`", names.partition(".")[0]) == list(VIEWS)


def test_the_picture_exists() -> None:
    """README shows a real screenshot."""
    pictures = re.findall(r"!\[.*?\]\((.+?)\)", README)
    assert pictures
    for path in pictures:
        assert (ROOT / path).exists(), path
