"""An experiment as a Keras script that comes to the very numbers of the app.

Plain Keras too, and nothing of this project: but it draws the first weights as the app does, feeds
the app's batches in the app's order through `fit`, and compares what comes of it with what the app
showed. Where rounding has grown, the same in 64 bits says how much it may.
"""

import inspect

from lib.dataset import Dataset
from lib.datasets import find_spec
from lib.english import number
from lib.experiment import LOSSES, OPTIMIZERS, Experiment
from lib.export.data import DATA
from lib.export.python import chosen
from lib.export.script import layer_line
from lib.recurrence.weights import glorot_uniform, orthogonal
from lib.run import Snapshot
from lib.seeds import middle
from lib.shapes import BLOCKS, bias_shapes
from lib.stack.models import model_layers
from lib.toml import beside

_LINES = beside(__file__)


def exact_script(experiment: Experiment, dataset: Dataset, snapshot: Snapshot | None = None) -> str:
    """The settled experiment as a script, and what its `snapshot` shows to compare with.

    Its last printed line is a JSON object: `last_step_mse` and `loss` by mode, medians over the
    seeds, and `losses` of the first ten epochs. Raises what `keras_script` raises.
    """
    data = DATA[find_spec(experiment).name](experiment, dataset)
    model, settings, modes = experiment.model, experiment.training, experiment.model.modes
    _, steps, features = dataset.shape
    keeps, stops = settings.keep != "last" and dataset.has_validation, settings.keep == "stop"
    epochs = snapshot.epoch if snapshot and not keeps else settings.epochs
    part = "slice(train, len(x) - test)" if dataset.test else "slice(train, len(x))"
    units, seeds = model.units, [each.seed for each in experiment.each_seed]
    fields = dict(
        epochs=epochs,
        batch=settings.batch_size,
        seeds=seeds,
        modes=f"{modes}",
        judged=part if dataset.has_validation else "slice(0, train)",
        which="validation" if dataset.has_validation else "training",
        about="What the app showed, to be compared with what comes out here.",
        expected=_expected(snapshot),
        widths=[features, *[units] * (model.layers - 1)],
        bias=bias_shapes(model.cell, units)[0],
        width=BLOCKS[model.cell] * units,
        units=units,
        twice=2 * units,
        targets=dataset.targets,
        layers="\n".join(f"            {line}" for line in _layers(experiment, dataset)),
        optimizer=OPTIMIZERS[settings.optimizer].keras,
        rate=settings.learning_rate,
        loss=LOSSES[settings.loss].keras,
        patience=settings.patience if stops else settings.epochs,
        unit="",
        naive=f"{dataset.naive_label}: {dataset.naive_mse[-1]:.6g}",
    )
    flags = {model.cell, model.head, "keeps" if keeps else ""}

    def filled(name: str) -> str:
        return "\n".join(chosen(_LINES[name], flags, **fields))

    functions = [inspect.getsource(each).rstrip() for each in (glorot_uniform, orthogonal)]
    functions += map(filled, ("weights", "batches", "model", "training", "end"))
    blocks = data.script(
        dataset.title, "the app's own numbers, in Keras 3", "import json", "import keras"
    )
    return (
        "\n\n".join(blocks)
        + "\n\n"
        + filled("settings")
        + "\n\n\n"
        + "\n\n\n".join(functions)
        + "\n"
    )


def _layers(experiment: Experiment, dataset: Dataset) -> list[str]:
    """The layers' lines, of which the top recurrent one does as the mode says."""
    _, steps, features = dataset.shape
    models = model_layers(experiment.model, steps, features, dataset.targets)
    return [layer_line(*each) for each in zip(*models.values())]


def _expected(snapshot: Snapshot | None) -> dict[str, dict[str, float]] | None:
    """The figures of the run, by name and mode."""
    if snapshot is None:
        return None
    results = middle(snapshot).results
    return {
        "last_step_mse": {mode: result.final_mse for mode, result in results.items()},
        "loss": {mode: result.final_loss for mode, result in results.items()},
    }
