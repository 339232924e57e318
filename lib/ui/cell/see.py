"""See: the layer unrolled in time, what it computed, and one unit with its formulas filled in."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib.figures.by_hand import by_hand, can_show
from lib.figures.heatmaps import heatmaps
from lib.figures.palette import Palette
from lib.figures.unit import unit_lines
from lib.figures.unrolled import unrolled_picture
from lib.narrate.cell import findings, step_sentence, unrolled_sentence
from lib.recurrence import GATES, gate_symbol
from lib.recurrence.formulas import LayerPass, lines
from lib.ui.cell.chosen import Chosen
from lib.ui.cell.playhead import ORDER, At, Follower, bar_at_hand, first_row, row_order, where
from lib.ui.fragment import slot
from lib.ui.text import say, say_steadily


def see(chosen: Chosen, palette: Palette) -> tuple[DeltaGenerator, Follower]:
    """Draw the section; returns the playhead's place, and what writes the formulas."""
    layer = chosen.layer_pass
    top = chosen.is_top
    bar = bar_at_hand()
    with st.container(border=True, key="cell_unrolled"):
        st.markdown("### Unrolled in time")
        _unrolled(chosen, layer, palette, top=top)
    with st.container(border=True, key="cell_heatmaps"):
        _heatmaps(layer, palette, top=top)
    with st.container(border=True, key="cell_unit"):
        st.markdown("### One unit, one timestep at a time")
        formulas, words = slot(), slot()
    hand = None
    if can_show(layer.x.shape[1], layer.units):
        with st.container(border=True, key="cell_by_hand"):
            st.markdown("### Every number, by hand")
            hand = slot()
            say(
                "Each table is a block of the kernels' columns: multiply every row by the number "
                "in front of it, add the column up, and apply the activation."
            )

    def write(at: At) -> None:
        written = lines(layer, at.unit, at.step)
        formulas.html(unit_lines(written, palette, top=top))
        with words:
            say_steadily(step_sentence(written, at.unit, at.step))
        if hand is not None:
            hand.html(by_hand(layer, at.step, palette))

    write(where(layer))
    return bar, write


def _unrolled(chosen: Chosen, layer: LayerPass, palette: Palette, *, top: bool) -> None:
    experiment, x = chosen.experiment, layer.x
    sentence = unrolled_sentence(experiment, chosen.layer, *x.shape)
    modes = experiment.model.modes if top else ("sequence",)
    st.html(unrolled_picture(x, modes, layer.trace.cell is not None, sentence, palette))
    say(sentence)


def _heatmaps(layer: LayerPass, palette: Palette, *, top: bool) -> None:
    left, right = st.columns([3, 2], vertical_alignment="center")
    left.markdown("### States and gates, every unit at every timestep")
    right.toggle(
        "Order units by similarity",
        bool(ORDER.index),
        **ORDER.bind(),
        help="Each unit is followed by the one whose output is most like it.",
    )
    trace = layer.trace
    matrices = {"h, hidden state": trace.hidden[0]}
    if trace.cell is not None:
        matrices["c, cell state"] = trace.cell[0]
    for name, values in trace.gates.items():
        about = GATES[layer.cell][name]
        matrices[f"{gate_symbol(name, about)}, {about}"] = values[0]
    sentence = " ".join(findings(layer.cell, trace))
    order, row, outlined = row_order(layer), first_row(layer), "h" if top else ""
    st.html(heatmaps(matrices, order, row, sentence, palette, outlined_name=outlined))
    say_steadily(sentence)
