"""Code and numbers for targets that are classes."""

from typing import Any

from lib.data import Dataset, keras_target
from lib.experiment import Experiment

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
    modes, loss, target = (
        experiment.model.modes,
        experiment.training.loss,
        keras_target(experiment, dataset),
    )
    loss_class = f"keras.losses.{target.loss.title().replace('_', '')}(from_logits=True)"
    columns, chosen = f"keras.utils.to_categorical({{}}, {dataset.targets})", "{}.argmax(axis=-1)"
    metric, answered, targets = '"accuracy"', chosen, {"sequence": "y[{}]", "last": "y[{}, -1]"}
    of_mode = "y if every_step else y[:, -1]"
    if loss == "binary":
        columns, chosen = "{}[..., None]", "({}[:, 0] > 0.5)"
        answered = "({}[:, 0] > 0)" if target.from_logits else chosen
        if target.from_logits:  # "accuracy" would compare logits with 0.5
            metric = "keras.metrics.BinaryAccuracy(threshold=0.0)"
    if dataset.classes:  # a script defines only the targets of its modes
        targets["last"] = "last_y[{}]"
        of_mode = {"sequence": "y", "last": "last_y"}.get(
            experiment.model.mode, "y if every_step else last_y"
        )
    return {
        "loss": loss_class if target.from_logits else f'"{target.loss}"',
        "metric": metric,
        "weights": {mode: _WEIGHTS[experiment.training.weights][mode] for mode in modes},
        "targets": targets,
        "of_mode": of_mode,
        "target_shapes": target.shapes,
        "columns_of": columns,
        "as_targets": "{}" if loss == "sparse" else columns,
        "chosen": chosen,
        "answered": answered,
        "has_logits": target.from_logits,
        "classes": len(dataset.classes),
        "class_list": f"Classes of {dataset.target_column}, from 0: {', '.join(dataset.classes)}.",
        "ends_early": bool((dataset.last_step < dataset.shape[1] - 1).any()),
        **target.layers,
    }
