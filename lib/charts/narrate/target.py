"""Diagnoses → sentences: what a target's shape does to a loss, and the damage that it does."""

from collections.abc import Callable

from lib.charts.narrate import Told
from lib.shapes import EPOCHS, Damage, Diagnosis, Mistake, Verdict
from lib.text import beside, counted, number, readable

_SAID = beside(__file__)
VERDICTS: dict[Verdict, str] = {name: said["name"] for name, said in _SAID["verdict"].items()}


def verdict_title(diagnosis: Diagnosis) -> str:
    """The verdict on an output and a target in one sentence."""
    said = _SAID["verdict"][diagnosis.verdict]
    shapes = f"output {diagnosis.output_shape} and y {diagnosis.target_shape}"
    return f"{said['name']}: {said['title'].format(shapes=shapes)}"


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


def damage_told(mistake: Mistake, damage: Damage) -> Told:
    """The two errors; how two trainings show losses that fall alike, and predictions that don't."""
    begin, end = (number(float(loss)) for loss in damage.loss["wrong"][[0, -1]])
    words = {"mistake": mistake, "epochs": EPOCHS, "begin": begin, "end": end}
    takeaway = str(_SAID["takeaway"].format(**_errors(damage, readable)))
    return takeaway, str(_SAID["damage"].format(**words, **_errors(damage, number)))


def measured_sentence(mistake: Mistake, damage: Damage) -> str:
    """The measured damage, in short."""
    return str(_SAID["measured"].format(mistake=mistake, **_errors(damage, number)))


def _errors(damage: Damage, written: Callable[[float], str]) -> dict[str, str]:
    return {side: written(damage.error(side)) for side in damage.loss}
