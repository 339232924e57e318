"""An experiment as a plain Keras script.

It needs Keras, NumPy and (for tables) pandas, and nothing of this project: the data, the models
with every shape beside its line, the training, and the number that compares the modes. Keras draws
the weights there, so its figures come close to those of the app and aren't the same.
"""

from __future__ import annotations

from lib.dataset import Dataset
from lib.datasets import find_spec
from lib.experiment import LOSSES, MODES, OPTIMIZERS, Experiment
from lib.export.data import DATA
from lib.export.python import laid_out
from lib.stack.models import model_layers
from lib.stack.recurrent import Recurrent
from lib.stack.tensors import readable_shape
from lib.stack.tracing import TracedLayer


def keras_script(experiment: Experiment, dataset: Dataset) -> str:
    """The experiment as a Keras 3 script that runs by itself, formatted as ruff does.

    Args:
        experiment: settled, as `lib.datasets.settle` returns it.
        dataset: what was made from it.

    Raises:
        ExperimentError: for a dataset that isn't one of `lib.datasets.DATASETS`.
    """
    data = DATA[find_spec(experiment).name](experiment, dataset)
    modes = " and ".join(MODES[mode].keras for mode in experiment.model.modes)
    blocks = [
        *data.script(dataset.title, f"{modes}, in Keras 3", "import keras"),
        *_models(experiment, dataset),
        *_keeping(experiment, dataset),
        *(_training(mode, experiment, dataset) for mode in experiment.model.modes),
        _verdict(experiment, dataset),
    ]
    return "\n\n".join(blocks) + "\n"


def _models(experiment: Experiment, dataset: Dataset) -> list[str]:
    """The models, each with the shape of its output beside every layer."""
    _, timesteps, features = dataset.shape
    models = model_layers(experiment.model, timesteps, features, dataset.targets)
    blocks = [f"keras.utils.set_random_seed({experiment.seed})  # for the weights"]
    for mode, steps in models.items():
        lines = [
            f"# {MODES[mode].label}: {MODES[mode].about}.",
            f"{MODES[mode].variable} = keras.Sequential(",
        ]
        lines += ["    [", *(f"        {_layer(step)}" for step in steps), "    ]", ")"]
        blocks.append("\n".join(lines))
    if len(models) > 1:
        both = f"{MODES['last'].variable}.set_weights({MODES['sequence'].variable}.get_weights())"
        blocks[-1] += f"\n{both}  # both start from the same weights"
    return blocks


def _layer(step: TracedLayer) -> str:
    """A line of code with the layer's output shape as its comment; the mode is written out."""
    layer = step.layer
    code = layer.code() if layer.kind == "input" else f"keras.{layer.code()}"
    if isinstance(layer, Recurrent) and not layer.return_sequences:
        code = code.replace(")", ", return_sequences=False)")
    return f"{code},  # {readable_shape(step.tensors[0])}"


def _keeping(experiment: Experiment, dataset: Dataset) -> list[str]:
    """What has each model keep its best epoch, where it is to."""
    settings = experiment.training
    if settings.keep == "last" or not dataset.has_validation:
        return []
    stops = settings.keep == "stop"
    patience = settings.patience if stops else settings.epochs
    then = f"and stops {patience} epochs after it" if stops else "and with this patience none stops"
    return [
        f"# Each model keeps its best epoch on the validation part, {then}.\n"
        f'best = keras.callbacks.EarlyStopping(monitor="val_loss", patience={patience}, '
        "restore_best_weights=True)"
    ]


def _training(mode: str, experiment: Experiment, dataset: Dataset) -> str:
    """Compile and fit one model."""
    settings, name = experiment.training, MODES[mode].variable
    sequence = mode == "sequence"
    shape = f"(N, {dataset.shape[1]}, {dataset.targets})" if sequence else f"(N, {dataset.targets})"
    rate = f"learning_rate={settings.learning_rate:g}"
    last = "" if sequence else ", -1"
    arguments = ["x[:train]", f"y[:train{last}]"]
    arguments += [f"batch_size={settings.batch_size}", f"epochs={settings.epochs}", "verbose=0"]
    if _keeping(experiment, dataset):
        judged = _judged(dataset)
        arguments += [f"validation_data=(x[{judged}], y[{judged}{last}])", "callbacks=[best]"]
    return "\n".join(
        [
            f"# The targets of {'every' if sequence else 'the last'} timestep: {shape}.",
            f"keras.utils.set_random_seed({experiment.seed})  # for the order of the batches",
            f"{name}.compile(keras.optimizers.{OPTIMIZERS[settings.optimizer].keras}({rate}), "
            f'loss="{LOSSES[settings.loss].keras}")',
            laid_out(f"{name}.fit(", arguments, ")"),
        ]
    )


def _judged(dataset: Dataset) -> str:
    """The slice of the samples that models are judged on."""
    return f"train:{'-test' if dataset.test else ''}" if dataset.has_validation else ":train"


def _verdict(experiment: Experiment, dataset: Dataset) -> str:
    """Print the one number that compares the modes."""
    part = _judged(dataset)
    which = "validation" if dataset.has_validation else "training"
    lines = [f"# The number that can be compared: error at the last timestep, on {which} samples."]
    for mode in experiment.model.modes:
        last = "[:, -1]" if mode == "sequence" else ""
        lines += [
            f"wrong = {MODES[mode].variable}.predict(x[{part}], verbose=0){last} - y[{part}, -1]",
            f'print(f"{MODES[mode].name}: '
            'mean squared error {np.mean(wrong**2):.4g} at the last timestep")',
        ]
    return "\n".join(lines)
