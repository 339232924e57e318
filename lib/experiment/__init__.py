"""The user's choices: a frozen `Experiment`, its settings and registries, and its URL form.

Letters: N samples, T timesteps, F features, U units, K target columns.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from textwrap import shorten
from typing import Any

import msgspec

from lib.text import beside, typed


class ExperimentError(ValueError):
    """Raised for a setting with a value that isn't allowed. The message states what is allowed."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of a registry: the label on the screen, Keras's name, and a description."""

    label: str
    keras: str = ""
    torch: str = ""  # PyTorch's name of a cell, or code of a mode's or a pool's output
    about: str = ""
    # Only for cells.
    blocks: int = 1  # matrices side by side in each kernel: one per gate, and one for the candidate
    biases: tuple[int, ...] = (1,)  # biases per kernel column; Keras's default is the first
    states: tuple[str, ...] = ("h",)  # "h" the hidden state, "c" a cell state
    # Only for modes; empty for "both".
    every_step: bool = False  # whether the model returns an output at every timestep
    kind: str = ""  # an adjective, as in "last-step model"
    name: str = ""  # in a chart's legend: "last-step mode"
    model: str = ""  # in a sentence: "last-step model"
    variable: str = ""  # the model's name in code: "last_step"
    color: str = ""  # the color's name in Markdown and .streamlit/config.toml
    # Only for losses of labels: the activation that turns a head's outputs into probabilities.
    activation: str = ""  # "softmax" or "sigmoid"; empty for losses of numbers

    def colored(self, words: str) -> str:
        """Return Markdown of `words` in the mode's color; unchanged for "both"."""
        return f":{self.color}[{words}]" if self.color else words


REGISTRIES = msgspec.convert(beside(__file__, "experiment"), dict[str, dict[str, Choice]])
MODES, CELLS, HEADS = REGISTRIES["modes"], REGISTRIES["cells"], REGISTRIES["heads"]
OPTIMIZERS, LOSSES = REGISTRIES["optimizers"], REGISTRIES["losses"]
POOLINGS = REGISTRIES["poolings"]
_MODE_OPTIONS = {name: mode for name, mode in MODES.items() if name != "pooled"}


def losses_for(classes: int) -> tuple[str, ...]:
    """Return the losses, keys of LOSSES, for targets with this number of classes; 0: numbers."""
    activation = {0: "", 1: "sigmoid", 2: "sigmoid"}.get(classes, "softmax")
    return tuple(name for name, loss in LOSSES.items() if loss.activation == activation)


@dataclass(frozen=True, slots=True)
class Limit:
    """The inclusive range of a number, and the step of its control."""

    minimum: float
    maximum: float
    step: float = 1

    def clamp(self, value: float) -> float:
        """Return the nearest allowed value."""
        return min(max(value, self.minimum), self.maximum)


NO_SERIES = "-"  # the value of `DataSettings.series` if all rows are one series
MAX_PARAMETERS = 400_000  # per model; three LSTM layers of 128 units on 16 features have 337,408
MAX_VALUES = 2_000_000  # numbers in `x` (N·T·F), and in `y` (N·T·K): 8 MB each as float32


def _setting(key: str, default: Any, **allowed: Any) -> Any:
    """Return a dataclass field with a URL key, and the `limit` or `options` of a `Setting`."""
    return field(default=default, metadata={"key": key, **allowed})


def _number(key: str, default: float, minimum: float, maximum: float, step: float = 1) -> Any:
    return _setting(key, default, limit=Limit(minimum, maximum, step))


@dataclass(frozen=True, slots=True)
class DataSettings:
    """The dataset. Only tasks use `samples`, `noise`, `lag`; only tables use the later fields."""

    name: str = _setting("data", "running_mean")
    timesteps: int = _number("T", 12, 2, 512)
    features: int = _number("F", 3, 1, 16)
    samples: int = _number("N", 320, 32, 4096, 32)
    noise: float = _number("noise", 0.0, 0.0, 1.0, 0.05)
    lag: int = _number("lag", 3, 1, 50)
    horizon: int = _number("horizon", 1, 0, 365)  # steps ahead: rows from a timestep to its target
    inputs: tuple[str, ...] = _setting("inputs", ())
    targets: tuple[str, ...] = _setting("targets", ())
    missing: str = _setting("missing", "fill", options=REGISTRIES["missing"])
    ahead: str = _setting("ahead", "one", options=REGISTRIES["ahead"])
    form: str = _setting("form", "value", options=REGISTRIES["forms"])
    stride: int = _number("stride", 1, 1, 1000)  # rows between the starts of two windows
    rate: int = _number("rate", 1, 1, 100)  # rows between two timesteps
    split: str = _setting("split", "time", options=REGISTRIES["splits"])
    train: int = _number("train", 75, 10, 95)  # percent of the windows (or series)
    test: int = _number("test", 0, 0, 40)  # percent; the remaining windows are for validation
    gap: int = _number("gap", 0, 0, 1000)  # rows skipped between two parts of the split
    series: str = _setting("id", "")  # the column that names the series; "": detect the column
    types: tuple[str, ...] = _setting("types", ())  # columns with another type: "store:category"
    at_gaps: str = _setting("at_gaps", "run_on", options=REGISTRIES["at_gaps"])
    padding: str = _setting("padding", "none", options=REGISTRIES["paddings"])


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """The recurrent stack and its head. Layers below the top layer always return sequences."""

    mode: str = _setting("mode", "both", options=_MODE_OPTIONS)
    units: int = _number("U", 16, 1, 128)
    cell: str = _setting("cell", "lstm", options=CELLS)
    layers: int = _number("layers", 1, 1, 3)
    head: str = _setting("head", "dense", options=HEADS)
    output: str = _setting("output", "probabilities", options=REGISTRIES["outputs"])
    masking: str = _setting("mask", "on", options=REGISTRIES["masking"])
    pooling: str = _setting("pool", "none", options=POOLINGS)

    @property
    def modes(self) -> tuple[str, ...]:
        """The trained modes: "sequence", "last", or both; with a pooling, then "pooled"."""
        modes = ("sequence", "last") if self.mode == "both" else (self.mode,)
        return modes if self.pooling == "none" else (*modes, "pooled")

    def pooling_of(self, mode: str) -> str:
        """Return the pooling of a mode's model, a key of POOLINGS; "none" for other modes."""
        return self.pooling if mode == "pooled" else "none"


@dataclass(frozen=True, slots=True)
class TrainingSettings:
    """The optimizer, the loss, and how long to train."""

    optimizer: str = _setting("optimizer", "adam", options=OPTIMIZERS)
    loss: str = _setting("loss", "mse", options=LOSSES)
    learning_rate: float = _number("lr", 0.01, 1e-5, 1.0)
    batch_size: int = _number("batch", 32, 1, 512)
    epochs: int = _number("epochs", 200, 1, 5000)
    keep: str = _setting("keep", "last", options=REGISTRIES["keeps"])
    patience: int = _number("patience", 20, 1, 1000)  # epochs; used only if `keep` is "stop"
    weights: str = _setting("weights", "none", options=REGISTRIES["weights"])

    @property
    def activation(self) -> str:
        """The activation of a label loss, "softmax" or "sigmoid"; "" for a loss of numbers."""
        return LOSSES[self.loss].activation


@dataclass(frozen=True, slots=True)
class Experiment:
    """Everything needed to repeat a run: data, model, training, and the seed for all three."""

    data: DataSettings = DataSettings()
    model: ModelSettings = ModelSettings()
    training: TrainingSettings = TrainingSettings()
    seed: int = _number("seed", 0, 0, 9999)
    seeds: int = _number("seeds", 1, 0, 16)  # number of seeds; 0: see `with_seeds`

    @property
    def each_seed(self) -> tuple["Experiment", ...]:
        """For each seed, a copy of the experiment with this seed alone."""
        return tuple(replace(self, seed=self.seed + k, seeds=1) for k in range(max(1, self.seeds)))

    @property
    def has_labels(self) -> bool:
        """Whether the loss is one of labels, so that targets are classes."""
        return bool(self.training.activation)

    @property
    def data_only(self) -> "Experiment":
        """The experiment with default model and training settings, which a dataset doesn't use."""
        return Experiment(self.data, seed=self.seed)

    def set(self, **values: Any) -> "Experiment":
        """Return a copy with changed settings, by URL key: `experiment.set(T=24, cell="gru")`.

        Raises ExperimentError for an unknown key; only `validate` checks values.
        """
        parts: dict[str, dict[str, Any]] = {}
        for key, value in values.items():
            if key not in SETTINGS:
                raise ExperimentError(f"expected one of {list(SETTINGS)}, received {key!r}")
            setting = SETTINGS[key]
            parts.setdefault(setting.part, {})[setting.name] = value
        top = parts.pop("", {})
        changed = {part: replace(getattr(self, part), **new) for part, new in parts.items()}
        return replace(self, **changed, **top)

    def get(self, key: str) -> Any:
        """Return the value of a setting by its URL key: `experiment.get("T")`."""
        setting = SETTINGS[key]
        return getattr(getattr(self, setting.part) if setting.part else self, setting.name)

    def validate(self) -> None:
        """Raise ExperimentError if the value of a setting isn't allowed."""
        for key, setting in SETTINGS.items():
            setting.check(self.get(key))


@dataclass(frozen=True, slots=True)
class Setting:
    """One field of an experiment: its URL key, its place, and its allowed values."""

    key: str
    part: str  # "data", "model" or "training"; "" for a field of Experiment itself
    name: str
    default: Any
    limit: Limit | None = None
    options: Mapping[str, Choice] | None = None

    @property
    def allowed(self) -> str:
        """The values of a number or an option, in words: "a whole number from 2 to 512"."""
        if self.limit is None:
            return f"one of {', '.join(self.options or ())}"
        kind = "whole number" if isinstance(self.default, int) else "number"
        return f"a {kind} from {typed(self.limit.minimum)} to {typed(self.limit.maximum)}"

    def check(self, value: Any) -> None:
        """Raise ExperimentError unless `value` is allowed."""
        if self.limit is not None:
            kinds = int if isinstance(self.default, int) else (int, float)
            fits = isinstance(value, kinds) and not isinstance(value, bool)
            fits = fits and self.limit.minimum <= value <= self.limit.maximum
        else:
            fits = self.options is None or (isinstance(value, str) and value in self.options)
        if not fits:
            raise ExperimentError(f"{self.name} must be {self.allowed}, got {value!r:.80}")

    def parse(self, texts: list[str]) -> Any:
        """Parse a URL's texts for this setting; clamp a number. Raises ValueError if invalid."""
        if isinstance(self.default, tuple):
            return tuple(texts)
        text = texts[-1]
        if self.limit is None:
            if self.options is None or text in self.options:
                return text
        elif math.isfinite(value := float(text)):
            return type(self.default)(self.limit.clamp(value))
        raise ValueError(text)


_PARTS = {"data": DataSettings, "model": ModelSettings, "training": TrainingSettings}
SETTINGS = {
    item.metadata["key"]: Setting(part=part, name=item.name, default=item.default, **item.metadata)
    for part, record in {**_PARTS, "": Experiment}.items()
    for item in fields(record)
    if "key" in item.metadata
}
LIMITS = {key: setting.limit for key, setting in SETTINGS.items() if setting.limit is not None}


def to_query(experiment: Experiment, base: Experiment | None = None) -> dict[str, str | list[str]]:
    """Return a URL query of the settings that differ from `base`, or from the defaults."""
    base = base or Experiment()
    return {
        key: list(value) if isinstance(value, tuple) else f"{value}"
        for key in SETTINGS
        if (value := experiment.get(key)) != base.get(key)
    }


def read_query(
    query: Mapping[str, str | list[str]], base: Experiment | None = None
) -> tuple[Experiment, list[str]]:
    """Return the experiment of a URL, and a sentence for each ignored or clamped value."""
    experiment, complaints = base or Experiment(), list[str]()
    for key, value in query.items():
        if key not in SETTINGS:
            continue
        setting = SETTINGS[key]
        texts = [value] if isinstance(value, str) else list(value)
        try:
            used = setting.parse(texts)
            is_exact = setting.limit is None or used == float(texts[-1])
        except (ValueError, IndexError, OverflowError):
            used, is_exact = experiment.get(key), False
        if not is_exact:
            received = shorten("".join(texts[-1:]), 24, placeholder="…")
            value_used = typed(used) if isinstance(used, (int, float)) else used
            complaint = f"{key}={received} in the link is not {setting.allowed}."
            complaints.append(f"{complaint} {key} = {value_used} is used.")
        experiment = experiment.set(**{key: used})
    return experiment, complaints
