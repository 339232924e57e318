"""Messages to look at where nobody has pasted one: what Keras says of the commonest mistakes.

Tests hold each to be known to `lib.errors.explain_error`.
"""

from __future__ import annotations

EXAMPLES = {
    "no time axis": (
        'ValueError: Input 0 of layer "lstm_1" is incompatible with the layer: expected ndim=3, '
        "found ndim=2. Full shape received: (32, 4)"
    ),
    "samples in the shape": (
        'ValueError: Input 0 of layer "lstm" is incompatible with the layer: expected ndim=3, '
        "found ndim=4. Full shape received: (None, 320, 12, 3)"
    ),
    "Dense on states": (
        'ValueError: Layer "dense" expects 1 input(s), but it received 3 input tensors.'
    ),
    "RepeatVector on a sequence": (
        "ValueError: Input 0 of layer 'repeat_vector' is incompatible with the layer: expected "
        "ndim=2, found ndim=3. Full shape received: (None, 12, 16)"
    ),
    "TimeDistributed on one vector": (
        "ValueError: `TimeDistributed` Layer should be passed an `input_shape` with at least 3 "
        "dimensions, received: (None, 16)"
    ),
    "one sample": (
        'ValueError: Invalid input shape for input Tensor("data:0", shape=(12, 3)). Expected shape '
        "(None, 12, 3), but input has incompatible shape (12, 3)"
    ),
    "T and F swapped": (
        "ValueError: Dimensions must be equal, but are 12 and 3 for '{{node "
        "functional_1/lstm_1/lstm_cell_1/MatMul}} = MatMul[T=DT_FLOAT](…)' with input shapes: "
        "[32,12], [3,64]."
    ),
    "target without time": (
        "InvalidArgumentError: Incompatible shapes: [32,16] vs. [32,12,16]\n"
        "\t [[{{node compile_loss/mse/sub}}]]"
    ),
    "stateful, no batch size": (
        "ValueError: When using `stateful=True` in a RNN, the batch size must be static. Found "
        "dynamic batch size: sequence.shape=(None, 12, 3)"
    ),
    "stateful, a remainder": "InvalidArgumentError: Incompatible shapes: [2,16] vs. [8,16]",
    "old argument": (
        "ValueError: Unrecognized keyword arguments passed to LSTM: {'batch_input_shape': "
        "(32, 12, 3)}"
    ),
    "reset_states": "AttributeError: 'Sequential' object has no attribute 'reset_states'",
    "Flatten, open time": (
        "ValueError: Shapes used to initialize variables must be fully-defined (no `None` "
        "dimensions). Received: shape=(None, 1) for variable path='dense/kernel'"
    ),
    "an old wording": (
        "ValueError: Error when checking input: expected lstm_1_input to have 3 dimensions, but "
        "got array with shape (320, 12)"
    ),
}
"""By a short name, which stands in the address."""

CHECKLIST = (
    "x.shape is (N, T, F): three axes, the samples first, the features last.",
    "keras.Input has the shape of one sample, (T, F), without N.",
    "Each recurrent layer that another one stands on has return_sequences=True.",
    "After return_sequences=False, and after Flatten or pooling, there is no time axis any more.",
    "model.output_shape and y.shape are the same but for the batch; a loss may broadcast silently.",
    "x and y have the same N, and a stateful model gets whole batches alone.",
)
"""What to look at, in this order, when a message says nothing."""
