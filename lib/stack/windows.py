"""Layers that go along the time axis with a window: convolution, pooling, and what pads or cuts.

Those of pictures, with 2D in their names, go along rows and columns, most often at each timestep,
inside TimeDistributed.
"""

from dataclasses import dataclass, replace
from typing import Any, ClassVar

from lib.experiment import Limit
from lib.stack.base import (
    RANKS,
    UNITS,
    Inputs,
    Layer,
    MaskWay,
    Outputs,
    ShapeError,
    option,
    setting,
)
from lib.stack.recurrent import ACTIVATIONS
from lib.stack.tensors import Axis, Tensor, readable_shape, sizes, widened

WINDOW = Limit(1, 1000)
_NO_TUPLE = (
    "The `{name}` argument must be a tuple of 1 integers. Received {name}={value}, including "
    "values {{{value}}} that do not satisfy `value > 0`"
)
STEPS_OR_NONE = _NO_TUPLE.replace(">", ">=")
FILTERS = "Invalid value for argument `filters`. Expected a strictly positive value. "
FORMATS = ("channels_last", "channels_first")


def window(key: str, default: int | None, **about: Any) -> Any:
    """A field for the size of a window, or for its steps."""
    return setting(key, default, **{"limit": WINDOW, "refusal": _NO_TUPLE, "label": "", **about})


@dataclass(frozen=True, slots=True)
class Windows(Layer, time_letter="T′"):
    """What goes along some axes of a tensor, and leaves others as they are."""

    mask: ClassVar[MaskWay] = "destroys"
    spatial: ClassVar[int] = 1
    """Along how many axes it goes."""

    def along(self) -> range:
        """The places of the axes that it goes along."""
        first = 2 if getattr(self, "data_format", FORMATS[0]) == FORMATS[1] else 1
        return range(first, first + self.spatial)

    def resized(self, tensor: Tensor, lengths: list[int | None], inputs: Inputs) -> Tensor:
        """The tensor with other lengths along these axes; one that stays keeps its letter."""
        axes = list(tensor)
        for place, length in zip(self.along(), lengths, strict=True):
            axis = axes[place]
            changed = {"time": inputs.time, "space": f"{axis.letter}′"}.get(axis.role, axis.letter)
            letter = axis.letter if length == axis.size is not None else changed
            axes[place] = replace(axis, letter=letter, size=length)
        return tuple(axes)


def length_after(
    size: int | None, kernel: int, stride: int, padding: str, dilation: int = 1
) -> int | None:
    """How many windows there are; 0 or less where not one fits; None where the size is open."""
    if size is None:
        return None
    if padding != "valid":
        return -(-size // stride)
    return (size - (kernel - 1) * dilation - 1) // stride + 1


def _too_short(what: str, **words: object) -> ShapeError:
    """Not one window fits."""
    return ShapeError.of(
        what, wanted=f"at least {words['reach']} entries to go along, for one window", **words
    )


@dataclass(frozen=True, slots=True)
class Conv1D(Windows, kind="conv1d", width_letter="C"):
    """Looks at a few neighbouring timesteps at a time, with the same weights everywhere."""

    knows_width: ClassVar[bool] = True
    positional: ClassVar[int] = 2

    filters: int = setting(
        "k", 16, "filters", limit=UNITS, refusal=FILTERS + "Received filters={value}."
    )
    kernel_size: int = window("w", 3)
    strides: int = window("s", 1)
    padding: str = option("p", "valid", "same", "causal")
    dilation_rate: int = window("d", 1, seldom=True)
    groups: int = setting(
        "g",
        1,
        "groups",
        limit=UNITS,
        seldom=True,
        refusal="The number of groups must be a positive integer. Received: groups={value}.",
    )
    data_format: str = option("df", *FORMATS, seldom=True)
    activation: str = option("act", "linear", *ACTIVATIONS, seldom=True)
    use_bias: bool = setting("nobias", True, seldom=True)

    def windows(self) -> list[tuple[int, int]]:
        """The kernel's size and its steps along each axis."""
        return [(self.kernel_size, self.strides)]

    def check(self) -> None:
        """Raise ShapeError for settings that don't go together, too."""
        Layer.check(self)
        steps = tuple(stride for _, stride in self.windows())
        if self.filters % self.groups:
            raise ShapeError.of("groups of filters", groups=self.groups, filters=self.filters)
        if max(steps) > 1 and self.dilation_rate > 1:
            dilations = (self.dilation_rate,) * self.spatial
            raise ShapeError.of("steps and gaps", strides=steps, dilations=dilations)

    def call(self, inputs: Inputs) -> Outputs:
        """(N, T, F) → (N, T′, C)."""
        tensor = inputs.only_one()
        rank = 2 + self.spatial
        words: dict[str, Any] = {"tensor": readable_shape(tensor), "sizes": sizes(tensor)}
        kernels = [kernel for kernel, _ in self.windows()]
        steps = [stride for _, stride in self.windows()]
        if len(tensor) < rank and not inputs.unchecked:
            words |= {"wanted": f"{rank} axes, {RANKS[rank]}", "axes": len(tensor), "rank": rank}
            raise ShapeError.of("axes, or more", name=inputs.name, **words)
        channels = tensor[1 if self.data_format == FORMATS[1] else -1]
        if channels.size is None:
            raise ShapeError.of("open channels", **words)
        if channels.size % self.groups:
            words |= {"groups": self.groups, "channels": channels.size}
            raise ShapeError.of("groups of channels", **words)
        kernel = (*kernels, channels.size // self.groups, self.filters)
        if len(tensor) != rank:
            words |= {"wanted": f"{rank} axes, {RANKS[rank]}", "axes": len(tensor)}
            raise ShapeError.of("axes of a kernel", kernel=kernel, **words)
        lengths = [
            length_after(tensor[place].size, size, stride, self.padding, self.dilation_rate)
            for place, (size, stride) in zip(self.along(), self.windows(), strict=True)
        ]
        if self.padding == "valid" and any(n is not None and n < 1 for n in lengths):
            reach = max((size - 1) * self.dilation_rate + 1 for size in kernels)
            dilation = " ".join([f"{self.dilation_rate}"] * self.spatial)
            words |= {"kernel": kernel, "dilation": dilation, "strides": tuple(steps)}
            raise _too_short("too short", reach=reach, padding=self.padding, **words)
        resized = list(self.resized(tensor, lengths, inputs))
        place = 1 if self.data_format == FORMATS[1] else len(tensor) - 1
        resized[place] = widened(channels, inputs.letter, self.filters)
        return Outputs((tuple(resized),), *self._learned(kernels, channels, inputs.letter))

    def _learned(self, kernels: list[int], channels: Axis, letter: str) -> tuple[int, str, str]:
        each = (channels.size or 0) // self.groups
        size = "·".join(map(str, kernels))
        bias = "+1" * self.use_bias
        count = self.filters
        for kernel in kernels:
            each *= kernel
        shared = f"/{self.groups}" if self.groups > 1 else ""
        return (
            count * (each + self.use_bias),
            f"{count}·({size}·{channels.size}{shared}{bias})",
            f"{letter}·({size}·{channels.letter}{shared}{bias})",
        )


@dataclass(frozen=True, slots=True)
class Conv2D(Conv1D, kind="conv2d"):
    """Looks at a small square of a picture at a time; of several, inside TimeDistributed."""

    spatial: ClassVar[int] = 2

    kernel_size: tuple[int, ...] = setting("w", (3, 3), "kernel_size", sizes=2)  # type: ignore[assignment]
    strides: tuple[int, ...] = setting("s", (1, 1), "strides", sizes=2)  # type: ignore[assignment]
    padding: str = option("p", "valid", "same")

    def check(self) -> None:
        """Raise ShapeError for sizes that are none."""
        check_sizes("kernel_size", self.kernel_size, 1)
        check_sizes("strides", self.strides, 1)
        Conv1D.check(self)

    def windows(self) -> list[tuple[int, int]]:
        """The kernel's size and its steps along rows and columns."""
        return list(zip(self.kernel_size, self.strides, strict=False))


@dataclass(frozen=True, slots=True)
class MaxPooling1D(Windows, kind="maxpool"):
    """Keeps the largest of a few neighbouring timesteps, feature by feature."""

    pool_size: int = window("w", 2)
    strides: int | None = window("s", None, optional=True, refusal=STEPS_OR_NONE)
    padding: str = option("p", "valid", "same")
    data_format: str = option("df", *FORMATS, seldom=True)

    def windows(self) -> list[tuple[int, int]]:
        """The window's size and its steps, which are as large where nothing else is said."""
        return [(self.pool_size, self.pool_size if self.strides is None else self.strides)]

    def call(self, inputs: Inputs) -> Outputs:
        """(N, T, F) → (N, T′, F)."""
        said = "operands could not be broadcast together" if self.spatial == 2 else ""
        tensor = inputs.of_rank(2 + self.spatial, dict.fromkeys((2, 5, 6, 7), said))
        check_steps([stride for _, stride in self.windows()], "division by zero")
        lengths = [
            length_after(tensor[place].size, size, stride, self.padding)
            for place, (size, stride) in zip(self.along(), self.windows(), strict=True)
        ]
        if self.padding == "valid" and any(n is not None and n < 1 for n in lengths):
            pools, strides = zip(*self.windows(), strict=True)
            words: dict[str, Any] = {
                "sizes": " ".join(map(str, sizes(tensor))),
                "pool": " ".join(map(str, pools)),
            }
            words |= {"strides": strides, "padding": self.padding, "reach": max(pools)}
            raise _too_short("too short to pool", tensor=readable_shape(tensor), **words)
        return Outputs((self.resized(tensor, lengths, inputs),))


@dataclass(frozen=True, slots=True)
class AveragePooling1D(MaxPooling1D, kind="avgpool"):
    """Takes the mean of a few neighbouring timesteps, feature by feature."""


@dataclass(frozen=True, slots=True)
class MaxPooling2D(MaxPooling1D, kind="maxpool2d"):
    """Keeps the largest of a small square of a picture."""

    spatial: ClassVar[int] = 2

    pool_size: tuple[int, ...] = setting("w", (2, 2), "pool_size", sizes=2)  # type: ignore[assignment]
    strides: tuple[int, ...] | None = setting(  # type: ignore[assignment]
        "s", None, "strides", sizes=2, optional=True
    )

    def check(self) -> None:
        """Raise ShapeError for sizes that are none."""
        check_sizes("pool_size", self.pool_size, 1)
        check_sizes("strides", self.strides or self.pool_size, 0)

    def windows(self) -> list[tuple[int, int]]:
        """The window's size and its steps along rows and columns."""
        return list(zip(self.pool_size, self.strides or self.pool_size, strict=False))


@dataclass(frozen=True, slots=True)
class AveragePooling2D(MaxPooling2D, kind="avgpool2d"):
    """Takes the mean of a small square of a picture."""


@dataclass(frozen=True, slots=True)
class GlobalMaxPooling1D(Windows, kind="gmaxpool"):
    """Keeps the largest over all timesteps, feature by feature."""

    positional: ClassVar[int] = 0

    keepdims: bool = setting("keep", False)
    data_format: str = option("df", *FORMATS, seldom=True)

    def call(self, inputs: Inputs) -> Outputs:
        """(N, T, F) → (N, F), or (N, 1, F)."""
        tensor = inputs.of_rank(2 + self.spatial)
        if self.keepdims:
            return Outputs((self.resized(tensor, [1] * self.spatial, inputs),))
        along = self.along()
        return Outputs((tuple(axis for place, axis in enumerate(tensor) if place not in along),))


@dataclass(frozen=True, slots=True)
class GlobalAveragePooling1D(GlobalMaxPooling1D, kind="pool"):
    """Takes the mean over all timesteps."""

    mask: ClassVar[MaskWay] = "ends"
    uses_mask: ClassVar[int | None] = 2


@dataclass(frozen=True, slots=True)
class GlobalAveragePooling2D(GlobalMaxPooling1D, kind="pool2d"):
    """Takes the mean over a whole picture."""

    spatial: ClassVar[int] = 2


@dataclass(frozen=True, slots=True)
class GlobalMaxPooling2D(GlobalMaxPooling1D, kind="gmaxpool2d"):
    """Keeps the largest of a whole picture."""

    spatial: ClassVar[int] = 2


def check_steps(strides: list[int], message: str) -> None:
    """Raise ShapeError, with Keras's message, for windows that never move on."""
    if 0 in strides:
        raise ShapeError.of("no steps", message=message)


def check_sizes(name: str, pair: tuple[int, ...], least: int) -> None:
    """Raise ShapeError unless these are two numbers, none below the least."""
    if len(pair) != 2 or min(pair) < least:
        raise ShapeError.of("two sizes", name=name, value=pair, least=least)
