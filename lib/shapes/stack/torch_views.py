"""PyTorch's x.view and x.reshape: the axes that they join or cut, or mix up without an error."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import accumulate
from math import prod
from operator import mul
from typing import NamedTuple

from lib.shapes.stack.tensors import Axis, Role, Tensor, flat
from lib.shapes.stack.torch_layers import refusal

_N, _OPEN = 1_000_003, 998_244_353  # two primes: the batch size, and any other unknown size
_LETTERS: dict[Role, str] = {"batch": "N′", "time": "T′", "space": "W′", "features": "F′"}
Numbers = tuple[int, ...]


class _NewAxis(NamedTuple):
    size: int
    takes: Tensor  # the old axes that its numbers come from
    cuts: bool  # whether it takes only a part of one of them


def joined_axis(axes: Tensor) -> Axis:
    """Return one axis for several axes. A view can cut it into its `parts` again."""
    parts = _parts(tuple(axis for axis in axes if axis.letter != "1"))
    if len(parts) < 2:
        return (*parts, Axis("1", 1, "space"))[0]
    has_batch = any(axis.role == "batch" for axis in parts)
    return replace(flat(axes), role="batch" if has_batch else "features", parts=parts)


def viewed(tensor: Tensor, sizes: Numbers) -> Tensor:
    """Return a tensor of these sizes with the same numbers: 0 is N, -1 the remaining size."""
    new = [*_new_axes(tensor, sizes)]
    return tuple(
        _cut_axis(one, is_last=place == len(new)) if one.cuts else joined_axis(one.takes)
        for place, one in enumerate(new, start=1)
    )


def _cut_axis(new: _NewAxis, *, is_last: bool) -> Axis:
    """Return an axis with a part of others. It keeps the letter of an axis of the same size."""
    has_batch, size = (
        new.size % _N == 0,
        None if {new.size % _N, new.size % _OPEN} & {0} else new.size,
    )
    for axis in new.takes:
        if axis.size == size and (axis.role == "features") == is_last:
            return axis
    is_time = any(axis.role == "time" for axis in new.takes)
    role: Role = "features" if is_last else "batch" if has_batch else "time" if is_time else "space"
    return Axis("N" if new.size == _N else _LETTERS[role], size, role)


def _parts(tensor: Tensor) -> Tensor:
    return tuple(part for axis in tensor for part in axis.parts or (axis,))


def _new_axes(tensor: Tensor, sizes: Numbers) -> Iterator[_NewAxis]:
    """Yield the axes of a view. Raises PyTorch's error if its sizes don't fit."""
    old = _parts(tensor)
    opens = [_N if axis.role == "batch" else _OPEN for axis in old]
    counts = [
        prime if axis.size is None or (prime == _N and 0 in sizes) else axis.size
        for axis, prime in zip(old, opens, strict=True)
    ]
    total, known = prod(counts), prod(size or _N for size in sizes if size >= 0)
    if sizes.count(-1) > 1:
        raise refusal("two open sizes", "one -1 at most", tensor)
    if total % known if -1 in sizes else total != known:
        if _OPEN in counts:  # The sizes may fit.
            yield from (_NewAxis(_OPEN if n < 0 else n or _N, (), cuts=True) for n in sizes)
            return
        written = ", ".join(f"{size or 'N'}" for size in sizes)
        number = "…" if total % _N == 0 else f"{total}"
        raise refusal("view", f"sizes for {number} numbers", tensor, target=written, number=number)
    ends, start = [*accumulate(counts, mul, initial=1)], 1
    for size in (total // known if size < 0 else size or _N for size in sizes):
        stop = start * size
        spans = zip(old, ends, ends[1:], strict=False)
        takes = tuple(axis for axis, a, b in spans if max(start, a) < min(stop, b))
        yield _NewAxis(size, takes, not {start, stop} <= {*ends})
        start = stop


def scramble(tensor: Tensor, sizes: Numbers) -> str:
    """Return the name of the note if a view mixes up axes without an error, else ""."""
    for place, new in enumerate(_new_axes(tensor, sizes)):
        roles, counts = [axis.role for axis in new.takes], [axis.size or 1 for axis in new.takes]
        if not new.cuts or len(roles) < 2:
            continue
        if "batch" in roles:
            if place or roles[0] != "batch" or new.size % _N:
                return "mixed samples"
        # Windows of whole timesteps stay in order: (N, 12, 3) as (N, 6, 6).
        elif roles != ["time", "features"] or new.size % counts[1] or new.size == counts[0]:
            return "mixed axes"
    return ""
