"""Diagnoses → sentences: what a target's shape does to a loss, and the damage that it does."""

from __future__ import annotations

from lib.doctor import Diagnosis
from lib.doctor.damage import EPOCHS, Damage, Mistake
from lib.doctor.loss_shapes import RULES, Verdict
from lib.doctor.mismatch import AxisPair
from lib.english import number

VERDICTS: dict[Verdict, tuple[str, str]] = {
    "correct": ("✓", "Correct"),
    "silent": ("≈", "Silently wrong"),
    "error": ("✗", "An error"),
}
"""A sign and a word for each, so that nothing hangs on a colour."""


def check_title(told: Diagnosis) -> str:
    """The verdict on an output and a target in one sentence."""
    shapes = f"output {told.output_shape} and y {told.target_shape}"
    return {
        "correct": f"Correct: {shapes} train what is meant",
        "silent": f"Silently wrong: {shapes} raise nothing, and train something else",
        "error": f"An error: Keras refuses {shapes}",
    }[told.verdict]


def compared_sentence(told: Diagnosis) -> str:
    """What the loss compares, and why."""
    if not told.broadcast_shape:
        return told.cause
    size = next(b.size for b in told.batches if b.verdict == told.verdict)
    return f"In a batch of {size} the loss compares {told.broadcast_shape}. {told.cause}"


def lineup_sentence(told: Diagnosis) -> str:
    """The picture of a line-up in words."""
    return f"{check_title(told)}. {compared_sentence(told)}"


def pair_words(pair: AxisPair, told: Diagnosis) -> str:
    """What happens on one axis: it fits, something is repeated, or it doesn't fit."""
    if pair.output != pair.target:
        if RULES[told.loss].checks or not pair.fits or not told.batches:
            return f"✗ {pair.output} ≠ {pair.target}"
        if pair.target == 1:
            return f"≈ y repeated {pair.output} times"
        return f"≈ output repeated {pair.target} times"
    if pair.of_output and pair.of_target and not _same(pair):
        return f"≈ {pair.of_output}s meet {pair.of_target}s"
    rule = RULES[told.loss]
    missing = not (pair.of_output and pair.of_target)
    if rule.classes and pair.of_output == "column" and pair.output == 1:
        return "≈ one class alone"
    return "✗ missing" if rule.checks and missing else "✓"


def _same(pair: AxisPair) -> bool:
    """Whether both sides count the same thing there; "number" leaves it open."""
    return pair.of_output == pair.of_target or "number" in (pair.of_output, pair.of_target)


def damage_sentence(mistake: Mistake, result: Damage) -> str:
    """What two trainings show: losses that fall alike, and predictions that don't."""
    loss = result.loss["wrong"]
    return (
        f"With {mistake.title}, nothing raises: in {EPOCHS} epochs the loss goes from "
        f"{number(float(loss[0]))} to {number(float(loss[-1]))}. But {mistake.learns}: at the last "
        f"timestep its mean squared error is {number(result.error('wrong'))}, where always saying "
        f"the mean has 1. With {mistake.right} it is {number(result.error('right'))}."
    )


def measured_sentence(mistake: Mistake, result: Damage) -> str:
    """The measured damage, in short."""
    return (
        f"Measured on sums of noise: with {mistake.title} the mean squared error at the last "
        f"timestep is {number(result.error('wrong'))}, and {number(result.error('right'))} with "
        f"{mistake.right}."
    )
