"""Rows and words that a module has in a TOML file beside it."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any


def beside(module: str, name: str = "") -> dict[str, Any]:
    """What the TOML file beside a module holds, from the module's `__file__`.

    The file is called as the module is, or `name`.
    """
    path = Path(module)
    return tomllib.loads(path.with_name(f"{name or path.stem}.toml").read_text("utf-8"))
