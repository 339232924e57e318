"""What makes the modes differ, and how far an output can get, in words: those of breaking.toml."""

from typing import Any

import numpy as np

from lib.dataset import Dataset
from lib.english import apart_by, number, readable, signed
from lib.experiment import CELLS, Experiment
from lib.narrate.proofs import Measure, ProofCard
from lib.recurrence import highest_output
from lib.toml import beside

_SAID = beside(__file__)


def ways_to_break_it(
    experiment: Experiment, padding: int, answer: dict[str, Any] | None
) -> dict[str, ProofCard]:
    """By name, what makes sequence[:, -1] and last two different things, and what only seems to.

    `answer` is that of `breakings`, None while there is none.
    """

    def measured(name: str) -> float | None:
        return None if answer is None else float(answer[name])

    def off(name: str) -> str:
        """How far apart two things are, to be read; dots until it is known."""
        value = measured(name)
        return "…" if value is None else apart_by(value)

    masked = "a mask prevents it."
    if measured("masked_moved"):
        masked = f"with a mask, by {off('masked_moved')}."
    words = {
        "cell": CELLS[experiment.model.cell].label,
        "padding": padding,
        "with_a_mask": masked,
        "ends": _last_of_padded(measured("padded"), measured("masked")),
        "as_read": f"Off by {off('backwards')}" if measured("backwards") else "Still the same",
    }
    cards = {}
    for name, row in _SAID["ways"].items():
        which = int(measured(row["decided_by"]) == 0)
        words |= {key: off(key) for key in row["measures"]}
        words["rest"] = row["rest"][which] if "rest" in row else ""
        texts = (row["title"], row["takeaway"][which], row["why"])
        title, takeaway, why = (text.format(**words) for text in texts)
        measures = tuple(Measure(of, measured(key)) for key, of in row["measures"].items())
        cards[name] = ProofCard(title, measures, takeaway, why)
    return cards


def _last_of_padded(padded: float | None, masked: float | None) -> str:
    """Whether both modes end in one output, without the mask and with it."""
    if not padded and not masked:
        return "In both cases sequence[:, -1] is last."
    without, with_one = apart_by(padded or 0.0), apart_by(masked or 0.0)
    return f"sequence[:, -1] differs from last by {without} without a mask and {with_one} with one."


def bound_takeaway(experiment: Experiment, dataset: Dataset, hidden: np.ndarray) -> str:
    """How far the outputs (T, U) get; where it matters, that targets are further."""
    bound = highest_output(experiment.model.cell, len(hidden))
    most = np.abs(hidden).max(axis=1)
    if not np.isfinite(most).all():
        return "Some of the outputs aren't numbers any more."
    missed = _out_of_reach(dataset.y, bound)
    if experiment.model.head != "dense" and len(missed):
        step, targets = missed[0], dataset.y[:, missed[0]].ravel()
        target = f"A target of {signed(targets[np.argmax(np.abs(targets))])} at step {step + 1}"
        return f"{target} is out of reach: |h| is below {number(bound[step])} there."
    step = int(np.argmax(most))
    rounded = ", rounded" if most[step] >= np.float32(bound[step]) else ""
    furthest = _size(most[step], bound[step])
    return f"No output can reach 1: the furthest here gets to {furthest}{rounded}."


def bound_sentence(experiment: Experiment, dataset: Dataset, hidden: np.ndarray) -> str:
    """How near the outputs (T, U) come to their bound, and what that means for the targets."""
    said, bound = _SAID["bound"], highest_output(experiment.model.cell, len(hidden))
    most = np.abs(hidden).max(axis=1)
    words = {"first": number(bound[0]), "last": number(bound[-1]), "steps": len(hidden)}
    grows = bound[0] < 1  # with the cell state
    words["rule"] = said["rule_of_c" if grows else "rule"].format(**words)
    words["at_first"], words["at_last"] = (_size(most[k], bound[k]) for k in (0, -1))
    parts = [said["furthest"].format(**words)]
    if (most >= bound.astype(np.float32)).any():
        parts.append(said["rounded"])
    if experiment.model.head == "dense":
        parts.append(said["dense"].format(most=readable(np.abs(dataset.y).max())))
    elif len(missed := _out_of_reach(dataset.y, bound)):
        step, targets = missed[0], dataset.y[:, missed[0]]
        words = {"bound": number(bound[step]), "furthest": number(np.abs(targets).max())}
        words["sign"] = "±" if (targets <= -bound[step]).any() else ""
        varies = bound[0] != bound[-1]
        words["at"] = f" at step {step + 1}" if varies else ""
        rest = f" So it is at {len(missed)} of {len(bound)} steps, by the bound of each."
        words["rest"] = rest if varies and len(missed) > 1 else ""
        parts.append(said["no_head"].format(**words))
    return " ".join(parts)


def _size(value: float, bound: float) -> str:
    """A size that is less than its bound, though three digits may make the two alike."""
    alike = value < np.float32(bound) and number(value) == number(bound)
    return f"just below {number(bound)}" if alike else readable(value)


def _out_of_reach(y: np.ndarray, bound: np.ndarray) -> np.ndarray:
    """The steps where targets (N, T, K) reach the bound (T,), as no weights do; furthest first."""
    beyond = np.abs(y).max(axis=(0, 2)) - bound
    return np.argsort(-beyond, kind="stable")[: (beyond >= 0).sum()]
