"""What Keras's `fit` does with a target: the verdict, and why.

The rules are in `loss_shapes`, the reasons in `mismatch`, the ways out in `remedies`.

Words, as in Keras: N samples, T timesteps, K columns of the output (its units, or Dense's).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lib.doctor.loss_shapes import BatchResult, LossRule, Sizes, Verdict, follow, loss_rule, pair
from lib.doctor.mismatch import cause
from lib.doctor.remedies import Fix, remedies


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What `fit` does with a target."""

    verdict: Verdict
    """"correct": the loss is the intended one. "silent": nothing raises, and it is another one, or
    0 for any output. "error": `fit` raises, if only at the last batch."""
    cause: str
    """Why, in sentences."""
    broadcast_shape: Sizes | None
    """The shape of the pairs of output and target that are compared in the batch that decides
    the verdict, its size first; None where that raises."""
    fixes: tuple[Fix, ...]
    """Ways out, the likeliest first; each leads to "correct". Empty where it is correct already,
    or where nobody can tell."""
    batches: tuple[BatchResult, ...]
    """What happens to a full batch and, where there is one, to the shorter last one."""
    silent_batch_sizes: tuple[int, ...]
    """For an error: sizes at which a batch would not raise but train something else."""
    keras_says: str
    """For an error: what its message says."""
    loss: str
    """The loss as Keras's function is called."""
    output_shape: Sizes
    target_shape: Sizes

    @property
    def fix(self) -> Fix | None:
        """The likeliest way out; None where there is none, or none is needed."""
        return self.fixes[0] if self.fixes else None


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
    given = tuple(output_shape)
    output = _shape("output_shape", (target[0], *given[1:]) if given[:1] == (None,) else given)
    batch_size = 32 if batch_size is None else batch_size
    if batch_size < 1:
        raise ValueError(f"expected batch_size to be 1 or more, received {batch_size}")
    rule = loss_rule(loss, output, target)
    training = follow(output, target, rule, batch_size)
    decides = training.decisive
    wrong = training.verdict != "correct"
    return Diagnosis(
        verdict=training.verdict,
        cause=cause(output, target, rule, training),
        broadcast_shape=decides.broadcast if decides else None,
        fixes=remedies(output, target, loss, batch_size) if wrong else (),
        batches=training.batches,
        silent_batch_sizes=_silent_sizes(output, target, rule, decides),
        keras_says=decides.says if decides else "Data cardinality is ambiguous",
        loss=rule.name,
        output_shape=output,
        target_shape=target,
    )


def _shape(name: str, shape: Sequence[int | None]) -> Sizes:
    """The shape as whole numbers. Raises ValueError unless there are some, all positive."""
    sizes = tuple(shape)
    if not sizes or not all(isinstance(n, int) or hasattr(n, "__index__") for n in sizes):
        raise ValueError(f"expected {name} to be (N, …) in whole numbers, received {sizes}")
    numbers = tuple(int(n) for n in sizes if n is not None)
    if min(numbers) < 1:
        raise ValueError(f"expected {name} to have sizes of 1 or more, received {numbers}")
    return numbers


def _silent_sizes(
    output: Sizes, target: Sizes, rule: LossRule, decides: BatchResult | None
) -> tuple[int, ...]:
    """The batch sizes that would hide an error: only 1 and the lengths of other axes can."""
    if decides is None or decides.verdict != "error":
        return ()
    sizes = sorted({1, *output[1:], *target[1:]})
    return tuple(
        size
        for size in sizes
        if pair((size, *output[1:]), (size, *target[1:]), rule).verdict == "silent"
    )
