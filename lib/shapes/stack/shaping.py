"""Layers that put the same numbers into another shape, repeat them, pad them or cut them."""

from collections.abc import Iterator
from dataclasses import replace
from math import prod
from typing import Any

from lib.shapes.stack.base import Inputs, Layer, Outputs
from lib.shapes.stack.errors import ShapeError
from lib.shapes.stack.settings import FORMATS, STEPS, WINDOW, option, pair, setting
from lib.shapes.stack.tensors import Axis, Tensor, flat, sizes
from lib.shapes.stack.windows import Windows

_NOT_POSITIVE = "Argument `{name}` should be a positive integer. Received: {name}={value}"


class RepeatVector(Layer, kind="repeat", width_letter="T′", mask="destroys"):
    """Gives the same vector at every one of n new timesteps."""

    n: int = setting("n", 6, limit=STEPS, refusal=_NOT_POSITIVE)

    def call(self, inputs: Inputs) -> Outputs:
        """(N, F) → (N, T′, F)."""
        batch, features = inputs.of_rank(2)
        return Outputs(((batch, Axis(inputs.letter, self.n, "time"), features),))


class Flatten(Layer, kind="flatten", mask="destroys"):
    """Lays timesteps and features end to end, on one axis."""

    data_format: str = option("df", "channels_last", "channels_first", seldom=True)

    def call(self, inputs: Inputs) -> Outputs:
        """(N, T, F) → (N, T·F)."""
        batch, *rest = inputs.only_one()
        return Outputs(((batch, flat(tuple(rest))),))


class Reshape(Layer, kind="reshape", mask="destroys"):
    """Puts the numbers of each sample into another shape, in the order that they have."""

    target_shape: tuple[int, ...] = setting("to", (6, -1), sizes=0)
    """-1 for the size that is left, at most once."""

    def check(self) -> None:
        if self.target_shape.count(-1) > 1:
            raise ShapeError.of("two open sizes", target=self.target_shape)
        if min(self.target_shape, default=1) < -1:
            raise ShapeError.of("no sizes", target=self.target_shape)

    def call(self, inputs: Inputs) -> Outputs:
        """(N, T, F) → (N, …) of as many numbers."""
        batch, *rest = inputs.only_one("'tuple' object has no attribute 'shape'")
        size, known = flat(tuple(rest)).size, prod(n for n in self.target_shape if n >= 0)
        left: int | None = None
        if size is not None:
            is_open = -1 in self.target_shape
            left = size // known if known else 0
            if size != known * (left if is_open else 1) or (is_open and known == 0):
                words: dict[str, Any] = {"target": self.target_shape, "numbers": size}
                words["sizes"] = sizes(tuple(rest))
                row = "sizes that don't divide" if is_open else "other sizes"
                raise ShapeError.of(row, (batch, *rest), **words)
        axes = [left if n == -1 else n for n in self.target_shape]
        return Outputs(((batch, *_named(axes, rest)),))


def _named(shape: list[int | None], before: list[Axis]) -> Iterator[Axis]:
    """The new axes: features last, time first; an axis whose size stays keeps its letter."""
    for place, size in enumerate(shape):
        is_last = place == len(shape) - 1
        kept = [axis for axis in before if axis.size == size is not None]
        if kept and (kept[-1].role == "features") == is_last:
            yield kept[-1]
        elif is_last:
            yield Axis("F′", size, "features")
        else:
            yield Axis("W′", size, "space") if place else Axis("T′", size, "time")


class Permute(Layer, kind="permute", mask="destroys"):
    """Puts the axes of each sample into another order, counted from 1."""

    dims: tuple[int, ...] = setting("d", (2, 1), sizes=0)

    def check(self) -> None:
        if sorted(self.dims) != list(range(1, len(self.dims) + 1)):
            raise ShapeError.of("no order", dims=self.dims)

    def call(self, inputs: Inputs) -> Outputs:
        """(N, T, F) → (N, F, T)."""
        tensor = inputs.of_rank(len(self.dims) + 1)
        moved = [tensor[place] for place in self.dims]
        # What stands in the place of an axis is read as that: a time axis is the second one.
        roles = [axis.role for axis in tensor[1:]]
        axes = (replace(axis, role=role) for axis, role in zip(moved, roles, strict=True))
        return Outputs(((tensor[0], *axes),))


class UpSampling1D(Windows, kind="upsample"):
    """Gives each timestep several times."""

    size: int = setting("s", 2, limit=WINDOW, refusal=_NOT_POSITIVE)

    def call(self, inputs: Inputs) -> Outputs:
        """(N, T, F) → (N, size·T, F)."""
        return self.stretched(inputs, times=self.size)


class ZeroPadding1D(Windows, kind="zeropad"):
    """Puts timesteps of zeros before and after."""

    padding: tuple[int, ...] = pair("p", (1, 1), 0)
    data_format: str = option("df", *FORMATS, seldom=True)

    def call(self, inputs: Inputs) -> Outputs:
        """(N, T, F) → (N, T′, F)."""
        return self.stretched(inputs, more=sum(self.padding))


class Cropping1D(Windows, kind="crop"):
    """Takes timesteps away, before and after."""

    cropping: tuple[int, ...] = pair("c", (1, 1), 0)

    def call(self, inputs: Inputs) -> Outputs:
        """(N, T, F) → (N, T′, F)."""
        outputs = self.stretched(inputs, more=-sum(self.cropping))
        length = outputs.tensors[0][1].size
        if length is not None and length < 1:
            raise ShapeError.of("cut to nothing", *inputs.tensors, cropping=self.cropping)
        return outputs


def grouped(tensor: Tensor) -> Tensor:
    """The tensor of one timestep: without its time axis."""
    return (tensor[0], *tensor[2:])
