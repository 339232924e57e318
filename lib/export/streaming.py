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
    model, kind = experiment.model, CELLS[experiment.model.cell].keras
    activation = experiment.training.activation if model.output == "probabilities" else ""
    _, timesteps, features = dataset.shape
    fields: dict[str, Any] = {"model": model, "kind": kind}
    fields |= {"timesteps": timesteps, "features": features}
    fields["torch_layer"] = pytorch.torch_layer(model.cell, features, model.units, model.layers)
    fields["outputs"] = dataset.targets if model.head == "dense" else 0
    fields["activation"] = f', activation="{activation}"' if activation else ""
    fields["given"] = 0 if why_not_generated(dataset) else given_steps(dataset)
    fields["fed_back"], fields["columns"] = features, columns = fed_back_columns(dataset)
    fields["factors"] = fields["offsets"] = None  # from the target's scale to the input's
    if fields["given"] and (origin := dataset.origin):
        x_scale, y_scale = origin.x_scale.of(features), origin.y_scale.of(columns)
        factors, offsets = y_scale.deviation / x_scale.deviation, x_scale.standard(y_scale.offset)
        if not (np.allclose(factors, 1) and np.allclose(offsets, 0)):
            fields["factors"], fields["offsets"] = factors.tolist(), offsets.tolist()
    titles = {"stateful": "Keras, stateful", "cells": "Keras, cells", "torch": "PyTorch"}
    return {titles[name]: code for name, code in blocks("streaming", **fields).items()}
