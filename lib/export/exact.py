"""An experiment as a Keras script that comes to the very numbers of the app.

Plain Keras too, and nothing of this project: but it draws the first weights as the app does, feeds
the app's batches in the app's order through `fit`, and compares what comes of it with what the app
showed. Where rounding has grown, the same in 64 bits says how much it may.
"""

import inspect
from collections.abc import Mapping

from lib.dataset import Dataset
from lib.datasets import find_spec
from lib.experiment import Experiment
from lib.export.data import DATA
from lib.export.python import chosen, quoted
from lib.export.script import layer_line
from lib.export.shown import Shown, shown_of, told
from lib.recurrence.weights import glorot_uniform, orthogonal
from lib.run import Snapshot
from lib.shapes import BLOCKS, bias_shapes
from lib.stack.tracing import model_layers
from lib.toml import beside

_LINES = beside(__file__)
FUNCTIONS = ("initializers", "weights", "batches", "model", "training", "judging")
"""The blocks that define something, in order."""


def exact_script(experiment: Experiment, dataset: Dataset, snapshot: Snapshot | None = None) -> str:
    """The settled experiment as a script, and what its `snapshot` shows to compare with.

    Its last printed line is a JSON object: `last_step_mse` and `loss` by mode, medians over the
    seeds, and `losses` of the first ten epochs. Raises what `keras_script` raises.
    """
    data = DATA[find_spec(experiment).name](experiment, dataset)
    parts, about = blocks(experiment, dataset, snapshot), "the app's own numbers, in Keras 3"
    head = data.script(dataset.title, about, "import json", "import keras")
    functions = "\n\n\n".join(parts[name] for name in FUNCTIONS if parts[name])
    body = "\n\n".join([*head, parts["settings"]])
    return f"{body}\n\n\n{functions}\n\n\n{parts['run']}\n\n{parts['end']}\n"


def blocks(
    experiment: Experiment, dataset: Dataset, snapshot: Snapshot | None
) -> Mapping[str, str]:
    """The code after the data, by its name in exact.toml; "" for what this run has no need of."""
    model, shown = experiment.model, shown_of(experiment, dataset, snapshot)
    flags, fields = told(experiment, dataset, shown)
    units = model.units
    fields |= {
        "modes": ", ".join(map(quoted, model.modes)),
        "judged": f"train, {dataset.seen}" if dataset.has_validation else "train",
        "which": "validation" if dataset.has_validation else "training",
        "expected": _expected(shown),
        "note": quoted(shown.note),
        "units": units,
        "twice": 2 * units,
        "width": BLOCKS[model.cell] * units,
        "widths": ", ".join(map(str, [dataset.shape[2], *[units] * (model.layers - 1)])),
        "bias": bias_shapes(model.cell, units)[0],
        "layers": "\n".join(f"            {line}" for line in _layers(experiment, dataset)),
    }
    flags |= {model.cell, model.head, model.mode}
    made = {name: "\n".join(chosen(lines, flags, **fields)) for name, lines in _LINES.items()}
    sources = (inspect.getsource(each).rstrip() for each in (glorot_uniform, orthogonal))
    compared = {} if shown.figures else {"judging": ""}
    return made | {"initializers": "\n\n\n".join(sources)} | compared


def _layers(experiment: Experiment, dataset: Dataset) -> list[str]:
    """The layers' lines, of which the top recurrent one does as the mode says."""
    _, steps, features = dataset.shape
    models = model_layers(experiment.model, steps, features, dataset.targets)
    return [layer_line(*each) for each in zip(*models.values(), strict=True)]


def _expected(shown: Shown) -> str:
    """The figures of the run, by name and mode, with the digits that 32 bits have."""
    rows = {
        name: ", ".join(f'"{mode}": {value:.8g}' for mode, value in of.items())
        for name, of in shown.figures.items()
    }
    return "\n".join(f'    "{name}": {{{row}}},' for name, row in rows.items())
