"""Layers that do another's work at each timestep: TimeDistributed, and an LSTM that convolves."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar

from lib.stack.base import (
    UNITS,
    Inputs,
    Layer,
    LayerSetting,
    MaskWay,
    Outputs,
    ShapeError,
    option,
    setting,
)
from lib.stack.plain import Dense
from lib.stack.recurrent import ACTIVATIONS, check_batch, returned_masks, share
from lib.stack.shaping import grouped
from lib.stack.tensors import readable_shape, sizes, widened
from lib.stack.windows import STEPS_OR_NONE, Windows, check_steps, length_after, window

_DENSE = Dense()


@dataclass(frozen=True, slots=True)
class TimeDistributed(Layer, kind="td"):
    """The layer inside, at every timestep; Dense alone does that as well."""

    layer: Layer = _DENSE

    def refused(self, inputs: Inputs) -> None:
        """Raise ShapeError for what has no time axis."""
        # Keras takes several shapes for one, with shapes as its sizes.
        shapes = tuple(map(sizes, inputs.tensors))
        refusal = (
            "`TimeDistributed` Layer should be passed an `input_shape` with at least 3 "
            f"dimensions, received: {shapes if len(shapes) > 1 else shapes[0]}"
        )
        if len(shapes) > 2:
            refusal = f"Cannot convert '({shapes[2]}, "
        tensor = inputs.only_one(refusal)
        if len(tensor) < 3:
            words = {"axes": len(tensor), "tensor": readable_shape(tensor)}
            raise ShapeError.of("axes to distribute", refusal=refusal, **words)

    @property
    def title(self) -> str:
        """With the layer inside."""
        return f"{self.keras}({self.layer.title})"

    @property
    def uses_mask(self) -> int | None:  # type: ignore[override]
        """That of the layer inside, which gets one axis less."""
        inside = self.layer.uses_mask
        return None if inside is None else inside + (inside >= 0)

    @property
    def about(self) -> str:
        """What it does, and what the layer inside does."""
        return f"{self.__doc__} {self.layer.keras}: {self.layer.about}"

    @property
    def width_letter(self) -> str:  # type: ignore[override]
        """That of the layer inside."""
        return self.layer.width_letter

    @property
    def time_letter(self) -> str:  # type: ignore[override]
        """That of the layer inside."""
        return self.layer.time_letter

    def classes(self) -> tuple[str, ...]:
        """The inner layer, and the wrapper."""
        return (*self.layer.classes(), self.keras)

    def arguments(self) -> Iterator[str]:
        """The inner layer."""
        yield self.layer.code()

    def check(self) -> None:
        """The layer inside."""
        self.layer.check()

    def call(self, inputs: Inputs) -> Outputs:
        """(N, T, …) → (N, T, what the layer inside makes of the rest)."""
        self.refused(inputs)
        (tensor,) = inputs.tensors
        # Of a convolution Keras looks at the axes before that, of a recurrent layer after it.
        looks_first = isinstance(self.layer, ConvLSTM1D) and len(tensor) != 5
        several, batch = self.layer.returned(), tensor[0].size
        if len(several) > 1 and not looks_first and (len(tensor) > 3 or batch is not None):
            words = {"layer": self.layer.keras, "names": ", ".join(several)}
            raise ShapeError.of("several at each step", **words)
        one = replace(inputs, tensors=(grouped(tensor),), unchecked=True)
        outputs = self.layer.call(one)
        tensors = tuple((tensor[0], tensor[1], *output[1:]) for output in outputs.tensors)
        return replace(outputs, tensors=tensors)

    def masks(self, inputs: Inputs, count: int) -> tuple[int, ...]:
        """A mask of timesteps goes on, whatever is done at each."""
        return (max(inputs.masks, default=0),) * count


@dataclass(frozen=True, slots=True)
class ConvLSTM1D(Windows, kind="convlstm", width_letter="C"):
    """An LSTM whose kernels go along a row: of rows that change with time."""

    positional: ClassVar[int] = 2
    mask: ClassVar[MaskWay] = "passes"
    uses_mask: ClassVar[int | None] = 2

    filters: int = setting("k", 16, "filters", limit=UNITS)
    kernel_size: int = window("w", 3)
    strides: int = window("s", 1, refusal=STEPS_OR_NONE)
    padding: str = option("p", "valid", "same")
    return_sequences: bool = setting("seq", False)
    return_state: bool = setting("state", False)
    go_backwards: bool = setting("back", False, seldom=True)
    stateful: bool = setting("stateful", False, seldom=True)
    use_bias: bool = setting("nobias", True, seldom=True)
    activation: str = option("act", *ACTIVATIONS, seldom=True)
    recurrent_activation: str = option("ract", "sigmoid", *ACTIVATIONS, seldom=True)
    dropout: float = share("drop", "dropout")
    recurrent_dropout: float = share("rdrop", "recurrent_dropout")

    def returned(self) -> tuple[str, ...]:
        """The output, and the states after it."""
        return ("output", *("h", "c") * self.return_state)

    def call(self, inputs: Inputs) -> Outputs:
        """(N, T, W, C) → (N, T, W′, C′) or (N, W′, C′), and the states after it."""
        other = "Kernel shape must have the same length as input"
        said = {2: "The channel dimension of the inputs", 3: other, 5: other, 6: other}
        tensor = inputs.of_rank(4, said)
        batch, time, row, channels = tensor
        words: dict[str, Any] = {"tensor": readable_shape(tensor)}
        words |= {"sizes": sizes(grouped(tensor))}
        if row.size is None:
            raise ShapeError.of("open row", **words)
        if channels.size is None:
            raise ShapeError.of("open channels of a row", **words)
        if self.filters < 0:  # 0 of them Keras takes
            words |= {"name": "filters", "value": self.filters, "least": 0}
            raise ShapeError.of("number out of range", message="Cannot convert '(", **words)
        check_steps([self.strides], "cannot convert float infinity to integer")
        check_batch(self.stateful, tensor)
        length = length_after(row.size, self.kernel_size, self.strides, self.padding) or 0
        if length < 1:
            kernel = (self.kernel_size, channels.size, self.filters)
            words |= {"kernel": kernel, "dilation": "1"}
            words |= {"wanted": f"a row of at least {self.kernel_size}", "padding": self.padding}
            raise ShapeError.of("too short", strides=(self.strides,), **words)
        letter = row.letter if length == row.size else f"{row.letter}′"
        rest = (
            replace(row, letter=letter, size=length),
            widened(channels, inputs.letter, self.filters),
        )
        output = (batch, time, *rest) if self.return_sequences else (batch, *rest)
        states = ((batch, *rest),) * 2 if self.return_state else ()
        width, bias = self.kernel_size, "+1" * self.use_bias
        both = f"({width}·({channels.size}+{self.filters}){bias})"
        count = 4 * self.filters * (width * (channels.size + self.filters) + self.use_bias)
        rule = f"4·{inputs.letter}·({width}·({channels.letter}+{inputs.letter}){bias})"
        return Outputs((output, *states), count, f"4·{self.filters}·{both}", rule)

    def masks(self, inputs: Inputs, count: int) -> tuple[int, ...]:
        """A sequence keeps the mask."""
        return returned_masks(inputs, count, 1 if self.return_sequences else 0)


def inner(layer: Layer) -> Layer:
    """The layer whose settings a page shows: that inside TimeDistributed, else itself."""
    return layer.layer if isinstance(layer, TimeDistributed) else layer


def with_settings(layer: Layer, **values: Any) -> Layer:
    """The layer with other settings, those of the layer inside it where it is one."""
    if isinstance(layer, TimeDistributed):
        return replace(layer, layer=replace(layer.layer, **values))
    return replace(layer, **values)


def settings_of(layer: Layer) -> Iterator[LayerSetting]:
    """The settings of a layer, or of that inside it."""
    known = {item.name for item in fields(inner(layer))}
    yield from (setting for setting in inner(layer).settings() if setting.name in known)
