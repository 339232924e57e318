"""A stack as text in the address: "input_t12_f3~lstm_u16_seq~dense_k1".

Layers are joined by "~" and their settings by "_", which an address keeps as they are. A setting
that has its default is left out; "any" is None. References to other layers count from 1:
"add_of2-4", "lstm_u8_of5_from2.1-2.2" (which starts from two states of layer 2), "lstm_as3" (layer
3 once more). "td-conv1d_k8" has a layer inside. Some stacks to start from have names there, too.
"""

import math
import re
from dataclasses import dataclass, replace
from textwrap import shorten
from typing import Any

from lib.experiment import Limit
from lib.shapes.stack.base import MAX_LAYERS, Layer, LayerSetting, Ref, Stack
from lib.shapes.stack.each_step import TimeDistributed
from lib.shapes.stack.kinds import KINDS
from lib.shapes.stack.plain import BY_PYTHON, Dense, Input, Unread
from lib.shapes.stack.recurrent import Cell, Recurrent
from lib.shapes.stack.settings import MOST
from lib.text import beside, number

ANY = "any"
LONGEST = 8000
"""Characters of a stack in the address."""


INSIDE = {
    kind: each for kind, each in KINDS.items() if each not in (Cell, Input, Unread, *BY_PYTHON)
}
"""The layers that TimeDistributed can wrap."""


def to_text(stack: Stack) -> str:
    """The stack as text."""
    return "~".join("_".join(_words(layer)) for layer in stack)


def _words(layer: Layer) -> list[str]:
    """The kind of a layer, its settings that aren't default, and its references."""
    inside, kind = layer.inside, layer.kind
    if inside is not layer and (inside.kind != Dense.kind or inside.of):
        kind = f"{layer.kind}-{inside.kind}"
    named = [f"of{_places(layer.of)}"] if layer.of else []
    if layer.states:
        named.append(f"from{_places(layer.states)}")
    if layer.shares is not None:
        named.append(f"as{layer.shares + 1}")
    return [kind, *_written(inside), *named]


def _places(refs: tuple[Ref, ...]) -> str:
    ends = ("" if output is None else f".{output}" for _, output in refs)
    return "-".join(f"{ref.place + 1}{end}" for ref, end in zip(refs, ends, strict=True))


def _written(layer: Layer) -> list[str]:
    """The settings that aren't default: "u16", "seq", "x12.28.1"."""
    words = []
    for setting in layer.settings():
        value = getattr(layer, setting.name)
        if value == setting.default:
            continue
        if value is None:
            text = ANY
        elif isinstance(value, tuple):
            text = ".".join(map(str, value))
        elif isinstance(value, str):
            text = value.replace("_", "-")
        else:
            text = "" if setting.limit is None else f"{value:.12g}"
        words.append(f"{setting.key}{text}")
    return words


def from_text(text: str) -> Stack:
    """The stack of a text, () for none, without the sentences of `read_text`."""
    return read_text(text)[0]


def read_text(text: str) -> tuple[Stack, list[str]]:
    """The stack of a text, and a sentence for each part that was changed or left out.

    Unknown layers and settings are dropped, numbers out of range are clamped, and a stack without
    an Input gets one.
    """
    said: list[str] = []
    words = [part.split("_") for part in text[:LONGEST].split("~") if part]
    layers = []
    for word in words:
        kind, _, inside = word[0].partition("-")
        if kind not in KINDS or (inside and inside not in INSIDE):
            name = shortened(word[0])
            said.append(f"The link’s layer “{name}” isn’t known here. It was left out.")
            continue
        settings = [one for one in word[1:] if not _NAMED.fullmatch(one)]
        named = [one for one in word[1:] if _NAMED.fullmatch(one)]
        if KINDS[kind] is TimeDistributed:
            layer: Layer = TimeDistributed(_read(KINDS[inside or Dense.kind], settings, said))
        else:
            layer = _read(KINDS[kind], settings, said)
        layers.append(_naming(layer, named))
    if layers and not isinstance(layers[0], Input):
        first = next((layer for layer in layers if isinstance(layer, Input)), Input())
        layers = [first, *(layer for layer in layers if not isinstance(layer, Input))]
    if len(layers) > MAX_LAYERS:
        said.append(f"The link has {len(layers)} layers. The first {MAX_LAYERS} were taken.")
    return tuple(layers[:MAX_LAYERS]), said


_NAMED = re.compile(r"(of|from|as)(\d+(?:\.\d+)?(?:-\d+(?:\.\d+)?)*)")


def _naming(layer: Layer, words: list[str]) -> Layer:
    """The layer with its references to others."""
    for word in words:
        way, places = word.rstrip("0123456789.-"), re.findall(r"(\d+)(?:\.(\d+))?", word)
        refs = tuple(Ref(int(at[:4]) - 1, int(out[:4]) if out else None) for at, out in places)
        if way == "of":
            layer = replace(layer, of=refs)
        elif way == "as":
            layer = replace(layer, shares=refs[0].place)
        elif isinstance(layer, Recurrent):
            layer = replace(layer, states=refs)
    return layer


def _read(kind: type[Layer], words: list[str], said: list[str]) -> Layer:
    """A layer with the settings in these words; sentences about others are added to `said`."""
    values: dict[str, Any] = {}
    settings = sorted(kind.settings(), key=lambda setting: -len(setting.key))
    for word in words:
        for setting in settings:
            if not word.startswith(setting.key):
                continue
            try:
                value = read_value(setting, word.removeprefix(setting.key))
            except ValueError:
                continue
            values[setting.name], text = value, word.removeprefix(setting.key)
            if setting.limit and value is not None and f"{value:.12g}" != text:
                name = f"{kind().keras}’s {setting.name}"
                said.append(out_of_range(name, setting.limit, text, value))
            break
        else:
            said.append(f"{kind().keras} has no setting “{shortened(word)}”. It was left out.")
    return kind(**values)


def out_of_range(name: str, limit: Limit, asked: str, taken: float) -> str:
    """The sentence about a number out of range, and the number that is used instead."""
    allowed = f"from {number(limit.minimum)} to {number(limit.maximum)}"
    return f"{name}={shortened(asked)} was asked. It goes {allowed}: {number(taken)} was taken."


def shortened(text: str) -> str:
    """A text of any length, cut for a sentence."""
    return shorten(text, 24, placeholder="…") or text[:24]


def read_value(setting: LayerSetting, text: str) -> Any:
    """The value of a setting. Raises ValueError for a text that is none of its values."""
    if setting.optional and text == ANY:
        return None
    if setting.pattern:
        if not re.fullmatch(setting.pattern, text):
            raise ValueError(text)
        return text
    if setting.sizes is not None:
        sizes = tuple(int(size) for size in text.split(".")) if text else ()
        large = any(abs(size) > MOST.maximum for size in sizes)
        if large or len(sizes) > 8 or (setting.sizes and len(sizes) != setting.sizes):
            raise ValueError(text)
        return sizes
    if setting.limit is not None and math.isfinite(value := float(text)):
        value = setting.within(value)
        return value if setting.limit.step < 1 else int(value)
    name = text.replace("-", "_")
    if setting.limit is not None or name not in (setting.options or ("",)):
        raise ValueError(text)
    return name if setting.options else not setting.default


@dataclass(frozen=True, slots=True)
class Pattern:
    """A stack to start from, with its usual name and its purpose."""

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
    """The name of the pattern that equals a stack, if any."""
    return next((name for name, pattern in PATTERNS.items() if pattern.stack == stack), None)
