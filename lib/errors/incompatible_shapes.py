"""Two tensors that can't be paired: most often y and the output, in a loss that broadcasts.

A message has two shapes, and perhaps a place. Keras drops a last axis of 1 where the other has an
axis less, so that an output (N, 5, 1) and a y (N, 2) fail as [N,5] and [N,2]. What a message
doesn't tell, which of the two is y, or whether an axis was dropped, stays open here, and both
readings are said. Losses that check shapes have messages of their own (`lib.errors.target_shapes`).

A runtime error of TensorFlow names the operation that failed, or the line of code. In Keras 3 it
is "compile_loss/mse/sub", in Keras 2 "mean_squared_error/SquaredDifference"; before `fit`, in a
call of one's own, only the traceback says it: "in mean_squared_error".
"""

import re
from dataclasses import dataclass, replace
from typing import Literal

from lib.doctor.loss_shapes import RULE_OF
from lib.errors.inputs import shapes_of_a_step
from lib.errors.message import CALLED, Explanation, Messages, entries
from lib.errors.target_shapes import sentence, to_one_shape

MESSAGES = Messages("incompatible_shapes")
Side = Literal["y", "output"]

_LOSS = "The loss can't pair"
_NODE = re.compile(r"\b[Nn]ode:? '?(?:gradient_tape/)?([\w./-]{1,300})")
_MULTIPLIED = re.compile(r"[Nn]ode:? '?(?:[\w.-]{1,100}/){1,9}mul(?:_\d+)?(?: defined at|\}\}\])")
"""A product that failed when the graph ran: TensorFlow puts its operands in the order of their
names there. Not so where the gradient's part of it fails."""
_NAMED = re.compile(rf"\b(?:in|[Nn]ode:?) '?(?:[\w./-]{{0,200}}/)?({'|'.join(RULE_OF)})\b")
_PLACE = re.compile(rf"comp(?:ile|ute)_loss|\bloss/|{_NAMED.pattern}")
"""That it happened in a loss."""


@dataclass(frozen=True, slots=True)
class _Pair:
    """What a message says about the two."""

    subject: str
    """What can't pair them: "The loss can't pair"."""
    one: str
    """Its shape, with the samples, as the message has it: "[8,5]"."""
    other: str
    first: Side | None
    """Which of the two comes first; None where nobody can tell."""
    dropped: Literal["y", "output", "neither"] | None = None
    """Which of the two Keras dropped a last axis of; None where nobody can tell."""

    @property
    def start(self) -> str:
        """The cause's first sentence, without its end."""
        order = {"y": ", y with the output", "output": ", the output with y", None: ""}
        return f"{self.subject} {self.one} with {self.other}{order[self.first]}"


def _at_run_time(match: re.Match[str]) -> Explanation:
    text, one, other = match.string, entries(match["one"] or ""), entries(match["other"] or "")
    subject = "Most likely it is the loss that can't pair"
    if _PLACE.search(text):
        subject = _LOSS
    elif "[Op:Mul]" in text:
        subject = "A multiplication can't pair"
    if not one or not other:
        return MESSAGES.say("time axis in one", start=f"{subject} the output with y")
    pair = _Pair(subject, f"[{match['one']}]", f"[{match['other']}]", _first_operand(text))
    if _of_weights(text):
        return MESSAGES.say("weights", one=pair.one, other=pair.other)
    if one[0] != other[0] and one[1:] == other[1:]:
        return _other_samples(pair, one[0], other[0], text)
    if not _PLACE.search(text) and (place := _elsewhere(text)):
        return MESSAGES.say("in a layer", place=place, one=pair.one, other=pair.other)
    return _explain(pair)


def _when_traced(match: re.Match[str]) -> Explanation:
    shapes = re.findall(r"\[[^\]]*\]", match["shapes"] or "")
    one, other = shapes if len(shapes) == 2 else (match["one"], match["other"])
    if _of_weights(match[0]):
        return MESSAGES.say("weights", one=one, other=other)
    names = re.search(r"\(([^(),]{0,500}), ([^(),]{0,500})\)'", match[0])
    pair = _Pair(_LOSS, one, other, _first_operand(match[0]))
    if names:
        pair = _by_names(pair, names[1], names[2])
    return _explain(pair) if shapes else _sizes_alone(pair, match["one"], match["other"])


def _by_names(pair: _Pair, one: str, other: str) -> _Pair:
    """The pair with what the operands' names tell, where the loss itself doesn't.

    What isn't a layer's output is y: "data_1", or its cast; in Keras 2 "IteratorGetNext:1". Where
    Keras dropped an axis the name has a Squeeze, unless another operation's hides it.
    """
    first, dropped = pair.first, pair.dropped
    own = [bool(re.match("data|compile_loss|IteratorGetNext", name)) for name in (one, other)]
    if first is None and own[0] != own[1]:
        first = "y" if own[0] else "output"
    sides: tuple[Side, Side] = ("output", "y") if first == "output" else ("y", "output")
    squeezed = [side for side, name in zip(sides, (one, other), strict=True) if "/Squeeze" in name]
    if squeezed:
        dropped = squeezed[0] if first else None
    else:
        hidden = any(re.match(r".*loss/(?!.*/Cast)", name) for name in (one, other))
        dropped = None if hidden else "neither"
    return replace(pair, first=first, dropped=dropped)


def _explain(pair: _Pair) -> Explanation:
    """What is wrong, and the way out, as far as the message tells."""
    one, other = entries(pair.one), entries(pair.other)
    short, long = sorted((one, other), key=len)
    if long == [*short, "1"]:
        return MESSAGES.say("last axis of 1", start=pair.start)
    if len(short) == 2 == len(long) and not (pair.first and pair.dropped is None):
        return _sizes_alone(pair, one[1], other[1])
    if pair.first:
        y, output = (one, other) if pair.first == "y" else (other, one)
        remedy = to_one_shape(y[1:], output[1:], sparse=False)
        row = f"pair: {remedy.difference}"
        row = row if row in MESSAGES.said else "pair: other"
    elif len(short) == len(long):
        remedy = to_one_shape(short[1:], long[1:], sparse=False, columns="y.shape[-1]")
        row = "pair: other" if remedy.difference == "sizes" else "swapped"
    else:
        row = "one number" if short == long[:-1] else "time axis in one"
        return MESSAGES.say(row, start=pair.start, size=long[-1])
    fix = sentence(remedy.fix)
    return MESSAGES.say(row, start=pair.start, what=remedy.what, fix=fix, right=remedy.code)


def _sizes_alone(pair: _Pair, one: str, other: str) -> Explanation:
    """For two axes, and for a message that was cut off behind the two sizes that differ.

    Where it isn't known which is y, or whether there was a third axis, all readings are said.
    """
    if not (pair.dropped and pair.first):
        return MESSAGES.say("columns or steps", start=pair.start, one=one, other=other)
    y, output = (one, other) if pair.first == "y" else (other, one)
    shapes = (pair.one, pair.other) if pair.first == "output" else (pair.other, pair.one)
    words = {"subject": pair.subject, "start": pair.start, "shapes": " with ".join(shapes)}
    return MESSAGES.say(f"axis dropped: {pair.dropped}", y=y, output=output, **words)


def _other_samples(pair: _Pair, one: str, other: str, text: str) -> Explanation:
    x, state = shapes_of_a_step(text)
    if x[:1] == [one] and state[:1] == [other]:
        return MESSAGES.say("states of other samples", one=one, other=other)
    small, full = sorted((int(one), int(other)))
    output, targets = (other, one) if pair.first == "y" else (one, other)
    # TensorFlow runs the loss and the cells side by side, and stops at whichever is first.
    met = ""
    if pair.first and int(output) < int(targets):
        met = "targets met an output"
    elif re.search(r"while/\w+_cell(?:_\d+)?/", _node(text)) and int(other) < int(one):
        met = "met states"
    if met:
        return MESSAGES.say("larger batch", small=small, full=full, met=met)
    folds = pair.first and full % small == 0
    folded = "; or the model makes samples of timesteps, with a reshape" if folds else ""
    return MESSAGES.say("smaller batch", small=small, full=full, folded=folded)


def _elsewhere(text: str) -> str:
    """The layer, or the path of the operation, in which it happened; empty where none is named."""
    if layer := re.search(rf"{CALLED}(\w{{1,100}})", text):
        return layer[1]
    path = _node(text)
    return path if "/" in path else ""


def _node(text: str) -> str:
    """The path of the operation that failed: "compile_loss/mse/sub"; empty where none is named."""
    match = _NODE.search(text)
    return match[1] if match else ""


def _of_weights(text: str) -> bool:
    """Whether what failed is the product with weights or a mask, not the loss's own operation."""
    path = _node(text)
    if "weighted_loss" in path:
        return True
    product = re.match(r"compile_loss/(?:[\w.-]{1,100}/)?mul(?:_\d+)?(?:/|$)", path)
    named = _NAMED.search(f"node {path}")
    return bool(product and named and not RULE_OF[named[1]].multiplies)


def _first_operand(text: str) -> Side | None:
    """Which of the two tensors comes first; None where the text doesn't tell."""
    if "SquaredDifference" in text:  # of Keras 2
        return "output"
    if _MULTIPLIED.search(text):
        return None
    named = _NAMED.search(text)
    if named and ("compile_loss" in text or "losses/losses.py" in text):  # of Keras 3
        return "output" if RULE_OF[named[1]].output_first else "y"
    # A loss of one's own: the traceback quotes its line, if it has the usual names.
    subtraction = re.search(r"\b(y_true ?- ?y_pred|y_pred ?- ?y_true)\b", text)
    return ("y" if subtraction[1].startswith("y_true") else "output") if subtraction else None
