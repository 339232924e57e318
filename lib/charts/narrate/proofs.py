"""What Keras measured on the Cell page: the record that sentence and card share, and its words.

Those are of how the modes are one, of what makes them differ, and of how far an output can get.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from lib.charts.narrate import Told
from lib.data import Dataset
from lib.experiment import CELLS, Experiment
from lib.recurrence import ROUNDING, Agreement, highest_output
from lib.shapes import LEAK_EPOCHS as EPOCHS
from lib.shapes import STATES, Leak
from lib.text import apart, apart_by, beside, counted, number, readable, signed

STARTING = "Keras is starting …"
WAITING = "Keras is computing …"
NO_ANSWER = "no answer"
_SAID = beside(__file__)


@dataclass(frozen=True, slots=True)
class Measure:
    """One difference that was measured."""

    of: str
    """What is compared, as code: "sequence[:, -1] − last"."""
    value: float | None
    """None while there is no answer."""
    close_enough: float = 0.0
    """Up to here both are called the same."""

    @property
    def same(self) -> bool:
        """Whether the two are one."""
        return self.value is not None and self.value <= self.close_enough


@dataclass(frozen=True, slots=True)
class ProofCard:
    """A claim, what was measured for it, and why it is so."""

    title: str
    measures: tuple[Measure, ...]
    takeaway: str
    """What was found, in a line; it needs no more room while there is no answer."""
    why: str


def one_computation(
    experiment: Experiment, steps: int, answer: dict[str, Any] | None
) -> list[ProofCard]:
    """That the modes are one, at the last step and at every other; `answer` is that of `modes`."""
    found: dict[str, float | None] = dict.fromkeys(_SAID["one"])
    if answer is not None:
        found["at_last"] = float(answer["difference"])
        found["at_each"] = float(np.abs(answer["prefixes"] - answer["whole"]).max())
    cards = []
    for name, difference in found.items():
        row = _SAID["one"][name]
        words = {"steps": steps, "cell": CELLS[experiment.model.cell].label}
        same, apart, why = (row[key].format(**words) for key in ("same", "apart", "why"))
        measure = Measure(row["measure"], difference, ROUNDING)
        cards.append(ProofCard(row["title"], (measure,), _apart(same, apart, difference), why))
    return cards


def _apart(one: str, two: str, difference: float | None) -> str:
    """That two things are one, or how far apart they are; the first until it is known."""
    if not difference:
        return f"{one}{'.' if difference is None else ': they differ by 0.0.'}"
    if not np.isfinite(difference):
        return "Some of the outputs aren't numbers any more."
    if difference <= ROUNDING:
        return f"{one} but for rounding ({apart_by(difference)})."
    return f"{two} up to {apart_by(difference)} apart."


def also_measured(
    experiment: Experiment, answer: dict[str, Any] | None, against: Agreement | None
) -> list[ProofCard]:
    """That NumPy draws what Keras computes, and what the states are.

    `answer` is that of `modes`, None while there is none; `against` compares it with NumPy.
    """
    model, drawn, returned = experiment.model, _SAID["numpy"], _SAID["states"]
    differs, allowed = (against.differs, against.allowed) if against else (None, ROUNDING)
    words = {"cell": CELLS[model.cell].label, "units": model.units, "largest": ""}
    words["states"] = ", ".join(STATES[model.cell])
    difference = None
    if answer is not None:
        difference = float(np.abs(answer["sequence"][:, -1] - answer["states"][0]).max())
        most = readable(np.abs(answer["states"][-1]).max())
        words["largest"] = f": here the largest |c| is {most}"
    why = "why_with_c" if "c" in STATES[model.cell] else "why"
    says = (returned[key].format(**words) for key in ("takeaway", why))
    measures = Measure(drawn["measure"], differs, allowed), Measure(returned["measure"], difference)
    return [
        ProofCard(drawn["title"], measures[:1], *_drawn_and_why(against)),
        ProofCard(returned["title"], measures[1:], *says),
    ]


def _drawn_and_why(against: Agreement | None) -> tuple[str, str]:
    """How far Keras is from what NumPy drew, and what of that is rounding, as far as is known."""
    said = _SAID["numpy"]
    if against is None:
        return said["takeaway"]["unknown"], said["relative"]
    if not np.isfinite(against.differs):
        return said["takeaway"]["diverged"], said["why"]["diverged"]
    if against.differs <= ROUNDING:
        kind = "rounding" if against.differs else "equal"
    elif not against.is_rounding:
        kind = "more"
    else:
        kind = "grown"
    words = {"apart": apart_by(against.differs), "why": said["why"][kind]}
    why = said["differ_by"]
    if against.numpy_off is not None and against.keras_off is not None:
        why, off = said["in_64_bits"], (against.numpy_off, against.keras_off)
        words["numpy_off"], words["keras_off"] = map(apart_by, off)
    return said["takeaway"][kind].format(**words), f"{why.format(**words)} {said['relative']}"


def questions_sentence(
    done: int,
    total: int,
    question: str,
    ahead: int,
    *,
    ready: bool,
    failed: int = 0,
    again: bool = False,
) -> str:
    """How far Keras is with a page's questions: `done` of `total` are over, `failed` in vain.

    The next is `question`, with `ahead` questions of other pages before it. Keras is `ready` once
    it has started. All are asked `again` as a run changes what they are about.
    """
    if done == total and failed:
        return str(_SAID["failed"].format(failed=failed, questions=counted(total, "question")))
    if done == total:
        rest = "; while the run trains it is asked again." if again else " about what is shown."
        which = f"all {total} questions" if total > 1 else "the question"
        return f"Keras has answered {which}{rest}"
    if not ready:
        verb = "come" if total - done > 1 else "comes"
        return f"{STARTING} It takes some seconds; then {verb} {counted(total - done, 'question')}."
    first = f", after {counted(ahead, 'question')} of other pages" if ahead else ""
    return f"Keras is answering {done + 1} of {total}{first}: {question} …"


def prefix_sentence(
    sequence: np.ndarray, prefixes: np.ndarray, unit: int, step: int, source: str
) -> str:
    """What both modes say of the steps up to the playhead, (T, U) each, as `source` computed it."""
    words = {"source": source, "unit": unit + 1, "step": step + 1}
    words["first"] = "timestep" if step == 0 else f"{step + 1} timesteps"
    for name, values in {"whole": sequence, "alone": prefixes}.items():
        words[name] = f"{values[step, unit]:.7f}".replace("-", "−")
    return str(_SAID["prefix"].format(**words))


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


def leak_told(leak: Leak) -> Told:
    """Where the Bidirectional layer has seen its targets, and where it hasn't."""
    words = {
        "steps": len(leak.both_ways) - 1,
        "epochs": EPOCHS,
        "seen": readable(leak.both_ways[:-1].mean(), 2),
        "honest": readable(leak.both_ways[-1], 2),
        "one_way": readable(leak.one_way.mean(), 2),
    }
    said = _SAID["leak"]
    return said["takeaway"].format(**words), said["details"].format(**words)


def bound_told(experiment: Experiment, dataset: Dataset, hidden: np.ndarray) -> Told:
    """How near the outputs (T, U) come to their bound, and what that means for the targets."""
    said, bound = _SAID["bound"], highest_output(experiment.model.cell, len(hidden))
    most, has_head = np.abs(hidden).max(axis=1), experiment.model.head == "dense"
    beyond = np.abs(dataset.y).max(axis=(0, 2)) - bound  # (T,), at 0 where no weights reach it
    missed = np.argsort(-beyond, kind="stable")[: (beyond >= 0).sum()]  # the furthest first
    words = {"first": number(bound[0]), "last": number(bound[-1]), "steps": len(hidden)}
    grows = bound[0] < 1  # with the cell state
    words["rule"] = said["rule_of_c" if grows else "rule"].format(**words)
    words["at_first"], words["at_last"] = (apart(most[k], bound[k])[0] for k in (0, -1))
    step, parts = int(np.argmax(most)), [said["furthest"].format(**words)]
    furthest = apart(most[step], bound[step])[0]
    takeaway = f"No output can reach 1: the furthest here gets to {furthest}."
    if (most >= bound.astype(np.float32)).any():
        parts.append(said["rounded"])
    if has_head:
        parts.append(said["dense"].format(most=readable(np.abs(dataset.y).max())))
    elif len(missed):
        step, targets = missed[0], dataset.y[:, missed[0]].ravel()
        target = f"A target of {signed(targets[np.argmax(np.abs(targets))])} at step {step + 1}"
        takeaway = f"{target} is out of reach: |h| is below {number(bound[step])} there."
        words = {"bound": number(bound[step]), "furthest": number(np.abs(targets).max())}
        words["sign"] = "±" if (targets <= -bound[step]).any() else ""
        varies = bound[0] != bound[-1]
        words["at"] = f" at step {step + 1}" if varies else ""
        rest = f" So it is at {len(missed)} of {len(bound)} steps, by the bound of each."
        words["rest"] = rest if varies and len(missed) > 1 else ""
        parts.append(said["no_head"].format(**words))
    if not np.isfinite(most).all():
        takeaway = "Some of the outputs aren't numbers any more."
    return takeaway, " ".join(parts)
