"""The registry `DATASETS`, and `make_dataset`, which returns the dataset of an experiment."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from lib.data.dataset import Dataset
from lib.data.datasets.bundled import TABLES, make_sequences
from lib.data.datasets.label_tasks import LABEL_TASKS, make_label_task
from lib.data.datasets.synthetic import TASKS, make_task, make_worked
from lib.data.tables.table import (
    MAX_COLUMNS,
    Table,
    WindowError,
    count_classes,
    default_columns,
    feature_names,
    retyped,
)
from lib.experiment import (
    LIMITS,
    MAX_VALUES,
    SETTINGS,
    Choice,
    DataSettings,
    Experiment,
    ExperimentError,
    losses_for,
)
from lib.text import beside

_OF_TABLES = {"horizon", "inputs", "targets", "ahead", "form", "stride", "rate"}
_OF_TABLES |= {"train", "test", "gap"}
SPEC_GROUPS = {
    "Idea": "Ideas",
    "Task": "Tasks",
    "Series": "Real series",
    "Label": "Labels",
    "File": "Your own",
}
"""Groups of datasets in order: the word before a title in a list → the group's heading."""


@dataclass(frozen=True, slots=True)
class DatasetSpec:
    """A dataset to choose from. Settings are named by their URL keys, as in `SETTINGS`."""

    name: str  # its key in `DATASETS`, and the value of `data` in the URL
    table: Callable[[], Table] | None  # loads the table of a bundled series
    uses: frozenset[str]  # the optional data settings that apply; T and F always apply
    group: str  # a key of `SPEC_GROUPS`
    title: str
    shows: str  # what the dataset demonstrates, in at most 12 words
    about: str  # one sentence: what is predicted, and from which inputs
    best_why: str = ""  # explains the lowest possible error; "" for the usual sentence
    fixed: Mapping[str, Any] = field(default_factory=dict)  # settings with one possible value
    allowed: Mapping[str, list[str]] = field(default_factory=dict)  # choices, the usual one first
    why: Mapping[str, str] = field(default_factory=dict)  # why a setting can't be changed
    at_least: Mapping[str, float] = field(default_factory=dict)  # minimums above the usual ones
    at_most: Mapping[str, float] = field(default_factory=dict)  # maximums below the usual ones
    suggested: Mapping[str, Any] = field(default_factory=dict)  # initial settings
    targets: int = 1  # K, the number of target columns; 0 if it depends on a table's columns
    classes: tuple[str, ...] = ()  # the classes of a task for labels, in order

    @property
    def without_effect(self) -> frozenset[str]:
        """The settings that no choice of other settings gives an effect: links leave them out."""
        of_labels = {"head", "ahead", "form"} if self.group == "Label" else set[str]()
        return (OPTIONAL - self.uses) | self.why.keys() | of_labels


def _spec(name: str, row: dict[str, Any]) -> DatasetSpec:
    """Return the spec for a row of specs.toml; add what all tasks or all tables have in common."""
    uses = {*row.pop("uses", ())}
    row["classes"] = tuple(row.get("classes", ()))
    if task := TASKS.get(name) or LABEL_TASKS.get(name):
        uses |= {"N", *task.options}
        row["at_most"] = {"T": 100}
    elif name in (*TABLES, "upload"):
        uses |= _OF_TABLES
        row["why"] = {"F": "The input columns determine F.", **row.get("why", {})}
        row["targets"] = 0
    return DatasetSpec(name, TABLES.get(name), frozenset(uses), **row)


DATASETS = {name: _spec(name, row) for name, row in beside(__file__, "specs").items()}
"""Every dataset by name (the value of `data` in the URL), in the order of menus."""
FIRST = next(iter(DATASETS))  # the app's initial dataset, on which the two modes differ most

OPTIONAL = frozenset({"N", "noise", "lag", "padding"}) | DATASETS["upload"].uses
"""Data settings that not all datasets use."""


def find_spec(experiment: Experiment) -> DatasetSpec:
    """Return the spec of an experiment's dataset. Raises ExperimentError for an unknown name."""
    name = experiment.data.name
    if name not in DATASETS:
        raise ExperimentError(f"data must be one of {list(DATASETS)}, got {name!r}")
    return DATASETS[name]


@lru_cache(maxsize=64)
def suggested(name: str) -> Experiment:
    """Return the initial experiment for the dataset `name`, a key of `DATASETS`."""
    return settle(Experiment().set(data=name, seeds=0, **DATASETS[name].suggested))


def settle(experiment: Experiment, table: Table | None = None) -> Experiment:
    """Return the experiment with all settings fixed or clamped to what its dataset allows.

    An unused setting gets its default. Raises ExperimentError for an unknown dataset.
    """
    spec = find_spec(experiment)
    values: dict[str, Any] = {key: SETTINGS[key].default for key in OPTIONAL - spec.uses}
    values |= spec.fixed
    for key, allowed in spec.allowed.items():
        values[key] = experiment.get(key) if experiment.get(key) in allowed else allowed[0]
    values |= {key: min(experiment.get(key), most) for key, most in spec.at_most.items()}
    for key, least in spec.at_least.items():
        values[key] = max(values.get(key, experiment.get(key)), least)
    settled = experiment.set(**values)
    table, width = table_of(settled, table), spec.targets
    if table and not width:
        features, width = _widths(settled.data, table)
        settled = settled.set(F=features)
    data, step = settled.data, int(LIMITS["N"].step)
    most = MAX_VALUES // (data.timesteps * data.features) // step * step
    values = {"N": min(data.samples, most), "lag": min(data.lag, data.timesteps - 1)}
    settled = settled.set(**values, test=min(data.test, 95 - data.train))
    if spec.targets or table:  # without a table, targets aren't known
        count = len(spec.classes)
        if table and not spec.targets:
            count = count_classes(table, _columns(data, table)[1])
        losses = losses_for(count)
        if settled.training.loss not in losses:
            settled = settled.set(loss=losses[0])
    if "sequence" not in settled.model.modes and settled.training.weights == "steps":
        settled = settled.set(weights="none")  # every label is at the last step
    reset = locked(settled).keys() - spec.why.keys() - {"U"}
    settled = settled.set(**{key: SETTINGS[key].default for key in reset})
    if settled.model.head == "none" and width:
        settled = settled.set(U=min(width, int(LIMITS["U"].maximum)))
    return settled


def table_of(experiment: Experiment, own: Table | None) -> Table | None:
    """Return the bundled or `own` table, as `retyped` returns it, or unchanged if that fails."""
    spec, types = find_spec(experiment), experiment.data.types
    table = spec.table() if spec.table else own
    with suppress(WindowError):  # `make_dataset` raises this error later
        return retyped(table, types) if table and types else table
    return table


def _widths(data: DataSettings, table: Table) -> tuple[int, int]:
    """Return a table's F and K."""
    inputs, targets = _columns(data, table)
    features = len(inputs)
    with suppress(WindowError):
        features = len(feature_names(table, inputs))
    ahead = max(1, data.horizon) if data.ahead == "each" else 1
    return min(features, MAX_COLUMNS), len(targets) * ahead


def _columns(data: DataSettings, table: Table) -> tuple[tuple[str, ...], tuple[str, ...]]:
    inputs, targets = default_columns(table, data.targets, data.horizon)
    return data.inputs or inputs, data.targets or targets


def locked(experiment: Experiment) -> dict[str, str]:
    """Return the settings that can't be changed: key → why; "" for a setting without effect."""
    spec = find_spec(experiment)
    why = {**dict.fromkeys(OPTIONAL - spec.uses, ""), **spec.why}
    if spec.fixed.get("head", experiment.model.head) == "none":
        why.setdefault("U", "Without a head: one unit per target.")
    if experiment.has_labels:
        usual = {"head": "Dense turns units into one output per class."}
        usual |= {"ahead": "One label for each timestep.", "form": "Classes have no differences."}
        why = usual | why
    else:
        why |= {"output": "", "weights": ""}
    if experiment.data.padding == "none":
        why["mask"] = ""
    if experiment.training.keep != "stop":
        why["patience"] = ""
    return why


def options_of(key: str, settled: Experiment) -> dict[str, Choice]:
    """Return the options of a setting that the data allow; {} for a setting without options."""
    options = SETTINGS[key].options or {}
    names = [*find_spec(settled).allowed.get(key, options)]
    if key == "loss":
        names = [n for n in names if options[n].activation == settled.training.activation]
    if key == "weights" and "sequence" not in settled.model.modes:  # one label per sample
        names.remove("steps")
    return {name: options[name] for name in names}


def example_of_upload(experiment: Experiment) -> Experiment:
    """Return the experiment to show before a file is uploaded: with Seattle's columns."""
    return settle(experiment.set(data="seattle", inputs=(), targets=()))


def make_dataset(experiment: Experiment, table: Table | None = None) -> Dataset:
    """Settle an experiment and return its dataset; `table` is the uploaded table, if any."""
    return make_settled_dataset(settle(experiment, table), table)


def make_settled_dataset(settled: Experiment, table: Table | None = None) -> Dataset:
    """Return the dataset of an experiment that `settle` returned."""
    settled.validate()
    spec = find_spec(settled)
    texts = {"title": spec.title, "about": spec.about, "best_why": spec.best_why}
    if spec.name in TASKS:
        return make_task(settled, **texts)
    if spec.classes:
        make = make_label_task if spec.name in LABEL_TASKS else make_sequences
        return make(settled, classes=spec.classes, **texts)
    if "horizon" not in spec.uses:
        return make_worked(spec.name, **texts)
    from lib.data.tables.windows import make_windows  # noqa: PLC0415  imports pandas

    table = spec.table() if spec.table else table
    if table is None:
        raise ExperimentError("your own data need a table, but there is none. Upload a file first.")
    if settled.data.types:
        table = retyped(table, settled.data.types)
    return make_windows(table, *_columns(settled.data, table), settled.data, seed=settled.seed)
