"""Texts that stand in TOML files."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def beside(module: str, name: str = "") -> dict[str, Any]:
    """Read the TOML file beside `module` (a `__file__`), called like it or `name`."""
    path = Path(module)
    return tomllib.loads(path.with_name(f"{name or path.stem}.toml").read_text("utf-8"))


def filled(table: Mapping[str, str], what: str, /, **names: object) -> str:
    """Return the text called `what` in a table, with its {names} filled in."""
    return table[what].format(**names)
