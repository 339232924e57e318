"""What Keras measured of the modes: cards with claims, pictures of differences, what breaks them.

HTML fragments for `st.html`: see proofs.html. A figure of exactly 0.0 is written so, and so is the
difference that 32-bit numbers leave; green says that two things are one.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lib.charts.html import render
from lib.charts.palette import Palette
from lib.charts.sentences import Words
from lib.data import Dataset
from lib.experiment import CELLS, Experiment
from lib.recurrence import ROUNDING, VISIBLE, highest_output
from lib.shapes import LEAK_EPOCHS, STATES, Leak
from lib.text import apart, beside, filled, number, readable, signed

STARTING = "Keras is starting …"
WAITING = "Keras is computing …"
NO_ANSWER = "no answer"
LOST = "Some of the outputs aren't numbers any more."

_TEXTS = beside(__file__)


@dataclass(frozen=True, slots=True)
class Measure:
    """One difference that was measured."""

    of: str  # what is compared, as code: "sequence[:, -1] − last"
    value: float | None  # None while there is no answer
    close_enough: float = 0.0  # up to here both are called the same

    @property
    def same(self) -> bool:
        """Return whether both are the same."""
        return self.value is not None and self.value <= self.close_enough

    @property
    def text(self) -> str:
        """Return the difference in words; "…" while there is no answer."""
        if self.value is None:
            return "…"
        return number(self.value) if self.value else "0.0"


@dataclass(frozen=True, slots=True)
class ProofCard:
    """A claim, its measures, a line that says what was found, and the reason."""

    title: str
    measures: tuple[Measure, ...]
    takeaway: str
    why: str


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """One of two outputs that should be the same: its code, a description, and its values."""

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


def strips(made: Sequence[Strip], proof: ProofCard, missing: str, palette: Palette) -> str:
    """Return strips one below the other, and what was measured; `missing` if it isn't known."""
    return render("charts/proofs.html", "strips", made, proof, missing, palette)


def strips_legend(palette: Palette) -> str:
    """Return a legend of the outlines in `strips`."""
    return render("charts/proofs.html", "strips_legend", palette)


def proof_cards(cards: Sequence[ProofCard], palette: Palette, missing: str) -> str:
    """Return cards beside each other; `missing` replaces measures that aren't known."""
    return render("charts/proofs.html", "cards", cards, palette, missing)


def equation(one: Side, other: Side, measure: Measure, palette: Palette, **about: Any) -> str:
    """Draw two pictures of the same units, a minus between them, and their difference.

    `about` holds a `sentence`; `columns`, what columns are; `start`, the row that is marked
    at first, if columns are timesteps; and `missing`, the text for a measure that isn't known.
    """
    left = None
    if one.rows is not None and other.rows is not None:
        left = np.abs(one.rows - other.rows)
        left /= max(float(np.nanmax(left)), 1e-45)  # any difference shows
    rest = Side(measure.of, "on the same weights", left)
    return render("charts/proofs.html", "equation", one, other, rest, measure, palette, **about)


def _card(name: str, *measures: Measure, takeaway: str = "", **names: Any) -> ProofCard:
    """Return the card of this name; by default its takeaway holds the measures."""
    texts, measured = _TEXTS[name], [measure.text for measure in measures]
    takeaway = takeaway or texts["takeaway"].format(*measured, **names)
    title, why = (filled(texts, text, **names) for text in ("title", "why"))
    return ProofCard(title, measures, takeaway, why)


def one_computation(
    experiment: Experiment, steps: int, answer: dict[str, Any] | None
) -> tuple[ProofCard, ProofCard]:
    """Return cards that the modes are one: at the last step, and at every other one."""
    at_last, at_each = None, None
    if answer is not None:
        at_last = float(answer["difference"])
        at_each = float(np.abs(answer["prefixes"] - answer["whole"]).max())
    last = Measure("max |sequence[:, -1] − last|", at_last, ROUNDING)
    each = Measure("max |sequence − prefixes|", at_each, ROUNDING)
    names: dict[str, Any] = {"steps": steps, "cell": CELLS[experiment.model.cell].label}
    return (
        _card("last", last, takeaway=_found("last", last, steps), **names),
        _card("each", each, takeaway=_found("each", each, steps), **names),
    )


def _found(name: str, measure: Measure, steps: int) -> str:
    """Return a claim that two things are the same, with their difference, or that it fails."""
    claim = filled(_TEXTS[name], "takeaway", steps=steps)
    if measure.value is None:
        return f"{claim}."
    if not math.isfinite(measure.value):
        return LOST
    if not measure.same:
        return f"They are up to {measure.text} apart."
    return f"{claim}: they differ by {measure.text}."


def also_measured(
    experiment: Experiment, answer: dict[str, Any] | None, differs: float | None
) -> tuple[ProofCard, ProofCard]:
    """Return cards on NumPy against Keras, which `differs` by this, and on return_state."""
    model, states = experiment.model, STATES[experiment.model.cell]
    measure = Measure("max |NumPy − Keras| / max(1, max |Keras|)", differs, VISIBLE)
    takeaway = ""
    if differs is not None:
        reason = ": rounding to 32 bits" if differs <= ROUNDING else ""
        takeaway = f"NumPy and Keras differ by {measure.text}{reason}."
        takeaway = takeaway if math.isfinite(differs) else LOST
    state = None
    if answer is not None:
        state = float(np.abs(answer["sequence"][:, -1] - answer["states"][0]).max())
    grows = " h stays between −1 and 1; c can grow beyond that." if "c" in states else ""
    names: dict[str, Any] = {"cell": CELLS[model.cell].label, "units": model.units}
    names |= {"states": ", ".join(states), "grows": grows}
    return (
        _card("numpy", measure, takeaway=takeaway),
        _card("state", Measure("max |out[:, -1] − h|", state), **names),
    )


def prefix_sentence(
    sequence: np.ndarray, prefixes: np.ndarray, unit: int, step: int, source: str
) -> str:
    """Return both modes' values at the playhead, of (T, U) each, as `source` computed them."""
    whole, alone = (f"{v[step, unit]:.7f}".replace("-", "−") for v in (sequence, prefixes))
    steps = f"timesteps 1 to {step + 1}" if step else "timestep 1"
    return (
        f"{source}: return_sequences=True gives unit {unit + 1} at timestep {step + 1} the value "
        f"{whole}; return_sequences=False on {steps} gives it {alone}."
    )


def ways_to_break_it(
    experiment: Experiment, padding: int, answer: Mapping[str, float] | None
) -> dict[str, ProofCard]:
    """Return cards, by name, on what makes sequence[:, -1] and last differ or seem to."""

    def measure(name: str, code: str = "max |sequence[:, -1] − last|") -> Measure:
        return Measure(code, None if answer is None else float(answer[name]))

    rule = measure("bidirectional_rule", "max |[forward[:, -1], backward[:, 0]] − last|")
    moved = measure("padded_moved", "without a mask: max |last − unpadded last|")
    held = measure("masked_moved", "with a mask: max |last − unpadded last|")
    flipped = measure("backwards_flipped", "flipped: max |sequence[:, 0] − last|")
    names: dict[str, Any] = {"padding": padding, "cell": CELLS[experiment.model.cell].label}
    names |= {"plain": measure("padded").text, "masked": measure("masked").text}
    return {
        "bidirectional": _card("bidirectional", measure("bidirectional"), rule),
        "padding": _card("padding", moved, held, **names),
        "zeroed": _card("zeroed", measure("zeroed")),
        "backwards": _card("backwards", measure("backwards"), flipped),
    }


def leak_words(leak: Leak) -> Words:
    """Say where the Bidirectional layer has seen its targets, and where it hasn't."""
    seen, honest = readable(leak.both_ways[:-1].mean(), 2), readable(leak.both_ways[-1], 2)
    about = {"steps": len(leak.both_ways) - 1, "seen": seen, "honest": honest}
    one_way, texts = readable(leak.one_way.mean(), 2), _TEXTS["leak"]
    why = filled(texts, "why", one_way=one_way, epochs=LEAK_EPOCHS)
    return filled(texts, "takeaway", **about), why


def bound_words(experiment: Experiment, dataset: Dataset, hidden: np.ndarray) -> Words:
    """Say how near outputs (T, U) come to their bound, and what follows for the targets."""
    bound = highest_output(experiment.model.cell, len(hidden))
    most = np.abs(hidden).max(axis=1)
    if not np.isfinite(most).all():
        return LOST, ""
    rule = "|h| is less than 1 at every step"
    if bound[0] < 1:
        ends = f"{number(bound[0])} at step 1 and {number(bound[-1])} at step {len(hidden)}"
        rule = f"c grows by less than 1 at each step, so |h| is below tanh(t): {ends}"
    step = int(np.argmax(most))
    furthest = apart(most[step], bound[step])[0]
    takeaway = f"No output can reach 1: the furthest here gets to {furthest}."
    details = f"From a zero state, {rule}. The furthest unit here gets to {furthest}."
    targets = np.abs(dataset.y).max(axis=(0, 2))  # (T,)
    step = int(np.argmax(targets - bound))
    if experiment.model.head == "dense":
        reach = readable(targets.max())
        details += f" The Dense head stretches outputs, so that targets up to {reach} are in reach."
    elif targets[step] >= bound[step]:
        values, limit = dataset.y[:, step].ravel(), number(bound[step])
        target = signed(values[np.argmax(np.abs(values))])
        takeaway = f"A target of {target} at step {step + 1} is out of reach: |h| is below {limit}."
        details += " Without a head the outputs are the predictions: no weights reach such targets."
    return takeaway, details
