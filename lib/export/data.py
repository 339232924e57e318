"""How a script makes its data: `x` (N, T, F), `y` (N, T, K) and `train`, as the app made them.

These to take away, too: the arrays in one file, and the script that makes this file. Both have the
same, but for the names of timesteps and samples, which only the file has.
"""

import io
from collections.abc import Callable
from typing import Any

import numpy as np

from lib.dataset import Dataset
from lib.datasets import find_spec
from lib.datasets.synthetic import DATA_X, DATA_Y, TASKS
from lib.experiment import Experiment
from lib.export.python import DataCode, chosen, comment, laid_out, quoted, source
from lib.export.rows import FRAMES, table_code
from lib.run import Snapshot
from lib.toml import beside

_LINES = beside(__file__)
ARRAYS = "prepared.npz"
"""What the file of the prepared arrays is called."""
_TOLD = "The inputs as they were are x * x_scale + x_offset; so are the targets."


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
    return DataCode("\n".join(code), source(task.function))


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


def arrays(dataset: Dataset) -> bytes:
    """A NumPy archive, to be read by `np.load` without pickle.

    x (N, T, F) and y (N, T, K) as the models see them, float32; how many samples are for training,
    from the first, and for the test, at the end; names. Of a table the series of each sample and
    when it begins, and what takes values back: raw inputs are x * x_scale + x_offset, (F,) each, or
    (N, F) by series; raw targets y * y_scale + y_offset, + base (N, T, K) where they are changes.
    """
    same = ("x", "y", "train", "test", "feature_names", "target_names", "timestep_names", "base")
    kept: dict[str, Any] = {name: getattr(dataset, name) for name in same}
    kept |= {"y_offset": dataset.target_offset, "y_scale": dataset.target_scale}
    if (origin := dataset.origin) is not None:
        series = origin.series[origin.starts]
        kept["series"] = np.array(origin.names)[series]
        kept["x_offset"], kept["x_scale"] = origin.x_scale.of(series)
        if origin.times is not None:
            begins = origin.times[origin.starts].to_numpy()
            kept["begins"] = begins if begins.dtype.kind == "M" else begins.astype("U")
    file, known = io.BytesIO(), {name: v for name, v in kept.items() if v is not None}
    np.savez_compressed(file, allow_pickle=False, **known)
    return file.getvalue()


def preparation(experiment: Experiment, dataset: Dataset, _: Snapshot | None = None) -> str:
    """A script that makes these arrays and saves them as `ARRAYS`. It raises what scripts raise."""
    data = data_code(experiment, dataset)
    inputs = "inputs" if dataset.origin else _names(dataset.feature_names)
    arguments = [
        *(quoted(ARRAYS), "x=x", "y=y", "train=train", f"test={'test' if dataset.test else 0}"),
        *(f"feature_names={inputs}", f"target_names={_names(dataset.target_names)}"),
        *data.scaler,
    ]
    told = comment(_TOLD) if data.scaler else []
    kept = "\n".join([*told, laid_out("np.savez_compressed(", arguments, ")")])
    blocks = [*data.script(dataset.title, "samples for recurrent layers"), kept]
    return "\n\n".join(blocks) + "\n"


def _names(names: tuple[str, ...]) -> str:
    return laid_out("[", [*map(quoted, names)], "]", indent=4, reserved=len("feature_names=,"))
