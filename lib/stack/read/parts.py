"""Layers and models that code makes, before they are called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from lib.stack.base import Layer, Origin, ShapeError
from lib.stack.making import UNKNOWN, Unknown, made
from lib.stack.plain import Unread
from lib.stack.read.building import Value
from lib.stack.read.pasted import WORDS
from lib.stack.read.values import Array, Name, plain
from lib.stack.recurrent import ACTIVATIONS
from lib.toml import say

_WRAPPERS = ("Bidirectional", "RNN", "StackedRNNCells", "TimeDistributed")


@dataclass(slots=True, eq=False)
class Part:
    """A layer that is made, to be called once or more."""

    layer: Layer
    known: bool = True
    """Whether the code tells what it is; if not, what is done with it gives the same."""
    shape: Any = None
    """Of what comes in, its batch first, where its arguments say so."""
    taken: bool = False
    """Whether another layer, or a model, has it."""


@dataclass(slots=True, eq=False)
class Model:
    """A Sequential, or a Model of inputs and outputs."""

    line: int
    parts: list[Any] | None = None
    """Of a Sequential."""
    inputs: list[Value] = field(default_factory=list)
    outputs: Any = None
    shape: Any = None
    """Of what comes in, its batch first, where `build` or `fit` says so."""
    rank: int = 0
    """How sure it is that it is the one that is meant: 3 where it is fitted."""
    taken: bool = False
    """Whether it is part of another."""
    loss: Any = None
    target: Array | None = None
    built: int = -1
    """Of how many parts its outputs are."""


def unread(name: str, why: str, origin: Origin) -> Part:
    """What stands in the place of a layer that can't be read, by a row of code.toml."""
    received = say(WORDS["unread"], why, name=f"`{name}`")
    expected = "a tensor" if why == "uncalled" else "a layer"
    error = ShapeError(expected, received, "", "read")
    return Part(replace(Unread(called=name, error=error), origin=origin), known=False)


def make(name: str, args: Sequence[Any], keywords: Mapping[str, Any], origin: Origin) -> Any:
    """The Part that a call makes; of a wrapper around a Sequential a Model of its layers in one."""
    shape = _given_shape(name, keywords)
    given = [*args, *keywords.values()] if name in _WRAPPERS else []
    inner = given[0] if given else None
    for one in given:
        for part in one if isinstance(one, (list, tuple)) else [one]:
            take(part)
    lost = isinstance(inner, (Unknown, Value))
    if isinstance(inner, Part):
        shape = shape or (inner.shape if name == "Bidirectional" else None)
        lost = not inner.known
    if "**" in keywords or lost:
        return unread(name, "arguments", origin)
    if not isinstance(inner, Model):
        plain_args = [_argument(one, bool(given)) for one in args]
        plain_keywords = {key: _argument(one, bool(given)) for key, one in keywords.items()}
        return Part(replace(made(name, plain_args, plain_keywords), origin=origin), shape=shape)
    parts = [part for part in inner.parts or () if not isinstance(part, Value)]
    if not parts or not all(isinstance(part, Part) for part in parts):
        return unread(name, "arguments", origin)
    layers = [replace(made(name, (part.layer,)), origin=part.layer.origin) for part in parts]
    return Model(origin.line, [Part(layer, shape=shape) for layer in layers])


def take(part: Any) -> None:
    """Remember that a layer or model is part of another."""
    if isinstance(part, (Part, Model)):
        part.taken = True


def _given_shape(name: str, keywords: Mapping[str, Any]) -> Any:
    """The shape of what comes in that a layer's arguments tell, its batch first."""
    batch = keywords.get("batch_size")
    shape = keywords.get("input_shape")
    length = [keywords["input_length"]] if "input_length" in keywords else []
    if "batch_input_shape" in keywords:
        return keywords["batch_input_shape"]
    if isinstance(shape, (int, list, tuple)):
        return (batch, shape) if isinstance(shape, int) else (batch, *shape)
    if name == "Embedding":
        return (batch, *length) if length else None
    return (batch, *length, keywords["input_dim"]) if "input_dim" in keywords else None


def _argument(value: Any, wraps: bool, depth: int = 0) -> Any:
    """What a layer's argument is, for `made`: nothing that is large; of a wrapper also layers."""
    if isinstance(value, (list, tuple)) and depth < 3 and len(value) <= 64:
        return type(value)(_argument(one, wraps, depth + 1) for one in value)
    if isinstance(value, Part) and wraps:
        return value.layer
    if isinstance(value, Name):
        return value.name if value.name in ACTIVATIONS else UNKNOWN
    known = plain(value) and not (isinstance(value, str) and len(value) > 200)
    return value if known else UNKNOWN
