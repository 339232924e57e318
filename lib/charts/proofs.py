"""Comparisons by Keras: claims about both modes with measured differences, and counterexamples.

A chart, and HTML fragments for `st.html`: see proofs.html. A difference of exactly zero is written
0.0; a rounding error of 32-bit numbers is written in full. Green marks two equal results.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from lib.charts import axes, chart
from lib.charts.html import render
from lib.charts.palette import Palette
from lib.charts.sentences import Words
from lib.experiment import CELLS, Experiment
from lib.recurrence import ROUNDING
from lib.shapes import LEAK_EPOCHS, Leak
from lib.text import beside, filled, number, readable

STARTING = "Keras is starting …"
WAITING = "Keras is computing …"
NO_ANSWER = "no result"
LOST = "Some outputs are NaN: the run has diverged."

_TEXTS = beside(__file__)
STREAMED = {  # by card: a difference, and one that is 0
    "steps": ("one − T calls", "one − cells in a loop"),
    "reset": ("one call − reset", "reset − x[:, t] alone"),
    "carried": ("reset − no reset", "no reset − one call"),
    "order": ("same order − another", "another − exchanged"),
}
Sides = tuple["Side", "Side"]  # two outputs to compare


@dataclass(frozen=True, slots=True)
class Difference:
    """A measured difference."""

    of: str  # the comparison as code: "sequence[:, -1] − last"
    value: float | None  # None until Keras returns it
    close_enough: float = 0.0  # the largest difference that counts as equal

    @property
    def same(self) -> bool:
        """Whether both results count as equal."""
        return self.value is not None and self.value <= self.close_enough

    @property
    def text(self) -> str:
        """The difference as text; "…" until Keras returns it."""
        if self.value is None:
            return "…"
        return number(self.value) if self.value else "0.0"


@dataclass(frozen=True, slots=True)
class ProofCard:
    """A claim with its measured differences, a takeaway, and the reason for the claim."""

    title: str
    differences: tuple[Difference, ...]
    takeaway: str
    why: str


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """One of two outputs to compare: its code, a description, and its values."""

    code: str
    about: str
    rows: np.ndarray | None  # (U, columns); None until Keras returns them


@dataclass(frozen=True, slots=True, eq=False)
class Strip:
    """A layer's outputs for one sample in the order of return, which may not be time order."""

    name: str
    outputs: np.ndarray  # (columns, U)
    last: int | None  # last-step mode's column, while `sequence[:, -1]` is the last; None: no mark
    named: dict[int, str]  # labels below some columns, by index


def equation(
    sides: Sides, proof: ProofCard, palette: Palette, *, missing: str, axis: str, start: int | None
) -> str:
    """Draw two pictures of the same units with a minus between them, and their difference.

    `missing` is the text for an unknown value, and `axis` the meaning of the columns. If the
    columns are timesteps, `start` is the row to mark first.
    """
    (one, other), difference, rows = sides, proof.differences[0], None
    if one.rows is not None and other.rows is not None:
        rows = np.abs(one.rows - other.rows)
        rows /= max(float(np.nanmax(rows)), 1e-45)  # makes any difference visible
    drawn = one, other, Side(difference.of, "same weights", rows), difference, palette, missing
    sentence = f"{proof.takeaway} {proof.why}"
    return render("charts/proofs.html", "equation", *drawn, sentence, axis, start)


def _card(name: str, *differences: Difference, takeaway: str = "", **names: Any) -> ProofCard:
    """Return the card called `name`. The default takeaway contains the measured differences."""
    texts, measured = _TEXTS[name], [difference.text for difference in differences]
    takeaway = takeaway or texts["takeaway"].format(*measured, **names)
    title, why = (filled(texts, text, **names) for text in ("title", "why"))
    return ProofCard(title, differences, takeaway, why)


def one_computation(
    experiment: Experiment, steps: int, result: Mapping[str, Any] | None
) -> tuple[ProofCard, ProofCard]:
    """Return the cards that compare both modes at the last step, and at every step."""
    at_last, at_each = None, None
    if result is not None:
        at_last = float(result["difference"])
        at_each = float(np.abs(result["prefixes"] - result["whole"]).max())
    last = Difference("max |sequence[:, -1] − last|", at_last, ROUNDING)
    each = Difference("max |sequence − prefixes|", at_each, ROUNDING)
    names: dict[str, Any] = {"steps": steps, "cell": CELLS[experiment.model.cell].label}
    return (
        _card("last", last, takeaway=_takeaway("last", last, steps), **names),
        _card("each", each, takeaway=_takeaway("each", each, steps), **names),
    )


def _takeaway(name: str, difference: Difference, steps: int) -> str:
    """Return the claim with the measured difference, or that both results differ."""
    claim = filled(_TEXTS[name], "takeaway", steps=steps)
    if difference.value is None:
        return f"{claim}."
    if not math.isfinite(difference.value):
        return LOST
    if not difference.same:
        return f"Both differ by up to {difference.text}."
    return f"{claim}: difference {difference.text}."


def prefix_sentence(sequence: np.ndarray, prefixes: np.ndarray, unit: int, step: int) -> str:
    """Return both modes' values at the playhead, from each mode's outputs (T, U) in Keras."""
    whole, alone = (f"{v[step, unit]:.7f}".replace("-", "−") for v in (sequence, prefixes))
    steps = f"timesteps 1 to {step + 1}" if step else "timestep 1"
    return (
        f"Keras, unit {unit + 1} at timestep {step + 1}: return_sequences=True returns {whole}. "
        f"return_sequences=False on {steps} returns {alone}."
    )


def ways_to_break_it(
    experiment: Experiment, padding: int, result: Mapping[str, float] | None
) -> dict[str, ProofCard]:
    """Return cards by name on layers for which sequence[:, -1] and last differ, or seem to."""

    def difference(name: str, code: str = "max |sequence[:, -1] − last|") -> Difference:
        return Difference(code, None if result is None else float(result[name]))

    rule = difference("bidirectional_rule", "max |[forward[:, -1], backward[:, 0]] − last|")
    unmasked = difference("padded_moved", "without a mask: max |last with − last without padding|")
    masked = difference("masked_moved", "with a mask: max |last with − last without padding|")
    flipped = difference("backwards_flipped", "max |flipped[:, -1] − last|")
    names: dict[str, Any] = {"padding": padding, "cell": CELLS[experiment.model.cell].label}
    names |= {"plain": difference("padded").text, "masked": difference("masked").text}
    return {
        "bidirectional": _card("bidirectional", difference("bidirectional"), rule),
        "padding": _card("padding", unmasked, masked, **names),
        "zeroed": _card("zeroed", difference("zeroed")),
        "backwards": _card("backwards", difference("backwards"), flipped),
    }


def streaming_cards(
    experiment: Experiment, steps: int, features: int, result: Mapping[str, Any] | None
) -> dict[str, ProofCard]:
    """Return cards by name on a call per timestep, wrong states, and another batch size."""
    known = result["differences"] if result else {}
    names: dict[str, Any] = {"steps": steps, "features": features}
    names |= {"cell": CELLS[experiment.model.cell].label}
    cards = {"batch": _card("batch", **names)}
    for name, codes in STREAMED.items():
        keys = zip((name, f"{name}_rule"), codes, strict=True)
        measured = [Difference(f"max |{code}|", known.get(key), ROUNDING) for key, code in keys]
        takeaway = _takeaway(name, measured[0], steps) if name == "steps" else ""
        cards[name] = _card(name, *measured, takeaway=takeaway, **names)
    return cards


def leak_words(leak: Leak) -> Words:
    """Compare a Bidirectional layer's error at steps that saw their targets with the last step."""
    seen, unseen = readable(leak.both_ways[:-1].mean(), 2), readable(leak.both_ways[-1], 2)
    about = {"steps": len(leak.both_ways) - 1, "seen": seen, "unseen": unseen}
    one_way, texts = readable(leak.one_way.mean(), 2), _TEXTS["leak"]
    why = filled(texts, "why", one_way=one_way, epochs=LEAK_EPOCHS)
    return filled(texts, "takeaway", **about), why


def leak_figure(leak: Leak, palette: Palette) -> chart.Chart:
    """Draw the errors of an LSTM and a Bidirectional layer by timestep, and the best possible."""
    models = {"LSTM": (leak.one_way, "sequence"), "Bidirectional": (leak.both_ways, "wrong")}
    steps, hover = len(leak.one_way), chart.hover()
    data = [chart.level("best possible", np.ones(steps), "best", palette, hover)]
    for name, (errors, color) in models.items():
        style = {"color": getattr(palette, color), "width": 2.5}
        data.append(chart.line(name, errors, style, hover, dots=chart.dot_size(steps)))
    ends = [chart.End(name, errors[-1], color) for name, (errors, color) in models.items()]
    key = [[chart.Entry("dashed", "best possible: 1", "best")]]
    x = axes.timestep_axis([f"{step}" for step in range(1, steps + 1)])
    y = axes.log_axis("mean squared error", [*leak.one_way, *leak.both_ways])
    return chart.plotted(data, palette, x, y, key, name="leak", height=260, ends=ends)
