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

    file_name: str
    mime: str
    write: Callable[[Experiment, Dataset], str]


EXPORTS = {
    "keras": Export("return_sequences.py", "text/x-python", keras_script),
    "exact": Export("exact.py", "text/x-python", exact_script),
    "preparation": Export("preparation.py", "text/x-python", preparation),
}
"""Every export by name."""
