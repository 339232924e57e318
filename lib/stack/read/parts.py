"""Layers and models that code makes, before they are called."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from lib.stack.base import Layer, Origin, ShapeError
from lib.stack.making import UNKNOWN, made
from lib.stack.plain import Unread
from lib.stack.read.arrays import Array
from lib.stack.read.bounded import plain
from lib.stack.read.building import Value
from lib.stack.read.pasted import WORDS
from lib.stack.read.values import Opaque
from lib.stack.settings import ACTIVATIONS
from lib.toml import say

_WRAPPERS = ("Bidirectional", "RNN", "StackedRNNCells", "TimeDistributed")


@dataclass(slots=True, eq=False)
class Part:
    """A layer that is made, to be called once or more."""

    layer: Layer
    shape: Any = None
    """Of what comes in, its batch first, where its arguments say so."""
    taken: bool = False
    """Whether another layer, or a model, has it."""
    output: Value | None = None
    """Of its last call."""


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
    by_defaults: ast.FunctionDef | ast.AsyncFunctionDef | None = None
    """The function that made it, where no line calls that."""
    built: int = -1
    """Of how many parts its outputs are."""


def unread(name: str, why: str) -> Unread:
    """What stands in the place of a layer that can't be read."""
    received = say(WORDS["unread"], why, name=f"`{name}`")
    expected = "a tensor" if why == "uncalled" else "a layer"
    return Unread(called=name, error=ShapeError(expected, received, "", "read"))


def make(
    name: str, args: Sequence[Any], keywords: Mapping[str, Any], origin: Origin
) -> Part | Model | Opaque:
    """The layer that a call makes; of a wrapper around a Sequential, each of its layers in one."""
    given = [*args, *keywords.values()]
    if any(isinstance(one, Opaque) and one.why == "arguments" for one in given):
        return Opaque(name, "arguments", origin)
    shape = _given_shape(name, keywords)
    if name not in _WRAPPERS:
        layer = made(name, [*map(_argument, args)], {k: _argument(v) for k, v in keywords.items()})
        return Part(replace(layer, origin=origin), shape)
    if any(isinstance(one, (Opaque, Value)) for one in given[:1]):
        return Opaque(name, "arguments", origin)
    for one in given:
        for part in one if isinstance(one, (list, tuple)) else [one]:
            take(part)
            if isinstance(part, Part) and name == "Bidirectional":
                shape = shape or part.shape
    inside = next((one for one in given if isinstance(one, Model)), None)
    if inside is None:
        layer = made(name, [*map(_inner, args)], {k: _inner(v) for k, v in keywords.items()})
        return Part(replace(layer, origin=origin), shape)
    parts = [part for part in inside.parts or () if not isinstance(part, Value)]
    if not parts or not all(isinstance(part, Part) for part in parts):
        return Opaque(name, "arguments", origin)
    wrapped = [(made(name, (part.layer,)), part.layer.origin) for part in parts]
    return Model(origin.line, [Part(replace(one, origin=at), shape) for one, at in wrapped])


def take(part: Any) -> None:
    """Remember that a layer or model is part of another."""
    if isinstance(part, (Part, Model)):
        part.taken = True


def _given_shape(name: str, keywords: Mapping[str, Any]) -> Any:
    """The shape of what comes in that a layer's arguments tell, its batch first."""
    if "batch_input_shape" in keywords:
        return keywords["batch_input_shape"]
    batch = keywords.get("batch_size")
    if "input_shape" in keywords:
        shape = keywords["input_shape"]
        if isinstance(shape, int):
            shape = (shape,)
        return (batch, *shape) if isinstance(shape, (list, tuple)) else None
    length = [keywords["input_length"]] if "input_length" in keywords else []
    if name == "Embedding":
        return (batch, *length) if length else None
    return (batch, *length, keywords["input_dim"]) if "input_dim" in keywords else None


def _argument(value: Any, depth: int = 0) -> Any:
    """What a layer's argument is, for `made`: nothing that is large."""
    if isinstance(value, (list, tuple)):
        if depth > 2 or len(value) > 64:
            return UNKNOWN
        return type(value)(_argument(one, depth + 1) for one in value)
    if isinstance(value, Opaque):
        return value.name if value.name in ACTIVATIONS else UNKNOWN
    known = plain(value) and not (isinstance(value, str) and len(value) > 200)
    return value if known else UNKNOWN


def _inner(value: Any) -> Any:
    """The same of a wrapper, whose arguments may be layers, or lists of them."""
    if isinstance(value, Part):
        return value.layer
    if isinstance(value, (list, tuple)) and any(isinstance(one, Part) for one in value[:64]):
        return [_inner(one) for one in value[:64] if not isinstance(one, (list, tuple))]
    return _argument(value)
