"""PyTorch's layers without a kernel, and its operations on tensors: x[:, -1], x.view(…), cat."""

from collections.abc import Iterator
from dataclasses import replace
from math import prod

from lib.experiment import Limit
from lib.shapes.stack import joining
from lib.shapes.stack.base import Inputs, NotTraced, Outputs, Stack
from lib.shapes.stack.settings import WINDOW, count, option, setting
from lib.shapes.stack.tensors import Axis, Tensor, flat, one_letter, with_axis
from lib.shapes.stack.torch_layers import TorchLayer, place_of, refusal
from lib.shapes.stack.windows import resized

ACTIVATIONS = {"relu": "ReLU", "tanh": "Tanh", "sigmoid": "Sigmoid", "gelu": "GELU", "elu": "ELU"}
ACTIVATIONS |= {"leaky_relu": "LeakyReLU", "softmax": "Softmax", "log_softmax": "LogSoftmax"}
METHODS = ("permute", "view", "flatten", "squeeze", "unsqueeze", "mean", "sum", "max", "min")


class TorchAdaptive(TorchLayer, kind="torch.adaptive", keras="nn.AdaptiveAvgPool1d"):
    """Divides the timesteps into equal parts, and takes the mean of each part."""

    time_letter = "T′"
    ranks = (2, 3)
    required = ("output_size",)
    output_size: int = setting("o", 1, limit=WINDOW)

    def call(self, inputs: Inputs) -> Outputs:
        """(N, F, T) → (N, F, T′)."""
        *axes, time = self.tensor(inputs)
        return Outputs(((*axes, resized(time, self.output_size, inputs.time_letter)),))


class TorchAdaptiveMax(TorchAdaptive, kind="torch.adaptivemax", keras="nn.AdaptiveMaxPool1d"):
    """Divides the timesteps into equal parts, and keeps the largest number of each part."""


class TorchBatchNorm(TorchLayer, kind="torch.bnorm", keras="nn.BatchNorm1d"):
    """Scales each feature to mean 0 and variance 1 over the batch. The features are axis 1."""

    ranks = (2, 3)
    required = ("num_features",)
    no_tuple = "recurrent"
    num_features: int = count("f", 16, "")

    def in_keras(self) -> Stack:
        return (joining.BatchNormalization(axis=1),)

    def accepted(self, tensor: Tensor) -> Tensor:
        if (given := tensor[1].size) not in (self.num_features, None):
            words = {"size": self.num_features, "given": given}
            raise refusal("norm", f"{self.num_features} features in axis 1", tensor, **words)
        return tensor

    def call(self, inputs: Inputs) -> Outputs:
        """(N, F) or (N, F, T), unchanged."""
        count = self.num_features
        return Outputs((self.tensor(inputs),), 2 * count, f"2·{count}", "2·F")


class TorchLayerNorm(TorchLayer, kind="torch.lnorm", keras="nn.LayerNorm"):
    """Scales the last axes of each sample to mean 0 and variance 1."""

    required = ("normalized_shape",)
    normalized_shape: tuple[int, ...] = setting("f", (16,), tuple_length=0)

    def in_keras(self) -> Stack:
        return (joining.LayerNormalization(tuple(range(-len(self.normalized_shape), 0))),)

    def accepted(self, tensor: Tensor) -> Tensor:
        sizes = [*self.normalized_shape]
        if [axis.size for axis in tensor[-len(sizes) :]] != sizes:
            starred = ", ".join(["*", *map(str, sizes)])
            raise refusal("layer norm", f"the last sizes {sizes}", tensor, size=sizes, any=starred)
        return tensor


class TorchActivation(TorchLayer, kind="torch.act"):
    """Applies a function to each entry. The shape stays the same."""

    function: str = option("f", *ACTIVATIONS)
    dim: int | None = setting("d", None, limit=Limit(-8, 8), optional=True)  # only for softmax

    @property
    def keras(self) -> str:  # type: ignore[override]
        return f"nn.{ACTIVATIONS[self.function]}"

    def arguments(self) -> Iterator[str]:
        yield from () if self.dim is None else (f"dim={self.dim}",)

    def in_keras(self) -> Stack:
        return (joining.Activation(self.function),)

    def accepted(self, tensor: Tensor) -> Tensor:
        place_of(self.dim or 0, tensor)
        return tensor


class TorchIndex(TorchLayer, kind="torch.at", keras="x[…]"):
    """Takes one entry of an axis, or a range of entries."""

    no_tuple = "index"
    # By axis: "x" (all), a number, or the ends of a range. "x.-1" is [:, -1], "-2x" is [-2:].
    index: str = setting("i", "x.-1", pattern=r"[-x\d]{1,12}(\.[-x\d]{1,12}){0,7}")

    def parts(self) -> list[int | slice]:
        """Return the index of each axis. Raises NotTraced for an invalid one."""
        try:
            words = [word.split("x") for word in self.index.split(".")]
            ends = [[int(end) if end else None for end in word] for word in words]
        except ValueError:
            raise NotTraced.of("not known", name=self.title) from None
        return [slice(*one[:2]) if one[1:] else one[0] or 0 for one in ends]

    @property
    def title(self) -> str:
        return f"x[{self.index.replace('.', ', ').replace('x', ':')}]"

    def call(self, inputs: Inputs) -> Outputs:
        tensor, parts, axes = self.tensor(inputs), self.parts(), list[Axis]()
        if len(parts) > len(tensor):
            raise refusal("index", f"{len(parts)} axes", tensor)
        parts += [slice(None)] * (len(tensor) - len(parts))
        for place, (axis, part) in enumerate(zip(tensor, parts, strict=True)):
            size = axis.size
            if isinstance(part, slice):
                axes.append(replace(axis, size=size and len(range(*part.indices(size)))))
            elif size is not None and not -size <= part < size:
                words = {"index": part, "place": place, "size": size}
                raise refusal("bounds", f"an index below {size}", tensor, **words)
        return Outputs((tuple(axes),))


class TorchMethod(TorchLayer, kind="torch.method", keras="x.view"):
    """Reorders, joins, adds or drops axes."""

    no_tuple = "method"
    name: str = option("f", *METHODS)
    numbers: tuple[int, ...] = setting("n", (1, 0, 2), tuple_length=0)  # in a view, 0 stands for N

    @property
    def title(self) -> str:
        numbers = ["N" if n == 0 and self.name == "view" else f"{n}" for n in self.numbers]
        return f"x.{self.name}({', '.join(numbers)})"

    def function_name(self) -> str:
        return self.name

    def returned(self) -> tuple[str, ...]:
        return ("values", "indices") if self.name in ("max", "min") else ("output",)

    def call(self, inputs: Inputs) -> Outputs:
        tensor = self.tensor(inputs)
        if self.name == "view":
            return Outputs((self._viewed(tensor),))
        one = Axis("1", 1, "space")
        axes = (*tensor, one) if self.name == "unsqueeze" else tensor
        if self.name == "permute" and len(self.numbers) != len(tensor):
            count = len(self.numbers)
            raise refusal("permute", f"{count} axes", tensor, count=count)
        places = [place_of(dim, axes) for dim in self.numbers] or [0]
        first, last = places[0], places[-1]
        match self.name:
            case "permute":
                output = tuple(tensor[place] for place in places)
            case "unsqueeze":
                output = (*tensor[:first], one, *tensor[first:])
            case "flatten":
                joined = tensor[first : last + 1]
                output = (*tensor[:first], flat(joined), *tensor[last + 1 :])
                output = output if joined[1:] else tensor
            case "squeeze":
                axes_left = enumerate(tensor)
                output = tuple(one for at, one in axes_left if at not in places or one.size != 1)
            case _:
                output = tuple(axis for at, axis in enumerate(tensor) if at not in places)
        return Outputs((output,) * len(self.returned()))

    def _viewed(self, tensor: Tensor) -> Tensor:
        batch = [axis for axis in tensor if axis.role == "batch"]
        is_open = flat(tensor).size is None
        number = prod(axis.size for axis in tensor if axis.size)  # per sample if N is open
        sizes = [(batch[0].size if batch else None) if n == 0 else n for n in self.numbers]
        known = prod(n for n in sizes if n and n > 0)
        has_batch = (None in sizes and bool(batch)) or not is_open
        if -1 in sizes:
            sizes[sizes.index(-1)] = number // known if has_batch else None
            fits = not has_batch or number % known == 0
        else:
            fits = not has_batch or number == known
        if not fits or -1 in sizes:
            target = ", ".join("…" if n is None else f"{n}" for n in sizes)
            words = {"target": target, "number": "…" if is_open else number}
            row = "two views" if -1 in sizes else "view"
            raise refusal(row, f"{known} numbers", tensor, **words)
        return tuple(_kept_axes(sizes, tensor))


def _kept_axes(sizes: list[int | None], before: Tensor) -> Iterator[Axis]:
    """Yield the axes of a new shape. One axis, or several joined ones, keep their letters."""
    start = 0
    for place, size in enumerate(sizes):
        rest = prod(n or 1 for n in sizes[place + 1 :])
        ends = [*range(start + 1, len(before) + 1)]
        ends = [end for end in ends if flat(before[start:end]).size == size]
        exact = [end for end in ends if prod(axis.size or 1 for axis in before[end:]) == rest]
        end = next(iter(exact if size is None else ends), None)
        if end is None:
            yield Axis("F′", size, "features") if size else Axis("N", None, "batch")
        else:
            yield before[start] if end == start + 1 else flat(before[start:end])
            start = end


class TorchCat(TorchLayer, kind="torch.cat", keras="torch.cat"):
    """Joins tensors along an axis."""

    dim: int = setting("d", 0, limit=Limit(-8, 8))

    def call(self, inputs: Inputs) -> Outputs:
        first, *others = inputs.tensors
        place = place_of(self.dim, first)
        for number, tensor in enumerate(others, start=1):
            if len(tensor) != len(first):
                words = {"one": len(first), "other": len(tensor)}
                raise refusal("ranks", "equal numbers of axes", *inputs.tensors, **words)
            for at, (a, b) in enumerate(zip(first, tensor, strict=True)):
                if at != place and a.size and b.size and a.size != b.size:
                    words = {"place": place, "size": a.size, "given": b.size, "number": number}
                    raise refusal("cat", f"size {a.size} in axis {at}", *inputs.tensors, **words)
        axes = [tensor[place] for tensor in inputs.tensors]
        sizes = [axis.size for axis in axes]
        size = None if None in sizes else sum(size or 0 for size in sizes)
        letter = one_letter([axis.letter for axis in axes], "+")
        return Outputs((with_axis(first, place, replace(axes[0], letter=letter, size=size)),))
