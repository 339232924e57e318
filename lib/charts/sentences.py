"""Sentences about a run that several charts or pages share: settings, progress, comparisons."""

import math
from collections.abc import Callable, Sequence

from lib import results
from lib.data import DATASETS, Dataset
from lib.experiment import CELLS, MODES, SETTINGS, Experiment, ModelSettings, Setting
from lib.results import ACCURACY, ERROR, Measure, ModeResult, Snapshot, Status, Verdict
from lib.text import all_of, apart, capital, difference, duration, joined, number, readable, short

Words = tuple[str, str]
"""The words beside a picture: a takeaway of at most 15 words, and the details."""
CONSTANT = "The target is constant: there is nothing to learn."
UNTRAINED = "Not trained yet: these results are from the initial weights."


# Labels of the values before the last step, by mode with one output per sample.
EARLY = {"last": "last-step model, applied early", "pooled": "pool of the steps so far"}


def early_names(model: ModelSettings) -> dict[str, str]:
    """Return labels of the values before the last step, by mode with one output per sample."""
    return {mode: EARLY[mode] for mode in model.modes if mode in EARLY}


def nth(place: int) -> str:
    """Return the ordinal of a number: "2nd", "3rd", "11th"."""
    is_teen = 10 < place % 100 < 14
    ending = {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return f"{place:,}{'th' if is_teen else ending}"


def setup_sentence(model: ModelSettings, steps: int) -> str:
    """Return which outputs the models return: "A GRU that returns only the last of 12 steps."."""
    cell = f"{model.layers}-layer {CELLS[model.cell].label}".removeprefix("1-layer ")
    if model.pooling != "none":
        ways = {"sequence": "every step", "last": "only the last"}
        *returned, _ = (ways.get(mode, "") for mode in model.modes)
        count = "three" if len(returned) > 1 else "two"
        return f"Same {cell}, {count} ways: return {', '.join(returned)}, or pool all steps."
    if model.mode == "both":
        return f"Same {cell}, two settings: return every step, or only the last."
    returns = all_of(steps) if model.mode == "sequence" else f"only the last of {steps}"
    return f"{'An' if cell.startswith('LSTM') else 'A'} {cell} that returns {returns} steps."


def name_of(setting: Setting) -> str:
    """Return a setting's name for a sentence."""
    return "data" if setting.key == "data" else setting.name.replace("_", " ")


def value_of(setting: Setting, experiment: Experiment) -> str:
    """Return a setting's value for a sentence."""
    value = experiment.get(setting.key)
    if setting.key == "data":
        return DATASETS[value].title
    if setting.options:
        return setting.options[value].label
    if isinstance(value, tuple):
        return joined(value) or "default"
    return f"{value}"


def changed_settings(before: Experiment, after: Experiment, name: Callable[[Setting], str]) -> str:
    """Return the changed settings: "timesteps 12 → 15, cell LSTM → GRU and 2 more"; or "".

    If the dataset is another one, return only this change, since it determines the rest.
    """
    differing = [s for s in SETTINGS.values() if before.get(s.key) != after.get(s.key)]
    differing = [s for s in differing if s.key == "data"] or differing
    changes = [f"{name(s)} {value_of(s, before)} → {value_of(s, after)}" for s in differing]
    more = f" and {len(changes) - 2} more" if len(changes) > 2 else ""
    return ", ".join(changes[:2]) + more


def progress_sentence(snapshot: Snapshot) -> str:
    """Return a run's progress: "epoch 140 of 2,000 · 131 epochs/s · about 15 s left"."""
    if snapshot.status is Status.FINISHED and snapshot.epoch < snapshot.epochs:
        return f"stopped early after {snapshot.epoch:,} of {snapshot.epochs:,} epochs"
    parts = [f"epoch {snapshot.epoch:,} of {snapshot.epochs:,}"]
    if snapshot.status is Status.RUNNING and snapshot.epochs_per_second > 0:
        speed = snapshot.epochs_per_second
        parts.append(f"{speed:,.0f} epochs/s" if speed >= 9.95 else f"{speed:.1f} epochs/s")
        if snapshot.seconds_left is not None and snapshot.epoch >= 5:  # the first may be slow
            parts.append(f"{duration(snapshot.seconds_left)} left")
    return " · ".join(parts)


def kept_sentence(snapshot: Snapshot) -> str:
    """Return the epochs whose weights were restored, as a sentence; "" if none were."""
    if snapshot.others and snapshot.keeps_best:
        return "Each model keeps the weights of its lowest validation loss."
    kept = [
        f"{MODES[mode].name} keeps epoch {result.kept_epoch:,}"
        for mode, result in snapshot.results.items()
        if result.kept_epoch is not None
    ]
    return f"{capital(joined(kept))}, the best on validation." if kept else ""


def off_unit(dataset: Dataset) -> str:
    """Return an error's unit, such as " °C"; " points" if targets are in %, as 3% and 4%."""
    return " points" if dataset.target_unit == "%" else dataset.spaced_unit


def off_by(dataset: Dataset, result: ModeResult) -> str:
    """Return the last-step RMSE in the raw unit, "about 2.6 °C off"; "" if y is in the raw unit."""
    scale = dataset.raw_scale
    if not dataset.is_scaled or scale is None or not len(result.last_step_mse):
        return ""
    error = short(scale * math.sqrt(result.final_mse)).removeprefix("≈ ")
    return f"about {error}{off_unit(dataset)} off"


def seeds_range(snapshot: Snapshot, mode: str, measure: Measure = ERROR) -> str:
    """Return the range over the seeds at the last step: "0.01 to 0.015"; "" if all are equal."""
    values = snapshot.by_seed(mode, measure.field)
    ends = measure.text(values.min()), measure.text(values.max())
    return "" if len(set(ends)) == 1 else " to ".join(ends)


def pair_sentence(found: Verdict, first: str, second: str, measure: Measure = ERROR) -> str:
    """Return how the errors, or the accuracies, of `first` and `second` differ by seed."""
    name, better = measure.name, measure.better
    if not found.wins:
        return f"Seed by seed, {first} and {second} have the same {name} in the median."
    one, other = (second, first) if found.better else (first, second)
    p_value = f"p = {found.p_value:.2f}" if found.p_value >= 0.01 else "p < 0.01"
    who = f"{one} has a {better} {name} than {other}"
    equal = f" and an equal {name} in {found.equal}" if found.equal else ""
    seeds = f"{found.wins} of {found.seeds} seeds{equal}"
    test = f"({p_value}, paired t-test on {measure.tested})"
    how, kind = difference(1, found.ratio), "ratio"
    if measure is ACCURACY:
        how = f"{number(100 * found.gain, 2)} points higher" if found.gain else "the same"
        kind = "difference"
    within = f"Within a seed, {one}'s {name} is {how} (median over the seeds)"
    return f"{who} in {seeds} {test}. {within}. The {kind} of the two medians can differ."


def too_few(samples: float, what: str = "too close to tell", accuracy: float | None = None) -> str:
    """Return that errors, or accuracies near `accuracy`, are too close for so few samples."""
    least = f"MSE ratios below {apart(1, results.decisive_ratio(samples))[1]}"
    if accuracy is not None:
        points = 100 * results.least_difference(accuracy, samples)
        least = f"differences below {readable(points, 2)} points"
    return f"{capital(what)} with {samples:,.0f} independent samples: {least} may be chance."


def beating(winners: Sequence[str], models: int) -> str:
    """Return which of several models beat a baseline: "both modes beat", "sequence mode beats"."""
    if len(winners) == models > 1:
        return f"{'both' if models == 2 else 'all'} modes beat"
    return f"{joined(winners) or 'no mode clearly'} beat{'' if winners[1:] else 's'}"


def no_verdict(dataset: Dataset, epoch: int) -> str:
    """Return why errors can't be compared, as a sentence; "" if they can."""
    if not dataset.baseline_mse.any() and (dataset.y == dataset.y[0, 0]).all():
        return CONSTANT
    return "" if epoch else UNTRAINED
