"""LSTM, GRU and SimpleRNN in NumPy with all gates and states, equal to Keras's layers.

Gates are sigmoid, initial states are zero, and there is no dropout and no gradient. Weights are in
the order of Keras's `get_weights()`: for G blocks of columns `kernel (F, G·U)`, `recurrent_kernel
(U, G·U)` and `bias (G·U,)`, or `(2, G·U)` for a GRU with `reset_after`.
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
    VISIBLE,
    difference,
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
from lib.recurrence.padding import Padded, ways
