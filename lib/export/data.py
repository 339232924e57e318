"""How a script makes its data: `x` (N, T, F), `y` (N, T, K) and `train`, as the app made them."""

import inspect
from collections.abc import Callable, Sequence

from lib.dataset import Dataset
from lib.datasets.synthetic import DATA_X, DATA_Y, TASKS
from lib.experiment import Experiment
from lib.export.cutting import table_code
from lib.export.python import DataCode, comment
from lib.export.rows import FRAMES


def _task(experiment: Experiment, dataset: Dataset) -> DataCode:
    """A synthetic task: its own source, called with the experiment's seed."""
    task = TASKS[experiment.data.name]
    values = task.arguments(experiment)
    arguments = ", ".join(f"{name}={value}" for name, value in values.items())
    n, steps, features = dataset.shape
    code = [
        *comment(dataset.about),
        f"rng = np.random.default_rng([{experiment.seed}, 0])",
        f"x, y = {task.function.__name__}(rng, {arguments})",
        f'x = x.astype("float32")  # ({n}, {steps}, {features})',
        f'y = y.astype("float32")  # ({n}, {steps}, {dataset.targets})',
        f"train = {dataset.train}  # the first samples; the other {n - dataset.train} are for "
        "validation",
    ]
    return DataCode("\n".join(code), inspect.getsource(task.function).rstrip())


def _worked(experiment: Experiment, dataset: Dataset) -> DataCode:
    """The worked example, literally."""
    code = [
        *comment(dataset.about),
        *_array("x", DATA_X, "(2, 2, 3)"),
        *_array("y", DATA_Y, "(2, 2, 4)"),
        "train = 2  # all: two samples can't spare one for validation",
    ]
    if experiment.data.name == "worked_scaled":
        scaled = "y = (y - y.mean(axis=(0, 1))) / y.std(axis=(0, 1))"
        code.append(f"{scaled}  # each target column standardised")
    return DataCode("\n".join(code))


def _array(name: str, rows: Sequence[Sequence[Sequence[int]]], shape: str) -> list[str]:
    lines = [f"{name} = np.array(  # {shape}", "    ["]
    lines += [f"        [{', '.join(str(list(step)) for step in sample)}]," for sample in rows]
    return [*lines, "    ],", '    dtype="float32",', ")"]


DATA: dict[str, Callable[[Experiment, Dataset], DataCode]] = {
    **dict.fromkeys(TASKS, _task),
    **dict.fromkeys(("worked_raw", "worked_scaled"), _worked),
    **dict.fromkeys(FRAMES, table_code),
}
"""How a script makes its data, by dataset."""
