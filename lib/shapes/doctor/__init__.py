"""The target doctor: check from shapes alone whether a target trains the intended model.

Losses such as mean squared error broadcast a target of the wrong shape without an error, and the
model learns something else. The rules are in `loss_shapes`, the fixes in `fixes`.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from lib.experiment import LOSSES
from lib.shapes.doctor import loss_shapes
from lib.shapes.doctor.fixes import target_fixes
from lib.shapes.doctor.loss_shapes import RULES, BatchResult, LossRule, LossVerdict, Sizes
from lib.shapes.remedy import Remedy
from lib.text import beside

SIGNS: dict[LossVerdict, str] = {"correct": "✓", "silent": "⚠", "error": "✗"}
MAX_SIZE, MAX_AXES = 1_000_000, 4
LABEL_NOTES = beside(__file__, "labels")  # notes on what shapes don't show, and mistakes
_IN_APP = [loss.keras for loss in LOSSES.values()]  # these losses come first
LOSS_NAMES = (*dict.fromkeys([*_IN_APP, *RULES, "crossentropy"]),)


@dataclass(frozen=True, slots=True)
class AxisPair:
    """An axis of the output paired with an axis of the target, each with its length and unit.

    A unit is "" if that shape lacks the axis, and "number" if the target's unit is unknown.
    """

    output: int
    target: int
    output_unit: str
    target_unit: str

    def outcome(self, rule: LossRule) -> tuple[LossVerdict, str]:
        """Return a loss's verdict on this pair, and a few words on a mismatch, else ""."""
        names = {self.output_unit, self.target_unit}
        if self.output != self.target:
            if rule.checks or 1 not in (self.output, self.target):
                return "error", f"{self.output} ≠ {self.target}"
            repeated = "y" if self.target == 1 else "the output"
            return "silent", f"{repeated} is repeated {max(self.output, self.target)} times"
        if len(names) > 1 and not names & {"", "number"}:
            return "silent", f"{self.output_unit}s are paired with {self.target_unit}s"
        if rule.classes and self.output_unit == "column" and self.output == 1:
            return "silent", "only one class"
        return ("error", "missing") if rule.checks and "" in names else ("correct", "")


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The effect of a target in `fit`, with its cause and fixes."""

    output_shape: Sizes
    target_shape: Sizes
    verdict: LossVerdict  # the worst verdict of all batches; "error" if the sample counts differ
    loss: str  # the name of Keras's function
    decisive: BatchResult | None  # first batch with this verdict; None if sample counts differ
    broadcast_shape: Sizes | None  # shape of the compared pairs; None if Keras raises an error
    keras_message: str  # part of Keras's error message; "" if there is no error
    cause: str  # one or more sentences
    axes: list[tuple[AxisPair, LossVerdict, str]]  # pairs of the decisive batch, with outcomes
    fixes: tuple[Remedy, ...]  # likeliest first; empty if no fix is known


def diagnose_target(
    output_shape: Sequence[int | None],
    target_shape: Sequence[int],
    loss: str,
    batch_size: int | None = None,
) -> Diagnosis:
    """Return whether `fit` raises an error, trains the intended model, or silently another one.

    The intended model compares each number of the output with its own target. One exception: a
    categorical cross-entropy over a last axis of 1 is "silent", because it is 0 for any output.

    `output_shape` is (N, T, K) or (N, K) for all N samples; None in place of N takes N from the
    target. `loss` is any name that `compile(loss=…)` takes. A `batch_size` of None means 32, as in
    `fit`. Raises ValueError for an unknown loss or an invalid shape.
    """
    target = _shape("target_shape", target_shape)
    output = _shape("output_shape", output_shape, samples=target[0])
    batch_size = 32 if batch_size is None else batch_size
    if batch_size < 1:
        raise ValueError(f"expected batch_size to be 1 or more, received {batch_size}")
    rule = loss_shapes.loss_rule(loss, output, target)
    batches = loss_shapes.follow_epoch(output, target, rule, batch_size)
    verdict = loss_shapes.worst(batches)
    fixes = target_fixes(output, target, loss, batch_size) if verdict != "correct" else ()
    decisive = next((batch for batch in batches if batch.verdict == verdict), None)
    if decisive is None:  # The numbers of samples differ, so Keras never calls the loss.
        shape, error = None, "Data cardinality is ambiguous"
        pair = AxisPair(output[0], target[0], "sample", "sample")
        unequal = f"{output[0]} ≠ {target[0]}"
        axes: list[tuple[AxisPair, LossVerdict, str]] = [(pair, "error", unequal)]
        cause = f"The output has {output[0]} samples but y has {target[0]}. "
        cause += "Cut x and y from the same windows."
    else:
        shape, error = decisive.broadcast, decisive.keras_message
        cause = " ".join(_reasons(output, target, rule, batches[0], decisive))
        shown = decisive
        if rule.labels and len(shown.output) > 1:  # Class numbers have no column axis.
            shown = replace(shown, output=shown.output[:-1])
        axes = [(each, *each.outcome(rule)) for each in _line_up(output, target, shown)]
    return Diagnosis(output, target, verdict, rule.name, decisive, shape, error, cause, axes, fixes)


def _shape(name: str, shape: Sequence[int | None], samples: int | None = None) -> Sizes:
    """Return the shape with `samples` in place of a leading None. Raises ValueError."""
    sizes = tuple(shape)
    if samples and sizes[:1] == (None,):
        sizes = (samples, *sizes[1:])
    numbers = tuple(int(n) for n in sizes if n is not None and hasattr(n, "__index__") and n > 0)
    if not sizes or len(numbers) < len(sizes):
        wanted = "(N, …), whole numbers of at least 1"
        raise ValueError(f"expected {name} to be {wanted}, received {sizes}")
    return numbers


def _reasons(
    output: Sizes, target: Sizes, rule: LossRule, first: BatchResult, batch: BatchResult
) -> Iterator[str]:
    """Yield sentences on why `batch` has its verdict; `first` is the first batch of the epoch."""
    axes = _line_up(output, target, batch)
    for name, before, after in (("the output", output, batch.output), ("y", target, batch.target)):
        if len(after) < len(before):
            yield f"Keras drops the last axis of {name}, which is 1."
        elif len(after) > len(before):
            yield f"Keras adds a last axis of 1 to {name}."
    if batch.verdict == "error" and rule.checks:
        what = "class numbers" if rule.labels else "y"
        wanted = (output[0], *batch.output[1:])
        wanted = wanted[:-1] if rule.labels else wanted
        yield f"{rule.name} expects {what} of shape {wanted}, but received {target}."
    elif batch.verdict == "error":
        unfit = next(a for a in axes if a.output != a.target and 1 not in (a.output, a.target))
        yield f"Axes are paired from the right: {unfit.target} {unfit.target_unit}s of y with"
        yield f"{unfit.output} {unfit.output_unit}s of the output. They differ, and neither is 1."
    elif not rule.checks and any(axis.output != axis.target for axis in axes):
        yield from _stretched(batch, axes)
    elif rule.single_class(batch.output):
        yield "One column means one class, whose probability is always 1."
        yield "So the loss is almost 0 for any output, and the model learns nothing."
        if rule.labels:
            yield "On a CPU, TensorFlow raises an error if y contains a class other than 0."
    elif batch.verdict == "silent":
        yield f"{rule.name} then works along the {axes[-1].output_unit}s instead of the columns."
    else:
        yield from _matched(output, batch, rule)
    if batch.verdict == "error" and first.verdict != "error":
        yield f"Batches of {first.size} raise no error, but the last batch of {batch.size} does."


def _matched(output: Sizes, batch: BatchResult, rule: LossRule) -> Iterator[str]:
    """Yield sentences on a correct pairing, and on what the shapes alone don't show."""
    columns = batch.output[-1]
    if rule.labels:
        yield f"Each row of {columns} probabilities is compared with one class number."
        yield f"Class numbers go from 0 to {columns - 1}."
    else:
        yield "Every output is compared with its own target."
    if rule.activation == "sigmoid" and output[1:] and output[-1] > 1:
        yield "The columns count as separate yes-or-no labels."
        yield f"For one class out of {output[-1]}, use categorical_crossentropy."
    elif rule.activation == "softmax" and not rule.labels and len(output) == 2:
        yield "The columns of y must be classes, not timesteps."
    elif rule.activation and len(batch.output) < len(output):
        yield "Weights per timestep and masks need a last axis of 1: y[..., None]."


def _stretched(batch: BatchResult, axes: list[AxisPair]) -> Iterator[str]:
    """Yield sentences on what is compared if a shape has fewer axes, or axes of 1."""
    shift = len(batch.output) - len(batch.target)
    pair = axes[abs(shift)]  # The samples of the shorter shape are paired with another axis here.
    sides = [("the output", pair.output_unit, pair.output), ("y", pair.target_unit, pair.target)]
    (longer, steps, length), (shorter, *_) = sides if shift > 0 else sides[::-1]
    if shift:
        pairing = f"the samples of {shorter} are compared with the {steps}s of {longer}"
        yield f"Axes are paired from the right, so {pairing}."
        if length == 1 and batch.size > 1:
            targets = f"all {batch.size} targets in its batch"
            yield f"Every output is compared with {targets}, so the model learns their mean."
    for axis in axes[1 : abs(shift)] + axes[abs(shift) + 1 :]:
        if axis.output > 1 and axis.target == 1:
            yield f"One target is used for all {axis.output} {axis.output_unit}s."
        elif axis.output == 1 and axis.target > 1:
            compared = f"{axis.target} {axis.target_unit}s of y"
            yield f"One output is compared with {compared}, so the model learns their mean."


def _line_up(output: Sizes, target: Sizes, batch: BatchResult) -> list[AxisPair]:
    """Pair the axes of output and target in `batch`, where Keras may have dropped an axis."""
    rank = max(len(batch.output), len(batch.target))
    lengths, names = [], []
    for shape, axes in ((batch.output, _names(output)), (batch.target, _names(target, "number"))):
        lengths.append(loss_shapes.padded(shape, rank))
        names.append(("",) * (rank - len(shape)) + (*axes, "column")[: len(shape)])
    return list(map(AxisPair, *lengths, *names))


def _names(shape: Sizes, second: str = "column") -> tuple[str, ...]:
    """Return the unit of each axis of a shape. A shape of two axes ends in the unit `second`."""
    by_rank = {1: ("sample",), 2: ("sample", second), 3: ("sample", "timestep", "column")}
    rows = (f"axis-{i} row" for i in range(1, len(shape) - 1))
    return by_rank.get(len(shape), ("sample", *rows, "column"))


class ShapeTextError(ValueError):
    """Raised for a text that isn't a shape. The message names the expected and received text."""


@dataclass(frozen=True, slots=True)
class TargetQuestion:
    """An output shape, a target shape, a loss, and the batch size of `fit`."""

    output: Sizes = (320, 12, 1)
    target: Sizes = (320,)
    loss: str = "mean_squared_error"
    batch_size: int = 32

    def diagnose(self) -> Diagnosis:
        """Return the diagnosis of the question."""
        return diagnose_target(self.output, self.target, self.loss, self.batch_size)


def read_shape(text: str, samples: int | None = None) -> Sizes:
    """Return the shape in a text such as "(320, 12, 1)", "320 12 1" or "(None, 12, 1)".

    A name before the shape is ignored. `samples` replaces a leading None. Raises ShapeTextError.
    """
    shape = re.sub(r"^\s*[A-Za-z_][\w.]{0,60}\s*(?=[(\[])", "", text[:200])
    words = re.findall(r"[^\s,()\[\]]+", shape)
    if words[:1] == ["None"] and samples:
        words[0] = f"{samples}"
    are_sizes = all(re.fullmatch(r"[0-9]{1,7}", n) and 1 <= int(n) <= MAX_SIZE for n in words)
    if 1 <= len(words) <= MAX_AXES and are_sizes:
        return tuple(map(int, words))
    raise ShapeTextError(
        f"expected 1 to {MAX_AXES} whole numbers from 1 to {MAX_SIZE:,}, such as (320, 12, 1), "
        f"with None only in front, but received {text.strip()[:60]!r}"
    )


def write_question(question: TargetQuestion) -> str:
    """Return the question as written in an address: "320.12.1_320_mean-squared-error_32"."""
    shapes = (".".join(map(str, shape)) for shape in (question.output, question.target))
    return "_".join([*shapes, question.loss.replace("_", "-"), f"{question.batch_size}"])


def read_question(text: str) -> TargetQuestion:
    """Return the question written in an address. Unreadable parts keep their defaults."""
    output, target, loss, size, *_ = [*text[:300].split("_"), "", "", "", ""]
    taken: dict[str, Any] = {}
    for name, shape in (("output", output), ("target", target)):
        with suppress(ShapeTextError):
            taken[name] = read_shape(shape.replace(".", " "))
    if (loss := loss.replace("-", "_")) in LOSS_NAMES:
        taken["loss"] = loss
    if re.fullmatch(r"[0-9]{1,5}", size):
        taken["batch_size"] = min(max(int(size), 1), 4096)
    return TargetQuestion(**taken)


def fitting_loss(activation: str, loss: str) -> str:
    """Return the loss if it fits a model's last activation, or else a loss that does."""
    rule = RULES.get(loss)
    if activation == "softmax":
        return loss if rule and rule.classes else "categorical_crossentropy"
    if activation == "sigmoid":
        return loss if loss.startswith("binary") else "binary_crossentropy"
    return TargetQuestion().loss if rule and rule.checks else loss


def head_mistake(activation: str, columns: int, loss: str, from_logits: bool | None) -> str:
    """Return the name of a mistake in labels.toml that shapes don't show, or else "".

    `activation` is the last layer's, and `columns` its number of outputs. A `from_logits` of None
    is unknown. One column with a categorical loss is no case: its shapes show the mistake.
    """
    rule = RULES.get(loss)
    if rule is None or not rule.activation or (rule.classes and columns == 1):
        return ""
    if activation in ("linear", "relu", "tanh"):
        return f"no {rule.activation}" if from_logits is False else ""
    if activation not in ("softmax", "sigmoid"):
        return ""
    if columns == 1 and activation == "softmax":
        return "softmax over one column"
    if from_logits:
        return "probabilities as logits"
    return "" if activation == rule.activation else f"{activation} for {rule.activation}"
