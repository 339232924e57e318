"""Keras's errors for arguments that need more than a row of refusals.toml."""

from collections.abc import Mapping
from typing import Any

from lib.shapes.stack.base import LayerSetting
from lib.shapes.stack.errors import NotTraced, ShapeError
from lib.shapes.stack.settings import no_tuple
from lib.text import joined


def missing(name: str, arguments: list[str]) -> ShapeError:
    """Arguments that the layer needs."""
    listed = joined([f"'{word}'" for word in arguments])
    count = f"{len(arguments)} required positional argument{'s' * (len(arguments) > 1)}"
    return ShapeError(listed, "none", f"{name}.__init__() missing {count}: {listed}")


def unknown(name: str, arguments: Mapping[str, Any], takes_keywords: bool) -> ShapeError:
    """Arguments that the layer doesn't take; `takes_keywords` is whether it passes **kwargs on."""
    first = next(iter(arguments))
    expected, received = f"arguments that {name} takes", f"{arguments if takes_keywords else first}"
    message = f"{name}.__init__() got an unexpected keyword argument '{first}'"
    if takes_keywords:
        message = f"Unrecognized keyword arguments passed to {name}: {arguments}"
    return ShapeError(expected, received, message)


def not_whole(name: str, setting: LayerSetting, value: Any) -> ShapeError | NotTraced:
    """What is no whole number; NotTraced where Keras doesn't check it at once."""
    kind = type(value).__name__
    message = "… not supported between instances of …"
    if "must be a tuple" in setting.refusal:
        message = no_tuple(setting.sizes or 1)
    elif name in ("Dense", "Embedding", "MultiHeadAttention"):
        message = setting.refusal
    elif name in ("RepeatVector", "UpSampling1D"):
        message = f"Expected an integer value for `{setting.name}`, got <class '{kind}'>."
    elif name in ("Conv1D", "Conv1DTranspose", "Conv2D", "Conv3D"):
        message = ""
    elif not setting.refusal or setting.sizes:
        return NotTraced.of("no whole number", argument=setting.name, value=value)
    elif kind == "float" and name.removesuffix("Cell") in ("GRU", "SimpleRNN"):
        message = "state_size must be an integer, or a list/tuple of integers…"
    elif kind == "float":
        message = "Cannot convert '(…' to a shape. Found invalid dimension '…' of type …'float'>'."
    message = message.format(name=setting.name, value=value)
    return ShapeError(f"a whole number for {setting.name}", f"{setting.name}={value!r}", message)


def no_option(setting: LayerSetting, value: Any) -> ShapeError:
    """A name that is none of the options."""
    message = f"…`{setting.name}`…must be …Received: …{value}"
    if setting.name == "merge_mode":
        message = f"Invalid merge mode. Received: {value}. Merge mode should be one of …"
    return ShapeError(f"{setting.name}: {', '.join(setting.options or ())}", f"{value!r}", message)


def other_count(setting: LayerSetting, value: Any, count: int) -> ShapeError:
    """Another number of sizes than there must be."""
    message = setting.refusal if setting.sizes else no_tuple(count)
    message = message.format(name=setting.name, value=value)
    return ShapeError(f"{count} numbers for {setting.name}", f"{value!r}", message)
