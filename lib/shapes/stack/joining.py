"""Layers that keep a shape or join tensors: activations, dropout, merging, attention."""

from collections.abc import Iterable
from dataclasses import field, replace
from functools import reduce
from typing import ClassVar

from lib.experiment import Limit
from lib.shapes.output import formula
from lib.shapes.stack.base import Inputs, Layer, NotTraced, Outputs, ShapeError, When, known_size
from lib.shapes.stack.settings import AXIS, LARGE, REFUSED, SHARE, SLOPE, count, function, setting
from lib.shapes.stack.tensors import Axis, Tensor, drop_axis, factor, one_letter, shape_of


class Elementwise(Layer):
    """A layer that works element by element, or along an axis, and keeps the shape."""

    fails: ClassVar[When] = "run"

    def call(self, inputs: Inputs) -> Outputs:
        if len(inputs.tensors) > 1:  # Keras stacks the tensors into one, and fails later.
            raise replace(ShapeError.of("several at once", *inputs.tensors), when=self.fails)
        return Outputs(inputs.tensors)


class Dropout(Elementwise, kind="drop", fails="trained"):
    """Sets a share of all entries to 0 in training. The shape stays."""

    rate: float = setting("p", 0.2, limit=SHARE, refusal=REFUSED)

    def call(self, inputs: Inputs) -> Outputs:
        return super().call(inputs) if self.rate else Outputs(inputs.tensors)


class SpatialDropout1D(Layer, kind="sdrop"):
    """Sets a share of the features to 0 in training, at every timestep."""

    rate: float = setting("p", 0.2, limit=SHARE, refusal=REFUSED)

    def call(self, inputs: Inputs) -> Outputs:
        any_rank = inputs.keras_skips_check and not self.rate
        return Outputs((inputs.only_one() if any_rank else inputs.of_rank(3, when="trained"),))


class GaussianNoise(Elementwise, kind="noise", fails="trained"):
    """Adds noise in training. The shape stays."""

    stddev: float = setting("s", 0.1, limit=SHARE, refusal=REFUSED)


class Masking(Layer, kind="mask"):
    """Marks timesteps whose features all equal one value, so that later layers skip them."""

    mask_value: float = setting("v", 0.0, "mask_value", limit=Limit(-1e6, 1e6, 0.1))

    def call(self, inputs: Inputs) -> Outputs:
        return Outputs((inputs.only_one("axis -1 is out of bounds for an array with dimension 0"),))

    def masks(self, inputs: Inputs, count: int) -> tuple[int, ...]:
        return (len(inputs.tensors[0]) - 1,) * count


class Activation(Elementwise, kind="act"):
    """Applies a function to each number. Softmax works along the last axis."""

    activation: str = function("f", "relu", seldom=False)


class ReLU(Elementwise, kind="relu"):
    """Sets numbers below 0 to 0."""

    max_value: float | None = setting("m", None, limit=LARGE, optional=True, refusal=REFUSED)
    negative_slope: float = setting("s", 0.0, limit=SLOPE, seldom=True, refusal=REFUSED)


class LeakyReLU(Elementwise, kind="leaky"):
    """Multiplies numbers below 0 by a small slope."""

    negative_slope: float = setting("s", 0.3, limit=SLOPE, refusal=REFUSED)


class Softmax(Elementwise, kind="softmax", mask_rank=0):
    """Turns the numbers along an axis into positive numbers that sum to 1."""

    activation: ClassVar[str] = "softmax"
    axis: int = setting("a", -1, limit=AXIS, seldom=True)

    def call(self, inputs: Inputs) -> Outputs:
        outputs, (tensor, *_) = super().call(inputs), inputs.tensors
        if not -len(tensor) <= self.axis < len(tensor):
            raise ShapeError.of("no such axis to share", tensor, axis=self.axis)
        return outputs


class LayerNormalization(Layer, kind="lnorm"):
    """Scales the features of each sample and timestep to mean 0 and standard deviation 1."""

    averages: ClassVar[int] = 0  # running averages per entry, which count as parameters
    axis: int = setting("a", -1, limit=AXIS, seldom=True)
    center: bool = setting("nocenter", True, seldom=True)
    scale: bool = setting("noscale", True, seldom=True)

    def call(self, inputs: Inputs) -> Outputs:
        tensor = inputs.only_one("")  # Keras reads several shapes as the sizes of one tensor.
        if not -len(tensor) <= self.axis < len(tensor):
            raise ShapeError.of("no such axis", tensor, axis=self.axis)
        axis, each = tensor[self.axis], self.averages + self.center + self.scale
        if not each:
            return Outputs((tensor,))
        if axis.size is None:
            if self.shares is not None:  # Keras doesn't build the layer again.
                raise NotTraced.of("a second call of open width", tensor)
            raise ShapeError.of("open width", tensor, weights="(None,)")
        product, rule = f"{each}·{axis.size}", f"{each}·{factor(axis.letter)}"
        return Outputs((tensor,), each * axis.size, product, rule)


class BatchNormalization(
    LayerNormalization, kind="bnorm", averages=2, mask_rank=-1, checks_width=True, checks_rank=True
):
    """Scales each feature to mean 0 and variance 1 over the batch, then with learned weights."""


def _differ(sizes: Iterable[int | None]) -> bool:
    return len({*sizes} - {None}) > 1


class Joining(Layer):
    """A layer that is called on a list of tensors. For a list of one tensor, `of` isn't empty."""

    def list_of(self, inputs: Inputs, row: str) -> tuple[Tensor, ...]:
        """Return the input tensors. Raises the ShapeError named `row` if they aren't in a list."""
        if len(inputs.tensors) < 2 and not self.of:
            raise ShapeError.of(row, *inputs.tensors)
        return inputs.tensors


class Merge(Joining):
    """A layer that works element by element on tensors whose shapes broadcast."""

    # Whether the code is x + y: an operator raises other errors than a layer, and drops masks.
    by_sign: bool = field(default=False, kw_only=True, compare=False)

    def call(self, inputs: Inputs) -> Outputs:
        tensors = self.list_of(inputs, "no list to merge")
        if self.by_sign and len({*map(len, tensors)}) > 1:  # It pairs samples with another axis.
            raise NotTraced.of("other ranks beside a sign", *tensors)
        batches = [tensor[0] for tensor in tensors]
        if _differ(axis.size for axis in batches):
            raise ShapeError.of("batches to merge", *tensors)
        refusal = "shapes to merge, by a sign" if self.by_sign else "shapes to merge"
        joined = reduce(lambda one, other: _broadcast(one, other, refusal), tensors)
        if self.kind == "sub" and len(tensors) != 2:
            raise ShapeError.of("not two to subtract", *tensors)
        batch = next((axis for axis in batches if axis.size), batches[0])
        return Outputs(((batch, *joined[1:]),))

    def masks(self, inputs: Inputs, count: int) -> tuple[int, ...]:
        passes = not self.by_sign and all(inputs.masks)
        return (max(inputs.masks) if passes else 0,) * count


class Add(Merge, kind="add"):
    """Adds tensors element by element."""


class Subtract(Merge, kind="sub"):
    """Subtracts the second tensor from the first."""


class Multiply(Merge, kind="mul"):
    """Multiplies tensors element by element."""


class Average(Merge, kind="ave"):
    """Averages tensors element by element."""


class Maximum(Merge, kind="max"):
    """Keeps the largest number of all tensors, element by element."""


class Minimum(Merge, kind="min"):
    """Keeps the smallest number of all tensors, element by element."""


def _broadcast(one: Tensor, other: Tensor, refusal: str) -> Tensor:
    """Broadcast the samples of two tensors. Raises the ShapeError named `refusal`."""
    long, short = sorted((one[1:], other[1:]), key=len, reverse=True)
    axes = list(long)
    for place, axis in enumerate(short, len(long) - len(short)):
        current = axes[place]
        if current.size == 1 or (axis.size is None and current.size is not None):
            axes[place] = axis
        elif None not in (current.size, axis.size) and axis.size not in (1, current.size):
            wrong, right = (current, axis) if len(one) >= len(other) else (axis, current)
            lists = " and ".join(f"{[*shape_of(tensor)]}" for tensor in (one, other))
            words = {"one": shape_of(long), "other": shape_of(short)}
            about = {"wrong": wrong.size, "right": right.size, "lists": lists}
            raise ShapeError.of(refusal, one, other, **words, **about)
    return (one[0], *axes)


class Concatenate(Joining, kind="concat"):
    """Joins tensors along one axis."""

    axis: int = setting("a", -1, limit=AXIS)

    def call(self, inputs: Inputs) -> Outputs:
        """(N, T, F) and (N, T, G) → (N, T, F+G)."""
        first, *others = tensors = self.list_of(inputs, "no list to concatenate")
        if min(map(len, tensors)) < -self.axis:
            raise ShapeError.of("no such axis", first, axis=self.axis)
        axis = self.axis + len(first) if self.axis < 0 else self.axis
        rest = [shape_of(drop_axis(tensor, axis)) for tensor in tensors]
        if len({*map(len, tensors)}) > 1 or any(map(_differ, zip(*rest, strict=True))):
            raise ShapeError.of("shapes to concatenate", *tensors)
        if not others:
            return Outputs(tensors)
        if axis == 0:  # A shape with None can't show that there are more samples.
            raise NotTraced.of("samples joined", *tensors)
        if axis >= len(first):
            raise ShapeError.of("no such axis", first, axis=self.axis)
        letter = one_letter([tensor[axis].letter for tensor in tensors], "+")
        known = [size for tensor in tensors if (size := tensor[axis].size) is not None]
        size = sum(known) if len(known) == len(tensors) else None
        joined = replace(first[axis], letter=letter, size=size)
        return Outputs(((*first[:axis], joined, *first[axis + 1 :]),))

    def masks(self, inputs: Inputs, count: int) -> tuple[int, ...]:
        return (len(inputs.tensors[0]) - 1 if any(inputs.masks) else 0,) * count


class Dot(Joining, kind="dot", mask="ends"):
    """Sums the products of two tensors along an axis of each."""

    axes: tuple[int, ...] = setting("a", (2, 2), tuple_length=2, refusal=REFUSED)
    normalize: bool = setting("norm", False, seldom=True)

    def call(self, inputs: Inputs) -> Outputs:
        """(N, T, F) and (N, S, F) → (N, T, S)."""
        tensors = inputs.tensors
        if len(tensors) != 2:
            raise ShapeError.of("not two for a dot", *tensors)
        for tensor, axis in zip(tensors, self.axes, strict=True):
            if not -len(tensor) <= axis < len(tensor):
                raise ShapeError.of("no such axis", tensor, axis=axis)
        (one, other), (at, at_other) = tensors, self.axes
        lengths = {"one": one[at].size, "other": other[at_other].size}
        if lengths["one"] != lengths["other"]:
            raise ShapeError.of("axes to multiply", one, other, **lengths)
        if 0 in (at % len(one), at_other % len(other)) or _differ((one[0].size, other[0].size)):
            raise ShapeError.of("batches to multiply", one, other, at=at, at_other=at_other)
        rest = (*drop_axis(one, at % len(one)), *drop_axis(other, at_other % len(other))[1:])
        *output, last = rest if len(rest) > 1 else (*rest, Axis("1", 1, "features"))
        return Outputs(((*output, replace(last, role="features")),))


class Attending(Layer, mask_rank=2):
    """A layer in which each timestep of one tensor attends to the timesteps of another."""

    def masks(self, inputs: Inputs, count: int) -> tuple[int, ...]:
        return (inputs.masks[0],) * count


class MultiHeadAttention(Attending, kind="mha"):
    """Lets each timestep attend to all timesteps, with several heads."""

    num_heads: int = count("h", 2)
    key_dim: int = count("k", 16)
    value_dim: int | None = count("v", None, optional=True, seldom=True)
    dropout: float = setting("drop", 0.0, limit=SHARE, seldom=True)
    use_bias: bool = setting("nobias", True, seldom=True)

    def call(self, inputs: Inputs) -> Outputs:
        """(N, T, F), alone or with (N, S, G) → (N, T, F)."""
        if inputs.keras_skips_check:
            raise ShapeError.of("one to attend with", *inputs.tensors)
        if len(self.of) < 2:  # One tensor is both query and value.
            inputs.only_one("Cannot convert '((…' to a shape.")
        query, *others = inputs.tensors
        value, key = (others[0], others[-1]) if others else (query, query)
        if shape_of(value[1:-1]) != shape_of(key[1:-1]):
            words = {"value": shape_of(value), "key": shape_of(key)}
            raise ShapeError.of("key and value", query, value, key, **words)
        heads, width, inner = self.num_heads, self.key_dim, self.value_dim or self.key_dim
        read = [known_size(one, heads, width) for one in (query, key)]
        read.append(known_size(value, heads, inner))
        if len(query) != len(value) or len(query) < 3:
            raise ShapeError.of("unfit for attention", query, value, key)
        bias, columns = int(self.use_bias), (heads * width, heads * width, heads * inner, read[0])
        maps = list(zip(columns, (*read, heads * inner), strict=True))
        count = sum(many * (rows + bias) for many, rows in maps)
        product = " + ".join(formula([many], [rows, bias]) for many, rows in maps)
        return Outputs((query,), count, product)


class Attention(Attending, Joining, kind="attend"):
    """Lets each timestep of one tensor attend to all timesteps of another, without weights."""

    use_scale: bool = setting("scale", False, seldom=True)

    def call(self, inputs: Inputs) -> Outputs:
        """(N, T, F) and (N, S, G) → (N, T, G)."""
        tensors = inputs.tensors
        if not self.of or (len(self.of) < 2 and tensors[1:]):  # A layer returns a tuple, no list.
            raise ShapeError.of("no list to attend to", *tensors, layer=self.keras)
        if len(tensors) not in (2, 3):
            raise ShapeError.of("other number to attend to", *tensors, layer=self.keras)
        query, value, key = tensors[:2] + tensors[-1:]
        count, letter = int(self.use_scale), ""
        if self.use_scale and self.kind == "addattend":  # It has one weight per feature.
            count, letter = known_size(query), query[-1].letter
        has_other_ranks = len({*map(len, tensors)}) > 1
        if has_other_ranks and 1 in {tensor[0].size for tensor in tensors}:
            raise NotTraced.of("a batch of one to attend to", *tensors)
        unfit = has_other_ranks or len(key) < 2 or _differ((query[-1].size, key[-1].size))
        if unfit or _differ((key[-2].size, value[-2].size)):
            raise ShapeError.of("unfit for attention", *tensors)
        return Outputs(((*query[:-1], value[-1]),), count, f"{count or ''}", letter)


class AdditiveAttention(Attention, kind="addattend"):
    """Attention that adds instead of multiplying. It has one weight per feature."""

    use_scale: bool = setting("noscale", True, seldom=True)
