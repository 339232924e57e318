"""`EXPORTS`: the file formats of an experiment's code, and the names of the files."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from lib.data import Dataset
from lib.experiment import Experiment
from lib.export.data import data_name, render
from lib.export.script import keras_fields, notebook
from lib.export.torch_script import torch_fields


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
