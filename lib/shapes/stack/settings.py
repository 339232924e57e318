"""What the settings of layers are made of: their limits, and the fields of a layer's class."""

from dataclasses import field
from typing import Any

from lib.experiment import Limit
from lib.text import beside

UNITS, STEPS, WINDOW = Limit(1, 1_000_000), Limit(1, 1_000_000), Limit(1, 1000)
SHARE, SLOPE = Limit(0.0, 1.0, 0.1), Limit(0.0, 10.0, 0.1)
AXIS = Limit(-4, 4)
MOST = Limit(0, 10_000_000)
"""For a size that has no limit of its own."""
FORMATS = ("channels_last", "channels_first")
KERAS = beside(__file__, "arguments")
ACTIVATIONS: tuple[str, ...] = tuple(KERAS["activations"])
"""Keras's activations that take no argument, by name."""
SIGNATURES = {name: tuple(text.split(", ")) for name, text in KERAS["signatures"].items()}
"""By Keras's class, what it takes: "=" is behind what may be left out, "**" for the usual rest."""


def setting(key: str, default: Any, label: str = "", **about: Any) -> Any:
    """A dataclass field, and what else its LayerSetting says; without that it is on or off."""
    return field(default=default, metadata={"key": key, "label": label, **about})


def option(key: str, default: str, *names: str, **about: Any) -> Any:
    """A field for one of some names, which Keras writes in quotes."""
    return setting(key, default, options={name: f'"{name}"' for name in (default, *names)}, **about)


def function(key: str, default: str) -> Any:
    """A field for the name of an activation that is seldom set."""
    return option(key, default, *ACTIVATIONS, seldom=True)


def share(key: str, default: float = 0.0, **about: Any) -> Any:
    """A field for a share, as of dropout."""
    return setting(key, default, limit=SHARE, **about)


def window(key: str, default: int | None, **about: Any) -> Any:
    """A field for the size of a window, or for its steps."""
    return setting(key, default, limit=WINDOW, **about)


def pair(key: str, default: tuple[int, ...] | None, least: int = 1, sizes: int = 2) -> Any:
    """A field for two sizes, or for another number of them."""
    return setting(key, default, sizes=sizes, least=least, optional=default is None)
