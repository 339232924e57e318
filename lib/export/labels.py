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

    In `targets`, "{}" stands for a slice of the samples. In `predicted` and `predicted_of_logits`,
    which are expressions for class numbers (N,), "{}" stands for probabilities or logits (N, K).
    """
    model, loss, steps = experiment.model, experiment.training.loss, dataset.shape[1]
    columns = () if loss == "sparse" else (dataset.targets,)
    has_logits = experiment.has_labels and model.output == "logits"
    one_output, name = loss == "binary", LOSSES[loss].keras
    class_name = name.title().replace("_", "")
    of_mode = "y if every_step else y[:, -1]"
    if dataset.classes:  # a script defines only the targets of its modes
        of_mode = {"sequence": "y", "last": "last_y"}.get(model.mode, "y if every_step else last_y")
    last_of_evaluated = f"keras.utils.to_categorical(last_labels[evaluated], {dataset.targets})"
    threshold = "keras.metrics.BinaryAccuracy(threshold=0.0)"  # "accuracy" would compare with 0.5
    return {
        "loss": f"keras.losses.{class_name}(from_logits=True)" if has_logits else f'"{name}"',
        "metric": threshold if has_logits and one_output else '"accuracy"',
        "weights": {mode: _WEIGHTS[experiment.training.weights][mode] for mode in model.modes},
        "targets": {"sequence": "y[{}]", "last": "last_y[{}]" if dataset.classes else "y[{}, -1]"},
        "of_mode": of_mode,
        "target_shapes": {"sequence": _shape(steps, *columns), "last": _shape(*columns)},
        "last_of_evaluated": "last_labels[evaluated][:, None]" if one_output else last_of_evaluated,
        "predicted": "({}[:, 0] > 0.5)" if one_output else "{}.argmax(axis=-1)",
        "predicted_of_logits": "({}[:, 0] > 0)" if one_output else "{}.argmax(axis=-1)",
        "has_logits": has_logits,
        "classes": len(dataset.classes),
        "class_list": f"Classes of {dataset.target_column}, from 0: {', '.join(dataset.classes)}.",
        **layers_of_labels(experiment, dataset),
        "ends_early": bool((dataset.last_step < steps - 1).any()),
    }


def layers_of_labels(experiment: Experiment, dataset: Dataset) -> dict[str, Any]:
    """Return the head's `activation`, or "", and whether the model `masks` padded steps."""
    has_logits = experiment.model.output == "logits"
    activation = "" if has_logits else experiment.training.activation
    return {"activation": activation, "masks": dataset.model_mask(experiment) is not None}


def _shape(*sizes: int) -> str:
    return f"(N, {', '.join(map(str, sizes))})" if sizes else "(N,)"
