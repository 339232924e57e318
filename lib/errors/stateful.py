"""Layers that keep their state from batch to batch, and settings that bind a layer to one shape.

A stateful layer holds one state for each sample of a batch, so every batch has to have the size
that it was built for. A batch that is too short or too long often shows up as two shapes that
don't fit: `lib.errors.incompatible_shapes`.
"""

from __future__ import annotations

from lib.errors.message import Message, Messages

MESSAGES = Messages()


MESSAGES.rows(
    Message(
        r"batch size must be static|"
        r"If (?:a|an) RNN is stateful, (?:it needs to know its batch size|a complete "
        r"input_shape must)",
        "A stateful layer keeps one state per sample of the batch, so the batch size has to be "
        "known when the model is built.",
        "Put it into the Input.",
        "keras.Input(batch_shape=(batch_size, timesteps, features))",
    ),
    Message(
        r"must be the same as the batch size of the initial state"
        r"(?:\W+Expected batch size: (?P<expected>\d+)\W+Received batch size: (?P<received>\d+))?",
        "The layer is stateful and was built for batches of {expected}; it got one of {received}.",
        "Predict with a twin of the model that is not stateful, or is built for that size, and "
        "has the same weights.",
        "twin.set_weights(model.get_weights())",
        otherwise={"expected": "one size", "received": "another"},
    ),
    Message(
        r"number of samples that can be divided by the batch size"
        r"(?: \((?P<size>\d+)\))?(?:\. Found: (?P<samples>\d+) samples)?",
        "A stateful layer keeps one state per sample of the batch, so that all batches have the "
        "same size; {samples} doesn't divide by it. Validation data counts as well.",
        "Leave out the last samples.",
        "n = len(x) // {size} * {size}\nmodel.fit(x[:n], y[:n], batch_size={size}, shuffle=False)",
        otherwise={"samples": "their number", "size": "batch_size"},
    ),
    Message(
        r"Invalid input_(?P<state>[hc]) shape: \[\d+,(?P<one>\d+),\d+\] \[\d+,(?P<other>\d+),\d+\]",
        "The state {state} is for batches of {one} and the batch has {other}, or the other way "
        "round: a stateful layer keeps one state per sample, so that each batch has to have the "
        "size that the layer was built for.",
        "Give fit, evaluate and predict that size, and whole batches alone.",
        "keras.Input(batch_shape=(batch_size, timesteps, features))\n"
        "model.fit(x, y, batch_size=batch_size, shuffle=False)",
    ),
    Message(
        r"Specified a list with shape \[(?P<built>\d+)(?P<rest>(?:,\d+)*)\] from a tensor with "
        r"shape "
        r"\[(?P<received>\d+)(?P=rest)\]",
        "The layer was built for batches of {built} and got one of {received}: a stateful layer "
        "keeps one state per sample, so that each batch has to have the size of its Input.",
        "Give fit, evaluate and predict batches of {built}, and whole ones alone; or build the "
        "model for another size.",
        "n = len(x) // {built} * {built}\n"
        "model.fit(x[:n], y[:n], batch_size={built}, shuffle=False)",
    ),
    Message(
        r"(?:'(?P<owner>\w+)' )?object has no attribute 'reset_states'",
        "{owner} has no reset_states in Keras 3. Layers that keep a state have reset_state.",
        "Reset the layers.",
        'for layer in model.layers:\n    if getattr(layer, "stateful", False):\n'
        "        layer.reset_state()",
        otherwise={"owner": "A model"},
    ),
    Message(
        r"Cannot unroll a RNN if the time dimension is undefined|"
        r"Unrolling requires a fixed number of timesteps",
        "unroll=True lays the layer out step by step when the model is built, and the number of "
        "timesteps is open there.",
        "Leave unroll out, which changes no result; or fix the number of timesteps.",
        "LSTM(units)  # without unroll\nkeras.Input((timesteps, features))",
    ),
    Message(
        r"use_cudnn=True was specified, but cuDNN is not supported",
        "use_cudnn=True demands NVIDIA's kernels, and here they can't run: no such GPU, or a "
        "setting that they don't know.",
        'Leave it at "auto", the default.',
        'LSTM(units, use_cudnn="auto")',
    ),
)
