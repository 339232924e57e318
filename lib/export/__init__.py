"""An experiment as something to take away. Nothing is run in here.

Another form is another entry of `EXPORTS`.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath

from lib.dataset import Dataset
from lib.experiment import Experiment
from lib.export.data import ARRAYS, arrays, preparation
from lib.export.script import exact_script, keras_script, notebook

__all__ = ["ARRAYS", "EXPORTS", "Export", "arrays", "keras_script", "name_of"]


@dataclass(frozen=True, slots=True)
class Export:
    """One form in which an experiment can be taken away."""

    write: Callable[..., str]
    """`write(experiment, dataset, snapshot=None)`, of a settled experiment and its dataset: the
    file's text. With the snapshot of a run that is shown, it is of that run."""
    ending: str
    """Of the file's name."""
    of_model: bool = True
    """Whether cell and mode are in the file's name, too."""

    def file_name(self, experiment: Experiment, dataset: Dataset) -> str:
        """What the file is called: "seattle-lstm-both-exact.py", "seattle-preparation.py"."""
        return f"{name_of(experiment, dataset, of_model=self.of_model)}{self.ending}"


def name_of(experiment: Experiment, dataset: Dataset, *, of_model: bool = True) -> str:
    """What a file of this experiment is called, without an ending: "seattle-lstm-both".

    A person's own data have their file's name, in letters that are safe anywhere.
    """
    own = dataset.name == "upload"
    known = unicodedata.normalize("NFKD", PurePath(dataset.title).stem if own else dataset.name)
    data = re.sub("[^a-z0-9]+", "-", known.encode("ascii", "ignore").decode().lower())
    model = (experiment.model.cell.replace("_", "-"), experiment.model.mode)
    return "-".join([data[:40].strip("-") or "upload", *(model if of_model else ())])


EXPORTS = {
    "keras": Export(keras_script, ".py"),
    "exact": Export(exact_script, "-exact.py"),
    "notebook": Export(notebook, ".ipynb"),
    "preparation": Export(preparation, "-preparation.py", of_model=False),
}
"""Every export by name."""
