"""PyTorch's layers, with the settings, outputs, parameters and errors of PyTorch 2.13.

The settings of a layer are in the order of PyTorch's arguments. PyTorch itself isn't used.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from math import prod
from typing import Any, ClassVar

from lib.experiment import Limit
from lib.shapes.output import BLOCKS, STATES, formula
from lib.shapes.stack import joining, plain, windows
from lib.shapes.stack.base import Inputs, Layer, NotTraced, Outputs, ShapeError, Stack
from lib.shapes.stack.settings import SHARE, WINDOW, count, option, setting
from lib.shapes.stack.tensors import (
    Axis,
    Role,
    Tensor,
    Tensors,
    readable_shapes,
    widened,
    with_axis,
)
from lib.text import beside

TEXTS: dict[str, dict[str, str]] = beside(__file__)
LAYOUTS = ("NTF", "TNF", "TF", "NT", "TN", "T", "NF", "F", "NFT")  # letters of the axes
ROLES: dict[str, Role] = {"N": "batch", "T": "time"}
POSITIVE = TEXTS["refused"]["positive"]
_CAPITAL = re.compile("(?<=[a-z])(?=[A-Z])")


def sizes_text(tensor: Tensor) -> str:
    """Return the sizes as in PyTorch's messages, with "…" for an unknown one: "…, 10, 3"."""
    return ", ".join("…" if axis.size is None else f"{axis.size}" for axis in tensor)


def refusal(what: str, wanted: str, *given: Tensor, **words: object) -> ShapeError:
    """Return the error that PyTorch raises at run time, by its name in torch_layers.toml."""
    about = {"sizes": sizes_text(given[0]), "axes": len(given[0])} | words
    message = TEXTS["refused"][what].format_map(about)
    return ShapeError(wanted, readable_shapes(given), message, "run")


def place_of(dim: int, tensor: Tensor) -> int:
    """Return the place of an axis, counted from 0. Raises ShapeError if there is no such axis."""
    axes = len(tensor)
    if not -axes <= dim < axes:
        raise refusal("no axis", f"dim from {-axes} to {axes - 1}", tensor, most=axes - 1, dim=dim)
    return dim % axes


class TorchLayer(Layer):
    """A layer of PyTorch."""

    required: ClassVar[tuple[str, ...]] = ()  # arguments without a default
    ranks: ClassVar[tuple[int, ...]] = ()  # accepted numbers of axes; () for any
    # The name of the message in torch_layers.toml if the layer receives a tuple of tensors.
    no_tuple: ClassVar[str] = "usual"

    @classmethod
    def signature(cls) -> list[str]:
        """Return the names of PyTorch's arguments in order."""
        return [setting.name for setting in cls.settings() if not setting.in_call]

    def needed(self) -> tuple[str, ...]:
        return self.required

    def code(self) -> str:
        is_layer = self.title.startswith("nn.")
        return f"{self.title}({', '.join(self.arguments())})" if is_layer else self.title

    def function_name(self) -> str:
        """Return the name of PyTorch's function in messages: "linear", "max_pool1d"."""
        return _CAPITAL.sub("_", self.keras.removeprefix("nn.")).lower()

    def in_keras(self) -> Stack:
        """Return the Keras layers with the same outputs, in PyTorch's order of axes."""
        return ()

    def accepted(self, tensor: Tensor) -> Tensor:
        """Return the tensor, with the size that the layer needs. Raises PyTorch's error."""
        return tensor

    def tensor(self, inputs: Inputs) -> Tensor:
        """Return the only input tensor. Raises ShapeError for a tuple, or for an odd rank."""
        first, *others = inputs.tensors
        if others:
            message = TEXTS["tuples"][self.no_tuple].format(name=self.function_name())
            raise ShapeError("one tensor", f"a tuple of {1 + len(others)} tensors", message, "run")
        if self.ranks and len(first) not in self.ranks:
            row = f"rank {self.keras.removeprefix('nn.')}"
            row = row if row in TEXTS["refused"] else "rank other"
            raise refusal(row, f"{self.ranks[0]} or {self.ranks[1]} axes", first)
        return self.accepted(first)

    def call(self, inputs: Inputs) -> Outputs:
        outputs = Outputs((self.tensor(inputs),))
        if self.ranks and len(outputs.tensors[0]) == 2:
            raise NotTraced.of("no batch axis", name=self.title)
        for layer in self.in_keras():
            outputs = layer.call(replace(inputs, tensors=outputs.tensors))
        return outputs


class TorchInput(plain.Input, kind="torch.input", keras="Input"):
    """The tensor that the model receives, with N samples, T timesteps, F features."""

    form: str = setting("form", "NTF", "axes", options={one: ", ".join(one) for one in LAYOUTS})

    def axes(self) -> Tensor:
        sizes = {"N": self.batch, "T": self.timesteps, "F": self.features}
        return tuple(Axis(one, sizes[one], ROLES.get(one, "features")) for one in self.form)

    def code(self) -> str:
        return f"x  # ({', '.join(self.form)})"


class TorchRecurrent(TorchLayer, width_letter="U", required=("input_size", "hidden_size")):
    """Returns every step of its last layer (out) and the last state of each layer (h_n)."""

    ranks = (2, 3)
    no_tuple = "recurrent"
    cell: ClassVar[str]
    input_size: int = count("f", 3, "")
    hidden_size: int = count("u", 16, POSITIVE)
    num_layers: int = setting("n", 1, limit=Limit(1, 100), refusal=POSITIVE)
    bias: bool = setting("nobias", True, seldom=True)
    batch_first: bool = setting("first", False)
    dropout: float = setting("drop", 0.0, limit=SHARE, refusal=TEXTS["refused"]["dropout"])
    bidirectional: bool = setting("both", False)
    proj_size: int = setting("proj", 0, limit=Limit(0, 1_000_000), seldom=True)
    # The shape of the initial states that the call passes, with 0 for N; () if it passes none.
    h_0: tuple[int, ...] = setting("h", (), tuple_length=0, in_call=True, seldom=True)
    packed: bool = setting("packed", False, in_call=True, seldom=True)  # reads a packed sequence

    def returned(self) -> tuple[str, ...]:
        return ("out", "h_n", "c_n") if self.cell == "lstm" else ("out", "h_n")

    def accepted(self, tensor: Tensor) -> Tensor:
        if tensor[-1].size not in (self.input_size, None):
            words = {"size": self.input_size, "given": tensor[-1].size}
            raise refusal("input_size", f"{self.input_size} features", tensor, **words)
        return tensor

    def call(self, inputs: Inputs) -> Outputs:
        """(N, T, F) with batch_first, else (T, N, F) → out, then the states, never batch first."""
        tensor, letter, both = self.tensor(inputs), inputs.letter, 1 + self.bidirectional
        width = self.proj_size or self.hidden_size
        last = widened(tensor[-1], f"{both}{letter}" if both > 1 else letter, both * width)
        batch = tensor[:-1][0 if self.batch_first else 1 :][:1] if len(tensor) == 3 else ()
        rows = Axis("2·L" if both > 1 else "L", both * self.num_layers, "space")
        wide = (width, self.hidden_size)[: len(STATES[self.cell])]
        states = tuple((rows, *batch, widened(last, letter, units)) for units in wide)
        passed = Axis("U", None, "space")
        initial = tuple(
            replace(passed, size=n or (batch[0].size if batch else None)) for n in self.h_0
        )
        given = inputs.states or ((initial,) * len(states) if initial else ())
        self._check_states(given, states)
        return Outputs(((*tensor[:-1], last), *states), *self._parameters(tensor[-1], letter))

    def _check_states(self, given: Tensors, wanted: Tensors) -> None:
        is_lstm = self.cell == "lstm"
        if len(given) > len(wanted):
            raise ShapeError(
                "one state", readable_shapes(given), TEXTS["tuples"]["recurrent"], "run"
            )
        for place, (state, need) in enumerate(zip(given, wanted, strict=False)):
            if len(state) != len(need):
                row = f"{'un' * (len(need) == 2)}batched state{'s' * is_lstm}"
                raise refusal(row, readable_shapes((need,)), state)
            if any(
                a.size != b.size and a.size and b.size for a, b in zip(state, need, strict=True)
            ):
                which = f"hidden[{place}]" if is_lstm else "hidden"
                words = {"which": which, "need": sizes_text(need)}
                raise refusal("state", readable_shapes((need,)), state, **words)

    def _parameters(self, axis: Axis, letter: str) -> tuple[int, str, str]:
        """Return the count, a product and a formula: two biases per gate, unlike most of Keras."""
        blocks, units, biases = BLOCKS[self.cell], self.hidden_size, 2 * self.bias
        both, width = 1 + self.bidirectional, self.proj_size or self.hidden_size
        total, products = 0, list[str]()
        factors = [n for n in (both, blocks) if n > 1]
        for place in range(self.num_layers):
            features = both * width if place else self.input_size
            total += both * units * (blocks * (features + width + biases) + self.proj_size)
            products.append(formula([*factors, units], [features, width, biases]))
            if self.proj_size:
                products.append(formula([both, units], [self.proj_size]))
        rule = formula([*factors, letter], [axis.letter, letter, biases])
        return total, " + ".join(products[:6]), rule if len(products) == 1 else ""


class TorchLSTM(TorchRecurrent, kind="torch.lstm", keras="nn.LSTM", cell="lstm"):
    """Returns out, then the states h_n and c_n, which are never batch first."""


class TorchGRU(TorchRecurrent, kind="torch.gru", keras="nn.GRU", cell="gru"):
    """Returns out, then the state h_n, which is never batch first."""


class TorchRNN(TorchRecurrent, kind="torch.rnn", keras="nn.RNN", cell="simple_rnn"):
    """Returns out, then the state h_n, which is never batch first."""

    nonlinearity: str = option("act", "tanh", "relu")

    @classmethod
    def signature(cls) -> list[str]:
        *names, nonlinearity = super().signature()
        return [*names[:3], nonlinearity, *names[3:]]


class TorchLinear(TorchLayer, kind="torch.linear", keras="nn.Linear", width_letter="K"):
    """Applies the same linear map along the last axis."""

    required = ("in_features", "out_features")
    in_features: int = count("f", 3, "")
    out_features: int = count("k", 1, "")
    bias: bool = setting("nobias", True, seldom=True)

    def in_keras(self) -> Stack:
        return (plain.Dense(self.out_features, use_bias=self.bias),)

    def accepted(self, tensor: Tensor) -> Tensor:
        sizes = [axis.size for axis in tensor]
        if sizes[-1] not in (self.in_features, None):
            rows = "…" if None in sizes else f"{prod(size or 1 for size in sizes[:-1])}"
            words = {"rows": rows, "given": sizes[-1], "layer": self}
            raise refusal("linear", f"{self.in_features} features", tensor, **words)
        return (*tensor[:-1], replace(tensor[-1], size=self.in_features))


class TorchEmbedding(TorchLayer, kind="torch.embedding", keras="nn.Embedding", width_letter="E"):
    """Replaces each whole number with a vector, a row of a trained table."""

    required = ("num_embeddings", "embedding_dim")
    num_embeddings: int = setting("v", 1000, limit=Limit(1, 10_000_000))
    embedding_dim: int = count("e", 16, "")

    def in_keras(self) -> Stack:
        return (plain.Embedding(self.num_embeddings, self.embedding_dim),)

    def call(self, inputs: Inputs) -> Outputs:
        """(N, T) → (N, T, E)."""
        output = (*self.tensor(inputs), Axis(inputs.letter, self.embedding_dim, "features"))
        return replace(super().call(inputs), tensors=(output,))


class TorchDropout(TorchLayer, kind="torch.drop", keras="nn.Dropout"):
    """Sets random entries to 0 in training. The shape stays the same."""

    p: float = setting("p", 0.5, limit=SHARE, refusal=TEXTS["refused"]["probability"])

    def in_keras(self) -> Stack:
        return (joining.Dropout(self.p),)


class TorchConv1d(TorchLayer, kind="torch.conv1d", keras="nn.Conv1d", width_letter="C"):
    """Reads a few neighboring timesteps at a time. The features come before the timesteps."""

    time_letter = "T′"
    ranks = (2, 3)
    required = ("in_channels", "out_channels", "kernel_size")
    in_channels: int = count("f", 3, "")
    out_channels: int = count("k", 16, "")
    kernel_size: int = setting("w", 3, limit=WINDOW)
    stride: int = setting("s", 1, limit=WINDOW)
    padding: int = setting("p", 0, limit=Limit(0, 1000))
    dilation: int = setting("d", 1, limit=WINDOW, seldom=True)
    groups: int = setting("g", 1, limit=Limit(1, 10_000), seldom=True)
    bias: bool = setting("nobias", True, seldom=True)
    same: bool = setting("same", False)  # padding="same"

    def arguments(self) -> Iterator[str]:
        for word in super().arguments():
            yield 'padding="same"' if word == "same=True" else word

    def in_keras(self) -> Stack:
        sizes = self.out_channels, self.kernel_size, self.stride, "same" if self.same else "valid"
        more: dict[str, Any] = {"groups": self.groups, "use_bias": self.bias}
        conv = windows.Conv1D(*sizes, self.dilation, data_format="channels_first", **more)
        return (*_zeros(self.padding), conv)

    def accepted(self, tensor: Tensor) -> Tensor:
        given, wanted = tensor[-2].size, self.in_channels
        if given not in (wanted, None):
            words = {"layer": self, "shared": wanted // self.groups, "given": given}
            raise refusal("channels", f"{wanted} features before the timesteps", tensor, **words)
        reach = self.dilation * (self.kernel_size - 1) + 1
        length = (tensor[-1].size or reach) + 2 * self.padding
        if length < reach and not self.same:
            words = {"length": length, "reach": reach}
            raise refusal("kernel", f"at least {reach} timesteps", tensor, **words)
        return with_axis(tensor, len(tensor) - 2, replace(tensor[-2], size=wanted))


class TorchPool(TorchLayer):
    """Moves a window along the timesteps."""

    time_letter = "T′"
    ranks = (2, 3)
    required = ("kernel_size",)
    pool: ClassVar[type[windows.MaxPooling1D]]
    kernel_size: int = setting("w", 2, limit=WINDOW)
    stride: int | None = setting("s", None, limit=WINDOW, optional=True)
    padding: int = setting("p", 0, limit=Limit(0, 1000), seldom=True)

    def in_keras(self) -> Stack:
        layer = self.pool(self.kernel_size, self.stride, data_format="channels_first")
        return (*_zeros(self.padding), layer)

    def accepted(self, tensor: Tensor) -> Tensor:
        least = self.kernel_size - 2 * self.padding
        if tensor[-1].size is not None and tensor[-1].size < least:
            stride = self.stride or self.kernel_size
            words = {"length": (tensor[-1].size - least) // stride + 1}
            raise refusal(f"short {self.kind}", f"at least {least} timesteps", tensor, **words)
        return tensor


class TorchMaxPool(TorchPool, kind="torch.maxpool", keras="nn.MaxPool1d"):
    """Keeps the largest of a few neighboring timesteps."""

    pool = windows.MaxPooling1D


class TorchAvgPool(TorchPool, kind="torch.avgpool", keras="nn.AvgPool1d"):
    """Returns the mean of a few neighboring timesteps."""

    pool = windows.AveragePooling1D


def _zeros(padding: int) -> Stack:
    sides = (padding, padding)
    return (windows.ZeroPadding1D(sides, data_format="channels_first"),) if padding else ()
