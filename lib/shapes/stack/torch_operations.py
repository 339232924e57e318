"""PyTorch's operations without weights, such as x[:, -1], x.view(…), torch.cat and F.relu."""

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import zip_longest
from typing import Any

from lib.shapes.stack.base import Inputs, NotTraced, Outputs, ShapeError
from lib.shapes.stack.settings import option, setting
from lib.shapes.stack.tensors import (
    Axis,
    Tensor,
    Tensors,
    contiguous,
    drop_axis,
    one_letter,
    readable_shapes,
    with_axis,
)
from lib.shapes.stack.torch_layers import TEXTS, TorchLayer, refusal
from lib.shapes.stack.torch_views import Numbers, joined_axis, viewed

ACTIVATIONS = {
    "relu": "ReLU",
    "tanh": "Tanh",
    "sigmoid": "Sigmoid",
    "gelu": "GELU",
    "softmax": "Softmax",
    "log_softmax": "LogSoftmax",
}
UNCHANGED = (
    *ACTIVATIONS,
    "contiguous",
    "masked_fill",
    "pack_padded_sequence",
    "pad_packed_sequence",
)
_ONE = Axis("1", 1, "space")
_OF_SIZES = ("view", "reshape", "permute", "index")  # x.view(6, -1), x.view((6, -1))
_DIM: dict[str, Any] = {"dim": ()}
# Arguments in PyTorch's order, with their defaults. Other arguments don't change the shape.
_ARGUMENTS: dict[str, dict[str, Any]] = {
    "transpose": {"dim0": (), "dim1": ()},
    "flatten": {"start_dim": 0, "end_dim": -1},
    **dict.fromkeys(("squeeze", "unsqueeze", "softmax", "log_softmax"), _DIM),
    **dict.fromkeys(("mean", "sum", "max", "min"), _DIM | {"keepdim": False}),
    "cat": {"dim": 0},
}
_OTHER_ARGUMENTS = {"axis": "dim", "keepdims": "keepdim", "axis0": "dim0", "axis1": "dim1"}


def _indexed(tensor: Tensor, numbers: Numbers) -> Tensor:
    """Return one entry of an axis, x[:, -1] with (1, -1), or a range, x[:, 2:5] with (1, 2, 5)."""
    place, first, *others = numbers
    if place >= len(tensor):
        raise refusal("index", f"{place + 1} axes", tensor)
    size = tensor[place].size
    if others:
        size = None if size is None else len(range(size)[slice(first, *others)])
        return with_axis(tensor, place, replace(tensor[place], size=size, parts=()))
    if size is not None and not -size <= first < size:
        words = {"entry": first, "place": place, "size": size}
        raise refusal("entry", f"an entry from 0 to {size - 1}", tensor, **words)
    return drop_axis(tensor, place)


def _permuted(tensor: Tensor, dims: Numbers) -> Tensor:
    if len(dims) != len(tensor):
        raise refusal("permute of other axes", f"{len(tensor)} axes", tensor, count=len(dims))
    places = _places(dims, tensor)
    if len({*places}) < len(places):
        raise refusal("permute", "each axis once", tensor)
    axes = [replace(axis, memory=axis.memory or at) for at, axis in enumerate(tensor, start=1)]
    return tuple(axes[place] for place in places)


def _transposed(tensor: Tensor, dims: Numbers) -> Tensor:
    one, other = _places(dims, tensor)
    swapped = {one: other, other: one}
    return _permuted(tensor, tuple(swapped.get(at, at) for at in range(len(tensor))))


def _flattened(tensor: Tensor, dims: Numbers) -> Tensor:
    first, last = _places(dims, tensor)
    if first > last:
        raise refusal("flatten", "start_dim before end_dim", tensor)
    return (*tensor[:first], joined_axis(tensor[first : last + 1]), *tensor[last + 1 :])


def _squeezed(tensor: Tensor, dims: Numbers) -> Tensor:
    places = _places(dims or range(len(tensor)), tensor)
    return tuple(axis for at, axis in enumerate(tensor) if at not in places or axis.size != 1)


def _unsqueezed(tensor: Tensor, dims: Numbers) -> Tensor:
    (place,) = _places(dims, (*tensor, _ONE))
    return (*tensor[:place], _ONE, *tensor[place:])


def _unchanged(tensor: Tensor, dims: Numbers) -> Tensor:
    _places(dims, tensor)  # Softmax needs its axis.
    return tensor


def _reduced(tensor: Tensor, dims: Numbers) -> Tensor:
    """Return the axes that remain. With keepdim, `call` puts axes of size 1 in their places."""
    places = _places(dims or range(len(tensor)), tensor)
    return tuple(axis for at, axis in enumerate(tensor) if at not in places)


def _places(dims: Numbers | range, tensor: Tensor) -> list[int]:
    """Return the places of axes, counted from 0. Raises PyTorch's error for a missing axis."""
    count = len(tensor)
    for dim in dims:
        if dim not in range(-count, count):
            words = {"least": -count, "most": count - 1, "dim": dim}
            raise refusal("axis", f"an axis from 0 to {count - 1}", tensor, **words)
    return [dim % count for dim in dims]


def softmax_axis(layer: "TorchOperation", tensor: Tensor) -> Axis:
    """Return the axis of a softmax. Without `dim`, PyTorch takes axis 0 of 3 axes, 1 of 2 or 4."""
    dim, *_ = layer.numbers or (int(len(tensor) in (2, 4)),)
    return tensor[dim]


def _joined(tensors: Tensors, dims: Numbers) -> Tensor:
    first, *others = map(contiguous, tensors)
    (place,) = _places(dims, first)
    for number, tensor in enumerate(others, start=1):
        if len(tensor) != len(first):
            raise refusal("cat of ranks", "equal numbers of axes", first, tensor, other=len(tensor))
        for at, (a, b) in enumerate(zip(first, tensor, strict=True)):
            if at != place and a.size and b.size and a.size != b.size:
                words = {"place": place, "size": a.size, "given": b.size, "number": number}
                raise refusal("cat", f"size {a.size} in axis {at}", *tensors, **words)
    sizes = [tensor[place].size for tensor in tensors]
    size = None if None in sizes else sum(size or 0 for size in sizes)
    letter = one_letter([tensor[place].letter for tensor in tensors], "+")
    return with_axis(first, place, replace(first[place], letter=letter, size=size, parts=()))


def _broadcast(tensors: Tensors, dims: Numbers) -> Tensor:  # noqa: ARG001
    """Return the axes of a + b. They meet from the right, and a size of 1 fits any other."""
    axes, most = list[Axis](), max(map(len, tensors))
    for a, b in zip_longest(*(tensor[::-1] for tensor in tensors), fillvalue=_ONE):
        if a.size != b.size and not {a.size, b.size} & {1, None}:
            words = {"size": a.size, "given": b.size, "place": most - 1 - len(axes)}
            raise refusal("broadcast", "equal sizes, or 1", *tensors, **words)
        axes.append(b if a.size == 1 else a)
    output = tuple(axes[::-1])
    return output if output == tensors[0] else contiguous(output)


def _matrix_product(tensors: Tensors, dims: Numbers) -> Tensor:
    """(…, n, k) @ (…, k, m) → (…, n, m). A tensor with one axis has no n or no m."""
    first, second = map(contiguous, tensors)
    outer = _broadcast((first[:-2], second[:-2]), dims)
    size, given = first[-1].size, second[-2:][0].size
    if size != given and size and given:
        words = {"size": size, "given": given, "columns": second[-1].size}
        raise refusal(f"product {min(len(second), 3)}D", f"size {size} before @", *tensors, **words)
    return (*outer, *first[-2:-1], *(second[-1:] if len(second) > 1 else ()))


def _batch_product(tensors: Tensors, dims: Numbers) -> Tensor:
    for number, tensor in enumerate(tensors, start=1):
        if len(tensor) != 3:
            raise refusal(f"batch{number}", "3 axes", tensor)
    return _matrix_product(tensors, dims)


SIGNS = {"add": "+", "sub": "-", "mul": "*", "div": "/", "matmul": "@"}
OPERATIONS: dict[str, Callable[[Tensor, Numbers], Tensor]] = {
    "index": _indexed,
    "permute": _permuted,
    "transpose": _transposed,
    "flatten": _flattened,
    "squeeze": _squeezed,
    "unsqueeze": _unsqueezed,
    "view": viewed,
    "reshape": viewed,
    **dict.fromkeys(("mean", "sum", "max", "min"), _reduced),
    **dict.fromkeys((*UNCHANGED, *SIGNS, "pow"), _unchanged),  # x * 2 has one tensor
}
OF_SEVERAL: dict[str, Callable[[Tensors, Numbers], Tensor]] = {
    **dict.fromkeys(SIGNS, _broadcast),
    "cat": _joined,
    "matmul": _matrix_product,
    "bmm": _batch_product,
}


class TorchOperation(TorchLayer, kind="torch.op"):
    """An operation on tensors, without weights."""

    name: str = option("f", *OPERATIONS, *OF_SEVERAL)
    numbers: Numbers = setting("n", (0, -1), tuple_length=0)
    keepdim: bool = setting("keep", False)

    @property
    def keras(self) -> str:  # type: ignore[override]
        """The user's code, cut if it is long: "out[:, -1]", "….view(-1, 40)", "F.softmax(…)"."""
        written = self.origin.call if self.origin else ""
        if 0 < len(written) <= 40:
            return written
        match ast.parse(written).body:
            case [ast.Expr(ast.Call(func))]:
                name = ast.unparse(func)
                given = written.removeprefix(name)
                name = name if len(name) <= 24 else f"….{name.rpartition('.')[2]}"
                return name + (given if len(name + given) <= 40 else "(…)")
        numbers = "…" if written else ", ".join(map(str, self.numbers))
        return f"x[{numbers}]" if self.name == "index" else f"x.{self.name}({numbers})"

    def code(self) -> str:
        return self.title

    def tuple_message(self) -> str:
        row = "tuple index" if self.name == "index" else "tuple method"
        row = "tuple" if self.name in (*ACTIVATIONS, *OF_SEVERAL) else row
        row = "tuple sign" if self.name in SIGNS else row
        return TEXTS[row].format(name=self.name, sign=SIGNS.get(self.name))

    def call(self, inputs: Inputs) -> Outputs:
        several, tensors = OF_SEVERAL.get(self.name), inputs.tensors
        try:
            if several and (len(tensors) == 2 or self.name == "cat"):
                output = several(tensors, self.numbers)
            else:
                before = self.tensor(inputs)
                output = OPERATIONS[self.name](before, self.numbers)
            if self.keepdim:
                one = [replace(axis, letter="1", size=1, parts=()) for axis in before]
                output = tuple(a if a in output else b for a, b in zip(before, one, strict=True))
        except (LookupError, TypeError, ValueError):
            received = readable_shapes(tensors)
            raise ShapeError("axes and entries that exist", received, "", "run") from None
        if not output:  # a number without axes
            raise NotTraced.of("not known", name=self.title)
        return Outputs((output,))


def torch_operation(name: str, args: Sequence[Any], keywords: Mapping[str, Any]) -> Any:
    """Return the operation with these arguments; None if they aren't whole numbers."""
    given = {_OTHER_ARGUMENTS.get(key, key): value for key, value in keywords.items()}
    defaults = _ARGUMENTS.get(name, {})
    values = defaults | dict(zip(defaults, args, strict=False))
    values |= {key: value for key, value in given.items() if key in defaults}
    keepdim = values.pop("keepdim", False)
    numbers = list[Any]()
    for value in (*args, *given.values()) if name in _OF_SIZES else values.values():
        numbers += value if isinstance(value, (list, tuple)) else [value]
    are_known = all(type(number) is int for number in numbers)
    return TorchOperation(name, tuple(numbers), keepdim is True) if are_known else None
