"""Targets and losses that check shapes: cross-entropies, class numbers, several outputs.

A loss that broadcasts instead fails, if at all, as two tensors that can't be paired:
`lib.errors.incompatible_shapes`.
"""

from __future__ import annotations

import math
import re

from lib.doctor.fixes import EVERY_STEP, LAST_STEP, TargetFix, compile_with, target_fixes
from lib.errors.message import Explanation, Messages, entries
from lib.errors.target_remedies import LOOK, SPARSE, to_one_shape

MESSAGES = Messages("target_shapes")

_TARGET, _OUTPUT = (f"[`'\"]{name}[`'\"]" for name in ("target", "output"))
_BY_COLUMN = compile_with("categorical_crossentropy")
_SHAPES = r"target\.shape=(?P<y>SHAPE), output\.shape=(?P<output>SHAPE)"


@MESSAGES.computed(
    rf"{_TARGET} and {_OUTPUT} must have the same shape up until the last dimension"
    rf"(?:: {_SHAPES})?",
    rf"{_OUTPUT} must have rank \(ndim\) `target\.ndim - 1`(?:\. Received: {_SHAPES})?",
)
def _sparse_shapes(match: re.Match[str]) -> Explanation:
    y, output = (entries(sizes or "")[1:] for sizes in (match["y"], match["output"]))
    if y and y == output:
        fix, code = "With a column per class in y take the loss for that.", _BY_COLUMN
    elif len(y) == len(output) == 1:  # a last axis of 1 may be gone
        fix = (
            "With a class per timestep in y return every step; with one per sample the last one "
            "only. Either way end with a column for each class."
        )
        code = f"{EVERY_STEP}   # y is (N, {y[0]})\n{LAST_STEP}  # y is (N,)\nDense(classes)"
    elif match["y"] and (ways := _ways_out(y, output)):
        fix = " Or: ".join(way.when for way in ways)
        code = "\n# or:\n".join("\n".join(filter(None, (way.y, way.model))) for way in ways)
    elif len(y) == len(output) > 1 and y[:-1] == output[:-1]:
        fix = (
            "With a column per class in y end with as many columns, and take the loss for that; "
            "else give y one class number for each answer."
        )
        code = f"Dense({y[-1]})\n{_BY_COLUMN}"
    else:
        fix, code = "Look at both, and give y one class number for each answer.", LOOK
    return Explanation(
        "The sparse loss wants one class number for each answer, so y has the output's shape "
        f"without the last axis. y is {match['y'] or 'one'}, the output "
        f"{match['output'] or 'another'}.",
        fix,
        code,
    )


def _ways_out(y: list[str], output: list[str]) -> tuple[TargetFix, ...]:
    """The doctor's first two for the sparse loss; none where a size is open."""
    if not all(size.isdigit() and int(size) for size in (*y, *output)):
        return ()
    samples = 1009  # those aren't known; any number will do that is no other axis's
    shape, target = ((samples, *map(int, sizes)) for sizes in (output, y))
    return target_fixes(shape, target, "sparse_categorical_crossentropy", samples)[:2]


@MESSAGES.computed(
    rf"{_TARGET} and {_OUTPUT} must have the same (?:shape|rank \(ndim\))"
    rf"(?:\. Received: {_SHAPES})?"
)
def _unequal_shapes(match: re.Match[str]) -> Explanation:
    y, output = (entries(sizes or "")[1:] for sizes in (match["y"], match["output"]))
    fix, code = (
        "With class numbers in y, and a column per class in the output, take the sparse loss; else "
        "give the two one shape.",
        SPARSE,
    )
    if output:
        fix, code = _by_loss(y, output, match.string)
    return Explanation(
        f"Cross-entropy wants y in the shape of the output: y is {match['y'] or 'one'}, the output "
        f"{match['output'] or 'another'}.",
        fix,
        code,
    )


def _by_loss(y: list[str], output: list[str], text: str) -> tuple[str, str]:
    """The fix and its code; both readings where the text doesn't say which cross-entropy it is."""
    categorical, binary = (to_one_shape(y, output, sparse=sparse) for sparse in (True, False))
    if re.search(r"binary_(?:focal_)?crossentropy", text) or categorical == binary:
        return binary.advice, binary.code
    if "categorical_crossentropy" in text:
        return categorical.advice, categorical.code
    return (
        f"If the loss is categorical: {categorical.advice} If it is binary: {binary.advice}",
        f"# categorical:\n{categorical.code}\n# binary:\n{binary.code}",
    )


@MESSAGES.computed(
    r"logits.{1,3}and.{1,3}labels.{1,3}must have the same shape[^(]{0,100}"
    r"\((?P<one>SHAPE) vs (?P<other>SHAPE)\)",
    r"Shapes (?P<one>SHAPE) and (?P<other>SHAPE) are incompatible",
)
def _two_shapes(match: re.Match[str]) -> Explanation:
    cause = (
        f"The loss compares {match['one']} with {match['other']}, and wants the output and y in "
        "one shape."
    )
    one, other = (entries(sizes)[1:] for sizes in (match["one"], match["other"]))
    if not match[0].startswith("Shapes"):  # of binary cross-entropy, with the output in front
        remedy = to_one_shape(other, one, sparse=False)
        return Explanation(cause, remedy.advice, remedy.code)
    if len(one) == len(other) == 1 and "1" not in one:
        return Explanation(
            f"{cause} They have different columns.",
            "End the model with as many columns as y has.",
            f"Dense({one[0]})",
        )
    remedy = to_one_shape(one, other, sparse=True)
    return Explanation(cause, remedy.advice, remedy.code)


@MESSAGES.computed(
    r"shape of labels \(received (?P<labels>SHAPE)\) should equal the shape of logits"
    r"(?: except for the last dimension)? \(received (?P<logits>SHAPE)\)",
    r"logits and labels must have the same first dimension, got logits shape (?P<logits>SHAPE) "
    r"and labels shape (?P<labels>SHAPE)",
)
def _class_numbers(match: re.Match[str]) -> Explanation:
    # Both may be flattened, so that timesteps count as samples; then how many they are tells.
    y, output = match["labels"], match["logits"]
    labels, (*answers, classes) = entries(y), entries(output) or ["None"]
    numbers, expected = (
        math.prod(int(size) for size in shape if size.isdigit()) for shape in (labels, answers)
    )
    cause = (
        f"The sparse loss wants one class number for each answer of the output. y is {y}, the "
        f"output {output}."
    )
    if numbers < expected:
        return Explanation(
            cause,
            "With one class per sample return the last step only.",
            f"{LAST_STEP}  # y is (N,)",
        )
    every = f"{EVERY_STEP}  # y is (N, T)"
    if classes.isdigit() and numbers == expected * int(classes):
        return Explanation(
            cause,
            f"With {classes} columns in y, one per class, take the loss for that; with a class per "
            "timestep return every step.",
            f"{_BY_COLUMN}\n{every}",
        )
    return Explanation(cause, "With a class per timestep return every step.", every)


@MESSAGES.computed(
    r"label value of (?P<label>-?\d+) which is outside the valid range of \[0, (?P<classes>\d+)\)",
)
def _label(match: re.Match[str]) -> Explanation:
    label, classes = match["label"], match["classes"]
    return Explanation(
        f"y holds the class number {label}, and the output has {classes} columns, for the classes "
        f"0 to {int(classes) - 1}.",
        "Count classes from 0, and end with as many columns as there are classes.",
        "Dense(int(y.max()) + 1, activation='softmax')",
    )


@MESSAGES.computed(
    r"y_true and y_pred have different structures\.?(?:\s+y_true: (?P<y>[^:]{1,300})\s"
    r"y_pred: (?P<output>[^:]{1,300}))?",
    r"The path: (?P<path>\([^)]{1,100}\)) in the `loss` argument, can't be found in either the "
    r"model's output",
)
def _other_number_of_outputs(match: re.Match[str]) -> Explanation:
    parts = match.groupdict()
    outputs, targets = ((parts.get(name) or "").count("*") for name in ("output", "y"))
    what = (
        f"The outputs of the model, {outputs or 'several'}, and the parts of y, "
        f"{targets or 'others'}, aren't as many, or have other names."
    )
    if path := parts.get("path"):
        what = (
            "The model has several outputs and got one y, or not as many losses as outputs; for "
            f"the one at {path} there is nothing to compare."
        )
    return Explanation(
        f"{what} A layer with return_state=True at the end makes its states outputs too.",
        "Leave return_state out of the last layer; or give y as a list, one for each output.",
        "LSTM(units)  # the last layer, without return_state\nmodel.fit(x, [y1, y2])",
    )
