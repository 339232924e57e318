"""Targets and losses that check shapes: cross-entropies, class numbers, several outputs.

A loss that broadcasts instead fails, if at all, as two tensors that can't be paired:
`lib.errors.incompatible_shapes`.
"""

import math
import re

from lib.doctor.fixes import TargetFix, target_fixes
from lib.errors.message import Explanation, Messages, entries
from lib.errors.target_remedies import to_one_shape

MESSAGES = Messages("target_shapes")


def _sparse_shapes(match: re.Match[str]) -> Explanation:
    y, output = (entries(sizes or "")[1:] for sizes in (match["y"], match["output"]))
    if y and y == output:
        return MESSAGES.say("sparse: columns of classes", match)
    if len(y) == len(output) == 1:  # a last axis of 1 may be gone
        return MESSAGES.say("sparse: a sample's or a timestep's", match, columns=y[0])
    if match["y"] and (ways := _ways_out(y, output)):
        fix = " Or: ".join(way.when for way in ways)
        code = "\n# or:\n".join(way.code for way in ways)
        return MESSAGES.say("sparse: the doctor's", match, advice=fix, right=code)
    if len(y) == len(output) > 1 and y[:-1] == output[:-1]:
        return MESSAGES.say("sparse: other columns", match, columns=y[-1])
    return MESSAGES.say("sparse: other axes", match)


def _ways_out(y: list[str], output: list[str]) -> tuple[TargetFix, ...]:
    """The doctor's first two for the sparse loss; none where a size is open."""
    if not all(size.isdigit() and int(size) for size in (*y, *output)):
        return ()
    samples = 1009  # those aren't known; any number will do that is no other axis's
    shape, target = ((samples, *map(int, sizes)) for sizes in (output, y))
    return target_fixes(shape, target, "sparse_categorical_crossentropy", samples)[:2]


def _unequal_shapes(match: re.Match[str]) -> Explanation:
    y, output = (entries(sizes or "")[1:] for sizes in (match["y"], match["output"]))
    if not output:
        return MESSAGES.say("cross-entropy without shapes", match)
    advice, code = _by_loss(y, output, match.string)
    return MESSAGES.say("cross-entropy", match, advice=advice, right=code)


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


def _two_shapes(match: re.Match[str]) -> Explanation:
    one, other = (entries(sizes)[1:] for sizes in (match["one"], match["other"]))
    checked = match[0].startswith("Shapes")
    if checked and len(one) == len(other) == 1 and "1" not in one:
        return MESSAGES.say("compared, other columns", match, columns=one[0])
    # Binary cross-entropy, which says it otherwise, has the output in front.
    y, output = (one, other) if checked else (other, one)
    remedy = to_one_shape(y, output, sparse=checked)
    return MESSAGES.say("compared", match, advice=remedy.advice, right=remedy.code)


def _class_numbers(match: re.Match[str]) -> Explanation:
    # Both may be flattened, so that timesteps count as samples; then how many they are tells.
    labels, (*answers, classes) = entries(match["labels"]), entries(match["logits"]) or ["None"]
    numbers, expected = (
        math.prod(int(size) for size in shape if size.isdigit()) for shape in (labels, answers)
    )
    row = "too many class numbers"
    if numbers < expected:
        row = "too few class numbers"
    elif classes.isdigit() and numbers == expected * int(classes):
        row = "columns for class numbers"
    return MESSAGES.say(row, match, classes=classes)


def _label(match: re.Match[str]) -> Explanation:
    return MESSAGES.say("label", match, largest=int(match["classes"]) - 1)


def _other_number_of_outputs(match: re.Match[str]) -> Explanation:
    outputs, targets = ((match[name] or "").count("*") or None for name in ("output", "y"))
    return MESSAGES.say("other outputs", outputs=outputs, targets=targets)
