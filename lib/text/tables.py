"""Read rows and sentences from the TOML file beside a module."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Self


def beside(module: str, name: str = "") -> dict[str, Any]:
    """Read the TOML file beside `module` (a `__file__`), called like it or `name`."""
    path = Path(module)
    return tomllib.loads(path.with_name(f"{name or path.stem}.toml").read_text("utf-8"))


def say(table: Mapping[str, str], what: str, /, **names: object) -> str:
    """Return the sentence `what` of a table, with its {names} filled in."""
    return table[what].format(**names)


class RefusedError(ValueError):
    """An error whose sentences stand in a table, `words`."""

    words: ClassVar[Mapping[str, str]]

    @classmethod
    def of(cls, what: str, /, *rest: object, **names: object) -> Self:
        """Make the error with the sentence `what`; `rest` are further arguments of the class."""
        return cls(say(cls.words, what, **names), *rest)
