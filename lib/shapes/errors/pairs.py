"""Explain messages about two tensors that can't be paired, such as y and the output."""

import math
import re
from collections.abc import Sequence
from dataclasses import replace

from lib.shapes.doctor import ShapeTextError, TargetQuestion, read_shape
from lib.shapes.doctor.fixes import BINARY, CATEGORICAL, LAST_STEP, SPARSE, target_fixes
from lib.shapes.doctor.loss_shapes import RULE_OF
from lib.shapes.errors import remedies
from lib.shapes.errors.inputs import LARGEST, data
from lib.shapes.errors.loading import weights
from lib.shapes.errors.message import Explanation, explained
from lib.shapes.errors.pasted import Comparison, Found, pasted_sizes
from lib.shapes.errors.states import batches
from lib.shapes.output import Shape, bracketed
from lib.shapes.remedy import Remedy
from lib.shapes.stack.recurrent import TIMESTEPS

_PER_SAMPLE_OR_STEP = remedies.TARGET_PER_SAMPLE, remedies.TARGET_PER_STEP
# A graph's message about a failed product sorts y and the output by name, so either may be first.
_PRODUCT = re.compile(r'[Nn]ode:? "?(?:[\w.-]+/)+mul(?:_\d+)?(?: defined at|\}\}\])')


def incompatible(found: Found) -> Explanation | None:
    """Explain that a model being built or run can't pair two tensors."""
    one, other = found.shape("one"), found.shape("other")
    if not one or not other:
        return _time_axis_in_one("Most likely the loss can't pair the output with y")
    pair = Comparison(one, other)
    if pair.is_batch:
        return batches(found, one, other)
    if one == other:
        return None
    shapes = [bracketed(each).replace("None", "?") for each in (one, other)]
    product = re.match(r"compile_loss/(?:[\w.-]+/)?mul(?:_\d+)?(?:/|$)", found.node)
    may_multiply = not found.loss or RULE_OF[found.loss].multiplies
    # A loss that subtracts contains a product only for weights or a mask.
    in_weights = re.search("weighted_loss|reduce_weighted_values", found.node + found.whole)
    if in_weights or (product and not may_multiply):
        return of_weights(found, *shapes)
    place = found["layer"] or (found.node if "/" in found.node else "")
    if place and not found.in_loss:
        return explained(
            f"{place} can't pair its two tensors, {shapes[0]} and {shapes[1]}: {pair.in_words()}. "
            "Axes are paired from the right. If two sizes differ, one must be 1.",
            fix="Print the shapes of all inputs of this operation.",
            code=remedies.LAYER_SHAPES,
            confidence="likely",
        )
    return _explained_loss(found, one, other, shapes)


def of_weights(found: Found, one: str = "", other: str = "") -> Explanation:
    """Explain that weights, or a mask, don't fit the loss."""
    likely = [remedies.WEIGHT_PER_STEP, remedies.WEIGHT_OF_LAST_STEP, remedies.WEIGHT_PER_LABEL]
    if "class_weight" in found.whole:
        likely.reverse()
    elif "at least 3D" in found.whole:  # Keras 2: the output has no timesteps.
        likely[:2] = likely[1::-1]
    return explained(
        "The loss can't be weighted. {one} doesn't fit {other}. sample_weight needs one number per "
        "sample, or per timestep if the layer returns every step.",
        *likely,
        remedies.WEIGHTS_WITHOUT_COLUMN,
        words={"one": one or found["one"], "other": other or found["other"]},
        check="print(w.shape, y.shape, model.output_shape)",
    )


def _time_axis_in_one(start: str) -> Explanation:
    return explained(f"{start}. Only the output or only y has a time axis.", *_PER_SAMPLE_OR_STEP)


def _explained_loss(found: Found, one: Shape, other: Shape, texts: list[str]) -> Explanation:
    """Explain that the loss can't pair y and the output. Either may be the shape `one`."""
    loss, whole = found.loss, found.whole
    first = ""  # which of the two the message names first; "" if unknown
    if "SquaredDifference" in whole:  # Keras 2
        first = "output"
    elif loss and re.search("compile_loss|losses/losses.py", whole) and not _PRODUCT.search(whole):
        first = "output" if RULE_OF[loss].output_first else "y"
    unsure_subject = "A multiplication" if "[Op:Mul]" in whole else "Most likely the loss"
    subject = "The loss" if found.in_loss else unsure_subject
    pair = {"y": "y {} with the output {}", "output": "the output {} with y {}", "": "{} with {}"}
    start = f"{subject} can't pair {pair[first].format(*texts)}"
    short, long = sorted((one, other), key=len)
    if long == (*short, 1):
        return explained(
            f"{start}: only a last axis of 1 differs. Keras's losses drop such an axis.",
            fix="Use Keras's loss, or add the axis to the shorter tensor.",
            code="loss = keras.losses.mean_squared_error(y, y_pred)\n# or:\ny = y[..., None]",
        )
    if not first and len(short) == len(long):
        happened = f"{start}. Keras drops a last axis of 1, which may pair timesteps with columns."
        axis_fixes = remedies.TARGET_PER_STEP, remedies.TARGET_PER_SAMPLE
        return explained(happened, remedies.OTHER_COLUMNS, *axis_fixes)
    if not first:
        return _time_axis_in_one(start)
    y, output = (one[1:], other[1:]) if first == "y" else (other[1:], one[1:])
    happened = f"{start}{_difference(y, output)}."
    return _with_fixes(y, output, [loss or "mean_squared_error"], happened)


def refused(found: Found) -> Explanation | None:
    """Explain that a loss refuses two shapes. The message may lack these shapes."""
    if found["one"] and (found.is_loading or re.search(r"\bAssign", found.whole)):
        return weights(found)
    y_text, output_text = found["y"] or found["one"], found["output"] or found["other"]
    if not y_text or not output_text:
        happened = "y must have the output's shape. For the sparse loss, y must hold class numbers."
        return explained(happened, remedies.CLASS_NUMBERS, *_PER_SAMPLE_OR_STEP)
    pair = Comparison(pasted_sizes(output_text), pasted_sizes(y_text))
    if not pair.received or not pair.expected:
        happened = f"y has no axes, but the output has the shape {output_text}."
        return explained(happened, remedies.Y_IS_A_LIST, remedies.UNBATCHED) if found["y"] else None
    if pair.is_batch:
        return batches(found, pair.received, pair.expected)
    y, output, message = pair.received[1:], pair.expected[1:], found.match[0]
    losses = [CATEGORICAL, BINARY]
    if (named := found.loss or found["loss"]) in RULE_OF:
        losses = [RULE_OF[named].name]
    elif "up until the last" in message or "target.ndim - 1" in message:
        losses = [SPARSE]
    elif found["one"]:
        losses = [CATEGORICAL]
    happened = _needed_shape(y_text, output_text, y, output)
    is_wrong = y != output or losses == [SPARSE]
    return _with_fixes(y, output, losses, happened) if is_wrong else None


def refused_early(found: Found) -> Explanation | None:
    """Explain Keras 2's check of x or y before the first epoch."""
    got, name = found.shape("got"), found["layer"].lower()
    is_input = "input" in (found["what"] or re.sub(r"_\d+$", "", name))
    expected = found.shape("want") or (None,) * int(found["axes"] or 0)
    recurrent = re.search("rnn|lstm|gru", name)
    # A recurrent layer's (None, 3) is the shape of a sample: None is the number of timesteps.
    is_sample = is_input and recurrent and len(expected) == 2
    is_sequence_batch = len(expected) == 3 and (recurrent or not is_input)
    has_batch = expected[:1] == (None,) or is_sequence_batch
    if is_sample or not has_batch:
        expected, got = (None, *expected), (None, *got)
    if is_input:
        return data(found, expected, got)
    if found["axes"]:  # The message has no sizes, so assume the last size of y.
        expected = (*expected[:-1], got[-1] if len(got) > 1 else 1)
    y, output = got[1:], expected[1:]
    happened = _needed_shape(found["got"], found["want"] or f"of rank {len(expected)}", y, output)
    has_extra_axis = bool(found["axes"]) and len(y) == len(output) + 1
    likely: list[Remedy] = []
    if y[:-1] == output[:-1] and output[-1:] == (1,) and 1 < (y[-1] or 0) <= LARGEST:
        # Keras 2's sparse loss raised this for any output.
        likely = [remedies.CLASS_COLUMNS, remedies.OTHER_COLUMNS]
    elif found["axes"] == "3" and len(y) == 1:
        likely = [remedies.TARGET_PER_SAMPLE, remedies.STEP_OF_Y]
    elif has_extra_axis and y[-2:] == (2, 2):
        likely = [remedies.TO_CATEGORICAL_TWICE, remedies.TARGET_PER_STEP]
    elif has_extra_axis and y[-1] == 2:
        likely = [remedies.TARGET_PER_STEP, remedies.TO_CATEGORICAL_TWICE]
    elif has_extra_axis and len(y) > 2:
        likely = [remedies.TARGET_PER_STEP]
    if likely:
        return explained(happened, *likely, words={"columns": y[-1]})
    return _with_fixes(y, output, [CATEGORICAL, "mean_squared_error"], happened)


def class_numbers(found: Found) -> Explanation:
    """Explain class numbers that don't fit the output. TensorFlow counts timesteps as samples."""
    *before, classes = found.shape("output") or (None,)
    numbers = math.prod(size or 1 for size in found.shape("y"))
    expected = math.prod(size or 1 for size in before)  # class numbers that fit the output
    likely = [remedies.TARGET_PER_STEP, remedies.CLASS_COLUMNS]
    if numbers < expected:
        likely = [remedies.TARGET_PER_SAMPLE, remedies.TARGET_PER_STEP]
    elif classes and numbers == expected * classes:
        likely.reverse()
    shapes = f"y is {found['y']} and the output is {found['output']}"
    return explained(f"The sparse loss needs one class number per output. {shapes}.", *likely)


def _difference(y: Shape, output: Shape) -> str:
    """Return the end of a sentence on how y and the output differ. Shapes have no samples axis."""
    words = Comparison((-1, *output), (-1, *y)).in_words()
    words = words.replace("samples or ", "").replace("feature", "column")
    return f": {words}" if words else ""


def _needed_shape(y_text: str, output_text: str, y: Shape, output: Shape) -> str:
    shapes = f"y is {y_text} and the output is {output_text}{_difference(y, output)}"
    return f"The loss needs y in the shape of the output. {shapes}."


def _with_fixes(y: Shape, output: Shape, losses: Sequence[str], happened: str) -> Explanation:
    likely = [each for loss in losses for each in _likely_fixes(y, output, loss)]
    if not likely:
        return explained(
            happened,
            fix="Print both shapes. Give y the output's axes, or the output y's columns.",
            code="print(y.shape, model.output_shape)",
            confidence="possible",
        )
    first: dict[str, Remedy] = {}  # the first fix for each condition
    for each in likely:
        first.setdefault(each.condition, each)
    question = _question(y, output, losses[0])
    return explained(happened, *list(first.values())[:4], target=question)


def _question(y: Shape, output: Shape, loss: str) -> TargetQuestion | None:
    """Return the question for the target doctor. The shapes have no samples axis."""
    samples, *_ = TargetQuestion().output
    try:
        output, y = (
            read_shape(f"{[samples, *(size or TIMESTEPS for size in shape)]}")
            for shape in (output, y)
        )
    except ShapeTextError:  # more axes or larger sizes than the doctor reads
        return None
    return TargetQuestion(output, y, loss)


def _likely_fixes(y: Shape, output: Shape, loss: str) -> list[Remedy]:
    """Return fixes, likeliest first. The shapes have no samples axis."""
    found = _doctor_fixes(y, output, loss)
    if len(y) == 1 and len(output) == 2 and output[0] == 1:
        condition = "the output doesn't need its time axis of one step"
        found.insert(0, Remedy(condition, "Return only the last timestep.", LAST_STEP))
    if not len(y) == len(output) == 1:
        return found
    # Columns are more common than timesteps, so fixes of the time axis come last.
    found.sort(key=lambda each: "LSTM(" in each.code or "only the last" in each.condition)
    # Keras may have dropped a last axis of 1 from either shape.
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
    """Return the target doctor's fixes, one per condition. The shapes have no samples axis."""
    target, shape = (None, *y), (None, *(output or (1,)))
    if shape[-1] == 1 and loss in (CATEGORICAL, SPARSE):
        loss = BINARY  # One column can't hold several classes.
    by_condition: dict[str, Remedy] = {}
    for fix in target_fixes(shape, target, loss):
        if not fix.code or ("Dense(" in fix.code and fix.output_shape[-1] > LARGEST):
            continue
        if first := by_condition.get(fix.condition):
            text = f"{first.fix} Or: {fix.fix[:1].lower()}{fix.fix[1:]}"
            code = f"{first.code}\n# or:\n{fix.code}"
            by_condition[fix.condition] = replace(fix, fix=text, code=code)
        else:
            by_condition[fix.condition] = fix
    return list(by_condition.values())
