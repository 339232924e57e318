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
    """Return which run's loss is smallest, or why the losses can't be ranked.

    Only MSEs have a test of whether the samples suffice. Other losses are shown as a range.
    """
    part = compared_part(runs)
    labels = dict.fromkeys(LOSSES[run.experiment.training.loss].label for run in runs)
    losses = {(each := run.experiment.training).activation or each.loss for run in runs}
    takeaway, details = _verdict_words(runs, Loss(part), is_ranked=losses == {"mse"})
    masks = {run.dataset.model_mask(run.experiment) is None for run in runs}
    weights = {run.experiment.training.weights for run in runs if part == "training"}
    if len(losses) > 1:  # integer and one-hot targets have the same loss
        takeaway = "The runs use different loss functions, so their losses can't be compared."
    elif len(masks) > 1 or len(weights) > 1:
        takeaway = "The runs' losses count different steps or weights: they can't be compared."
    return takeaway, f"{joined(list(labels))}, {part}: {details}"


def errors_words(runs: Sequence[Compared]) -> Words:
    """Return which run's error at the last step is smallest, or why errors can't be ranked.

    For labels, return which run's accuracy is highest.
    """
    measure = measure_of(runs[0].experiment)
    takeaway, details = _verdict_words(runs, measure)
    return takeaway, f"{capital(measure.full_name)} at the last step: {details}"


def _verdict_words(runs: Sequence[Compared], measure: Measure, is_ranked: bool = True) -> Words:
    """Return which run is best, with all values and the tests; or the range of values."""
    numbers = [
        f"run {run.letter} has {spread(run, mode, measure)} in {MODES[mode].name}"
        for run in runs
        for mode in run.results
    ]
    details = f"{'; '.join(numbers)}. For several seeds: the median, and the range in parentheses."
    modes = [mode for mode in runs[0].results if all(mode in run.results for run in runs)]
    errors = {m: [run.snapshot.by_seed(m, measure.field) for run in runs] for m in modes}
    medians = {mode: [float(np.median(seeds)) for seeds in errors[mode]] for mode in modes}
    if why := _why_not_ranked(runs, medians):
        return why, details
    if not is_ranked:
        ends = {mode: map(measure.text, (min(each), max(each))) for mode, each in medians.items()}
        ranges = [f"{' to '.join(texts)} in {MODES[mode].name}" for mode, texts in ends.items()]
        return f"Median {measure.name}: {', '.join(ranges)}.", details
    samples = results.independent_samples(runs[0].dataset)
    if not any(measure.decided(min(each), max(each), samples) for each in medians.values()):
        best = max(map(max, medians.values())) if measure is ACCURACY else None
        return too_few(samples, accuracy=best), details
    winners: dict[str, list[str]] = {}  # the modes in which a run clearly wins, by its letter
    for mode, seeds in errors.items():
        best, second = sorted(medians[mode], reverse=measure.best is max)[:2]
        lead, is_clear = medians[mode].index(best), bool(measure.decided(best, second, samples))
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
