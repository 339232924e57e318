"""PyTorch's operations on tensors, such as x[:, -1], x.view(…) and torch.cat, and activations."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from math import prod

from lib.experiment import Limit
from lib.shapes.stack import joining
from lib.shapes.stack.base import Inputs, NotTraced, Outputs, Stack
from lib.shapes.stack.settings import option, setting
from lib.shapes.stack.tensors import Axis, Tensor, drop_axis, flat, one_letter, with_axis
from lib.shapes.stack.torch_layers import TEXTS, TorchLayer, refusal

ACTIVATIONS = {"relu": "ReLU", "tanh": "Tanh", "sigmoid": "Sigmoid", "gelu": "GELU", "elu": "ELU"}
ACTIVATIONS |= {"leaky_relu": "LeakyReLU", "softmax": "Softmax", "log_softmax": "LogSoftmax"}
Numbers = tuple[int, ...]


def place_of(dim: int, tensor: Tensor) -> int:
    """Return the place of an axis, counted from 0. Raises ShapeError if there is no such axis."""
    axes = len(tensor)
    if not -axes <= dim < axes:
        raise refusal("no axis", f"dim from {-axes} to {axes - 1}", tensor, most=axes - 1, dim=dim)
    return dim % axes


def _permuted(tensor: Tensor, dims: Numbers) -> Tensor:
    if len(dims) != len(tensor):
        raise refusal("permute", f"{len(dims)} axes", tensor, count=len(dims))
    return tuple(tensor[place_of(dim, tensor)] for dim in dims)


def _selected(tensor: Tensor, numbers: Numbers) -> Tensor:
    """Return the entry `index` of an axis: x[:, -1] has the numbers 1 and -1."""
    place, index = numbers
    if place >= len(tensor):
        raise refusal("index", f"{place + 1} axes", tensor)
    if (size := tensor[place].size) is not None and not -size <= index < size:
        words = {"index": index, "place": place, "size": size}
        raise refusal("bounds", f"an index below {size}", tensor, **words)
    return drop_axis(tensor, place)


def _sliced(tensor: Tensor, numbers: Numbers) -> Tensor:
    """Return a range of an axis: x[:, -5:] has the numbers 1 and -5."""
    place, *ends = numbers
    if place >= len(tensor):
        raise refusal("index", f"{place + 1} axes", tensor)
    axis, entries = tensor[place], slice(*[*ends, None][:2])
    size = None if axis.size is None else len(range(axis.size)[entries])
    return with_axis(tensor, place, replace(axis, size=size))


def _flattened(tensor: Tensor, dims: Numbers) -> Tensor:
    first, last = (place_of(dim, tensor) for dim in dims)
    joined = tensor[first : last + 1]
    return (*tensor[:first], flat(joined), *tensor[last + 1 :]) if joined[1:] else tensor


def _squeezed(tensor: Tensor, dims: Numbers) -> Tensor:
    places = [place_of(dim, tensor) for dim in dims] or range(len(tensor))
    return tuple(axis for at, axis in enumerate(tensor) if at not in places or axis.size != 1)


def _unsqueezed(tensor: Tensor, dims: Numbers) -> Tensor:
    one = Axis("1", 1, "space")
    place = place_of(dims[0], (*tensor, one))
    return (*tensor[:place], one, *tensor[place:])


def _reduced(tensor: Tensor, dims: Numbers) -> Tensor:
    places = [place_of(dim, tensor) for dim in dims]
    return tuple(axis for at, axis in enumerate(tensor) if at not in places)


def _viewed(tensor: Tensor, sizes: Numbers) -> Tensor:
    """Return the numbers of the tensor in these sizes: 0 stands for N, -1 for the remaining size."""
    per_sample = tuple(axis for axis in tensor if axis.role != "batch")
    number, known = flat(per_sample if 0 in sizes else tensor).size, prod(n for n in sizes if n > 0)
    fits = number is None or (number % known == 0 if -1 in sizes else number == known)
    if not fits or sizes.count(-1) > 1:
        row = "two views" if sizes.count(-1) > 1 else "view"
        words = {"target": ", ".join(f"{n or '…'}" for n in sizes)}
        words["number"] = "…" if 0 in sizes else f"{number}"
        raise refusal(row, f"{known} numbers", tensor, **words)
    rest = None if number is None else number // known
    shape = [rest if n == -1 else n for n in sizes]
    most = min(len(shape), len(tensor))

    def is_kept(axis: Axis, size: int | None) -> bool:
        return axis.role == "batch" if size == 0 else axis.size == size is not None

    # The first and the last axes may stay. The axes between them are joined, or split.
    first = last = 0
    while first < most and is_kept(tensor[first], shape[first]):
        first += 1
    while first + last < most and is_kept(tensor[-1 - last], shape[-1 - last]):
        last += 1
    before, inside = tensor[first : len(tensor) - last], shape[first : len(shape) - last]
    axes = [Axis("F′", size or None, "features") for size in inside]
    if len(inside) == 1 and before:
        axes = [replace(flat(before), size=inside[0] or None)]
    return (*tensor[:first], *axes, *tensor[len(tensor) - last :])


OPERATIONS: dict[str, Callable[[Tensor, Numbers], Tensor]] = {
    **{"permute": _permuted, "select": _selected, "slice": _sliced, "flatten": _flattened},
    **{"squeeze": _squeezed, "unsqueeze": _unsqueezed, "view": _viewed, "reshape": _viewed},
    **dict.fromkeys(("mean", "sum", "max", "min"), _reduced),
}


class TorchOperation(TorchLayer, kind="torch.op"):
    """Selects, reorders, joins, adds or drops axes."""

    name: str = option("f", *OPERATIONS)
    numbers: Numbers = setting("n", (1, 0, 2), tuple_length=0)

    @property
    def keras(self) -> str:  # type: ignore[override]
        return f"x.{self.name}"

    @property
    def title(self) -> str:
        """The user's code, or else the same as a method: "out[:, -1]", "x.select(1, -1)"."""
        written = self.origin.call if self.origin else ""
        numbers = ", ".join(map(str, self.numbers))
        return written if 0 < len(written) <= 40 else f"{self.keras}({numbers})"

    def code(self) -> str:
        return self.title

    def tuple_message(self) -> str:
        is_index = self.name in ("select", "slice")
        return TEXTS["tuple index" if is_index else "tuple method"].format(name=self.name)

    def call(self, inputs: Inputs) -> Outputs:
        try:
            return Outputs((OPERATIONS[self.name](self.tensor(inputs), self.numbers),))
        except (ValueError, IndexError):  # The operation has other arguments.
            raise NotTraced.of("not known", name=self.title) from None


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
