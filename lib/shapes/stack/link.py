"""Write and read a stack as text in the address: "input_t12_f3~lstm_u16_seq~dense_k1".

"~" joins layers and "_" joins settings. Defaults are left out; "any" is None. References count from
1: "add_of2-4", "lstm_u8_of5_from2.1-2.2" (starts from two states of layer 2), "lstm_as3" (a second
call of layer 3). "td-conv1d_k8" has an inner layer.
"""

import math
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from textwrap import shorten
from typing import Any, NamedTuple

from lib.experiment import Limit
from lib.shapes.stack.base import MAX_LAYERS, Layer, LayerSetting, Ref, Stack
from lib.shapes.stack.making import KINDS
from lib.shapes.stack.plain import PYTHON_OPS, Dense, Input, TimeDistributed, Unread
from lib.shapes.stack.recurrent import Recurrent
from lib.shapes.stack.settings import MOST
from lib.shapes.stack.torch_making import TORCH_KINDS
from lib.text import beside, typed

ANY = "any"
LONGEST = 8000
INSIDE = {kind: each for kind, each in KINDS.items() if each not in (Input, Unread, *PYTHON_OPS)}
_ALL_KINDS = KINDS | TORCH_KINDS
_FIELDS = {"of": "of", "from": "states", "as": "shares"}  # prefix in a link → field of a layer
_REF = r"\d{1,4}(?:\.\d{1,4})?"
_REFS = re.compile(rf"(of|from|as)({_REF}(?:-{_REF})*)")


def to_text(stack: Stack) -> str:
    """Return the stack as text for a link."""
    return "~".join("_".join(_words(layer)) for layer in stack)


def _words(layer: Layer) -> Iterator[str]:
    inside = layer.inside
    is_usual = inside is layer or (inside.kind == Dense.kind and not inside.of)
    yield layer.kind if is_usual else f"{layer.kind}-{inside.kind}"
    for setting in inside.settings():
        value = getattr(inside, setting.name)
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
        yield f"{setting.key}{text}"
    shares = () if layer.shares is None else (Ref(layer.shares),)
    for prefix, refs in (("of", layer.of), ("from", layer.states), ("as", shares)):
        places = (f"{ref.place + 1}.{ref.output}".removesuffix(".None") for ref in refs)
        if refs:
            yield prefix + "-".join(places)


def from_text(text: str) -> Stack:
    """Return the stack that a link's text describes; () for a text without layers."""
    return read_text(text)[0]


def read_text(text: str) -> tuple[Stack, list[str]]:
    """Return the stack of a link's text, and a sentence for each part changed or dropped.

    Unknown layers, unknown settings and references to later layers are dropped.
    Numbers out of range are clamped. A stack without an Input gets one.
    """
    sentences, layers = list[str](), list[Layer]()
    for part in text[:LONGEST].split("~"):
        name, *words = part.split("_")
        kind, _, inside = name.partition("-")
        if kind in _ALL_KINDS and (not inside or inside in INSIDE):
            layers.append(_read(kind, inside, words, sentences))
        elif part:
            sentences.append(f"The link has an unknown layer, “{shortened(name)}”. It was ignored.")
    if layers and not isinstance(layers[0], Input):
        first = next((layer for layer in layers if isinstance(layer, Input)), Input())
        layers = [first, *(layer for layer in layers if not isinstance(layer, Input))]
    if len(layers) > MAX_LAYERS:
        sentences.append(f"The link has {len(layers)} layers. The first {MAX_LAYERS} are used.")
    used = enumerate(layers[:MAX_LAYERS])
    stack = tuple(_with_earlier_refs(layer, place, sentences) for place, layer in used)
    return stack, sentences


def _read(name: str, inside: str, words: list[str], sentences: list[str]) -> Layer:
    is_wrapper = _ALL_KINDS[name] is TimeDistributed
    kind = KINDS[inside or Dense.kind] if is_wrapper else _ALL_KINDS[name]
    values, connections = dict[str, Any](), dict[str, Any]()
    for word in words:
        if found := _REFS.fullmatch(word):
            pairs = (place.partition(".") for place in found[2].split("-"))
            refs = [Ref(int(at) - 1, int(out) if out else None) for at, _, out in pairs]
            connections[_FIELDS[found[1]]] = refs[0].place if found[1] == "as" else tuple(refs)
        elif match := _setting_in(word, kind):
            setting, value = match
            values[setting.name], text = value, word.removeprefix(setting.key)
            if setting.limit and value is not None and f"{value:.12g}" != text:
                label = f"{kind().keras}'s {setting.name}"
                sentences.append(out_of_range(label, setting.limit, text, value))
        else:
            sentences.append(f"{kind().keras} has no setting “{shortened(word)}”. It was ignored.")
    layer = TimeDistributed(kind(**values)) if is_wrapper else kind(**values)
    if not isinstance(layer, Recurrent):
        connections.pop("states", None)
    return replace(layer, **connections)


def _setting_in(word: str, kind: type[Layer]) -> tuple[LayerSetting, Any] | None:
    for setting in sorted(kind.settings(), key=lambda setting: -len(setting.key)):
        with suppress(ValueError):
            if word.startswith(setting.key):
                return setting, read_value(setting, word.removeprefix(setting.key))
    return None


def _with_earlier_refs(layer: Layer, place: int, sentences: list[str]) -> Layer:
    """Return the layer with references only to earlier layers. An Input gets none."""
    earlier = {at: at for at in range(0 if isinstance(layer, Input) else place)}
    allowed = layer.with_moved_refs(earlier)
    if allowed != layer:
        name = f"Layer {place + 1}, {layer.keras},"
        sentences.append(f"{name} refers to a layer not before it. The reference was ignored.")
    return allowed


def out_of_range(name: str, limit: Limit, given: str, used: float) -> str:
    """Return a sentence about a number out of range, and the number used instead."""
    allowed = f"from {typed(limit.minimum)} to {typed(limit.maximum)}"
    return f"{name} must be {allowed}, not {shortened(given)}. {typed(used)} is used."


def shortened(text: str) -> str:
    """Return a text cut to 24 characters, to quote in a sentence."""
    return shorten(text, 24, placeholder="…") or text[:24]


def read_value(setting: LayerSetting, text: str) -> Any:
    """Return the value of a setting that is written in a link. Raises ValueError if invalid."""
    if setting.optional and text == ANY:
        return None
    if setting.pattern:
        if not re.fullmatch(setting.pattern, text):
            raise ValueError(text)
        return text
    if setting.tuple_length is not None:
        sizes = tuple(int(size) for size in text.split(".")) if text else ()
        large = any(abs(size) > MOST.maximum for size in sizes)
        if large or len(sizes) > 8 or (setting.tuple_length and len(sizes) != setting.tuple_length):
            raise ValueError(text)
        return sizes
    if setting.limit is not None and math.isfinite(value := float(text)):
        value = setting.within(value)
        return value if setting.limit.step < 1 else int(value)
    name = text.replace("-", "_")
    if setting.limit is not None or name not in (setting.options or ("",)):
        raise ValueError(text)
    return name if setting.options else not setting.default  # A flag in a link is switched.


class Pattern(NamedTuple):
    """A ready stack with its common name and its purpose."""

    title: str
    about: str
    stack: Stack


PATTERNS = {
    name: Pattern(**{**row, "stack": from_text(row["stack"])})
    for name, row in beside(__file__, "patterns").items()
}


def pattern_of(stack: Stack) -> str | None:
    """Return the name of the pattern with this stack, if any."""
    return next((name for name, pattern in PATTERNS.items() if pattern.stack == stack), None)
