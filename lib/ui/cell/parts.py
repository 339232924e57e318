"""The parts of the Cell page: the unrolled layer, the proof, what breaks it, gradients, streams."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib import charts, recurrence
from lib.charts import Palette, Side, Strip, cell, gradients, pytorch, scenes
from lib.recurrence import unroll, unroll_stack
from lib.text import beside
from lib.ui import runs
from lib.ui.browser import playhead_band
from lib.ui.cell.ask import AVERAGED, PADDING, Reply, ask, backward, keras_progress, measured, watch
from lib.ui.cell.chosen import ORDER, Chosen, Follower, choose, follow_playhead
from lib.ui.cell.streaming import LOOK, PROOFS, draw_streaming
from lib.ui.session import Loaded
from lib.ui.widgets import (
    card,
    card_chart,
    hint,
    linked_toggle,
    say,
    say_steadily,
    steady_chart,
    takeaway,
)

TEXTS: dict[str, str] = beside(__file__)
Draw = Callable[[Chosen, Sequence[Reply], Palette], Follower | None]


@dataclass(frozen=True, slots=True)
class CellPart:
    """A part of the Cell page."""

    title: str
    places: tuple[str, ...]  # keys of `ask.PLACES`: Keras's results that the part needs
    draw: Draw
    has_playhead: bool = True


def draw_part(
    part: CellPart, loaded: Loaded, palette: Palette, controls: DeltaGenerator | None = None
) -> None:
    """Draw a part of the Cell page. `controls` is the page's row of controls, None elsewhere."""
    chosen = choose(loaded, controls)
    bar = st.container(key="cell_bar" if part.has_playhead else None)
    replies = [ask(place, chosen) for place in part.places]
    if controls and replies:
        with controls, st.container(width="content", key="cell_keras"):
            say_steadily(keras_progress(replies, chosen), gray=True)
    elif any(reply.error for reply in replies):
        hint(runs.client().pool.unavailable)
    write = part.draw(chosen, replies, palette)
    if part.has_playhead:
        follow_playhead(bar, chosen, write)
    watch(chosen, replies)


def draw_unrolled(chosen: Chosen, _: Sequence[Reply], palette: Palette) -> Follower:
    """Draw the layer over time, its states and gates. Return a function that writes formulas."""
    layer, trace = chosen.layer_pass, chosen.layer_pass.trace
    over_time, one_unit = st.columns((3, 2))  # as wide as the columns of the playhead's bar
    with over_time:
        with st.container(border=True, gap="xsmall", key="cell_unrolled"):
            draw_chain(chosen, palette)
        with st.container(border=True, gap="xsmall", key="cell_heatmaps"):
            striking, sentence = cell.findings(layer.cell, trace)
            if matrices := cell.states_and_gates(layer, chosen.row_order):
                look: dict[str, Any] = {"start": chosen.first_row, "wide": trace.cell is not None}
                st.html(cell.heatmaps(matrices, palette, sentence, **look))
            takeaway(striking, sentence)
            linked_toggle("Order units by similarity", ORDER)
    hand = None
    with one_unit, st.container(border=True, gap="xsmall", key="cell_unit"):
        sentence_place, formulas = st.container().empty(), st.container().empty()
        if cell.can_show(layer.x.shape[1], layer.units):
            with st.expander("Every number by hand"):
                say(TEXTS["by_hand"])
                hand = st.container().empty()

    def write(step: int, unit: int) -> None:
        with sentence_place:
            takeaway(cell.step_takeaway(layer, unit, step))
        unit_now = recurrence.lines(layer, unit, step)
        formulas.html(cell.unit_lines(unit_now, palette, is_top=chosen.is_top))
        if hand is not None:
            hand.html(cell.by_hand(layer, step, palette))

    return write


def draw_chain(
    chosen: Chosen, palette: Palette, *, as_it_runs: bool = False, has_takeaway: bool = True
) -> None:
    """Draw the layer at every timestep; `as_it_runs` hides outputs after the playhead."""
    layer = chosen.experiment, chosen.layer_pass, chosen.layer, chosen.row_order
    drawing = scenes.unrolled(*layer, start=chosen.first_row, as_it_runs=as_it_runs)
    st.html(drawing.draw(palette))
    if has_takeaway:
        takeaway(*drawing.words)


def draw_proof(chosen: Chosen, replies: Sequence[Reply], palette: Palette) -> Follower:
    """Draw both modes as one computation. Return a function that writes a sentence."""
    (modes,) = replies
    experiment, steps, result = chosen.experiment, chosen.dataset.shape[1], modes.values
    _, at_each = charts.proofs.one_computation(experiment, steps, result)
    if not chosen.is_top:  # in a model, a lower layer never returns only its last step
        hint(f"{chosen.which[:-2]}, run as if it were the top layer.")
    draw_last_step(chosen, replies, palette)
    with card(at_each.title, gap="xsmall", key="cell_prefixes"):
        one = Side("return_sequences=True", "one call", _rows(chosen, modes, "whole"))
        prefixes = _rows(chosen, modes, "prefixes")
        calls = Side("return_sequences=False", f"{steps} calls, one per prefix", prefixes)
        look: dict[str, Any] = {"missing": modes.instead, "start": chosen.first_row}
        st.html(charts.proofs.equation((one, calls), at_each, palette, axis="timesteps", **look))
        takeaway(at_each.takeaway, at_each.why)
        sentence_place = st.container().empty()
    folded = st.expander("The same in PyTorch", key="cell_torch", on_change="rerun")
    if folded.open:
        with folded:
            draw_torch(chosen, palette)

    def write(step: int, unit: int) -> None:
        text = modes.instead
        if result:
            text = charts.proofs.prefix_sentence(result["whole"], result["prefixes"], unit, step)
        with sentence_place:
            say_steadily(text)

    return write


def draw_last_step(chosen: Chosen, replies: Sequence[Reply], palette: Palette) -> None:
    """Draw the first card: sequence mode's last step equals last-step mode's whole output."""
    (modes,), axis = replies, f"{len(measured(chosen))} samples"
    result = chosen.dataset.shape[1], modes.values, chosen.row_order
    drawing = scenes.last_steps(chosen.experiment, *result, missing=modes.instead, axis=axis)
    with card(drawing.title, gap="xsmall", key="cell_modes"):
        st.html(drawing.draw(palette))
        takeaway(*drawing.words)


def draw_torch(chosen: Chosen, palette: Palette) -> None:
    """Draw PyTorch's code of the layers, the tensors that it returns, and what differs."""
    model, (_, steps, features) = chosen.experiment.model, chosen.dataset.shape
    traces = chosen.traces[: chosen.layer + 1]
    sizes = model.cell, steps, features, model.units, len(traces)
    st.code(pytorch.torch_code(*sizes), language="python", wrap_lines=True)
    st.html(pytorch.torch_picture(traces, palette))
    facts = pytorch.torch_facts(model.cell, features, model.units)
    st.html(charts.render(PROOFS, "cards", facts, palette, ""))


def _rows(chosen: Chosen, modes: Reply, name: str) -> np.ndarray | None:
    """Return Keras's result with units as rows in the page's order, (U, columns)."""
    order, result = chosen.row_order, modes.values
    return result[name].reshape(-1, len(order)).T[order] if result else None


def draw_breakings(chosen: Chosen, replies: Sequence[Reply], palette: Palette) -> None:
    """Draw four layers whose last step isn't last-step mode's output, and a leak."""
    (breakings,) = replies
    proof_cards = charts.proofs.ways_to_break_it(chosen.experiment, PADDING, breakings.values)
    st.html(charts.render(PROOFS, "strips_legend", palette))
    columns = [*st.columns(2), *st.columns(2)]
    for (name, outputs), column in zip(_strips(chosen).items(), columns, strict=True):
        proof = proof_cards[name]
        with column, card(proof.title, **LOOK):
            st.html(charts.render(PROOFS, "strips", outputs, proof, breakings.instead, palette))
            takeaway(proof.takeaway, f"{chosen.which}{proof.why}")
    draw_leak(chosen, palette)


def draw_leak(_: object, palette: Palette) -> None:
    """Draw a recorded Bidirectional layer that predicts the next value of noise."""
    drawing = scenes.leak()
    with card("Bidirectional reads its own targets", key="cell_leak", **LOOK):
        card_chart(drawing.draw(palette), *drawing.words, "chart_leak")


def _strips(chosen: Chosen) -> dict[str, tuple[Strip, Strip]]:
    """Return two strips of this sample's outputs for each card, computed in NumPy."""
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
    outputs = [trace.hidden[0][:, chosen.row_order] for trace in traces]
    forward, backward_layer, backwards, unmasked, masked = outputs
    in_time = {0: "1", steps - 1: f"{steps}"}
    # Up to 36 steps, the last step's number fits beside the word "zeros".
    with_zeros = (in_time if steps <= 36 else {0: "1"}) | {steps + PADDING // 2: "zeros"}
    end = steps + PADDING - 1
    return {
        "bidirectional": (
            Strip(f"forward, reads steps 1 to {steps}", forward, steps - 1, in_time),
            Strip(f"backward, reads steps {steps} to 1", backward_layer[::-1], 0, in_time),
        ),
        "padding": (
            Strip("without a mask", unmasked, end, with_zeros),
            Strip("with a mask: the state is kept", masked, end, with_zeros),
        ),
        "zeroed": (
            Strip("with a mask, default", masked, end, with_zeros),
            Strip("zero_output_for_mask=True", masked * mask[0][:, None], steps - 1, with_zeros),
        ),
        "backwards": (
            Strip("as returned", backwards, steps - 1, {0: f"{steps}", steps - 1: "1"}),
            Strip("flipped to time order", backwards[::-1], 0, in_time),
        ),
    }


def draw_learning(chosen: Chosen, replies: Sequence[Reply], palette: Palette) -> None:
    """Draw how far each loss reaches back, and which inputs affect which outputs."""
    dataset, details = chosen.dataset, ""
    reach, one_way, both_ways = replies
    one, both = one_way.values, both_ways.values
    maps = {
        "This model": one["map"] if one else one_way.instead,
        "Bidirectional": both["map"] if both else both_ways.instead,
    }
    text = both_ways.instead if one else one_way.instead
    if one and both:
        text, details = gradients.influence_words(one["map"], both["map"])
    left, right = st.columns(2)
    with left:
        draw_reach(chosen, [reach], palette)
    with right, card("Which inputs affect which outputs?", key="cell_influence", **LOOK):
        logits = TEXTS["logits"] if chosen.experiment.has_labels else ""
        sentence = f"{details} {TEXTS['influence']} {logits}".strip()
        st.html(gradients.influence_maps(maps, dataset.shape[1], sentence, palette))
        takeaway(text, sentence)


def draw_reach(chosen: Chosen, replies: Sequence[Reply], palette: Palette) -> None:
    """Draw how far back each loss reaches, in one card."""
    (reply,), dataset = replies, chosen.dataset
    norms = reply.values
    with card("How far back does each loss reach?", key="cell_reach", **LOOK):
        if norms is None:
            style = f"height:{gradients.HEIGHT}px;border-radius:3px;background:{palette.surface}"
            st.html(f'<div style="{style}"></div>')
            takeaway(reply.instead, reply.instead)
            return
        text, found = gradients.reach_words(norms)
        numbers = {"samples": len(chosen.shown[:AVERAGED]), "steps": dataset.shape[1]}
        sentence = TEXTS["reach"].format(which=chosen.which, found=found, **numbers)
        figure = gradients.reach_figure(norms, dataset.timestep_names, palette)
        steady_chart(figure, sentence, "chart_reach")
        playhead_band("chart_reach", figure)
        takeaway(text, sentence)


PARTS = {  # by name in the address
    "unrolled": CellPart("Unrolled", (), draw_unrolled),
    "proof": CellPart("Proof", ("modes",), draw_proof),
    "break": CellPart("Break it", ("breakings",), draw_breakings),
    "learn": CellPart("Learning", ("reach", "one way", "both ways"), draw_learning),
    "stream": CellPart("Streaming", ("streaming",), draw_streaming),
}
