"""Words of the Compare page: each run's values, and which run is better. See `compare.py`."""

import math
from collections.abc import Sequence

import numpy as np

from lib import results
from lib.charts.sentences import Words, pair_sentence, too_few
from lib.experiment import LOSSES, MODES
from lib.results import Compared, compared_part, independent_samples, same_data
from lib.text import capital, joined, percent, short

ERROR, ACCURACY = results.ERROR.field, results.ACCURACY.field
LOSSES_AT_END = {"validation": "final_validation_loss", "training": "final_loss"}
"""The field of `ModeResult` with the loss on each part of the data."""


def spread(run: Compared, mode: str, field: str = ERROR) -> str:
    """Return a field's median over the seeds with its range: "0.01 (0.008 to 0.02)"."""
    ends = np.sort(run.snapshot.by_seed(mode, field))[[0, -1]]
    least, most = (_text(field, end if field == ACCURACY else float(f"{end:.2g}")) for end in ends)
    return median_text(run, mode, field) + (f" ({least} to {most})" if least != most else "")


def median_text(run: results.RunAt, mode: str, field: str) -> str:
    """Return the median over the seeds of a field of `ModeResult`, as text; "–" for NaN."""
    return _text(field, float(np.median(run.snapshot.by_seed(mode, field))))


def _text(field: str, value: float) -> str:
    if math.isnan(value):
        return "–"
    return percent(100 * value) if field == ACCURACY else short(value)


def losses_words(runs: Sequence[Compared]) -> Words:
    """Return which run's loss is smallest, or why the losses can't be ranked."""
    part = compared_part(runs)
    labels = dict.fromkeys(LOSSES[run.experiment.training.loss].label for run in runs)
    takeaway, details = _verdict_words(runs, LOSSES_AT_END[part], f"has the smallest {part} loss")
    losses = {(each := run.experiment.training).activation or each.loss for run in runs}
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
    field, wins, measure = ERROR, "has the smallest error", "Mean squared error"
    if runs[0].experiment.has_labels:
        field, wins, measure = ACCURACY, "has the highest accuracy", "Accuracy"
    takeaway, details = _verdict_words(runs, field, wins)
    return takeaway, f"{measure} at the last step: {details}"


def _verdict_words(runs: Sequence[Compared], field: str, wins: str) -> Words:
    """Return which run `wins` by a field of `ModeResult`, with all values and the tests."""
    measure = results.ACCURACY if field == ACCURACY else results.ERROR
    numbers = [
        f"run {run.letter} has {spread(run, mode, field)} in {MODES[mode].name}"
        for run in runs
        for mode in run.results
    ]
    details = f"{'; '.join(numbers)}. For several seeds: the median, and the range in parentheses."
    modes = [mode for mode in runs[0].results if all(mode in run.results for run in runs)]
    errors = {mode: [run.snapshot.by_seed(mode, field) for run in runs] for mode in modes}
    medians = {mode: [float(np.median(seeds)) for seeds in errors[mode]] for mode in modes}
    if why := _why_not_ranked(runs, medians, measure):
        return why, details
    winners: dict[str, list[str]] = {}  # the modes in which a run clearly wins, by its letter
    for mode, seeds in errors.items():
        best, second = sorted(medians[mode], reverse=measure.best is max)[:2]
        lead = medians[mode].index(best)
        others = [place for place in range(len(runs)) if place != lead]
        verdicts = {place: measure.compare(seeds[lead], seeds[place]) for place in others}
        is_clear = measure.decided(best, second, independent_samples(runs[0].dataset)) and all(
            each.is_clear and not each.better for each in verdicts.values()
        )
        winners.setdefault(runs[lead].letter if is_clear else "", []).append(MODES[mode].name)
        for place, found in verdicts.items():
            one, other = f"run {runs[lead].letter}", f"run {runs[place].letter}"
            details += f" {capital(MODES[mode].name)}: {pair_sentence(found, one, other, measure)}"
    unclear = "".join(f"; {name} is unclear" for name in winners.pop("", []))
    if not winners:
        return f"Too close to tell with {len(runs[0].snapshot.seeds)} seeds.", details
    takeaway = ""
    for letter, names in winners.items():
        takeaway += f", run {letter}" if takeaway else f"Run {letter} {wins}"
        takeaway += f" in {joined(names)}"
    return f"{takeaway}{unclear}.", details


def _why_not_ranked(
    runs: Sequence[Compared], medians: dict[str, list[float]], measure: results.Measure
) -> str:
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
    samples = independent_samples(runs[0].dataset)
    is_decided = any(measure.decided(min(each), max(each), samples) for each in medians.values())
    best = max(map(max, medians.values())) if measure is results.ACCURACY else None
    return "" if is_decided else too_few(samples, accuracy=best)
