"""What Keras measured of the modes: cards with a claim, and two pictures with their difference.

HTML fragments for `st.html`: see proofs.html. A figure of exactly 0.0 is written so, and so is the
difference that 32-bit numbers leave; green says that two things are one.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from lib.charts.html import OVER_TIME, shaded, templates
from lib.charts.palette import Palette
from lib.experiment import CELLS, Experiment
from lib.recurrence import ROUNDING, VISIBLE
from lib.shapes import STATES
from lib.text import apart_by

STARTING = "Keras is starting …"
WAITING = "Keras is computing …"
NO_ANSWER = "no answer"

_HTML = templates(__file__, over=OVER_TIME, shaded=shaded, apart_by=apart_by)


@dataclass(frozen=True, slots=True)
class Measure:
    """One difference that was measured."""

    of: str  # what is compared, as code: "sequence[:, -1] − last"
    value: float | None  # None while there is no answer
    close_enough: float = 0.0  # up to here both are called the same

    @property
    def same(self) -> bool:
        """Whether the two are one."""
        return self.value is not None and self.value <= self.close_enough


@dataclass(frozen=True, slots=True)
class ProofCard:
    """A claim, what was measured for it, what was found, in a line, and why it is so."""

    title: str
    measures: tuple[Measure, ...]
    takeaway: str
    why: str


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """One of two things that should be the same: its code, and what of it is shown."""

    code: str
    about: str
    rows: np.ndarray | None  # (U, columns); None while it isn't known


@dataclass(frozen=True, slots=True, eq=False)
class Strip:
    """A layer's outputs for one sample as it hands them out: columns aren't always timesteps."""

    name: str
    outputs: np.ndarray  # (columns, U)
    last: int  # the column that the last-step mode takes; `sequence[:, -1]` takes the last one
    named: dict[int, str]  # what stands below some columns


strips = _HTML.strips
"""The strips, and what was measured: of `Strip`s, `Measure`s, what stands where a figure isn't
known, a sentence and a palette."""
strips_legend = _HTML.strips_legend  # what their outlines mean, in the colours of a palette
proof_cards = _HTML.cards
"""All cards, of `ProofCard`s, a palette, and what stands where a figure isn't known."""


def equation(one: Side, other: Side, measure: Measure, palette: Palette, **about: Any) -> str:
    """Two pictures of the same units, a minus between them, and the picture of what is left.

    It is about a `sentence`; `columns`, in words, with `start`, the row that is marked at first,
    where they are timesteps; and what is `missing` in place of a measure that isn't known.
    """
    left = None
    if one.rows is not None and other.rows is not None:
        left = np.abs(one.rows - other.rows)
        left /= max(float(np.nanmax(left)), 1e-45)  # what differs at all is to be seen
    rest = Side(measure.of, "on the same weights", left)
    return str(_HTML.equation(one, other, rest, measure, palette, **about))


def one_computation(
    experiment: Experiment, steps: int, answer: dict[str, Any] | None
) -> tuple[ProofCard, ProofCard]:
    """That the modes are one, at the last step and at every other; `answer` is that of `modes`."""
    at_last, at_each = None, None
    if answer is not None:
        at_last = float(answer["difference"])
        at_each = float(np.abs(answer["prefixes"] - answer["whole"]).max())
    return (
        ProofCard(
            "The last step of the sequence is the last-step mode",
            (Measure("max |sequence[:, -1] − last|", at_last, ROUNDING),),
            _found("Both modes end in the same numbers", at_last),
            f"Both run the same {steps} steps of the same {CELLS[experiment.model.cell].label}; "
            "return_sequences only says what is handed out.",
        ),
        ProofCard(
            "Sequence mode is one last-step answer for each prefix",
            (Measure("max |sequence − prefixes|", at_each, ROUNDING),),
            _found(f"One sequence holds {steps} last-step answers", at_each),
            f"On the sample shown, return_sequences=True gives {steps} outputs in one pass. "
            f"return_sequences=False is asked {steps} times, first for one timestep, at last for "
            "all: what comes later can't change an output.",
        ),
    )


def _found(claim: str, difference: float | None) -> str:
    """A claim that two things are one, with how far apart they are, or that it doesn't hold."""
    if not difference:
        return f"{claim}{'.' if difference is None else ': they differ by 0.0.'}"
    if not math.isfinite(difference):
        return "Some of the outputs aren't numbers any more."
    if difference <= ROUNDING:
        return f"{claim} but for rounding ({apart_by(difference)})."
    return f"They are up to {apart_by(difference)} apart."


def also_measured(
    experiment: Experiment, answer: dict[str, Any] | None, differs: float | None
) -> tuple[ProofCard, ProofCard]:
    """That NumPy draws what Keras computes, and what return_state adds to the outputs.

    `answer` is that of `modes`, None while there is none; NumPy `differs` from it by so much.
    """
    model, states = experiment.model, STATES[experiment.model.cell]
    takeaway = "NumPy draws the pictures; Keras computes the same once more."
    if differs is not None and not math.isfinite(differs):
        takeaway = "Some of the states aren't numbers any more: the run has diverged."
    elif differs is not None:
        reason = ": rounding to 32 bits" if differs <= ROUNDING else ""
        takeaway = f"NumPy and Keras differ by {apart_by(differs) if differs else '0.0'}{reason}."
    state = None
    if answer is not None:
        state = float(np.abs(answer["sequence"][:, -1] - answer["states"][0]).max())
    grows = " h stays between −1 and 1; c can grow beyond that." if "c" in states else ""
    return (
        ProofCard(
            "What you see is what Keras computes",
            (Measure("max |NumPy − Keras| / max(1, max |Keras|)", differs, VISIBLE),),
            takeaway,
            "The largest difference of outputs and last states, relative to the largest of these "
            "where that is above 1.",
        ),
        ProofCard(
            "return_state adds the states of the last step",
            (Measure("max |out[:, -1] − h|", state),),
            f"{CELLS[model.cell].label}({model.units}, return_state=True) returns "
            f"[out, {', '.join(states)}].",
            f"In both modes each state is (N, {model.units}), and h is the last output.{grows}",
        ),
    )


def prefix_sentence(
    sequence: np.ndarray, prefixes: np.ndarray, unit: int, step: int, source: str
) -> str:
    """What both modes say of the steps up to the playhead, (T, U) each, as `source` computed it."""
    whole, alone = (f"{v[step, unit]:.7f}".replace("-", "−") for v in (sequence, prefixes))
    steps = f"timesteps 1 to {step + 1}" if step else "timestep 1"
    return (
        f"{source}: return_sequences=True gives unit {unit + 1} at timestep {step + 1} the value "
        f"{whole}; return_sequences=False on {steps} gives it {alone}."
    )
