"""See: the layer unrolled in time, what it computed, and one unit with its formulas filled in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib import narrate_cell
from lib.cell_step import Opened, lines
from lib.figures.by_hand import by_hand, can_show
from lib.figures.heatmaps import heatmaps
from lib.figures.palette import Palette
from lib.figures.unit import unit_lines
from lib.figures.unrolled import unrolled_picture
from lib.narrate_proofs import prefix_sentence
from lib.recurrence import GATES
from lib.ui.cell.chosen import Chosen
from lib.ui.cell.playhead import playhead
from lib.ui.cell.prove import Prefixes
from lib.ui.words import say, say_steadily
from lib.unit_order import by_similarity


@dataclass(frozen=True, slots=True, eq=False)
class Slots:
    """Where the playhead's part goes: itself, and what it writes out anew when it moves."""

    bar: DeltaGenerator
    formulas: DeltaGenerator
    words: DeltaGenerator
    by_hand: DeltaGenerator | None


def see(chosen: Chosen, palette: Palette) -> Slots:
    """Draw the section, but for what follows the playhead."""
    layer = chosen.opened
    with st.container(border=True, key="cell_unrolled"):
        st.markdown("### Unrolled in time")
        bar = st.container()
        _unrolled(chosen, layer, palette)
    with st.container(border=True, key="cell_heatmaps"):
        _heatmaps(layer, palette)
    with st.container(border=True, key="cell_unit"):
        st.markdown("### One unit, one timestep at a time")
        formulas, words = st.empty(), st.empty()
    hand = None
    if can_show(layer.x.shape[1], layer.units):
        with st.container(border=True, key="cell_by_hand"):
            st.markdown("### Every number, by hand")
            hand = st.empty()
            say(
                "Each table is a block of the kernels' columns: multiply every row by the number "
                "in front of it, add the column up, and apply the activation."
            )
    return Slots(bar, formulas, words, hand)


def follow_playhead(chosen: Chosen, slots: Slots, prefixes: Prefixes, palette: Palette) -> None:
    """Draw the playhead. When it moves, pictures stay as they are, and only formulas are sent."""
    with slots.bar:
        st.fragment(_at_the_playhead)(chosen.opened, slots, prefixes, palette)


def _start(hidden: np.ndarray) -> int:
    """The unit to begin with: the one that moves most, (T, U)."""
    return int(np.argmax(np.ptp(np.nan_to_num(hidden), axis=0)))


def _order(hidden: np.ndarray) -> np.ndarray:
    if st.session_state.get("cell_similar"):
        return by_similarity(hidden)
    return np.arange(hidden.shape[1])


def _unrolled(chosen: Chosen, layer: Opened, palette: Palette) -> None:
    experiment, x = chosen.experiment, layer.x
    top = chosen.layer == experiment.model.layers - 1
    sentence = narrate_cell.unrolled_sentence(experiment, chosen.layer, *x.shape)
    modes = experiment.model.modes if top else ("sequence",)
    st.html(unrolled_picture(x, modes, layer.trace.cell is not None, sentence, palette))
    say(sentence)


def _heatmaps(layer: Opened, palette: Palette) -> None:
    left, right = st.columns([3, 2], vertical_alignment="center")
    left.markdown("### States and gates, every unit at every timestep")
    right.toggle(
        "Order units by similarity",
        key="cell_similar",
        help="Each unit is followed by the one whose output is most like it.",
    )
    cell, trace = layer.cell, layer.trace
    matrices = {"h, hidden state": trace.hidden[0]}
    if trace.cell is not None:
        matrices["c, cell state"] = trace.cell[0]
    for name, values in trace.gates.items():
        about = GATES[cell][name]
        matrices[f"{name}̃, {about}" if about == "candidate" else f"{name}, {about}"] = values[0]
    sentence = " ".join(narrate_cell.findings(cell, trace))
    order = _order(trace.hidden[0])
    row = int(np.flatnonzero(order == _start(trace.hidden[0]))[0])
    st.html(heatmaps(matrices, order, row, sentence, palette))
    say_steadily(sentence)


def _at_the_playhead(layer: Opened, slots: Slots, prefixes: Prefixes, palette: Palette) -> None:
    hidden = layer.trace.hidden[0]
    at = playhead(len(layer.x), _order(hidden), _start(hidden))
    written = lines(layer, at.unit, at.step)
    slots.formulas.html(unit_lines(written, palette))
    with slots.words:
        say_steadily(narrate_cell.step_sentence(written, at.unit, at.step))
    if slots.by_hand is not None:
        slots.by_hand.html(by_hand(layer, at.step, palette))
    with prefixes.slot:
        say_steadily(
            prefix_sentence(
                prefixes.sequence, prefixes.prefixes, at.unit, at.step, prefixes.by_keras
            )
        )
