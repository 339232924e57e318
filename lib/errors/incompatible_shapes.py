"""Two tensors that can't be paired: most often y and the output, in a loss that broadcasts.

A message has two shapes, and perhaps a place: here is read from it what they are. What is then
said of y and the output is in `lib.errors.target_and_output`. Losses that check shapes have
messages of their own (`lib.errors.target_shapes`).
"""

from __future__ import annotations

import re

from lib.doctor.loss_shapes import RULE_OF
from lib.errors.failing_loss import Side, first_operand, in_a_loss, node, of_weights
from lib.errors.initial_states import shapes_of_a_step
from lib.errors.message import CALLED, Explanation, entries
from lib.errors.target_and_output import (
    MESSAGES,
    Dropped,
    OperandPair,
    explain_pair,
    sizes_alone,
    without_shapes,
)

_IN_A_CELL = re.compile(r"while/\w+_cell(?:_\d+)?/")


@MESSAGES.computed(r"Incompatible shapes(?:: \[(?P<one>[\d,]*)\] vs\. \[(?P<other>[\d,]*)\])?")
def _at_run_time(match: re.Match[str]) -> Explanation:
    text, one, other = match.string, entries(match["one"] or ""), entries(match["other"] or "")
    if not one or not other:
        return without_shapes(_subject(text))
    pair = OperandPair(
        _subject(text), f"[{match['one']}]", f"[{match['other']}]", first_operand(text), None
    )
    if of_weights(text):
        return MESSAGES.say("weights", one=pair.one, other=pair.other)
    if one[0] != other[0] and one[1:] == other[1:]:
        return _other_samples(pair, one[0], other[0], text)
    if not in_a_loss(text) and (place := _elsewhere(text)):
        return MESSAGES.say("in a layer", place=place, one=pair.one, other=pair.other)
    return explain_pair(pair)


_LOSS = "The loss can't pair"


def _subject(text: str) -> str:
    if in_a_loss(text):
        return _LOSS
    if "[Op:Mul]" in text:
        return "A multiplication can't pair"
    return "Most likely it is the loss that can't pair"


@MESSAGES.computed(
    r"Dimensions must be equal, but are (?P<one>\d+) and (?P<other>\d+) for '(?:\{\{node )?"
    rf"(?:compile_loss|loss/|{'|'.join(RULE_OF)})[^']{{0,1000}}'(?: \(op: '\w{{1,50}}'\))?"
    r"(?: with input shapes: (?P<shapes>[\[\]?\d, ]+))?"
)
def _when_traced(match: re.Match[str]) -> Explanation:
    shapes = re.findall(r"\[[^\]]*\]", match["shapes"] or "")
    one, other = shapes if len(shapes) == 2 else (match["one"], match["other"])
    if of_weights(match[0]):
        return MESSAGES.say("weights", one=one, other=other)
    names = re.search(r"\(([^(),]{0,500}), ([^(),]{0,500})\)'", match[0])
    first, dropped = first_operand(match[0]), None
    if names:
        first = first or _first_by_name(names[1], names[2])
        dropped = _dropped_by_name(names[1], names[2], first)
    pair = OperandPair(_LOSS, one, other, first, dropped)
    return explain_pair(pair) if shapes else sizes_alone(pair, match["one"], match["other"])


def _first_by_name(one: str, other: str) -> Side | None:
    """What isn't a layer's output is y: "data_1", or its cast; in Keras 2 "IteratorGetNext:1"."""
    own = [bool(re.match("data|compile_loss|IteratorGetNext", name)) for name in (one, other)]
    return None if own[0] == own[1] else "y" if own[0] else "output"


def _dropped_by_name(one: str, other: str, first: Side | None) -> Dropped | None:
    """Keras calls it Squeeze; where its name is hidden behind another operation's, None."""
    second: Side = "output" if first == "y" else "y"
    for side, name in ((first, one), (second, other)):
        if "/Squeeze" in name:
            return side if first else None
    hidden = any(re.match(r".*loss/(?!.*/Cast)", name) for name in (one, other))
    return None if hidden else "neither"


def _other_samples(pair: OperandPair, one: str, other: str, text: str) -> Explanation:
    """For shapes that are the same but for the samples."""
    x, state = shapes_of_a_step(text)
    if x[:1] == [one] and state[:1] == [other]:
        return MESSAGES.say("states of other samples", one=one, other=other)
    small, full = sorted((int(one), int(other)))
    if met := _met_fewer(pair, int(one), int(other), text):
        return MESSAGES.say("larger batch", small=small, full=full, met=met)
    folds = pair.first and full % small == 0
    folded = "; or the model makes samples of timesteps, with a reshape" if folds else ""
    return MESSAGES.say("smaller batch", small=small, full=full, folded=folded)


def _met_fewer(pair: OperandPair, one: int, other: int, text: str) -> str:
    """What a batch met that was made for fewer samples; empty where that can't be said.

    TensorFlow runs the loss and the cells side by side, and stops at whichever is first.
    """
    output, targets = (other, one) if pair.first == "y" else (one, other)
    if pair.first and output < targets:
        return "targets met an output"
    if _IN_A_CELL.search(node(text)) and other < one:
        return "met states"
    return ""


def _elsewhere(text: str) -> str:
    """The layer, or the path of the operation, in which it happened; empty where none is named."""
    if layer := re.search(rf"{CALLED}(\w{{1,100}})", text):
        return layer[1]
    path = node(text)
    return path if "/" in path else ""
