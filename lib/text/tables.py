"""Rows and words that a module has in a TOML file beside it."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Self


def beside(module: str, name: str = "") -> dict[str, Any]:
    """What the TOML file beside a module, its `__file__`, holds; it has its name, or this one."""
    path = Path(module)
    return tomllib.loads(path.with_name(f"{name or path.stem}.toml").read_text("utf-8"))


def say(table: Mapping[str, str], what: str, /, **names: object) -> str:
    """The words of this name in a table, with what stands in {braces} in them."""
    return table[what].format(**names)


class RefusedError(ValueError):
    """An error whose words stand in a table."""

    words: ClassVar[Mapping[str, str]]

    @classmethod
    def of(cls, what: str, /, *rest: object, **names: object) -> Self:
        """That with the words of this name, and with what else it is made of."""
        return cls(say(cls.words, what, **names), *rest)
