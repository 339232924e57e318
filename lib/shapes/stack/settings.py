"""Limits of settings, and helpers that declare the fields of a layer class."""

from dataclasses import field
from typing import Any

from lib.experiment import Limit
from lib.text import beside

UNITS, STEPS, WINDOW = Limit(1, 1_000_000), Limit(1, 1_000_000), Limit(1, 1000)
SHARE, SLOPE, LARGE = (Limit(0.0, most, 0.1) for most in (1.0, 10.0, 1000.0))
AXIS = Limit(-4, 4)
MOST = Limit(0, 10_000_000)  # for a size without its own limit
# Keras's message for a wrong number of units, and the end of most messages about other numbers.
WHOLE = "Received an invalid value for argument `{name}`, expected a positive integer, got {value}."
REFUSED = "… Received: {name}={value}"
KERAS, KERAS2 = beside(__file__, "signatures"), beside(__file__, "keras2")
# Names that Keras 3 removed → their rows. REMOVED has those that imports and models may have.
ARGUMENTS = {name: row for row in KERAS2["arguments"] for name in row["names"]}
ATTRIBUTES = {name: row for row in KERAS2["attributes"] for name in row["names"]}
OF_MODELS = ("input", "nb_epoch", "output", "sample_weight_mode")
REMOVED = ATTRIBUTES | {name: ARGUMENTS[name] for name in OF_MODELS}
REMOVED = {name: row for name, row in REMOVED.items() if name not in KERAS2["still"]}
ACTIVATIONS: tuple[str, ...] = tuple(KERAS["activations"])
SIGNATURES = {name: row for row in KERAS["layers"] for name in row["names"]}  # by Keras class


def setting(key: str, default: Any, label: str = "", **about: Any) -> Any:
    """Return a dataclass field that declares a LayerSetting, whose other fields are `about`."""
    return field(default=default, metadata={"key": key, "label": label, **about})


def count(key: str, default: int | None, refusal: str = REFUSED, **about: Any) -> Any:
    """Return a field for a number of units, filters or heads."""
    return setting(key, default, limit=UNITS, refusal=refusal, **about)


def option(key: str, default: str, *names: str, **about: Any) -> Any:
    """Return a field for `default` or one of `names`. Keras code writes the value as a string."""
    return setting(key, default, options={name: f'"{name}"' for name in (default, *names)}, **about)


def function(key: str, default: str, *, seldom: bool = True) -> Any:
    """Return a field for the name of an activation."""
    return option(key, default, *ACTIVATIONS, seldom=seldom)


def window(key: str, default: int | None, axes: int = 1, **about: Any) -> Any:
    """Return a field for the size or the stride of a window along `axes` axes."""
    about.setdefault("refusal", tuple_refusal(axes))
    return setting(key, default, limit=WINDOW, **about)


def int_pair(key: str, default: tuple[int, int] | None, least: int = 1) -> Any:
    """Return a field for a tuple of two whole numbers, each at least `least`."""
    about: dict[str, Any] = {"tuple_length": 2, "least": least, "optional": default is None}
    return setting(key, default, refusal=tuple_refusal(2), **about)


def tuple_refusal(count: int) -> str:
    """Return Keras's message for a value that isn't a tuple of `count` valid integers."""
    received = "{name}={value}" if count == 1 else "{name}=…"
    return f"The `{{name}}` argument must be a tuple of {count} integers. Received {received}"
