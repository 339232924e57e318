"""LSTM, GRU and SimpleRNN in NumPy: forward passes that equal Keras's, with all gates and states.

Gates are sigmoid and initial states are zero. Gradients and dropout are left out. Weights are in
the order of Keras's `get_weights()`. With G blocks of columns (an LSTM has 4) they are `kernel
(F, G·U)`, `recurrent_kernel (U, G·U)`, and `bias (G·U,)` or a GRU's `(2, G·U)` for `reset_after`.
"""

from lib.recurrence.cells import (
    GATES,
    LayerPass,
    Line,
    Row,
    Trace,
    by_similarity,
    gate_symbol,
    highest_output,
    lines,
    state_rows,
    unroll,
)
from lib.recurrence.model import (
    ARRAYS_EACH,
    ROUNDING,
    forward,
    glorot_uniform,
    initial_model_weights,
    initial_weights,
    layers_of,
    orthogonal,
    outputs_in_parts,
    unroll_stack,
    weight_names,
)
from lib.recurrence.pooling import pool_shares, pooled
from lib.recurrence.torch import from_torch, to_torch
