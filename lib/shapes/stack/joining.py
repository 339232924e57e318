"""Layers that make one tensor of several: merging, dot products, attention."""

from dataclasses import field, replace
from functools import reduce
from typing import Any, ClassVar

from lib.shapes.stack.base import Inputs, Layer, Outputs, known_size
from lib.shapes.stack.errors import NotTraced, ShapeError
from lib.shapes.stack.settings import AXIS, NO_SHARE, POSITIVE, UNITS, setting, share
from lib.shapes.stack.tensors import Axis, Tensor, joined_letters, sizes, widened

_NO_SIZE = f"{POSITIVE}. Received: {{name}}={{value}}"
_NO_VALUE_DIM = f"{POSITIVE} or `None`. Received: {{name}}={{value}}"
_NO_AXES = """\
Invalid format for argument `{name}`: it should contain two elements. Received: {name}={value}"""


class Joining(Layer):
    """A layer that is called on a list of tensors; a list of one is written in `of`."""

    def list_of(self, inputs: Inputs, row: str) -> tuple[Tensor, ...]:
        """The tensors. Raises ShapeError for one that isn't in a list."""
        if len(inputs.tensors) < 2 and not self.of:
            raise ShapeError.of(row, *inputs.tensors)
        return inputs.tensors


class Merge(Joining):
    """A layer that works number by number on tensors whose shapes broadcast."""

    sign: ClassVar[str] = ""
    """The operator of Python that does the same, if there is one."""
    takes_two: ClassVar[bool] = False
    """Whether it takes exactly two tensors."""

    by_sign: bool = field(default=False, kw_only=True, compare=False)
    """Whether code has x + y: no layer, with other errors of Keras, and without a mask."""

    def call(self, inputs: Inputs) -> Outputs:
        """Shapes that broadcast → the widest."""
        joined, *others = tensors = self.list_of(inputs, "no list to merge")
        sign = ", by a sign" * self.by_sign
        if sign and len({*map(len, tensors)}) > 1:
            return Outputs((reduce(_by_last_axes, tensors),))
        batches = [tensor[0] for tensor in tensors]
        if len({axis.size for axis in batches} - {None}) > 1:
            raise ShapeError.of("batches to merge", *tensors)
        for tensor in others:
            joined = _broadcast(joined, tensor, f"shapes to merge{sign}")
        if self.takes_two and len(tensors) != 2:
            raise ShapeError.of("not two to subtract", *tensors)
        batch = next((axis for axis in batches if axis.size), batches[0])
        return Outputs(((batch, *joined[1:]),))

    def masks(self, inputs: Inputs, count: int) -> tuple[int, ...]:
        """A mask, if all tensors have one."""
        return (max(inputs.masks) * all(inputs.masks) * (not self.by_sign),) * count


class Add(Merge, kind="add", sign="+"):
    """Adds tensors, number by number."""


class Subtract(Merge, kind="sub", sign="-", takes_two=True):
    """Takes the second tensor from the first."""


class Multiply(Merge, kind="mul", sign="*"):
    """Multiplies tensors, number by number."""


class Average(Merge, kind="ave"):
    """Takes the mean of tensors, number by number."""


class Maximum(Merge, kind="max"):
    """Keeps the larger of tensors, number by number."""


class Minimum(Merge, kind="min"):
    """Keeps the smaller of tensors, number by number."""


def _by_last_axes(one: Tensor, other: Tensor) -> Tensor:
    """Broadcast tensors of different ranks from the last axis, so that a batch meets another axis.

    Raises ShapeError unless that is a batch of one.
    """
    joined = _broadcast(one, other, "shapes to merge, by a sign", first=0)
    short, long = sorted((one, other), key=len)
    if short[0].size != 1:
        met = long[len(long) - len(short)]
        listed = (",".join(f"{size or '…'}" for size in sizes(each)) for each in (one, other))
        words = {"axis": f"{'timesteps ' * (met.role == 'time')}{met.letter}"}
        words["silent"] = "for any N" if met.size == 1 else f"if N = {met.size or met.letter}"
        breaks = short[0].size is None and met.size != 1  # for any other N
        said = "Incompatible shapes: [{}] vs. [{}]".format(*listed) * breaks
        raise ShapeError.of("samples against an axis", one, other, message=said, **words)
    return joined


def _broadcast(one: Tensor, other: Tensor, refusal: str, first: int = 1) -> Tensor:
    """The shape of both, broadcast from the axis `first` on.

    Raises the ShapeError named `refusal` for sizes that differ and aren't 1.
    """
    long, short = sorted((one[first:], other[first:]), key=len, reverse=True)
    start = len(long) - len(short)
    axes = list(long)
    for place, axis in enumerate(short, start):
        kept = axes[place]
        if kept.size == 1 or axis.size is None:
            axes[place] = axis if kept.size is not None else kept
        elif kept.size is not None and axis.size not in (1, kept.size):
            words: dict[str, Any] = {"one": sizes(long), "other": sizes(short)}
            wrong, right = (kept, axis) if len(one) >= len(other) else (axis, kept)
            words |= {"wrong": wrong.size, "right": right.size}
            words["lists"] = " and ".join(f"{[*sizes(tensor)]}" for tensor in (one, other))
            raise ShapeError.of(refusal, one, other, **words)
    return (*one[:first], *axes)


class Concatenate(Joining, kind="concat"):
    """Lays tensors side by side, along one axis."""

    axis: int = setting("a", -1, limit=AXIS)

    def call(self, inputs: Inputs) -> Outputs:
        """(N, T, F) and (N, T, G) → (N, T, F+G)."""
        first, *others = tensors = self.list_of(inputs, "no list to concatenate")
        axis = self.axis + len(first) if self.axis < 0 else self.axis
        if min(map(len, tensors)) < -self.axis:
            raise ShapeError.of("no such axis", first, axis=self.axis)
        rest = [[one.size for one in _without(tensor, axis)] for tensor in tensors]
        same = all(len(tensor) == len(first) for tensor in others)
        columns = zip(*rest, strict=False)
        if not same or any(len({*column} - {None}) > 1 for column in columns):
            raise ShapeError.of("shapes to concatenate", *tensors)
        if not others:
            return Outputs(tensors)
        if axis == 0:  # the samples are more then, which no shape with None shows
            raise NotTraced.of("samples joined", *tensors)
        if axis >= len(first):
            raise ShapeError.of("no such axis", first, axis=self.axis)
        found = [tensor[axis] for tensor in tensors]
        known = [one.size for one in found if one.size is not None]
        size = sum(known) if len(known) == len(found) else None
        joined = replace(
            first[axis], letter=joined_letters([one.letter for one in found], "+"), size=size
        )
        return Outputs(((*first[:axis], joined, *first[axis + 1 :]),))

    def masks(self, inputs: Inputs, count: int) -> tuple[int, ...]:
        """A mask, if any tensor has one."""
        return ((len(inputs.tensors[0]) - 1) * any(inputs.masks),) * count


def _without(tensor: Tensor, axis: int) -> Tensor:
    return (*tensor[:axis], *tensor[axis + 1 :])


class Dot(Joining, kind="dot", mask="ends"):
    """Multiplies two tensors and adds up, along an axis of each."""

    axes: tuple[int, ...] = setting("a", (2, 2), sizes=2, refusal=_NO_AXES)
    normalize: bool = setting("norm", False, seldom=True)

    def call(self, inputs: Inputs) -> Outputs:
        """(N, T, F) and (N, S, F) → (N, T, S)."""
        tensors = inputs.tensors
        if len(tensors) != 2:
            shapes = [*map(sizes, tensors)]
            listed = f"{shapes}" if self.of else f"{shapes[0]}"
            if not self.of and len(shapes) > 1:  # a list, or of a Bidirectional layer a tuple
                listed = f"…{', '.join(map(str, shapes))}…"
            raise ShapeError.of("not two for a dot", *tensors, listed=listed)
        for tensor, axis in zip(tensors, self.axes, strict=True):
            if not -len(tensor) <= axis < len(tensor):
                raise ShapeError.of("no such axis", tensor, axis=axis)
        (one, other), (at, at_other) = tensors, self.axes
        words: dict[str, Any] = {"at": at, "at_other": at_other}
        if one[at].size != other[at_other].size:
            words |= {"one": one[at].size, "other": other[at_other].size}
            words["sizes"] = f"{sizes(one)}, {sizes(other)}"
            if min(at, at_other) < 0:  # Keras counts axes=-1 from the left, not axes=(-1, -1)
                words |= {"at": "…", "at_other": "…"}
            raise ShapeError.of("axes to multiply", one, other, **words)
        at, at_other = at % len(one), at_other % len(other)
        if 0 in (at, at_other) or len({one[0].size, other[0].size} - {None}) > 1:
            raise ShapeError.of("batches to multiply", one, other, **words)
        output = (*_without(one, at), *_without(other, at_other)[1:])
        if len(output) == 1:
            output = (*output, Axis("1", 1, "features"))
        last = replace(output[-1], role="features")
        return Outputs(((*output[:-1], last),))


class Attending(Layer, uses_mask=2):
    """A layer in which each timestep of one tensor attends to those of another."""

    def masks(self, inputs: Inputs, count: int) -> tuple[int, ...]:
        """The mask of the query."""
        return (inputs.masks[0],) * count


class MultiHeadAttention(Attending, kind="mha"):
    """Lets each timestep take from all others, by how well they fit; several heads at once."""

    num_heads: int = setting("h", 2, limit=UNITS, refusal=_NO_SIZE)
    key_dim: int = setting("k", 16, limit=UNITS, refusal=_NO_SIZE)
    value_dim: int | None = setting(
        "v", None, limit=UNITS, optional=True, seldom=True, refusal=_NO_VALUE_DIM
    )
    output_shape: int | None = setting("o", None, limit=UNITS, optional=True, seldom=True)
    dropout: float = share("drop", seldom=True, refusal=NO_SHARE.replace("{name}", "rate"))
    use_bias: bool = setting("nobias", True, seldom=True)

    def call(self, inputs: Inputs) -> Outputs:
        """(N, T, F), with itself or another (N, S, G) → (N, T, F)."""
        if inputs.unchecked:
            raise ShapeError.of("one to attend with", *inputs.tensors)
        if len(self.of) < 2:  # what one layer gives is the query and the value
            inputs.only_one("Cannot convert '((…' to a shape.")
        query, value, *rest = (*inputs.tensors, *inputs.tensors[-1:])
        key = rest[0] if len(inputs.tensors) > 2 else value
        if sizes(value[1:-1]) != sizes(key[1:-1]):
            words = {"value": sizes(value), "key": sizes(key)}
            raise ShapeError.of("key and value", query, value, key, **words)
        heads, width = self.num_heads, self.key_dim
        inner = self.value_dim or width
        read = [known_size(one, heads, width) for one in (query, key)]
        read.append(known_size(value, heads, inner))
        if len(query) != len(value) or len(query) < 3:
            raise ShapeError.of("what can't attend", query, value, key)
        last = self.output_shape or read[0]
        columns = (heads * width, heads * width, heads * inner, last)
        maps = list(zip(columns, (*read, heads * inner), strict=True))
        count = sum(many * (each + self.use_bias) for many, each in maps)
        bias = "+1" * self.use_bias
        product = " + ".join(f"{many}·({each}{bias})" for many, each in maps)
        if self.output_shape is not None:
            query = (*query[:-1], widened(query[-1], "O", last))
        return Outputs((query,), count, product)


class Attention(Attending, Joining, kind="attend"):
    """Lets each timestep of the first tensor take from all of the second, without weights."""

    by_feature: ClassVar[bool] = False
    """Whether it has a scale for each feature, instead of one for all."""

    use_scale: bool = setting("scale", False, seldom=True)

    def call(self, inputs: Inputs) -> Outputs:
        """(N, T, F) and (N, S, G) → (N, T, G)."""
        tensors = inputs.tensors
        if not self.of or (len(self.of) < 2 and tensors[1:]):  # what a layer gives is a tuple
            raise ShapeError.of("no list to attend to", *tensors, layer=self.keras)
        if len(tensors) not in (2, 3):
            raise ShapeError.of("other number to attend to", *tensors, layer=self.keras)
        query, value, *rest = tensors
        key = rest[0] if rest else value
        learned = self._learned(query)
        ranks = {len(query), len(key), len(value)}
        if len(ranks) > 1 and 1 in {tensor[0].size for tensor in tensors}:
            raise NotTraced.of("a batch of one to attend to", *tensors)
        pairs = ({query[-1].size, key[-1].size}, {key[-2].size, value[-2].size})
        if len(ranks) > 1 or any(len(pair - {None}) > 1 for pair in pairs):
            raise ShapeError.of("what can't attend", *tensors)
        return Outputs(((*query[:-1], value[-1]),), *learned)

    def _learned(self, query: Tensor) -> tuple[Any, ...]:
        if not self.use_scale:
            return ()
        width = known_size(query) if self.by_feature else 1
        return width, f"{width}", query[-1].letter if self.by_feature else ""


class AdditiveAttention(Attention, kind="addattend", by_feature=True):
    """The same, by adding instead of multiplying; it learns a number for each feature."""

    use_scale: bool = setting("noscale", True, seldom=True)
