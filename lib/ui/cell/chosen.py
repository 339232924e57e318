"""What the Cell page looks at: a sample, a layer, and weights of some model at some epoch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import streamlit as st

from lib.cell.step import Opened
from lib.datasets.dataset import Dataset
from lib.experiment import MODES, Experiment
from lib.recurrence import Trace, forward
from lib.ui import training
from lib.ui.data import Loaded
from lib.ui.view import View, fitting_view, initial_weights
from lib.ui.words import hint

Weights = tuple[np.ndarray, ...]
"""A whole model's, three for each layer and the head's."""


@dataclass(frozen=True, slots=True, eq=False)
class Chosen:
    """One layer of one model, and one sample that goes through it."""

    experiment: Experiment
    dataset: Dataset
    sample: int
    """Its index in `dataset.x`."""
    layer: int
    """0 is the bottom one."""
    mode: str
    """Whose weights these are."""
    weights: Weights
    epoch: int
    """After which they were so."""
    run_id: str
    """Of the run that they come from."""
    origin: str
    """The weights' mode and epoch in words."""
    polling: bool
    """Whether they change without anybody doing anything."""
    traces: Sequence[Trace]
    """Of every layer, for the sample."""

    @property
    def opened(self) -> Opened:
        """The layer, with what went through it."""
        x = self.traces[self.layer - 1].hidden[0] if self.layer else self.dataset.x[self.sample]
        weights = self.weights[3 * self.layer : 3 * self.layer + 3]
        return Opened(self.experiment.model.cell, weights, x, self.traces[self.layer])

    @property
    def model_choice(self) -> tuple[Any, ...]:
        """What a person has chosen, but for the sample and the layer; not what training changes."""
        seed = self.experiment.seed
        return self.experiment.model, seed, self.dataset, self.run_id, self.mode

    @property
    def which(self) -> str:
        """The layer's name as the start of a hint, "Layer 2 of 3. "; nothing where it is alone."""
        layers = self.experiment.model.layers
        return f"Layer {self.layer + 1} of {layers}. " if layers > 1 else ""

    def at(self, weights: Weights) -> Chosen:
        """The same with other weights of the same model."""
        if weights is self.weights:
            return self
        x = self.dataset.x[self.sample : self.sample + 1]
        return replace(self, weights=weights, traces=forward(self.experiment, weights, x)[0])


def choose(loaded: Loaded) -> Chosen:
    """Draw the controls, and look up what they say."""
    experiment, dataset = loaded.experiment, loaded.dataset
    shown = fitting_view(experiment, dataset)
    with st.container(
        horizontal=True, gap="medium", vertical_alignment="bottom", key="cell_chosen"
    ):
        sample = _sample(dataset)
        layer = _layer(experiment)
        mode = _mode(experiment)
        weights, epoch, origin = _weights(shown, mode)
    hint(f"Weights: {origin}.")
    return Chosen(
        experiment,
        dataset,
        sample,
        layer,
        mode,
        weights,
        epoch,
        shown.snapshot.run_id,
        origin,
        shown.polling,
        _traces(experiment, weights, dataset, sample),
    )


def _sample(dataset: Dataset) -> int:
    names = [dataset.sample_name(int(index)) for index in dataset.shown]
    if len(names) == 1:
        return int(dataset.shown[0])
    place = st.select_slider(
        "Sample",
        range(len(names)),
        format_func=names.__getitem__,
        key=f"cell_sample_{len(names)}",
        persist_state="session",  # here and below: also while the person is on another page
        width=260,
    )
    return int(dataset.shown[place])


def _layer(experiment: Experiment) -> int:
    layers = experiment.model.layers
    if layers == 1:
        return 0
    key = f"cell_layer_{layers}"
    st.session_state.setdefault(key, layers - 1)
    picked = st.segmented_control(
        "Layer",
        range(layers),
        format_func=lambda k: {0: "1, bottom", layers - 1: f"{layers}, top"}.get(k, f"{k + 1}"),
        required=True,
        key=key,
        persist_state="session",
    )
    return layers - 1 if picked is None else int(picked)


def _mode(experiment: Experiment) -> str:
    modes = experiment.model.modes
    if len(modes) == 1:
        return modes[0]
    st.session_state.setdefault("cell_mode", modes[0])
    picked = st.segmented_control(
        "Whose weights",
        list(modes),
        format_func=lambda mode: MODES[mode].label,
        required=True,
        key="cell_mode",
        persist_state="session",
        help="Both models start from the same weights and are trained apart.",
    )
    return picked or modes[0]  # None for a moment, when the browser's theme isn't the usual one


def _weights(shown: View, mode: str) -> tuple[Weights, int, str]:
    """The weights to look at, their epoch, and what they are; by epoch where several are known."""
    known = _by_epoch(shown, mode)
    newest = max(known)
    epoch = newest
    model = f"the {MODES[mode].label.lower()} model"
    if len(known) > 1 and not shown.polling:
        epoch = st.select_slider(
            "After epoch",
            sorted(known),
            value=newest,
            format_func=lambda k: f"{k:,}",
            key=f"cell_epoch_{shown.snapshot.run_id}_{newest}",
            width=260,
        )
    if not epoch:
        return known[0], 0, f"as {model} starts, before training"
    run = " of a recorded run" if shown.is_recorded else ""
    return known[epoch], epoch, f"{model}'s after epoch {epoch:,}{run}"


def _by_epoch(shown: View, mode: str) -> dict[int, Weights]:
    """Weights by epoch: the initial ones, what a run has left on its way, and the newest."""
    known = {0: initial_weights(shown.experiment, shown.dataset)}
    if shown.run is not None:
        for epoch, weights in training.client().checkpoints(shown.run):
            if mode in weights:
                known[epoch] = weights[mode]
    result = shown.snapshot.results[mode]
    if result.weights is not None and len(result.checked_epochs):
        known[int(result.checked_epochs[-1])] = result.weights
    return known


def _traces(
    experiment: Experiment, weights: Weights, dataset: Dataset, sample: int
) -> Sequence[Trace]:
    """All layers' traces for one sample; computed once for the same weights."""
    cached = st.session_state.get("cell_traces")
    if cached and cached[0] is weights and cached[1] is dataset and cached[2] == sample:
        return cached[3]
    traces, _ = forward(experiment, weights, dataset.x[sample : sample + 1])
    st.session_state["cell_traces"] = weights, dataset, sample, traces
    return traces
