"""The Cell page's part "Streaming": one timestep per call, what breaks it, code, and generation."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st

from lib import charts
from lib.charts import Palette, Side, Strip, generation, proofs
from lib.export import streaming_code
from lib.recurrence import unroll_stack
from lib.results import Generated, generate, spread_places, why_not_generated
from lib.text import LONG_NUMBER
from lib.ui import address
from lib.ui.cell.ask import Reply, neighbors
from lib.ui.cell.chosen import Chosen, Follower
from lib.ui.session import once
from lib.ui.widgets import card, card_chart, hint, press, say_steadily, takeaway

PROOFS = "charts/proofs.html"  # the templates of proof cards and strips
LOOK: dict[str, Any] = {"gap": "xsmall", "height": "stretch"}  # the layout of cards side by side
# A card on wrong states reserves space for this takeaway, the longest of the usual ones.
BREAK_ROOM = f"Off by {LONG_NUMBER}: the second sequence starts from the first one's last state."
MOST_GENERATED = 200  # samples whose generated values are compared with the true values


def draw_streaming(chosen: Chosen, replies: Sequence[Reply], palette: Palette) -> Follower:
    """Draw all pictures. Return a function that writes a sentence on the picked call."""
    (reply,), layer, order = replies, chosen.layer_pass, chosen.row_order
    (steps, features), result = chosen.dataset.shape[1:], reply.values
    proof = proofs.one_value_at_a_time(chosen.experiment, steps, features, result)
    rows = {name: result[name].T[order] if result else None for name in ("whole", "stateful")}
    sides = (
        Side("return_sequences=True", "one call", rows["whole"]),
        Side("stateful=True", f"{steps} calls", rows["stateful"]),
    )
    left, right = st.columns((3, 2))
    with left, card(proof.title, key="cell_steps", **LOOK):
        start, missing = chosen.first_row, reply.instead
        drawn = proofs.equation(
            sides, proof, palette, missing=missing, axis="timesteps", start=start
        )
        st.html(drawn)
        st.html(charts.render(PROOFS, "measured", proof.differences[1], palette, missing))
        takeaway(proof.takeaway, f"{chosen.which}{proof.why}")
    with right, card("The state between two calls", key="cell_carried", **LOOK):
        st.html(generation.carried_states(layer, order, palette))
        sentence_place = st.container().empty()
    _draw_breakings(chosen, reply, palette)
    _draw_generation(chosen, palette)
    with st.expander("Code to copy"):
        code = streaming_code(chosen.experiment, chosen.dataset)
        for place, text in zip(st.tabs([*code]), code.values(), strict=True):
            place.code(text)

    def write(step: int, unit: int) -> None:
        outputs = result["stateful"] if result else None
        with sentence_place:
            say_steadily(generation.state_sentence(layer, outputs, unit, step))

    return write


def _draw_breakings(chosen: Chosen, reply: Reply, palette: Palette) -> None:
    """Draw stateful calls that go on from a wrong state, and Keras's error for a wrong batch."""
    features, result = chosen.dataset.shape[2], reply.values
    cards = proofs.ways_to_break_streaming(features, result)
    columns = st.columns(4)
    for (name, outputs), column in zip(_strips(chosen).items(), columns, strict=False):
        proof = cards[name]
        with column, card(proof.title, **LOOK):
            st.html(charts.render(PROOFS, "strips", outputs, proof, reply.instead, palette))
            takeaway(proof.takeaway, f"{chosen.which}{proof.why}", longest=BREAK_ROOM)
    with columns[-1], card(cards["batch"].title, **LOOK):
        st.code(result["message"] if result else reply.instead, language=None, wrap_lines=True)
        takeaway(cards["batch"].takeaway, cards["batch"].why)


def _strips(chosen: Chosen) -> dict[str, tuple[Strip, Strip]]:
    """Return two strips of outputs for each card, computed in NumPy."""
    name, weights, x = (
        chosen.experiment.model.cell,
        chosen.upward(chosen.weights),
        neighbors(chosen),
    )
    steps, half, order = x.shape[1], x.shape[1] // 2, chosen.row_order

    def outputs(inputs: np.ndarray) -> np.ndarray:
        return unroll_stack(name, weights, inputs)[-1].hidden[..., order]

    whole = outputs(x)
    always_reset = outputs(np.swapaxes(x[:1], 0, 1))[:, 0]
    joined = outputs(np.concatenate([x[:1], x[1:]], axis=1))[0, steps:]
    exchanged = outputs(np.concatenate([x[:1, :half], x[1:, half:]], axis=1))[0, half:]
    in_time, late = (
        {0: "1", steps - 1: f"{steps}"},
        {0: f"{half + 1}", steps - half - 1: f"{steps}"},
    )
    return {
        "reset": (
            Strip("one call", whole[0], None, in_time),
            Strip("always reset", always_reset, None, in_time),
        ),
        "carried": (
            Strip("second sequence", whole[1], None, in_time),
            Strip("second sequence, no reset", joined, None, in_time),
        ),
        "order": (
            Strip("same order", whole[1, half:], None, late),
            Strip("another order", exchanged, None, late),
        ),
    }


def _pick_sine() -> None:
    address.change(address.picking("sine"))


def _draw_generation(chosen: Chosen, palette: Palette) -> None:
    """Draw values that the model generates for the sample, and the errors over many samples."""
    dataset, weights = chosen.dataset, chosen.weights
    if why := why_not_generated(dataset):
        with card("Generate: predictions become inputs", **LOOK):
            hint(why)
            press("Generate a sine wave", "arrow_forward", "to_sine", _pick_sine)
        return
    many = np.arange(len(dataset.x))[dataset.evaluated]
    many = many[spread_places(len(many), MOST_GENERATED)]
    given = max(2, dataset.shape[1] // 2)

    def make(samples: np.ndarray) -> Generated:
        return generate(chosen.experiment, dataset, weights, samples, given)

    one = make(np.array([chosen.sample]))
    errors = once("generated", (weights, dataset), lambda: make(many))
    left, right = st.columns(2)
    with left, card("Generate: predictions become inputs", key="cell_generated", **LOOK):
        figure = generation.generated_figure(dataset, one, chosen.mode, palette)
        card_chart(figure, *generation.generated_words(dataset, one), "chart_generated")
    with right, card("Error by timesteps ahead", key="cell_drift", **LOOK):
        figure = generation.drift_figure(dataset, errors, chosen.mode, palette)
        card_chart(figure, *generation.drift_words(dataset, errors), "chart_drift")
