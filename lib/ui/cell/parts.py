"""The parts of the Cell page: the unrolled layer, the proof, ways to break it, and learning."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib import charts, recurrence
from lib.charts import Palette, ProofCard, Side, Strip, cell, gradients
from lib.recurrence import difference, unroll, unroll_stack, ways
from lib.shapes import Leak
from lib.text import beside
from lib.training import read_recording
from lib.ui import runs
from lib.ui.browser import playhead_band
from lib.ui.cell.ask import AVERAGED, PADDING, Reply, ask, backward, keras_progress, measured, watch
from lib.ui.cell.chosen import ORDER, Chosen, Follower, choose, follow_playhead
from lib.ui.session import Loaded
from lib.ui.widgets import card, hint, linked_toggle, say, say_steadily, steady_chart, takeaway

TEXTS: dict[str, str] = beside(__file__)
# The longest usual takeaway of a way, which reserves its space.
BREAK_ROOM = "Off by 0.0000888: last-step mode takes the backward output of step 1."
Draw = Callable[[Chosen, Sequence[Reply], Palette], Follower | None]


@dataclass(frozen=True, slots=True)
class CellPart:
    """A part of the Cell page."""

    title: str
    places: tuple[str, ...]  # of Keras's answers, keys of `ask.PLACES`
    draw: Draw
    has_playhead: bool = True


def draw_part(
    part: CellPart, loaded: Loaded, palette: Palette, weights_place: DeltaGenerator | None = None
) -> None:
    """Draw a part with its answers; the Cell page has a place that names the shown weights."""
    chosen = choose(loaded, weights_place)
    # It stays in sight while pictures are scrolled.
    bar = st.container(key="cell_bar" if part.has_playhead else None)
    replies = [ask(place, chosen) for place in part.places]
    if weights_place and replies:
        say_steadily(keras_progress(replies, chosen), gray=True)
    elif any(reply.error for reply in replies):
        hint(runs.client().pool.unavailable)
    write = part.draw(chosen, replies, palette)
    if part.has_playhead:
        follow_playhead(bar, chosen, write)
    watch(chosen, replies)


def draw_unrolled(chosen: Chosen, _: Sequence[Reply], palette: Palette) -> Follower:
    """Draw the layer over time, its states and gates; returns what rewrites a unit's formulas."""
    layer, trace = chosen.layer_pass, chosen.layer_pass.trace
    over_time, one_unit = st.columns((3, 2))  # as the playhead's bar
    with over_time:
        with st.container(border=True, gap="xsmall", key="cell_unrolled"):
            draw_chain(chosen, palette)
        with st.container(border=True, gap="xsmall", key="cell_heatmaps"):
            matrices = {"h, hidden state": trace.hidden[0]}
            if trace.cell is not None:
                matrices["c, cell state"] = trace.cell[0]
            for name, values in trace.gates.items():
                meaning = recurrence.GATES[layer.cell][name]
                matrices[f"{recurrence.gate_symbol(name, meaning)}, {meaning}"] = values[0]
            striking, sentence = cell.findings(layer.cell, trace)
            outlined = "h" if chosen.is_top else ""
            seen = {"start": chosen.first_row, "outlined_name": outlined, "sentence": sentence}
            st.html(cell.heatmaps(matrices, chosen.row_order, palette, **seen))
            takeaway(striking, sentence)
            linked_toggle("Order units by similarity", ORDER)
    hand = None
    with one_unit, st.container(border=True, gap="xsmall", key="cell_unit"):
        sentence_place, formulas = st.container().empty(), st.container().empty()
        if cell.can_show(layer.x.shape[1], layer.units):
            with st.expander("Every number, by hand"):
                say(TEXTS["by_hand"])
                hand = st.container().empty()

    def write(step: int, unit: int) -> None:
        with sentence_place:
            takeaway(cell.step_takeaway(layer, unit, step), longest=cell.STEP_ROOM)
        unit_now = recurrence.lines(layer, unit, step)
        formulas.html(cell.unit_lines(unit_now, palette, top=chosen.is_top))
        if hand is not None:
            hand.html(cell.by_hand(layer, step, palette))

    return write


def draw_chain(
    chosen: Chosen, palette: Palette, *, as_it_runs: bool = False, has_takeaway: bool = True
) -> None:
    """Draw the layer at every timestep with its outputs, or those so far `as_it_runs`."""
    layer, x = chosen.layer_pass, chosen.layer_pass.x
    text, sentence = cell.unrolled_words(chosen.experiment, chosen.layer, *x.shape)
    modes = chosen.experiment.model.modes if chosen.is_top else ("sequence",)
    seen = {"modes": modes, "has_cell_state": layer.trace.cell is not None, "sentence": sentence}
    st.html(cell.unrolled_picture(x, palette, **seen, as_it_runs=as_it_runs))
    if has_takeaway:
        takeaway(text, sentence)


def draw_proof(chosen: Chosen, replies: Sequence[Reply], palette: Palette) -> Follower:
    """Draw that the modes are one computation; returns what rewrites the prefixes' sentence."""
    (modes,) = replies
    experiment, steps, answer = chosen.experiment, chosen.dataset.shape[1], modes.values
    _, at_each = charts.proofs.one_computation(experiment, steps, answer)
    if not chosen.is_top:  # no model returns the last step of such a layer
        hint(f"{chosen.which[:-2]}, as if no other were above it.")
    draw_last_step(chosen, replies, palette)
    with card(at_each.title, gap="xsmall", key="cell_prefixes"):
        one = Side("return_sequences=True", "asked once", _rows(chosen, modes, "whole"))
        prefixes = _rows(chosen, modes, "prefixes")
        asked = Side("return_sequences=False", f"asked {steps} times", prefixes)
        start = chosen.first_row
        _equation(modes, (one, asked), at_each, palette, columns="timesteps", start=start)
        sentence_place = st.container().empty()
    with st.expander("Also measured: NumPy against Keras, and return_state"):
        against = None
        if answer and modes.answered:  # on the weights that were asked about, maybe not the newest
            upward, x = chosen.upward(modes.answered.weights), measured(chosen)
            cell_name = experiment.model.cell
            against = difference(cell_name, upward, x, answer["sequence"], answer["states"])
        cards = charts.proofs.also_measured(experiment, answer, against)
        st.html(charts.proofs.proof_cards(cards, palette, modes.instead))

    def write(step: int, unit: int) -> None:
        sentence = modes.instead
        if answer:
            both = answer["whole"], answer["prefixes"]
            sentence = charts.proofs.prefix_sentence(*both, unit, step, "Keras")
        with sentence_place:
            say_steadily(sentence)

    return write


def draw_last_step(chosen: Chosen, replies: Sequence[Reply], palette: Palette) -> None:
    """Draw the first card: the last step of one mode is the whole output of the other."""
    (modes,), steps = replies, chosen.dataset.shape[1]
    at_last, _ = charts.proofs.one_computation(chosen.experiment, steps, modes.values)
    with card(at_last.title, gap="xsmall", key="cell_modes"):
        # Of the whole sequences, (N, T, U), the last step with a row for each unit.
        order, answer = chosen.row_order, modes.values
        ends = answer["sequence"][:, -1].T[order] if answer else None
        one = Side("return_sequences=True", "its last step, [:, -1]", ends)
        other = Side("return_sequences=False", "all that it gives", _rows(chosen, modes, "last"))
        columns = f"{len(measured(chosen))} samples"
        _equation(modes, (one, other), at_last, palette, columns=columns, start=None)


def _rows(chosen: Chosen, modes: Reply, name: str) -> np.ndarray | None:
    """Keras's answer with the units in the page's order, (U, columns)."""
    order, answer = chosen.row_order, modes.values
    return answer[name].reshape(-1, len(order)).T[order] if answer else None


def _equation(
    modes: Reply, sides: tuple[Side, Side], proof: ProofCard, palette: Palette, **options: Any
) -> None:
    options |= {"missing": modes.instead, "sentence": f"{proof.takeaway} {proof.why}"}
    st.html(charts.proofs.equation(*sides, proof.measures[0], palette, **options))
    takeaway(proof.takeaway, proof.why)


def draw_breakings(chosen: Chosen, replies: Sequence[Reply], palette: Palette) -> None:
    """Draw four ways in which the sequence's last step differs from last-step mode's output."""
    (breakings,) = replies
    proof_cards = charts.proofs.ways_to_break_it(chosen.experiment, PADDING, breakings.values)
    st.html(charts.proofs.strips_legend(palette))
    columns = [*st.columns(2), *st.columns(2)]
    for (name, outputs), column in zip(_strips(chosen).items(), columns, strict=True):
        way = proof_cards[name]
        with column, card(way.title, gap="xsmall", height="stretch"):
            st.html(charts.proofs.strips(outputs, way, breakings.instead, palette))
            takeaway(way.takeaway, f"{chosen.which}{way.why}", longest=BREAK_ROOM)
    left, right = st.columns(2)
    with left, card("How far an output can get", gap="xsmall", key="cell_bound", height="stretch"):
        hidden = chosen.traces[-1].hidden[0]  # of the top layer
        text, details = charts.proofs.bound_words(chosen.experiment, chosen.dataset, hidden)
        bound = recurrence.highest_output(chosen.experiment.model.cell, len(hidden))
        st.html(cell.bound_picture(hidden, bound, details, palette))
        takeaway(text, details)
    with right:
        draw_leak(chosen, palette)


def draw_leak(_: object, palette: Palette) -> None:
    """Draw a recorded Bidirectional layer that predicts the next value of noise."""
    leak = read_recording("leak", Leak)
    with card("Its first steps have read the end", gap="xsmall", key="cell_leak", height="stretch"):
        (text, details), plot = charts.proofs.leak_words(leak), charts.leaked(leak)
        st.html(charts.small_picture(plot, text, palette, 1.6))
        hint(charts.caption("leaked", plot))
        takeaway(text, details)


def _strips(chosen: Chosen) -> dict[str, tuple[Strip, Strip]]:
    """Two pictures of this sample's outputs for each way, computed by NumPy."""
    name, layer = chosen.experiment.model.cell, chosen.layer_pass
    weights, x, steps = chosen.upward(chosen.weights), layer.x[None], len(layer.x)
    padded = np.pad(chosen.dataset.x[[chosen.sample]], [(0, 0), (0, PADDING), (0, 0)])
    mask = np.arange(padded.shape[1])[None] < steps
    traces = (
        layer.trace,
        unroll(name, backward(chosen), x, go_backwards=True),
        unroll(name, layer.weights, x, go_backwards=True),
        unroll_stack(name, weights, padded)[-1],
        unroll_stack(name, weights, padded, mask)[-1],
    )
    order = chosen.row_order
    forward, turned, backwards, plain, held = (trace.hidden[0][:, order] for trace in traces)
    in_time = {0: "1", steps - 1: f"{steps}"}
    # Beside the word "zeros" there is room for the number of a step up to the 36th.
    with_zeros = (in_time if steps <= 36 else {0: "1"}) | {steps + PADDING // 2: "zeros"}
    end = steps + PADDING - 1
    return {
        "bidirectional": (
            Strip("forward, reads 1 to the end", forward, steps - 1, in_time),
            Strip("backward, reads the end to 1", turned[::-1], 0, in_time),
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


def draw_learning(chosen: Chosen, replies: Sequence[Reply], palette: Palette) -> None:
    """Draw how far each loss reaches back, which inputs move which outputs, and padding."""
    dataset, details = chosen.dataset, ""
    reach, one_way, both_ways = replies
    one, both = one_way.values, both_ways.values
    maps: dict[str, np.ndarray | str] = {}
    maps["This model"] = one["map"] if one else one_way.instead
    maps["The same, Bidirectional"] = both["map"] if both else both_ways.instead
    text = both_ways.instead if one else one_way.instead
    if one and both:
        text, details = gradients.influence_words(one["map"], both["map"])
    left, right = st.columns(2)
    with left:
        draw_reach(chosen, [reach], palette)
    title = "Which inputs move which outputs?"
    with right, card(title, key="cell_influence", gap="xsmall", height="stretch"):
        sentence = f"{details} {TEXTS['influence']}".strip()
        st.html(gradients.influence_maps(maps, dataset.shape[1], sentence, palette))
        takeaway(text, sentence, longest=gradients.ROOM)
    with card("Sequences of different length", gap="xsmall", key="cell_padding"):
        weights, x = chosen.upward(chosen.weights), dataset.x[chosen.sample]
        padded = ways(chosen.experiment.model.cell, weights, x)
        text, found = gradients.padding_words(padded)
        sentence = TEXTS["padding"].format(which=chosen.which, found=found)
        st.html(gradients.padding_picture(padded, sentence, palette))
        takeaway(text, sentence, longest=gradients.ROOM)


def draw_reach(chosen: Chosen, replies: Sequence[Reply], palette: Palette) -> None:
    """Draw how far back each loss reaches, without the page's other cards."""
    title, (reply,) = "How far back does each loss reach?", replies
    dataset, norms = chosen.dataset, reply.values
    with card(title, key="cell_reach", gap="xsmall", height="stretch"):
        if norms is None:
            room = f"height:{gradients.HEIGHT}px;border-radius:3px;background:{palette.surface}"
            st.html(f'<div style="{room}"></div>')
            takeaway(reply.instead, reply.instead, longest=gradients.ROOM)
            return
        text, found = gradients.reach_words(norms)
        numbers = {"samples": len(dataset.shown[:AVERAGED]), "steps": dataset.shape[1]}
        sentence = TEXTS["reach"].format(which=chosen.which, found=found, **numbers)
        figure = gradients.reach_figure(norms, dataset.timestep_names, palette)
        steady_chart(figure, sentence, "chart_reach")
        playhead_band("chart_reach", figure)
        takeaway(text, sentence, longest=gradients.ROOM)


PARTS = {
    "unrolled": CellPart("Unrolled", (), draw_unrolled),
    "proof": CellPart("Proof", ("modes",), draw_proof),
    "break": CellPart("Break it", ("breakings",), draw_breakings),
    "learn": CellPart("How they learn", ("reach", "one way", "both ways"), draw_learning),
}
"""The parts by their names in the address."""
