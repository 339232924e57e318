"""Rows and words that a module has in a TOML file beside it."""

import tomllib
from pathlib import Path
from typing import Any


def beside(module: str, name: str = "") -> dict[str, Any]:
    """What the TOML file beside a module, its `__file__`, holds; it has its name, or this one."""
    path = Path(module)
    return tomllib.loads(path.with_name(f"{name or path.stem}.toml").read_text("utf-8"))
