"""The one number that compares the modes: the last step's error on the same samples for both."""

import math
from dataclasses import dataclass

import numpy as np

from lib.charts import chart, over_epochs
from lib.charts.loss import floor_text
from lib.charts.marks import Part
from lib.charts.over_epochs import Curve, Level
from lib.charts.palette import Palette
from lib.charts.words import no_verdict, pair_sentence, seeds_range, too_few
from lib.experiment import MODES
from lib.results import RunAt, Verdict, best_possible, compare_modes, decided, independent_samples
from lib.text import apart, capital, readable

SAME = 0.02  # errors that differ by less than this share of the larger one have no winner


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """Mean squared errors at the last step on the judged samples."""

    run: RunAt
    curves: dict[str, Curve]  # by mode, over the epochs
    medians: dict[str, float]  # by mode the median of the seeds' errors now
    guess: float  # of the guess or baseline
    best: float | None  # the least that the models can expect; None where nobody knows it
    best_label: str
    samples: float  # how many independent samples were judged
    found: Verdict | None
    """Sequence mode (0) against last-step mode (1); None where one is alone, or diverged."""


def facts_of(run: RunAt) -> Facts:
    """The facts of a run."""
    dataset, snapshot = run.dataset, run.snapshot
    best, found = best_possible(run.experiment, dataset), None
    errors = {m: snapshot.by_seed(m) for m, r in snapshot.results.items() if len(r.last_step_mse)}
    if len(errors) > 1 and np.isfinite([*errors.values()]).all():
        found = compare_modes(errors["sequence"], errors["last"])
    return Facts(
        run=run,
        curves=over_epochs.curves_of(snapshot, "checked_epochs", "last_step_mse"),
        medians={mode: float(np.median(each)) for mode, each in errors.items()},
        guess=float(dataset.naive_mse[-1]),
        best=float(best.mse[-1]) if best else None,
        best_label=best.label if best else "",
        samples=independent_samples(dataset),
        found=found,
    )


def figure(facts: Facts, palette: Palette) -> chart.Chart:
    """Errors by epoch, with the levels that serve both modes."""
    dataset = facts.run.dataset
    levels = [
        Level(dataset.naive_label, {"both": facts.guess}, "baseline"),
        Level(facts.best_label, {} if facts.best is None else {"both": facts.best}, "best"),
    ]
    title = "MSE (scaled)" if dataset.is_scaled else "MSE"  # scaled targets have no unit
    look: Part = {"title": title, "name": f"compare {dataset.name}", "height": 260}
    return over_epochs.epochs_figure(facts.run, facts.curves, levels, palette, **look)


def takeaway(facts: Facts) -> str:
    """Which mode's error is smaller, if one beats the guess or baseline."""
    dataset, medians, guess = facts.run.dataset, facts.medians, facts.guess
    if why := no_verdict(dataset, facts.run.snapshot.epoch):
        return why
    if not medians or not all(map(math.isfinite, medians.values())):
        return "There is no error to compare: the figures aren't numbers any more."
    least, most = min(medians.values()), max(medians.values())
    modes_compete = len(medians) > 1 and least < guess
    nearly_same = least < guess and most - least < SAME * most
    if not nearly_same and not decided(least, most if modes_compete else guess, facts.samples):
        return too_few(facts.samples, "modes are " if modes_compete else "")
    if facts.found and modes_compete:
        return _winner(facts.found, least, most)
    error, rivals = apart(least, guess)
    rival = dataset.rival if dataset.baselines else dataset.naive_label
    median = "median " if facts.run.snapshot.others else ""
    if len(medians) > 1:
        return f"At the last step neither mode beats {rival}: {median}{error} against {rivals}."
    return f"The {median}error at the last step is {error}; {rival} has {rivals}."


def _winner(found: Verdict, least: float, most: float) -> str:
    """Which mode's errors are smaller, as far as so many seeds can tell."""
    better, (less, more) = MODES[("sequence", "last")[found.better]].name, apart(least, most)
    same = "both modes' errors are nearly the same"
    if found.seeds == 1:
        says = f"{better}'s error is smaller, {less} against {more}"
        if most - least < SAME * most:
            says = f"{same}, {less} and {more}"
        return f"One seed decides nothing; here {says}."
    if not found.is_clear:
        return f"No clear winner: {found.seeds} seeds can't tell the two modes apart."
    if found.by < SAME:
        return f"{capital(same)} in {found.seeds} seeds: medians {less} and {more}."
    by = f"{found.by:.0%}".replace("100%", "over 99%")
    wins = f"{found.wins} of {found.seeds} seeds"
    return f"{capital(better)} is better in {wins}, by {by} in the median."


def sentence(facts: Facts) -> str:
    """All errors with the guess and the best possible; of several seeds how they were tested."""
    dataset, snapshot, found = facts.run.dataset, facts.run.snapshot, facts.found
    numbers = apart(*facts.medians.values())
    errors = [f"{MODES[m].model} {text}" for m, text in zip(facts.medians, numbers, strict=True)]
    errors.append(f"{dataset.naive_label} {readable(facts.guess)}")
    if facts.best is not None:
        errors.append(f"{facts.best_label} {floor_text(facts.best)}")
    kind = "Median of the mean squared errors" if snapshot.others else "Mean squared error"
    scaled = " (scaled)" if dataset.is_scaled else ""
    which = "validation" if dataset.has_validation else "training"
    where = f"at step {dataset.shape[1]} on the {which} samples"
    parts = [f"{kind}{scaled} {where}: {', '.join(errors)}."]
    if snapshot.others:
        ranges = [f"of the {MODES[m].model} from {seeds_range(snapshot, m)}" for m in facts.medians]
        first = facts.run.experiment.seed
        seeds = f"{first} to {first + len(snapshot.seeds) - 1}"
        parts.append(f"Over the seeds {seeds} the errors are {', '.join(ranges)}.")
    if snapshot.others and found:
        parts.append(capital(pair_sentence(found, MODES["sequence"].name, MODES["last"].name)))
    return " ".join(parts)
