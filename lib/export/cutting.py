"""How a script cuts a table's rows into windows, as `lib.tables` does: `x`, `y` and `train`.

Of one series in two parts with nothing between, slices tell the windows. Else each row has a time
and a part, and of several series a series: whatever window is of one of each is taken. A setting
that changes nothing has no line: before each stands what it is for (`lib.export.python.chosen`).
"""

from lib.dataset import Dataset, Origin
from lib.datasets import find_spec
from lib.experiment import Experiment
from lib.export.python import DataCode, chosen, comment, laid_out, quoted, true
from lib.export.rows import IMPORTS, rows_code, times_of
from lib.toml import beside

_LINES = beside(__file__)


def table_code(experiment: Experiment, dataset: Dataset) -> DataCode:
    """The part of a script that makes a table's data. Raises ValueError for data of no table."""
    data, origin = experiment.data, dataset.cut_from
    names, targets, times = dataset.feature_names, origin.columns, times_of(dataset)
    by = next((column for what, column, _ in dataset.mended if what == "series"), "")
    on = {data.missing, *(what for what, *_ in dataset.mended)} | true(
        dated=times,
        gaps="missing" in find_spec(experiment).uses,
        each=len(origin.horizons) > 1,
        change=data.form == "change",
        drawn=data.split == "id",
        test=dataset.test,
        gap=data.gap and data.split == "time",
        stride=data.stride > 1,
        rate=data.rate > 1,
        every=origin.every > 1,
        own=origin.x_scale.by_series,
    )
    if not on & {"series", "test", "gap", "stride", "every"}:
        on.add("slices")
    elif "drawn" not in on:
        on.add("by_time")
    if on & {"series", "average"}:
        on.add("grouped")
    columns = {0: "inputs + targets", len(targets): "inputs"}.get(len({*targets} & {*names}))
    columns = columns or "list(dict.fromkeys(inputs + targets))"
    fields = {
        "experiment": experiment,
        "dataset": dataset,
        "data": data,
        "reach": max(origin.horizons),
        "inputs": laid_out("[", [*map(quoted, names)], "]", reserved=len("inputs = ")),
        "targets": laid_out("[", [*map(quoted, targets)], "]", reserved=len("targets = ")),
        "by": by,
        "column": quoted(by),
        "times": times,
        "each": ".groupby(level=0)" if by else "",
        "frame": f"frame[{columns}].astype(float)",
        "parts": 3 if dataset.test else 2,
        "others": 2 if dataset.test else 1,
        "columns": "np.repeat(targets, horizon)" if "each" in on else "targets",
        "all": "len(drawn)" if "drawn" in on else "windows",
    }
    lines = [
        *comment(dataset.about),
        *rows_code(experiment, dataset),
        *chosen(_LINES["rows"], on, **fields),
        *chosen(_LINES["standards"], on, y="", scaled="scaled", rows="frame", **fields),
    ]
    if "change" in on:
        lines += chosen(_LINES["changes"], on, **fields)
        lines += chosen(_LINES["standards"], on, y="y_", scaled="moved", rows="moved", **fields)
    lines += chosen(_LINES["samples"], on, **fields)
    imports = ("import pandas as pd", *IMPORTS.get(data.name, ()))
    if dataset.fingerprint:
        imports += ("import hashlib",)
    scaler = tuple(chosen(_LINES["scaler"], on, **fields))
    return DataCode("\n".join(lines), imports=imports, scaler=scaler)


def keras_windows(dataset: Dataset, origin: Origin, stride: int) -> str:
    """Code by which Keras's `timeseries_dataset_from_array` cuts rows, for both modes.

    From `x_rows` (R, F) and `y_rows` (R, C), of one part of one series. Windows begin `stride` rows
    after one another; the dataset may have every k-th of them alone.
    """
    ahead = origin.horizons
    on = true(
        each=len(ahead) > 1,
        change=dataset.base is not None,
        every=origin.every > 1,
        series=len(origin.names) > 1,
    )
    fields = {"dataset": dataset, "steps": dataset.shape[1], "origin": origin, "most": max(ahead)}
    return "\n".join(chosen(_LINES["keras"], on, **fields, stride=stride * origin.every))
