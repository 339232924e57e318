"""Prove: the modes are one computation, as Keras measures it on these very weights."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib.dataset import Dataset
from lib.datasets.worked import highest_output
from lib.figures.bound import bound_picture
from lib.figures.heatmaps import heatmaps
from lib.figures.palette import Palette
from lib.figures.proofs import proof_cards
from lib.narrate.proofs import bound_sentence, one_computation, prefix_sentence, ways_to_break_it
from lib.recurrence import ARRAYS_EACH, initial_weights
from lib.recurrence.agreement import agreement
from lib.ui.cell.ask import Reply, ask, hint_of
from lib.ui.cell.chosen import Chosen
from lib.ui.cell.playhead import At, Follower, first_row, row_order, where
from lib.ui.cell.watch import progress_slot
from lib.ui.fragment import slot
from lib.ui.session import LayerWeights
from lib.ui.text import hint, say_steadily

SAMPLES = 8
"""On so many samples differences are measured, the shown one among them."""
PADDING = 3
"""Steps of zeros at the end, to see what they do."""
_PADDED_BELOW = (
    " What is padded are the features: the layers below read the zeros, and hand the mask up."
)


def prove(chosen: Chosen, palette: Palette) -> tuple[Follower, list[Reply], DeltaGenerator]:
    """Draw the section.

    Returns what writes the prefixes' sentence, what Keras has answered, and the place where the
    page says how far Keras is.
    """
    experiment, steps = chosen.experiment, chosen.dataset.shape[1]
    samples = _samples(chosen.dataset, chosen.sample)
    modes, breakings = _ask(chosen, chosen.dataset.x[samples])
    layer = _as_top(chosen)
    st.markdown("## One computation, as Keras measures it")
    hint_of(
        f"{layer}Keras in the training process, on these weights and {len(samples)} "
        "samples. The figures are the largest differences, absolute but for that from NumPy.",
        chosen,
        modes,
    )
    progress = progress_slot()
    against = None
    if answer := modes.values:  # on the weights that were asked about, maybe not the newest
        upward, x = _upward(chosen, modes.weights), chosen.dataset.x[samples]
        cell = experiment.model.cell
        against = agreement(cell, upward, x, answer["sequence"], answer["states"])
    proofs = one_computation(experiment, steps, answer, against)
    st.html(proof_cards(proofs, palette, modes.instead))
    with st.container(border=True, key="cell_prefixes"):
        st.markdown("### Sequence mode is one last-step answer for each prefix")
        if layer:
            hint(layer)
        write_prefixes = _prefixes(chosen, modes, palette)
    st.markdown("### Ways to break it")
    hint_of(
        f"{chosen.which}The figures are the largest absolute differences over these samples."
        f"{_PADDED_BELOW if chosen.layer else ''}",
        chosen,
        breakings,
    )
    ways = ways_to_break_it(experiment, PADDING, breakings.values)
    st.html(proof_cards(ways, palette, breakings.instead))
    with st.container(border=True, key="cell_bound"):
        st.markdown("### How far an output can get")
        if (layers := experiment.model.layers) > 1:
            hint(f"Layer {layers} of {layers}, the top one. ")
        hidden = chosen.traces[-1].hidden[0]
        sentence = bound_sentence(experiment, chosen.dataset, hidden)
        bound = highest_output(experiment.model.cell, steps)
        st.html(bound_picture(hidden, bound, sentence, palette))
        say_steadily(sentence)
    return write_prefixes, [modes, breakings], progress


def _as_top(chosen: Chosen) -> str:
    """The layer's name as the start of a hint: below the top one no model returns its last step."""
    return chosen.which if chosen.is_top else f"{chosen.which[:-2]}, as if no other were above it. "


def _samples(dataset: Dataset, sample: int) -> np.ndarray:
    """Indexes of the samples to measure on, the shown one first."""
    others = dataset.shown[dataset.shown != sample]
    return np.concatenate([[sample], others[: SAMPLES - 1]])


def _upward(chosen: Chosen, weights: LayerWeights) -> LayerWeights:
    """The weights from the bottom layer up to the chosen one."""
    return weights[: ARRAYS_EACH * (chosen.layer + 1)]


def _ask(chosen: Chosen, x: np.ndarray) -> tuple[Reply, Reply]:
    model = chosen.experiment.model
    about = {"cell": model.cell, "weights": _upward(chosen, chosen.weights), "x": x}

    def with_backward() -> dict[str, Any]:
        width = model.units if chosen.layer else x.shape[2]
        rng = np.random.default_rng([chosen.experiment.seed, 3])
        backward = tuple(initial_weights(model.cell, width, model.units, rng))
        return {**about, "backward": backward, "padding": PADDING}

    choice = (chosen.sample, chosen.layer)
    return (
        ask("modes", chosen, choice, lambda: {**about, "layers": chosen.layer + 1, "sample": 0}),
        ask("breakings", chosen, choice, with_backward),
    )


def _prefixes(chosen: Chosen, modes: Reply, palette: Palette) -> Follower:
    """Both modes side by side: the same picture. Returns what writes the sentence below."""
    layer = chosen.layer_pass
    if answer := modes.values:
        sequence, prefixes, source = answer["whole"], answer["prefixes"], "Keras"
    else:
        sequence = prefixes = layer.trace.hidden[0]
        source = f"NumPy (Keras {'gave no answer' if modes.error else 'is still computing'})"
    steps = len(sequence)
    sentence = (
        f"Left: the {steps} outputs of return_sequences=True. Right: {steps} answers of "
        "return_sequences=False, the first from one timestep, the last from all."
    )
    matrices = {
        "return_sequences=True, once": sequence,
        f"return_sequences=False, {steps} times: x[:, :1], x[:, :2], …": prefixes,
    }
    order, row = row_order(layer), first_row(layer)
    st.html(heatmaps(matrices, order, row, sentence, palette, outlined_name="the sequence"))
    words = slot()

    def write(at: At) -> None:
        with words:
            say_steadily(prefix_sentence(sequence, prefixes, at.unit, at.step, source))

    write(where(layer))
    return write
