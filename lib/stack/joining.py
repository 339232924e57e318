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
        joined, *others = tensors = self.list_of(inputs, "no list to merge")
        batches = {tensor[0].size for tensor in tensors} - {None}
        if len(batches) > 1:
            raise ShapeError.of("batches to merge", tensors=readable_shapes(tensors))
        for tensor in others:
            joined = _broadcast(joined, tensor)
        batch = next((tensor[0] for tensor in tensors if tensor[0].size), joined[0])
        return Outputs(((batch, *joined[1:]),))

    def masks(self, inputs: Inputs, count: int) -> tuple[int, ...]:
        """Where all have a mask."""
        return (max(inputs.masks) * all(inputs.masks),) * count


def _broadcast(one: Tensor, other: Tensor) -> Tensor:
    """What both become. Raises ShapeError for sizes that differ and aren't 1."""
    long, short = sorted((one[1:], other[1:]), key=len, reverse=True)
    start = len(long) - len(short)
    axes = list(long)
    for place, axis in enumerate(short, start):
        kept = axes[place]
        if kept.size == 1 or axis.size is None:
            axes[place] = axis if kept.size is not None else kept
        elif kept.size is not None and axis.size not in (1, kept.size):
            shapes = {"one": sizes(long), "other": sizes(short)}
            raise ShapeError.of("shapes to merge", tensors=readable_shapes((one, other)), **shapes)
    return (one[0], *axes)


@dataclass(frozen=True, slots=True)
class Add(Merge, kind="add"):
    """Adds tensors, number by number."""


@dataclass(frozen=True, slots=True)
class Subtract(Merge, kind="sub"):
    """Takes the second tensor from the first."""

    def call(self, inputs: Inputs) -> Outputs:
        """Two of shapes that broadcast → the widest."""
        outputs = Merge.call(self, inputs)
        if len(inputs.tensors) != 2:
            raise ShapeError.of("not two to subtract", tensors=readable_shapes(inputs.tensors))
        return outputs


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
        if min(map(len, tensors)) < -self.axis:
            words = {"axis": self.axis, "axes": len(first), "tensor": readable_shape(first)}
            raise ShapeError.of("no such axis", **words)
        rest = [[one.size for one in _without(tensor, axis)] for tensor in tensors]
        same = all(len(tensor) == len(first) for tensor in others)
        columns = zip(*rest, strict=False)
        if not same or any(len({*column} - {None}) > 1 for column in columns):
            raise ShapeError.of("shapes to concatenate", tensors=readable_shapes(tensors))
        if others and axis >= len(first):
            words = {"axis": self.axis, "axes": len(first), "tensor": readable_shape(first)}
            raise ShapeError.of("no such axis", **words)
        joined = list(first)
        if others:
            found = [tensor[axis] for tensor in tensors]
            letters = "+".join(one.letter for one in found)
            joined[axis] = replace(found[0], letter=letters, size=_added(found))
        return Outputs((tuple(joined),))

    def masks(self, inputs: Inputs, count: int) -> tuple[int, ...]:
        """Where one has a mask."""
        return ((len(inputs.tensors[0]) - 1) * any(inputs.masks),) * count


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

    axes: tuple[int, ...] = setting(
        "a",
        (2, 2),
        "axes",
        sizes=2,
        refusal="Invalid format for argument `{name}`: it should contain two elements. "
        "Received: {name}={value}",
    )
    normalize: bool = setting("norm", False, seldom=True)

    def call(self, inputs: Inputs) -> Outputs:
        """(N, T, F) and (N, S, F) → (N, T, S)."""
        tensors = inputs.tensors
        if len(tensors) != 2:
            shapes = ", ".join(f"{sizes(tensor)}" for tensor in tensors)
            raise ShapeError.of("not two for a dot", tensors=readable_shapes(tensors), sizes=shapes)
        for tensor, axis in zip(tensors, self.axes, strict=True):
            if not -len(tensor) <= axis < len(tensor):
                words = {"axis": axis, "axes": len(tensor), "tensor": readable_shape(tensor)}
                raise ShapeError.of("no such axis", **words)
        (one, other), (at, at_other) = tensors, self.axes
        words = {"tensors": readable_shapes(tensors), "at": at, "at_other": at_other}
        if one[at].size != other[at_other].size:
            words |= {"one": one[at].size, "other": other[at_other].size}
            raise ShapeError.of("axes to multiply", sizes=f"{sizes(one)}, {sizes(other)}", **words)
        at, at_other = at % len(one), at_other % len(other)
        if 0 in (at, at_other) or len({one[0].size, other[0].size} - {None}) > 1:
            raise ShapeError.of("batches to multiply", **words)
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
    uses_mask: ClassVar[int | None] = 2

    num_heads: int = setting("h", 2, "num_heads", limit=UNITS, refusal=_not_positive())
    key_dim: int = setting("k", 16, "key_dim", limit=UNITS, refusal=_not_positive())
    value_dim: int | None = setting(
        "v",
        None,
        "value_dim",
        limit=UNITS,
        optional=True,
        seldom=True,
        refusal="Received an invalid value for argument `{name}`, expected a positive integer or "
        "`None`. Received: {name}={value}",
    )
    output_shape: int | None = setting(
        "o", None, "output_shape", limit=UNITS, optional=True, seldom=True
    )
    dropout: float = setting(
        "drop",
        0.0,
        "dropout",
        limit=RATE,
        seldom=True,
        refusal="Invalid value received for argument `rate`. Expected a float value between 0 and "
        "1. Received: rate={value}",
    )
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
        if inputs.unchecked:
            raise ShapeError.of("one to attend with", tensor=readable_shape(inputs.tensors[0]))
        if len(self.of) < 2:  # what one layer gives is the query and the value
            inputs.only_one("Cannot convert '((")
        query, value, *rest = (*inputs.tensors, *inputs.tensors[-1:])
        key = rest[0] if len(inputs.tensors) > 2 else value
        words = {"tensors": readable_shapes((query, value, key))}
        if sizes(value[1:-1]) != sizes(key[1:-1]):
            shapes = {"value": sizes(value), "key": sizes(key)}
            raise ShapeError.of("key and value", **shapes, **words)
        heads, width = self.num_heads, self.key_dim
        inner = self.value_dim or width
        query_width, key_width = (
            known_size(one[-1], one, f"(None, {heads}, {width})") for one in (query, key)
        )
        value_width = known_size(value[-1], value, f"(None, {heads}, {inner})")
        if len(query) != len(value) or len(query) < 3:
            raise ShapeError.of("what can't attend", **words)
        last = self.output_shape or query_width
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

    def masks(self, inputs: Inputs, count: int) -> tuple[int, ...]:
        """That of the first, which asks."""
        return (inputs.masks[0],) * count


def fits(one: Axis, other: Axis) -> bool:
    """Whether they may have the same size."""
    return None in (one.size, other.size) or one.size == other.size


@dataclass(frozen=True, slots=True)
class Attention(Joining, kind="attend"):
    """Lets each timestep of the first tensor take from all of the second, without weights."""

    uses_mask: ClassVar[int | None] = 2

    use_scale: bool = setting("scale", False, seldom=True)

    def call(self, inputs: Inputs) -> Outputs:
        """(N, T, F) and (N, S, G) → (N, T, G)."""
        tensors = inputs.tensors
        if len(self.of) < 2:  # what a layer gives is a tuple
            raise ShapeError.of("no list to attend to", tensor=readable_shapes(tensors))
        if len(tensors) > 3:
            count, shown = len(tensors), readable_shapes(tensors)
            raise ShapeError.of("too many to attend to", count=count, tensors=shown)
        query, value, *rest = tensors
        key = rest[0] if rest else value
        learned: tuple[Any, ...] = self._learned(query)
        ranks = {len(query), len(key), len(value)}
        pairs = [(query[-1], key[-1]), (key[-2], value[-2])]
        for other in (key, value):
            before = zip(query[1:-2], other[1:-2], strict=False)
            pairs += [pair for pair in before if pair[1].size != 1]
        if len(ranks) > 1 or not all(fits(*pair) for pair in pairs):
            raise ShapeError.of("what can't attend", tensors=readable_shapes(tensors))
        return Outputs(((*query[:-1], value[-1]),), *learned)

    def _learned(self, query: Tensor) -> tuple[Any, ...]:  # noqa: ARG002
        return (1, "1") if self.use_scale else ()

    def masks(self, inputs: Inputs, count: int) -> tuple[int, ...]:
        """That of the first, which asks."""
        return (inputs.masks[0],) * count


@dataclass(frozen=True, slots=True)
class AdditiveAttention(Attention, kind="addattend"):
    """The same, by adding instead of multiplying; it learns a number for each feature."""

    use_scale: bool = setting("noscale", True, seldom=True)

    def _learned(self, query: Tensor) -> tuple[Any, ...]:
        if not self.use_scale:
            return ()
        width = known_size(query[-1], query, "(None,)")
        return width, f"{width}", query[-1].letter
