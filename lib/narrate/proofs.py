"""What Keras measured on the Cell page, in words: why the modes agree, and how far it is."""

from __future__ import annotations

from typing import Any

import numpy as np

from lib.english import apart_by, counted, readable
from lib.experiment import CELLS, Experiment
from lib.proofs import Measure, ProofCard
from lib.recurrence.agreement import VISIBLE, Agreement
from lib.recurrence.padded import ROUNDING
from lib.shapes import STATES

STARTING = "Keras is starting …"
WAITING = "Keras is computing …"
NO_ANSWER = "no answer"


def one_computation(
    experiment: Experiment, steps: int, answer: dict[str, Any] | None
) -> tuple[ProofCard, ProofCard]:
    """That the modes are one: at the last step, and at every other.

    `answer` is that of `modes`, None while there is none.
    """
    cell = CELLS[experiment.model.cell].label
    difference = prefixes = None
    if answer is not None:
        difference = float(answer["difference"])
        prefixes = float(np.abs(answer["prefixes"] - answer["whole"]).max())
    one, two = f"One sequence holds {steps} last-step answers", f"The {steps} answers are"
    return (
        ProofCard(
            "The last step of the sequence is the last-step mode",
            (Measure("max |sequence[:, -1] − last|", difference, ROUNDING),),
            _apart("The two modes end in the same numbers", "The two modes end", difference),
            f"Both run the same {steps} steps of the same {cell}; return_sequences only says "
            "what is handed out.",
        ),
        ProofCard(
            "Sequence mode is one last-step answer for each prefix",
            (Measure("max |sequence − prefixes|", prefixes, ROUNDING),),
            _apart(one, two, prefixes),
            f"On the sample shown, return_sequences=True gives {steps} outputs in one pass. "
            f"return_sequences=False is asked {steps} times, first for one timestep, at last for "
            "all: what comes later can't change an output.",
        ),
    )


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
    model = experiment.model
    has_cell_state = "c" in STATES[model.cell]
    names = f"[out, {', '.join(STATES[model.cell])}]"
    shapes = f"h{' and c are' if has_cell_state else ' is'} (N, {model.units})"
    differs, allowed = (None, ROUNDING) if against is None else (against.differs, against.allowed)
    state_difference, largest = None, ""
    if answer is not None:
        state_difference = float(np.abs(answer["sequence"][:, -1] - answer["states"][0]).max())
        if has_cell_state:
            largest = f": here the largest |c| is {readable(np.abs(answer['states'][1]).max())}"
    beyond = f" h stays between −1 and 1, but c can grow beyond that{largest}."
    return [
        ProofCard(
            "What you see is what Keras computes",
            (Measure("max |NumPy − Keras| / max(1, max |Keras|)", differs, allowed),),
            *_drawn_and_why(against),
        ),
        ProofCard(
            "return_state adds the states of the last step",
            (Measure("max |out[:, -1] − h|", state_difference),),
            f"{CELLS[model.cell].label}({model.units}, return_state=True) returns {names}.",
            f"In both modes {shapes}, and h is the last output.{beyond * has_cell_state}",
        ),
    ]


def _drawn_and_why(against: Agreement | None) -> tuple[str, str]:
    """How far Keras is from what NumPy drew, and what of that is rounding, as far as is known."""
    relative = (
        "The figure is the largest difference of outputs and last states, relative to the largest "
        "of these where that is above 1."
    )
    if against is None:
        return "NumPy draws the pictures; Keras computes the same once more.", relative
    if not np.isfinite(against.differs):
        gone = "Some of the states aren't numbers any more"
        return f"{gone}.", f"{gone}: the run has diverged."
    apart = apart_by(against.differs)
    if against.differs == 0:
        drawn = "NumPy and Keras give the same numbers."
    elif not against.is_rounding:
        drawn = f"NumPy and Keras differ by {apart}: more than rounding explains."
    elif against.differs <= ROUNDING:
        drawn = f"NumPy and Keras give the same numbers but for rounding ({apart})."
    else:
        drawn = f"NumPy and Keras differ by {apart}: rounding that grew from step to step."
    if against.numpy_off is None or against.keras_off is None:
        by = "nothing" if against.differs == 0 else "no more than rounding to 32 bits"
        return drawn, f"Keras's outputs differ by {by}. {relative}"
    why = "more than rounding explains"
    if against.is_rounding:
        why = "rounding to 32 bits, which has grown from step to step"
        if against.differs > VISIBLE:
            why += ", so far that the pictures aren't Keras's any more"
    return drawn, (
        f"From the same in 64 bits NumPy is {apart_by(against.numpy_off)} away, Keras "
        f"{apart_by(against.keras_off)}: {why}. {relative}"
    )


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
        return (
            f"Keras gave no answer to {failed} of {counted(total, 'question')}: the end of this "
            "page says why, and it can be asked again."
        )
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
    first = "timestep" if step == 0 else f"{step + 1} timesteps"
    alone, whole = (f"{v[step, unit]:.7f}".replace("-", "−") for v in (prefixes, sequence))
    return (
        f"{source}: return_sequences=True gives unit {unit + 1} at timestep {step + 1} the value "
        f"{whole}; return_sequences=False on the first {first} gives it {alone}."
    )
