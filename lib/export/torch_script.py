"""Write an experiment as a plain PyTorch script, or as a script that repeats the app's results.

Both scripts share the data with the Keras scripts, and the exact one also the initial weights and
the checks. Its optimizers are Keras's, and it trains only the weights that Keras's layers have.
Padding moves to the end of each sequence: PyTorch's packed sequences need it there.
"""

from typing import Any

from lib.charts import pytorch
from lib.data import Dataset
from lib.experiment import MODES, Experiment
from lib.export.script import keras_fields
from lib.results import Snapshot
from lib.text import joined


def torch_fields(
    experiment: Experiment, dataset: Dataset, snapshot: Snapshot | None = None
) -> dict[str, Any]:
    """Return the fields of torch.py.jinja and torch_exact.py.jinja for a settled experiment."""
    if experiment.training.loss == "onehot":  # the same loss, and PyTorch takes class numbers
        experiment = experiment.set(loss="sparse")
    fields = keras_fields(experiment, dataset, snapshot)
    model = experiment.model
    (_, steps, features), columns = dataset.shape, dataset.targets
    mask = dataset.model_mask(experiment)
    shapes = {True: f"(N, {steps}, {columns})", False: f"(N, {columns})"}  # by `every_step`
    last = [m for m, w in fields["weights"].items() if w and not MODES[m].every_step]
    changed = {
        "library": "torch",
        "kinds": joined([MODES[m].kind for m in model.modes]),
        "moves_padding": mask is not None and (mask[:, 1:] > mask[:, :-1]).any(),
        "ends_early": mask is not None or fields["ends_early"],
        "weights": fields["weights"] | dict.fromkeys(last, "last_weight"),
        "layer": pytorch.torch_layer(model.cell, features, model.units, model.layers),
        "returned": " or ".join({shapes[MODES[m].every_step]: m for m in model.modes}),
    }
    return fields | changed
