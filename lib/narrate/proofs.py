"""What Keras measured on the Cell page, in words: why the modes agree, what makes them differ."""

from __future__ import annotations

from typing import Any

import numpy as np

from lib.dataset import Dataset
from lib.datasets.worked import highest_output
from lib.english import counted, difference, number
from lib.experiment import CELLS, Experiment
from lib.proofs import Measure, ProofCard
from lib.recurrence.agreement import VISIBLE, Agreement
from lib.recurrence.padded import ROUNDING
from lib.shapes import STATES

STARTING = "Keras is starting …"
WAITING = "Keras is computing …"
NO_ANSWER = "no answer"


def one_computation(
    experiment: Experiment, steps: int, answer: dict[str, Any] | None, against: Agreement | None
) -> list[ProofCard]:
    """That the modes are one, that NumPy draws what Keras does, and what the states are.

    `answer` is that of `modes`, None while there is none; `against` compares it with NumPy.
    """
    model = experiment.model
    cell = CELLS[model.cell].label
    layer = f"{cell}({model.units}, return_state=True)"
    has_cell_state = "c" in STATES[model.cell]
    names = f"[out, {', '.join(STATES[model.cell])}]"
    shapes = f"h{' and c are' if has_cell_state else ' is'} (N, {model.units}) in both modes"
    unbounded = ""
    if has_cell_state:
        most = ""
        if answer is not None:
            most = f"; the furthest ends at {number(np.abs(answer['states'][1]).max())}"
        unbounded = (
            " c isn't held to 1: |c| grows by less than 1 a step, so it stays below t (rounded, "
            f"at t at most), {steps} at the end{most}."
        )
    mode_difference = prefix_difference = state_difference = None
    if answer is not None:
        mode_difference = float(answer["difference"])
        prefix_difference = float(np.abs(answer["prefixes"] - answer["whole"]).max())
        state_difference = float(np.abs(answer["sequence"][:, -1] - answer["states"][0]).max())
    return [
        ProofCard(
            "The last step of the sequence is the last-step mode",
            (Measure("max |sequence[:, -1] − last|", mode_difference),),
            f"Both run the same {steps} steps of the same {cell}; return_sequences only says "
            "what is handed out.",
        ),
        ProofCard(
            "The sequence is every prefix's last step",
            (Measure("max |sequence[:, t] − last of x[:, :t+1]|", prefix_difference),),
            f"On the sample shown, sequence mode is {steps} last-step answers in one pass: what "
            "comes later can't change an output.",
        ),
        ProofCard(
            "What you see is what Keras computes",
            (
                Measure(
                    "max |NumPy − Keras| / max(1, max |Keras|)",
                    None if against is None else against.differs,
                    ROUNDING if against is None else against.allowed,
                ),
            ),
            f"The pictures are drawn from NumPy, at once. {_why_it_differs(against)}",
        ),
        ProofCard(
            "return_state adds the states of the last step",
            (Measure("max |out[:, -1] − h|", state_difference),),
            f"{layer} returns {names}: {shapes}, and h is the last output.{unbounded}",
        ),
    ]


def _why_it_differs(against: Agreement | None) -> str:
    """What of NumPy's difference from Keras is rounding, as far as it was measured."""
    relative = "Above 1 the difference of outputs and last states is relative to the largest."
    if against is None:
        return relative
    if not np.isfinite(against.differs):
        return "Some of the states aren't numbers any more: the run has diverged."
    if against.numpy_off is None or against.keras_off is None:
        same = "no difference" if against.differs == 0 else "no more than rounding to 32 bits"
        return f"Between the two is {same}. {relative}"
    distances = (
        f"From the same in 64 bits NumPy is {number(against.numpy_off)} away, Keras "
        f"{number(against.keras_off)}"
    )
    if not against.is_rounding:
        return f"{distances}: more than rounding explains. {relative}"
    grown = "which has grown from step to step"
    if against.differs > VISIBLE:
        grown += ", so far that the pictures aren't Keras's any more"
    return f"{distances}: rounding to 32 bits, {grown}. {relative}"


def ways_to_break_it(
    experiment: Experiment, padding: int, answer: dict[str, Any] | None
) -> list[ProofCard]:
    """What makes sequence[:, -1] and last two different things, and what only seems to.

    `answer` is that of `breakings`, None while there is none.
    """

    def measured(name: str) -> float | None:
        return None if answer is None else float(answer[name])

    def words(name: str, different: str, equal: str) -> str:
        """`equal` where the measured difference is 0; `different` where it isn't or isn't known."""
        return equal if measured(name) == 0 else different

    cell = CELLS[experiment.model.cell].label
    return [
        ProofCard(
            "Bidirectional",
            (
                Measure("max |sequence[:, -1] − last|", measured("bidirectional")),
                Measure(
                    "max |[forward[:, -1], backward[:, 0]] − last|", measured("bidirectional_rule")
                ),
            ),
            "The layer that reads backwards has read everything at the first timestep. The last "
            "step of its sequence has seen one input; last takes its first. Here its weights are "
            "fresh and untrained"
            + words("bidirectional", ".", ", and both outputs are the same on these samples."),
        ),
        ProofCard(
            f"Padding: {padding} steps of zeros at the end",
            (
                Measure("without a mask: max |last − unpadded last|", measured("padded_moved")),
                Measure("with a mask: max |last − unpadded last|", measured("masked_moved")),
            ),
            f"Without a mask the {cell} goes on through the zeros, "
            + words("padded_moved", "and last has seen them", "which move nothing here")
            + ". A mask holds the state, so that last is the last step that counts. "
            + _last_of_padded(measured("padded"), measured("masked")),
        ),
        ProofCard(
            "zero_output_for_mask=True",
            (Measure("max |sequence[:, -1] − last|", measured("zeroed")),),
            "It puts zeros where the sequence would repeat the last output, while last stays what "
            "it is: "
            + words(
                "zeroed",
                "the difference is the largest output itself.",
                "here these outputs are zero themselves.",
            ),
        ),
        ProofCard(
            "go_backwards=True",
            (
                Measure("max |sequence[:, -1] − last|", measured("backwards")),
                Measure("flipped: max |sequence[:, 0] − last|", measured("backwards_flipped")),
            ),
            "Outputs stand in the order in which the steps were read, not flipped back, so the "
            "last one has read all of x. "
            + words(
                "backwards_flipped",
                "Flip them and it isn't the last any more.",
                "Flipped, the last is another one, which has the same value here.",
            ),
        ),
    ]


def _last_of_padded(padded: float | None, masked: float | None) -> str:
    """Whether both modes end in one output, without the mask and with it."""
    if not padded and not masked:
        return "In both cases sequence[:, -1] is last."
    figures = [
        f"{difference(value)} {way}"
        for value, way in ((padded or 0.0, "without a mask"), (masked or 0.0, "with one"))
    ]
    return f"sequence[:, -1] differs from last by {' and '.join(figures)}."


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
            f"Keras gave no answer to {failed} of {total} questions: the end of this page says "
            "why, and it can be asked again."
        )
    if done == total:
        rest = "; while the run trains it is asked again." if again else " about what is shown."
        return f"Keras has answered all {total} questions{rest}"
    if not ready:
        verb = "come" if total - done > 1 else "comes"
        return f"{STARTING} It takes some seconds; then {verb} {counted(total - done, 'question')}."
    first = f", after {counted(ahead, 'question')} of other pages" if ahead else ""
    return f"Keras is answering {done + 1} of {total}{first}: {question} …"


def prefix_sentence(
    sequence: np.ndarray, prefixes: np.ndarray, unit: int, step: int, source: str
) -> str:
    """What both modes say of the steps up to the playhead, (T, U) each, as `source` computed it."""
    differ = float(np.abs(sequence[step] - prefixes[step]).max())
    first = "timestep" if step == 0 else f"{step + 1} timesteps"
    alone, whole = (f"{v[step, unit]:.7f}".replace("-", "−") for v in (prefixes, sequence))
    return (
        f"{source}: return_sequences=False on the first {first} gives unit {unit + 1} the value "
        f"{alone}; return_sequences=True on all {len(sequence)} has "
        f"{whole} at timestep {step + 1}. The largest difference over all "
        f"units is {difference(differ)}."
    )


def bound_sentence(experiment: Experiment, dataset: Dataset, hidden: np.ndarray) -> str:
    """How near the outputs (T, U) come to their bound, and what that means for the targets."""
    model = experiment.model
    bound = highest_output(model.cell, len(hidden))
    most = np.abs(hidden).max(axis=1)
    rule = "|h| is less than 1 at every step"
    if bound[0] < 1:  # it grows with the cell state
        rule = (
            "|c| grows by less than 1 a step, so that at step t it is less than t and |h| less "
            f"than tanh(t): {number(bound[0])} at step 1 and {number(bound[-1])} at step "
            f"{len(hidden)}"
        )
    parts = [
        f"From a zero state, {rule}. The furthest unit here is at {_size(most[0], bound[0])} at "
        f"step 1 and at {_size(most[-1], bound[-1])} at step {len(hidden)}."
    ]
    if (most >= bound.astype(np.float32)).any():
        parts.append("What is at its bound is there only after rounding to 32 bits.")
    if model.head == "dense":
        parts.append(
            "The Dense head stretches these outputs, so that targets "
            f"up to {number(np.abs(dataset.y).max())} can be reached."
        )
    elif missed := _out_of_reach(dataset.y, bound):
        parts.append(f"Without a head the outputs are the predictions: {missed}")
    return " ".join(parts)


def _size(value: float, bound: float) -> str:
    """A size that is less than its bound, though three digits may make the two alike."""
    alike = value < np.float32(bound) and number(value) == number(bound)
    return f"just below {number(bound)}" if alike else number(value)


def _out_of_reach(y: np.ndarray, bound: np.ndarray) -> str:
    """Which targets (N, T, K) no weights can reach, each held against its own step's bound (T,).

    Nothing where all can be reached. A bound itself is never reached.
    """
    furthest = np.abs(y).max(axis=(0, 2))
    missed = furthest >= bound
    if not missed.any():
        return ""
    step = int(np.argmax(furthest - bound))
    sign = "±" if (y[:, step] <= -bound[step]).any() else ""
    varies = bound[0] != bound[-1]
    at = f" at step {step + 1}" if varies else ""
    rest = f" So it is at {missed.sum()} of {len(bound)} steps, by the bound of each."
    return (
        f"targets of {sign}{number(bound[step])} or more{at} are out of reach "
        f"(here up to {sign}{number(furthest[step])}), whatever the weights."
        f"{rest if varies and missed.sum() > 1 else ''}"
    )
