"""Break it: four ways in which the sequence's last step differs from last-step mode's output."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from lib import charts
from lib.charts import Palette, Strip, proofs
from lib.recurrence import highest_output, unroll, unroll_stack
from lib.training import recorded_leak
from lib.ui.cell.ask import PADDING, Reply, backward
from lib.ui.cell.chosen import Chosen, row_order
from lib.ui.text import card, hint, takeaway

ROWS = (("bidirectional", "padding"), ("zeroed", "backwards"))  # the ways, side by side
# The longest usual takeaway of this part, which reserves its space.
_ROOM = "Off by 0.0000888: last-step mode takes the backward output of step 1."


def draw(chosen: Chosen, replies: Sequence[Reply], palette: Palette) -> None:
    """Draw the part, which doesn't follow the playhead."""
    (breakings,) = replies
    ways = proofs.ways_to_break_it(chosen.experiment, PADDING, breakings.values)
    st.html(proofs.strips_legend(palette))
    outputs = _strips(chosen)
    for row in ROWS:
        for name, column in zip(row, st.columns(2), strict=True):
            way = ways[name]
            with column, card(way.title, gap="xsmall", height="stretch"):
                shown = outputs[name], way.measures, breakings.instead
                st.html(proofs.strips(*shown, f"{way.takeaway} {way.why}", palette))
                takeaway(way.takeaway, f"{chosen.which}{way.why}", longest=_ROOM)
    left, right = st.columns(2)
    with left, card("How far an output can get", gap="xsmall", key="cell_bound", height="stretch"):
        hidden = chosen.traces[-1].hidden[0]  # of the top layer
        words, details = proofs.bound_words(chosen.experiment, chosen.dataset, hidden)
        bound = highest_output(chosen.experiment.model.cell, len(hidden))
        st.html(charts.cell.bound_picture(hidden, bound, details, palette))
        takeaway(words, details)
    with right:
        leak_card(palette)


def leak_card(palette: Palette) -> None:
    """Draw a recorded Bidirectional layer that predicts the next value of noise."""
    leak = recorded_leak()
    with card("Its first steps have read the end", gap="xsmall", key="cell_leak", height="stretch"):
        (words, details), plot = proofs.leak_words(leak), charts.leaked(leak)
        st.html(charts.small_picture(plot, words, palette))
        hint(charts.caption("leaked", plot))
        takeaway(words, details)


def _strips(chosen: Chosen) -> dict[str, tuple[Strip, Strip]]:
    """Two pictures of this sample's outputs for each way, computed by NumPy."""
    cell, layer = chosen.experiment.model.cell, chosen.layer_pass
    order, x, steps = row_order(layer), layer.x[None], len(layer.x)
    padded = np.pad(chosen.dataset.x[[chosen.sample]], [(0, 0), (0, PADDING), (0, 0)])
    mask = np.arange(padded.shape[1])[None] < steps
    weights = chosen.upward(chosen.weights)
    forward = layer.trace.hidden[0][:, order]
    turned = unroll(cell, backward(chosen), x, go_backwards=True).hidden[0, ::-1][:, order]
    backwards = unroll(cell, layer.weights, x, go_backwards=True).hidden[0][:, order]
    plain = unroll_stack(cell, weights, padded)[-1].hidden[0][:, order]
    held = unroll_stack(cell, weights, padded, mask)[-1].hidden[0][:, order]
    in_time = {0: "1", steps - 1: f"{steps}"}
    # Beside the word "zeros" there is room for the number of a step up to the 36th.
    with_zeros = (in_time if steps <= 36 else {0: "1"}) | {steps + PADDING // 2: "zeros"}
    end = steps + PADDING - 1
    return {
        "bidirectional": (
            Strip("forward, reads 1 to the end", forward, steps - 1, in_time),
            Strip("backward, reads the end to 1", turned, 0, in_time),
        ),
        "padding": (
            Strip("without a mask", plain, end, with_zeros),
            Strip("with a mask, which holds the state", held, end, with_zeros),
        ),
        "zeroed": (
            Strip("with a mask, as usual", held, end, with_zeros),
            Strip("zero_output_for_mask=True", held * mask[0][:, None], steps - 1, with_zeros),
        ),
        "backwards": (
            Strip("as it is handed out", backwards, steps - 1, {0: f"{steps}", steps - 1: "1"}),
            Strip("flipped back into time", backwards[::-1], 0, in_time),
        ),
    }
