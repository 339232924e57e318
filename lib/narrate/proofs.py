"""What Keras measured on the Cell page: the record that sentence and card share, and its words."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from lib.english import apart_by, counted, readable
from lib.experiment import CELLS, Experiment
from lib.recurrence.agreement import VISIBLE, Agreement
from lib.recurrence.padded import ROUNDING
from lib.shapes import STATES
from lib.toml import beside

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
        kind = "visible" if against.differs > VISIBLE else "grown"
    words = {"apart": apart_by(against.differs), "why": said["why"][kind]}
    why = said["differ_by"]
    if against.numpy_off is not None and against.keras_off is not None:
        why, off = said["in_64_bits"], (against.numpy_off, against.keras_off)
        words["numpy_off"], words["keras_off"] = map(apart_by, off)
    return said["takeaway"][kind].format(**words), f"{why.format(**words)} {said['relative']}"


def waiting_words(ahead: int, *, ready: bool) -> str:
    """What stands where a figure would, while so many questions are answered before its own."""
    if not ready:
        return STARTING
    return f"Keras answers {counted(ahead, 'other')} first …" if ahead else WAITING


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
