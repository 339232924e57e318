"""The shape of a tensor with a letter, a size and a role for each axis."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from math import prod
from typing import Literal

from lib.shapes.output import Shape, bracketed
from lib.text import joined

Role = Literal["batch", "time", "space", "features"]  # "space": rows and columns of an image


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis of a tensor."""

    letter: str  # "N", "T", "F", "U", or a combination: "2U", "T·U"
    size: int | None
    role: Role
    parts: tuple["Axis", ...] = ()  # the axes that PyTorch's x.view or x.flatten joined into this
    memory: int = field(default=0, compare=False)  # its place in memory; all 0 if in this order


Tensor = tuple[Axis, ...]
Tensors = tuple[Tensor, ...]  # the outputs of a layer: states and directions are extra tensors
_LONGEST = 40  # most letters of an axis: joining a tensor with itself doubles them


def shape_of(tensor: Tensor) -> Shape:
    """Return the shape as in Keras: (None, 12, 16)."""
    return tuple(axis.size for axis in tensor)


def shape_in_letters(tensor: Tensor) -> str:
    """Return the shape in letters: "(N, T, U)"."""
    return bracketed([axis.letter for axis in tensor])


def readable_shape(tensor: Tensor) -> str:
    """Return the shape in numbers, with a letter for each unknown size: "(N, 12, 16)"."""
    return bracketed([axis.letter if axis.size is None else f"{axis.size}" for axis in tensor])


def readable_shapes(tensors: Tensors) -> str:
    """Return the shapes of one tensor or several in numbers: "(N, 12, 16) and (N, 16)"."""
    return joined([readable_shape(tensor) for tensor in tensors])


def has_time(tensor: Tensor) -> bool:
    """Return whether the tensor has a time axis."""
    return any(axis.role == "time" for axis in tensor)


def widened(axis: Axis, letter: str, size: int) -> Axis:
    """Return the feature axis with a new letter and size."""
    return replace(axis, letter=letter, size=size, role="features", parts=())


def with_axis(tensor: Tensor, place: int, axis: Axis) -> Tensor:
    """Return the tensor with its axis at `place` replaced by `axis`."""
    return (*tensor[:place], axis, *tensor[place + 1 :])


def drop_axis(tensor: Tensor, place: int) -> Tensor:
    """Return the tensor without its axis at `place`."""
    return (*tensor[:place], *tensor[place + 1 :])


def contiguous(tensor: Tensor) -> Tensor:
    """Return the axes of a copy, which are in the order of memory."""
    return tuple(replace(axis, memory=0) for axis in tensor)


def axes_of(shape: Sequence[int | None], before: Sequence[Axis]) -> Iterator[Axis]:
    """Yield the axes of a sample shape. A size that occurs in `before` keeps its letter."""
    for place, size in enumerate(shape):
        is_last = place == len(shape) - 1
        same = [axis for axis in before if size is not None and axis.size == size]
        if same and (same[-1].role == "features") == is_last:
            yield same[-1]
        elif is_last:
            yield Axis("F′", size, "features")
        else:
            yield Axis("W′", size, "space") if place else Axis("T′", size, "time")


def factor(letter: str) -> str:
    """Return the letter of an axis as a factor, with parentheses around a sum: "(F+U)"."""
    return f"({letter})" if "+" in re.sub(r"\([^()]*\)", "", letter) else letter


def one_letter(letters: Iterable[str], sign: str) -> str:
    """Return joined letters of several axes, cut if long: "F+U", "F+F+F+F+F+F+F+F+F+F+…"."""
    text = sign.join(letters)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST // 2]}…"


def flat(axes: Tensor) -> Axis:
    """Return several axes joined into one: 12 steps of 16 units are 192 features."""
    known = [axis.size for axis in axes if axis.size is not None]
    size = prod(known) if len(known) == len(axes) else None
    letters = one_letter((factor(axis.letter) for axis in axes if axis.letter != "1"), "·")
    return Axis(letters or "1", size, "features")
