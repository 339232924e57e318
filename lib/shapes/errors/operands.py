"""Two tensors that an operation can't pair: most often y and the output, in a loss."""

import re

from lib.shapes.doctor.loss_shapes import RULE_OF
from lib.shapes.errors import remedies as the
from lib.shapes.errors.axes import Comparison
from lib.shapes.errors.message import Explanation, explained
from lib.shapes.errors.pairs import Side, difference, pair
from lib.shapes.errors.pasted import Found, sizes
from lib.shapes.errors.states import batches
from lib.shapes.output import Shape, bracketed

_PRODUCT = re.compile(r'[Nn]ode:? "?(?:[\w.-]+/)+mul(?:_\d+)?(?: defined at|\}\}\])')
"""A product that failed as the graph ran, with its operands in the order of their names."""


def incompatible(found: Found) -> Explanation | None:
    """Two tensors that can't be paired as the model runs."""
    one, other, text = found.shape("one"), found.shape("other"), found.text
    both = Comparison(one, other)
    if not one or not other:
        return _time_axis_in_one("The loss, most likely, can't pair the output with y")
    if both.is_batch:
        return batches(found, one[0] or 0, other[0] or 0, _first(found))
    if one == other:
        return None
    if _is_of_weights(text.node):
        return of_weights(found, bracketed(one), bracketed(other))
    place = found["layer"] or (text.node if "/" in text.node else "")
    if place and not text.in_loss:
        return explained(
            f"In {place} two tensors meet that can't be paired, {bracketed(one)} and "
            f"{bracketed(other)}: {both.told()}. Shapes are lined up from the right, and of two "
            "sizes that differ one must be 1.",
            fix="Print the shapes of all that goes in there.",
            code=the.LAYER_SHAPES,
            confidence="likely",
        )
    return _paired(found, one, other)


def traced(found: Found) -> Explanation | None:
    """The same where the model was built: with both shapes, or the two sizes that differ."""
    shapes = re.findall(r"\[[^\]]*\]", found["shapes"])
    one, other = shapes if len(shapes) == 2 else (f"?, {found['one']}", f"?, {found['other']}")
    if _is_of_weights(found.text.node):
        return of_weights(found, one, other)
    return _paired(found, sizes(one), sizes(other))


def of_weights(_: Found, one: str = "", other: str = "") -> Explanation:
    """Weights of samples, or a mask, that don't fit the loss."""
    return explained(
        "The loss can't be weighted. {one} meets {other}. It has one number for each sample, or "
        "each timestep where each is returned, and sample_weight has to have that shape.",
        fix="Give such a sample_weight; class_weight goes with one answer for each sample.",
        code="w = np.repeat(w[:, None], timesteps, axis=1)  # where every step is returned\n"
        "w = w[:, -1]  # where the last one is",
        words={"one": one, "other": other},
    )


def _time_axis_in_one(start: str) -> Explanation:
    return explained(
        f"{start}. One of the two, output or y, has a time axis and the other has none.",
        the.ANSWER_PER_SAMPLE,
        the.ANSWER_PER_STEP,
        check=the.CHECK_Y,
    )


def _paired(found: Found, one: Shape, other: Shape) -> Explanation:
    """Of two shapes, with the samples, of which one is y's and one the output's."""
    subject, first = "The loss", _first(found)
    if not found.text.in_loss:
        by_hand = "[Op:Mul]" in found.text.whole
        subject = "A multiplication" if by_hand else "Most likely it is the loss that"
    order = {"y": ", y with the output", "output": ", the output with y", None: ""}[first]
    texts = [bracketed(shape).replace("None", "?") for shape in (one, other)]
    start = f"{subject} can't pair {texts[0]} with {texts[1]}{order}"
    short, long = sorted((one, other), key=len)
    if long == (*short, 1):
        return explained(
            f"{start}: the two are the same but for a last axis of 1. Keras's own losses drop it; "
            "a subtraction by hand doesn't.",
            fix="Take Keras's loss, or give the shorter one the axis.",
            code="loss = keras.losses.mean_squared_error(y, y_pred)\n"
            "y = y[..., None]  # or by hand",
        )
    if first is None and len(short) == len(long):
        return explained(
            f"{start}. Keras drops a last axis of 1, so timesteps may have met columns.",
            the.OTHER_COLUMNS,
            the.ANSWER_PER_STEP,
            the.ANSWER_PER_SAMPLE,
            check=the.CHECK_Y,
        )
    if first is None:
        return _time_axis_in_one(start)
    y, output = (one[1:], other[1:]) if first == "y" else (other[1:], one[1:])
    told = difference(y, output)
    happened = f"{start}: {told}." if told else f"{start}."
    return pair(y, output, [found.text.loss or "mean_squared_error"], happened)


def _is_of_weights(node: str) -> bool:
    """Whether what failed is the product with weights or a mask, not the loss's own operation."""
    product = re.match(r"compile_loss/(?:[\w.-]+/)?mul(?:_\d+)?(?:/|$)", node)
    named = re.search(rf"(?:^|/)({'|'.join(RULE_OF)})(?:/|$)", node)
    own = product and named and not RULE_OF[named[1]].multiplies
    return "weighted_loss" in node or bool(own)


def _first(found: Found) -> Side | None:
    """Which of the two tensors comes first; None where the text doesn't tell."""
    text, loss = found.text.whole, found.text.loss
    if "SquaredDifference" in text:  # of Keras 2
        return "output"
    if _PRODUCT.search(text):
        return None
    if loss and ("compile_loss" in text or "losses/losses.py" in text):  # of Keras 3
        return "output" if RULE_OF[loss].output_first else "y"
    # A loss of one's own: the traceback quotes its line, if it has the usual names.
    subtraction = re.search(r"\b(y_true ?- ?y_pred|y_pred ?- ?y_true)\b", text)
    return ("y" if subtraction[1].startswith("y_true") else "output") if subtraction else None
