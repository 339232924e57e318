"""What the Cell page asks Keras: for each place of an answer the question, and what it is about."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from lib.recurrence import initial_model_weights, initial_weights
from lib.recurrence.padded import batch
from lib.ui.cell.chosen import Chosen
from lib.ui.session import LayerWeights

MEASURED, AVERAGED = 8, 16
"""On so many samples differences are measured, and over so many gradients are means."""
PADDING = 3
"""Steps of zeros at the end, to see what they do."""


def measured(chosen: Chosen) -> np.ndarray:
    """The samples that differences are measured on, (N, T, F), the shown one first."""
    others = chosen.dataset.shown[chosen.dataset.shown != chosen.sample]
    return chosen.dataset.x[[chosen.sample, *others[: MEASURED - 1]]]


def backward(chosen: Chosen) -> LayerWeights:
    """Fresh weights of a layer that reads backwards what the chosen one reads."""
    model, width = chosen.experiment.model, chosen.layer_pass.x.shape[1]
    return _fresh(model.cell, width, model.units, chosen.experiment.seed)


@lru_cache(maxsize=8)  # a page run draws them, and those of many units take a while
def _fresh(cell: str, width: int, units: int, seed: int) -> LayerWeights:
    return tuple(initial_weights(cell, width, units, np.random.default_rng([seed, 3])))


def _modes(chosen: Chosen) -> dict[str, Any]:
    weights = chosen.upward(chosen.weights)
    return {"layers": chosen.layer + 1, "weights": weights, "x": measured(chosen), "sample": 0}


def _breakings(chosen: Chosen) -> dict[str, Any]:
    about = {"x": measured(chosen), "backward": backward(chosen), "padding": PADDING}
    return {"weights": chosen.upward(chosen.weights), **about}


def _reach(chosen: Chosen) -> dict[str, Any]:
    dataset, samples = chosen.dataset, chosen.dataset.shown[:AVERAGED]
    about = {"y": dataset.y[samples], "loss": chosen.loss, "layer": chosen.layer}
    return {**_one_way(chosen), "x": dataset.x[samples], **about}


def _one_way(chosen: Chosen) -> dict[str, Any]:
    layers = chosen.experiment.model.layers
    return {"layers": layers, "weights": chosen.weights, "x": chosen.features}


def _both_ways(chosen: Chosen) -> dict[str, Any]:
    """The same with a second layer that reads backwards."""
    dataset, experiment = chosen.dataset, chosen.experiment
    other = experiment.set(head="none", seed=(experiment.seed + 1) % 10_000)
    backward = tuple(initial_model_weights(other, dataset.shape[2], dataset.targets))
    return {**_one_way(chosen), "backward": backward}


def _padding(chosen: Chosen) -> dict[str, Any]:
    batches = {end: batch(chosen.features, end == "end")[0] for end in ("end", "start")}
    return {"weights": chosen.upward(chosen.weights), "batches": batches, "loss": chosen.loss}


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked for a place."""

    name: str
    """A key of `lib.training.answers.ANSWERS`."""
    words: str
    about: tuple[str, ...]
    """What of `Chosen` it is about, besides the model."""
    arguments: Callable[[Chosen], dict[str, Any]]
    """For Keras, besides the cell; made when it is asked."""


ONE = ("sample", "layer")
PLACES = {
    "modes": Question("modes", "are the modes one computation?", ONE, _modes),
    "breakings": Question("breakings", "what breaks it?", ONE, _breakings),
    "reach": Question("reach", "how far back does each loss reach?", ("layer", "loss"), _reach),
    "one way": Question("influence", "which inputs move which outputs?", ("sample",), _one_way),
    "both ways": Question(
        "influence", "which do if the layers are Bidirectional?", ("sample",), _both_ways
    ),
    "padding": Question("padding", "what does padding do?", (*ONE, "loss"), _padding),
}
"""Where an answer is shown → its question."""
