"""The sentences of the Explore page: what is set up, how a run stands, and what its charts show."""

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from lib.charts.narrate.data import raw_targets
from lib.data import DATASETS, Dataset
from lib.experiment import CELLS, LOSSES, MODES, SETTINGS, Experiment, Setting
from lib.results import (
    ModeResult,
    RunAt,
    Snapshot,
    Status,
    best_loss,
    best_possible,
    compare_modes,
    naive_loss,
)
from lib.shapes import model_layers, readable_shape, total
from lib.text import ALMOST_0, apart, beside, capital, counted, duration, joined, readable, short

_TEXTS = beside(__file__)
Name = Callable[[Setting], str]
"""Writes what a setting is called."""
ANSWERS = {"dense": "its head", "none": "its output"}
"""What could be read of the last-step model before the last step, by the model's head."""


def setup_sentence(experiment: Experiment, dataset: Dataset) -> str:
    """Who answers when, in a line."""
    model, cell = experiment.model, CELLS[experiment.model.cell].label
    said = _TEXTS["setup"]["several" if model.layers > 1 else "one"][model.mode]
    many = ("One", "Two", "Three")[model.layers - 1]
    return str(said.format(many=many, cell=cell, steps=dataset.shape[1]))


def strip_sentence(experiment: Experiment, dataset: Dataset) -> str:
    """Every shape on the way through each model, and what the models have to learn."""
    models = model_layers(experiment.model, *dataset.shape[1:], dataset.targets)
    parts = []
    for mode, (start, *steps) in models.items():
        way = [f"{step.layer.keras} {readable_shape(step.tensors[0])}" for step in steps]
        shapes = " → ".join([readable_shape(start.tensors[0]), *way])
        parts.append(_TEXTS["way"][mode].format(way=shapes))
    count = total(next(iter(models.values())))
    each = " each, whatever the number of timesteps" if len(models) > 1 else ""
    return " ".join([*parts, f"{counted(count, 'parameter')}{each}."])


def answers_of_seeds(run: RunAt, sample: int, target: int) -> dict[str, np.ndarray]:
    """What each of R seeds says of a shown sample, by mode, (R, T), in the raw unit."""
    snapshot, answers = run.snapshot, {}
    for mode in snapshot.results:
        said = snapshot.by_seed(mode, "predictions")[:, sample]
        raw = run.dataset.raw(said, int(snapshot.samples[sample]))
        answers[mode] = raw[..., target].astype(np.float64)
    return answers


def predictions_sentence(run: RunAt, sample: int, target: int, *, earlier: bool = False) -> str:
    """What each model says of one shown sample, and how far off that is, in the raw unit.

    With `earlier` also what the last-step model would have said where it was never asked.
    `sample` is which of the shown samples, 0 to S-1; `target` is which column, 0 to K-1.
    """
    dataset, snapshot = run.dataset, run.snapshot
    index = int(snapshot.samples[sample])
    unit = f" {dataset.target_unit}" if dataset.target_unit else ""
    truth = raw_targets(dataset, index)[:, target]
    each = answers_of_seeds(run, sample, target)
    said = {mode: np.median(values, axis=0) for mode, values in each.items()}
    errors = {m: np.median(np.abs(values - truth), axis=0) for m, values in each.items()}
    aim, *told = apart(truth[-1], *(v[-1] for v in said.values()), nothing=ALMOST_0)
    last = f"step {len(truth)}"
    if dataset.has_named_steps:
        last = f"the last step ({dataset.timestep_names[-1]})"
    name, label = capital(dataset.sample_name(index)), dataset.target_labels[target]
    parts = [f"{name}: at {last} the target ({label}) is {aim}{unit}."]
    answers = [
        f"the {MODES[mode].model} says {value}, off by {readable(errors[mode][-1], 2)}"
        for mode, value in zip(said, told, strict=True)
    ]
    if answers:
        parts.append(_sentence(answers))
    more = _TEXTS["answers"]
    if "sequence" in errors:
        off = readable(errors["sequence"].mean())
        parts.append(more["sequence"].format(steps=len(truth), off=off))
    if "last" in errors and earlier:
        answer, off = ANSWERS[run.experiment.model.head], readable(errors["last"][:-1].mean())
        parts.append(more["earlier"].format(answer=answer, off=off))
    if snapshot.others:
        parts.append(more["seeds"].format(seeds=len(snapshot.seeds)))
    return " ".join(parts)


def loss_sentence(run: RunAt) -> str:
    """Each model's own training loss, why two such losses can't be compared, and what is good."""
    experiment, dataset, snapshot = run.experiment, run.dataset, run.snapshot
    steps, results = dataset.shape[1], snapshot.middle.results.items()
    said = {mode: f"is {readable(r.final_loss)}" for mode, r in results if len(r.loss)}
    first, epochs = kept_sentence(snapshot), counted(snapshot.epoch, "epoch")
    after = "By then " if snapshot.keeps_best else f"After {epochs} "
    if not said:
        said = dict(zip(experiment.model.modes, ("is known", "too"), strict=False))
        first, after = "Not trained yet.", "After the first epoch "
    counts = {"sequence": f"the mean over {steps} steps", "last": "over the last step alone"}
    clauses = [
        f"the {MODES[mode].model}'s {named}{value}, {counts[mode]}"
        for named, (mode, value) in zip(("training loss ", ""), said.items(), strict=False)
    ]
    parts = [first, _sentence(clauses, after)]
    if len(experiment.model.modes) > 1:
        counted_by = f"one counts {steps} steps, the other counts 1"
        parts.append(f"The two losses can't be compared: {counted_by}.")
    checked = [
        f"the {MODES[mode].model}'s is {readable(result.final_validation_loss)}"
        for mode, result in results
        if len(result.validation_loss)
    ]
    if checked:
        parts.append(_sentence(checked, "On the validation samples "))
    loss = LOSSES[experiment.training.loss].label.lower()
    guess = _by_mode(naive_loss(experiment, dataset), readable)
    parts.append(f"{capital(dataset.naive_label)} has a {loss} of {guess}.")
    losses, best = best_loss(experiment, dataset)
    if best:
        parts.append(f"{capital(best.label)}: {_by_mode(losses, _floor)}.")
        if max(losses.values()) > 0:
            parts.append(best.why)
    return " ".join(part for part in parts if part)


def compare_sentence(run: RunAt) -> str:
    """The number that compares the modes: last-step error on the same samples for both."""
    dataset, snapshot = run.dataset, run.snapshot
    which = "validation" if dataset.has_validation else "training"
    known = {
        MODES[mode].model: result.final_mse
        for mode, result in snapshot.middle.results.items()
        if len(result.last_step_mse)
    }
    errors = [" ".join(pair) for pair in zip(known, apart(*known.values()), strict=True)]
    levels = [f"{dataset.naive_label} {readable(dataset.naive_mse[-1])}"]
    if best := best_possible(run.experiment, dataset):
        levels.append(f"{best.label} {_floor(best.mse[-1])}")
    scaled = " (scaled)" if dataset.is_scaled else ""
    none = "" if dataset.has_validation else " None are kept for validation."
    where = f"at step {dataset.shape[1]} on the {which} samples"
    each = f" {seeds_sentence(run)}" if snapshot.others else ""
    kind = "Median of the mean squared errors" if each else "Mean squared error"
    return f"{kind}{scaled} {where}: {', '.join(errors + levels)}.{none}{each}"


def seeds_sentence(run: RunAt) -> str:
    """Of several seeds: which, how far apart their errors lie, and by what a winner is told."""
    said, first, snapshot = _TEXTS["seeds"], run.experiment.seed, run.snapshot
    errors = {mode: snapshot.by_seed(mode) for mode in snapshot.results}
    ranges = [
        said["range"].format(model=MODES[mode].model, range=seeds_range(snapshot, mode))
        for mode in errors
    ]
    seeds = {"first": first, "last": first + len(snapshot.seeds) - 1}
    parts = [said["errors"].format(ranges=", ".join(ranges), **seeds)]
    if len(errors) > 1:
        found = compare_modes(errors["sequence"], errors["last"])
        better = MODES[("sequence", "last")[found.better]].model
        if found.is_equal:
            return " ".join([*parts, said["equal"].format(seeds=found.seeds)])
        chance = f"{found.p_value:.0%}" if found.p_value >= 0.01 else "less than 1%"
        parts.append(said["test"].format(better=better, found=found, chance=chance))
        parts += [said["split"]] * (found.seeds > 1 and not found.agrees)
    return " ".join(parts)


def seeds_range(snapshot: Snapshot, mode: str) -> str:
    """From the least to the greatest error at the last step: "0.010 to 0.015"; "" of one seed."""
    errors = snapshot.by_seed(mode)
    return "" if len(errors) == 1 else " to ".join(apart(errors.min(), errors.max()))


def typical_error(dataset: Dataset, result: ModeResult) -> str:
    """The root of the last-step error in the raw unit, "≈ 2.6 °C off"; "" where y has that unit."""
    scale = dataset.raw_scale
    if not dataset.is_scaled or scale is None or not len(result.last_step_mse):
        return ""
    error = short(scale * math.sqrt(result.final_mse)).removeprefix("≈ ")
    return f"≈ {error}{off_unit(dataset)} off"


def off_unit(dataset: Dataset) -> str:
    """The unit of how far off a value is, after a space: 3% is 1 point off from 4%, not 1%."""
    return {"": "", "%": " points"}.get(dataset.target_unit, f" {dataset.target_unit}")


def step_error_sentence(run: RunAt, *, earlier: bool = False) -> str:
    """Typical error at the first and the last step, beside that of the guess or baseline."""
    dataset = run.dataset
    steps, scale = dataset.shape[1], dataset.raw_scale
    unit = off_unit(dataset) if scale is not None else ""
    kind = "RMSE" if scale is not None else "RMSE of the scaled targets"

    def ends(mse: np.ndarray) -> list[str]:
        """Of an error (T,): its root at step 1 and at step T."""
        root = (1.0 if scale is None else scale) * np.sqrt(np.asarray(mse, np.float64))
        return apart(root[0], root[-1], unit=unit)

    words = {"kind": kind, "steps": steps, "answer": ANSWERS[run.experiment.model.head]}
    words["guess"] = capital(dataset.naive_label)
    mses = {mode: result.step_mse for mode, result in run.snapshot.middle.results.items()}
    if earlier and "last" in mses:
        mses["earlier"] = mses["last"]
    parts = []
    for about, mse in {**mses, "naive": dataset.naive_mse}.items():
        first, last = ends(mse)
        parts.append(_TEXTS["step_error"][about].format(first=first, last=last, **words))
    return " ".join(parts)


def progress_sentence(snapshot: Snapshot) -> str:
    """Where a run stands: "epoch 140 of 2,000 · 131 epochs/s · about 15 s left"."""
    if snapshot.status is Status.FINISHED and snapshot.epoch < snapshot.epochs:
        return f"stopped early after {snapshot.epoch:,} of {snapshot.epochs:,} epochs"
    parts = [f"epoch {snapshot.epoch:,} of {snapshot.epochs:,}"]
    if snapshot.status is Status.RUNNING and snapshot.epochs_per_second > 0:
        speed = snapshot.epochs_per_second
        parts.append(f"{speed:,.0f} epochs/s" if speed >= 9.95 else f"{speed:.1f} epochs/s")
        if snapshot.seconds_left is not None:
            parts.append(f"{duration(snapshot.seconds_left)} left")
    return " · ".join(parts)


def kept_sentence(snapshot: Snapshot) -> str:
    """Which epoch's weights each mode has back, of those that have; "" where none has."""
    said, results = _TEXTS["kept"], snapshot.results
    if snapshot.others and snapshot.keeps_best:
        return str(said["seeds"])
    kept = {m: r.kept_epoch for m, r in results.items() if r.kept_epoch is not None}
    if not kept:
        return ""
    which = "one" if len(results) == 1 else "first"
    if len(kept) > 1:
        which = "same" if len(set(kept.values())) == 1 else "each"
    return str(said[which].format(*kept.values(), mode=capital(MODES[next(iter(kept))].name)))


def name_of(setting: Setting) -> str:
    """What a setting is called in a sentence."""
    return "data" if setting.key == "data" else setting.name.replace("_", " ")


def changed_settings(before: Experiment, after: Experiment, name: Name = name_of) -> str:
    """What differs: "timesteps 12 → 15, cell LSTM → GRU and 2 more"; "" if nothing."""
    changed = [
        f"{name(s)} {value_of(s, before)} → {value_of(s, after)}" for s in _differing(before, after)
    ]
    return ", ".join(changed[:2]) + (f" and {len(changed) - 2} more" if len(changed) > 2 else "")


def own_settings(shown: Experiment, chosen: Experiment, name: Name = name_of) -> str:
    """What of the settings that are shown isn't chosen now: "T = 40 and 2 more"; "" if nothing."""
    own = _differing(shown, chosen)
    if not own or own[0].key == "data":
        return value_of(own[0], shown) if own else ""
    first, more = own[0], f" and {len(own) - 1} more" if len(own) > 1 else ""
    called = first.key if len(first.key) == 1 else name(first)
    return f"{called} = {value_of(first, shown)}{more}"


def _differing(one: Experiment, other: Experiment) -> list[Setting]:
    """The settings in which they differ; other data alone, since the rest goes with them."""
    differing = [s for s in SETTINGS.values() if one.get(s.key) != other.get(s.key)]
    return [s for s in differing if s.key == "data"] or differing


def value_of(setting: Setting, experiment: Experiment) -> str:
    """What a setting is, as people read it."""
    value = experiment.get(setting.key)
    if setting.key == "data":
        return DATASETS[value].title
    if setting.options:
        return setting.options[value].label
    return joined(value) or "the usual" if isinstance(value, tuple) else f"{value}"


def _by_mode(values: Mapping[str, float], write: Callable[[float], str]) -> str:
    """One value, or two with what they count; one again where both read the same."""
    texts = {mode: write(value) for mode, value in values.items()}
    if len(set(texts.values())) == 1:
        return next(iter(texts.values()))
    return f"{texts['sequence']} over every step and {texts['last']} at the last"


def _floor(value: float) -> str:
    """A best possible error: of a great one the decimals matter, since training ends there."""
    return f"{value:,.2f}" if value >= 1000 else readable(value)


def _sentence(clauses: Sequence[str], start: str = "") -> str:
    return capital(start + "; ".join(clauses)) + "."
