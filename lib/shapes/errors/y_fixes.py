"""Fixes for a y that doesn't fit the output, from targets.toml and the target doctor.

No shape here has the samples axis.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from lib.shapes.doctor import ShapeTextError, TargetQuestion, read_shape
from lib.shapes.doctor.fixes import BINARY, CATEGORICAL, SPARSE, target_fixes
from lib.shapes.errors.inputs import LARGEST_LAYER
from lib.shapes.errors.message import Explanation, Texts, explained
from lib.shapes.errors.pasted import RECURRENT, Comparison, Found
from lib.shapes.output import Shape
from lib.shapes.remedy import Remedy
from lib.shapes.stack.recurrent import TIMESTEPS

TEXTS = Texts(__file__, "targets")
named = TEXTS.remedies


def difference(y: Shape, output: Shape) -> str:
    """Return the end of a sentence on how y and the output differ."""
    words = Comparison((-1, *output), (-1, *y)).in_words()
    words = words.replace("samples or ", "").replace("feature", "column")
    return f": {words}" if words else ""


def with_fixes(
    found: Found, y: Shape, output: Shape, losses: Sequence[str], happened: str
) -> Explanation:
    """Return the explanation with the likeliest fixes, and with the question for the doctor."""
    # None may be any size, so it isn't a difference.
    y, output = _with_sizes_of(y, output), _with_sizes_of(output, y)
    # Some messages of Keras 2 have whole shapes. In others, Keras may have dropped an axis of 1.
    is_whole = re.match("(?:checking|expected|feed|array with)\\b", found.match[0])
    likely: list[Remedy] = []
    for loss in losses:
        likely += _likely_fixes(y, output, loss)
        likely += [] if is_whole else _fixes_of_dropped_axis(y, output, loss)
    asked = question(y, output, losses[0])
    if y == output and losses[0] != SPARSE:
        likely = named("open sizes")
    if not likely:
        fix = "Print both shapes. Give y the output's axes, or the output y's columns."
        code = "print(y.shape, model.output_shape)"
        return explained(happened, fix=fix, code=code, target=asked, confidence="possible")
    first: list[Remedy] = []
    for each in likely:
        if not any(each.condition == one.condition or each.code == one.code for one in first):
            first.append(each)
    # Without the name of a recurrent layer in the message, the last layer is probably a Dense.
    words = {"units": f"{output[-1] or ''}" if output and found.kind in RECURRENT else ""}
    if y and output:
        words |= {"columns": f"{y[-1]}", "classes": f"{output[-1]}", "steps": f"{y[0]}"}
    return explained(happened, *first[:4], words=words, target=asked)


def _with_sizes_of(shape: Shape, other: Shape) -> Shape:
    """Return the shape with the other shape's sizes in place of None."""
    missing = (None,) * (len(shape) - len(other))
    return tuple(a or b for a, b in zip(shape, other + missing, strict=False))


def question(y: Shape, output: Shape, loss: str) -> TargetQuestion | None:
    """Return the question for the target doctor."""
    samples, *_ = TargetQuestion().output
    loss = BINARY if loss == CATEGORICAL and output[-1:] == (1,) else loss
    try:
        output, y = (
            read_shape(f"{[samples, *(size or TIMESTEPS for size in shape)]}")
            for shape in (output, y)
        )
    except ShapeTextError:  # more axes or larger sizes than the doctor reads
        return None
    return TargetQuestion(output, y, loss)


def _likely_fixes(y: Shape, output: Shape, loss: str) -> list[Remedy]:
    """Return fixes, likeliest first."""
    found = _doctor_fixes(y, output, loss)
    is_last_step = loss != SPARSE and len(y) == 1 and output[:-1] == (1,)
    if is_last_step or (loss == CATEGORICAL and output == 2 * y):  # as many timesteps as classes
        found[:0] = named("target per sample")
    if y and output and y[:-1] == output[:-1]:
        columns, classes = y[-1] or 0, output[-1] or 0
        is_plain = found and found[0].condition.endswith(("per sample", "per timestep"))
        if is_plain and loss != SPARSE:
            one = found[0].condition.replace("has one target", "holds one measured number")
            condition = "y has the right columns" if columns > 1 else one
            found[0] = replace(found[0], condition=condition)
        if loss == SPARSE and columns not in (1, classes):
            found[1:1] = named("other classes")
        elif loss == CATEGORICAL and columns > 1 < classes:
            other = "classes from 1" if columns == classes + 1 else "x as y"
            found[1:1] = named("missing classes" if columns < classes else other)
    if len(y) == 2 and len(output) == 1 and loss not in (SPARSE, CATEGORICAL, BINARY):
        found[1:1] = named("forecast")
    if len(output) == 2 and len(y) == (1 if loss == SPARSE else 2) and y[0] != output[0]:
        found += named("other sequence")
    if len(y) == len(output) == 1 and loss != SPARSE:
        # Columns are more common than timesteps, so fixes of the time axis come last.
        found.sort(key=lambda each: "LSTM(" in each.code or "only the last" in each.condition)
    return found


def _fixes_of_dropped_axis(y: Shape, output: Shape, loss: str) -> list[Remedy]:
    """Return fixes for y and an output of which one had a last axis of 1, likeliest first."""
    if not len(y) == len(output) == 1:
        return []
    found: list[Remedy] = []
    output_steps = 1 if loss == SPARSE else output[0]
    y_steps = 1 if output[0] == 1 else y[0]
    for name, steps, full_y, full_output in (
        ("the output", output_steps, y, (*output, 1)),
        ("y", y_steps, (*y, 1), output),
    ):
        if steps not in (1, None):
            condition = f"{name} is (samples, {steps}, 1), one number per timestep"
            fixes = _doctor_fixes(full_y, full_output, loss)[:1]
            found += [replace(each, condition=condition) for each in fixes]
    return found


def _doctor_fixes(y: Shape, output: Shape, loss: str) -> list[Remedy]:
    """Return the target doctor's fixes, one per condition."""
    target, shape = (None, *y), (None, *(output or (1,)))
    if shape[-1] == 1 and loss in (CATEGORICAL, SPARSE):
        loss = BINARY  # One column can't hold several classes.
    by_condition: dict[str, Remedy] = {}
    for fix in target_fixes(shape, target, loss):
        if not fix.code or ("Dense(" in fix.code and fix.output_shape[-1] > LARGEST_LAYER):
            continue
        text, code = fix.fix, fix.code.replace("timesteps", "x.shape[1]")
        condition = fix.condition.removesuffix(", for each sample")
        if first := by_condition.get(condition):
            text = f"{first.fix} Or {text[:1].lower()}{text[1:]}"
            code = f"{first.code}\n# or:\n{code}"
        by_condition[condition] = replace(fix, condition=condition, fix=text, code=code)
    return list(by_condition.values())
