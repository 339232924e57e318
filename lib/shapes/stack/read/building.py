"""A graph of layers as it is read, which becomes a stack when its outputs are known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from lib.shapes.stack.base import Layer, Ref, Stack
from lib.shapes.stack.errors import NotTraced, ShapeError
from lib.shapes.stack.joining import Joining
from lib.shapes.stack.plain import Embedding, Input
from lib.shapes.stack.read.reading import ModelError
from lib.shapes.stack.recurrent import Recurrent
from lib.shapes.stack.settings import STEPS
from lib.text import beside, say

_WORDS = beside(__file__)


@dataclass(frozen=True, slots=True)
class Value:
    """What a call gives, while a graph is read: all tensors of a layer, or one of them."""

    node: int
    output: int | None = None

    def __getitem__(self, output: int) -> Value:
        """One tensor of several."""
        return Value(self.node, output)


@dataclass(slots=True)
class Graph:
    """Layers in the order in which they are called, each with what it is called on."""

    layers: list[Layer] = field(default_factory=list)
    """Their `of`, `states` and `shares` are places in this list."""
    lists: set[int] = field(default_factory=set)
    """The places of those that are called on a list, be it of one."""

    def call(
        self, layer: Layer, values: Sequence[Value] = (), states: Sequence[Value] = ()
    ) -> Value:
        """The layer called on these values; an `Input` is called on none."""
        layer = replace(layer, of=tuple(Ref(value.node, value.output) for value in values))
        if states and isinstance(layer, Recurrent):
            refs = tuple(Ref(value.node, value.output) for value in states)
            layer = replace(layer, states=refs)
        self.layers.append(layer)
        return Value(len(self.layers) - 1)

    def stack(self, outputs: Iterable[Value] = ()) -> Stack:
        """What leads to these outputs, as a stack; all that was called where none is named.

        What a layer takes isn't named where it is all that the one before it gives.
        """
        kept = self.leading_to({value.node for value in outputs})
        moved = {old: new for new, old in enumerate(kept)}
        layers = [self.layers[place].at(moved) for place in kept]
        for place, layer in enumerate(layers):
            # Attention to itself is called on the same tensor twice, a loop perhaps more often.
            twice = layer.kind in ("mha", "unread")
            lone = isinstance(layer, Joining) and kept[place] in self.lists
            if {*layer.of} == {Ref(place - 1)} and (len(layer.of) == 1 or twice) and not lone:
                layers[place] = replace(layer, of=())
            first = layer.of[0].place if layer.of else place
            taken = layers[first]
            # A sample of one axis that is looked up is a row of numbers: its axis is time.
            if isinstance(layer, Embedding) and isinstance(taken, Input) and taken.form == "flat":
                layers[first] = Input(
                    taken.features, batch=taken.batch, form="tokens", origin=taken.origin
                )
        return tuple(layers)

    def leading_to(self, ends: set[int]) -> list[int]:
        """These layers, and all that they need, in order."""
        kept = set(ends) or {*range(len(self.layers))}
        for place in reversed(range(len(self.layers))):  # each takes what earlier ones give
            if place in kept:
                layer = self.layers[place]
                kept.update(ref.place for ref in layer.refs())
                kept.update(() if layer.shares is None else [layer.shares])
        return sorted(kept)


def sample(shape: Sequence[int | None], batch: int | None = None) -> Input:
    """The Input for samples of this shape, without the batch; None where any size will do."""
    sizes = tuple(shape)
    if len(sizes) == 2:
        return Input(timesteps=sizes[0], features=sizes[1], batch=batch)
    if len(sizes) == 1:
        return Input(features=sizes[0], batch=batch, form="flat")
    known = tuple(size or 0 for size in sizes)
    return Input(batch=batch, form="other", shape=known)


def first(shape: Sequence[Any]) -> Input:
    """The Input of a shape that was read, the batch first. Raises ModelError for what is none."""
    if error := refused_shape(shape):
        raise ModelError(say(_WORDS, "refused", shape=f"{shape}"[:60], why=error))
    return sample(shape[1:], shape[0])


def refused_shape(shape: Sequence[Any]) -> ShapeError | NotTraced | None:
    """Why no Input has this shape here; None where one has."""
    words = {"shape": tuple(shape[1:]), "most": f"{STEPS.maximum:,.0f}"}
    known = [size for size in shape if size is not None]
    if strange := [size for size in known if type(size) is not int]:
        about = {"size": strange[0], "type": type(strange[0]).__name__}
        return ShapeError.of("a strange size of an input", **about, **words)
    if min(known, default=1) < 0:
        return ShapeError.of("a negative size of an input", **words)
    if not 2 <= len(shape) <= 6 or 0 in known or max(known, default=1) > STEPS.maximum:
        return NotTraced.of("an input of other sizes", **words)
    return None
