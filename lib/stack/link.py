"""A stack in the address: "input_t12_f3~lstm_u16_seq~dense_k1". Whatever stands there is read.

Layers are joined by "~" and their settings by "_", which an address keeps as they are. A setting
that has its default is left out; "any" is None. Some stacks to start from have names there, too.
"""

import math
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from lib.stack.base import KINDS, MAX_LAYERS, Layer, LayerSetting, Stack
from lib.stack.plain import Input
from lib.toml import beside

ANY = "any"


def to_text(stack: Stack) -> str:
    """The stack as text."""
    return "~".join("_".join([layer.kind, *_written(layer)]) for layer in stack)


def from_text(text: str) -> Stack:
    """The stack of a text; () where there is no layer in it.

    Layers and settings that aren't known are dropped, numbers out of range are clamped, and what
    doesn't begin with an input gets one.
    """
    words = [part.split("_") for part in text[:2000].split("~")]
    layers = [_read(KINDS[word[0]], word[1:]) for word in words if word[0] in KINDS]
    first = next((layer for layer in layers if isinstance(layer, Input)), Input())
    others = [layer for layer in layers if not isinstance(layer, Input)]
    return (first, *others)[:MAX_LAYERS] if layers else ()


def _written(layer: Layer) -> list[str]:
    """Each setting that hasn't its default: "u16", "seq"."""
    words = []
    for setting in layer.settings():
        value = getattr(layer, setting.name)
        text = value.replace("_", "-") if setting.options else ""
        if setting.limit is not None:
            text = ANY if value is None else f"{value:g}"
        if value != setting.default:
            words.append(f"{setting.key}{text}")
    return words


def _read(kind: type[Layer], words: list[str]) -> Layer:
    values: dict[str, Any] = {}
    for word in words:
        for setting in kind.settings():
            if word.startswith(setting.key):
                with suppress(ValueError):
                    values[setting.name] = _value(setting, word.removeprefix(setting.key))
                    break
    return kind(**values)


def _value(setting: LayerSetting, text: str) -> Any:
    """A setting's value. Raises ValueError where the text is none of its values."""
    if setting.optional and text == ANY:
        return None
    if setting.limit is not None and math.isfinite(number := float(text)):
        number = setting.limit.clamp(number)
        return round(number, 1) if setting.limit.step < 1 else int(number)
    name = text.replace("-", "_")
    if setting.limit is not None or name not in (setting.options or ("",)):
        raise ValueError(text)
    return name if setting.options else True


@dataclass(frozen=True, slots=True)
class Pattern:
    """A stack to start from, with the name that people search for and what it is for."""

    title: str
    about: str
    """In 15 words at most."""
    stack: Stack


PATTERNS = {
    name: Pattern(**{**row, "stack": from_text(row["stack"])})
    for name, row in beside(__file__, "patterns").items()
}
"""By name in the address and the widgets."""


def pattern_of(stack: Stack) -> str | None:
    """The name of the pattern that a stack is; None where it is none."""
    return next((name for name, pattern in PATTERNS.items() if pattern.stack == stack), None)
