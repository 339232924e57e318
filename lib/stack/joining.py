"""Layers that make one tensor of several: merging, dot products, attention."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from lib.stack.base import (
    UNITS,
    Inputs,
    Layer,
    MaskWay,
    Outputs,
    ShapeError,
    known_size,
    setting,
)
from lib.stack.elementwise import AXIS
from lib.stack.recurrent import RATE
from lib.stack.tensors import Axis, Tensor, readable_shape, readable_shapes, sizes, widened


@dataclass(frozen=True, slots=True)
class Joining(Layer):
    """What is called on a list of tensors."""

    positional: ClassVar[int] = 0

    def list_of(self, inputs: Inputs, row: str) -> tuple[Tensor, ...]:
        """The tensors, at least one of them given in a list. Raises ShapeError for one alone."""
        if len(inputs.tensors) < 2 and len(self.of) < 2:
            shape = sizes(inputs.tensors[0])
            tensor = readable_shape(inputs.tensors[0])
            raise ShapeError.of(row, tensor=tensor, sizes=shape)
        return inputs.tensors


@dataclass(frozen=True, slots=True)
class Merge(Joining):
    """What works number by number on tensors of one shape, or of shapes that broadcast."""

    def call(self, inputs: Inputs) -> Outputs:
        """Shapes that broadcast → the widest."""
        joined, *others = self.list_of(inputs, "no list to merge")
        for tensor in others:
            joined = _broadcast(joined, tensor)
        return Outputs((joined,))

    def masks(self, inputs: Inputs, count: int) -> tuple[bool, ...]:
        """Where all have a mask."""
        return (all(inputs.masks),) * count


def _broadcast(one: Tensor, other: Tensor) -> Tensor:
    """What both become. Raises ShapeError for sizes that differ and aren't 1."""
    short, long = sorted((one[1:], other[1:]), key=len)
    start = len(long) - len(short)
    axes = list(long)
    for place, axis in enumerate(short, start):
        kept = axes[place]
        if kept.size in (1, axis.size):
            axes[place] = kept if kept.size == axis.size else axis
        elif kept.size is None or axis.size is None:
            axes[place] = (
                axis
                if kept.size in (1, None) and axis.size in (1, None)
                else replace(kept, size=None)
            )
        elif axis.size != 1:
            shapes = {"one": sizes(one[1:]), "other": sizes(other[1:])}
            raise ShapeError.of("shapes to merge", tensors=readable_shapes((one, other)), **shapes)
    return (one[0], *axes)


@dataclass(frozen=True, slots=True)
class Add(Merge, kind="add"):
    """Adds tensors, number by number."""


@dataclass(frozen=True, slots=True)
class Subtract(Merge, kind="sub"):
    """Takes the second tensor from the first."""


@dataclass(frozen=True, slots=True)
class Multiply(Merge, kind="mul"):
    """Multiplies tensors, number by number."""


@dataclass(frozen=True, slots=True)
class Average(Merge, kind="ave"):
    """Takes the mean of tensors, number by number."""


@dataclass(frozen=True, slots=True)
class Maximum(Merge, kind="max"):
    """Keeps the larger of tensors, number by number."""


@dataclass(frozen=True, slots=True)
class Minimum(Merge, kind="min"):
    """Keeps the smaller of tensors, number by number."""


@dataclass(frozen=True, slots=True)
class Concatenate(Joining, kind="concat"):
    """Lays tensors side by side, along one axis."""

    axis: int = setting("a", -1, "axis", limit=AXIS)

    def call(self, inputs: Inputs) -> Outputs:
        """(N, T, F) and (N, T, G) → (N, T, F+G)."""
        first, *others = tensors = self.list_of(inputs, "no list to concatenate")
        axis = self.axis + len(first) if self.axis < 0 else self.axis
        rest = [[one.size for one in _without(tensor, axis)] for tensor in tensors]
        same = all(len(tensor) == len(first) for tensor in others) and axis < len(first)
        columns = zip(*rest, strict=False)
        if not same or any(len({*column} - {None}) > 1 for column in columns):
            shapes = ", ".join(f"{sizes(tensor)}" for tensor in tensors)
            words = {"tensors": readable_shapes(tensors), "sizes": shapes}
            raise ShapeError.of("shapes to concatenate", **words)
        joined = list(first)
        for place in range(len(first)):
            found = [tensor[place] for tensor in tensors]
            if place == axis:
                letters = "+".join(one.letter for one in found)
                joined[place] = replace(found[0], letter=letters, size=_added(found))
            elif any(one.size is None for one in found):
                joined[place] = next(one for one in found if one.size is None)
        return Outputs((tuple(joined),))

    def masks(self, inputs: Inputs, count: int) -> tuple[bool, ...]:
        """Where one has a mask."""
        return (any(inputs.masks),) * count


def _without(tensor: Tensor, axis: int) -> Tensor:
    return (*tensor[:axis], *tensor[axis + 1 :])


def _added(axes: list[Axis]) -> int | None:
    known = [axis.size for axis in axes if axis.size is not None]
    return sum(known) if len(known) == len(axes) else None


@dataclass(frozen=True, slots=True)
class Dot(Joining, kind="dot"):
    """Multiplies two tensors and adds up, along an axis of each."""

    mask: ClassVar[MaskWay] = "ends"
    positional: ClassVar[int] = 1

    axes: tuple[int, ...] = setting("a", (2, 2), "axes", sizes=2)
    normalize: bool = setting("norm", False, seldom=True)

    def call(self, inputs: Inputs) -> Outputs:
        """(N, T, F) and (N, S, F) → (N, T, S)."""
        tensors = inputs.tensors
        if len(tensors) != 2:
            shapes = ", ".join(f"{sizes(tensor)}" for tensor in tensors)
            raise ShapeError.of("not two for a dot", tensors=readable_shapes(tensors), sizes=shapes)
        places = []
        for tensor, axis in zip(tensors, self.axes, strict=True):
            if not -len(tensor) <= axis < len(tensor):
                words = {"axis": axis, "axes": len(tensor), "tensor": readable_shape(tensor)}
                raise ShapeError.of("no such axis", **words)
            places.append(axis % len(tensor))
        (one, other), (at, at_other) = tensors, places
        if one[at].size != other[at_other].size and None not in (
            one[at].size,
            other[at_other].size,
        ):
            words = {"tensors": readable_shapes(tensors), "one": one[at].size, "at": at}
            words |= {"other": other[at_other].size, "at_other": at_other}
            raise ShapeError.of("axes to multiply", sizes=f"{sizes(one)}, {sizes(other)}", **words)
        output = (*_without(one, at), *_without(other, at_other)[1:])
        if len(output) == 1:
            output = (*output, Axis("1", 1, "features"))
        last = replace(output[-1], role="features")
        return Outputs(((*output[:-1], last),))


def _not_positive(end: str = "") -> str:
    return (
        "Received an invalid value for argument `{name}`, expected a positive integer. "
        "Received: {name}={value}" + end
    )


@dataclass(frozen=True, slots=True)
class MultiHeadAttention(Layer, kind="mha"):
    """Lets each timestep take from all others, by how well they fit; several heads at once."""

    positional: ClassVar[int] = 0

    num_heads: int = setting("h", 2, "num_heads", limit=UNITS, refusal=_not_positive())
    key_dim: int = setting("k", 16, "key_dim", limit=UNITS, refusal=_not_positive())
    value_dim: int | None = setting("v", None, "value_dim", limit=UNITS, optional=True, seldom=True)
    output_shape: int | None = setting(
        "o", None, "output_shape", limit=UNITS, optional=True, seldom=True
    )
    dropout: float = setting("drop", 0.0, "dropout", limit=RATE, seldom=True)
    use_bias: bool = setting("nobias", True, seldom=True)

    def arguments(self) -> Iterator[str]:
        """Heads and width by name, as one reads it."""
        yield f"num_heads={self.num_heads}"
        yield f"key_dim={self.key_dim}"
        usual = MultiHeadAttention(self.num_heads, self.key_dim)
        for name in ("value_dim", "output_shape", "dropout", "use_bias"):
            if (value := getattr(self, name)) != getattr(usual, name):
                yield f"{name}={value}"

    def call(self, inputs: Inputs) -> Outputs:
        """(N, T, F), with itself or another (N, S, G) → (N, T, F)."""
        query, value, *rest = (*inputs.tensors, *inputs.tensors[-1:])
        key = rest[0] if len(inputs.tensors) > 2 else value
        heads, width = self.num_heads, self.key_dim
        shape = f"(None, {heads}, {width})"
        inner = self.value_dim or width
        query_width = known_size(query[-1], query, shape)
        last = self.output_shape or query_width
        key_width, value_width = key[-1].size or 0, value[-1].size or 0
        bias = int(self.use_bias)
        count = (
            heads * width * (query_width + bias)
            + heads * width * (key_width + bias)
            + heads * inner * (value_width + bias)
            + last * (heads * inner + bias)
        )
        product = (
            f"{heads}·{width}·({query_width}+{bias}) + {heads}·{width}·({key_width}+{bias}) + "
        )
        product += f"{heads}·{inner}·({value_width}+{bias}) + {last}·({heads}·{inner}+{bias})"
        output = (
            query if self.output_shape is None else (*query[:-1], widened(query[-1], "O", last))
        )
        return Outputs((output,), count, product if bias else product.replace("+0", ""))

    def masks(self, inputs: Inputs, count: int) -> tuple[bool, ...]:
        """That of the first, which asks."""
        return (inputs.masks[0],) * count


@dataclass(frozen=True, slots=True)
class Attention(Joining, kind="attend"):
    """Lets each timestep of the first tensor take from all of the second, without weights."""

    use_scale: bool = setting("scale", False, seldom=True)

    def call(self, inputs: Inputs) -> Outputs:
        """(N, T, F) and (N, S, G) → (N, T, G)."""
        query, value, *_ = self.list_of(inputs, "no list to attend to")
        learned: tuple[Any, ...] = self._learned(query)
        return Outputs(((*query[:-1], value[-1]),), *learned)

    def _learned(self, query: Tensor) -> tuple[Any, ...]:  # noqa: ARG002
        return (1, "1") if self.use_scale else ()

    def masks(self, inputs: Inputs, count: int) -> tuple[bool, ...]:
        """That of the first, which asks."""
        return (inputs.masks[0],) * count


@dataclass(frozen=True, slots=True)
class AdditiveAttention(Attention, kind="addattend"):
    """The same, by adding instead of multiplying; it learns a number for each feature."""

    use_scale: bool = setting("noscale", True, seldom=True)

    def _learned(self, query: Tensor) -> tuple[Any, ...]:
        width = query[-1].size
        return (width, f"{width}", query[-1].letter) if self.use_scale else ()
