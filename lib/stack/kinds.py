"""Every kind of layer that a stack may have, by its name in the address."""

from lib.stack import plain, recurrent
from lib.stack.base import Layer

_LAYERS: tuple[type[Layer], ...] = (
    plain.Input,
    *recurrent.LAYER_OF_CELL.values(),
    recurrent.Bidirectional,
    plain.Dense,
    plain.TimeDistributed,
    plain.Dropout,
    plain.RepeatVector,
    plain.Flatten,
    plain.Masking,
    plain.GlobalAveragePooling1D,
    plain.Unpack,
)
KINDS = {layer.kind: layer for layer in _LAYERS}
"""In the order in which a menu offers them."""

MAX_LAYERS = 12
"""In a stack, the input among them."""

Stack = tuple[Layer, ...]
"""From the input up."""


def put(stack: Stack, place: int, *layers: Layer) -> Stack:
    """The stack with these layers, or none, in the place of one."""
    return (*stack[:place], *layers, *stack[place + 1 :])
