"""Explain messages about two tensors that can't be paired, such as y and the output."""

import math
import re
from collections.abc import Sequence

from lib.shapes.doctor.fixes import BINARY, CATEGORICAL, SPARSE
from lib.shapes.doctor.loss_shapes import RULE_OF
from lib.shapes.errors.inputs import LARGEST_LAYER, data
from lib.shapes.errors.inputs import TEXTS as INPUTS
from lib.shapes.errors.loading import weights
from lib.shapes.errors.message import LAYER_SHAPES, Confidence, Explanation, explained
from lib.shapes.errors.pasted import RECURRENT, Comparison, Found, pasted_sizes
from lib.shapes.errors.states import batches
from lib.shapes.errors.y_fixes import difference, named, question, with_fixes
from lib.shapes.output import Shape, bracketed
from lib.shapes.remedy import Remedy
from lib.shapes.stack.recurrent import BATCH_SIZE
from lib.text import joined

PER_ROW = f"{SPARSE} needs one class number for each row of the output."
# A graph's message about a failed product sorts y and the output by name, so either may be first.
_PRODUCT = re.compile(r'[Nn]ode:? "?(?:[\w.-]+/)+mul(?:_\d+)?(?: defined at|\}\}\])')


def incompatible(found: Found) -> Explanation | None:
    """Explain that a model being built or run can't pair two tensors."""
    one, other = found.shape("one"), found.shape("other")
    if not one or not other:
        likely = named("target per sample", "target per timestep")
        happened = "Two tensors can't be paired: y and the output, if the loss raised this."
        return explained(happened, *likely, confidence="possible")
    pair = Comparison(one, other)
    short, long = sorted((one, other), key=len)
    if len(short) == 1 < len(long) and None not in long and _count(short) % _count(long) == 0:
        return metric(found)  # An accuracy counts timesteps, or columns of y, as samples.
    fixed = [at for at in pair.differing if 1 not in (one[at], other[at])]  # 1 fits any size
    if not pair.missing and [0] in (pair.differing, fixed):
        return _samples(found, one, other)
    shapes = [bracketed(each).replace("None", "?") for each in (one, other)]
    product = re.match(r"compile_loss/(?:[\w.-]+/)?mul(?:_\d+)?(?:/|$)", found.node)
    may_multiply = not found.loss or RULE_OF[found.loss].multiplies
    # A loss that subtracts contains a product only for weights or a mask.
    has_weights = bool(re.search(r"weighted_(?:loss|values)|_sample_weights_", found.whole))
    has_weights |= one == (1, *other[:1])  # Theano adds an axis of 1 in front.
    has_weights |= (len(short), len(long)) == (1, 2) and "[Op:Mul]" in found.whole
    if has_weights or (product and not may_multiply):
        return of_weights(found, *shapes)
    place = found["layer"] or (found.node if "/" in found.node else "")
    if place and not found.in_loss:
        return explained(
            f"{place} can't pair its two tensors, {shapes[0]} and {shapes[1]}: {pair.in_words()}. "
            "Axes are paired from the right. If two sizes differ, one must be 1.",
            fix="Print the shapes of all inputs of this operation.",
            code=LAYER_SHAPES,
            confidence="possible",
        )
    return _explained_loss(found, pair, shapes)


def _samples(found: Found, one: Shape, other: Shape) -> Explanation:
    """Explain that the numbers of samples differ. One axis is most likely that of a loss."""
    sizes = [size for size in (one[0], other[0]) if size and size != BATCH_SIZE]
    happened = f"The loss can't pair {one[0]} samples with {other[0]}."
    if found.loss and len(sizes) == 1:  # The other size is fit's default.
        likely = named("other batch", "short batch")[: 1 + (sizes[0] < BATCH_SIZE)]
        return explained(happened, *likely, words={"full": sizes[0]})
    if found.loss or not (found.in_loss or len(one) == 1):
        return batches(found, one, other)
    return explained(happened, *named("own samples", "fixed batch"), confidence="possible")


def of_weights(found: Found, one: str = "", other: str = "") -> Explanation:
    """Explain that weights, or a mask, don't fit the loss."""
    axes = len(found.shape("one"))
    likely = named("repeat weights", "last weights", "weights of numbers", "mask of timesteps")
    if "at least 3D" in found.whole:  # Keras 2: the output has no timesteps.
        likely = named("last weights", "weights without column")
    elif "specify sample_weight_mode" in found.whole:
        likely = named("mode of weights", "last weights")
    elif "a 2D sample_weight" in found.whole and axes > 2:
        likely = named("weights of pixels" if axes > 3 else "axes of weights")
    elif axes < len(found.shape("other")) and re.search(
        r",\s?_arg_\w*sample_weights_", found.whole
    ):
        likely = named("last weights")
    elif "class_weight" in found.whole:
        likely = named("weights of numbers", "weights of columns", "repeat weights")
    elif "mis-match" in found.whole:  # Theano
        likely.reverse()
    return explained(
        "Weights or a mask don't fit the loss. {one} doesn't fit {other}. sample_weight needs one "
        "number per sample, or per timestep if the layer returns every step.",
        *likely,
        words={"one": one or found["one"], "other": other or found["other"]},
        check="print(w.shape, y.shape, model.output_shape)",
    )


def metric(found: Found) -> Explanation:
    """Explain that a metric can't pair y with the output."""
    likely = named("accuracy", "metric of columns")
    one, other = found.shape("one"), found.shape("other")
    if one and len(one) != len(other):
        is_same = _count(one) == _count(other)
        likely = named("old accuracy" if is_same else "class columns", "accuracy")
    elif "confusion" in found.whole:  # Precision, Recall and AUC call this function.
        likely.reverse()
    sizes = [" × ".join(map(str, each)) for each in (one, other)]
    return explained(
        "A metric can't pair y with the output. The sizes are {one} and {other}.",
        *likely,
        words={"one": sizes[0], "other": sizes[1]},
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
        happened = f"{start}{difference(y, output)}."
        return with_fixes(found, y, output, [loss or "mean_squared_error"], happened)
    confidence: Confidence = "likely" if found.in_loss else "possible"
    if len(short) < len(long):
        happened = f"{start}. Only the output or only y has a time axis."
        likely = named("target per sample", "target per timestep")
        if pair.gaps == [len(short)]:
            happened = f"{start}: only one of them has a last axis."
            likely = named("own loss", "one column")
            if len(short) > 1:
                likely = named("number per timestep", "own loss")
        return explained(happened, *likely, confidence=confidence)
    limit = min(one[1] or 0, other[1] or 0)
    likely = named("columns of y")
    if len(one) == 2:
        likely += named("timesteps of y", "timesteps of output")
    elif len(one) > 3:
        likely = named("changed sizes")
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
        return explained(
            happened, *named("class numbers", "target per sample", "target per timestep")
        )
    pair = Comparison(pasted_sizes(output_text), pasted_sizes(y_text))
    if not pair.received or not pair.expected:
        happened = f"y has no axes, but the output has the shape {output_text}."
        likely = named("list as outputs", "unbatched")
        return explained(happened, *likely, check="print(type(y))") if found["y"] else None
    if pair.is_batch:
        return batches(found, pair.received, pair.expected)
    y, output, message = pair.received[1:], pair.expected[1:], found.match[0]
    losses = [CATEGORICAL, BINARY]
    if (loss := found.loss or found["loss"]) in RULE_OF:
        losses = [RULE_OF[loss].name]
    elif "logits" in message:  # TensorFlow's sigmoid
        losses = [BINARY]
    elif "up until the last" in message or "target.ndim - 1" in message:
        losses = [SPARSE]
    elif found["one"]:
        losses = [CATEGORICAL]
    happened = _needed_shape(y_text, output_text, y, output)
    if losses == [SPARSE]:
        happened = f"{PER_ROW} y is {y_text} and the output is {output_text}."
    is_wrong = y != output or losses == [SPARSE]
    return with_fixes(found, y, output, losses, happened) if is_wrong else None


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
    has_no_sizes = not any(expected)
    if has_no_sizes:  # Assume the last size of y.
        expected = (*expected[:-1], got[-1] if len(got) > 1 else 1)
    y, output, pair = got[1:], expected[1:], Comparison(expected, got)
    happened = _needed_shape(found["got"], found["want"] or f"of rank {len(expected)}", y, output)
    has_extra_axis = has_no_sizes and len(y) == len(output) + 1
    columns = y[-1] if y and y[-1] else 1
    likely: list[Remedy] = []
    if output[-1:] == (1,) and columns > 1 and pair.differing == [len(output)]:
        # Keras 2's sparse loss raised this for any output.
        if len(y) > 1:
            likely = named("class columns", "columns of y")
        elif columns <= LARGEST_LAYER:  # More numbers of a sample are timesteps.
            likely = named("class columns", "columns of y", "timesteps of y")
    elif has_no_sizes and (len(output), len(y)) in ((2, 1), (4, 3)):  # 4: ConvLSTM2D
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
        return with_fixes(found, y, output, losses, happened)
    size = columns if columns <= LARGEST_LAYER else ""
    target = question(y, output, CATEGORICAL)
    return explained(happened, *likely, words={"columns": size}, target=target)


def cut_early(found: Found) -> Explanation:
    """Explain Keras 2's check of x or y if the message lacks the received shape."""
    needs = found["want"] or f"{found['axes']} axes"
    if "input" in re.sub(r"_\d+$", "", found["layer"].lower()):
        happened = f"{found['layer']} needs x with {needs}, but x has another shape."
        return explained(happened, *INPUTS.remedies("table", "flat", "one sample"))
    happened = f"{found['layer']} needs y with {needs}, but y has another shape."
    return explained(happened, *named("class numbers", "target per sample", "target per timestep"))


def counted_together(found: Found) -> Explanation:
    """Explain a cross-entropy for which TensorFlow counts the timesteps of all samples as rows."""
    if not found["y"]:  # The message was cut.
        likely = named("class columns", "target per sample", "target per timestep")
        likely = named("class numbers") + likely[1:] if "same size" in found.match[0] else likely
        return explained("The loss needs one row of labels per row of the output.", *likely)
    *rows, columns = found.shape("output") or (None,)
    y_rows: Shape = found.shape("y")
    y_columns: Shape = ()
    needs = PER_ROW
    if "size=" in found.match[0]:  # the loss for a column per class
        y_rows, y_columns = y_rows[:-1], y_rows[-1:]
        needs = "The cross-entropy needs y in the shape of the output."
    count, y_count = _count(rows), _count(y_rows)
    samples = math.gcd(count, y_count)
    steps = [number // samples for number in (y_count, count)]
    happened = f"{needs} Timesteps count as rows: y is {found['y']}, the output {found['output']}."
    if 1 not in steps:
        likely = named("limited timesteps", "shifted timesteps", "other sequence")
        if abs(steps[0] - steps[1]) == 1:
            likely[:2] = likely[1::-1]
        cut = {"steps": "model.output_shape[1]"}
        return explained(happened, *likely, words=cut, confidence="possible")
    y_steps, output_steps = ((size,) if size > 1 else () for size in steps)
    y, output = (*y_steps, *y_columns), (*output_steps, columns)
    return with_fixes(found, y, output, [CATEGORICAL if y_columns else SPARSE], happened)


def _count(shape: Sequence[int | None]) -> int:
    return math.prod(size or 1 for size in shape)


def _needed_shape(y_text: str, output_text: str, y: Shape, output: Shape) -> str:
    shapes = f"y is {y_text} and the output is {output_text}{difference(y, output)}"
    return f"The loss needs y in the shape of the output. {shapes}."
