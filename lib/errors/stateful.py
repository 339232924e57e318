"""Layers that keep their state from batch to batch, and settings that bind a layer to one shape.

A stateful layer holds one state for each sample of a batch, so every batch has to have the size
that it was built for. A batch that is too short or too long shows up as two shapes that don't fit:
`lib.errors.pairs`.
"""

from __future__ import annotations

import re

from lib.errors.explanations import Explanation, Messages

MESSAGES = Messages()


@MESSAGES.add(
    r"batch size must be static",
    r"If (?:a|an) RNN is stateful, (?:it needs to know its batch size|a complete input_shape must)",
)
def _open_batch(_: re.Match[str]) -> Explanation:
    return Explanation(
        "A stateful layer keeps one state per sample of the batch, so the batch size has to be "
        "known when the model is built.",
        "Put it into the Input.",
        "keras.Input(batch_shape=(batch_size, timesteps, features))",
    )


@MESSAGES.add(
    r"must be the same as the batch size of the initial state"
    r"(?:\W+Expected batch size: (?P<expected>\d+)\W+Received batch size: (?P<given>\d+))?"
)
def _another_size(found: re.Match[str]) -> Explanation:
    expected, given = found["expected"] or "one size", found["given"] or "another"
    return Explanation(
        f"The layer is stateful and was built for batches of {expected}; it got one of {given}.",
        "Predict with a twin of the model that is not stateful, or is built for that size, and "
        "has the same weights.",
        "twin.set_weights(model.get_weights())",
    )


@MESSAGES.add(
    r"number of samples that can be divided by the batch size"
    r"(?: \((?P<size>\d+)\))?(?:\. Found: (?P<samples>\d+) samples)?"
)
def _remainder(found: re.Match[str]) -> Explanation:
    samples, size = found["samples"] or "their number", found["size"] or "batch_size"
    return Explanation(
        "A stateful layer keeps one state per sample of the batch, so that all batches have the "
        f"same size; {samples} doesn't divide by it. Validation data counts as well.",
        "Leave out the last samples.",
        f"n = len(x) // {size} * {size}\nmodel.fit(x[:n], y[:n], batch_size={size}, shuffle=False)",
    )


@MESSAGES.add(r"Invalid input_([hc]) shape: \[\d+,(\d+),\d+\] \[\d+,(\d+),\d+\]")
def _states_of_other_batches(found: re.Match[str]) -> Explanation:
    one, other = found[2], found[3]
    return Explanation(
        f"The state {found[1]} is for batches of {one} and the batch has {other}, or the other way "
        "round: a stateful layer keeps one state per sample, so that each batch has to have the "
        "size that the layer was built for.",
        "Give fit, evaluate and predict that size, and whole batches alone.",
        "keras.Input(batch_shape=(batch_size, timesteps, features))\n"
        "model.fit(x, y, batch_size=batch_size, shuffle=False)",
    )


@MESSAGES.add(
    r"Specified a list with shape \[(?P<built>\d+)(?P<rest>(?:,\d+)*)\] from a tensor with shape "
    r"\[(?P<given>\d+)(?P=rest)\]"
)
def _steps_of_other_batches(found: re.Match[str]) -> Explanation:
    built, given = found["built"], found["given"]
    return Explanation(
        f"The layer was built for batches of {built} and got one of {given}: a stateful layer "
        "keeps one state per sample, so that each batch has to have the size of its Input.",
        f"Give fit, evaluate and predict batches of {built}, and whole ones alone; or build the "
        "model for another size.",
        f"n = len(x) // {built} * {built}\nmodel.fit(x[:n], y[:n], batch_size={built}, "
        "shuffle=False)",
    )


@MESSAGES.add(r"(?:'(\w+)' )?object has no attribute 'reset_states'")
def _no_reset_states(found: re.Match[str]) -> Explanation:
    return Explanation(
        f"{found[1] or 'A model'} has no reset_states in Keras 3. Layers that keep a state have "
        "reset_state.",
        "Reset the layers.",
        "for layer in model.layers:\n"
        '    if getattr(layer, "stateful", False):\n'
        "        layer.reset_state()",
    )


@MESSAGES.add(
    r"Cannot unroll a RNN if the time dimension is undefined",
    r"Unrolling requires a fixed number of timesteps",
)
def _unrolled(_: re.Match[str]) -> Explanation:
    return Explanation(
        "unroll=True lays the layer out step by step when the model is built, and the number of "
        "timesteps is open there.",
        "Leave unroll out, which changes no result; or fix the number of timesteps.",
        "LSTM(units)  # without unroll\nkeras.Input((timesteps, features))",
    )


@MESSAGES.add(r"use_cudnn=True was specified, but cuDNN is not supported")
def _cudnn(_: re.Match[str]) -> Explanation:
    return Explanation(
        "use_cudnn=True demands NVIDIA's kernels, and here they can't run: no such GPU, or a "
        "setting that they don't know.",
        'Leave it at "auto", the default.',
        'LSTM(units, use_cudnn="auto")',
    )
