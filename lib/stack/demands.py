"""What layers ask of the tensors that they get. Each raises ShapeError, with Keras's words."""

from __future__ import annotations

from lib.stack.base import Inputs, ShapeError, When
from lib.stack.tensors import Tensor, readable_shape, readable_shapes, sizes

SEQUENCE = "(N, T, F)"


def only_one(inputs: Inputs, refusal: str | None = None, *, when: When = "built") -> Tensor:
    """The one tensor that a layer gets. Of several most say the same, some their own `refusal`."""
    tensors = inputs.tensors
    if len(tensors) > 1:
        if refusal is None:
            usual = f'Layer "{inputs.name}" expects 1 input(s), but it received {len(tensors)}'
            refusal = f"{usual} input tensors."
        received = f"{len(tensors)} tensors, {readable_shapes(tensors)}"
        raise ShapeError("one tensor", received, refusal, when)
    return tensors[0]


def of_rank(inputs: Inputs, rank: int, meaning: str) -> Tensor:
    """The tensor that a layer gets, which must have `rank` axes."""
    tensor = only_one(inputs)
    if len(tensor) != rank:
        raise wrong_rank(
            tensor,
            f"{rank} axes, {meaning}",
            f"Input 0 with name 'None' of layer '{inputs.name}' is incompatible with the layer: "
            f"expected ndim={rank}, found ndim={len(tensor)}. "
            f"Full shape received: {sizes(tensor)}",
        )
    return tensor


def wrong_rank(tensor: Tensor, expected: str, message: str) -> ShapeError:
    """That a tensor has too many axes, or too few."""
    return ShapeError(expected, f"{len(tensor)} axes, {readable_shape(tensor)}", message)


def known_width(tensor: Tensor, columns: int) -> int:
    """The size of the last axis, for a kernel with `columns`; it may not be open."""
    width = tensor[-1].size
    if width is None:
        raise ShapeError(
            "a last axis of a known size, since the kernel has a row for each entry",
            f"{readable_shape(tensor)}, where it depends on the number of timesteps",
            "Shapes used to initialize variables must be fully-defined (no `None` dimensions). "
            f"Received: shape=(None, {columns})",
        )
    return width


def static_batch(tensor: Tensor) -> None:
    """That the number of samples is known."""
    if tensor[0].size is None:
        raise ShapeError(
            "a batch of a known size, since it keeps one state for each sample",
            readable_shape(tensor),
            "When using `stateful=True` in a RNN, the batch size must be static. "
            f"Found dynamic batch size: sequence.shape={sizes(tensor)}",
        )
