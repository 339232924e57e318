"""How a script makes its data: `x` (N, T, F), `y` (N, T, K) and `train`, as the app made them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lib.dataset import Dataset
from lib.datasets import TASKS, find_spec
from lib.datasets.series import FILE_NAMES
from lib.datasets.worked import DATA_X, DATA_Y
from lib.experiment import MAX_VALUES, Experiment
from lib.export.mending import mending_code, reading_code
from lib.export.python import comment, laid_out, quoted


@dataclass(frozen=True, slots=True)
class DataCode:
    """The part of a script that makes `x` (N, T, F), `y` (N, T, K) and `train`."""

    code: str
    function: str = ""
    imports: tuple[str, ...] = ()


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


def _worked_raw(_experiment: Experiment, dataset: Dataset) -> DataCode:
    """The worked example, literally."""
    code = [
        *comment(dataset.about),
        *_array("x", DATA_X, "(2, 2, 3)"),
        *_array("y", DATA_Y, "(2, 2, 4)"),
        "train = 2  # all: two samples can't spare one for validation",
    ]
    return DataCode("\n".join(code))


def _worked_scaled(experiment: Experiment, dataset: Dataset) -> DataCode:
    code = [
        _worked_raw(experiment, dataset).code,
        "y = (y - y.mean(axis=(0, 1))) / y.std(axis=(0, 1))  # each target column standardised",
    ]
    return DataCode("\n".join(code))


def _array(name: str, rows: Sequence[Sequence[Sequence[int]]], shape: str) -> list[str]:
    lines = [f"{name} = np.array(  # {shape}", "    ["]
    lines += [f"        [{', '.join(str(list(step)) for step in sample)}]," for sample in rows]
    return [*lines, "    ],", '    dtype="float32",', ")"]


def _gapminder(experiment: Experiment, dataset: Dataset) -> DataCode:
    """Gapminder's countries: each a sample of eleven steps five years apart."""
    code = [
        *comment(dataset.about),
        *comment(dataset.source),
        'frame = plotly.data.gapminder().sort_values(["country", "year"])',
        'columns = [frame["lifeExp"], np.log10(frame["gdpPercap"]), np.log10(frame["pop"])]',
        "values = np.stack(columns, axis=-1).reshape(142, 12, 3)",
        f"values = values[np.random.default_rng([{experiment.seed}, 0]).permutation(142)]",
        f"train = {dataset.train}  # the first countries; the others are for validation",
        "known = values[:train]",
        "values = (values - known.mean(axis=(0, 1))) / known.std(axis=(0, 1))",
        'x = values[:, :-1].astype("float32")  # (142, 11, 3)',
        'y = values[:, 1:, :1].astype("float32")  # (142, 11, 1): life expectancy, the step after',
    ]
    return DataCode("\n".join(code), imports=("import plotly.data",))


FRAMES = {
    "seattle": f'frame = pd.read_csv("{FILE_NAMES["seattle"]}")  # offered beside this script',
    "macro": f"""\
raw = pd.read_csv("{FILE_NAMES["macro"]}")  # offered beside this script
frame = 400 * raw[["realgdp", "realcons", "realinv"]].apply(np.log).diff()
frame.columns = ["gdp_growth", "consumption_growth", "investment_growth"]
frame["unemployment_change"] = raw["unemp"].diff()
frame["interest_change"] = raw["tbilrate"].diff()
frame["inflation"] = raw["infl"]
frame["unemployment"] = raw["unemp"]
frame["interest"] = raw["tbilrate"]
frame = frame[1:]  # the first quarter has no change yet""",
    "upload": "# Your file, its rows in order of time.\nframe = {read}",
}
"""How a script gets the rows of a table, by dataset."""


GAPS = {"fill": ".ffill().dropna()", "drop": ".dropna()"}
"""What is done with missing values: a key of `lib.experiment.MISSING` → pandas."""


def _table(experiment: Experiment, dataset: Dataset) -> DataCode:
    """A table, cut into windows as `lib.tables` does."""
    settings = experiment.data
    n, steps, features = dataset.shape
    gaps = GAPS[settings.missing] if "missing" in find_spec(experiment).uses else ""
    columns = "inputs + targets"
    if set(dataset.target_names) & set(dataset.feature_names):
        among = set(dataset.target_names) <= set(dataset.feature_names)
        columns = "inputs" if among else "list(dict.fromkeys(inputs + targets))"
    # Of too many windows only every k-th is used. What is left then fills half the limit or more.
    thinned = 2 * n * steps * max(features, dataset.targets) > MAX_VALUES
    code = [
        *comment(dataset.about),
        FRAMES[settings.name].format(read=reading_code(dataset)),
        *mending_code(dataset),
        laid_out("inputs = [", [*map(quoted, dataset.feature_names)], "]"),
        laid_out("targets = [", [*map(quoted, dataset.target_names)], "]"),
        f"frame = frame[{columns}].astype(float){gaps}",
        "",
        "# Windows of T rows, and targets `horizon` rows after each. No row is in both parts.",
        f"T, horizon = {steps}, {settings.horizon}",
        "windows = len(frame) - 2 * (T + horizon) + 2",
        f"train = min(max(round({settings.train / 100:g} * windows), 1), windows - 1)",
        "boundary = train + T + horizon - 1  # the first row of the validation part",
        "known = frame[:boundary]",
        "varies = known.max() > known.min()  # the deviation of 0.1, 0.1, … isn't quite 0",
        "scaled = (frame - known.mean()) / known.std(ddof=0).where(varies, 1)",
        "starts = np.r_[:train, boundary : boundary + windows - train]",
    ]
    if thinned:
        code[-1:] = [
            f"every = -(-windows * T * max(len(inputs), len(targets)) // {MAX_VALUES:_})",
            "starts = np.r_[:train:every, boundary : boundary + windows - train : every]",
            "train = len(range(0, train, every))",
        ]
    code += [
        "rows = starts[:, None] + np.arange(T)",
        f'x = scaled[inputs].to_numpy("float32")[rows]  # ({n}, {steps}, {features})',
        f'y = scaled[targets].to_numpy("float32")[rows + horizon]  # ({n}, {steps}, '
        f"{dataset.targets})",
    ]
    return DataCode("\n".join(code), imports=("import pandas as pd",))


DATA: dict[str, Callable[[Experiment, Dataset], DataCode]] = {
    **dict.fromkeys(TASKS, _task),
    "worked_raw": _worked_raw,
    "worked_scaled": _worked_scaled,
    "gapminder": _gapminder,
    **dict.fromkeys(FRAMES, _table),
}
"""How a script makes its data, by dataset."""
