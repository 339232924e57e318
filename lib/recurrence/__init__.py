"""LSTM, GRU and SimpleRNN in NumPy, with every gate and state kept.

This is what the pages draw: a forward pass of a small layer takes microseconds here, and no
TensorFlow is needed. Sigmoid gates, no dropout, zero initial states, and no gradients:
`lib.training` trains. Tests hold it equal to Keras.

Words, as in Keras: N samples, T timesteps, F features, U units, K target columns. Weights are
lists of arrays in the order of Keras's `get_weights()`, a recurrent layer's being
`kernel (F, G·U)`, `recurrent_kernel (U, G·U)` and `bias`, for G blocks of columns.
"""

from lib.recurrence.cells import GATES, Trace, unroll
from lib.recurrence.model import forward, initial_model_weights, unroll_stack

__all__ = ["GATES", "Trace", "forward", "initial_model_weights", "unroll", "unroll_stack"]
