"""Layers that change lengths: convolution, pooling, padding, cropping and repeating."""

from dataclasses import replace
from math import prod
from typing import ClassVar

from lib.shapes.output import formula
from lib.shapes.stack.base import Inputs, Layer, Outputs, ShapeError
from lib.shapes.stack.settings import SHARE, count, function, int_pair, option, setting, window
from lib.shapes.stack.tensors import Axis, Tensor, drop_axis, factor, widened, with_axis

PerAxis = int | tuple[int, ...]


class Windows(Layer, time_letter="T′", mask="warns"):
    """A layer that changes the lengths of some axes: time, rows, columns."""

    spatial: ClassVar[int] = 1

    def along(self) -> range:
        """Return the indices of the axes that the layer changes."""
        first = 1 + (getattr(self, "data_format", "") == "channels_first")
        return range(first, first + self.spatial)

    def stretched(self, inputs: Inputs, times: int = 1, more: int = 0) -> Outputs:
        """(N, T, F) → (N, T·times + more, F)."""
        tensor, place = inputs.of_rank(3), self.along()[0]
        axis = tensor[place]
        length = None if axis.size is None else axis.size * times + more
        return Outputs((with_axis(tensor, place, resized(axis, length, inputs.time_letter)),))

    def windowed(
        self, tensor: Tensor, inputs: Inputs, kernels: PerAxis, strides: PerAxis, gap: int = 1
    ) -> Tensor:
        """Return the output of a moving window. Raises ShapeError if the window doesn't fit."""
        is_padded = getattr(self, "padding", "valid") != "valid"
        output = tensor
        windows = zip(self.along(), as_tuple(kernels), as_tuple(strides), strict=True)
        for place, kernel, stride in windows:
            length, reach = tensor[place].size, (kernel - 1) * gap + 1
            if stride == 0:
                raise ShapeError.of("a stride of 0")
            if length is not None:
                length = -(-length // stride) if is_padded else (length - reach) // stride + 1
                if length < 1:
                    raise ShapeError.of("too short", tensor, reach=reach)
            if stride > 1 or not is_padded:
                axis = resized(tensor[place], length, inputs.time_letter)
                output = with_axis(output, place, axis)
        return output


def resized(axis: Axis, length: int | None, time_letter: str) -> Axis:
    """Return the axis with another length and letter, or unchanged if its length is the same."""
    if length is not None and length == axis.size:
        return axis
    letter = axis.letter
    if axis.role == "time":
        letter = time_letter
    elif axis.role == "space":
        letter = f"{letter}′" if letter[0].isalpha() else f"{length or '?'}"
    return replace(axis, letter=letter, size=length)


def as_tuple(sizes: PerAxis) -> tuple[int, ...]:
    """Return a tuple with one number per axis."""
    return (sizes,) if isinstance(sizes, int) else sizes


class Conv1D(Windows, kind="conv1d", width_letter="C", checks_width=True):
    """Reads a few neighboring timesteps at a time, with the same weights everywhere."""

    filters: int = count("k", 16, "… Received {name}={value}.")
    kernel_size: PerAxis = window("w", 3)
    strides: PerAxis = window("s", 1)
    padding: str = option("p", "valid", "same", "causal")
    dilation_rate: int = window("d", 1, seldom=True)
    data_format: str = option("df", "channels_last", "channels_first", seldom=True)
    activation: str = function("act", "linear")
    use_bias: bool = setting("nobias", True, seldom=True)

    def check(self) -> None:
        super().check()
        strides, dilations = as_tuple(self.strides), (self.dilation_rate,) * self.spatial
        if max(strides) > 1 and self.dilation_rate > 1:
            raise ShapeError.of("steps and gaps", strides=strides, dilations=dilations)

    def call(self, inputs: Inputs) -> Outputs:
        """(N, T, F) → (N, T′, C)."""
        rank, kernels = 2 + self.spatial, as_tuple(self.kernel_size)
        tensor = inputs.only_one()
        if not inputs.keras_skips_check:
            inputs.of_rank(rank, or_more=True)
        place = 1 if self.data_format == "channels_first" else len(tensor) - 1
        channels, filters, letter = tensor[place], self.filters, inputs.letter
        if channels.size is None:
            raise ShapeError.of("open channels", tensor)
        if len(tensor) != rank:
            kernel = (*kernels, channels.size, filters)
            raise ShapeError.of("axes of a kernel", tensor, rank=rank, kernel=kernel)
        windowed = self.windowed(tensor, inputs, kernels, self.strides, self.dilation_rate)
        output = with_axis(windowed, place, widened(channels, letter, filters))
        size, bias = "·".join(map(str, kernels)), int(self.use_bias)
        count = filters * (prod(kernels) * channels.size + bias)
        product = formula([filters], [f"{size}·{channels.size}", bias])
        rule = formula([letter], [f"{size}·{factor(channels.letter)}", bias])
        return Outputs((output,), count, product, rule)


class Conv2D(Conv1D, kind="conv2d", spatial=2):
    """Reads a small square of an image at a time. For a sequence of images, use TimeDistributed."""

    kernel_size: PerAxis = int_pair("w", (3, 3))
    strides: PerAxis = int_pair("s", (1, 1))
    padding: str = option("p", "valid", "same")
    dilation_rate: int = window("d", 1, axes=2, seldom=True)


class ConvLSTM1D(Windows, kind="convlstm", width_letter="C", mask="passes", mask_rank=2):
    """An LSTM with convolutions, for rows that change over time."""

    filters: int = count("k", 16, "")
    kernel_size: PerAxis = window("w", 3)
    strides: PerAxis = window("s", 1, least=0)
    padding: str = option("p", "valid", "same")
    return_sequences: bool = setting("seq", False)
    return_state: bool = setting("state", False)
    go_backwards: bool = setting("back", False, seldom=True)
    stateful: bool = setting("stateful", False, seldom=True)
    use_bias: bool = setting("nobias", True, seldom=True)
    activation: str = function("act", "tanh")
    recurrent_activation: str = function("ract", "sigmoid")
    dropout: float = setting("drop", 0.0, limit=SHARE, seldom=True)
    recurrent_dropout: float = setting("rdrop", 0.0, limit=SHARE, seldom=True)

    def returned(self) -> tuple[str, ...]:
        return ("output", "h", "c") if self.return_state else ("output",)

    def call(self, inputs: Inputs) -> Outputs:
        """(N, T, W, C) → (N, T, W′, C′) or (N, W′, C′), then the states."""
        tensor, kernels = inputs.of_rank(3 + self.spatial), as_tuple(self.kernel_size)
        batch, time, *rows, channels = tensor
        step = drop_axis(tensor, 1)
        if any(row.size is None for row in rows):
            raise ShapeError.of("open row", step)
        if channels.size is None:
            raise ShapeError.of("open channels of a row", step)
        if self.stateful and batch.size is None:
            raise ShapeError.of("open batch", tensor)
        letter, filters = inputs.letter, self.filters
        windowed = self.windowed(step, inputs, kernels, self.strides)
        state = (*windowed[:-1], widened(channels, letter, filters))
        output = (batch, time, *state[1:]) if self.return_sequences else state
        size, bias = "·".join(map(str, kernels)), int(self.use_bias)
        count = 4 * filters * (prod(kernels) * (channels.size + filters) + bias)
        product = formula([4, filters], [f"{size}·({channels.size}+{filters})", bias])
        rule = formula([4, letter], [f"{size}·({channels.letter}+{letter})", bias])
        tensors = (output, state, state) if self.return_state else (output,)
        return Outputs(tensors, count, product, rule)


class ConvLSTM2D(ConvLSTM1D, kind="convlstm2d", spatial=2):
    """An LSTM with convolutions, for images that change over time."""

    kernel_size: PerAxis = int_pair("w", (3, 3))
    strides: PerAxis = int_pair("s", (1, 1), least=0)


class MaxPooling1D(Windows, kind="maxpool"):
    """Keeps the largest value of a few neighboring timesteps, for each feature."""

    pool_size: PerAxis = window("w", 2)
    strides: PerAxis | None = window("s", None, least=0, optional=True)
    padding: str = option("p", "valid", "same")
    data_format: str = option("df", "channels_last", "channels_first", seldom=True)

    def call(self, inputs: Inputs) -> Outputs:
        """(N, T, F) → (N, T′, F)."""
        tensor = inputs.of_rank(2 + self.spatial)
        strides = self.pool_size if self.strides is None else self.strides
        return Outputs((self.windowed(tensor, inputs, self.pool_size, strides),))


class MaxPooling2D(MaxPooling1D, kind="maxpool2d", spatial=2):
    """Keeps the largest value of each small square of an image."""

    pool_size: PerAxis = int_pair("w", (2, 2))
    strides: PerAxis | None = int_pair("s", None, least=0)


class AveragePooling1D(MaxPooling1D, kind="avgpool"):
    """Takes the mean of a few neighboring timesteps, for each feature."""


class AveragePooling2D(MaxPooling2D, kind="avgpool2d"):
    """Takes the mean of each small square of an image."""


class GlobalMaxPooling1D(Windows, kind="gmaxpool"):
    """Keeps the largest value over all timesteps, for each feature."""

    keepdims: bool = setting("keep", False)
    data_format: str = option("df", "channels_last", "channels_first", seldom=True)

    def call(self, inputs: Inputs) -> Outputs:
        """(N, T, F) → (N, F), or (N, 1, F)."""
        tensor = inputs.of_rank(2 + self.spatial)
        for place in reversed(self.along()):
            axis = resized(tensor[place], 1, inputs.time_letter)
            tensor = with_axis(tensor, place, axis) if self.keepdims else drop_axis(tensor, place)
        return Outputs((tensor,))


class GlobalMaxPooling2D(GlobalMaxPooling1D, kind="gmaxpool2d", spatial=2):
    """Keeps the largest value of each image, for each channel."""


class GlobalAveragePooling1D(GlobalMaxPooling1D, kind="pool", mask="ends", mask_rank=2):
    """Takes the mean over all timesteps, for each feature."""


class GlobalAveragePooling2D(GlobalMaxPooling1D, kind="pool2d", spatial=2):
    """Takes the mean over each image, for each channel."""


class UpSampling1D(Windows, kind="upsample"):
    """Repeats each timestep several times."""

    size: int = window("s", 2, refusal="… Received: {name}={value}")

    def call(self, inputs: Inputs) -> Outputs:
        """(N, T, F) → (N, size·T, F)."""
        return self.stretched(inputs, times=self.size)


class ZeroPadding1D(Windows, kind="zeropad"):
    """Adds timesteps of zeros at the start and the end."""

    padding: tuple[int, ...] = int_pair("p", (1, 1), least=0)
    data_format: str = option("df", "channels_last", "channels_first", seldom=True)

    def call(self, inputs: Inputs) -> Outputs:
        """(N, T, F) → (N, T′, F)."""
        return self.stretched(inputs, more=sum(self.padding))


class Cropping1D(Windows, kind="crop"):
    """Removes timesteps at the start and the end."""

    cropping: tuple[int, ...] = int_pair("c", (1, 1), least=0)

    def call(self, inputs: Inputs) -> Outputs:
        """(N, T, F) → (N, T′, F)."""
        outputs = self.stretched(inputs, more=-sum(self.cropping))
        if (length := outputs.tensors[0][1].size) is not None and length < 1:
            raise ShapeError.of("cut to nothing", *inputs.tensors, cropping=self.cropping)
        return outputs
