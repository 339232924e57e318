"""Why the modes learn differently, in words: how far gradients reach, what moves what, padding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from lib.english import number
from lib.recurrence.padded import ROUNDING, Padded, lengths

LEAST_PERCENT = 0.01
"""Smaller shares are said as fractions."""


def reach_sentence(norms: Mapping[str, np.ndarray], by: str) -> str:
    """How much of each loss's gradient is left at the first step, (T,) each."""
    source = {"h": "hidden state", "x": "input"}[by]
    parts = []
    for mode, about in (("sequence", "over all steps"), ("last", "at the last step alone")):
        values = np.asarray(norms[mode], np.float64)
        if not np.isfinite(values).all():
            parts.append(f"The loss {about} has gradients by the {source} that aren't numbers.")
            continue
        if not values.any():
            parts.append(f"No {source} moves the loss {about}: every gradient is 0.")
            continue
        first, last = float(values[0]), float(values[-1])
        peak = int(np.argmax(values))
        against = f"and with that of step {len(values)} by {number(last)}"
        if first > 0 and last > 0:
            against = (
                f"{_as_much(first / last)} as much as with that of step {len(values)} "
                f"({number(last)})"
            )
        parts.append(
            f"The loss {about} moves with the {source} of step 1 by {number(first)}, {against}, "
            f"most at step {peak + 1}."
        )
    first_all, first_last = float(norms["sequence"][0]), float(norms["last"][0])
    if first_all > 0 and first_last > 0 and np.isfinite([first_all, first_last]).all():
        times = first_all / first_last
        more = f"{_rounded(times)} times" if times >= 1 else f"{number(100 * times)}% of"
        parts.append(f"At step 1 the loss over all steps has {more} the reach of the other.")
    return " ".join(parts)


def _as_much(ratio: float) -> str:
    """A ratio of two gradients of one loss, since each loss's mean has its own number of terms."""
    if ratio >= 1:
        return f"{_rounded(ratio)} times"
    return f"{number(100 * ratio)}%" if ratio >= LEAST_PERCENT / 100 else f"1/{_rounded(1 / ratio)}"


def _rounded(ratio: float) -> str:
    """A ratio with no more than three digits that count, however large it is."""
    return number(float(f"{ratio:.3g}"))


def influence_sentence(influence: np.ndarray, columns: int, targets: int, both_ways: bool) -> str:
    """Whether any output is moved by an input after it: a map (T, T), outputs by inputs."""
    steps = len(influence)
    above = influence[np.triu_indices(steps, 1)]
    later = int((above > 0).sum())
    which = "" if columns == targets else f" (of {columns} of {targets} output columns)"
    model = "Bidirectional" if both_ways else "One direction"
    if not np.isfinite(influence).all():
        return f"{model}{which}: some of the gradients aren't numbers."
    if not influence.any():
        return f"{model}{which}: no input moves any output: every gradient is 0."
    if not later:
        says = "no output is moved by an input that comes after it"
    else:
        says = (
            f"in {later} of {len(above)} pairs an output is moved by an input that comes after it: "
            "it has seen the future, and with it, where targets are later values, its own target"
        )
    first = number(influence[-1, 0])
    return f"{model}{which}: {says}. The first input moves the last output by {first}."


def padding_sentence(ways: Sequence[Padded]) -> str:
    """Where the last step is, and by how much the shortest sequence's answer is off."""
    parts = []
    for way in ways:
        steps = way.counts.shape[1]
        if not way.masked:
            where = f"last is always step {steps}"
        elif not way.loss_steps:
            where = "no step counts, and last is the zero state that each sequence starts from"
        else:
            nonzero = " that is not all zeros" if way.hidden_steps else ""
            where = f"last is each sequence's own last step{nonzero}"
            if (way.last_step < 0).any():
                where += ", and where there is none the zero state that it starts from"
        off_by = float(way.differences[-1])
        answer = "the same as unpadded" if off_by <= ROUNDING else f"off by {number(off_by)}"
        if way.stays_zero and off_by <= ROUNDING:
            answer += (
                ", since the zeros in front leave its state at zero, as they do while the "
                "candidate's biases are zero, like fresh ones"
            )
        parts.append(f"{way.title}: {where}; the answer for the shortest sequence is {answer}.")
    if hidden := max(way.hidden_steps for way in ways):
        total = int(lengths(ways[0].counts.shape[1]).sum())
        parts.append(
            f"The mask hides {hidden} of the sequences' own {total} steps too: all their features "
            "are zero."
        )
    if not all(way.loss_steps for way in ways):
        parts.append("So no step counts under the mask: the loss has nothing to average over.")
    return " ".join(parts)
