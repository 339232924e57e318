"""What Keras's `fit` does with a target: the verdict, and why.

The rules are in `loss_shapes`, the reasons in `mismatch`, the ways out in `fixes`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from lib.doctor.fixes import TargetFix, target_fixes
from lib.doctor.lineup import AxisFate, AxisPair, line_up
from lib.doctor.loss_shapes import RULES, BatchResult, Sizes, Verdict, follow, loss_rule
from lib.doctor.mismatch import reasons


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What `fit` does with a target."""

    verdict: Verdict
    """"correct": the loss is the intended one. "silent": nothing raises, and it is another one, or
    0 for any output. "error": `fit` raises, if only at the last batch."""
    cause: str
    """Why, in sentences."""
    fixes: tuple[TargetFix, ...]
    """Ways out, the likeliest first; empty where it is correct, or where nobody can tell."""
    batches: tuple[BatchResult, ...]
    """A full batch and, where there is one, the shorter last one."""
    decisive: BatchResult | None
    """The batch that decides the verdict; None where no batch is made."""
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
        verdict=training.verdict,
        cause=" ".join(reasons(output, target, rule, training)),
        fixes=target_fixes(output, target, loss, batch_size) if wrong else (),
        batches=training.batches,
        decisive=decisive,
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
