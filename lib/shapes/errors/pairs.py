"""Explain messages about two tensors that can't be paired, such as y and the output."""

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from lib.shapes.doctor import ShapeTextError, TargetQuestion, read_shape
from lib.shapes.doctor.fixes import BINARY, CATEGORICAL, LAST_STEP, SPARSE, target_fixes
from lib.shapes.doctor.loss_shapes import RULE_OF
from lib.shapes.errors import remedies
from lib.shapes.errors.inputs import LARGEST, data
from lib.shapes.errors.loading import weights
from lib.shapes.errors.message import Confidence, Explanation, explained
from lib.shapes.errors.pasted import RECURRENT, Comparison, Found, pasted_sizes
from lib.shapes.errors.states import batches
from lib.shapes.output import Shape, bracketed
from lib.shapes.remedy import Remedy
from lib.shapes.stack.recurrent import TIMESTEPS
from lib.text import beside, joined

TEXTS: dict[str, dict[str, Any]] = beside(__file__, "targets")
REMEDIES = {name: Remedy(*row) for name, row in TEXTS["remedies"].items()}
# A graph's message about a failed product sorts y and the output by name, so either may be first.
_PRODUCT = re.compile(r'[Nn]ode:? "?(?:[\w.-]+/)+mul(?:_\d+)?(?: defined at|\}\}\])')


def named(*names: str) -> list[Remedy]:
    """Return the remedies with these names in targets.toml."""
    return [REMEDIES[name] for name in names]


def incompatible(found: Found) -> Explanation | None:
    """Explain that a model being built or run can't pair two tensors."""
    one, other = found.shape("one"), found.shape("other")
    if not one or not other:
        likely = named("target per sample", "target per timestep")
        happened = "Most likely the loss can't pair the output with y."
        return explained(happened, *likely, confidence="possible")
    pair = Comparison(one, other)
    if pair.is_batch:
        return batches(found, one, other)
    shapes = [bracketed(each).replace("None", "?") for each in (one, other)]
    product = re.match(r"compile_loss/(?:[\w.-]+/)?mul(?:_\d+)?(?:/|$)", found.node)
    may_multiply = not found.loss or RULE_OF[found.loss].multiplies
    # A loss that subtracts contains a product only for weights or a mask.
    in_weights = re.search("weighted_loss|reduce_weighted_values", found.node + found.whole)
    if in_weights or (product and not may_multiply) or one == (1, *other[:1]):  # the 1: Theano's
        return of_weights(found, *shapes)
    place = found["layer"] or (found.node if "/" in found.node else "")
    if place and not found.in_loss:
        return explained(
            f"{place} can't pair its two tensors, {shapes[0]} and {shapes[1]}: {pair.in_words()}. "
            "Axes are paired from the right. If two sizes differ, one must be 1.",
            fix="Print the shapes of all inputs of this operation.",
            code=remedies.LAYER_SHAPES,
            confidence="possible",
        )
    return _explained_loss(found, pair, shapes)


def of_weights(found: Found, one: str = "", other: str = "") -> Explanation:
    """Explain that weights, or a mask, don't fit the loss."""
    likely = named("repeat weights", "last weights", "weights of numbers", "mask of timesteps")
    if "at least 3D" in found.whole:  # Keras 2: the output has no timesteps.
        likely = named("last weights", "weights without column")
    elif "class_weight" in found.whole:
        likely = named("weights of numbers", "weights of columns", "repeat weights")
    elif "mis-match" in found.whole:  # Theano
        likely.reverse()
    return explained(
        "The loss can't be weighted. {one} doesn't fit {other}. sample_weight needs one number per "
        "sample, or per timestep if the layer returns every step.",
        *likely,
        words={"one": one or found["one"], "other": other or found["other"]},
        check="print(w.shape, y.shape, model.output_shape)",
    )


def metric(found: Found) -> Explanation:
    """Explain that a metric can't pair y with the output."""
    likely = named("accuracy", "metric of columns")
    one, other = found.shape("one"), found.shape("other")
    if one and len(one) != len(other) and _count(one) == _count(other):
        likely = named("old accuracy", "accuracy")
    return explained(
        "A metric can't pair y with the output. The sizes are {one} and {other}.",
        *likely,
        words={"one": found["one"], "other": found["other"]},
        check="print(y.shape, model.output_shape, keras.__version__)",
    )


def _explained_loss(found: Found, pair: Comparison, texts: list[str]) -> Explanation:
    """Explain that the loss can't pair y and the output. Either may be the first of the pair."""
    one, other, loss, whole = pair.expected, pair.received, found.loss, found.whole
    first = ""  # which of the two the message names first; "" if unknown
    if "SquaredDifference" in whole:  # Keras 2
        first = "output"
    elif "* log(" in whole:  # Theano
        first, loss = "y", CATEGORICAL
    elif loss and re.search("compile_loss|losses/losses.py", whole) and not _PRODUCT.search(whole):
        first = "output" if RULE_OF[loss].output_first else "y"
    unsure_subject = "A multiplication" if "[Op:Mul]" in whole else "Most likely the loss"
    subject = "The loss" if found.in_loss else unsure_subject
    words = {"y": "y {} with the output {}", "output": "the output {} with y {}", "": "{} with {}"}
    start = f"{subject} can't pair {words[first].format(*texts)}"
    short, long = sorted((one, other), key=len)
    if long == (*short, 1):
        happened = f"{start}: only a last axis of 1 differs. Keras's losses drop such an axis."
        return explained(happened, *named("column of y", "own difference"))
    if first:
        y, output = (one[1:], other[1:]) if first == "y" else (other[1:], one[1:])
        happened = f"{start}{_difference(y, output)}."
        return _with_fixes(found, y, output, [loss or "mean_squared_error"], happened)
    confidence: Confidence = "likely" if found.in_loss else "possible"
    if len(short) < len(long):
        happened = f"{start}. Only the output or only y has a time axis."
        likely = named("target per sample", "target per timestep")
        if len(long) == 2:
            happened = f"{start}: only one of them has a second axis."
            likely = named("own loss", "one column")
        return explained(happened, *likely, confidence=confidence)
    limit = min(one[1] or 0, other[1] or 0)
    likely = named("columns of y")
    if len(one) == 2:
        likely += named("timesteps of y", "timesteps of output")
    elif len(one) > 3:
        likely = named("changed sizes", "columns of y")
    elif 1 in pair.differing:
        likely = named("other sequence", "limited timesteps", "changed sizes")
        if limit % 100 == 0:  # A round number is probably a limit.
            likely[:2] = likely[1::-1]
    axes = joined([f"{pair.name(place)}s" for place in pair.differing]).replace("feature", "column")
    happened = f"{start}: the numbers of {axes} differ."
    return explained(happened, *likely, words={"steps": limit}, confidence=confidence)


def refused(found: Found) -> Explanation | None:
    """Explain that a loss refuses two shapes. The message may lack these shapes."""
    if found["one"] and (found.is_loading or re.search(r"\bAssign", found.whole)):
        return weights(found)
    if found["one"] and re.search("metrics_utils|compile_metrics|update_confusion", found.whole):
        return metric(found)
    y_text, output_text = found["y"] or found["one"], found["output"] or found["other"]
    if not y_text or not output_text:
        happened = "y must have the output's shape, or hold class numbers for a sparse loss."
        likely = named("class numbers", "target per sample", "target per timestep")
        return explained(happened, *likely)
    pair = Comparison(pasted_sizes(output_text), pasted_sizes(y_text))
    if not pair.received or not pair.expected:
        happened = f"y has no axes, but the output has the shape {output_text}."
        likely = [*named("list as outputs"), remedies.UNBATCHED]
        return explained(happened, *likely, check="print(type(y))") if found["y"] else None
    if pair.is_batch:
        return batches(found, pair.received, pair.expected)
    y, output, message = pair.received[1:], pair.expected[1:], found.match[0]
    losses = [CATEGORICAL, BINARY]
    if (loss := found.loss or found["loss"]) in RULE_OF:
        losses = [RULE_OF[loss].name]
    elif "up until the last" in message or "target.ndim - 1" in message:
        losses = [SPARSE]
    elif found["one"]:
        losses = [CATEGORICAL]
    happened = _needed_shape(y_text, output_text, y, output)
    is_wrong = y != output or losses == [SPARSE]
    return _with_fixes(found, y, output, losses, happened) if is_wrong else None


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
    y, output, pair = got[1:], expected[1:], Comparison(expected, got)
    happened = _needed_shape(found["got"], found["want"] or f"of rank {len(expected)}", y, output)
    has_extra_axis = bool(found["axes"]) and len(y) == len(output) + 1
    columns = y[-1] if y and y[-1] else 1
    likely: list[Remedy] = []
    if output[-1:] == (1,) and columns > 1 and pair.differing == [len(output)]:
        # Keras 2's sparse loss raised this for any output.
        if len(y) > 1:
            likely = named("class columns", "columns of y")
        elif columns <= LARGEST:  # More numbers of a sample are timesteps.
            likely = named("class columns", "columns of y", "timesteps of y")
    elif found["axes"] == "3" and len(y) == 1:
        second = "number per timestep" if columns > 1 else "repeat y"
        likely = named("target per sample", second, "joined axes")
    elif has_extra_axis and y[-2:] == (2, 2):
        likely = named("to_categorical twice", "target per timestep")
    elif has_extra_axis and y[-1] == 2:
        likely = named("target per timestep", "to_categorical twice")
    elif has_extra_axis and len(y) > 2:
        likely = named("image per timestep", "last of y")
    if not likely:
        losses = [CATEGORICAL, "mean_squared_error"]
        if found.kind in RECURRENT:  # A recurrent layer returns numbers, not probabilities.
            losses.reverse()
        return _with_fixes(found, y, output, losses, happened)
    size = columns if columns <= LARGEST else ""
    question = _question(y, output, CATEGORICAL)
    return explained(happened, *likely, words={"columns": size}, target=question)


def counted_together(found: Found) -> Explanation:
    """Explain a cross-entropy for which TensorFlow counts the timesteps of all samples as rows."""
    *rows, columns = found.shape("output") or (None,)
    y_rows: Shape = found.shape("y")
    y_columns: Shape = ()
    needs = "sparse_categorical_crossentropy needs one class number per row of the output."
    if "size=" in found.match[0]:  # the loss for a column per class
        y_rows, y_columns = y_rows[:-1], y_rows[-1:]
        needs = "The cross-entropy needs y in the shape of the output."
    count, y_count = _count(rows), _count(y_rows)
    samples = math.gcd(count, y_count)
    steps = [number // samples for number in (y_count, count)]
    happened = f"{needs} Timesteps count as rows: y is {found['y']}, the output {found['output']}."
    if 1 not in steps:
        likely = named("shifted timesteps", "limited timesteps", "other sequence")
        return explained(happened, *likely, words={"steps": min(steps)}, confidence="possible")
    y_steps, output_steps = ((size,) if size > 1 else () for size in steps)
    y, output = (*y_steps, *y_columns), (*output_steps, columns)
    return _with_fixes(found, y, output, [CATEGORICAL if y_columns else SPARSE], happened)


def _count(shape: Sequence[int | None]) -> int:
    return math.prod(size or 1 for size in shape)


def _difference(y: Shape, output: Shape) -> str:
    """Return the end of a sentence on how y and the output differ. Shapes have no samples axis."""
    words = Comparison((-1, *output), (-1, *y)).in_words()
    words = words.replace("samples or ", "").replace("feature", "column")
    return f": {words}" if words else ""


def _needed_shape(y_text: str, output_text: str, y: Shape, output: Shape) -> str:
    shapes = f"y is {y_text} and the output is {output_text}{_difference(y, output)}"
    return f"The loss needs y in the shape of the output. {shapes}."


def _with_fixes(
    found: Found, y: Shape, output: Shape, losses: Sequence[str], happened: str
) -> Explanation:
    likely = [each for loss in losses for each in _likely_fixes(y, output, loss)]
    question = _question(y, output, losses[0])
    if not likely:
        fix = "Print both shapes. Give y the output's axes, or the output y's columns."
        code = "print(y.shape, model.output_shape)"
        return explained(happened, fix=fix, code=code, target=question, confidence="possible")
    first: dict[str, Remedy] = {}  # the first fix for each condition
    for each in likely:
        first.setdefault(each.condition, each)
    # Without another layer's name in the message, the recurrent layer may be the last.
    is_last = not found["layer"] or found.kind in RECURRENT
    units = f"{output[-1]}" if is_last and output and 1 < (output[-1] or 0) <= LARGEST else ""
    words = {"units": units}
    if y and output:
        words |= {"columns": f"{y[-1]}", "classes": f"{output[-1]}"}
    return explained(happened, *list(first.values())[:4], words=words, target=question)


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
    if y and output and y[:-1] == output[:-1] and loss in (CATEGORICAL, SPARSE):
        found[1:1] = _of_other_classes(y[-1] or 0, output[-1] or 0, loss)
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


def _of_other_classes(columns: int, classes: int, loss: str) -> list[Remedy]:
    """Return fixes for a y whose number of columns isn't the output's number of classes."""
    name = ""
    if loss == SPARSE and columns not in (1, classes):
        name = "other classes"
    elif loss == CATEGORICAL and columns == classes + 1 > 2:
        name = "classes from 1"
    elif loss == CATEGORICAL and 1 < columns < classes:
        name = "missing classes"
    return named(name) if name else []


def _doctor_fixes(y: Shape, output: Shape, loss: str) -> list[Remedy]:
    """Return the target doctor's fixes, one per condition. The shapes have no samples axis."""
    target, shape = (None, *y), (None, *(output or (1,)))
    if shape[-1] == 1 and loss in (CATEGORICAL, SPARSE):
        loss = BINARY  # One column can't hold several classes.
    by_condition: dict[str, Remedy] = {}
    for fix in target_fixes(shape, target, loss):
        if not fix.code or ("Dense(" in fix.code and fix.output_shape[-1] > LARGEST):
            continue
        text, code = fix.fix, fix.code.replace("timesteps", "x.shape[1]")
        if first := by_condition.get(fix.condition):
            text = f"{first.fix} Or {text[:1].lower()}{text[1:]}"
            code = f"{first.code}\n# or:\n{code}"
        by_condition[fix.condition] = replace(fix, fix=text, code=code)
    return list(by_condition.values())
