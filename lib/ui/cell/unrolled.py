"""Unrolled: the layer at every timestep, its states and gates, and one unit's formulas."""

from collections.abc import Sequence

import streamlit as st

from lib.charts import Palette, cell
from lib.recurrence import GATES, LayerPass, gate_symbol, lines
from lib.ui.cell.ask import Reply
from lib.ui.cell.chosen import ORDER, At, Chosen, Follower, first_row, row_order, where
from lib.ui.fragment import slot
from lib.ui.linked import linked_toggle
from lib.ui.text import say, takeaway


def draw(chosen: Chosen, _replies: Sequence[Reply], palette: Palette) -> Follower:
    """Draw the part; returns what rewrites the formulas."""
    layer = chosen.layer_pass
    over_time, one_unit = st.columns((3, 2))  # as the playhead's bar
    with over_time:
        with st.container(border=True, gap="xsmall", key="cell_unrolled"):
            chain(chosen, palette)
        with st.container(border=True, gap="xsmall", key="cell_heatmaps"):
            _heatmaps(layer, palette, top=chosen.is_top)
    with one_unit, st.container(border=True, gap="xsmall", key="cell_unit"):
        return _unit(layer, palette, top=chosen.is_top)


def chain(chosen: Chosen, palette: Palette, *, as_it_runs: bool = False, told: bool = True) -> None:
    """Draw the layer at every timestep with its outputs, or those so far `as_it_runs`."""
    layer, x = chosen.layer_pass, chosen.layer_pass.x
    words, sentence = cell.unrolled_words(chosen.experiment, chosen.layer, *x.shape)
    modes = chosen.experiment.model.modes if chosen.is_top else ("sequence",)
    seen = {"modes": modes, "has_cell_state": layer.trace.cell is not None, "sentence": sentence}
    st.html(cell.unrolled_picture(x, palette, **seen, as_it_runs=as_it_runs))
    if told:
        takeaway(words, sentence)


def _heatmaps(layer: LayerPass, palette: Palette, *, top: bool) -> None:
    trace = layer.trace
    matrices = {"h, hidden state": trace.hidden[0]}
    if trace.cell is not None:
        matrices["c, cell state"] = trace.cell[0]
    for name, values in trace.gates.items():
        about = GATES[layer.cell][name]
        matrices[f"{gate_symbol(name, about)}, {about}"] = values[0]
    words, sentence = cell.findings(layer.cell, trace)
    seen = {"start": first_row(layer), "outlined_name": "h" if top else "", "sentence": sentence}
    st.html(cell.heatmaps(matrices, row_order(layer), palette, **seen))
    takeaway(words, sentence)
    linked_toggle("Order units by similarity", ORDER)


def _unit(layer: LayerPass, palette: Palette, *, top: bool) -> Follower:
    words, formulas = slot(), slot()
    hand = None
    if cell.can_show(layer.x.shape[1], layer.units):
        with st.expander("Every number, by hand"):
            say(
                "Each table is a block of the kernels' columns: multiply every row by the number "
                "in front of it, add the column up, and apply the activation."
            )
            hand = slot()

    def write(at: At) -> None:
        with words:
            takeaway(cell.step_takeaway(layer, at.unit, at.step), longest=cell.STEP_ROOM)
        formulas.html(cell.unit_lines(lines(layer, at.unit, at.step), palette, top=top))
        if hand is not None:
            hand.html(cell.by_hand(layer, at.step, palette))

    write(where(layer))
    return write
