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
from lib.recurrence import initial_weights
from lib.recurrence.agreement import Agreement, agreement
from lib.ui.cell.ask import Reply, ask, hint_of
from lib.ui.cell.chosen import Chosen, LayerWeights
from lib.ui.cell.playhead import At, Follower, first_row, row_order, where
from lib.ui.cell.watch import progress_slot
from lib.ui.fragment import slot
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

    What writes the prefixes' sentence comes back, what Keras has answered, and where to say how far
    it is.
    """
    samples = _samples(chosen.dataset, chosen.sample)
    modes, breakings = _ask(chosen, samples)
    layer = _as_top(chosen)
    st.markdown("## One computation, as Keras measures it")
    hint_of(
        f"{layer}Keras in the training process, on these weights and {len(samples)} "
        "samples. The figures are the largest differences, absolute but for that from NumPy.",
        chosen,
        modes,
    )
    progress = progress_slot()
    said = modes.values
    against = None if said is None else _against_numpy(chosen, modes.weights, said)
    steps = chosen.dataset.shape[1]
    st.html(
        proof_cards(
            one_computation(chosen.experiment, steps, said, against),
            palette,
            modes.instead,
        )
    )
    with st.container(border=True, key="cell_prefixes"):
        st.markdown("### Sequence mode is one last-step answer for each prefix")
        if layer:
            hint(layer)
        prefixes = _prefixes(chosen, modes, palette)
    st.markdown("### Ways to break it")
    hint_of(
        f"{chosen.which}The figures are the largest absolute differences over these samples."
        f"{_PADDED_BELOW if chosen.layer else ''}",
        chosen,
        breakings,
    )
    st.html(
        proof_cards(
            ways_to_break_it(chosen.experiment, PADDING, breakings.values),
            palette,
            breakings.instead,
        )
    )
    with st.container(border=True, key="cell_bound"):
        st.markdown("### How far an output can get")
        if top := _top(chosen):
            hint(top)
        hidden = chosen.traces[-1].hidden[0]
        sentence = bound_sentence(chosen.experiment, chosen.dataset, hidden)
        bound = highest_output(chosen.experiment.model.cell, steps)
        st.html(bound_picture(hidden, bound, sentence, palette))
        say_steadily(sentence)
    return prefixes, [modes, breakings], progress


def _as_top(chosen: Chosen) -> str:
    """The layer's name as the start of a hint: below the top one no model returns its last step."""
    is_top = chosen.layer == chosen.experiment.model.layers - 1
    return chosen.which if is_top else f"{chosen.which[:-2]}, as if no other were above it. "


def _top(chosen: Chosen) -> str:
    """The top layer's name as the start of a hint, where there are more: its outputs are shown."""
    layers = chosen.experiment.model.layers
    return f"Layer {layers} of {layers}, the top one. " if layers > 1 else ""


def _samples(dataset: Dataset, sample: int) -> np.ndarray:
    """Indexes of the samples to measure on, the shown one first."""
    others = dataset.shown[dataset.shown != sample]
    return np.concatenate([[sample], others[: SAMPLES - 1]])


def _ask(chosen: Chosen, samples: np.ndarray) -> tuple[Reply, Reply]:
    experiment, dataset = chosen.experiment, chosen.dataset
    model = experiment.model
    choice = (*chosen.model_choice, chosen.sample, chosen.layer)
    upward = chosen.weights[: 3 * (chosen.layer + 1)]
    modes = ask(
        "modes",
        "modes",
        chosen,
        choice,
        lambda: {
            "cell": model.cell,
            "layers": chosen.layer + 1,
            "weights": upward,
            "x": dataset.x[samples],
            "sample": 0,
        },
    )

    def of_layer() -> dict[str, Any]:
        width = model.units if chosen.layer else dataset.shape[2]
        rng = np.random.default_rng([experiment.seed, 3])
        return {
            "cell": model.cell,
            "weights": upward,
            "backward": tuple(initial_weights(model.cell, width, model.units, rng)),
            "x": dataset.x[samples],
            "padding": PADDING,
        }

    breakings = ask("breakings", "breakings", chosen, choice, of_layer)
    return modes, breakings


def _against_numpy(chosen: Chosen, weights: LayerWeights, said: dict[str, Any]) -> Agreement:
    """NumPy on the weights that Keras was asked about, which needn't be the newest."""
    x = chosen.dataset.x[_samples(chosen.dataset, chosen.sample)]
    upward = weights[: 3 * (chosen.layer + 1)]
    cell = chosen.experiment.model.cell
    return agreement(cell, upward, x, said["sequence"], said["states"])


def _prefixes(chosen: Chosen, modes: Reply, palette: Palette) -> Follower:
    """Both modes side by side: the same picture. What writes the sentence below comes back."""
    said = modes.values
    if said is None:
        sequence = prefixes = chosen.opened.trace.hidden[0]
    else:
        sequence, prefixes = said["whole"], said["prefixes"]
    steps, layer = len(sequence), chosen.opened
    sentence = (
        f"Left: the {steps} outputs of return_sequences=True. Right: {steps} answers of "
        "return_sequences=False, the first from one timestep, the last from all."
    )
    matrices = {
        "return_sequences=True, once": sequence,
        f"return_sequences=False, {steps} times: x[:, :1], x[:, :2], …": prefixes,
    }
    order, row = row_order(layer), first_row(layer)
    st.html(heatmaps(matrices, order, row, sentence, palette, kept="the sequence"))
    words, who = slot(), "Keras"
    if said is None:
        who = f"NumPy (Keras {'gave no answer' if modes.error else 'is still computing'})"

    def write(at: At) -> None:
        with words:
            say_steadily(prefix_sentence(sequence, prefixes, at.unit, at.step, who))

    write(where(layer))
    return write
