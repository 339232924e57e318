"""What gives y and the output one shape, where a cross-entropy found that they have two.

Advice alone: which message of Keras it answers is in `lib.errors.today`.
"""

from __future__ import annotations

LAST_STEP = "LSTM(units, return_sequences=False)"
EVERY_STEP = "LSTM(units, return_sequences=True)"
SPARSE = 'model.compile(optimizer, loss="sparse_categorical_crossentropy")'


def to_one_shape(y: list[str], output: list[str], *, binary: bool) -> tuple[str, str]:
    """What gives y and the output, as a cross-entropy compared them, one shape; and its code.

    Args:
        y: its sizes, without the samples.
        output: the same of the output.
        binary: whether the loss is known to be the one that has no sparse form.
    """
    columns = f"Dense({y[-1]})" if y else ""
    if len(y) > len(output):
        code = EVERY_STEP if y[-1] == output[-1] else f"{EVERY_STEP}\n{columns}"
        return "y has a time axis and the output has none: return every step.", code
    if len(y) < len(output):
        return _without_axis(y, output)
    if len(y) == 1:
        return _two_axes(y[0], output[0], binary=binary)
    if y[-1] == output[-1]:
        return (
            "They have different timesteps: cut x and y to the same.",
            "steps = min(x.shape[1], y.shape[1])\nx, y = x[:, :steps], y[:, :steps]",
        )
    if y[-1] == "1" and not binary:
        return "With class numbers in y take the sparse loss.", SPARSE
    return "End the model with as many columns as y has.", columns


def _without_axis(y: list[str], output: list[str]) -> tuple[str, str]:
    """For y with an axis less than the output, or two."""
    if output[-1] == "1":  # a single column is no class of several
        return (
            "The output has a time axis and y has none: return the last step only, and give y the "
            "output's axis of 1.",
            f"{LAST_STEP}\ny = y[:, None]",
        )
    if y[-1:] == output[-1:]:
        return "The output has a time axis and y has none: return the last step only.", LAST_STEP
    if y == output[:-1]:
        return "y has class numbers, so take the sparse loss.", SPARSE
    if y in ([], ["1"]):
        return (
            "The output has a time axis, and y has a class number for each sample: return the last "
            "step only, and take the sparse loss.",
            f"{LAST_STEP}\n{SPARSE}",
        )
    return (
        "The output has a time axis and y has none: return the last step only, and end with as "
        "many columns as y has.",
        f"{LAST_STEP}\nDense({y[-1]})",
    )


def _two_axes(y: str, output: str, *, binary: bool) -> tuple[str, str]:
    """For columns that may be timesteps: Keras drops a last axis of 1 that the other hasn't."""
    if output == "1":
        return (
            f"With {y} timesteps in y return every step; with {y} answers per sample end with as "
            "many columns.",
            f"{EVERY_STEP}  # y is (N, {y}) or (N, {y}, 1)\nDense({y})  # or: y has {y} columns",
        )
    last = f"{LAST_STEP}  # the output is (N, {output}, 1)"
    if y != "1":
        return (
            "Keras drops a last axis of 1 that the other hasn't, so that timesteps may have met "
            "columns: if y alone has a time axis return every step, if the output alone has one "
            "return the last only. Else end with as many columns as y has.",
            f"{EVERY_STEP}  # y is (N, {y}, 1)\n{last}\nDense({y})  # neither",
        )
    if binary:
        return (
            f"If the output has {output} timesteps, of one column, return the last step only; with "
            "columns end with one.",
            f"{last}\nDense(1)  # the output has {output} columns",
        )
    return (
        f"If the output has {output} timesteps, of one column, return the last step only; if it "
        "has a column per class, and y class numbers, take the sparse loss.",
        f"{last}\n{SPARSE}",
    )
