"""A run's weights for PyTorch: an .npz file in PyTorch's names, and a script that loads it."""

import io
import json

import numpy as np

from lib.charts import pytorch
from lib.data import Dataset
from lib.experiment import CELLS, POOLINGS, Experiment
from lib.export.data import blocks, short
from lib.recurrence import forward, to_torch
from lib.results import Snapshot


def torch_weights(experiment: Experiment, dataset: Dataset, snapshot: Snapshot) -> bytes:
    """Write the first seed's weights, samples, and each mode's outputs before an activation.

    The names are "x", "sequence/outputs", and PyTorch's names: "sequence/weight_ih_l0".
    """
    x = _samples(experiment, dataset, snapshot)
    file, arrays = io.BytesIO(), {"x": x}
    for mode, weights in snapshot.weights[0].items():
        outputs = forward(experiment, weights, x, pooling=experiment.model.pooling_of(mode))[1]
        arrays[f"{mode}/outputs"] = outputs if mode == "sequence" else outputs[:, -1]
        of_mode = to_torch(experiment.model.cell, weights)
        arrays |= {f"{mode}/{name}": array for name, array in of_mode.items()}
    np.savez(file, allow_pickle=False, **arrays)
    return file.getvalue()


def torch_loader(experiment: Experiment, dataset: Dataset, snapshot: Snapshot) -> str:
    """Return a script that loads the file of `torch_weights`, which has the script's name.

    The last printed line is a JSON object: by mode, the largest difference from the file's outputs.
    """
    model, shape = experiment.model, _samples(experiment, dataset, snapshot).shape
    fields = {
        "title": short(dataset.title),
        "cell": CELLS[model.cell].label,
        "labels": experiment.has_labels,
        "shape": f"(N, T, F) = {shape}",
        "layer": pytorch.torch_layer(model.cell, shape[2], model.units, model.layers),
        "head": f"nn.Linear({model.units}, {dataset.targets})" * (model.head == "dense"),
        "line": pytorch.torch_line(model.cell, "rnn"),
        "modes": json.dumps([*snapshot.weights[0]]),
        "pool": POOLINGS[model.pooling].torch.split("; "),
    }
    return blocks("torch_weights", **fields)["script"] + "\n"


def _samples(experiment: Experiment, dataset: Dataset, snapshot: Snapshot) -> np.ndarray:
    """Return the shown samples, (N, T, F); if steps are masked, one sample without those steps.

    PyTorch has no Masking layer, and samples of different lengths don't fit into one array.
    """
    x, mask = dataset.x[snapshot.samples], dataset.model_mask(experiment)
    return x if mask is None else x[:1, mask[snapshot.samples[0]]]
