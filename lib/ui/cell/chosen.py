"""What the Cell page looks at: a sample, a layer, and weights of some model at some epoch."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib.dataset import Dataset
from lib.experiment import MODES, Experiment
from lib.recurrence import Trace, forward
from lib.recurrence.formulas import LayerPass
from lib.recurrence.weights import ARRAYS_EACH, layers_of
from lib.ui.linked import Linked, linked_buttons, linked_slider
from lib.ui.session import LayerWeights, Loaded, once
from lib.ui.shown import Epochs, ShownRun, fitting_run
from lib.ui.text import hint


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
    weights: LayerWeights
    epoch: int
    """After which they were so."""
    run_id: str
    """Of the run that they come from."""
    polling: bool
    """Whether they change without anybody doing anything."""
    traces: Sequence[Trace]
    """Of every layer, for the sample."""

    @property
    def layer_pass(self) -> LayerPass:
        """The layer, with what went through it."""
        x = self.traces[self.layer - 1].hidden[0] if self.layer else self.features
        weights = layers_of(self.weights)[self.layer]
        return LayerPass(self.experiment.model.cell, weights, x, self.traces[self.layer])

    @property
    def features(self) -> np.ndarray:
        """Of the sample, (T, F)."""
        return self.dataset.x[self.sample]

    @property
    def loss(self) -> str:
        """The name of the loss that the models are trained with."""
        return self.experiment.training.loss

    def upward(self, weights: LayerWeights) -> LayerWeights:
        """Of a model's weights those from the bottom layer up to this one."""
        return weights[: ARRAYS_EACH * (self.layer + 1)]

    @property
    def is_top(self) -> bool:
        """Whether no other layer is above it."""
        return self.layer == self.experiment.model.layers - 1

    @property
    def which(self) -> str:
        """The layer's name as the start of a hint, "Layer 2 of 3. "; nothing where it is alone."""
        layers = self.experiment.model.layers
        return f"Layer {self.layer + 1} of {layers}. " if layers > 1 else ""


def choose(loaded: Loaded, about: DeltaGenerator) -> Chosen:
    """Draw the controls, and look up what they say; `about` is told whose weights are shown."""
    experiment, dataset = loaded.experiment, loaded.dataset
    shown, modes = fitting_run(experiment, dataset), experiment.model.modes
    names = [dataset.sample_name(int(index)) for index in dataset.shown]
    numbers = [f"{index + 1}" for index in dataset.shown]
    layers = [f"{k + 1}" for k in range(experiment.model.layers)]
    titles = ["1, bottom", *layers[1:-1], f"{len(layers)}, top"][: len(layers)]
    labels = [MODES[mode].label for mode in modes]
    apart = "Both models start from the same weights and are trained apart."
    with st.container(
        horizontal=True, gap="medium", vertical_alignment="bottom", key="cell_chosen"
    ):
        choice = Linked("sample", numbers, 0, f"cell_sample_{len(names)}")
        sample = int(dataset.shown[linked_slider("Sample", names, choice)])
        choice = Linked("layer", layers, len(layers) - 1, f"cell_layer_{len(layers)}")
        layer = linked_buttons("Layer", titles, choice)
        choice = Linked("weights", modes, 0, "cell_mode")
        mode = modes[linked_buttons("Whose weights", labels, choice, help=apart)]
        weights, epoch, origin = _weights(shown, mode)
    with about:
        hint(f"Weights: {origin}.")
    x, run_id = dataset.x[sample : sample + 1], shown.snapshot.run_id
    of = weights, dataset, sample
    traces, _ = once("traces", of, lambda: forward(experiment, weights, x))
    return Chosen(
        experiment, dataset, sample, layer, mode, weights, epoch, run_id, shown.polling, traces
    )


def _weights(shown: ShownRun, mode: str) -> tuple[LayerWeights, int, str]:
    """The weights to look at, their epoch, and what they are; by epoch where several are known."""
    epochs = Epochs.of(shown)
    epochs.draw()
    known, picked, result = epochs.weights, epochs.picked, shown.snapshot.results[mode]
    epoch = max(known) if picked is None else picked
    seed = f", with seed {shown.experiment.seed}" if shown.snapshot.others else ""
    model = f"the {MODES[mode].model}"
    if picked is None and (best := result.kept_epoch) and result.weights is not None:
        return result.weights, best, f"{model}'s after epoch {best:,}, its best on validation{seed}"
    if not epoch:
        return known[0][0][mode], 0, f"as {model} starts, before training{seed}"
    run = f" of {shown.kept.name}" if shown.kept else " of a recorded run" * shown.is_recorded
    return known[epoch][0][mode], epoch, f"{model}'s after epoch {epoch:,}{run}{seed}"
