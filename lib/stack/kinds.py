"""Every kind of layer that a stack may have, by its name in the address."""

from __future__ import annotations

from lib.stack.base import Layer
from lib.stack.plain import (
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling1D,
    Input,
    Masking,
    RepeatVector,
    TimeDistributed,
    Unpack,
)
from lib.stack.recurrent import GRU, LSTM, Bidirectional, SimpleRNN

KINDS: dict[str, type[Layer]] = {
    kind.kind: kind
    for kind in (
        Input,
        LSTM,
        GRU,
        SimpleRNN,
        Bidirectional,
        Dense,
        TimeDistributed,
        Dropout,
        RepeatVector,
        Flatten,
        Masking,
        GlobalAveragePooling1D,
        Unpack,
    )
}
"""In the order in which a menu offers them."""

MAX_LAYERS = 12
"""In a stack, the input among them."""

Stack = tuple[Layer, ...]
"""From the input up."""
