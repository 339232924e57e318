"""Charts over the epochs: the loss, and the error at the last step, which compares the modes.

The modes' losses average different steps, so each has its own baseline (gray, dotted) and its own
best possible loss (green, dashed; known for some tasks, with mean squared error or cross-entropy).
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from lib import results
from lib.charts import axes, chart, sentences
from lib.charts.chart import End, Entry, Part
from lib.charts.over_time import SamplePredictions, StepValues
from lib.charts.palette import Palette
from lib.experiment import LOSSES, MODES
from lib.results import ACCURACY, ERROR, BestMode, RunAt, Snapshot, Status
from lib.text import apart, capital, counted, difference, joined, readable, short

Levels = Sequence[tuple[str, Mapping[str, float], str]]
"""Baselines and best possible errors: label, values by mode (or one for "both"), and color."""
# The steps in a mode's loss.
COUNTS = {m: "every\u00a0step" if c.every_step else "last\u00a0step" for m, c in MODES.items()}


class Curve(NamedTuple):
    """A loss or error of one mode over the epochs."""

    epochs: np.ndarray  # (P,) int, increasing
    values: np.ndarray  # the median over the seeds, (P,)
    seeds: list[tuple[np.ndarray, np.ndarray]]  # epochs and values by seed; empty for one seed


Curves = dict[str, Curve]  # by mode


class Losses:
    """The card of a run's losses by mode, with baseline and best possible loss."""

    title = "Loss over epochs"
    picks: tuple[str, ...] = ()

    def __init__(self, run: RunAt) -> None:
        dataset, snapshot, self.run = run.dataset, run.snapshot, run
        self.losses = curves_of(snapshot, "loss_epochs", "loss")
        checks = curves_of(snapshot, "checked_epochs", "validation_loss")
        self.validation = {mode: curve for mode, curve in checks.items() if len(curve.values)}
        self.baseline = results.baseline_loss(run.experiment, dataset)  # by mode
        self.counted = f"{dataset.shape[1]} steps"  # in sequence mode's loss of a sample
        if dataset.mask is not None and run.experiment.model.masking == "on":
            self.counted = "real steps"
        self.best, self.floor = results.best_loss(run.experiment, dataset)

    def figure(self, palette: Palette) -> chart.Chart:
        """Draw training and validation loss by epoch, with baseline and best possible loss."""
        dataset = self.run.dataset
        levels = [(dataset.baseline_label, self.baseline, "baseline")]
        if self.floor:
            levels.append((self.floor.label, self.best, "best"))
        look: Part = {"title": "loss", "height": 340, "name": f"loss {dataset.name}"}
        return epochs_figure(self.run, self.losses, self.validation, levels, palette, **look)

    def takeaway(self) -> str:
        """Return whether losses exploded or a model overfits, or how to compare the losses."""
        run, modes = self.run, list(self.losses)
        worst = {mode: max(run.snapshot.by_seed(mode, "final_loss")) for mode in modes}
        if any(worst[mode] > 1000 * self.baseline[mode] for mode in modes):
            mode = max(worst, key=worst.__getitem__)
            return f"{capital(MODES[mode].name)}'s training loss exploded to {short(worst[mode])}."
        if run.snapshot.status is Status.DIVERGED:
            return f"Training loss became infinite or NaN in epoch {run.snapshot.epoch + 1:,}."
        if overfits := [m for m in modes if results.overfits_in_seeds(run, m, self.baseline[m])]:
            who = capital(joined([MODES[mode].kind for mode in overfits]))
            verb = "overfits" if len(overfits) == 1 else "overfit"
            keeps = all(seed[mode].kept_epoch for seed in run.snapshot.seeds for mode in overfits)
            rest = ", so the best epoch was kept" if keeps else " and is well above training loss"
            return f"{who} mode {verb}: validation loss rose{rest}."
        if "sequence" in modes and len(modes) > 1:
            average = f"blue averages {self.counted}"
            return f"Don't compare blue with others: {average}, others count only the last."
        baseline = self.baseline[modes[0]]
        if not len(self.losses[modes[0]].values):
            return f"Not trained yet. The baseline's loss is {readable(baseline)}."
        loss, other = apart(run.snapshot.middle.results[modes[0]].final_loss, baseline)
        return f"Training loss is {loss}; the baseline's is {other}."

    def sentence(self) -> str:
        """Return all losses with the steps that each loss averages, and the levels to compare."""
        run, snapshot = self.run, self.run.snapshot
        counts = {True: f"the mean over {self.counted}", False: "for the last step only"}
        kept = (
            sentences.kept_sentence(snapshot) or f"Losses after {counted(snapshot.epoch, 'epoch')}."
        )
        parts = [kept if snapshot.epoch else "Not trained yet."]
        median = "median " if snapshot.others else ""
        for mode, result in snapshot.middle.results.items():
            unknown = "not known until the first epoch ends"
            loss = readable(result.final_loss) if len(result.loss) else unknown
            who = f"{capital(MODES[mode].model)}, {counts[MODES[mode].every_step]}"
            text = f"{who}: {median}training loss {loss}"
            if mode in self.validation:
                text += f", {median}validation loss {readable(result.final_validation_loss)}"
            parts.append(f"{text}.")
        loss = LOSSES[run.experiment.training.loss].label.lower().partition(",")[0]
        if run.experiment.has_labels and run.experiment.training.weights != "none":
            parts.append("Weights change training loss and levels, but not validation loss.")
        baseline = f"{capital(run.dataset.baseline_label)} on training samples"
        parts.append(f"{baseline}: {loss} {_by_mode(self.baseline)}.")
        if self.floor:
            parts.append(f"{capital(self.floor.label)}: {_by_mode(self.best)}.")
            parts.append(self.floor.why if max(self.best.values()) > 0 else "")
        return " ".join(filter(None, parts))


class LastStepValues:
    """The card of mean squared errors or accuracies at the last step, which compare both modes."""

    title = "Error at the last step"
    picks: tuple[str, ...] = ()
    measure = ERROR

    def __init__(self, run: RunAt) -> None:
        self.run, snapshot, measure, scale = run, run.snapshot, self.measure, self.measure.scale
        self.curves = curves_of(snapshot, "checked_epochs", measure.curve, scale)
        known = [mode for mode, curve in self.curves.items() if len(curve.values)]
        values = {mode: snapshot.by_seed(mode, measure.field) for mode in known}
        self.medians = {mode: scale * float(np.median(each)) for mode, each in values.items()}
        self.baseline = scale * results.baseline_at_end(run.dataset)
        self.levels = [(run.dataset.baseline_label, {"both": self.baseline}, "baseline")]
        if (best := run.dataset.best_accuracy) is not None:
            self.levels.append(("best possible", {"both": scale * float(best[-1])}, "best"))
        elif floor := results.best_possible(run.experiment, run.dataset):
            self.levels.append((floor.label, {"both": scale * float(floor.mse[-1])}, "best"))
        # The comparison of the modes; None for one mode or after divergence.
        self.best: BestMode | None = None
        if len(values) > 1 and np.isfinite([*values.values()]).all():
            self.best = results.best_mode(measure, values)

    def figure(self, palette: Palette) -> chart.Chart:
        """Draw errors by epoch, with the baseline and the best possible error of both modes."""
        dataset = self.run.dataset  # scaled targets have no unit
        look: Part = {"height": 260, "name": f"compare {dataset.name}"}
        unit = "scaled" if dataset.is_scaled else self.measure.unit
        look["title"] = chart.with_unit(self.measure.short_name, unit)
        if self.measure is ACCURACY:
            look["axis"] = axes.share_axis
        return epochs_figure(self.run, self.curves, {}, self.levels, palette, **look)

    def takeaway(self) -> str:
        """Return which mode's error is smaller if one beats the baseline, else their errors."""
        dataset, medians, baseline = self.run.dataset, self.medians, self.baseline
        name = f"{'median ' if self.run.snapshot.others else ''}{self.measure.name}"
        if why := sentences.no_verdict(dataset, self.run.snapshot.epoch):
            return why
        if not medians or not all(map(math.isfinite, medians.values())):
            return f"Nothing to compare: an {self.measure.name} is infinite or NaN."
        best, *others = sorted(medians.values(), reverse=self.measure.best is max)
        modes_compete = len(medians) > 1 and self.measure.best(best, baseline) != baseline
        other = others[0] if modes_compete else baseline
        samples, scale = results.independent_samples(dataset), self.measure.scale
        if not self.measure.decided(best / scale, other / scale, samples):
            accuracy = best / scale if self.measure is ACCURACY else None
            return sentences.too_few(samples, accuracy=accuracy)
        if self.best and modes_compete:
            return self.winner(self.best, best, other)
        value, level = apart(best, baseline, unit=self.measure.unit)
        if len(medians) > 1:
            phrase = f"{dataset.baseline_phrase} at the last step"
            return f"No mode beats {phrase}: {name} {value} against {level}."
        baseline_name = capital(dataset.baseline_phrase)
        return f"{capital(name)} at the last step: {value}. {baseline_name}: {level}."

    def sentence(self) -> str:
        """Return the errors of models and baseline, the best possible error, and the test."""
        dataset, snapshot, unit = self.run.dataset, self.run.snapshot, self.measure.unit
        texts = apart(*self.medians.values(), unit=unit)
        errors = [f"{MODES[m].model} {text}" for m, text in zip(self.medians, texts, strict=True)]
        errors += [f"{label} {readable(each['both'], unit=unit)}" for label, each, _ in self.levels]
        median = "median " if snapshot.others else ""
        which = "validation" if dataset.has_validation else "training"
        measure = f"{self.measure.full_name}{' (scaled)' if dataset.is_scaled else ''}"
        parts = [f"{median}{measure} at the last step on the {which} samples: {', '.join(errors)}."]
        pairs = self.best.pairs if snapshot.others and self.best and snapshot.epoch else {}
        for (first, second), verdict in pairs.items():
            names = MODES[first].name, MODES[second].name
            parts.append(sentences.pair_sentence(verdict, *names, self.measure))
        parts += ["The p-values have Holm's correction for several tests."] * (len(pairs) > 1)
        return " ".join(map(capital, parts))

    def winner(self, found: BestMode, best: float, other: float) -> str:
        """Return which mode is best, with the evidence from the seeds."""
        verdict, better, name = found.verdict, MODES[found.mode].name, self.measure.name
        values = " against ".join(apart(best, other, unit=self.measure.unit))
        if verdict.seeds == 1:
            result = f"{better} has the {self.measure.superlative} {name}, {values}"
            return f"One seed decides nothing. Here, {result}."
        if not verdict.is_clear:
            return f"Too close to tell with {verdict.seeds} seeds."
        how = difference(best, other) if self.measure is ERROR else values
        wins = f"best in {verdict.wins} of {verdict.seeds} seeds"
        return f"{capital(better)} is {wins}: median {name} {how}."


EXPLORE_CARDS: dict[str, type[SamplePredictions | Losses | StepValues | LastStepValues]] = {
    "predictions": SamplePredictions,
    "loss": Losses,
    "step_error": StepValues,
    "compare": LastStepValues,
}
"""The cards of Explore by name, in their order on the page. `picks` names a card's arguments after
`run`."""


def _by_mode(values: Mapping[str, float]) -> str:
    """Return one value if all modes have the same value, else each value with its steps."""
    first, *others = dict.fromkeys(readable(value) for value in values.values())
    return f"{first} over all steps, {others[0]} at the last" if others else first


def curves_of(snapshot: Snapshot, epochs: str, values: str, scale: float = 1) -> Curves:
    """Return a curve by mode from two fields of `ModeResult`: its epochs and scaled values."""
    curves = {}
    for mode, result in snapshot.middle.results.items():
        seeds = [seed[mode] for seed in snapshot.seeds] if snapshot.others else []
        shown = [scale * chart.finite(getattr(each, values)) for each in (result, *seeds)]
        median, *others = shown
        each = [*zip((getattr(seed, epochs) for seed in seeds), others, strict=True)]
        curves[mode] = Curve(getattr(result, epochs), median, each)
    return curves


def epochs_figure(
    run: RunAt,
    curves: Curves,
    checks: Curves,
    levels: Levels,
    palette: Palette,
    *,
    title: str,
    axis: Callable[..., Part] = axes.log_axis,
    **look: Any,
) -> chart.Chart:
    """Draw training `curves`, validation `checks`, and levels; a log axis's key has levels of 0."""
    x = axes.epoch_axis(max(run.snapshot.epochs, run.snapshot.epoch))
    # Levels are drawn over the curves, so that a curve at the best possible level doesn't hide it.
    data = _lines(curves, checks, palette)
    for label, values, color in levels:
        data += [chart.level(label, [v, v], color, palette, x=x["range"]) for v in values.values()]
    y = axis(title, chart.all_y(data))
    level_ends, zeros = _level_labels(levels, decades=float(np.ptp(y["range"])))
    zeros = zeros if y.get("type") == "log" else []
    ends = chart.mode_ends({mode: curve.values for mode, curve in curves.items()}) + level_ends
    parts = [Entry("line", "training", "muted"), Entry("dashdot", "validation", "muted")]
    key = (parts if checks else []) + ([chart.SEEDS] if run.snapshot.others else [])
    rows = [key, zeros] if checks else [[*key, *zeros]]
    drawn = [curve.values for curve in curves.values()]
    notes = []
    if not any(map(len, drawn)):
        behind = {"bgcolor": palette.background, "borderpad": 4}  # hides lines behind the text
        notes.append(chart.note("not trained yet", 0.5, 0.5, palette.muted) | behind)
    return chart.plotted(data, palette, x, y, rows, ends=ends, notes=notes, **look)


def _lines(curves: Curves, checks: Curves, palette: Palette) -> list[Part]:
    """Return the lines of each seed, of validation `checks`, and of training `curves` on top."""
    lines = [
        chart.seed_lines(f"{MODES[m].name}, each seed", curve.seeds, {"color": palette.mode(m)})
        for m, curve in curves.items()
        if curve.seeds
    ]
    on_checks: Part = {"width": 1.8, "dash": "dashdot"}
    for part, by_mode, style in ((", validation", checks, on_checks), ("", curves, {"width": 2.5})):
        for mode, (epochs, medians, *_) in by_mode.items():
            name, look = f"{MODES[mode].name}{part}", {"color": palette.mode(mode), **style}
            dots = 6 if len(epochs) <= 12 else 0  # makes short curves visible
            lines.append(chart.line(name, medians, look, chart.hover(), x=epochs, dots=dots))
    return lines


def _level_labels(levels: Levels, decades: float) -> tuple[list[End], list[Entry]]:
    """Return labels on an axis of `decades`; and levels of 0, which it can't show, for the key."""
    same = 10 ** (2 * decades / chart.LEAST_PLOT)  # Levels within this ratio have one label.
    ends, zeros = list[End](), list[Entry]()
    for label, values, color in levels:
        if at_zero := [mode for mode, value in values.items() if not value]:
            which = "" if len(at_zero) == len(values) else f" for {COUNTS[at_zero[0]]}"
            zeros.append(Entry("", f"{label}{which}: 0", color))
        if max(values.values()) < same * min(values.values()):
            ends.append(End(label, min(values.values()), color))
        elif len(values) > 1:
            by_steps = {COUNTS[mode]: value for mode, value in values.items()}
            ends += [End(f"{color}, {steps}", v, color) for steps, v in by_steps.items()]
    return ends, zeros
