"""What the settings of layers are made of: their limits, and the fields of a layer's class."""

from dataclasses import field
from typing import Any

from lib.experiment import Limit
from lib.text import beside

UNITS, STEPS, WINDOW = Limit(1, 1_000_000), Limit(1, 1_000_000), Limit(1, 1000)
SHARE, SLOPE = Limit(0.0, 1.0, 0.1), Limit(0.0, 10.0, 0.1)
AXIS = Limit(-4, 4)
MOST = Limit(0, 10_000_000)
"""Of a size without a limit of its own."""
POSITIVE = "Received an invalid value for argument `{name}`, expected a positive integer"
"""How Keras begins to refuse a number of units, heads or the like."""
NO_SHARE = """\
Invalid value received for argument `{name}`. Expected a float value between 0 and 1. Received: \
{name}={value}"""
_NOT_POSITIVE = ", including values {{{value}}} that do not satisfy `value > 0`"
_NEGATIVE = ", including values {{{value}}} that do not satisfy `value >= 0`"
FORMATS = ("channels_last", "channels_first")
KERAS = beside(__file__, "signatures")
ACTIVATIONS: tuple[str, ...] = tuple(KERAS["activations"])
"""Keras's activations that take no argument, by name."""
SIGNATURES = {
    name: tuple(arguments.split(", "))
    for names, arguments in KERAS["signatures"].items()
    for name in names.split(", ")
}
"""Class of Keras → its arguments; "=" ends optional ones, "**" stands for every_layer."""


def setting(key: str, default: Any, label: str = "", **about: Any) -> Any:
    """A dataclass field with the arguments of its LayerSetting; by default it is a flag."""
    return field(default=default, metadata={"key": key, "label": label, **about})


def option(key: str, default: str, *names: str, **about: Any) -> Any:
    """A field for one of some names, which Keras writes in quotes."""
    return setting(key, default, options={name: f'"{name}"' for name in (default, *names)}, **about)


def function(key: str, default: str) -> Any:
    """A field for the name of an activation that is seldom set."""
    return option(key, default, *ACTIVATIONS, seldom=True)


def share(key: str, default: float = 0.0, **about: Any) -> Any:
    """A field for a share, as of dropout; some layers don't check it."""
    return setting(key, default, limit=SHARE, **about)


def window(key: str, default: int | None, least: int = 1, axes: int = 1, **about: Any) -> Any:
    """A field for the size of a window along so many axes, or for its steps."""
    including = _NOT_POSITIVE if least else _NEGATIVE
    refusal = no_tuple(axes) + including * (axes == 1)
    return setting(key, default, limit=WINDOW, least=least, refusal=refusal, **about)


def pair(key: str, default: tuple[int, ...] | None, least: int = 1, sizes: int = 2) -> Any:
    """A field for two sizes, or for another number of them."""
    optional = default is None
    refusal = no_tuple(sizes)
    return setting(key, default, sizes=sizes, least=least, optional=optional, refusal=refusal)


def no_tuple(count: int) -> str:
    """Keras's words for sizes that are none, or too many."""
    received = "{name}={value}" if count == 1 else "{name}=…"
    return f"The `{{name}}` argument must be a tuple of {count} integers. Received {received}"
