"""Layers that do another's work at each timestep: TimeDistributed, and LSTMs that convolve."""

from collections.abc import Iterator
from dataclasses import replace
from math import prod
from typing import Any, Self

from lib.shapes.output import formula
from lib.shapes.stack.base import Inputs, Layer, Outputs
from lib.shapes.stack.errors import ShapeError
from lib.shapes.stack.plain import Dense
from lib.shapes.stack.recurrent import check_batch
from lib.shapes.stack.settings import UNITS, function, option, pair, setting, share, window
from lib.shapes.stack.tensors import widened, with_axis
from lib.shapes.stack.windows import Windows, each

_DENSE = Dense()


class TimeDistributed(Layer, kind="td"):
    """The layer inside, at every timestep; Dense alone does that as well."""

    layer: Layer = _DENSE

    @property
    def title(self) -> str:
        return f"{self.keras}({self.layer.title})"

    @property
    def inside(self) -> Layer:
        return self.layer

    def with_settings(self, **values: Any) -> Self:
        return replace(self, layer=self.layer.with_settings(**values))

    def classes(self) -> tuple[str, ...]:
        return (*self.layer.classes(), self.keras)

    def arguments(self) -> Iterator[str]:
        yield self.layer.code()

    def check(self) -> None:
        self.layer.check()

    def call(self, inputs: Inputs) -> Outputs:
        """(N, T, …) → (N, T, what the layer inside makes of the rest)."""
        tensor, *others = inputs.tensors
        if len(others) > 1:  # of several, Keras takes the shapes for sizes
            raise ShapeError.of("several at once", *inputs.tensors, when="run")
        if others or len(tensor) < 3:
            raise ShapeError.of("axes to distribute", *inputs.tensors)
        # Of a convolution Keras looks at the axes before that, of a recurrent layer after it.
        inner = self.layer
        looks_first = isinstance(inner, ConvLSTM1D) and len(tensor) != 4 + inner.spatial
        several = inner.returned()
        if len(several) > 1 and not looks_first and (len(tensor) > 3 or tensor[0].size is not None):
            names = ", ".join(several)
            raise ShapeError.of("several at each step", layer=inner.keras, names=names)
        outputs = inner.call(replace(inputs, tensors=(with_axis(tensor, 1),), unchecked=True))
        tensors = tuple((tensor[0], tensor[1], *output[1:]) for output in outputs.tensors)
        return replace(outputs, tensors=tensors)

    def masks(self, inputs: Inputs, count: int) -> tuple[int, ...]:
        """The mask of timesteps is passed on."""
        return (max(inputs.masks, default=0),) * count


class ConvLSTM1D(Windows, kind="convlstm", width_letter="C", mask="passes", uses_mask=2):
    """An LSTM whose kernels go along a row: of rows that change with time."""

    filters: int = setting("k", 16, limit=UNITS)
    kernel_size: int | tuple[int, ...] = window("w", 3)
    strides: int | tuple[int, ...] = window("s", 1, least=0)
    padding: str = option("p", "valid", "same")
    return_sequences: bool = setting("seq", False)
    return_state: bool = setting("state", False)
    go_backwards: bool = setting("back", False, seldom=True)
    stateful: bool = setting("stateful", False, seldom=True)
    use_bias: bool = setting("nobias", True, seldom=True)
    activation: str = function("act", "tanh")
    recurrent_activation: str = function("ract", "sigmoid")
    dropout: float = share("drop", seldom=True)
    recurrent_dropout: float = share("rdrop", seldom=True)

    def returned(self) -> tuple[str, ...]:
        return ("output", *("h", "c") * self.return_state)

    def call(self, inputs: Inputs) -> Outputs:
        """(N, T, W, C) → (N, T, W′, C′) or (N, W′, C′), and the states after it."""
        tensor, kernels = inputs.of_rank(3 + self.spatial), each(self.kernel_size)
        batch, time, *rows, channels = tensor
        step = with_axis(tensor, 1)
        if any(row.size is None for row in rows):
            raise ShapeError.of("open row", step)
        if channels.size is None:
            raise ShapeError.of("open channels of a row", step)
        check_batch(self.stateful, tensor)
        letter, filters = inputs.letter, self.filters
        resized = self.passed(step, inputs, kernels, self.strides)
        rest = (*resized[:-1], widened(channels, letter, filters))
        output = (batch, time, *rest[1:]) if self.return_sequences else rest
        size, bias = "·".join(map(str, kernels)), int(self.use_bias)
        return Outputs(
            (output, *(rest,) * 2 * self.return_state),
            4 * filters * (prod(kernels) * (channels.size + filters) + bias),
            formula([4, filters], [f"{size}·({channels.size}+{filters})", bias]),
            formula([4, letter], [f"{size}·({channels.letter}+{letter})", bias]),
        )


class ConvLSTM2D(ConvLSTM1D, kind="convlstm2d", spatial=2):
    """An LSTM whose kernels go over a picture: of pictures that change with time."""

    kernel_size: int | tuple[int, ...] = pair("w", (3, 3))
    strides: int | tuple[int, ...] = pair("s", (1, 1), 0)
