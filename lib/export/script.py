"""An experiment as a plain Keras script.

It needs Keras, NumPy and (for tables) pandas, and nothing of this project: the data, the models
with every shape beside its line, the training, and the number that compares the modes. Keras draws
the weights there, so its figures come close to those of the app and aren't the same: `exact`'s are.
"""

import math

from lib.dataset import Dataset
from lib.datasets import find_spec
from lib.experiment import MODES, Experiment
from lib.export.data import DATA
from lib.export.python import chosen, laid_out
from lib.export.shown import shown_of, told
from lib.run import Snapshot
from lib.stack.recurrent import Recurrent
from lib.stack.tensors import readable_shape
from lib.stack.tracing import TracedLayer, model_layers
from lib.toml import beside

_LINES = beside(__file__)


def keras_script(experiment: Experiment, dataset: Dataset, snapshot: Snapshot | None = None) -> str:
    """The settled experiment as a Keras 3 script that runs by itself, formatted as ruff does.

    Of a run, of which `snapshot` is shown, it trains as many epochs, and prints its figures beside.
    Raises ExperimentError for a dataset that isn't one of `lib.datasets.DATASETS`.
    """
    data = DATA[find_spec(experiment).name](experiment, dataset)
    _, steps, features = dataset.shape
    settings, modes = experiment.training, experiment.model.modes
    models = model_layers(experiment.model, steps, features, dataset.targets)
    shown = shown_of(experiment, dataset, snapshot)
    always, fields = told(experiment, dataset, shown)
    part = f"train:{'-test' if dataset.test else ''}" if dataset.has_validation else ":train"

    def filled(name: str, mode: str) -> str:
        """The block of this name in script.toml, of one mode."""
        last = ", -1" if mode == "last" else ""
        arguments = ["x[:train]", f"y[:train{last}]"]
        arguments += [f"batch_size={settings.batch_size}", f"epochs={shown.epochs}", "verbose=0"]
        if shown.keeps:
            arguments += [f"validation_data=(x[{part}], y[{part}{last}])", "callbacks=[best]"]
        lines = chosen(
            _LINES[name],
            always | {mode, "second" if mode != modes[0] else ""},
            mode=MODES[mode],
            steps=steps,
            layers="\n".join(f"        {layer_line(step)}" for step in models[mode]),
            fit=laid_out(f"{MODES[mode].variable}.fit(", arguments, ")"),
            part=part,
            figure=shown.figures.get("last_step_mse", {}).get(mode, math.nan),
            **fields,
        )
        return "\n".join(lines)

    about = f"{' and '.join(MODES[mode].keras for mode in modes)}, in Keras 3"
    which = "validation" if dataset.has_validation else "training"
    blocks = [
        *data.script(dataset.title, about, "import keras"),
        f"keras.utils.set_random_seed({experiment.seed})  # for the weights",
        *(filled("model", mode) for mode in modes),
        *([filled("keeping", modes[0])] if shown.keeps else []),
        *(filled("training", mode) for mode in modes),
        f"# The number that can be compared: error at the last timestep, on {which} samples.\n"
        + "\n".join([*(filled("verdict", mode) for mode in modes), filled("closing", modes[0])]),
    ]
    return "\n\n".join(blocks) + "\n"


def layer_line(*of: TracedLayer) -> str:
    """A line of code with the layer's output shape as its comment; the mode is written out.

    Of both modes, each with its shape, the mode is the script's `every_step`.
    """
    layer, shapes = of[0].layer, dict.fromkeys(readable_shape(step.tensors[0]) for step in of)
    code = layer.code() if layer.kind == "input" else f"keras.{layer.code()}"
    if isinstance(layer, Recurrent):
        if len(shapes) > 1:
            code = code.replace("return_sequences=True", "return_sequences=every_step")
        elif not layer.return_sequences:
            code = code.replace(")", ", return_sequences=False)")
    return f"{code},  # {' or '.join(shapes)}"
