"""Proof: the modes are one computation, as Keras measures on the shown weights."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st

from lib.charts import Palette, ProofCard, Side, proofs
from lib.recurrence import difference
from lib.ui.cell.ask import Reply, measured
from lib.ui.cell.chosen import At, Chosen, Follower, first_row, row_order, where
from lib.ui.fragment import slot
from lib.ui.text import card, hint, say_steadily, takeaway


def draw(chosen: Chosen, replies: Sequence[Reply], palette: Palette) -> Follower:
    """Draw the part; returns what rewrites the prefixes' sentence."""
    (modes,) = replies
    experiment, steps, answer = chosen.experiment, chosen.dataset.shape[1], modes.values
    _, at_each = proofs.one_computation(experiment, steps, answer)
    order = row_order(chosen.layer_pass)
    if not chosen.is_top:  # no model returns the last step of such a layer
        hint(f"{chosen.which[:-2]}, as if no other were above it.")
    draw_last(chosen, replies, palette)
    with card(at_each.title, gap="xsmall", key="cell_prefixes"):
        whole, prefixes = _rows(modes, "whole", order), _rows(modes, "prefixes", order)
        one = Side("return_sequences=True", "asked once", whole)
        asked = Side("return_sequences=False", f"asked {steps} times", prefixes)
        start = first_row(chosen.layer_pass)
        _equation(modes, (one, asked), at_each, palette, columns="timesteps", start=start)
        words = slot()
    with st.expander("Also measured: NumPy against Keras, and return_state"):
        against = None
        if answer and modes.answered:  # on the weights that were asked about, maybe not the newest
            upward, x = chosen.upward(modes.answered.weights), measured(chosen)
            cell = experiment.model.cell
            against = difference(cell, upward, x, answer["sequence"], answer["states"])
        cards = proofs.also_measured(experiment, answer, against)
        st.html(proofs.proof_cards(cards, palette, modes.instead))

    def write(at: At) -> None:
        says = modes.instead
        if answer:
            both = answer["whole"], answer["prefixes"]
            says = proofs.prefix_sentence(*both, at.unit, at.step, "Keras")
        with words:
            say_steadily(says)

    write(where(chosen.layer_pass))
    return write


def draw_last(chosen: Chosen, replies: Sequence[Reply], palette: Palette) -> None:
    """Draw the first card: the last step of one mode is the whole output of the other."""
    (modes,) = replies
    answer, order = modes.values, row_order(chosen.layer_pass)
    at_last, _ = proofs.one_computation(chosen.experiment, chosen.dataset.shape[1], answer)
    with card(at_last.title, gap="xsmall", key="cell_modes"):
        ends = answer["sequence"][:, -1].T[order] if answer else None
        one = Side("return_sequences=True", "its last step, [:, -1]", ends)
        other = Side("return_sequences=False", "all that it gives", _rows(modes, "last", order))
        columns = f"{len(measured(chosen))} samples"
        _equation(modes, (one, other), at_last, palette, columns=columns, start=None)


def _rows(modes: Reply, name: str, order: np.ndarray) -> np.ndarray | None:
    """Keras's answer with the units in the page's order, (U, columns)."""
    answer = modes.values
    return None if answer is None else answer[name].reshape(-1, len(order)).T[order]


def _equation(
    modes: Reply, sides: tuple[Side, Side], card: ProofCard, palette: Palette, **about: Any
) -> None:
    about |= {"missing": modes.instead, "sentence": f"{card.takeaway} {card.why}"}
    st.html(proofs.equation(*sides, card.measures[0], palette, **about))
    takeaway(card.takeaway, card.why)
