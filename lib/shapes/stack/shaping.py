"""Layers that put the same numbers into another shape."""

from dataclasses import replace
from math import prod

from lib.shapes.stack.base import Inputs, Layer, Outputs
from lib.shapes.stack.errors import ShapeError
from lib.shapes.stack.settings import REFUSED, STEPS, option, setting
from lib.shapes.stack.tensors import Axis, flat, named, sizes


class RepeatVector(Layer, kind="repeat", width_letter="T′", mask="destroys"):
    """Gives the same vector at every one of n new timesteps."""

    n: int = setting("n", 6, limit=STEPS, refusal=REFUSED)

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
        is_open, left = -1 in self.target_shape, None
        if size is not None:
            left = size // known if known else 0
            if size != known * (left if is_open else 1) or (is_open and known == 0):
                row = "sizes that don't divide" if is_open else "other sizes"
                words = {"target": self.target_shape, "numbers": size, "sizes": sizes(tuple(rest))}
                raise ShapeError.of(row, (batch, *rest), **words)
        axes = [left if n == -1 else n for n in self.target_shape]
        return Outputs(((batch, *named(axes, rest)),))


class Permute(Layer, kind="permute", mask="destroys"):
    """Puts the axes of each sample into another order, counted from 1."""

    dims: tuple[int, ...] = setting("d", (2, 1), sizes=0)

    def check(self) -> None:
        if sorted(self.dims) != list(range(1, len(self.dims) + 1)):
            raise ShapeError.of("no order", dims=self.dims)

    def call(self, inputs: Inputs) -> Outputs:
        """(N, T, F) → (N, F, T)."""
        tensor = inputs.of_rank(len(self.dims) + 1)
        # What stands in the place of an axis is read as that: a time axis is the second one.
        pairs = zip(self.dims, tensor[1:], strict=True)
        moved = [replace(tensor[place], role=axis.role) for place, axis in pairs]
        return Outputs(((tensor[0], *moved),))
