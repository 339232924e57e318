"""Words of the Compare page: each run's values, and which run is better. See `compare.py`."""

from collections.abc import Sequence

import numpy as np

from lib import results
from lib.charts.sentences import Words, pair_sentence, seeds_range, too_few
from lib.experiment import LOSSES, MODES
from lib.results import ACCURACY, Compared, Measure, RunAt, compared_part, measure_of, same_data
from lib.text import capital, joined


class Loss(Measure):
    """The loss at the end of training, on the training or validation samples."""

    tested = "log losses"

    def __init__(self, part: str) -> None:
        self.name = f"{part} loss"
        self.field = "final_loss" if part == "training" else "final_validation_loss"


def spread(run: RunAt, mode: str, measure: Measure) -> str:
    """Return the median over the seeds with the range: "0.01 (0.008 to 0.02)"."""
    ends = seeds_range(run.snapshot, mode, measure)
    return median_text(run, mode, measure) + (f" ({ends})" if ends else "")


def median_text(run: RunAt, mode: str, measure: Measure) -> str:
    """Return the median over the seeds as text; "–" for NaN."""
    return measure.text(float(np.median(run.snapshot.by_seed(mode, measure.field))))


def losses_words(runs: Sequence[Compared]) -> Words:
    """Return the range of the runs' losses in each mode, if all runs have the same loss."""
    part = compared_part(runs)
    measure = Loss(part)
    labels = dict.fromkeys(LOSSES[run.experiment.training.loss].label for run in runs)
    rule = "Losses of different kinds or modes can't be compared."
    ranges = []
    for mode, medians in _medians(runs, measure).items():
        ends = dict.fromkeys(map(measure.text, (min(medians), max(medians))))
        ranges.append(f"{' to '.join(ends)} in {MODES[mode].name}")
    takeaway = rule if len(labels) > 1 else f"Median {part} loss: {', '.join(ranges)}."
    return takeaway, f"{joined(list(labels))}, {part}: {_values(runs, measure)} {rule}"


def errors_words(runs: Sequence[Compared]) -> Words:
    """Return which run's error at the last step is smallest, or why errors can't be ranked.

    For labels, return which run's accuracy is highest.
    """
    measure = measure_of(runs[0].experiment)
    details = f"{capital(measure.full_name)} at the last step: {_values(runs, measure)}"
    medians = {m: each for m, each in _medians(runs, measure).items() if len(each) == len(runs)}
    if why := _why_not_ranked(runs, medians):
        return why, details
    samples = results.independent_samples(runs[0].dataset)
    if not any(measure.decided(min(each), max(each), samples) for each in medians.values()):
        best = max(map(max, medians.values())) if measure is ACCURACY else None
        return too_few(samples, accuracy=best), details
    winners: dict[str, list[str]] = {}  # the modes in which a run clearly wins, by its letter
    for mode, values in medians.items():
        seeds = [run.snapshot.by_seed(mode, measure.field) for run in runs]
        best, second = sorted(values, reverse=measure.best is max)[:2]
        lead, is_clear = values.index(best), bool(measure.decided(best, second, samples))
        one = f"run {runs[lead].letter}"
        for place in (place for place in range(len(runs)) if place != lead):
            found, other = measure.compare(seeds[lead], seeds[place]), f"run {runs[place].letter}"
            is_clear &= found.is_clear and not found.better
            details += f" {capital(MODES[mode].name)}: {pair_sentence(found, one, other, measure)}"
        winners.setdefault(runs[lead].letter if is_clear else "", []).append(MODES[mode].name)
    unclear = "".join(f"; {name} is unclear" for name in winners.pop("", []))
    if not winners:
        return f"Too close to tell with {len(runs[0].snapshot.seeds)} seeds.", details
    takeaway, wins = "", f"has the {measure.superlative} {measure.name}"
    for letter, names in winners.items():
        takeaway += f", run {letter}" if takeaway else f"Run {letter} {wins}"
        takeaway += f" in {joined(names)}"
    return f"{takeaway}{unclear}.", details


def _medians(runs: Sequence[Compared], measure: Measure) -> dict[str, list[float]]:
    """Return the runs' medians over their seeds, by mode."""
    medians: dict[str, list[float]] = {}
    for run in runs:
        for mode in run.results:
            seeds = run.snapshot.by_seed(mode, measure.field)
            medians.setdefault(mode, []).append(float(np.median(seeds)))
    return medians


def _values(runs: Sequence[Compared], measure: Measure) -> str:
    """Return the values of all runs, as sentences."""
    numbers = [
        f"run {run.letter} has {spread(run, mode, measure)} in {MODES[mode].name}"
        for run in runs
        for mode in run.results
    ]
    return f"{'; '.join(numbers)}. For several seeds: the median, and the range in parentheses."


def _why_not_ranked(runs: Sequence[Compared], medians: dict[str, list[float]]) -> str:
    """Return why runs can't be ranked, given their medians by mode; "" if they can be."""
    if len(runs) < 2:
        return "One run: pick another to compare."
    if not all(run.snapshot.status.over for run in runs):
        return "No result yet: some of these runs aren't finished."
    seeds = {(run.experiment.seed, len(run.snapshot.seeds)) for run in runs}
    same = {"data": same_data(runs), "modes": bool(medians), "seeds": len(seeds) == 1}
    if differing := [name for name, is_same in same.items() if not is_same]:
        names = joined(differing)
        return f"The runs use different {names}. Only runs with the same {names} are ranked."
    if len(runs[0].snapshot.seeds) < 2:
        return "One seed decides nothing: train each run with several seeds."
    if not np.isfinite([*medians.values()]).all():
        return "One run has an error of NaN, so the errors can't be ranked."
    return ""
