"""PyTorch's x.view and x.reshape: the axes that they join or cut, or mix up without an error."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import accumulate, pairwise
from math import prod
from operator import mul

from lib.shapes.stack.tensors import Axis, Role, Tensor, flat
from lib.shapes.stack.torch_layers import refusal

_N, _OPEN = 1_000_003, 998_244_353  # two primes: the batch size, and any other unknown size
_LETTERS: dict[Role, str] = {"batch": "N′", "time": "T′", "space": "W′", "features": "F′"}
Numbers = tuple[int, ...]
NewAxis = tuple[int, Tensor, bool]  # its size, the old axes that it takes, whether it cuts one


def joined_axis(axes: Tensor) -> Axis:
    """Return one axis for several axes. A view can cut it into its `parts` again."""
    parts = _parts(tuple(axis for axis in axes if axis.letter != "1"))
    if len(parts) < 2:
        return (*parts, Axis("1", 1, "space"))[0]
    has_batch = any(axis.role == "batch" for axis in parts)
    return replace(flat(axes), role="batch" if has_batch else "features", parts=parts)


def viewed(tensor: Tensor, sizes: Numbers) -> Tensor:
    """Return a tensor of these sizes with the same numbers: 0 is N, -1 the remaining size."""
    axes = list[Axis]()
    for size, takes, cuts in _new_axes(tensor, sizes):
        places = [axis.memory for axis in takes if axis.size != 1]
        if any(b - a != 1 for a, b in pairwise(places)):
            raise refusal("view of memory", "axes in the order of memory", tensor)
        is_last = len(axes) == len(sizes) - 1
        axis = _part(size, takes, is_last=is_last) if cuts else joined_axis(takes)
        axes.append(replace(axis, memory=(*places, 0)[0]))
    return tuple(axes)


def _part(size: int, takes: Tensor, *, is_last: bool) -> Axis:
    """Return an axis that cuts others. It keeps the letter of an axis of the same size."""
    known = size if size % _N and size % _OPEN else None
    for axis in takes:
        if axis.size == known and (axis.role == "features") == is_last:
            return axis
    role: Role = "time" if any(axis.role == "time" for axis in takes) else "space"
    role = "features" if is_last else role if size % _N else "batch"
    return Axis("N" if size == _N else _LETTERS[role], known, role)


def _parts(tensor: Tensor) -> Tensor:
    """Return the axes that were joined, with their places in memory. Size 1 has no place."""
    parts = [replace(part, memory=axis.memory) for axis in tensor for part in axis.parts or (axis,)]
    wide = [at for at, part in enumerate(parts) if part.size != 1]
    order = {at: n for n, at in enumerate(sorted(wide, key=lambda at: parts[at].memory), start=1)}
    return tuple(replace(part, memory=order.get(at, 0)) for at, part in enumerate(parts))


def _new_axes(tensor: Tensor, sizes: Numbers) -> Iterator[NewAxis]:
    """Yield the axes of a view. Raises PyTorch's error if its sizes don't fit."""
    counts = list[int]()
    for axis in _parts(tensor):
        is_open = axis.size is None or (axis.role == "batch" and 0 in sizes)
        counts.append((_N if axis.role == "batch" else _OPEN) if is_open else axis.size or 1)
    total, known = prod(counts), prod(size or _N for size in sizes if size >= 0)
    if sizes.count(-1) > 1:
        raise refusal("two open sizes", "one -1 at most", tensor)
    if total % known if -1 in sizes else total != known:
        if _OPEN in counts:  # The sizes may fit.
            yield from ((_OPEN if n < 0 else n or _N, (), True) for n in sizes)
            return
        written = ", ".join(f"{size or 'N'}" for size in sizes)
        number = f"{total}" if total % _N else "…"
        raise refusal("view", f"sizes for {number} numbers", tensor, target=written, number=number)
    ends, start = [*accumulate(counts, mul, initial=1)], 1
    for size in (total // known if n < 0 else n or _N for n in sizes):
        stop = start * size
        spans = zip(_parts(tensor), ends, ends[1:], strict=False)
        takes = tuple(axis for axis, a, b in spans if max(start, a) < min(stop, b))
        yield size, takes, not {start, stop} <= {*ends}
        start = stop


def scramble(tensor: Tensor, sizes: Numbers) -> str:
    """Return the name of the note if a view mixes up axes without an error, else ""."""
    for place, (size, takes, cuts) in enumerate(_new_axes(tensor, sizes)):
        roles = [axis.role for axis in takes]
        if not cuts or len(roles) < 2:
            continue
        if "batch" in roles:
            if place or roles[0] != "batch" or size % _N:
                return "mixed samples"
        # Windows of whole timesteps stay in order: (N, 12, 3) as (N, 6, 6).
        elif roles != ["time", "features"] or size % (takes[1].size or 1) or size == takes[0].size:
            return "mixed axes"
    return ""
