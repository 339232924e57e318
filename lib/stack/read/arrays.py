"""Arrays of code that is read: their shapes, where the code tells them. There are no numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

from lib.stack.making import UNKNOWN

_SHAPE_AT = {
    "zeros": 0,
    "ones": 0,
    "empty": 0,
    "full": 0,
    "random": 0,
    "random_sample": 0,
    "standard_normal": 0,
    "choice": 1,
    "normal": 2,
    "uniform": 2,
    "randint": 2,
    "integers": 2,
}
"""Which argument of what makes an array is its shape, where that isn't named."""
_KEEP = ("astype", "copy", "asarray", "array", "constant", "convert_to_tensor", "zeros_like")


@dataclass(frozen=True, slots=True, eq=False)
class Array:
    """An array, of which only the shape is known: whole numbers, and UNKNOWN."""

    shape: tuple[Any, ...]

    def at(self, index: Any) -> Any:
        """What is left of it by an index: X[:100], X[:, -1]. UNKNOWN where that can't be told."""
        indices = list(index) if isinstance(index, tuple) else [index]
        axes, rest = [], list(self.shape)
        for one in indices:
            if one is None:
                axes.append(1)
            elif one is ... or not rest:
                break
            elif isinstance(one, slice):
                axes.append(_length(rest.pop(0), one))
            elif isinstance(one, int):
                rest.pop(0)
            else:
                return UNKNOWN
        if ... in indices[:-1]:
            return UNKNOWN
        return Array((*axes, *rest))

    def method(self, name: str, args: Sequence[Any]) -> Any:
        """What a method of it gives: X.reshape(-1, 12, 3)."""
        if name == "reshape":
            return self.reshaped(args[0] if len(args) == 1 else tuple(args))
        return self if name in _KEEP else UNKNOWN

    def reshaped(self, shape: Any) -> Any:
        """The same numbers in another shape, where -1 is what is left."""
        sizes = tuple(shape) if isinstance(shape, (list, tuple)) else (shape,)
        sizes = tuple(_whole(size) for size in sizes)
        if -1 not in sizes:
            return Array(sizes)
        known = [size for size in (*self.shape, *sizes) if isinstance(size, int)]
        left: Any = UNKNOWN
        if len(known) == len(self.shape) + len(sizes) and (others := -prod(sizes)):
            left = prod(self.shape) // others
        return Array(tuple(left if size == -1 else size for size in sizes))


def _whole(size: Any) -> Any:
    return size if isinstance(size, int) else UNKNOWN


def _length(size: Any, part: slice) -> Any:
    """How long a part of an axis is."""
    if not isinstance(size, int):
        return UNKNOWN
    try:
        return len(range(size)[part])
    except (TypeError, ValueError):  # a bound that isn't known
        return UNKNOWN


def combined(one: Any, other: Any) -> Any:
    """What arithmetic of arrays, or of one and a number, gives."""
    arrays = [each for each in (one, other) if isinstance(each, Array)]
    numbers = [each for each in (one, other) if isinstance(each, (int, float))]
    if len(arrays) + len(numbers) < 2:
        return UNKNOWN
    longest = max(arrays, key=lambda array: len(array.shape))
    same = all(array.shape == longest.shape for array in arrays)
    return longest if same else UNKNOWN


def created(name: str, args: Sequence[Any], keywords: Mapping[str, Any], library: str) -> Any:
    """What a function of NumPy or TensorFlow gives; UNKNOWN where it is no array of a told shape.

    Args:
        name: of the function, without its module.
        args: what it is called with, plain values and arrays.
        keywords: the same by name.
        library: "numpy", "tensorflow", or another, whose shapes come first.
    """
    first: Any = args[0] if args else UNKNOWN
    shape: Any = UNKNOWN
    if name in ("rand", "randn"):
        shape = tuple(args)
    elif name in _SHAPE_AT:
        at = _SHAPE_AT[name] if library == "numpy" else 0
        positional = args[at] if len(args) > at else UNKNOWN
        shape = keywords.get("size", keywords.get("shape", positional))
    elif name in ("arange", "range") and len(args) == 1:
        shape = first
    elif name == "pad_sequences":
        shape = (UNKNOWN, keywords.get("maxlen", args[1] if len(args) > 1 else UNKNOWN))
    elif isinstance(first, Array):
        return _changed(first, name, args, keywords)
    elif name in _KEEP and isinstance(first, (list, tuple)):
        shape = _nested(first)
    if isinstance(shape, int):
        shape = (shape,)
    if not isinstance(shape, (list, tuple)) or not shape:
        return UNKNOWN
    return Array(tuple(_whole(size) for size in shape))


def _changed(array: Array, name: str, args: Sequence[Any], keywords: Mapping[str, Any]) -> Any:
    """What a function makes of an array."""
    second = args[1] if len(args) > 1 else UNKNOWN
    if name == "to_categorical":
        classes = keywords.get("num_classes", second)
        kept = array.shape[:-1] if array.shape[-1:] == (1,) else array.shape
        return Array((*kept, _whole(classes)))
    if name == "expand_dims":
        axis = keywords.get("axis", second)
        if not isinstance(axis, int) or not -len(array.shape) - 2 < axis <= len(array.shape):
            return UNKNOWN
        at = axis if axis >= 0 else len(array.shape) + 1 + axis
        return Array((*array.shape[:at], 1, *array.shape[at:]))
    if name == "train_test_split":
        parts = [Array((UNKNOWN, *one.shape[1:])) for one in args if isinstance(one, Array)]
        return [part for part in parts for _ in range(2)]
    if name == "reshape":
        return array.reshaped(second)
    return array if name in _KEEP else UNKNOWN


def _nested(value: Any) -> tuple[int, ...]:
    """The shape of lists within lists, as the first ones have it."""
    shape: list[int] = []
    while isinstance(value, (list, tuple)) and value and len(shape) < 8:
        shape.append(len(value))
        value = value[0]
    return tuple(shape)
