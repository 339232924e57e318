"""README's claims that can be run."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_path_in_the_map_exists() -> None:
    """The table of files names files that are there."""
    rows = re.findall(r"^\| (`.+?) \|", README, flags=re.MULTILINE)
    paths = [path for row in rows for path in re.findall(r"`(.+?)`", row)]
    assert len(paths) > 10
    for path in paths:
        assert (ROOT / path).exists(), path


def test_the_map_names_every_part_of_lib() -> None:
    """Each module and package directly in lib stands in the table of files."""
    parts = [f"lib/{path.name}" for path in (ROOT / "lib").glob("[!_]*.py")]
    parts += [f"lib/{path.parent.name}/" for path in (ROOT / "lib").glob("*/__init__.py")]
    assert len(parts) > 10
    named = " ".join(re.findall(r"^\| (`.+?) \|", README, flags=re.MULTILINE))
    assert [part for part in parts if f"`{part}`" not in named] == []


def test_the_picture_exists() -> None:
    """README shows a real screenshot."""
    pictures = re.findall(r"!\[.*?\]\((.+?)\)", README)
    assert pictures
    for path in pictures:
        assert (ROOT / path).exists(), path
