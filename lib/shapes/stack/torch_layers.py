"""PyTorch's layers, with the outputs, parameters and errors of PyTorch 2.13. PyTorch isn't used.

A layer that Keras has too computes its output by Keras's layer (`in_keras`).
"""

import re
from collections.abc import Iterator
from dataclasses import field, replace
from typing import ClassVar

from lib.experiment import Limit
from lib.shapes.output import BLOCKS, STATES, formula
from lib.shapes.stack import joining, plain
from lib.shapes.stack.base import Inputs, Layer, NotTraced, Outputs, ShapeError, Stack
from lib.shapes.stack.recurrent import Bidirectional, Recurrent
from lib.shapes.stack.settings import SHARE, SLOPE, count, option, setting
from lib.shapes.stack.tensors import (
    Axis,
    Role,
    Tensor,
    contiguous,
    readable_shapes,
    widened,
    with_axis,
)
from lib.text import beside

TEXTS: dict[str, str] = beside(__file__)
# Letters of the axes of an input.
LAYOUTS = ("NTF", "TNF", "NFT", "NT", "TN", "NF", "TF", "FT", "N", "T", "F")
# Layers and operations whose output has its axes in memory in the order of the input.
_KEEP_MEMORY = {"index", "permute", "transpose", "squeeze", "unsqueeze", "view"}
_KEEP_MEMORY |= {"relu", "tanh", "sigmoid", "gelu", "add", "sub", "mul", "div", "pow"}
_KEEP_MEMORY |= {"torch.drop", "torch.leaky"}
_STATE_AXES = {0: Axis("N", None, "batch"), -1: Axis("…", None, "space")}
_ROLES: dict[str, Role] = {"N": "batch", "T": "time", "F": "features"}


def refusal(what: str, wanted: str, *given: Tensor, **words: object) -> ShapeError:
    """Return the error that PyTorch raises at run time, by its name in torch_layers.toml."""
    about = {"sizes": _sizes(given[0]), "axes": len(given[0])} | words
    message = TEXTS.get(what, "").format_map(about)
    return ShapeError(wanted, readable_shapes(given), message, "run")


def _sizes(tensor: Tensor) -> str:
    """Return the sizes as in PyTorch's messages: "N, 10, 3", with "…" for an unknown one."""
    return ", ".join(f"{a.size or ('N' if a.role == 'batch' else '…')}" for a in tensor)


class TorchInput(plain.Input, kind="torch.input", keras="Input"):
    """The tensor that the model receives, with N samples, T timesteps, F features."""

    form: str = setting("form", "NTF", "axes", options={one: ", ".join(one) for one in LAYOUTS})

    def axes(self) -> Tensor:
        sizes = {"N": self.batch, "T": self.timesteps, "F": self.features}
        return tuple(Axis(one, sizes[one], _ROLES[one]) for one in self.form)

    def code(self) -> str:
        return f"x  # ({', '.join(self.form)})"


class TorchLayer(Layer):
    """A layer of PyTorch. Its settings are in the order of PyTorch's arguments."""

    required: ClassVar[tuple[str, ...]] = ()  # arguments without a default
    order: ClassVar[str] = ""  # all arguments in order, if some of them aren't settings
    reads_time: ClassVar[bool] = False  # whether it needs a batch axis, a time axis and features
    # The setting that must equal a size of the input, and the place of that axis.
    fixed_size: ClassVar[tuple[str, int] | None] = None

    @classmethod
    def signature(cls) -> list[str]:
        """Return the names of PyTorch's arguments in order."""
        return cls.order.split() or [
            setting.name for setting in cls.settings() if not setting.in_call
        ]

    def needed(self) -> tuple[str, ...]:
        return self.required

    def code(self) -> str:
        return f"{self.title}({', '.join(self.arguments())})"

    def tuple_message(self) -> str:
        """Return PyTorch's message if the layer receives the tuple of a recurrent layer."""
        name = self.keras.removeprefix("nn.").lower()
        return TEXTS["tuple"].format(name=re.sub("(pool|norm|relu)", r"_\1", name))

    def in_keras(self) -> Stack:
        """Return the Keras layers with the same outputs, in PyTorch's order of axes."""
        return ()

    def tensor(self, inputs: Inputs) -> Tensor:
        """Return the only input tensor. Raises PyTorch's error for a tuple, or for other sizes."""
        first, *others = inputs.tensors
        if others:
            received = f"a tuple of {1 + len(others)} tensors"
            raise ShapeError("one tensor", received, self.tuple_message(), "run")
        if self.reads_time and len(first) == 2 and not isinstance(self, TorchRecurrent):
            raise NotTraced.of("no batch axis")
        if (self.reads_time or self.kind == "torch.bnorm") and len(first) not in (2, 3):
            raise refusal(f"rank {self.keras}", "3 axes", first)
        if self.fixed_size:
            name, at = self.fixed_size
            place, size = at % len(first), getattr(self, name)
            given = first[place].size or ("N" if first[place].role == "batch" else None)
            if given not in (size, None):
                raise refusal(name, f"size {size} in axis {place}", first, layer=self, given=given)
            first = with_axis(first, place, replace(first[place], size=size))
        return first if getattr(self, "name", self.kind) in _KEEP_MEMORY else contiguous(first)

    def call(self, inputs: Inputs) -> Outputs:
        outputs = Outputs((self.tensor(inputs),))
        for layer in self.in_keras():
            try:
                outputs = layer.call(replace(inputs, tensors=outputs.tensors))
            except ShapeError as error:  # PyTorch raises an error with another message.
                raise replace(error, message="", when="run") from None
        return outputs


class TorchRecurrent(TorchLayer, width_letter="U", required=("input_size", "hidden_size")):
    """Returns every step of its last layer (out) and the last state of each layer (h_n)."""

    reads_time = True
    fixed_size = "input_size", -1
    order = "input_size hidden_size num_layers bias batch_first dropout bidirectional proj_size"
    cell: ClassVar[str]
    input_size: int = count("f", 3, "")
    hidden_size: int = count("u", 16, TEXTS["positive"])
    num_layers: int = setting("n", 1, limit=Limit(1, 100), refusal=TEXTS["positive"])
    bias: bool = setting("nobias", True)
    batch_first: bool = setting("first", False)
    dropout: float = setting("drop", 0.0, limit=SHARE)
    bidirectional: bool = setting("both", False)
    # The shapes of initial states that the code creates: 0 is N, -1 unknown, () no state.
    h_0: tuple[int, ...] = setting("h", (), tuple_length=0, in_call=True)
    c_0: tuple[int, ...] = setting("c", (), tuple_length=0, in_call=True)
    zeros: bool = setting("nozero", True, in_call=True)  # whether the initial states are 0

    def returned(self) -> tuple[str, ...]:
        return ("out", "h_n", "c_n") if self.cell == "lstm" else ("out", "h_n")

    def tuple_message(self) -> str:
        return TEXTS["tuple method"].format(name="dim")

    def time_axis(self, tensor: Tensor) -> Axis:
        """Return the axis that the layer reads as time: axis 1 of (N, T, F), else axis 0."""
        return tensor[1 if self.batch_first and len(tensor) == 3 else 0]

    def call(self, inputs: Inputs) -> Outputs:
        """(N, T, F) with batch_first, else (T, N, F) → out, then the states, never batch first."""
        tensor, letter, both = self.tensor(inputs), inputs.letter, 1 + self.bidirectional
        last = widened(tensor[-1], letter, self.hidden_size)
        out = widened(last, f"{both}{letter}" if both > 1 else letter, both * self.hidden_size)
        rows = Axis("2L" if both > 1 else "L", both * self.num_layers, "space")
        batch = [axis for axis in tensor[:-1] if axis is not self.time_axis(tensor)]
        state = rows, *batch, last
        self._check_states(inputs.states, state)
        output = *tensor[:-1], out
        if self.batch_first and len(output) == 3:  # PyTorch computes (T, N, U) and transposes it.
            pairs = zip(output, (2, 1, 3), strict=True)
            output = tuple(replace(axis, memory=place) for axis, place in pairs)
        states = (state,) * len(STATES[self.cell])
        return Outputs((output, *states), *self._parameters(tensor[-1], letter))

    def _check_states(self, given: tuple[Tensor, ...], need: Tensor) -> None:
        """Raise PyTorch's error for initial states of another number or shape."""
        for sizes in filter(None, (self.h_0, self.c_0)):
            given = (*given, tuple(_STATE_AXES.get(n) or Axis(f"{n}", n, "space") for n in sizes))
        if given and len(given) != len(STATES[self.cell]):
            if self.cell == "lstm":
                raise refusal("", "the tuple (h_0, c_0)", *given)
            raise refusal("tuple method", "one state, h_0", *given, name="dim")
        wanted = readable_shapes((need,)) + (": num_layers * 2 first" if self.bidirectional else "")
        for place, state in enumerate(given):
            pairs = [*zip(state, need, strict=False)]
            differ = [a.size != b.size for a, b in pairs if a.size and b.size]
            misplaced = [b.role != "batch" for a, b in pairs if a.role == "batch"]
            if len(state) != len(need) or any((*differ, *misplaced)):
                which = f"hidden[{place}]" if self.cell == "lstm" else "hidden"
                row = "state" if len(state) == len(need) else ""
                raise refusal(row, wanted, state, which=which, need=_sizes(need))

    def _parameters(self, axis: Axis, letter: str) -> tuple[int, str, str]:
        """Return the count, a product and a formula: two biases per gate, unlike most of Keras."""
        units, biases, more = self.hidden_size, 2 * self.bias, self.num_layers - 1
        both, blocks = 1 + self.bidirectional, BLOCKS[self.cell]
        factors = [n for n in (both, blocks) if n > 1]
        first = both * blocks * units * (self.input_size + units + biases)
        upper = both * blocks * units * (both * units + units + biases)
        product = formula([*factors, units], [self.input_size, units, biases])
        rule = formula([*factors, letter], [axis.letter, letter, biases])
        if not more:
            return first, product, rule
        of_upper = formula([*factors, units], [both * units, units, biases])
        return first + more * upper, f"{product} + {f'{more}·' if more > 1 else ''}{of_upper}", ""


RECURRENT = Recurrent, Bidirectional, TorchRecurrent  # of both libraries


class TorchLSTM(TorchRecurrent, kind="torch.lstm", keras="nn.LSTM", cell="lstm"):
    """Returns out, then the states h_n and c_n, which are never batch first."""


class TorchGRU(TorchRecurrent, kind="torch.gru", keras="nn.GRU", cell="gru"):
    """Returns out, then the state h_n, which is never batch first."""


class TorchRNN(TorchRecurrent, kind="torch.rnn", keras="nn.RNN", cell="simple_rnn"):
    """Returns out, then the state h_n, which is never batch first."""

    order = "input_size hidden_size num_layers nonlinearity bias batch_first dropout bidirectional"
    nonlinearity: str = option("act", "tanh", "relu")


class TorchLinear(TorchLayer, kind="torch.linear", keras="nn.Linear", width_letter="K"):
    """Applies the same linear map along the last axis."""

    required = ("in_features", "out_features")
    fixed_size = "in_features", -1
    in_features: int = count("f", 3, "")
    out_features: int = count("k", 1, "")
    bias: bool = setting("nobias", True)

    def in_keras(self) -> Stack:
        return (plain.Dense(self.out_features, use_bias=self.bias),)


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

    p: float = setting("p", 0.5, limit=SHARE)

    def in_keras(self) -> Stack:
        return (joining.Dropout(self.p),)


class TorchLeakyReLU(TorchLayer, kind="torch.leaky", keras="nn.LeakyReLU"):
    """Multiplies numbers below 0 by a small slope."""

    negative_slope: float = setting("s", 0.01, limit=SLOPE)

    def in_keras(self) -> Stack:
        return (joining.LeakyReLU(self.negative_slope),)


class _LayerNorm(joining.LayerNormalization, keras="LayerNormalization"):
    epsilon: float = field(default=1e-5, kw_only=True, compare=False)  # Keras's default is 0.001.

    def arguments(self) -> Iterator[str]:
        yield from (*super().arguments(), f"epsilon={self.epsilon:g}")


class _BatchNorm(_LayerNorm, joining.BatchNormalization, keras="BatchNormalization"):
    pass


class TorchLayerNorm(TorchLayer, kind="torch.lnorm", keras="nn.LayerNorm"):
    """Scales the features of each sample and timestep to mean 0 and standard deviation 1."""

    required = ("normalized_shape",)
    fixed_size = "normalized_shape", -1
    order = "normalized_shape eps elementwise_affine bias"
    normalized_shape: int = count("f", 3, "")
    eps: float = setting("e", 1e-5, limit=SHARE)

    def in_keras(self) -> Stack:
        return (_LayerNorm(epsilon=self.eps),)


class TorchBatchNorm(TorchLayer, kind="torch.bnorm", keras="nn.BatchNorm1d"):
    """Scales each feature to mean 0 and variance 1 over the batch. The features are axis 1."""

    required = ("num_features",)
    fixed_size = "num_features", 1
    order = "num_features eps momentum affine track_running_stats"
    num_features: int = count("f", 3, "")
    eps: float = setting("e", 1e-5, limit=SHARE)

    def tuple_message(self) -> str:
        return TEXTS["tuple method"].format(name="dim")

    def in_keras(self) -> Stack:
        return (_BatchNorm(epsilon=self.eps),)

    def call(self, inputs: Inputs) -> Outputs:
        """Keras counts the running averages as parameters, unlike PyTorch."""
        inputs = replace(inputs, tensors=(self.tensor(inputs),))
        return joining.LayerNormalization(axis=1).call(inputs)
