"""Which layer a row of a summary is: told from its class, its shapes and its parameters alone.

What the row doesn't say is tried in turn, what is usual first; the first layer that gives its
shapes and its parameters is it. What changes neither, such as an activation, stays as it comes.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from itertools import permutations, product
from math import isqrt
from typing import Any, NamedTuple

from lib.shapes import Shape
from lib.stack.base import Inputs, Layer, Outputs, Ref, ShapeError
from lib.stack.each_step import TimeDistributed
from lib.stack.making import MAKES, made
from lib.stack.plain import Input, Unread
from lib.stack.read.building import first
from lib.stack.read.reading import ModelError
from lib.stack.recurrent import Recurrent
from lib.stack.shaping import grouped
from lib.stack.tensors import Tensors, sizes

Guess = tuple[Any, ...] | dict[str, Any]
"""The arguments of a layer, by place or by name."""
_CELLS = ("LSTM", "GRU", "SimpleRNN")
_INSIDE = {
    True: ("Dense", "Conv1D", "Conv2D", "BatchNormalization", "LSTM"),
    False: (
        *("Flatten", "MaxPooling1D", "GlobalMaxPooling1D", "MaxPooling2D", "GlobalMaxPooling2D"),
        *("Dropout", "RepeatVector", "Reshape"),
    ),
}
"""What stands inside TimeDistributed, which a summary doesn't say: by whether it learns."""
_KERNELS = (3, 5, 2, 7, 4, 1, 8, 9, 10)
_STRIDES = range(1, 9)
_GAPS = (2, 4, 8, 16, 32)
_POOLS = [*product(("Max", "Average"), (1, 2))]
_NO_BIAS: tuple[dict[str, Any], ...] = ({}, {"use_bias": False})
_PARTS: tuple[dict[str, Any], ...] = (
    {},
    {"scale": False},
    {"center": False},
    {"center": False, "scale": False},
)
_ORDERS = [order for rank in (2, 3, 4) for order in permutations(range(1, rank + 1))][::-1]


class Taken(NamedTuple):
    """A tensor that a row is connected to."""

    name: str
    """Of the layer that gives it, or the beginning of it."""
    call: int
    output: int | None
    """Which of what that gives; None where the column is too narrow to say."""


@dataclass(frozen=True, slots=True)
class Row:
    """What a summary says of a layer."""

    name: str
    called: str
    """The class, or its beginning where the column is too narrow."""
    shapes: tuple[Shape, ...]
    """Of what comes out, as far as they are told."""
    parameters: int | None
    several: bool = False
    """Whether more than one tensor comes out."""
    taken: tuple[Taken, ...] = ()
    line: int = 0
    depth: int = 0
    """In an inner model it is larger than that of the model's own row."""

    @property
    def shape(self) -> Shape:
        """Of the first tensor; that of any sequence where it isn't told."""
        return self.shapes[0] if self.shapes else (None, None, None)

    def classes(self) -> list[str]:
        """Keras's layers that it may be, by what there is of the name."""
        if self.called in MAKES:
            return [self.called]
        return sorted(name for name in MAKES if self.called and name.startswith(self.called))


@dataclass(frozen=True, slots=True)
class Fit:
    """A layer, and how well it fits a row."""

    layer: Layer
    outputs: Outputs
    score: int
    """2 for the shapes, and 1 for the parameters."""


def fit(row: Row, tensors: Tensors, states: Tensors, left: Iterator[int]) -> Fit | None:
    """The layer that fits best, called on these; None where each breaks.

    One is taken of what is `left` for each try.
    """
    best = None
    for _, layer in zip(left, _layers(row, tensors), strict=False):
        found = fit_of(row, layer, tensors, states)
        if found is not None and (best is None or found.score > best.score):
            best = found
            if best.score == 3:
                break
    return best


def first_fit(row: Row, left: Iterator[int]) -> tuple[Input, Fit] | None:
    """The Input of a model whose first row is this, and that row's layer; None where none fits."""
    for rank in (3, 2, 4, 5):
        along = row.shape[1:-1] if len(row.shape) == rank else (None,) * (rank - 2)
        if "Embedding" in row.classes():
            rank, along = 2, ()  # noqa: PLW2901
        for _, layer in zip(left, _layers(row, ()), strict=False):
            for last in _widths(row, layer, along):
                try:
                    given = first((row.shape[0], *along, last))
                except ModelError:
                    continue
                found = fit_of(row, layer, (given.axes(),), ())
                if found is not None and found.score == 3:
                    return given, found
    return None


def _widths(row: Row, layer: Layer, along: Shape) -> Iterator[int | None]:
    """How many features give the row's parameters, which grow evenly with them; else its own."""
    counts = []
    for width in (1, 2):
        given = first((row.shape[0], *[size or 99 for size in along], width))
        with suppress(ShapeError):
            layer.check()
            counts.append(layer.call(Inputs((given.axes(),), (), "", "", row.name)).parameters)
    if row.parameters is not None and len(counts) == 2 and counts[0] != counts[1]:
        more, rest = divmod(row.parameters - counts[0], counts[1] - counts[0])
        if rest == 0:
            yield 1 + more
    else:
        yield from (row.shape[-1], row.shape[1])


def fit_of(row: Row, layer: Layer, tensors: Tensors, states: Tensors) -> Fit | None:
    """How well a layer fits, called on these; None where it breaks."""
    tried = layer
    if isinstance(layer, Recurrent):
        tried = replace(layer, states=(Ref(0),) * len(states))
    elif states:
        return None
    try:
        tried.check()
        outputs = tried.call(Inputs(tensors, states, "", "", row.name))
    except ShapeError:
        return None
    shapes = tuple(map(sizes, outputs.tensors))
    same = shapes[: len(row.shapes)] == row.shapes and (len(shapes) > 1) == row.several
    score = 2 * (same or not row.shapes) + (row.parameters in (None, outputs.parameters))
    return Fit(layer, outputs, score)


def _layers(row: Row, tensors: Tensors) -> Iterator[Layer]:
    """The layers that it may be, most usual first."""
    for name in row.classes():
        if name == "TimeDistributed":
            yield from _each_step(row, tensors)
        elif name == "Bidirectional":
            yield from _both_ways(row)
        else:
            for guess in _guesses(name, row, tensors):
                args, keywords = ((), guess) if isinstance(guess, dict) else (guess, {})
                layer = made(name, args, keywords)
                if not isinstance(layer, Unread):
                    yield layer


def _each_step(row: Row, tensors: Tensors) -> Iterator[Layer]:
    inside = tuple(grouped(tensor) for tensor in tensors if len(tensor) > 2)
    shape = row.shape[:1] + row.shape[2:]
    for name in _INSIDE[bool(row.parameters)] if len(shape) > 1 else ():
        for layer in _layers(replace(row, called=name, shapes=(shape,)), inside):
            yield TimeDistributed(layer)


def _both_ways(row: Row) -> Iterator[Layer]:
    width, flags = row.shape[-1] or 0, {"return_sequences": len(row.shape) == 3}
    for (merge, units), cell, states in product(
        (("concat", width // 2), ("sum", width), (None, width)),
        _CELLS,
        (False, True) if row.several else (False,),
    ):
        for more in _biases(cell):
            one = made(cell, (units,), flags | {"return_state": states} | more)
            layer = made("Bidirectional", (one,), {"merge_mode": merge})
            if not isinstance(layer, Unread):
                yield layer


def _biases(cell: str) -> tuple[dict[str, Any], ...]:
    before = {"reset_after": False}
    return ({}, before, {"use_bias": False}) if cell == "GRU" else _NO_BIAS


def _guesses(name: str, row: Row, tensors: Tensors) -> Iterable[Guess]:
    """The arguments that a layer of this class may have."""
    given: Shape = sizes(tensors[0]) if tensors else ()
    if name in _BY_CLASS:
        return _BY_CLASS[name](row, given)
    return _ALWAYS.get(name, ({},))


def _recurrent(row: Row, given: Shape, cell: str) -> Iterator[Guess]:  # noqa: ARG001
    flags = {"return_sequences": len(row.shape) == 3, "return_state": row.several}
    for more in _biases(cell):
        yield {"units": row.shape[-1]} | flags | more


def _of_cells(row: Row, given: Shape) -> Iterator[Guess]:  # noqa: ARG001
    width = row.shape[-1] or 1
    for cell, below in product(_CELLS, ((), (1,), (1, 1), (2,), (4,), (4, 2), (1, 1, 1))):
        cells = [made(f"{cell}Cell", (width * times,)) for times in (*below, 1)]
        yield {"cell": cells, "return_sequences": len(row.shape) == 3}


def _embedding(row: Row, given: Shape) -> Iterator[Guess]:  # noqa: ARG001
    width = row.shape[-1] or 1
    yield (row.parameters or 0) // width, width


def _convolution(row: Row, given: Shape, axes: int = 1, gates: int = 1) -> Iterator[Guess]:
    filters = row.shape[-1] or 1
    channels = ((given[-1] or 0) if given else 0) + filters * (gates > 1)
    usual: dict[str, Any] = {"filters": filters, "kernel_size": 3, "padding": "same"}
    if gates > 1:
        usual |= {"return_sequences": len(row.shape) == 3 + axes, "return_state": row.several}
    for bias in (True, False):
        each, rest = divmod(row.parameters or 0, filters * gates)
        area = (each - bias) // channels if channels else 0
        size = isqrt(area) if axes == 2 else area
        exact = rest == 0 and size**axes * channels == each - bias and size > 0
        kernels = (size,) * exact if given else _KERNELS
        for kernel, padding in product(kernels, ("valid", "same")):
            for stride in _STRIDES if given else (1,):
                ways = {"kernel_size": kernel, "padding": padding, "strides": stride}
                yield usual | ways | {"use_bias": bias}
        for kernel, gap in product(kernels if given and gates == 1 else (), _GAPS):
            ways = {"kernel_size": kernel, "padding": "valid", "dilation_rate": gap}
            yield usual | ways | {"use_bias": bias}
    yield usual
    yield usual | {"padding": "valid"}


def _pooling(row: Row, given: Shape) -> Iterator[Guess]:
    before, after = (given[1] if given else None) or 0, row.shape[1] or 0
    shrunk = before // after if after else 2
    for size, strides, padding in product(
        (shrunk, shrunk + 1, 2, 3, before - after + 1), (None, 1, 2, 3), ("valid", "same")
    ):
        if size > 0:
            yield {"pool_size": size, "strides": strides, "padding": padding}


def _longer(row: Row, given: Shape) -> Iterator[Guess]:
    before, after = (given[1] if given else None) or 1, row.shape[1] or 2
    yield (max(after // before, 1),)


def _ends(row: Row, given: Shape) -> Iterator[Guess]:
    before, after = (given[1] if given else None) or 0, row.shape[1] or 0
    more = abs(after - before) if before and after else 2
    yield ((more // 2, more - more // 2),)


def _target(row: Row, given: Shape) -> Iterator[Guess]:  # noqa: ARG001
    yield (tuple(-1 if size is None else size for size in row.shape[1:]),)


def _repeated(row: Row, given: Shape) -> Iterator[Guess]:  # noqa: ARG001
    yield (row.shape[1],)


def _heads(row: Row, given: Shape) -> Iterator[Guess]:
    width = (given[-1] if given else None) or 1
    for bias in (True, False):
        learned = (row.parameters or 0) - width * bias
        both = learned // (3 * (width + bias) + width)
        for heads in (8, 4, 2, 1):
            if both and both % heads == 0:
                yield {"num_heads": heads, "key_dim": both // heads, "use_bias": bias}


_BY_CLASS: dict[str, Callable[[Row, Shape], Iterator[Guess]]] = {
    **{cell: partial(_recurrent, cell=cell) for cell in _CELLS},
    "RNN": _of_cells,
    "Dense": lambda row, _: ({"units": row.shape[-1]} | more for more in _NO_BIAS),
    "Embedding": _embedding,
    "Conv1D": _convolution,
    "Conv2D": partial(_convolution, axes=2),
    "ConvLSTM1D": partial(_convolution, gates=4),
    "ConvLSTM2D": partial(_convolution, axes=2, gates=4),
    "Conv1DTranspose": _convolution,
    **dict.fromkeys((f"{what}Pooling{axes}D" for what, axes in _POOLS), _pooling),
    "UpSampling1D": _longer,
    "ZeroPadding1D": _ends,
    "Cropping1D": _ends,
    "Reshape": _target,
    "RepeatVector": _repeated,
    "MultiHeadAttention": _heads,
}
_ALWAYS: dict[str, tuple[Guess, ...]] = {
    "Dropout": ((0.2,),),
    "SpatialDropout1D": ((0.2,),),
    "GaussianNoise": ((0.1,),),
    "Activation": (("linear",),),
    "BatchNormalization": _PARTS,
    "LayerNormalization": _PARTS,
    "Attention": ({}, {"use_scale": True}),
    "AdditiveAttention": ({}, {"use_scale": False}),
    "Concatenate": ((-1,), (1,), (2,)),
    "Dot": tuple((axes,) for axes in ((2, 2), (1, 1), (2, 1), (1, 2), (3, 2), (2, 3), (3, 3))),
    "Permute": tuple((order,) for order in _ORDERS),
    **{f"Global{what}Pooling{axes}D": ({}, {"keepdims": True}) for what, axes in _POOLS},
}
