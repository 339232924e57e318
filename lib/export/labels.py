"""Code and numbers for targets that are classes."""

from typing import Any

from lib.data import Dataset
from lib.experiment import LOSSES, Experiment

_WEIGHTS = {  # the argument of `fit` that weights the loss, by `TrainingSettings.weights` and mode
    "none": {"sequence": "", "last": ""},
    "classes": {"sequence": "sample_weight", "last": "class_weight"},
    "steps": {"sequence": "sample_weight", "last": ""},
}


def label_fields(experiment: Experiment, dataset: Dataset) -> dict[str, Any]:
    """Return the fields of a script's templates that depend on the kind of targets.

    "{}" stands for a slice of the samples in `targets`, for class numbers in `columns_of` and
    `as_targets`, and for probabilities or outputs, (N, K), in `chosen` and `answered`.
    """
    model, loss, steps = experiment.model, experiment.training.loss, dataset.shape[1]
    has_logits = experiment.has_labels and model.output == "logits"
    sizes, name = () if loss == "sparse" else (dataset.targets,), LOSSES[loss].keras
    loss_class = f"keras.losses.{name.title().replace('_', '')}(from_logits=True)"
    columns, chosen = f"keras.utils.to_categorical({{}}, {dataset.targets})", "{}.argmax(axis=-1)"
    metric, answered, targets = '"accuracy"', chosen, {"sequence": "y[{}]", "last": "y[{}, -1]"}
    of_mode = "y if every_step else y[:, -1]"
    if loss == "binary":
        columns, chosen = "{}[..., None]", "({}[:, 0] > 0.5)"
        answered = "({}[:, 0] > 0)" if has_logits else chosen
        if has_logits:  # "accuracy" would compare logits with 0.5
            metric = "keras.metrics.BinaryAccuracy(threshold=0.0)"
    if dataset.classes:  # a script defines only the targets of its modes
        targets["last"] = "last_y[{}]"
        of_mode = {"sequence": "y", "last": "last_y"}.get(model.mode, "y if every_step else last_y")
    return {
        "loss": loss_class if has_logits else f'"{name}"',
        "metric": metric,
        "weights": {mode: _WEIGHTS[experiment.training.weights][mode] for mode in model.modes},
        "targets": targets,
        "of_mode": of_mode,
        "target_shapes": {"sequence": _shape(steps, *sizes), "last": _shape(*sizes)},
        "columns_of": columns,
        "as_targets": "{}" if loss == "sparse" else columns,
        "chosen": chosen,
        "answered": answered,
        "has_logits": has_logits,
        "classes": len(dataset.classes),
        "class_list": f"Classes of {dataset.target_column}, from 0: {', '.join(dataset.classes)}.",
        "ends_early": bool((dataset.last_step < steps - 1).any()),
        **layers_of_labels(experiment, dataset),
    }


def layers_of_labels(experiment: Experiment, dataset: Dataset) -> dict[str, Any]:
    """Return the head's `activation`, or "", and whether the model `masks` padded steps."""
    has_logits = experiment.model.output == "logits"
    activation = "" if has_logits else experiment.training.activation
    return {"activation": activation, "masks": dataset.model_mask(experiment) is not None}


def _shape(*sizes: int) -> str:
    return f"(N, {', '.join(map(str, sizes))})" if sizes else "(N,)"
