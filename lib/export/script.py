"""An experiment as a Keras script, a plain and an exact one, and as a notebook of the exact one.

Both need Keras and NumPy, and nothing of this project; for a table, the file of its arrays, too
(`lib.export.data`). In the plain one Keras draws the weights, so its figures come close to those of
the app and aren't the same. The exact one draws the first weights as the app does, feeds the app's
batches in the app's order through `fit`, and compares what comes of it with what the app showed.
Where they differ, up to three more trainings (in 64 bits, and from the neighbouring floats as first
weights) tell how far rounding moves a seed's figure, and which of the first epochs it hasn't moved
yet: their losses have to be the app's all the same. Their templates are plain.py.jinja and
exact.py.jinja.

The notebook has the exact code in cells, with words (notebook.toml), shapes and charts
(notebook.py.jinja). Its format is Jupyter's, 4.5: https://nbformat.readthedocs.io. The charts are
Plotly's, which hosted notebooks have, as they have Keras.

Of a run a script comes to the figures that were shown again, those of the last judgement: of one
that still goes, or diverged, its newest epoch may lie after it. Without a run there are none, and
the script trains as long as was asked for.
"""

import json
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np

from lib.charts import PALETTES, off_unit
from lib.data import Dataset
from lib.experiment import LOSSES, MODES, OPTIMIZERS, Experiment
from lib.export.data import data_code, data_name
from lib.export.python import blocks, laid_out, plain, quoted, short, source
from lib.recurrence import glorot_uniform, orthogonal
from lib.results import ModeResult, Snapshot
from lib.shapes import BLOCKS, Recurrent, TracedLayer, bias_shapes, model_layers, readable_shape
from lib.text import beside, capital

_CELLS = beside(__file__, "notebook")
_NOT_RUN: dict[str, Any] = {"execution_count": None, "outputs": []}


def keras_script(experiment: Experiment, dataset: Dataset, snapshot: Snapshot | None = None) -> str:
    """The settled experiment as a Keras 3 script that runs by itself, formatted as ruff does.

    Of a run, of which `snapshot` is shown, it trains as many epochs, and prints its figures beside.
    Raises ExperimentError for a dataset that isn't one of `lib.data.datasets.DATASETS`.
    """
    about = f"{' and '.join(MODES[mode].keras for mode in experiment.model.modes)}, in Keras 3"
    head = data_code(experiment, dataset).script(dataset.title, about, "import keras")
    parts = blocks("plain", **told(experiment, dataset, snapshot)).values()
    return "\n\n".join(filter(None, [*head, *parts])) + "\n"


def exact_script(experiment: Experiment, dataset: Dataset, snapshot: Snapshot | None = None) -> str:
    """The settled experiment as a script, and what its `snapshot` shows to compare with.

    Its last printed line is a JSON object: `last_step_mse` and `loss` by mode, medians over the
    seeds, and `losses` of the first ten epochs. Raises what `keras_script` raises.
    """
    data, about = data_code(experiment, dataset), "the app's own numbers, in Keras 3"
    head = data.script(dataset.title, about, "import json", "import keras")
    *defined, end = filter(None, blocks("exact", **told(experiment, dataset, snapshot)).values())
    return "\n\n".join([*head, "\n\n\n".join(defined), end]) + "\n"


def notebook(experiment: Experiment, dataset: Dataset, snapshot: Snapshot | None = None) -> str:
    """The settled experiment as the text of an .ipynb file, of the run whose `snapshot` is shown.

    Raises what `keras_script` raises.
    """
    data, fields = data_code(experiment, dataset), told(experiment, dataset, snapshot)
    fields |= {
        "title": escape(short(dataset.title).replace("`", "'"), quote=False),
        "about": escape(plain(dataset.about), quote=False),
        "keras": " and ".join(f"`{MODES[mode].keras}`" for mode in experiment.model.modes),
        "file": _CELLS["file"].format(name=data_name(dataset)) if dataset.origin else "",
        "columns": laid_out("names = [", [*map(quoted, dataset.target_names)], "]"),
        "palette": PALETTES["light"],
    }
    code = {
        **blocks("exact", **fields),
        **blocks("notebook", **fields),
        "imports": data.head("import json", "import keras", "import plotly.graph_objects as go"),
        "data": "\n\n\n".join(filter(None, [data.function, data.code])),
    }
    cells: list[dict[str, Any]] = []
    for cell in _CELLS["cells"]:
        source = "\n\n\n".join(code[name] for name in cell["code"] if code[name])
        words = cell["words"].format(**fields)
        cells += [
            {"cell_type": "markdown", "metadata": {}, "source": words},
            {"cell_type": "code", "metadata": {}, "source": source, **_NOT_RUN},
        ]
    cells = [{"id": f"cell-{place}", **cell} for place, cell in enumerate(cells)]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    book = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(book, indent=1, ensure_ascii=False) + "\n"


def told(experiment: Experiment, dataset: Dataset, snapshot: Snapshot | None) -> dict[str, Any]:
    """What the templates of scripts are filled in with."""
    model, training = experiment.model, experiment.training
    shown = shown_of(experiment, dataset, snapshot)
    scale, (_, steps, features) = dataset.raw_scale if dataset.is_scaled else None, dataset.shape
    guess, error = capital(dataset.naive_label), dataset.naive_mse[-1]
    is_judged, units = dataset.has_validation, model.units
    models = model_layers(model, steps, features, dataset.targets)
    optimizer, rate = OPTIMIZERS[training.optimizer].keras, f"{training.learning_rate:g}"
    return {
        "experiment": experiment,
        "dataset": dataset,
        "shown": shown,
        "training": training,
        "modes": model.modes,
        "both": model.mode == "both",
        "cell": model.cell,
        "head": model.head,
        "optimizer": f"keras.optimizers.{optimizer}(learning_rate={rate})",
        "loss": LOSSES[training.loss].keras,
        "scale": "" if scale is None else f"{scale:.6g}",
        "unit": f"{off_unit(dataset)} off",
        "naive": f"{guess}: mean squared error {error:.6g} at the last timestep",
        "expected": "\n".join(
            # With the digits that 32 bits have.
            f'    "{name}": {{{", ".join(f"{quoted(m)}: {each:.8g}" for m, each in of.items())}}},'
            for name, of in shown.figures.items()
        ),
        "first": "\n".join(
            "    " + laid_out(f"{quoted(m)}: [", [f"{each:.8g}" for each in losses], "],", indent=4)
            for m, losses in shown.first.items()
        ),
        "end_seed": experiment.seed + len(experiment.each_seed),
        "names": ", ".join(map(quoted, model.modes)),
        "part": f"train:{'-test' if dataset.test else ''}" if is_judged else ":train",
        "judged": f"train, {dataset.seen}" if is_judged else "train",
        "which": "validation" if is_judged else "training",
        "mode": MODES,
        "units": units,
        "width": BLOCKS[model.cell] * units,
        "widths": ", ".join(map(str, [features, *[units] * (model.layers - 1)])),
        "bias": bias_shapes(model.cell, units)[0],
        "layers": {mode: "\n        ".join(map(_line, of)) for mode, of in models.items()},
        "build": "\n            ".join(map(_line, *models.values())),
        "glorot_uniform": source(glorot_uniform),
        "orthogonal": source(orthogonal),
    }


def _line(*of: TracedLayer) -> str:
    """A line of code with its output shapes as a comment; of two it has `every_step`."""
    layer, shapes = of[0].layer, dict.fromkeys(readable_shape(step.tensors[0]) for step in of)
    code = layer.code() if layer.kind == "input" else f"keras.{layer.code()}"
    if isinstance(layer, Recurrent):
        if len(shapes) > 1:
            code = code.replace("return_sequences=True", "return_sequences=every_step")
        elif not layer.return_sequences:
            code = code.replace(")", ", return_sequences=False)")
    return f"{code},  # {' or '.join(shapes)}"


_NOTES = beside(__file__, "shown")["notes"]
FIGURES = {"last_step_mse": "final_mse", "loss": "final_loss"}
"""What is compared, by its name in a script's JSON → the same of a `ModeResult`."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A run as a script has to know it."""

    epochs: int
    note: str
    """One sentence of less than a line: how the run ended, or that there is none."""
    figures: dict[str, dict[str, float]]
    """`FIGURES` by mode, medians over the seeds; empty where there are none."""
    first: dict[str, list[float]]
    """Losses of its first epochs by mode, ten at most, medians over the seeds; empty as above."""
    keeps: bool
    """Whether the weights of each model's best epoch are back, by `EarlyStopping`."""
    patience: int
    going: bool = False
    """Whether some models have those of their last epoch all the same, since the run isn't over."""


def shown_of(experiment: Experiment, dataset: Dataset, snapshot: Snapshot | None) -> Shown:
    """What is known of the experiment's run, of which this snapshot is on the screen."""
    training = experiment.training
    keeps = training.keep != "last" and dataset.has_validation
    patience = training.patience if training.keep == "stop" else training.epochs
    results = [] if snapshot is None else [r for seed in snapshot.seeds for r in seed.values()]
    judged = max((int(r.checked_epochs[-1]) for r in results if len(r.checked_epochs)), default=0)
    if snapshot is None or not judged:
        status, epochs = "none", training.epochs
        if snapshot is not None and snapshot.status.over:  # one epoch more shows what happened
            status, epochs = snapshot.status, min(epochs, snapshot.epoch + 1)
        note = _NOTES[status].format(judged=0, epochs=f"{training.epochs:,}")
        return Shown(epochs, note, {}, {}, keeps, patience)
    known = {
        name: {
            mode: float(np.median([_figure(seed[mode], name, judged) for seed in snapshot.seeds]))
            for mode in experiment.model.modes
        }
        for name in FIGURES
    }
    kept = [result.kept_epoch is not None for result in results]
    note = _NOTES[snapshot.status].format(judged=f"{judged:,}", epochs=f"{training.epochs:,}")
    figures = {name: of for name, of in known.items() if np.isfinite([*of.values()]).all()}
    first = {
        mode: _first_losses([seed[mode] for seed in snapshot.seeds], min(10, judged))
        for mode in snapshot.results
    }
    first = first if figures and all(first.values()) else {}
    return Shown(judged, note, figures, first, any(kept), patience, any(kept) and not all(kept))


def _first_losses(results: list[ModeResult], most: int) -> list[float]:
    """Medians of the first epochs, so many at most, as far as none of them was thinned out."""
    known = [dict(zip(r.loss_epochs.tolist(), r.loss, strict=True)) for r in results]
    losses: list[float] = []
    while len(losses) < most and all(len(losses) + 1 in of for of in known):
        losses.append(float(np.median([of[len(losses) + 1] for of in known])))
    return losses


def _figure(result: ModeResult, name: str, judged: int) -> float:
    """A figure of the weights; of a loss not a number where that of their epoch was thinned out."""
    if name == "loss" and result.kept_epoch is None:
        return float(dict(zip(result.loss_epochs, result.loss, strict=True)).get(judged, np.nan))
    return float(getattr(result, FIGURES[name]))
