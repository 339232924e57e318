"""The Cell page's choice of a sample, a layer and weights, and its playhead.

The playhead marks one timestep and one unit. When it moves, only its fragment reruns and rewrites
formulas and sentences. The pictures follow through CSS properties that playhead.js sets.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib.charts import TIME, UNITS, cell
from lib.data import Dataset
from lib.experiment import MODES, Experiment
from lib.recurrence import ARRAYS_EACH, LayerPass, Trace, by_similarity, forward, layers_of
from lib.results import BEST
from lib.ui import address
from lib.ui.browser import component
from lib.ui.cell.torch_file import shown_file
from lib.ui.fragment import fragment
from lib.ui.session import LayerWeights, Loaded, once, session
from lib.ui.shown import Epochs, ShownRun, fitting_run
from lib.ui.widgets import Linked, hint, linked_buttons, linked_slider

KEY = "cell_playhead"
ORDER = Linked("order", ("", "similar"), 0, "cell_similar")  # 0: Keras's order
_component = component(KEY, cell.__file__, "playhead")


@dataclass(frozen=True, slots=True, eq=False)
class Chosen:
    """One layer of one model, and its forward pass over one sample."""

    experiment: Experiment
    dataset: Dataset  # without the sample's masked steps: see `_unmasked`
    sample: int  # the sample's index in `dataset.x`
    layer: int  # 0 is the bottom layer
    mode: str
    weights: LayerWeights
    epoch: int  # the epoch of the weights
    run_id: str
    polling: bool  # whether a run is training these weights
    traces: Sequence[Trace]  # the forward pass of every layer on the sample

    @property
    def shown(self) -> np.ndarray:
        """Indexes (S,) of shown samples, without samples that have masked steps."""
        shown, mask = self.dataset.shown, self.dataset.model_mask(self.experiment)
        return shown if mask is None else shown[mask[shown].all(axis=1)]

    @property
    def layer_pass(self) -> LayerPass:
        """The layer with its input and its forward pass."""
        x = self.traces[self.layer - 1].hidden[0] if self.layer else self.dataset.x[self.sample]
        weights = layers_of(self.weights)[self.layer]
        return LayerPass(self.experiment.model.cell, weights, x, self.traces[self.layer])

    @property
    def is_top(self) -> bool:
        """Whether this is the top recurrent layer."""
        return self.layer == self.experiment.model.layers - 1

    @property
    def which(self) -> str:
        """The start of a text, "Layer 2 of 3. ", or "" if the model has one layer."""
        layers = self.experiment.model.layers
        return f"Layer {self.layer + 1} of {layers}. " if layers > 1 else ""

    @property
    def row_order(self) -> np.ndarray:
        """The unit of each row of the pictures, (U,): in Keras's order, or by similarity."""
        layer = self.layer_pass
        return np.arange(layer.units) if ORDER.index == 0 else by_similarity(layer.trace.hidden[0])

    @property
    def first_unit(self) -> int:
        """The unit with the largest range of outputs, which the page marks first."""
        hidden = self.traces[self.layer].hidden[0]
        return int(np.argmax(np.ptp(np.nan_to_num(hidden), axis=0)))

    @property
    def first_row(self) -> int:
        """The row of `first_unit` in the pictures."""
        return int(np.flatnonzero(self.row_order == self.first_unit)[0])

    def upward(self, weights: LayerWeights) -> LayerWeights:
        """Return a model's weights from the bottom layer up to this layer."""
        return weights[: ARRAYS_EACH * (self.layer + 1)]


def choose(loaded: Loaded, place: DeltaGenerator | None = None) -> Chosen:
    """Draw the controls into the row `place`, or into a new row; return the choice."""
    experiment, dataset = loaded.experiment, loaded.dataset
    shown, modes = fitting_run(experiment, dataset), experiment.model.modes
    names = [dataset.sample_name(int(index)) for index in dataset.shown]
    numbers = [f"{index + 1}" for index in dataset.shown]
    layers = [f"{k + 1}" for k in range(experiment.model.layers)]
    titles = ["1, bottom", *layers[1:-1], f"{len(layers)}, top"][: len(layers)]
    labels = [MODES[mode].label for mode in modes]
    help_text = "All models start from the same weights and are trained separately."
    with place or st.container(horizontal=True, key="cell_chosen"):
        choice = Linked("sample", numbers, 0, f"cell_sample_{len(names)}")
        sample = int(dataset.shown[linked_slider("Sample", names, choice)])
        choice = Linked("layer", layers, len(layers) - 1, f"cell_layer_{len(layers)}")
        layer = linked_buttons("Layer", titles, choice)
        choice = Linked("model", modes, 0, "cell_mode")
        if uploaded := shown_file(experiment, dataset) if place else None:
            name, weights = uploaded
            mode, epoch, origin, of_run = modes[0], 0, f"{name}, from PyTorch", (name, False)
        else:
            mode = modes[linked_buttons("Weights from", labels, choice, help=help_text)]
            weights, epoch, origin = _weights(shown, mode)
            of_run = shown.snapshot.run_id, shown.polling
        with st.container(width="content", key="cell_weights"):
            hint(f"Weights: {origin}.{_padding_words(experiment, dataset, sample)}")
    cut = partial(_unmasked, experiment, dataset, sample)
    dataset = once("cell_data", (dataset, experiment.model.masking, sample), cut)
    x, cache_key = dataset.x[sample : sample + 1], (weights, dataset, sample)
    traces, _ = once("traces", cache_key, lambda: forward(experiment, weights, x))
    return Chosen(experiment, dataset, sample, layer, mode, weights, epoch, *of_run, traces)


def _unmasked(experiment: Experiment, dataset: Dataset, sample: int) -> Dataset:
    """Return the data cut to the real steps of a sample, if the model masks the others.

    A layer skips masked steps: it has the same states as without these steps.
    """
    mask = dataset.model_mask(experiment)
    if mask is None:
        return dataset
    steps = np.flatnonzero(mask[sample])
    real = slice(steps[0], steps[-1] + 1)
    arrays = {name: getattr(dataset, name)[:, real] for name in ("x", "y", "mask", "baseline")}
    return replace(dataset, timestep_names=dataset.timestep_names[real], **arrays)


def _padding_words(experiment: Experiment, dataset: Dataset, sample: int) -> str:
    """Return how the model treats a sample's padded steps, after a space; "" without padding."""
    if dataset.mask is None or not (padded := int((~dataset.mask[sample]).sum())):
        return ""
    is_masked = experiment.model.masking == "on"
    how = "masked: the layer skips them" if is_masked else "not masked: the layer reads zeros"
    return f" {padded} of {dataset.shape[1]} steps are padded and {how}."


def _weights(shown: ShownRun, mode: str) -> tuple[LayerWeights, int, str]:
    """Draw the choice of an epoch; return the weights, their epoch, and their origin in words."""
    epochs = Epochs(shown)
    labels = [text if text == BEST else f"{int(text):,}" for text in epochs.choice.texts]
    if not shown.polling:
        linked_slider("After epoch", labels, epochs.choice)
    known, picked, result = epochs.weights, epochs.picked, shown.snapshot.results[mode]
    epoch = max(known) if picked is None else picked
    seed = f", seed {shown.experiment.seed}" if shown.snapshot.others else ""
    model = MODES[mode].model
    if picked is None and (best := result.kept_epoch) and result.weights is not None:
        return result.weights, best, f"{model}, epoch {best:,}, best on validation{seed}"
    if not epoch:
        waits = shown.polling and result.weights is None
        later = ". A model this large updates when its run pauses or ends" if waits else ""
        return known[0][0][mode], 0, f"{model} before training{seed}{later}"
    run = " of a recorded run" if shown.is_recorded else ""
    run = f" of {shown.kept.name}" if shown.kept else run
    return known[epoch][0][mode], epoch, f"{model}, epoch {epoch:,}{run}{seed}"


Follower = Callable[[int, int], None]  # rewrites texts for a timestep and a unit, both from 0


def follow_playhead(
    bar: DeltaGenerator, chosen: Chosen, write: Follower | None = None, *, plays: bool = False
) -> None:
    """Draw the playhead into `bar`; call `write` when it moves. With `plays`, it plays once."""

    def draw() -> None:
        step, unit = _where(chosen)
        layer, links = chosen.layer_pass, session().cell.links_opened
        data: Any = {"steps": len(layer.x), "units": layer.units, "step": step, "unit": unit}
        data |= {"names": {"time": TIME, "units": UNITS}, "order": chosen.row_order.tolist()}
        data |= {"plays": plays, "links_opened": links}
        _component(key=KEY, data=data, on_at_change=_remember)
        if write:
            write(step, unit)

    with bar:
        fragment(draw)


def _remember() -> None:
    """Store the reported position; write it into the address when the playhead rests."""
    page, report = session().cell, (st.session_state.get(KEY) or {}).get("at")
    if report is None:  # the user has left the page
        return
    page.step, page.unit = report["step"], report["unit"]
    if report.get("rests"):
        page.link = f"{page.step + 1}", f"{page.unit + 1}"
        address.set_page_values({"step": page.link[0], "unit": page.link[1]})


def _where(chosen: Chosen) -> tuple[int, int]:
    """Return the playhead's timestep and unit, from 0: from a newly opened link, else the last."""
    page, link = session().cell, (address.page_value("step"), address.page_value("unit"))
    if page.link != link:
        page.link, page.links_opened = link, page.links_opened + 1
        numbers = (int(t) if t.isdecimal() and len(t) <= 3 else 0 for t in link)  # from 1
        page.step, page.unit = (number - 1 if number else None for number in numbers)
    layer = chosen.layer_pass
    unit = chosen.first_unit if page.unit is None else min(page.unit, layer.units - 1)
    return min(page.step or 0, len(layer.x) - 1), unit
