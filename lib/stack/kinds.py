"""Every kind of layer that a stack may have: the registry that menus, links and readers go by.

To add one, write its class beside its like, and put it here; tests/agreement/test_stack.py then
compares it with Keras's.
"""

from lib.stack.base import Layer
from lib.stack.each_step import ConvLSTM1D, TimeDistributed
from lib.stack.elementwise import (
    Activation,
    BatchNormalization,
    Dropout,
    GaussianNoise,
    LayerNormalization,
    LeakyReLU,
    Masking,
    ReLU,
    Softmax,
    SpatialDropout1D,
)
from lib.stack.joining import (
    Add,
    AdditiveAttention,
    Attention,
    Average,
    Concatenate,
    Dot,
    Maximum,
    Minimum,
    MultiHeadAttention,
    Multiply,
    Subtract,
)
from lib.stack.plain import Dense, Embedding, Input, Unpack, Unread
from lib.stack.recurrent import GRU, LSTM, Bidirectional, CellStack, SimpleRNN
from lib.stack.shaping import (
    Cropping1D,
    Flatten,
    Permute,
    RepeatVector,
    Reshape,
    UpSampling1D,
    ZeroPadding1D,
)
from lib.stack.windows import (
    AveragePooling1D,
    AveragePooling2D,
    Conv1D,
    Conv2D,
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GlobalMaxPooling1D,
    GlobalMaxPooling2D,
    MaxPooling1D,
    MaxPooling2D,
)

_INNER: tuple[type[Layer], ...] = (Unread,)
GROUPS: dict[str, tuple[type[Layer], ...]] = {
    "Recurrent": (LSTM, GRU, SimpleRNN, Bidirectional, CellStack, ConvLSTM1D),
    "Input and output": (Input, Embedding, Dense, TimeDistributed),
    "Shape": (RepeatVector, Flatten, Reshape, Permute, Unpack),
    "Along time": (
        Conv1D,
        MaxPooling1D,
        AveragePooling1D,
        GlobalMaxPooling1D,
        GlobalAveragePooling1D,
        UpSampling1D,
        ZeroPadding1D,
        Cropping1D,
    ),
    "Number by number": (
        Masking,
        Dropout,
        SpatialDropout1D,
        GaussianNoise,
        BatchNormalization,
        LayerNormalization,
        Activation,
        ReLU,
        LeakyReLU,
        Softmax,
    ),
    "Joining": (
        Concatenate,
        Add,
        Subtract,
        Multiply,
        Average,
        Maximum,
        Minimum,
        Dot,
        Attention,
        AdditiveAttention,
        MultiHeadAttention,
    ),
    "Pictures": (
        Conv2D,
        MaxPooling2D,
        AveragePooling2D,
        GlobalMaxPooling2D,
        GlobalAveragePooling2D,
    ),
}
"""As menus offer them, with what is found most often first."""
KINDS: dict[str, type[Layer]] = {
    kind.kind: kind for group in (*GROUPS.values(), _INNER) for kind in group
}
"""By name in the address."""
