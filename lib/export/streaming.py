"""Short code that reads one timestep per call with an experiment's model, in Keras and PyTorch."""

from typing import Any

import numpy as np

from lib.charts import pytorch
from lib.data import Dataset
from lib.experiment import CELLS, Experiment
from lib.export.data import blocks
from lib.results import fed_back_columns, given_steps, why_not_generated


def streaming_code(experiment: Experiment, dataset: Dataset) -> dict[str, str]:
    """Return the code by its title: each returns the outputs of one call on the sequence.

    Stateful layers and PyTorch also generate, if predictions can be the next inputs.
    """
    model, (_, timesteps, features) = experiment.model, dataset.shape
    activation = experiment.training.activation if model.output == "probabilities" else ""
    fields: dict[str, Any] = {
        "model": model,
        "kind": CELLS[model.cell].keras,
        "timesteps": timesteps,
        "features": features,
        "torch_layer": pytorch.torch_layer(model.cell, features, model.units, model.layers),
        "outputs": dataset.targets if model.head == "dense" else 0,
        "activation": f', activation="{activation}"' if activation else "",
    }
    titles = {"stateful": "Keras, stateful", "cells": "Keras, cells", "torch": "PyTorch"}
    written = blocks("streaming", **fields, **_generation(dataset))
    return {titles[name]: code for name, code in written.items()}


def _generation(dataset: Dataset) -> dict[str, Any]:
    """Return the fields about generation: `given` is 0 if predictions can't be the next inputs."""
    features, columns = fed_back_columns(dataset)
    given = 0 if why_not_generated(dataset) else given_steps(dataset)
    fields = {"given": given, "fed_back": features, "columns": columns, "factors": None}
    if given and (origin := dataset.origin):  # from the target's scale to the input's
        x_scale, y_scale = origin.x_scale.of(features), origin.y_scale.of(columns)
        factors, offsets = y_scale.deviation / x_scale.deviation, x_scale.standard(y_scale.offset)
        if not (np.allclose(factors, 1) and np.allclose(offsets, 0)):
            fields |= {"factors": factors.tolist(), "offsets": offsets.tolist()}
    return fields
