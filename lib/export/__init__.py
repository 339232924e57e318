"""An experiment as something to take away. Nothing is run in here.

Another form is another entry of `EXPORTS`.
"""

from collections.abc import Callable
from dataclasses import dataclass

from lib.dataset import Dataset
from lib.experiment import Experiment
from lib.export.exact import exact_script
from lib.export.prepared import ARRAYS, arrays, preparation
from lib.export.script import keras_script

__all__ = ["ARRAYS", "EXPORTS", "Export", "arrays", "keras_script"]


@dataclass(frozen=True, slots=True)
class Export:
    """One form in which an experiment can be taken away."""

    ending: str
    mime: str
    write: Callable[..., str]

    def file_name(self, experiment, dataset):
        return name_of(experiment, dataset) + self.ending


def name_of(experiment, dataset):
    return "-".join([dataset.name, experiment.model.cell, experiment.model.mode])


EXPORTS = {
    "keras": Export(".py", "text/x-python", keras_script),
    "exact": Export("-exact.py", "text/x-python", exact_script),
    "notebook": Export(".ipynb", "text/x-python", exact_script),
    "preparation": Export("-preparation.py", "text/x-python", preparation),
}
"""Every export by name."""
