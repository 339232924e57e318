"""Y and an output that a loss couldn't pair: what is known of them, and what mends it.

Keras drops a last axis of 1 where the other has an axis less, so that an output (N, 5, 1) and a y
(N, 2) fail as [N,5] and [N,2]. What a message doesn't tell, which of the two is y, or whether an
axis was dropped, stays open here, and both readings are said.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from lib.doctor.fixes import EVERY_STEP, LAST_STEP
from lib.errors.failing_loss import Side
from lib.errors.message import Explanation, entries
from lib.errors.target_remedies import LOOK, same_axes, sentence, to_one_shape

Dropped = Literal["y", "output", "neither"]


@dataclass(frozen=True, slots=True)
class OperandPair:
    """What a message says about the two."""

    subject: str
    """What can't pair them: "The loss can't pair"."""
    one: str
    """Its shape, with the samples, as the message has it: "[8,5]"."""
    other: str
    first: Side | None
    """Which of the two comes first; None where nobody can tell."""
    dropped: Dropped | None
    """Which of the two Keras dropped a last axis of; None where nobody can tell."""

    @property
    def start(self) -> str:
        """The cause's first sentence, without its end."""
        pair = f"{self.subject} {self.one} with {self.other}"
        if self.first is None:
            return pair
        return f"{pair}, {'y with the output' if self.first == 'y' else 'the output with y'}"


def explain_pair(pair: OperandPair) -> Explanation:
    """What is wrong, and the way out, as far as the message tells."""
    one, other = entries(pair.one), entries(pair.other)
    short, long = sorted((one, other), key=len)
    if long == [*short, "1"]:
        return _undropped(pair)
    if pair.first is None and len(short) == 2 == len(long):
        return _columns_or_steps(pair, one[1], other[1])
    if pair.first is None:
        return _either_way(pair, short, long)
    y, output = (one, other) if pair.first == "y" else (other, one)
    if len(y) == len(output) == 2 and pair.dropped:
        return _with_known_axes(pair, y[1], output[1])
    remedy = to_one_shape(y[1:], output[1:], sparse=False)
    cause = f"{pair.start}: {remedy.what}." if remedy.what else f"{pair.start}."
    fix = sentence(remedy.fix)
    if remedy.difference == "time axis of output":
        fix += " Else give y an answer for each timestep."
    elif remedy.difference == "time axis of y":
        fix += " Else give y one answer per sample, y[:, -1]."
    return Explanation(cause, fix, remedy.code)


def sizes_alone(pair: OperandPair, one: str, other: str) -> Explanation:
    """For a message that was cut off behind the two sizes that differ."""
    if pair.dropped and pair.first:
        y, output = (one, other) if pair.first == "y" else (other, one)
        return _with_known_axes(pair, y, output)
    return _columns_or_steps(pair, one, other)


def without_shapes(subject: str) -> Explanation:
    """For a message that has no shapes."""
    return _either_way(
        OperandPair(subject, "the output", "y", None, None), ["N", "K"], ["N", "T", "U", "K"]
    )


def _with_known_axes(pair: OperandPair, y: str, output: str) -> Explanation:
    """For two axes of which it is known whether there was a third."""
    if pair.dropped == "neither":
        return Explanation(
            f"{pair.start}: output and y have different columns.",
            "End the model with as many columns as y has.",
            f"Dense({y})",
        )
    if pair.dropped == "y":
        return Explanation(
            f"{pair.start}: y has a time axis and one column; the output has no time axis, so "
            f"that Keras dropped y's last axis, of 1, and {y} timesteps met {output} columns of "
            "the output.",
            "Return every step, and end with one column.",
            f"{EVERY_STEP}\nDense(1)",
        )
    shapes = (pair.one, pair.other) if pair.first == "output" else (pair.other, pair.one)
    return Explanation(
        f"{pair.subject} {shapes[0]} with {shapes[1]}. The output has a time axis and one column; "
        f"y has no time axis, so that Keras dropped the output's last axis, of 1, and {output} "
        f"timesteps met {y} columns of y.",
        f"With {y} answers per sample return the last step only, and end with as many columns; "
        f"with one per timestep give y the output's {output} timesteps.",
        f"{LAST_STEP}\nDense({y})",
    )


def _columns_or_steps(pair: OperandPair, one: str, other: str) -> Explanation:
    """For two axes of which nothing is known: not which is y, nor whether there was a third."""
    return Explanation(
        f"{pair.start}. Either output and y have different columns; or one of them has a time "
        "axis and one column: Keras drops a last axis of 1 that the other hasn't, so that "
        "timesteps met columns.",
        "Look at both. With a time axis in y alone return every step, in the output alone the "
        "last one only; with none end with as many columns as y has.",
        f"{LOOK}\n# if y is (N, {one}, 1) or (N, {other}, 1):\n{EVERY_STEP}\nDense(1)\n"
        f"# if the output is:\n{LAST_STEP}\n# if neither:\nDense(y.shape[-1])",
    )


def _either_way(pair: OperandPair, short: list[str], long: list[str]) -> Explanation:
    """For shapes of which nobody can tell which is y."""
    if len(short) == len(long):
        remedy = same_axes(short[1:], long[1:], sparse=False, columns="y.shape[-1]")
        if remedy.difference == "sizes":
            return Explanation(f"{pair.start}: {remedy.what}.", sentence(remedy.fix), remedy.code)
        return Explanation(
            f"{pair.start}: their sizes are the same, but swapped, columns before timesteps.",
            "If that is y, swap them; a reshape would mix the values up.",
            remedy.code,
        )
    if short == long[:-1]:
        return Explanation(
            f"{pair.start}. One has a single number where the other has {long[-1]}.",
            "If y is the shorter one, end the model with one column. A mask, or weights, by "
            "timestep need a last axis of 1 to be multiplied.",
            "Dense(1)  # y is the shorter one\nx * mask[..., None]  # (N, T, K) * (N, T, 1)",
        )
    return Explanation(
        f"{pair.start}. One of the two, output or y, has a time axis and the other has none.",
        "With one answer per sample return the last step only; with one per timestep return every "
        "step.",
        f"{LAST_STEP}  # y is (N, K)\n{EVERY_STEP}   # y is (N, T, K)",
    )


def _undropped(pair: OperandPair) -> Explanation:
    """For shapes that are the same but for a last axis of 1."""
    return Explanation(
        f"{pair.start}: the two are the same but for a last axis of 1. Keras's own losses drop "
        "it; a subtraction by hand lines the shapes up from the right, and so does a loss of your "
        "own.",
        "Take Keras's loss, or give the shorter one the axis.",
        "loss = keras.losses.mean_squared_error(y, y_pred)\ny = y[..., None]  # or by hand",
    )
