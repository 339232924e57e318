"""The one number that compares the modes: the last step's error on the same samples for both.

Here both lines count the same thing, so one naive level and one best possible level serve both.
"""

import math
from dataclasses import dataclass

import numpy as np

from lib.charts import axes, chart, marks
from lib.charts.loss import floor_text
from lib.charts.marks import Entry, Part
from lib.charts.over_epochs import (
    Curve,
    curve_traces,
    curves_of,
    drawn_values,
    kept_rings,
    seed_traces,
)
from lib.charts.palette import Palette
from lib.charts.words import no_verdict, seeds_range, too_few
from lib.experiment import MODES
from lib.results import RunAt, Verdict, best_possible, compare_modes, decided, independent_samples
from lib.text import apart, capital, readable

SAME = 0.02
"""Errors that differ by less than this share of the larger one have no winner."""


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """Mean squared errors at the last step on the judged samples."""

    run: RunAt
    curves: dict[str, Curve]
    """By mode, over the epochs."""
    errors: dict[str, np.ndarray]
    """By mode the error of each of R seeds now, (R,)."""
    medians: dict[str, float]
    """Their medians."""
    guess: float
    """Of the guess or baseline."""
    best: float | None
    """The least that the models can expect; None where nobody knows it."""
    best_label: str
    samples: float
    """How many independent samples were judged."""
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
        curves=curves_of(snapshot, "checked_epochs", "last_step_mse"),
        errors=errors,
        medians={mode: float(np.median(each)) for mode, each in errors.items()},
        guess=float(dataset.naive_mse[-1]),
        best=float(best.mse[-1]) if best else None,
        best_label=best.label if best else "",
        samples=independent_samples(dataset),
        found=found,
    )


def figure(facts: Facts, palette: Palette) -> chart.Chart:
    """Errors by epoch, logarithmic; a best possible error of exactly 0 stands in the key."""
    dataset, snapshot = facts.run.dataset, facts.run.snapshot
    curves, guess, best = facts.curves, facts.guess, facts.best
    drawn = drawn_values(curves.values())
    x = axes.epoch_axis(max(snapshot.epochs, snapshot.epoch))
    title = "MSE (scaled)" if dataset.is_scaled else "MSE"  # scaled targets have no unit
    y = axes.log_axis(title, [guess, best or 0.0, *drawn])
    style, ends = marks.naive_style(palette), x["range"]
    data = [marks.line(dataset.naive_label, [guess, guess], style, "", x=ends)]
    data += [*seed_traces(curves, palette), *curve_traces(curves, palette)]
    lines, levels = marks.mode_keys(curves), [Entry("dotted", dataset.naive_label, "baseline")]
    if snapshot.others:
        lines.append(marks.SEEDS)
    if best is not None:
        levels.insert(0, Entry("dashed", facts.best_label + ("" if best > 0 else ": 0"), "best"))
    if best:  # above a line that reaches it, where it can be seen
        style = marks.best_style(palette)
        data.append(marks.line(facts.best_label, [best, best], style, "", x=ends))
    rings, rings_key = kept_rings(curves, palette, seeds=bool(snapshot.others))
    key = [lines, levels, rings_key] if rings else [lines, levels]
    notes = chart.all_zero([guess, *drawn], palette) if drawn else []
    look: Part = {"name": f"compare {dataset.name}", "height": 260, "notes": notes}
    return chart.plotted(data + rings, palette, x, y, key, **look)


def takeaway(facts: Facts) -> str:
    """Which mode's error is smaller, if one beats the guess or baseline."""
    dataset, medians = facts.run.dataset, facts.medians
    if why := no_verdict(dataset, facts.run.snapshot.epoch):
        return why
    if not medians or not all(map(math.isfinite, medians.values())):
        return "There is no error to compare: the figures aren't numbers any more."
    guess, least, most = facts.guess, min(medians.values()), max(medians.values())
    modes_compete = len(medians) > 1 and least < guess
    nearly_same = least < guess and most - least < SAME * most
    if not nearly_same and not decided(least, most if modes_compete else guess, facts.samples):
        return too_few(facts.samples, "modes are " if modes_compete else "")
    if facts.found and modes_compete:
        return _winner(facts.found, least, most)
    error, rivals = apart(least, guess)
    rival = dataset.rival if dataset.baselines else dataset.naive_label
    if len(medians) > 1:
        return f"At the last step neither mode beats {rival}: {error} against {rivals}."
    its = "Its median error" if facts.run.snapshot.others else "Its error"
    return f"{its} is {error}; {rival} has {rivals}."


def _winner(found: Verdict, least: float, most: float) -> str:
    """Which mode's errors are smaller, as far as so many seeds can tell."""
    better, (less, more) = MODES[("sequence", "last")[found.better]].name, apart(least, most)
    if found.seeds == 1:
        if less == more:
            return f"Both modes have the same error at the last step: {less}."
        says = f"{better}'s error is smaller, {less} against {more}"
        if most - least < SAME * most:
            says = f"both modes' errors are nearly the same, {less} and {more}"
        return f"One seed decides nothing; here {says}."
    if not found.is_clear:
        return f"No clear winner: {found.seeds} seeds can't tell the two modes apart."
    if found.by < SAME:
        return f"Both modes' errors are nearly the same in {found.seeds} seeds: {less} and {more}."
    wins = f"all {found.wins}" if found.wins == found.seeds else f"{found.wins} of {found.seeds}"
    by = f"{found.by:.0%}".replace("100%", "over 99%")
    return f"{capital(better)} is better in {wins} seeds, by {by} in the median."


def sentence(facts: Facts) -> str:
    """All errors with the guess and the best possible; of several seeds how they were tested."""
    dataset = facts.run.dataset
    which = "validation" if dataset.has_validation else "training"
    numbers = apart(*facts.medians.values())
    errors = [f"{MODES[m].model} {text}" for m, text in zip(facts.medians, numbers, strict=True)]
    errors.append(f"{dataset.naive_label} {readable(facts.guess)}")
    if facts.best is not None:
        errors.append(f"{facts.best_label} {floor_text(facts.best)}")
    several = bool(facts.run.snapshot.others)
    kind = "Median of the mean squared errors" if several else "Mean squared error"
    scaled = " (scaled)" if dataset.is_scaled else ""
    where = f"at step {dataset.shape[1]} on the {which} samples"
    parts = [f"{kind}{scaled} {where}: {', '.join(errors)}."]
    if not dataset.has_validation:
        parts.append("None are kept for validation.")
    if several:
        parts.append(_seeds_sentence(facts))
    return " ".join(parts)


def _seeds_sentence(facts: Facts) -> str:
    """Which seeds, how far apart their errors lie, and the test behind a verdict."""
    snapshot, first, found = facts.run.snapshot, facts.run.experiment.seed, facts.found
    ranges = [f"of the {MODES[m].model} from {seeds_range(snapshot, m)}" for m in facts.errors]
    last = first + len(snapshot.seeds) - 1
    parts = [f"Over the seeds {first} to {last} the errors are {', '.join(ranges)}."]
    if found and found.is_equal:
        parts.append(f"In each of the {found.seeds} seeds both models have the same error.")
    elif found:
        better = MODES[("sequence", "last")[found.better]].model
        p_value = f"{found.p_value:.0%}" if found.p_value >= 0.01 else "less than 1%"
        parts.append(
            f"The {better}'s is smaller in {found.wins} of {found.seeds}; if neither mode were "
            f"better, a difference as large would come in {p_value} of cases (paired t-test of "
            "their logarithms)."
        )
        if not found.agrees:
            parts.append("The mean of the logarithms favours the other mode.")
    return " ".join(parts)
