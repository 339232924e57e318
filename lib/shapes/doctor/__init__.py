"""The target doctor: whether a target of this shape trains what was meant, axis by axis, and why.

Mean squared error and its like broadcast a target of a wrong shape without a word, and the model
learns something else. `diagnose_target` says so before a run, and builds no model. The rules are in
`loss_shapes`, the ways out in `fixes`.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from lib.shapes.doctor import loss_shapes
from lib.shapes.doctor.fixes import target_fixes
from lib.shapes.doctor.loss_shapes import RULES, BatchResult, LossRule, LossVerdict, Sizes
from lib.shapes.remedy import Remedy

SIGNS: dict[LossVerdict, str] = {"correct": "✓", "silent": "≈", "error": "✗"}  # beside colours
MAX_SIZE = 1_000_000
MAX_AXES = 4
LOSS_NAMES = (*RULES, "crossentropy")


@dataclass(frozen=True, slots=True)
class AxisPair:
    """An axis of the output over one of the target: the length of each, and what it counts.

    A name is "" where that side lacks the axis; "number" leaves open what a target counts.
    """

    output: int
    target: int
    of_output: str
    of_target: str

    def fate(self, rule: LossRule) -> tuple[LossVerdict, str]:
        """What a loss does with this axis, with words for what doesn't fit."""
        names = {self.of_output, self.of_target}
        if self.output != self.target:
            if rule.checks or 1 not in (self.output, self.target):
                return "error", f"{self.output} ≠ {self.target}"
            repeated = "y" if self.target == 1 else "output"
            return "silent", f"{repeated} repeated {max(self.output, self.target)} times"
        if len(names) > 1 and not names & {"", "number"}:
            return "silent", f"{self.of_output}s meet {self.of_target}s"
        if rule.classes and self.of_output == "column" and self.output == 1:
            return "silent", "one class alone"
        return ("error", "missing") if rule.checks and "" in names else ("correct", "")


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What `fit` does with a target, and why."""

    output_shape: Sizes
    target_shape: Sizes
    verdict: LossVerdict  # the worst of the batches'; "error" where the numbers of samples differ
    loss: str  # as Keras's function is called
    decisive: BatchResult | None  # the first batch with this verdict; None where samples differ
    broadcast_shape: Sizes | None  # of the pairs that it compares; None where that raises
    keras_says: str  # for an error: what its message says
    cause: str  # why, in sentences
    axes: list[tuple[AxisPair, LossVerdict, str]]  # of the decisive batch, and what the loss does
    fixes: tuple[Remedy, ...]  # the likeliest first; empty where nobody can tell


def diagnose_target(
    output_shape: Sequence[int | None],
    target_shape: Sequence[int],
    loss: str,
    batch_size: int | None = None,
) -> Diagnosis:
    """What Keras's `fit` does with these shapes: raise, train what was meant, or something else.

    The loss that was meant is the one for y in the output's own shape: each number of the output
    against its own target. There is one exception: categorical cross-entropies over a last axis of
    1 are called "silent" although `fit` reports just that loss, since it is 0 for any output.

    `output_shape` is the model's for all samples, (N, T, K) or (N, K); an N of None is the
    target's. `loss` is any name that `compile(loss=…)` takes; `batch_size` None means 32, as in
    `fit`. Raises ValueError for a loss that isn't known, or shapes that aren't shapes.
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
    if decisive is None:  # Keras compares the numbers of samples alone
        shape, says = None, "Data cardinality is ambiguous"
        pair = AxisPair(output[0], target[0], "sample", "sample")
        why = f"{output[0]} ≠ {target[0]}"
        axes: list[tuple[AxisPair, LossVerdict, str]] = [(pair, "error", why)]
        cause = f"The output has {output[0]} samples and y has {target[0]}: each needs a target. "
        cause += "Cut x and y from the same windows."
    else:
        shape, says = decisive.broadcast, decisive.keras_says
        cause = " ".join(_reasons(output, target, rule, batches[0], decisive))
        shown = decisive
        if rule.labels and len(shown.output) > 1:  # class numbers have no columns
            shown = replace(shown, output=shown.output[:-1])
        axes = [(each, *each.fate(rule)) for each in _line_up(output, target, shown)]
    return Diagnosis(output, target, verdict, rule.name, decisive, shape, says, cause, axes, fixes)


def _shape(name: str, shape: Sequence[int | None], samples: int | None = None) -> Sizes:
    """The shape as whole numbers, with the samples for a None in front; else ValueError."""
    sizes = tuple(shape)
    if samples and sizes[:1] == (None,):
        sizes = (samples, *sizes[1:])
    numbers = tuple(int(n) for n in sizes if n is not None and hasattr(n, "__index__") and n > 0)
    if not sizes or len(numbers) < len(sizes):
        wanted = f"expected {name} to be (N, …) in whole numbers from 1 up"
        raise ValueError(f"{wanted}, received {sizes}")
    return numbers


def _reasons(
    output: Sizes, target: Sizes, rule: LossRule, first: BatchResult, batch: BatchResult
) -> Iterator[str]:
    """Why `batch` has its verdict, in one or more sentences; `first` is the epoch's first one."""
    axes = _line_up(output, target, batch)
    for name, before, after in (("the output", output, batch.output), ("y", target, batch.target)):
        if len(after) < len(before):
            yield f"Keras drops the last axis of {name}, which is 1."
        elif len(after) > len(before):
            yield f"Keras gives {name} a last axis of 1."
    if batch.verdict == "error" and rule.checks:
        what = "class numbers in the shape" if rule.labels else "y in the output's shape"
        wanted = (output[0], *batch.output[1:])[: -1 if rule.labels else None]
        yield f"{rule.name} checks shapes: it expected {what} {wanted}, and received {target}."
    elif batch.verdict == "error":
        met = next(a for a in axes if a.output != a.target and 1 not in (a.output, a.target))
        yield f"Shapes are lined up from the right. So {met.target} {met.of_target}s of y meet"
        yield f"{met.output} {met.of_output}s of the output: they differ, and neither is 1."
    elif not rule.checks and any(axis.output != axis.target for axis in axes):
        yield from _stretched(batch, axes)
    elif rule.single_class(batch.output):
        yield "With one column there is one class, whose share is always 1."
        yield "So the loss is as good as 0 whatever the output is, and nothing is learnt."
    elif batch.verdict == "silent":
        yield f"{rule.name} then runs along the {axes[-1].of_output}s, instead of the columns."
    else:
        yield "Every output meets its own target."
    if first.verdict != "error" == batch.verdict:
        yield f"Batches of {first.size} pass without a word; the last, of {batch.size}, raises."


def _stretched(batch: BatchResult, axes: list[AxisPair]) -> Iterator[str]:
    shift = len(batch.output) - len(batch.target)
    met = axes[abs(shift)]  # where one side lacks an axis, its samples lie on that of the other
    sides = [("the output", met.of_output, met.output), ("y", met.of_target, met.target)]
    (longer, steps, length), (shorter, *_) = sides if shift > 0 else sides[::-1]
    if shift:
        met_steps = f"{shorter}'s samples meet {longer}'s {steps}s"
        yield f"Shapes are lined up from the right, so {met_steps}."
        if length == 1 < batch.size:
            targets = f"all {batch.size} targets in its batch"
            yield f"Every output meets {targets}: it learns their average."
    for axis in axes[1 : abs(shift)] + axes[abs(shift) + 1 :]:
        if axis.output > 1 == axis.target:
            yield f"One target counts for all {axis.output} {axis.of_output}s."
        elif axis.output == 1 < axis.target:
            compared = f"{axis.target} {axis.of_target}s of y"
            yield f"One output is compared with {compared}, and learns their average."


def _line_up(output: Sizes, target: Sizes, batch: BatchResult) -> list[AxisPair]:
    """Pair the axes of both shapes from the right; `batch` may lack one that Keras has dropped."""
    rank = max(len(batch.output), len(batch.target))
    lengths, names = [], []
    for shape, axes in ((batch.output, _names(output)), (batch.target, _names(target, "number"))):
        lengths.append(loss_shapes.padded(shape, rank))
        names.append(("",) * (rank - len(shape)) + (*axes, "column")[: len(shape)])
    return list(map(AxisPair, *lengths, *names))


def _names(shape: Sizes, second: str = "column") -> tuple[str, ...]:
    """What each axis of a shape counts; `second` names the second axis of two."""
    if len(shape) <= 3:
        return (("sample",), ("sample", second), ("sample", "timestep", "column"))[len(shape) - 1]
    return ("sample", *(f"axis-{i} row" for i in range(1, len(shape) - 1)), "column")


class ShapeTextError(ValueError):
    """A text that is no shape. The message says what was expected and what was received."""


@dataclass(frozen=True, slots=True)
class TargetQuestion:
    """An output, a target, a loss, and the batch size of `fit`."""

    output: Sizes = (320, 12, 1)
    target: Sizes = (320,)
    loss: str = "mean_squared_error"
    batch_size: int = 32

    def diagnose(self) -> Diagnosis:
        """Diagnose the question."""
        return diagnose_target(self.output, self.target, self.loss, self.batch_size)


def read_shape(text: str, samples: int | None = None) -> Sizes:
    """The shape that a person means: "(320, 12, 1)", "320 12 1", or "(None, 12, 1)".

    A name in front of the brackets is passed over: "torch.Size([320, 12])". `samples` stands for
    None in front; without it None is refused. Raises ShapeTextError.
    """
    shape = re.sub(r"^\s*[A-Za-z_][\w.]{0,60}\s*(?=[(\[])", "", text[:200])
    words = re.findall(r"[^\s,()\[\]]+", shape)
    if words[:1] == ["None"] and samples:
        words[0] = f"{samples}"
    are_sizes = all(re.fullmatch(r"[0-9]{1,7}", n) and 1 <= int(n) <= MAX_SIZE for n in words)
    if 1 <= len(words) <= MAX_AXES and are_sizes:
        return tuple(map(int, words))
    raise ShapeTextError(
        f"a shape has 1 to {MAX_AXES} whole numbers from 1 to {MAX_SIZE:,}, such as (320, 12, 1), "
        f"and None only in front, for the samples; received {text.strip()[:60]!r}"
    )


def write_question(question: TargetQuestion) -> str:
    """The question in the address: "320.12.1_320_mean-squared-error_32"."""
    shapes = (".".join(map(str, shape)) for shape in (question.output, question.target))
    return "_".join([*shapes, question.loss.replace("_", "-"), f"{question.batch_size}"])


def read_question(text: str) -> TargetQuestion:
    """The question of an address. Parts that can't be read are those of the default question."""
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


def fitting_loss(activation: str, asked: str) -> str:
    """The loss of a model that ends in this activation: what was `asked`, where that fits."""
    rule = RULES.get(asked)
    if activation == "softmax":
        return asked if rule and rule.classes else "categorical_crossentropy"
    if activation == "sigmoid":
        return asked if asked.startswith("binary") else "binary_crossentropy"
    return TargetQuestion().loss if rule and rule.checks else asked


TARGETS: dict[str, Sizes] = {  # the usual ones, of N samples, T timesteps, U units
    "(N, T, U)": (320, 12, 16),
    "(N, T, 1)": (320, 12, 1),
    "(N, T)": (320, 12),
    "(N, U)": (320, 16),
    "(N, 1)": (320, 1),
    "(N,)": (320,),
}
OUTPUTS = {name: TARGETS[name] for name in ("(N, T, U)", "(N, T, 1)", "(N, U)", "(N, 1)")}
