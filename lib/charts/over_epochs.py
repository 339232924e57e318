"""Charts over the epochs: the loss, and the error at the last step that compares the modes.

The two modes' losses count different things, so each has its own naive level (grey, dotted) and
best possible level (green, dashed; known for mean squared error alone).
"""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

import numpy as np

from lib import results
from lib.charts import axes, chart, sentences
from lib.charts.chart import Entry, Part
from lib.charts.over_time import Answers, StepErrors
from lib.charts.palette import Palette
from lib.experiment import LOSSES, MODES
from lib.results import BOTH_MODES, RunAt, Snapshot, Status, Verdict
from lib.text import apart, capital, counted, readable, short, smaller

LEAST_PLOT = 130  # the least height of the plot on a small screen, in pixels
EXPLODED = 1000  # a training loss of so many times that of a guess has exploded
SAME = 0.02  # errors that differ by at most this share of the larger one have no winner
Level = tuple[str, Mapping[str, float], str]
"""What values are held against: a label, values maybe of each mode, and "baseline" or "best"."""
COUNTS = {"sequence": "every step", "last": "last step", "both": "both modes"}  # beside a level


class Curve(NamedTuple):
    """A figure of one mode over the epochs."""

    epochs: np.ndarray  # (P,) int, increasing
    values: np.ndarray  # the median over the seeds, (P,)
    seeds: list[tuple[np.ndarray, np.ndarray]]  # epochs and values of each; empty for one seed
    kept: int | None  # the epoch whose weights the mode has back


Curves = dict[str, Curve]  # by mode


class Losses:
    """Losses of a run by mode, with the levels that give them a meaning."""

    title = "Loss over epochs"
    longest = "Last-step mode overfits: validation loss has risen, so the best epoch was kept."
    picks: tuple[str, ...] = ()

    def __init__(self, run: RunAt) -> None:
        dataset, snapshot, self.run = run.dataset, run.snapshot, run
        self.losses = _curves(snapshot, "loss_epochs", "loss")
        checks = _curves(snapshot, "checked_epochs", "validation_loss")
        self.validation = {mode: curve for mode, curve in checks.items() if len(curve.values)}
        self.guess = results.naive_loss(run.experiment, dataset)  # by mode
        # The least that the models can expect, by mode; empty where nobody knows it.
        self.best, self.floor = results.best_loss(run.experiment, dataset)

    def figure(self, palette: Palette) -> chart.Chart:
        """Draw training and validation loss by epoch, with their levels."""
        dataset = self.run.dataset
        levels: list[Level] = [(dataset.naive_label, self.guess, "baseline")]
        if self.floor:
            levels.append((self.floor.label, self.best, "best"))
        look: Part = {"title": "loss", "height": 340, "name": f"loss {dataset.name}"}
        return _figure(self.run, self.losses, self.validation, levels, palette, **look)

    def takeaway(self) -> str:
        """Say if losses exploded or a model overfits, else why two losses can't be compared."""
        run, modes = self.run, list(self.losses)
        is_over, epoch = run.snapshot.status is Status.DIVERGED, f"{run.snapshot.epoch + 1:,}"
        worst = {mode: max(run.snapshot.by_seed(mode, "final_loss")) for mode in modes}
        if any(worst[mode] > EXPLODED * self.guess[mode] for mode in modes):
            rest = f", then to no number in epoch {epoch}" if is_over else ""
            mode = max(worst, key=worst.__getitem__)
            who = f"{capital(MODES[mode].name)}'s loss"
            return f"{who} has exploded: up to {short(worst[mode])}{rest}."
        if is_over:
            return f"Training loss stopped being a number in epoch {epoch}."
        if overfits := [m for m in modes if results.overfits_in_seeds(run, m, self.guess[m])]:
            who = capital(f"{MODES[overfits[0]].name} overfits")
            if len(overfits) > 1:
                who = "Both modes overfit"
            kept = all(seed[mode].kept_epoch for seed in run.snapshot.seeds for mode in overfits)
            rest = "so the best epoch was kept" if kept else "well above training loss"
            return f"{who}: validation loss has risen, {rest}."
        if len(modes) > 1:
            steps = run.dataset.shape[1]
            return f"Not to be compared: one averages {steps} steps, the other counts one."
        guess, label = self.guess[modes[0]], run.dataset.naive_label
        if not len(self.losses[modes[0]].values):
            return f"{capital(label)} would have a loss of {readable(guess)}."
        loss, rival = apart(run.snapshot.middle.results[modes[0]].final_loss, guess)
        return f"Training loss is {loss}; {label} has {rival}."

    def sentence(self) -> str:
        """Return each model's training loss, what it counts, and the guess's and best losses."""
        run, snapshot, steps = self.run, self.run.snapshot, self.run.dataset.shape[1]
        counts = {"sequence": f"the mean over {steps} steps", "last": "over the last step alone"}
        trained = f"The losses are those after {counted(snapshot.epoch, 'epoch')}."
        kept = sentences.kept_sentence(snapshot) or trained
        parts = [kept if snapshot.epoch else "Not trained yet."]
        for mode, result in snapshot.middle.results.items():
            loss = readable(result.final_loss) if len(result.loss) else "known after one epoch"
            text = f"The {MODES[mode].model}'s training loss is {loss}, {counts[mode]}"
            if mode in self.validation:
                text += f"; on the validation samples {readable(result.final_validation_loss)}"
            parts.append(f"{text}.")
        if len(self.losses) > 1:
            parts.append("The two losses can't be compared.")
        loss = LOSSES[run.experiment.training.loss].label.lower()
        guess = capital(run.dataset.naive_label)
        parts.append(f"{guess} has a {loss} of {_by_mode(self.guess)}.")
        if self.floor:
            parts.append(f"{capital(self.floor.label)}: {_by_mode(self.best)}.")
            parts.append(self.floor.why if max(self.best.values()) > 0 else "")
        return " ".join(filter(None, parts))


class LastStepErrors:
    """Mean squared errors at the last step, the one number that compares the modes."""

    title = "Error at the last step"
    longest = sentences.too_few(8888, "modes are ")
    picks: tuple[str, ...] = ()

    def __init__(self, run: RunAt) -> None:
        dataset, snapshot, self.run = run.dataset, run.snapshot, run
        errors = {
            m: snapshot.by_seed(m) for m, r in snapshot.results.items() if len(r.last_step_mse)
        }
        self.curves = _curves(snapshot, "checked_epochs", "last_step_mse")
        # By mode the median of the seeds' errors now.
        self.medians = {mode: float(np.median(each)) for mode, each in errors.items()}
        self.guess = float(dataset.naive_mse[-1])
        # The least that the models can expect; None where nobody knows it.
        self.floor = results.best_possible(run.experiment, dataset)
        # Sequence mode (0) against last-step mode (1); None where one is alone, or diverged.
        self.found: Verdict | None = None
        if len(errors) > 1 and np.isfinite([*errors.values()]).all():
            self.found = results.compare_modes(errors["sequence"], errors["last"])

    def figure(self, palette: Palette) -> chart.Chart:
        """Draw errors by epoch, with the levels that serve both modes."""
        dataset = self.run.dataset
        levels: list[Level] = [(dataset.naive_label, {"both": self.guess}, "baseline")]
        if self.floor:
            levels.append((self.floor.label, {"both": float(self.floor.mse[-1])}, "best"))
        title = "MSE (scaled)" if dataset.is_scaled else "MSE"  # scaled targets have no unit
        look: Part = {"title": title, "height": 260, "name": f"compare {dataset.name}"}
        return _figure(self.run, self.curves, {}, levels, palette, **look)

    def takeaway(self) -> str:
        """Say which mode's error is smaller, if one beats the guess or baseline."""
        dataset, medians, guess = self.run.dataset, self.medians, self.guess
        if why := sentences.no_verdict(dataset, self.run.snapshot.epoch):
            return why
        if not medians or not all(map(math.isfinite, medians.values())):
            return "There is no error to compare: the figures aren't numbers any more."
        least, most = min(medians.values()), max(medians.values())
        modes_compete = len(medians) > 1 and least < guess
        samples = results.independent_samples(dataset)
        is_decided = results.decided(least, most if modes_compete else guess, samples)
        if not is_decided and not (modes_compete and most - least <= SAME * most):
            return sentences.too_few(samples, "modes are " if modes_compete else "")
        if self.found and modes_compete:
            return _winner(self.found, least, most)
        error, rivals = apart(least, guess)
        rival = dataset.rival if dataset.baselines else dataset.naive_label
        median = "median " if self.run.snapshot.others else ""
        if len(medians) > 1:
            return f"At the last step neither mode beats {rival}: {median}{error} against {rivals}."
        return f"The {median}error at the last step is {error}; {rival} has {rivals}."

    def sentence(self) -> str:
        """Return all errors, the guess's and the best; with several seeds also the test."""
        dataset, snapshot = self.run.dataset, self.run.snapshot
        numbers = apart(*self.medians.values())
        errors = [f"{MODES[m].model} {text}" for m, text in zip(self.medians, numbers, strict=True)]
        errors.append(f"{dataset.naive_label} {readable(self.guess)}")
        if self.floor:
            errors.append(f"{self.floor.label} {_level_text(float(self.floor.mse[-1]))}")
        kind = "Median of the mean squared errors" if snapshot.others else "Mean squared error"
        scaled = " (scaled)" if dataset.is_scaled else ""
        which = "validation" if dataset.has_validation else "training"
        where = f"at step {dataset.shape[1]} on the {which} samples"
        parts = [f"{kind}{scaled} {where}: {', '.join(errors)}."]
        if snapshot.others:
            ranges = [
                f"of the {MODES[mode].model} from {sentences.seeds_range(snapshot, mode)}"
                for mode in self.medians
            ]
            first = self.run.experiment.seed
            seeds = f"{first} to {first + len(snapshot.seeds) - 1}"
            parts.append(f"Over the seeds {seeds} the errors are {', '.join(ranges)}.")
            if self.found:
                names = MODES["sequence"].name, MODES["last"].name
                parts.append(capital(sentences.pair_sentence(self.found, *names)))
        return " ".join(parts)


class Card(Protocol):
    """A card of Explore: computes a run's facts once, then draws and words them."""

    title: str
    longest: str  # the longest usual takeaway, which reserves its space
    picks: tuple[str, ...]  # arguments after the run: of "sample", "target", and "earlier"

    def __init__(self, run: RunAt, *picked: Any) -> None: ...

    def figure(self, palette: Palette) -> chart.Chart:
        """Draw the chart."""

    def takeaway(self) -> str:
        """Say the most important fact in at most 15 words."""

    def sentence(self) -> str:
        """Return all facts, which also describe the chart to those who can't see it."""


EXPLORE_CARDS: dict[str, type[Card]] = {
    "predictions": Answers,
    "loss": Losses,
    "step_error": StepErrors,
    "compare": LastStepErrors,
}
"""The cards of Explore by their names in the address, in their order on the page."""


def _winner(found: Verdict, least: float, most: float) -> str:
    """Return which mode's errors are smaller, as far as so many seeds can tell."""
    better, (less, more) = MODES[BOTH_MODES[found.better]].name, apart(least, most)
    is_same = most - least <= SAME * most
    if found.seeds == 1:
        says = f"{better}'s error is smaller, {less} against {more}"
        if is_same:
            says = f"both modes' errors are nearly the same, {less} and {more}"
        return f"One seed decides nothing; here {says}."
    if not found.is_clear:
        return f"No clear winner: {found.seeds} seeds can't tell the two modes apart."
    if is_same:
        return f"Both modes' errors are nearly the same in {found.seeds} seeds: {less} and {more}."
    return (
        f"{capital(better)} is better in {found.wins} of {found.seeds} seeds: "
        f"median error {smaller(most / least if least else math.inf)}."
    )


def _by_mode(values: Mapping[str, float]) -> str:
    """Return one value, or two with what they count; one if both read the same."""
    texts = {mode: _level_text(value) for mode, value in values.items()}
    if len(set(texts.values())) == 1:
        return next(iter(texts.values()))
    return f"{texts['sequence']} over every step and {texts['last']} at the last"


def _level_text(value: float) -> str:
    """Write a level; a value of 1000 or more with two decimals."""
    return f"{value:,.2f}" if value >= 1000 else readable(value)


def _curves(snapshot: Snapshot, epochs: str, values: str) -> Curves:
    """Return curves by mode of two fields of `ModeResult`."""
    curves = {}
    for mode, result in snapshot.middle.results.items():
        seeds = [seed[mode] for seed in snapshot.seeds] if snapshot.others else []
        each = [(getattr(seed, epochs), chart.finite(getattr(seed, values))) for seed in seeds]
        median = chart.finite(getattr(result, values))
        curves[mode] = Curve(getattr(result, epochs), median, each, result.kept_epoch)
    return curves


def _figure(
    run: RunAt, curves: Curves, checks: Curves, levels: list[Level], palette: Palette, **look: Any
) -> chart.Chart:
    """Draw curves, those of `checks` on validation, and levels on a logarithmic axis, without 0."""
    arrays = [curve.values for curve in (*curves.values(), *checks.values())]
    arrays += [seed for curve in curves.values() for _, seed in curve.seeds]
    drawn = np.concatenate([*arrays, *([*values.values()] for _, values, _ in levels)])
    x = axes.epoch_axis(max(run.snapshot.epochs, run.snapshot.epoch))
    y = axes.log_axis(look.pop("title"), drawn)
    data = [
        chart.seed_lines(f"{MODES[m].name}, each seed", curve.seeds, {"color": palette.mode(m)})
        for m, curve in curves.items()
        if curve.seeds
    ]
    on_checks: Part = {"width": 1.8, "dash": "dashdot"}
    for what, some, style in ((", validation", checks, on_checks), ("", curves, {"width": 2.5})):
        for mode, curve in some.items():
            name, of_mode = f"{MODES[mode].name}{what}", {"color": palette.mode(mode), **style}
            dots = 6 if len(curve.epochs) <= 12 else 0  # so that a few points can be seen
            where: Part = {"x": curve.epochs, "dots": dots}
            data.append(chart.line(name, curve.values, of_mode, chart.hover(), **where))
    # Levels lie above the curves, of which one may reach the best: below it nobody would see it.
    entries, notes = [chart.SEEDS] if run.snapshot.others else [], []
    one_line = 10 ** (2 * float(np.ptp(y["range"])) / LEAST_PLOT)  # the ratio of two pixels
    for label, values, color in levels:
        ends = x["range"]
        data += [chart.level(label, [v, v], color, palette, x=ends) for v in values.values()]
        zeros = [mode for mode, value in values.items() if not value]
        zero = ": 0" if len(zeros) == len(values) else "".join(f" ({COUNTS[m]}: 0)" for m in zeros)
        entries.insert(0, Entry(chart.LEVELS[color][1], label + zero, color))
        is_one = max(values.values()) < one_line * min(values.values())
        for mode, value in ({"both": min(values.values())} if is_one else values).items():
            notes.append((COUNTS[mode], value, palette.words(color)))
    both = any(len(values) > 1 for _, values, _ in levels)
    words = chart.side_notes(notes, y["range"], LEAST_PLOT) if both else []
    if not drawn.any() or not any(len(curve.values) for curve in curves.values()):
        why = "every value is 0" if curves and not drawn.any() else "not trained yet"
        behind = {"bgcolor": palette.background, "borderpad": 4}  # no level's line runs through
        words.append(chart.note(why, 0.5, 0.5, palette.muted) | behind)
    rings = []  # around the value of each kept epoch
    for mode, (epochs, medians, _, kept) in (checks or curves).items():
        if kept is not None:
            marker = {"color": palette.mode(mode), "size": 12, "symbol": "circle-open"}
            ring, at = f"{MODES[mode].name}, kept", epochs == kept
            rings.append(chart.points(ring, epochs[at], medians[at], marker, chart.hover()))
    kept_words = "each seed's best epoch" if run.snapshot.others else "the epoch that is kept"
    lines = chart.mode_keys(curves)
    lines += [Entry("dashdot", "validation", "muted")] if checks else []
    key = [lines, entries, [Entry("rings", kept_words, "muted")] if rings else []]
    look |= {"right": 84 if both else 16, "notes": words}
    return chart.plotted(data + rings, palette, x, y, key, **look)
