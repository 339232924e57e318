"""What Keras's `fit` does with a target: the verdict, and why, in sentences.

The rules are in `loss_shapes`, the ways out in `fixes`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from lib.shapes.doctor.fixes import TargetFix, target_fixes
from lib.shapes.doctor.lineup import AxisFate, AxisPair, line_up
from lib.shapes.doctor.loss_shapes import (
    RULES,
    BatchResult,
    LossRule,
    Sizes,
    Training,
    follow,
    loss_rule,
)
from lib.text import beside

_SAID: dict[str, str] = beside(__file__)


@dataclass(frozen=True, slots=True)
class Diagnosis(Training):
    """What `fit` does with a target, and why."""

    cause: str
    """Why, in sentences."""
    fixes: tuple[TargetFix, ...]
    """Ways out, the likeliest first; empty where it is correct, or where nobody can tell."""
    keras_says: str
    """For an error: what its message says."""
    loss: str
    """The loss as Keras's function is called."""
    output_shape: Sizes
    target_shape: Sizes

    @property
    def broadcast_shape(self) -> Sizes | None:
        """The shape of the pairs that the deciding batch compares; None where that raises."""
        return self.decisive.broadcast if self.decisive else None

    @property
    def axes(self) -> list[tuple[AxisPair, AxisFate]]:
        """The axes as they are lined up in the batch that decides, each with its fate.

        Class numbers have no columns. Where no batch is made there are the samples alone: Keras
        compares nothing else.
        """
        rule, batch = RULES[self.loss], self.decisive
        if batch is None:
            pair = AxisPair(self.output_shape[0], self.target_shape[0], "sample", "sample")
            return [(pair, pair.fate(rule, compared=False))]
        if rule.labels and len(batch.output) > 1:
            batch = replace(batch, output=batch.output[:-1])
        pairs = line_up(self.output_shape, self.target_shape, batch)
        return [(pair, pair.fate(rule, compared=True)) for pair in pairs]


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

    Args:
        output_shape: of the model for all samples, (N, T, K) or (N, K). N may be None, as in
            `model.output_shape`; it is then the target's.
        target_shape: `y.shape`.
        loss: any name that `compile(loss=…)` takes: "mse", "MeanSquaredError", …
        batch_size: of `fit`; None means 32, as there.

    Raises:
        ValueError: for a loss that isn't known, or shapes that aren't shapes.
    """
    target = _shape("target_shape", target_shape)
    output = _shape("output_shape", output_shape, samples=target[0])
    batch_size = 32 if batch_size is None else batch_size
    if batch_size < 1:
        raise ValueError(f"expected batch_size to be 1 or more, received {batch_size}")
    rule = loss_rule(loss, output, target)
    training = follow(output, target, rule, batch_size)
    decisive, wrong = training.decisive, training.verdict != "correct"
    return Diagnosis(
        training.verdict,
        training.batches,
        cause=" ".join(_reasons(output, target, rule, training)),
        fixes=target_fixes(output, target, loss, batch_size) if wrong else (),
        keras_says=decisive.says if decisive else "Data cardinality is ambiguous",
        loss=rule.name,
        output_shape=output,
        target_shape=target,
    )


def _shape(name: str, shape: Sequence[int | None], samples: int | None = None) -> Sizes:
    """The shape as whole numbers, with the samples for a None in front; else ValueError."""
    sizes = tuple(shape)
    if samples and sizes[:1] == (None,):
        sizes = (samples, *sizes[1:])
    if not sizes or not all(isinstance(n, int) or hasattr(n, "__index__") for n in sizes):
        raise ValueError(f"expected {name} to be (N, …) in whole numbers, received {sizes}")
    numbers = tuple(int(n) for n in sizes if n is not None)
    if min(numbers) < 1:
        raise ValueError(f"expected {name} to have sizes of 1 or more, received {numbers}")
    return numbers


def _reasons(output: Sizes, target: Sizes, rule: LossRule, training: Training) -> Iterator[str]:
    """Why `follow` found what it did of these shapes (N, …), in one or more sentences."""
    batch = training.decisive
    if batch is None:
        yield _SAID["samples"].format(output=output, target=target)
        return
    axes, first = line_up(output, target, batch), training.batches[0]
    words = {"rule": rule, "target": target, "batch": batch, "first": first, "last": axes[-1]}
    for name, before, after in (("the output", output, batch.output), ("y", target, batch.target)):
        if len(after) != len(before):
            changed = "axis dropped" if len(after) < len(before) else "axis added"
            yield _SAID[changed].format(name=name)
    if batch.verdict == "error":
        if rule.checks:
            what = "class numbers in the shape" if rule.labels else "y in the output's shape"
            wanted = (output[0], *batch.output[1:])[: -1 if rule.labels else None]
            yield _SAID["checks"].format(what=what, wanted=wanted, **words)
        else:
            yield _SAID["no pairs"].format(axis=next(axis for axis in axes if not axis.fits))
        if first.verdict != "error":
            yield _SAID["last batch"].format(**words)
    elif not rule.checks and any(axis.output != axis.target for axis in axes):
        yield from _stretched(batch, axes)
    elif rule.single_class(batch.output):
        yield _SAID["one class"]
    elif batch.verdict == "silent":
        yield _SAID["other axis"].format(**words)
    else:
        alone = not rule.checks and len(batch.output) != len(batch.target)
        yield _SAID["one sample" if alone else "own"]


def _stretched(batch: BatchResult, axes: list[AxisPair]) -> Iterator[str]:
    """Which axes are repeated, and what is learnt then."""
    shift = len(batch.output) - len(batch.target)
    if shift:  # on that axis the samples of the shorter side lie
        axis, lacks = axes[abs(shift)], "y lacks" if shift > 0 else "output lacks"
        yield _SAID[lacks].format(axis=axis)
        length = axis.output if shift > 0 else axis.target
        if batch.size > 1 or length > 1:
            met = f"{lacks}, {'many' if batch.size > 1 else 'one'}"
            yield _SAID[met if length > 1 else "all meet all"].format(batch=batch, axis=axis)
    for position, axis in enumerate(axes):
        if position not in (0, abs(shift)) and axis.output != axis.target:
            repeated = "one target" if axis.output > 1 else "one output"
            yield _SAID[repeated].format(axis=axis)
