"""Layers that leave every shape as it is: activations, normalisation, dropout, and masks."""

from dataclasses import dataclass
from typing import ClassVar

from lib.experiment import Limit
from lib.stack.base import (
    Inputs,
    Layer,
    Outputs,
    ShapeError,
    When,
    known_size,
    option,
    setting,
)
from lib.stack.plain import Unpack
from lib.stack.recurrent import ACTIVATIONS, RATE
from lib.stack.tensors import Tensor, readable_shape, readable_shapes

SLOPE = Limit(0.0, 10.0, 0.1)
AXIS = Limit(-4, 4)
_NO_SHARE = (
    "Invalid value received for argument `{name}`. Expected a float value between 0 and 1. "
    "Received: {name}={value}"
)


@dataclass(frozen=True, slots=True)
class Elementwise(Layer):
    """A layer that works on each number, or along an axis, and keeps the shape."""

    fails: ClassVar[When] = "run"
    """When several tensors are more than it can take."""

    def call(self, inputs: Inputs) -> Outputs:
        """Any shape stays. Keras takes several tensors for one, and fails when it runs."""
        if len(inputs.tensors) > 1:
            count, tensors = len(inputs.tensors), readable_shapes(inputs.tensors)
            raise ShapeError.of("several at once", count=count, tensors=tensors, when=self.fails)
        return Outputs(inputs.tensors)


@dataclass(frozen=True, slots=True)
class Dropout(Layer, kind="drop"):
    """Sets a share of all entries to 0 while training. Shapes stay."""

    rate: float = setting("p", 0.2, "rate", limit=RATE, refusal=_NO_SHARE)

    def call(self, inputs: Inputs) -> Outputs:
        """Any shape stays."""
        if not self.rate:
            return Outputs(inputs.tensors)
        return Outputs((inputs.only_one(_packing_refusal(inputs), when="trained"),))


def _packing_refusal(inputs: Inputs) -> str:
    """Keras's words where it packs several tensors into one; of equal ones, where it unpacks them.

    Nothing where they are unpacked: the first is then all of them as one, for what is above.
    """
    first, last, above = inputs.tensors[0], inputs.tensors[-1], inputs.above
    if len(first) != len(last):
        return f"Shapes must be equal rank, but are {len(first)} and {len(last)}"
    if first == last and above and above[0].kind == Unpack.kind:
        return ""
    if first == last:  # without a layer above, the first is all of them, and the second missing
        return f"Output with path `{0 if above else 1}` is not connected to `inputs`"
    return f"Dimension 1 in both shapes must be equal, but are {first[1].size} and {last[1].size}"


@dataclass(frozen=True, slots=True)
class SpatialDropout1D(Layer, kind="sdrop"):
    """Sets a share of the features to 0 while training, at all timesteps alike."""

    rate: float = setting("p", 0.2, "rate", limit=RATE, refusal=_NO_SHARE)

    def call(self, inputs: Inputs) -> Outputs:
        """(N, T, F) stays."""
        of_any = inputs.unchecked and not self.rate
        return Outputs((inputs.only_one() if of_any else inputs.of_rank(3, when="trained"),))


@dataclass(frozen=True, slots=True)
class GaussianNoise(Elementwise, kind="noise"):
    """Adds noise while training. Shapes stay."""

    fails: ClassVar[When] = "trained"

    stddev: float = setting("s", 0.1, "stddev", limit=RATE, refusal=_NO_SHARE)


@dataclass(frozen=True, slots=True)
class Masking(Layer, kind="mask"):
    """Marks timesteps of nothing but one value, so that later layers skip them."""

    positional: ClassVar[int] = 0

    mask_value: float = setting("v", 0.0, "mask_value", limit=Limit(-1e6, 1e6, 0.1))

    def call(self, inputs: Inputs) -> Outputs:
        """Any shape stays."""
        refusal = "axis -1 is out of bounds for an array with dimension 0"
        return Outputs((inputs.only_one(refusal),))

    def masks(self, inputs: Inputs, count: int) -> tuple[int, ...]:
        """It makes one."""
        return (len(inputs.tensors[0]) - 1,) * count


@dataclass(frozen=True, slots=True)
class Activation(Elementwise, kind="act"):
    """Puts each number through a function; softmax, along the last axis."""

    activation: str = option("f", "relu", *ACTIVATIONS)


@dataclass(frozen=True, slots=True)
class ReLU(Elementwise, kind="relu"):
    """Sets numbers below 0 to 0."""

    positional: ClassVar[int] = 0

    max_value: float | None = setting(
        "m",
        None,
        "max_value",
        limit=Limit(0.0, 1000.0, 0.1),
        optional=True,
        refusal="{name} of a ReLU layer cannot be a negative value. Received: {name}={value}",
    )
    negative_slope: float = setting(
        "s",
        0.0,
        "negative_slope",
        limit=SLOPE,
        seldom=True,
        refusal="{name} of a ReLU layer cannot be None or a negative value. "
        "Received: {name}={value}",
    )


@dataclass(frozen=True, slots=True)
class LeakyReLU(Elementwise, kind="leaky"):
    """Makes numbers below 0 smaller."""

    positional: ClassVar[int] = 0

    negative_slope: float = setting(
        "s",
        0.3,
        "negative_slope",
        limit=SLOPE,
        refusal="The negative_slope value of a Leaky ReLU layer cannot be None or negative value. "
        "Expected a float. Received: {name}={value}",
    )


@dataclass(frozen=True, slots=True)
class Softmax(Elementwise, kind="softmax"):
    """Makes shares of all numbers along an axis, which add up to 1."""

    positional: ClassVar[int] = 0
    uses_mask: ClassVar[int | None] = 0

    axis: int = setting("a", -1, "axis", limit=AXIS, seldom=True)

    def call(self, inputs: Inputs) -> Outputs:
        """Any shape stays; Keras looks for the axis when it runs."""
        outputs = Elementwise.call(self, inputs)
        axes = len(inputs.tensors[0])
        if not -axes <= self.axis < axes:
            words = {"axis": self.axis, "axes": axes, "tensor": readable_shape(inputs.tensors[0])}
            raise ShapeError.of("no such axis to share", **words)
        return outputs


@dataclass(frozen=True, slots=True)
class Normalization(Layer):
    """What normalisation has in common: numbers to learn for each entry of an axis."""

    positional: ClassVar[int] = 0

    axis: int = setting("a", -1, "axis", limit=AXIS, seldom=True)
    center: bool = setting("nocenter", True, seldom=True)
    scale: bool = setting("noscale", True, seldom=True)

    def call(self, inputs: Inputs) -> Outputs:
        """Any shape stays."""
        # Of several tensors the shapes are taken for one, with shapes as its sizes.
        outside = not -len(inputs.tensors) <= self.axis < len(inputs.tensors)
        tensor = inputs.only_one("index out of range" if outside else "Cannot convert '((")
        return Outputs((tensor,), *self._learned(tensor))

    def _learned(self, tensor: Tensor) -> tuple[int, str, str]:
        raise NotImplementedError

    def _axis(self, tensor: Tensor) -> int:
        """The size of its axis."""
        if not -len(tensor) <= self.axis < len(tensor):
            words = {"axis": self.axis, "axes": len(tensor), "tensor": readable_shape(tensor)}
            raise ShapeError.of("no such axis", **words)
        return known_size(tensor[self.axis], tensor, "(None,)")


@dataclass(frozen=True, slots=True)
class BatchNormalization(Normalization, kind="bnorm"):
    """Brings each feature to mean 0 and deviation 1 over the batch, then to what it learned."""

    uses_mask: ClassVar[int | None] = -1
    knows_width: ClassVar[bool] = True
    knows_axes: ClassVar[bool] = True

    def call(self, inputs: Inputs) -> Outputs:
        """Any shape stays; the running mean and variance are kept, not trained."""
        outputs = Normalization.call(self, inputs)
        fixed = outputs.parameters // (2 + self.center + self.scale) * 2
        return Outputs(outputs.tensors, *self._learned(outputs.tensors[0]), fixed=fixed)

    def _learned(self, tensor: Tensor) -> tuple[int, str, str]:
        each, size = 2 + self.center + self.scale, self._axis(tensor)
        return each * size, f"{each}·{size}", f"{each}·{tensor[self.axis].letter}"


@dataclass(frozen=True, slots=True)
class LayerNormalization(Normalization, kind="lnorm"):
    """Brings the features of each sample and timestep to mean 0 and deviation 1."""

    def _learned(self, tensor: Tensor) -> tuple[int, str, str]:
        each, size = self.center + self.scale, self._axis(tensor)
        if not each:
            return 0, "", ""
        return each * size, f"{each}·{size}", f"{each}·{tensor[self.axis].letter}"
