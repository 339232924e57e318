"""Y and an output that a loss couldn't pair: what is known of them, and what mends it.

Keras drops a last axis of 1 where the other has an axis less, so that an output (N, 5, 1) and a y
(N, 2) fail as [N,5] and [N,2]. What a message doesn't tell, which of the two is y, or whether an
axis was dropped, stays open here, and both readings are said.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from lib.errors.failing_loss import Side
from lib.errors.message import Explanation, Messages, entries
from lib.errors.target_remedies import same_axes, sentence, to_one_shape

MESSAGES = Messages("incompatible_shapes")

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
        return MESSAGES.say("last axis of 1", start=pair.start)
    if len(short) == 2 == len(long) and not (pair.first and pair.dropped is None):
        return sizes_alone(pair, one[1], other[1])
    if pair.first is None:
        return _either_way(pair, short, long)
    y, output = (one, other) if pair.first == "y" else (other, one)
    remedy = to_one_shape(y[1:], output[1:], sparse=False)
    row = f"pair: {remedy.difference}"
    return MESSAGES.say(
        row if row in MESSAGES.said else "pair: other",
        start=pair.start,
        what=remedy.what,
        fix=sentence(remedy.fix),
        right=remedy.code,
    )


def sizes_alone(pair: OperandPair, one: str, other: str) -> Explanation:
    """For two axes, and for a message that was cut off behind the two sizes that differ.

    Where it isn't known which is y, or whether there was a third axis, all readings are said.
    """
    if not (pair.dropped and pair.first):
        return MESSAGES.say("columns or steps", start=pair.start, one=one, other=other)
    y, output = (one, other) if pair.first == "y" else (other, one)
    shapes = (pair.one, pair.other) if pair.first == "output" else (pair.other, pair.one)
    return MESSAGES.say(
        f"axis dropped: {pair.dropped}",
        subject=pair.subject,
        start=pair.start,
        y=y,
        output=output,
        shapes=" with ".join(shapes),
    )


def without_shapes(subject: str) -> Explanation:
    """For a message that has no shapes."""
    return MESSAGES.say("time axis in one", start=f"{subject} the output with y")


def _either_way(pair: OperandPair, short: list[str], long: list[str]) -> Explanation:
    """For shapes of which nobody can tell which is y."""
    if len(short) != len(long):
        row = "one number" if short == long[:-1] else "time axis in one"
        return MESSAGES.say(row, start=pair.start, size=long[-1])
    remedy = same_axes(short[1:], long[1:], sparse=False, columns="y.shape[-1]")
    row = "pair: other" if remedy.difference == "sizes" else "swapped"
    return MESSAGES.say(
        row, start=pair.start, what=remedy.what, fix=sentence(remedy.fix), right=remedy.code
    )
