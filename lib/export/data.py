"""How a script makes its data: `x` (N, T, F), `y` (N, T, K) and `train`, as the app made them."""

import inspect
from collections.abc import Callable

from lib.dataset import Dataset
from lib.datasets import find_spec
from lib.datasets.synthetic import DATA_X, DATA_Y, TASKS
from lib.experiment import Experiment
from lib.export.cutting import table_code
from lib.export.python import DataCode, chosen, comment
from lib.export.rows import FRAMES
from lib.toml import beside

_LINES = beside(__file__)


def data_code(experiment: Experiment, dataset: Dataset) -> DataCode:
    """How a script makes this dataset of a settled experiment.

    Raises ExperimentError for one that isn't one of `lib.datasets.DATASETS`.
    """
    return DATA[find_spec(experiment).name](experiment, dataset)


def _task(experiment: Experiment, dataset: Dataset) -> DataCode:
    """A synthetic task: its own source, called with the experiment's seed."""
    task = TASKS[experiment.data.name]
    fields = {
        "experiment": experiment,
        "dataset": dataset,
        "task": task,
        "arguments": ", ".join(f"{n}={value}" for n, value in task.arguments(experiment).items()),
        "others": len(dataset.x) - dataset.train,
    }
    code = [*comment(dataset.about), *chosen(_LINES["task"], (), **fields)]
    return DataCode("\n".join(code), inspect.getsource(task.function).rstrip())


def _worked(experiment: Experiment, dataset: Dataset) -> DataCode:
    """The worked example, literally."""
    flags, known = {experiment.data.name}, {"x": DATA_X, "y": DATA_Y}
    rows = {
        name: "\n        ".join(f"[{', '.join(str([*step]) for step in sample)}]," for sample in of)
        for name, of in known.items()
    }
    code = chosen(_LINES["worked"], flags, dataset=dataset, **rows)
    return DataCode("\n".join([*comment(dataset.about), *code]))


DATA: dict[str, Callable[[Experiment, Dataset], DataCode]] = {
    **dict.fromkeys(TASKS, _task),
    **dict.fromkeys(("worked_raw", "worked_scaled"), _worked),
    **dict.fromkeys(FRAMES, table_code),
}
"""How a script makes its data, by dataset."""
