"""`EXPORTS`: an experiment as a plain or exact script for Keras or PyTorch, or as a notebook.

In the plain script, Keras draws its own initial weights, so the results differ slightly from the
app's. The exact script draws the app's initial weights, gives `fit` the app's batches, and compares
its results with the app's. Its last printed line is a JSON object. The keys are `last_step_mse`,
`loss`, `first_loss` and `tenth_loss`, and `accuracy` (at the last step) for labels; each value is
an object with the median over the seeds by mode. A difference beyond rounding ends the script with
an error. The notebook (format 4.5) has the exact script in cells, between texts from script.toml.

The PyTorch scripts share the data with the Keras scripts, and the exact one also the initial
weights and the checks. Its optimizers are Keras's, and it trains only the weights that Keras's
layers have. Padding moves to the end of each sequence: PyTorch's packed sequences need it there.
"""

import json
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from html import escape
from typing import Any

import numpy as np

from lib.charts import PALETTES, off_unit, pytorch
from lib.data import Dataset, KerasTarget, keras_target
from lib.experiment import MODES, OPTIMIZERS, POOLINGS, Experiment
from lib.export.data import (
    blocks,
    data_fields,
    data_name,
    is_loaded,
    plain,
    quoted,
    render,
    short,
)
from lib.recurrence import glorot_uniform, orthogonal
from lib.results import Snapshot, baseline_at_end, measure_of
from lib.shapes import BLOCKS, Recurrent, TracedLayer, bias_shapes, model_layers, readable_shape
from lib.text import beside, joined

_WORDS = beside(__file__)
# The argument of `fit` that weights the loss, by `TrainingSettings.weights` and `every_step`.
_WEIGHTS = {
    "none": {True: "", False: ""},
    "classes": {True: "sample_weight", False: "class_weight"},
    "steps": {True: "sample_weight", False: ""},
}


def notebook(experiment: Experiment, dataset: Dataset, snapshot: Snapshot | None = None) -> str:
    """Return the exact script as the text of an .ipynb file."""
    fields = keras_fields(experiment, dataset, snapshot) | {
        "title": escape(short(dataset.title).replace("`", "'"), quote=False),
        "about": escape(plain(dataset.about), quote=False),
        "keras": joined([f"`{words}`" for words in _keras_words(experiment)]),
        "in_file": _WORDS["file"].format(name=data_name(dataset)) if is_loaded(dataset) else "",
        "columns": f"names = [{', '.join(map(quoted, dataset.target_names))}]",
        "palette": PALETTES["light"],
    }
    code = {**blocks("exact", **fields), **blocks("notebook", **fields)}
    code["imports"] += "\nimport plotly.graph_objects as go"
    code["data"] = render("data", fields).strip("\n")
    cells: list[dict[str, Any]] = []
    for cell in _WORDS["cells"]:
        lines = "\n\n\n".join(code[name] for name in cell["code"] if code[name])
        words = cell.get("labels", cell["words"]) if dataset.has_labels else cell["words"]
        cells.append({"cell_type": "markdown", "source": words.format(**fields)})
        cells.append({"cell_type": "code", "source": lines, "execution_count": None, "outputs": []})
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    cells = [{"id": f"cell-{k}", "metadata": {}, **cell} for k, cell in enumerate(cells)]
    book = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(book, indent=1, ensure_ascii=False) + "\n"


def _keras_words(experiment: Experiment) -> list[str]:
    """Return what makes each mode in Keras: "return_sequences=True" or a layer's name."""
    model = experiment.model
    return [POOLINGS[model.pooling_of(m)].keras or MODES[m].keras for m in model.modes]


def keras_fields(
    experiment: Experiment, dataset: Dataset, snapshot: Snapshot | None = None
) -> dict[str, Any]:
    """Return the fields of plain.py.jinja and exact.py.jinja for a settled experiment."""
    model, training = experiment.model, experiment.training
    scale = dataset.raw_scale if dataset.is_scaled else None
    is_evaluated, units = dataset.has_validation, model.units
    target = keras_target(experiment, dataset)
    models = dict(model_layers(model, *dataset.shape[1:], dataset.targets, **target.layers))
    sequential = [of for mode, of in models.items() if mode != "pooled"]
    measure, baseline = measure_of(dataset), baseline_at_end(dataset)
    error = f"{measure.full_name} {baseline:.6g}"
    return {
        "library": "keras",
        "title": short(dataset.title),
        "keras_words": joined(_keras_words(experiment)),
        "is_loaded": is_loaded(dataset),
        "experiment": experiment,
        "dataset": dataset,
        "moves_padding": False,
        "shown": shown_of(experiment, dataset, snapshot),
        "training": training,
        "model": model,
        "both": model.mode == "both",
        "all": "both" if len(model.modes) < 3 else "all",  # modes
        "optimizer": OPTIMIZERS[training.optimizer].keras,
        "rate": f"{training.learning_rate:g}",
        "scale": "" if scale is None else f"{scale:.6g}",
        "unit": f"{off_unit(dataset)} off",
        "measure": measure.name,
        "baseline_label": f"Baseline ({dataset.baseline_label}): {error} at the last timestep",
        "figures": figure_names(experiment),
        "part": ("train:-test" if dataset.test else "train:") if is_evaluated else ":train",
        "evaluated": f"train, {dataset.seen}" if is_evaluated else "train",
        "which": "validation" if is_evaluated else "training",
        "mode": MODES,
        "width": BLOCKS[model.cell] * units,
        "widths": ", ".join(map(str, [dataset.shape[2], *[units] * (model.layers - 1)])),
        "bias": bias_shapes(model.cell, units)[0],
        "layers": {mode: "\n        ".join(map(_line, of)) for mode, of in models.items()},
        "build": "\n            ".join(map(_line, *sequential)),  # a line per layer
        "pooled": models.get("pooled", ()),
        "glorot_uniform": glorot_uniform,
        "orthogonal": orthogonal,
        "target": target,
        **data_fields(experiment, dataset),
        **_target_fields(experiment, dataset, target),
    }


def _target_fields(experiment: Experiment, dataset: Dataset, target: KerasTarget) -> dict[str, Any]:
    """Return the fields of a script's templates that depend on the kind of targets."""
    model, training = experiment.model, experiment.training
    loss_class = f"keras.losses.{target.loss.title().replace('_', '')}(from_logits=True)"
    last_y = "last_y" if dataset.has_labels else "y[:, -1]"
    # A script defines only the targets of its modes.
    of_mode = dict.fromkeys("y" if MODES[mode].every_step else last_y for mode in model.modes)
    return {
        "loss": loss_class if target.from_logits else f'"{target.loss}"',
        "weights": {m: _WEIGHTS[training.weights][MODES[m].every_step] for m in model.modes},
        "of_mode": " if every_step else ".join(of_mode),
        "label_targets": [*of_mode],
        "class_list": f"Classes of {dataset.target_column}, from 0: {', '.join(dataset.classes)}.",
        "ends_early": bool((dataset.last_step < dataset.shape[1] - 1).any()),
    }


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


def _line(*traced: TracedLayer) -> str:
    """Return a layer's code and output shapes. If the modes differ, the code has `every_step`."""
    layer, shapes = traced[0].layer, dict.fromkeys(readable_shape(t.tensors[0]) for t in traced)
    code = layer.code() if layer.kind == "input" else f"keras.{layer.code()}"
    if isinstance(layer, Recurrent):
        if len(shapes) > 1:
            code = code.replace("return_sequences=True", "return_sequences=every_step")
        elif not layer.return_sequences:
            code = f"{code.removesuffix(')')}, return_sequences=False)"
    return f"{code},  # {' or '.join(shapes)}"


@dataclass(frozen=True, slots=True)
class Shown:
    """The epochs and results of a run, as written into a script."""

    epochs: int
    note: str  # a short sentence: how the run ended, or that there is no run
    keeps: bool  # whether `EarlyStopping` restores the weights of each model's best epoch
    patience: int
    figures: dict[str, dict[str, float]] = field(default_factory=dict)  # results by name and mode


def figure_names(experiment: Experiment) -> tuple[str, ...]:
    """Return the names of the results that an exact script prints and compares."""
    names = "last_step_mse", "loss", "first_loss", "tenth_loss"
    return (*names, "accuracy") if experiment.has_labels else names


def shown_of(experiment: Experiment, dataset: Dataset, snapshot: Snapshot | None) -> Shown:
    """Return the epochs and results of a run, up to the last evaluated epoch."""
    training = experiment.training
    keeps = training.keep != "last" and dataset.has_validation
    patience = training.patience if training.keep == "stop" else training.epochs  # else never stops
    results = [result for seed in (snapshot.seeds if snapshot else ()) for result in seed.values()]
    evaluated = max((int(epoch) for r in results for epoch in r.checked_epochs[-1:]), default=0)
    status = snapshot.status if snapshot and evaluated else "none"
    note = _WORDS["notes"][status].format(evaluated=f"{evaluated:,}", epochs=f"{training.epochs:,}")
    if not evaluated or snapshot is None:
        return Shown(training.epochs, note, keeps, patience)
    kept = [result.kept_epoch is not None for result in results]
    early = {"first_loss": 1, "tenth_loss": min(10, evaluated)}  # the epoch of each loss
    figures: dict[str, dict[str, float]] = {name: {} for name in figure_names(experiment)}
    for mode in experiment.model.modes:
        figures["last_step_mse"][mode] = float(np.median(snapshot.by_seed(mode)))
        if experiment.has_labels:
            figures["accuracy"][mode] = float(np.median(snapshot.by_seed(mode, "final_accuracy")))
        final = float(np.median(snapshot.by_seed(mode, "final_loss")))
        figures["loss"][mode] = final if all(kept) else _loss_at(snapshot, mode, evaluated)
        for name, epoch in early.items():
            figures[name][mode] = _loss_at(snapshot, mode, epoch)
    if any(kept) and not all(kept):  # a script restores the best epochs of all models or of none
        figures = {name: figures[name] for name in early}
    # Losses of thinned-out epochs are unknown, so they aren't compared.
    figures = {name: of for name, of in figures.items() if np.isfinite([*of.values()]).all()}
    return Shown(evaluated, note, any(kept), patience, figures)


def _loss_at(snapshot: Snapshot, mode: str, epoch: int) -> float:
    """Return the median loss over the seeds; NaN if the loss of one seed is unknown."""
    results = [seed[mode] for seed in snapshot.seeds]
    losses = [dict(zip(r.loss_epochs.tolist(), r.loss.tolist(), strict=True)) for r in results]
    return float(np.median([of.get(epoch, math.nan) for of in losses]))


def name_of(experiment: Experiment, dataset: Dataset) -> str:
    """Return a file name without its ending: "seattle-lstm-both", "seattle-lstm-both-mean"."""
    model = experiment.model
    pooling = "" if model.pooling == "none" else f"-{model.pooling}"
    return f"{data_name(dataset)}-{model.cell.replace('_', '-')}-{model.mode}{pooling}"


@dataclass(frozen=True, slots=True)
class Export:
    """A file format of an experiment's code."""

    write: Callable[..., str]  # (experiment, dataset, snapshot=None) → the file's text
    ending: str  # the end of a file's name, which follows the result of `name_of`

    def file_name(self, experiment: Experiment, dataset: Dataset, note: str = "") -> str:
        """Return the file's name, "seattle-lstm-both-exact.py"; `note` precedes the ending."""
        return f"{name_of(experiment, dataset)}{note}{self.ending}"


def _script(template: str, fields_of: Callable[..., dict[str, object]], *run: object) -> str:
    return render(template, fields_of(*run))


EXPORTS = {
    "keras": Export(partial(_script, "plain", keras_fields), ".py"),
    "exact": Export(partial(_script, "exact", keras_fields), "-exact.py"),
    "notebook": Export(notebook, ".ipynb"),
    "torch": Export(partial(_script, "torch", torch_fields), "-pytorch.py"),
    "torch_exact": Export(partial(_script, "torch_exact", torch_fields), "-pytorch-exact.py"),
}
