"""Short code that reads one timestep per call with an experiment's model, in Keras and PyTorch."""

from lib.data import Dataset
from lib.experiment import CELLS, Experiment
from lib.export.data import blocks


def streaming_code(experiment: Experiment, dataset: Dataset) -> dict[str, str]:
    """Return the code by its title. All of it returns the outputs of one call on the sequence."""
    model, kind = experiment.model, CELLS[experiment.model.cell].keras
    activation = experiment.training.activation if model.output == "probabilities" else ""
    code = blocks(
        "streaming",
        model=model,
        kind=kind,
        torch_kind=kind.removeprefix("Simple"),
        timesteps=dataset.shape[1],
        features=dataset.shape[2],
        outputs=dataset.targets if model.head == "dense" else 0,
        activation=f', activation="{activation}"' if activation else "",
    )
    titles = {"stateful": "Keras, stateful", "cells": "Keras, cells", "torch": "PyTorch"}
    return {title: code[name] for name, title in titles.items()}
