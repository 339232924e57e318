"""The registry of exports: every form in which an experiment can be taken away."""

from collections.abc import Callable
from dataclasses import dataclass

from lib.data import Dataset
from lib.experiment import Experiment
from lib.export.data import data_name
from lib.export.script import exact_script, keras_script, notebook


@dataclass(frozen=True, slots=True)
class Export:
    """One form in which an experiment can be taken away."""

    write: Callable[..., str]
    """`write(experiment, dataset, snapshot=None)`, of a settled experiment and its dataset: the
    file's text. With the snapshot of a run that is shown, it is of that run."""
    ending: str
    """Of the file's name."""

    def file_name(self, experiment: Experiment, dataset: Dataset) -> str:
        """What the file is called: "seattle-lstm-both-exact.py"."""
        return f"{name_of(experiment, dataset)}{self.ending}"


def name_of(experiment: Experiment, dataset: Dataset) -> str:
    """What a file of this experiment is called, without an ending: "seattle-lstm-both"."""
    cell, mode = experiment.model.cell.replace("_", "-"), experiment.model.mode
    return f"{data_name(dataset)}-{cell}-{mode}"


EXPORTS = {
    "keras": Export(keras_script, ".py"),
    "exact": Export(exact_script, "-exact.py"),
    "notebook": Export(notebook, ".ipynb"),
}
"""Every export by name."""
