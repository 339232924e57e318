"""PyTorch's operations without weights, such as x[:, -1], x.view(…), torch.cat and F.relu."""

from collections.abc import Callable
from dataclasses import replace
from math import prod

from lib.shapes.stack.base import Inputs, NotTraced, Outputs, ShapeError
from lib.shapes.stack.settings import option, setting
from lib.shapes.stack.tensors import (
    Axis,
    Tensor,
    Tensors,
    axes_of,
    drop_axis,
    flat,
    one_letter,
    readable_shapes,
    with_axis,
)
from lib.shapes.stack.torch_layers import TEXTS, TorchLayer, refusal

ACTIVATIONS = {"relu": "ReLU", "tanh": "Tanh", "sigmoid": "Sigmoid", "gelu": "GELU"}
ACTIVATIONS |= {"softmax": "Softmax", "log_softmax": "LogSoftmax"}
UNCHANGED = (*ACTIVATIONS, "pack_padded_sequence", "pad_packed_sequence")  # keep the shape
Numbers = tuple[int, ...]


def _indexed(tensor: Tensor, numbers: Numbers) -> Tensor:
    """Return one entry of an axis, x[:, -1] with (1, -1), or a range, x[:, 2:5] with (1, 2, 5)."""
    place, *ends = numbers
    if place >= len(tensor):
        raise refusal("index", f"{place + 1} axes", tensor)
    axis = tensor[place]
    entries = None if axis.size is None else range(axis.size)
    if len(ends) == 1:
        _ = entries and entries[ends[0]]  # raises IndexError
        return drop_axis(tensor, place)
    size = None if entries is None else len(entries[slice(*ends)])
    return with_axis(tensor, place, replace(axis, size=size))


def _permuted(tensor: Tensor, dims: Numbers) -> Tensor:
    if len(dims) != len(tensor):
        raise IndexError
    return tuple(tensor[dim] for dim in dims)


def _transposed(tensor: Tensor, dims: Numbers) -> Tensor:
    one, other = _places(dims, tensor)
    return with_axis(with_axis(tensor, one, tensor[other]), other, tensor[one])


def _flattened(tensor: Tensor, dims: Numbers) -> Tensor:
    first, last = _places(dims, tensor)
    joined = tensor[first : last + 1]
    return (*tensor[:first], flat(joined), *tensor[last + 1 :]) if joined[1:] else tensor


def _squeezed(tensor: Tensor, dims: Numbers) -> Tensor:
    places = _places(dims or range(len(tensor)), tensor)
    return tuple(axis for at, axis in enumerate(tensor) if at not in places or axis.size != 1)


def _unsqueezed(tensor: Tensor, dims: Numbers) -> Tensor:
    one = Axis("1", 1, "space")
    (place,) = _places(dims, (*tensor, one))
    return (*tensor[:place], one, *tensor[place:])


def _unchanged(tensor: Tensor, dims: Numbers) -> Tensor:
    _places(dims, tensor)  # Softmax needs its axis.
    return tensor


def _reduced(tensor: Tensor, dims: Numbers) -> Tensor:
    places = _places(dims, tensor)
    return tuple(axis for at, axis in enumerate(tensor) if at not in places)


def _places(dims: Numbers | range, tensor: Tensor) -> list[int]:
    """Return the places of axes, counted from 0. Raises IndexError if there is no such axis."""
    return [range(len(tensor))[dim] for dim in dims]


def _viewed(tensor: Tensor, sizes: Numbers) -> Tensor:
    """Return a tensor of these sizes with the same numbers: 0 is N, -1 the remaining size."""
    sample = tuple(axis for axis in tensor if axis.role != "batch" or 0 not in sizes)
    count, known = flat(sample).size, prod(size for size in sizes if size > 0)
    if count is not None and (count % known if -1 in sizes else count != known):
        words = {"target": ", ".join(f"{size or '…'}" for size in sizes)}
        words["number"] = "…" if 0 in sizes else f"{count}"
        raise refusal("view", f"{known} numbers", tensor, **words)
    rest = None if count is None else count // known
    shape = [{0: None, -1: rest}.get(size, size) for size in sizes]
    axes = [*axes_of(shape, sample)]
    for place, size in enumerate(sizes):
        if size == 0:
            axes[place] = next(axis for axis in tensor if axis.role == "batch")
        elif len(sizes) - sizes.count(0) == 1:
            axes[place] = flat(sample)
        elif shape[place] is None:  # The samples are joined with another axis.
            axes[place] = Axis("N′", None, "batch")
    return tuple(axes)


OPERATIONS: dict[str, Callable[[Tensor, Numbers], Tensor]] = {
    **{"index": _indexed, "permute": _permuted, "transpose": _transposed, "flatten": _flattened},
    **{"squeeze": _squeezed, "unsqueeze": _unsqueezed, "view": _viewed, "reshape": _viewed},
    **dict.fromkeys(("mean", "sum", "max", "min"), _reduced),
    **dict.fromkeys(UNCHANGED, _unchanged),
}


class TorchOperation(TorchLayer, kind="torch.op"):
    """An operation on tensors, without weights."""

    name: str = option("f", *OPERATIONS, "cat")
    numbers: Numbers = setting("n", (0, -1), tuple_length=0)

    @property
    def keras(self) -> str:  # type: ignore[override]
        """The user's code, or else the same as a method: "out[:, -1]", "x.view(0, -1)"."""
        written = self.origin.call if self.origin else ""
        numbers = ", ".join(map(str, self.numbers))
        return written if 0 < len(written) <= 40 else f"x.{self.name}({numbers})"

    def code(self) -> str:
        return self.title

    def tuple_message(self) -> str:
        if self.name in ACTIVATIONS:
            return TEXTS["tuple"].format(name=self.name)
        return TEXTS["tuple index" if self.name == "index" else "tuple method"].format(
            name=self.name
        )

    def call(self, inputs: Inputs) -> Outputs:
        try:
            if self.name == "cat":
                output = _joined(inputs.tensors, *self.numbers)
            else:
                output = OPERATIONS[self.name](self.tensor(inputs), self.numbers)
        except (IndexError, StopIteration, TypeError, ValueError):
            received = readable_shapes(inputs.tensors)
            raise ShapeError("axes and entries that exist", received, "", "run") from None
        if not output:  # a number without axes
            raise NotTraced.of("not known", name=self.title)
        return Outputs((output,))


def _joined(tensors: Tensors, dim: int) -> Tensor:
    first, *others = tensors
    (place,) = _places((dim,), first)
    for number, tensor in enumerate(others, start=1):
        for at, (a, b) in enumerate(zip(first, tensor, strict=True)):
            if at != place and a.size and b.size and a.size != b.size:
                words = {"place": place, "size": a.size, "given": b.size, "number": number}
                raise refusal("cat", f"size {a.size} in axis {at}", *tensors, **words)
    sizes = [tensor[place].size for tensor in tensors]
    size = None if None in sizes else sum(size or 0 for size in sizes)
    letter = one_letter([tensor[place].letter for tensor in tensors], "+")
    return with_axis(first, place, replace(first[place], letter=letter, size=size))
