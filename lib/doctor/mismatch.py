"""Why a target is paired with an output as it is: what `loss_shapes` found, in sentences."""

from collections.abc import Iterator

from lib.doctor.lineup import AxisPair, line_up
from lib.doctor.loss_shapes import BatchResult, LossRule, Sizes, Training, single_class


def reasons(output: Sizes, target: Sizes, rule: LossRule, training: Training) -> Iterator[str]:
    """Why `follow` found what it did of these shapes (N, …), in one or more sentences."""
    batch = training.decisive
    if batch is None:
        yield f"The output has {output[0]} samples and y has {target[0]}: each needs a target."
        yield "Cut x and y from the same windows."
        return
    axes = line_up(output, target, batch)
    yield from _changed_rank(output, target, batch)
    if batch.verdict == "error":
        if rule.checks:
            what = "class numbers in the shape" if rule.labels else "y in the output's shape"
            wanted = (output[0], *batch.output[1:])[: -1 if rule.labels else None]
            yield f"{rule.name} checks shapes: it expected {what} {wanted}, and received {target}."
        else:
            bad = next(axis for axis in axes if not axis.fits)
            yield (
                f"Shapes are lined up from the right. So {bad.target} {bad.of_target}s of y meet "
                f"{bad.output} {bad.of_output}s of the output: they differ, and neither is 1."
            )
        first = training.batches[0]
        if first.verdict != "error":
            yield f"Batches of {first.size} pass without a word; the last, of {batch.size}, raises."
    elif not rule.checks and any(axis.output != axis.target for axis in axes):
        yield from _stretched(batch, axes)
    elif single_class(rule, batch.output):
        yield "With one column there is one class, whose share is always 1."
        yield "So the loss is as good as 0 whatever the output is, and nothing is learnt."
    elif batch.verdict == "silent":
        yield f"{rule.name} then runs along the {axes[-1].of_output}s, instead of the columns."
    elif not rule.checks and len(batch.output) != len(batch.target):
        yield "With one sample in each batch every output still meets its own target."
    else:
        yield "Every output meets its own target."


def _changed_rank(output: Sizes, target: Sizes, batch: BatchResult) -> Iterator[str]:
    """What Keras does first where the ranks differ by one."""
    for name, before, after in (("the output", output, batch.output), ("y", target, batch.target)):
        if len(after) < len(before):
            yield f"Keras drops the last axis of {name}, which is 1."
        elif len(after) > len(before):
            yield f"Keras gives {name} a last axis of 1."


def _stretched(batch: BatchResult, axes: list[AxisPair]) -> Iterator[str]:
    """Which axes are repeated, and what is learnt then."""
    shift = len(batch.output) - len(batch.target)
    if shift:
        axis = axes[abs(shift)]
        met = f"y's samples meet the output's {axis.of_output}s"
        if shift < 0:
            met = f"the output's samples meet y's {axis.of_target}s"
        yield f"Shapes are lined up from the right, so {met}."
        yield from _crossed(batch.size, axis, y_is_shorter=shift > 0)
    for position, axis in enumerate(axes):
        if position in (0, abs(shift)):
            continue
        if axis.target == 1 < axis.output:
            yield f"One target counts for all {axis.output} {axis.of_output}s."
        elif axis.output == 1 < axis.target:
            yield (
                f"One output is compared with {axis.target} {axis.of_target}s of y, and learns "
                "their average."
            )


def _crossed(size: int, axis: AxisPair, *, y_is_shorter: bool) -> Iterator[str]:
    """What happens on the axis where the samples of the shorter side lie."""
    length = axis.output if y_is_shorter else axis.target
    if size > 1 == length:
        yield f"Every output meets all {size} targets in its batch: it learns their average."
    elif size > 1 and y_is_shorter:
        yield f"Both are {size}, so target k is used at {axis.of_output} k of every sample."
    elif size > 1:
        yield f"Both are {size}, so sample k is compared with {axis.of_target} k of every target."
    elif length > 1 and y_is_shorter:
        yield f"In a batch of 1, its target counts for all {length} {axis.of_output}s."
    elif length > 1:
        yield f"In a batch of 1, its output is compared with all {length} {axis.of_target}s of y."
