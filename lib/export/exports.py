"""`EXPORTS`: the file formats of an experiment's code, and the names of the files."""

from collections.abc import Callable
from dataclasses import dataclass

from lib.data import Dataset
from lib.experiment import Experiment
from lib.export.data import data_name
from lib.export.script import exact_script, keras_script, notebook
from lib.export.torch_script import torch_exact_script, torch_script


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


EXPORTS = {
    "keras": Export(keras_script, ".py"),
    "exact": Export(exact_script, "-exact.py"),
    "notebook": Export(notebook, ".ipynb"),
    "torch": Export(torch_script, "-pytorch.py"),
    "torch_exact": Export(torch_exact_script, "-pytorch-exact.py"),
}
