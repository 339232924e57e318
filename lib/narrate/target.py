"""Diagnoses → sentences: what a target's shape does to a loss, and the damage that it does."""

from lib.doctor import Diagnosis
from lib.doctor.damage import EPOCHS, Damage, Mistake
from lib.doctor.loss_shapes import Verdict
from lib.english import counted, number, readable

VERDICTS: dict[Verdict, str] = {
    "correct": "Correct",
    "silent": "Silently wrong",
    "error": "An error",
}


def verdict_title(diagnosis: Diagnosis) -> str:
    """The verdict on an output and a target in one sentence."""
    shapes = f"output {diagnosis.output_shape} and y {diagnosis.target_shape}"
    rest = {
        "correct": f"{shapes} train what is meant",
        "silent": f"{shapes} train something else",
        "error": f"Keras refuses {shapes}",
    }[diagnosis.verdict]
    return f"{VERDICTS[diagnosis.verdict]}: {rest}"


def compared_sentence(diagnosis: Diagnosis) -> str:
    """What the loss compares, and why."""
    if not (batch := diagnosis.decisive) or not batch.broadcast:
        return diagnosis.cause
    return f"In a batch of {batch.size} the loss compares {batch.broadcast}. {diagnosis.cause}"


def compared_takeaway(diagnosis: Diagnosis) -> str:
    """The verdict's reason in short: what is compared, or which axes don't fit."""
    batch = diagnosis.decisive
    if diagnosis.verdict == "error":
        for pair, fate in diagnosis.axes:
            if fate.verdict == "error" and pair.of_output and pair.of_target:
                theirs = counted(pair.output, pair.of_output), counted(pair.target, pair.of_target)
                return f"Keras raises: {theirs[1]} of y for {theirs[0]} of the output."
        return "Keras raises: this loss refuses these shapes."
    if diagnosis.verdict == "silent":
        what = f"a batch of {batch.size} is compared as {batch.broadcast}" if batch else ""
        return f"Nothing raises: {what or 'the loss is not the one that is meant'}."
    return "As it is meant: every output meets its own target."


def lineup_sentence(diagnosis: Diagnosis) -> str:
    """The picture of a line-up in words."""
    return f"{verdict_title(diagnosis)}. {compared_sentence(diagnosis)}"


def damage_sentence(mistake: Mistake, damage: Damage) -> str:
    """What two trainings show: losses that fall alike, and predictions that don't."""
    loss = damage.loss["wrong"]
    return (
        f"With {mistake.title}, nothing raises: in {EPOCHS} epochs the loss goes from "
        f"{number(float(loss[0]))} to {number(float(loss[-1]))}. But {mistake.learns}: at the last "
        f"timestep its mean squared error is {number(damage.error('wrong'))}, where always saying "
        f"the mean has 1. With {mistake.right} it is {number(damage.error('right'))}."
    )


def damage_takeaway(damage: Damage) -> str:
    """The two errors, in short."""
    wrong, right = (readable(damage.error(side)) for side in ("wrong", "right"))
    return f"Nothing raises, yet the last step's error is {wrong}; with the right y {right}."


def measured_sentence(mistake: Mistake, damage: Damage) -> str:
    """The measured damage, in short."""
    return (
        f"Measured on sums of noise: with {mistake.title} the mean squared error at the last "
        f"timestep is {number(damage.error('wrong'))}, and {number(damage.error('right'))} with "
        f"{mistake.right}."
    )
