"""Where in a message a loss stands, and which of two operands is y there.

A runtime error of TensorFlow names the operation that failed, or the line of code. In Keras 3 it
is "compile_loss/mse/sub", in Keras 2 "mean_squared_error/SquaredDifference"; before `fit`, in a
call of one's own, only the traceback says it: "in mean_squared_error".
"""

import re
from typing import Literal

from lib.doctor.loss_shapes import RULE_OF

Side = Literal["y", "output"]

_NODE = re.compile(r"\b[Nn]ode:? '?(?:gradient_tape/)?([\w./-]{1,300})")
_MULTIPLIED = re.compile(r"[Nn]ode:? '?(?:[\w.-]{1,100}/){1,9}mul(?:_\d+)?(?: defined at|\}\}\])")
"""A product that failed when the graph ran: TensorFlow puts its operands in the order of their
names there. Not so where the gradient's part of it fails."""
_NAMED = re.compile(rf"\b(?:in|[Nn]ode:?) '?(?:[\w./-]{{0,200}}/)?({'|'.join(RULE_OF)})\b")
_PLACE = re.compile(rf"comp(?:ile|ute)_loss|\bloss/|{_NAMED.pattern}")


def node(text: str) -> str:
    """The path of the operation that failed: "compile_loss/mse/sub"; empty where none is named."""
    match = _NODE.search(text)
    return match[1] if match else ""


def in_a_loss(text: str) -> bool:
    """Whether the text says that it was a loss."""
    return bool(_PLACE.search(text))


def of_weights(text: str) -> bool:
    """Whether what failed is the product with weights or a mask, not the loss's own operation."""
    path = node(text)
    if "weighted_loss" in path:
        return True
    product = re.match(r"compile_loss/(?:[\w.-]{1,100}/)?mul(?:_\d+)?(?:/|$)", path)
    named = _NAMED.search(f"node {path}")
    return bool(product and named and not RULE_OF[named[1]].multiplies)


def first_operand(text: str) -> Side | None:
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
