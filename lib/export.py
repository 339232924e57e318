"""An experiment as something to take away: so far, as a plain Keras script.

`keras_script` writes code that needs Keras, NumPy and (for tables) pandas, and nothing of this
project: the data, the models with every shape beside its line, the training, and the number that
compares the modes. Keras draws the weights there, so its figures come close to those of the app
and aren't the same. Nothing is run in here.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from textwrap import shorten, wrap

from lib.dataset import Dataset
from lib.datasets import TASKS, find_spec
from lib.datasets.worked import DATA_X, DATA_Y
from lib.experiment import LOSSES, MAX_VALUES, MODES, OPTIMIZERS, Experiment
from lib.stack.models import model_steps
from lib.stack.recurrent import Recurrent
from lib.stack.steps import Step
from lib.stack.tensors import readable

LINE = 100
"""The longest line of a script."""


def keras_script(experiment: Experiment, dataset: Dataset) -> str:
    """The experiment as a Keras 3 script that runs by itself, formatted as ruff does.

    Args:
        experiment: settled, as `lib.datasets.settle` returns it.
        dataset: what was made from it.

    Raises:
        ExperimentError: for a dataset that isn't one of `lib.datasets.DATASETS`.
    """
    data = DATA[find_spec(experiment).name](experiment, dataset)
    modes = " and ".join(MODES[mode].keras for mode in experiment.model.modes)
    imports = "\n".join(sorted({"import keras", "import numpy as np", *data.imports}))
    title = shorten(_plain(dataset.title), LINE // 3, placeholder=" …")
    head = [f'"""{title}: {modes}, in Keras 3."""', imports]
    if data.function:
        # Two blank lines around a function.
        head += ["\n" + data.function + "\n"]
    return "\n\n".join(
        [
            *head,
            data.code,
            *_models(experiment, dataset),
            *(_training(mode, experiment, dataset) for mode in experiment.model.modes),
            _verdict(experiment, dataset),
        ]
    )


@dataclass(frozen=True, slots=True)
class Export:
    """One form in which an experiment can be taken away."""

    label: str
    file_name: str
    mime: str
    write: Callable[[Experiment, Dataset], str]


EXPORTS = {
    "keras": Export("Keras script", "return_sequences.py", "text/x-python", keras_script),
}
"""Every export by name."""


@dataclass(frozen=True, slots=True)
class _Data:
    """The part of a script that makes `x` (N, T, F), `y` (N, T, K) and `train`."""

    code: str
    function: str = ""
    imports: tuple[str, ...] = ()


def _task(experiment: Experiment, dataset: Dataset) -> _Data:
    """A synthetic task: its own source, called with the experiment's seed."""
    task = TASKS[experiment.data.name]
    values = task.arguments(experiment)
    arguments = ", ".join(f"{name}={value}" for name, value in values.items())
    n, steps, features = dataset.shape
    code = [
        *_comment(dataset.about),
        f"rng = np.random.default_rng([{experiment.seed}, 0])",
        f"x, y = {task.function.__name__}(rng, {arguments})",
        f'x = x.astype("float32")  # ({n}, {steps}, {features})',
        f'y = y.astype("float32")  # ({n}, {steps}, {dataset.targets})',
        f"train = {dataset.train}  # the first samples; the other {n - dataset.train} are for "
        "validation",
    ]
    return _Data("\n".join(code), inspect.getsource(task.function).rstrip())


def _worked_raw(_experiment: Experiment, dataset: Dataset) -> _Data:
    """The worked example, literally."""
    code = [
        *_comment(dataset.about),
        *_array("x", DATA_X, "(2, 2, 3)"),
        *_array("y", DATA_Y, "(2, 2, 4)"),
        "train = 2  # all: two samples can't spare one for validation",
    ]
    return _Data("\n".join(code))


def _worked_scaled(experiment: Experiment, dataset: Dataset) -> _Data:
    code = [
        _worked_raw(experiment, dataset).code,
        "y = (y - y.mean(axis=(0, 1))) / y.std(axis=(0, 1))  # each target column standardised",
    ]
    return _Data("\n".join(code))


def _array(name: str, rows: Sequence[Sequence[Sequence[int]]], shape: str) -> list[str]:
    lines = [f"{name} = np.array(  # {shape}", "    ["]
    lines += [f"        [{', '.join(str(list(step)) for step in sample)}]," for sample in rows]
    return [*lines, "    ],", '    dtype="float32",', ")"]


def _gapminder(experiment: Experiment, dataset: Dataset) -> _Data:
    """Gapminder's countries: each a sample of eleven steps five years apart."""
    code = [
        *_comment(dataset.about),
        *_comment(dataset.source),
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
    return _Data("\n".join(code), imports=("import plotly.data",))


FRAMES = {
    "seattle": 'frame = pd.read_csv("seattle-weather.csv")  # offered beside this script',
    "macro": """\
raw = pd.read_csv("macrodata.csv")  # offered beside this script
frame = 400 * raw[["realgdp", "realcons", "realinv"]].apply(np.log).diff()
frame.columns = ["gdp_growth", "consumption_growth", "investment_growth"]
frame["unemployment_change"] = raw["unemp"].diff()
frame["interest_change"] = raw["tbilrate"].diff()
frame["inflation"] = raw["infl"]
frame["unemployment"] = raw["unemp"]
frame["interest"] = raw["tbilrate"]
frame = frame[1:]  # the first quarter has no change yet""",
    "upload": "# Your file, its rows in order of time.\nframe = {read}{mend}",
}
"""How a script gets the rows of a table, by dataset."""


def _in_order(column: str, form: str) -> list[str]:
    if not form:
        return [f"frame = frame.sort_values({column})"]
    return [
        f"times = pd.to_datetime(frame[{column}].str.strip(), format={_quoted(form)}, utc=True)",
        "frame = frame.iloc[times.argsort()]",
    ]


def _numbers(column: str, *repairs: str) -> list[str]:
    pairs = zip(repairs[::2], repairs[1::2], strict=True)
    return [
        f"texts = frame[{column}].str.strip()",
        *(
            f'texts = texts.str.replace(r"{pattern}", {_raw(by)}, regex=True)'
            for pattern, by in pairs
        ),
        f'frame[{column}] = pd.to_numeric(texts, errors="coerce")',
    ]


MENDINGS: dict[str, Callable[..., list[str]]] = {
    "empty rows": lambda _: ['frame = frame.dropna(how="all")'],
    "undated ends": lambda _, first, last: [
        f"frame = frame[{first}:{last}]  # the other rows have no date"
    ],
    "newest first": lambda _: ["frame = frame[::-1]"],
    "order": _in_order,
    "numbers": _numbers,
    "huge": lambda column, limit: [
        f"frame[{column}] = frame[{column}].mask(frame[{column}].abs() > {limit})"
    ],
}
"""What `lib.uploads` may have done to a file's cells → the same in pandas, from the column's name
as code and the details of `lib.dataset.Mended`."""
GAPS = {"fill": ".ffill().dropna()", "drop": ".dropna()"}
"""What is done with missing values: a key of `lib.experiment.MISSING` → pandas."""


def _table(experiment: Experiment, dataset: Dataset) -> _Data:
    """A table, cut into windows as `lib.windows` does."""
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
        *_comment(dataset.about),
        FRAMES[settings.name].format(read=_read_csv(dataset), mend=_mend(dataset)),
        _listing("inputs", dataset.feature_names),
        _listing("targets", dataset.target_names),
        f"frame = frame[{columns}].astype(float){gaps}",
        "",
        "# Windows of T rows, and targets `horizon` rows after each. No row is in both parts.",
        f"T, horizon = {steps}, {settings.horizon}",
        "windows = len(frame) - 2 * (T + horizon) + 2",
        "train = min(max(round(0.75 * windows), 1), windows - 1)",
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
    return _Data("\n".join(code), imports=("import pandas as pd",))


DATA: dict[str, Callable[[Experiment, Dataset], _Data]] = {
    **dict.fromkeys(TASKS, _task),
    "worked_raw": _worked_raw,
    "worked_scaled": _worked_scaled,
    "gapminder": _gapminder,
    **dict.fromkeys(FRAMES, _table),
}
"""How a script makes its data, by dataset."""


def _models(experiment: Experiment, dataset: Dataset) -> list[str]:
    """The models, each with the shape of its output beside every layer."""
    _, timesteps, features = dataset.shape
    models = model_steps(experiment.model, timesteps, features, dataset.targets)
    blocks = [f"keras.utils.set_random_seed({experiment.seed})  # for the weights"]
    for mode, steps in models.items():
        lines = [
            f"# {MODES[mode].label}: {MODES[mode].about}.",
            f"{MODES[mode].variable} = keras.Sequential(",
        ]
        lines += ["    [", *(f"        {_layer(step)}" for step in steps), "    ]", ")"]
        blocks.append("\n".join(lines))
    if len(models) > 1:
        both = f"{MODES['last'].variable}.set_weights({MODES['sequence'].variable}.get_weights())"
        blocks[-1] += f"\n{both}  # both start from the same weights"
    return blocks


def _layer(step: Step) -> str:
    """A line of code with the layer's output shape as its comment; the mode is written out."""
    layer = step.layer
    code = layer.code() if layer.kind == "input" else f"keras.{layer.code()}"
    if isinstance(layer, Recurrent) and not layer.return_sequences:
        code = code.replace(")", ", return_sequences=False)")
    return f"{code},  # {readable(step.tensors[0])}"


def _training(mode: str, experiment: Experiment, dataset: Dataset) -> str:
    """Compile and fit one model."""
    settings, name = experiment.training, MODES[mode].variable
    every = mode == "sequence"
    shape = f"(N, {dataset.shape[1]}, {dataset.targets})" if every else f"(N, {dataset.targets})"
    rate = f"learning_rate={settings.learning_rate:g}"
    return "\n".join(
        [
            f"# The targets of {'every' if every else 'the last'} timestep: {shape}.",
            f"keras.utils.set_random_seed({experiment.seed})  # for the order of the batches",
            f"{name}.compile(keras.optimizers.{OPTIMIZERS[settings.optimizer].keras}({rate}), "
            f'loss="{LOSSES[settings.loss].keras}")',
            f"{name}.fit(x[:train], y[:train{'' if every else ', -1'}], "
            f"batch_size={settings.batch_size}, epochs={settings.epochs}, verbose=0)",
        ]
    )


def _verdict(experiment: Experiment, dataset: Dataset) -> str:
    """Print the one number that compares the modes."""
    part = "train:" if dataset.has_validation else ":train"
    which = "validation" if dataset.has_validation else "training"
    lines = [f"# The number that can be compared: error at the last timestep, on {which} samples."]
    for mode in experiment.model.modes:
        last = "[:, -1]" if mode == "sequence" else ""
        lines += [
            f"wrong = {MODES[mode].variable}.predict(x[{part}], verbose=0){last} - y[{part}, -1]",
            f'print(f"{MODES[mode].name}: '
            'mean squared error {np.mean(wrong**2):.4g} at the last timestep")',
        ]
    return "\n".join(lines) + "\n"


def _plain(text: str) -> str:
    """Words that can stand in a docstring or a comment, whatever a file or a column is called."""
    return " ".join(text.replace("\\", "/").replace('"', "'").split())


def _comment(text: str) -> list[str]:
    """Lines of a comment."""
    return wrap(_plain(text), LINE, initial_indent="# ", subsequent_indent="# ")


def _read_csv(dataset: Dataset) -> str:
    """The call that reads a person's file as the app did, on one line if it fits."""
    arguments = [_quoted(dataset.title)]
    arguments += [f"{name}={_literal(value)}" for name, value in dataset.reading.items()]
    line = f"pd.read_csv({', '.join(arguments)})"
    if len(f"frame = {line}") <= LINE:
        return line
    lines = [_quoted(dataset.title)]
    for name, value in dataset.reading.items():
        argument = f"{name}={_literal(value)}"
        if isinstance(value, list) and len(f"    {argument},") > LINE:
            cells = "".join(f"        {_quoted(text)},\n" for text in value)
            argument = f"{name}=[\n{cells}    ]"
        lines.append(argument)
    return "\n".join(["pd.read_csv(", *(f"    {argument}," for argument in lines), ")"])


def _mend(dataset: Dataset) -> str:
    """Lines that do to the cells what the app did on the way in, as far as columns are used."""
    used = {*dataset.feature_names, *dataset.target_names}
    lines = [
        line
        for what, column, details in dataset.mended
        if what not in ("numbers", "huge") or column in used
        for line in MENDINGS[what](_quoted(column), *details)
    ]
    return "".join(f"\n{line}" for line in lines)


def _literal(value: object) -> str:
    """A text, a list of texts, a number, True or None as Python."""
    if isinstance(value, list):
        return f"[{', '.join(map(_quoted, value))}]"
    return _quoted(value) if isinstance(value, str) else f"{value}"


def _listing(name: str, values: Sequence[str]) -> str:
    """`name = ["a", "b"]`, one to a line where it is too long for one."""
    texts = [_quoted(value) for value in values]
    line = f"{name} = [{', '.join(texts)}]"
    if len(line) <= LINE:
        return line
    return "\n".join([f"{name} = [", *(f"    {text}," for text in texts), "]"])


def _raw(text: str) -> str:
    """A Python string in double quotes, raw where that makes a difference."""
    return f'r"{text}"' if "\\" in text else f'"{text}"'


def _quoted(text: str) -> str:
    """A Python string in double quotes."""
    return json.dumps(text, ensure_ascii=False)
