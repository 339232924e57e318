"""What was prepared, to take away: the arrays in one file, and the script that makes this file.

Both have the same arrays, but for the names of timesteps and samples, which only the file has.
"""

import io
from typing import Any

import numpy as np

from lib.dataset import Dataset
from lib.experiment import Experiment
from lib.export.data import data_code
from lib.export.python import comment, laid_out, quoted
from lib.run import Snapshot

ARRAYS = "prepared.npz"
"""What the file is called."""
_TOLD = "The inputs as they were are x * x_scale + x_offset; so are the targets."


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
