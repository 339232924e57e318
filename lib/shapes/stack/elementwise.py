"""Layers that leave every shape as it is: activations, normalisation, dropout, and masks."""

from math import prod
from typing import ClassVar

from lib.experiment import Limit
from lib.shapes.output import bracketed
from lib.shapes.stack.base import Inputs, Layer, Outputs, ShapeError, When
from lib.shapes.stack.settings import AXIS, LARGE, REFUSED, SLOPE, function, setting, share
from lib.shapes.stack.tensors import factor


class Elementwise(Layer):
    """A layer that works on each number, or along an axis, and keeps the shape."""

    fails: ClassVar[When] = "run"

    def call(self, inputs: Inputs) -> Outputs:
        if len(inputs.tensors) > 1:  # Keras stacks them to one, and fails later
            raise ShapeError.of("several at once", *inputs.tensors, when=self.fails)
        return Outputs(inputs.tensors)


class Dropout(Elementwise, kind="drop", fails="trained"):
    """Sets a share of all entries to 0 while training. Shapes stay."""

    rate: float = share("p", 0.2, refusal=REFUSED)

    def call(self, inputs: Inputs) -> Outputs:
        return super().call(inputs) if self.rate else Outputs(inputs.tensors)


class SpatialDropout1D(Layer, kind="sdrop"):
    """Sets a share of the features to 0 while training, at all timesteps alike."""

    rate: float = share("p", 0.2, refusal=REFUSED)

    def call(self, inputs: Inputs) -> Outputs:
        of_any = inputs.unchecked and not self.rate
        return Outputs((inputs.only_one() if of_any else inputs.of_rank(3, when="trained"),))


class GaussianNoise(Elementwise, kind="noise", fails="trained"):
    """Adds noise while training. Shapes stay."""

    stddev: float = share("s", 0.1, refusal=REFUSED)


class Masking(Layer, kind="mask"):
    """Marks timesteps of nothing but one value, so that later layers skip them."""

    mask_value: float = setting("v", 0.0, "mask_value", limit=Limit(-1e6, 1e6, 0.1))

    def call(self, inputs: Inputs) -> Outputs:
        return Outputs((inputs.only_one("axis -1 is out of bounds for an array with dimension 0"),))

    def masks(self, inputs: Inputs, count: int) -> tuple[int, ...]:
        return (len(inputs.tensors[0]) - 1,) * count


class Activation(Elementwise, kind="act"):
    """Puts each number through a function; softmax, along the last axis."""

    activation: str = function("f", "relu", seldom=False)


class ReLU(Elementwise, kind="relu"):
    """Sets numbers below 0 to 0."""

    max_value: float | None = setting("m", None, limit=LARGE, optional=True, refusal=REFUSED)
    negative_slope: float = setting("s", 0.0, limit=SLOPE, seldom=True, refusal=REFUSED)


class LeakyReLU(Elementwise, kind="leaky"):
    """Makes numbers below 0 smaller."""

    negative_slope: float = setting("s", 0.3, limit=SLOPE, refusal=REFUSED)


class Softmax(Elementwise, kind="softmax", uses_mask=0):
    """Makes shares of all numbers along an axis, which add up to 1."""

    axis: int = setting("a", -1, limit=AXIS, seldom=True)

    def call(self, inputs: Inputs) -> Outputs:
        outputs, (tensor, *_) = super().call(inputs), inputs.tensors
        if not -len(tensor) <= self.axis < len(tensor):
            raise ShapeError.of("no such axis to share", tensor, axis=self.axis)
        return outputs


class LayerNormalization(Layer, kind="lnorm"):
    """Brings the features of each sample and timestep to mean 0 and deviation 1."""

    averages: ClassVar[int] = 0
    """Weights per entry of its axes that aren't trained."""
    axis: int | tuple[int, ...] = setting("a", (-1,), sizes=0, seldom=True)
    center: bool = setting("nocenter", True, seldom=True)
    scale: bool = setting("noscale", True, seldom=True)

    def call(self, inputs: Inputs) -> Outputs:
        axes = (self.axis,) if isinstance(self.axis, int) else self.axis
        tensor = inputs.only_one("")  # of several the shapes are taken for the sizes of one
        if not all(-len(tensor) <= axis < len(tensor) for axis in axes):
            raise ShapeError.of("no such axis", tensor, axis=self.axis)
        each = self.averages + self.center + self.scale
        if not each:
            return Outputs((tensor,))
        read = [tensor[axis] for axis in axes]
        if None in (sizes := [axis.size for axis in read]):
            raise ShapeError.of("open width", tensor, weights=bracketed(sizes))
        if len({axis % len(tensor) for axis in axes}) < len(axes):
            raise ShapeError.of("an axis twice", tensor, axis=self.axis)
        product = "·".join(map(str, [each, *sizes]))
        rule = "·".join([f"{each}", *(factor(axis.letter) for axis in read)])
        return Outputs((tensor,), each * prod(size or 1 for size in sizes), product, rule)


class BatchNormalization(
    LayerNormalization, kind="bnorm", averages=2, uses_mask=-1, knows_width=True, knows_axes=True
):
    """Brings each feature to mean 0 and deviation 1 over the batch, then to what it learned."""

    axis: int = setting("a", -1, limit=AXIS, seldom=True)
