"""Short code that reads one timestep per call with an experiment's model, in Keras and PyTorch."""

from typing import Any

from lib.charts import pytorch
from lib.data import Dataset
from lib.experiment import CELLS, Experiment
from lib.export.data import blocks


def streaming_code(experiment: Experiment, dataset: Dataset) -> dict[str, str]:
    """Return the code by its title. All of it returns the outputs of one call on the sequence."""
    model, kind = experiment.model, CELLS[experiment.model.cell].keras
    activation = experiment.training.activation if model.output == "probabilities" else ""
    _, timesteps, features = dataset.shape
    fields: dict[str, Any] = {"model": model, "kind": kind}
    fields |= {"timesteps": timesteps, "features": features}
    fields["torch_layer"] = pytorch.torch_layer(model.cell, features, model.units, model.layers)
    fields["outputs"] = dataset.targets if model.head == "dense" else 0
    fields["activation"] = f', activation="{activation}"' if activation else ""
    titles = {"stateful": "Keras, stateful", "cells": "Keras, cells", "torch": "PyTorch"}
    return {titles[name]: code for name, code in blocks("streaming", **fields).items()}
