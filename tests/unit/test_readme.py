"""README's claims that can be checked: its paths, its map, and who may import whom by it."""

from __future__ import annotations

import re
from pathlib import Path

from tests.unit.test_layout import LIB, imports

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (`.+?) \| (.+) \|$", README, flags=re.MULTILINE)
"""The map's: what stands where."""
MAP = [path for where, _ in ROWS for path in re.findall(r"`(.+?)`", where)]
"""Its rooms, from the top down."""


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
    """What one touches to add something: "`TASKS` in `lib/datasets/synthetic.py`"."""
    places = re.findall(r"`([A-Z_]{3,})` (?:in|of) `(lib/[\w/]+\.py)`", README)
    assert len(places) > 8
    for name, path in places:
        code = (ROOT / path).read_text(encoding="utf-8")
        assert re.search(rf"^{name}\b.* = ", code, re.MULTILINE), (name, path)


def test_the_map_names_every_part_of_lib_once() -> None:
    """Each module and package directly in lib has a row."""
    parts = [f"lib/{path.name}" for path in (ROOT / "lib").glob("[!_]*.py")]
    parts += [f"lib/{path.parent.name}/" for path in (ROOT / "lib").glob("*/__init__.py")]
    assert len(parts) > 10
    assert sorted(path for path in MAP if path.startswith("lib/")) == sorted(parts)


def test_a_room_imports_only_those_below_it_in_the_map() -> None:
    """No arrow runs back, so that each room can be read without those above it."""
    places = {
        path.strip("/").removesuffix(".py").replace("/", "."): i for i, path in enumerate(MAP)
    }
    arrows_back = set()
    for path in LIB:
        parts = path.relative_to(ROOT).with_suffix("").parts[:2]
        room = ".".join(parts)
        for name in imports(path):
            other = ".".join(name.split(".")[:2])
            if room in places and places.get(other, len(MAP)) < places[room]:
                arrows_back.add(f"{room} imports {other}")
    assert arrows_back == set()


def test_the_picture_exists() -> None:
    """README shows a real screenshot."""
    pictures = re.findall(r"!\[.*?\]\((.+?)\)", README)
    assert pictures
    for path in pictures:
        assert (ROOT / path).exists(), path
