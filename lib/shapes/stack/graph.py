"""The layers of a model in the order in which they are called: a `Stack` once all are known."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from lib.shapes.stack.base import Layer, Origin, Ref, Stack
from lib.shapes.stack.errors import NotTraced, ShapeError
from lib.shapes.stack.joining import Joining
from lib.shapes.stack.plain import Embedding, Input, Unread
from lib.shapes.stack.settings import STEPS


class Graph:
    """Calls of layers, each with the tensors that it is called on."""

    def __init__(self) -> None:
        self.rows: list[Layer] = []
        """The layer of each call; its `of` and `states` name earlier places in this list."""
        self.owners: dict[int, Hashable] = {}
        """By place, what identifies the layer that is called there: several calls share weights."""
        self.on_lists: set[int] = set()
        """Places of layers that are called on a list, perhaps of one tensor."""

    def leading_to(self, ends: Iterable[int]) -> list[int]:
        """These places and all that they depend on, in order; every place where none is given."""
        kept = {*ends} or {*range(len(self.rows))}
        for place in reversed(range(len(self.rows))):  # each takes what earlier ones return
            if place in kept:
                kept.update(ref.place for ref in self.rows[place].refs())
        return sorted(kept)

    def stack_of(self, outputs: Iterable[Ref] = ()) -> Stack:
        """The layers that lead to these outputs, or all layers, with places of their own.

        `of` is left out where a layer takes exactly what the one before it returns.
        """
        kept = self.leading_to(one.place for one in outputs)
        moved = {old: new for new, old in enumerate(kept)}
        layers = [self.rows[place].at(moved) for place in kept]
        first_calls: dict[Hashable, int] = {}
        for place, old in enumerate(kept):
            layer = layers[place]
            if old in self.owners:
                first = first_calls.setdefault(self.owners[old], place)
                layer = replace(layer, shares=None if first == place else first)
            # Self-attention is called on the same tensor twice, a skipped loop perhaps more often.
            repeats = layer.kind in ("mha", "unread")
            on_list_of_one = isinstance(layer, Joining) and old in self.on_lists
            chained = {*layer.of} == {Ref(place - 1)} and (len(layer.of) == 1 or repeats)
            source = layer.of[0].place if layer.of else place
            layers[place] = replace(layer, of=()) if chained and not on_list_of_one else layer
            # The only axis of a sample that an Embedding looks up is time.
            entry = layers[source]
            if isinstance(layer, Embedding) and isinstance(entry, Input) and entry.form == "flat":
                layers[source] = replace(
                    Input(entry.features, batch=entry.batch, form="tokens"), origin=entry.origin
                )
        return tuple(layers)


def input_layer(shape: Sequence[Any], origin: Origin | None = None) -> Input | Unread:
    """The Input of this shape, the batch first; where there can be none, an Unread with the error.

    None is a size that may be any.
    """
    batch, *sizes = shape
    known = [size for size in shape if size is not None]
    strange = [size for size in known if type(size) is not int]
    words = {"shape": tuple(sizes), "most": f"{STEPS.maximum:,.0f}"}
    error: ShapeError | NotTraced | None = None
    if strange:
        about = {"size": strange[0], "type": type(strange[0]).__name__}
        error = ShapeError.of("a strange size of an input", **about, **words)
    elif min(known, default=1) < 0:
        error = ShapeError.of("a negative size of an input", **words)
    elif len(sizes) > 5 or 0 in known or max(known, default=1) > STEPS.maximum:
        error = NotTraced.of("an input of other sizes", **words)
    if error:
        return Unread(called="Input", error=error, origin=origin)
    if len(sizes) == 2:
        return Input(sizes[0], sizes[1], batch=batch, origin=origin)
    if len(sizes) == 1:
        return Input(features=sizes[0], batch=batch, form="flat", origin=origin)
    other = tuple(size or 0 for size in sizes)
    return Input(batch=batch, form="other", shape=other, origin=origin)
