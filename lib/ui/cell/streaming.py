"""The Cell page's part "Streaming": one timestep per call, what breaks it, generation, and code."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from lib import charts, data
from lib.charts import Palette, Side, Strip, generation, proofs
from lib.export import streaming_code
from lib.results import generate, spread_places, why_not_generated
from lib.training import recorded
from lib.ui import address
from lib.ui.cell.ask import Reply
from lib.ui.cell.chosen import Chosen, Follower
from lib.ui.session import once
from lib.ui.shown import made_dataset
from lib.ui.widgets import card, card_chart, hint, press, say, say_steadily, takeaway

PROOFS = "charts/proofs.html"  # the templates of proof cards and strips
LOOK: dict[str, Any] = {"gap": "xsmall", "height": "stretch"}  # the layout of cards side by side
STRIPS = {  # names of a card's two strips
    "reset": ("one call", "always reset"),
    "carried": ("second sequence", "no reset"),
    "order": ("same order", "another order"),
}


def draw_streaming(chosen: Chosen, replies: Sequence[Reply], palette: Palette) -> Follower:
    """Draw all pictures. Return a function that writes a sentence on the picked call."""
    (reply,), layer, (steps, features) = replies, chosen.layer_pass, chosen.dataset.shape[1:]
    result, missing, order = reply.values, reply.instead, chosen.row_order
    cards = proofs.streaming_cards(chosen.experiment, steps, features, result)
    left, right = st.columns((3, 2))
    with left, card(cards["steps"].title, key="cell_steps", **LOOK):
        proof = cards["steps"]
        rows = [result[name].T[order] if result else None for name in ("whole", "stateful")]
        one = Side("return_sequences=True", "one call", rows[0])
        sides = one, Side("stateful=True", f"{steps} calls", rows[1])
        options: Any = {"missing": missing, "axis": "timesteps", "start": chosen.first_row}
        st.html(proofs.equation(sides, proof, palette, **options))
        st.html(charts.render(PROOFS, "measured", proof.differences[1], palette, missing))
        takeaway(proof.takeaway, f"{chosen.which}{proof.why}")
    with right, card("The state between calls", key="cell_carried", **LOOK):
        st.html(generation.carried_states(layer, order, palette))
        sentence_place = st.container().empty()
    columns = st.columns(4)
    blank = np.zeros((2, steps, layer.units))  # until Keras returns the outputs
    for (name, titles), column in zip(STRIPS.items(), columns, strict=False):
        with column, card(cards[name].title, key=f"cell_wrong_{name}", **LOOK):
            pair = result["pairs"][name] if result else blank
            strips = [_strip(*each, steps) for each in zip(titles, pair[..., order], strict=True)]
            st.html(charts.render(PROOFS, "strips", strips, cards[name], missing, palette))
            why = f"{chosen.which}{cards[name].why}"
            takeaway(cards[name].takeaway, why)
    with columns[-1], card(cards["batch"].title, key="cell_wrong_batch", **LOOK):
        for line in (result["message"] if result else missing).splitlines():
            say(line)
        takeaway(cards["batch"].takeaway, cards["batch"].why)
    _draw_generation(chosen, palette)
    with st.expander("Code to copy"):
        code = streaming_code(chosen.experiment, chosen.dataset)
        for tab, text in zip(st.tabs([*code]), code.values(), strict=True):
            tab.code(text)

    def write(step: int, unit: int) -> None:
        with sentence_place:
            by_steps = result["stateful"] if result else None
            say_steadily(generation.state_sentence(layer, by_steps, unit, step))

    return write


def _strip(name: str, outputs: np.ndarray, steps: int) -> Strip:
    """Return a strip of the outputs of the last of `steps` timesteps."""
    first, last = steps - len(outputs) + 1, len(outputs) - 1
    return Strip(name, outputs, None, {0: f"{first}", last: f"{steps}"})


def _draw_generation(chosen: Chosen, palette: Palette) -> None:
    """Draw the values generated for the sample. The words have the errors of many samples.

    If the data can't be generated, draw the recorded run on sine waves.
    """
    experiment, dataset, mode = chosen.experiment, chosen.dataset, chosen.mode
    weights, sample = chosen.weights, chosen.sample
    why = "The pooled model reads all outputs at once." if mode == "pooled" else ""
    if why := why or why_not_generated(dataset):
        experiment, mode = data.suggested("sine"), "sequence"
        dataset, run = made_dataset(experiment.data_only), recorded(experiment)
        if run is None:
            return
        weights, sample = run.results[mode].weights or weights, int(dataset.shown[0])
    make = partial(generate, experiment, dataset, weights)
    evaluated = np.arange(len(dataset.x))[dataset.evaluated]
    evaluated = evaluated[spread_places(len(evaluated), 200)]
    many = once("generated", (weights, dataset), partial(make, evaluated))
    figure = generation.generated_figure(dataset, make(np.array([sample])), mode, palette)
    with card("Generate: predictions become inputs", key="cell_generated", **LOOK):
        if why:
            hint(f"{why} This is a recorded run on sine waves.")
        card_chart(figure, *generation.generated_words(dataset, many), "chart_generated")
        if why:
            act = partial(address.change, address.picking("sine"))
            press("Use sine waves", "arrow_forward", "to_sine", act)
