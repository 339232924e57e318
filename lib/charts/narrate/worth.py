"""What models are worth, in words: each takeaway in at most 15 of them, and the sentence beside it.

"Beats" is said of the baseline that is best for the target over all samples of the part, and of
nothing else; all of it is about one run.
"""

import math

import numpy as np

from lib.charts.narrate import Told
from lib.charts.narrate.explore import off_unit
from lib.charts.narrate.takeaways import CONSTANT, too_few
from lib.data import Dataset, Origin, natural_seasons, rows_needed, season_length, training_rows
from lib.experiment import MODES
from lib.results import OUTCOMES, ByRow, Forecast, Part, Worth, outcomes
from lib.text import beside, capital, counted, joined, number, readable

_TEXTS = beside(__file__)
PICKED = " The best epoch was picked on these samples, so a test part says more."
"""Of models and bands, where the best epoch on the validation part was kept."""


def worth_takeaway(worth: Worth, target: int, part: Part = "judged") -> str:
    """Which mode clearly beats the best baseline, by squared error."""
    best, where = worth.baselines(target)[0], "In the test" if part == "test" else "In this run"
    if not any(one.rmse[target] for one in worth.guesses):
        return CONSTANT
    if not worth.models:
        return f"To be beaten: {best.label}, the best baseline."
    guess, samples = float(best.rmse[target]) ** 2, worth.independent
    errors = np.array([one.rmse[target] for one in worth.models]) ** 2
    named: dict[str, list[str]] = {outcome: [] for outcome in OUTCOMES}
    for one, outcome in zip(worth.models, outcomes(errors, guess, samples), strict=True):
        named[str(outcome)].append(one.label)
    better, unclear, worse = named.values()
    if unclear and not better:
        return too_few(samples)
    if better and worse:
        return f"{where} {better[0]} beats {best.label}; {worse[0]} doesn't."
    clearly = "clearly " * any(worth.skill(one, target) > 0 for one in worth.models)
    who = f"{better[0]} beats" if better else f"{worse[0]} doesn't {clearly}beat"
    if len(better or worse) > 1:
        who = "both modes beat" if better else f"neither mode {clearly}beats"
    return f"{where} {who} {best.label}, the best baseline."


def worth_sentence(
    dataset: Dataset, origin: Origin, worth: Worth, target: int, part: Part = "judged"
) -> str:
    """How wrong models and the best baseline are, on how many samples, and what is measured."""
    best, unit, period = worth.baselines(target)[0], off_unit(dataset), origin.period
    kept = "validation" if dataset.has_validation else "training"
    samples = counted(len(worth.samples), f"{'test' if part == 'test' else kept} sample")
    few = f", every {worth.every}th of the part," if worth.every > 1 else ""
    about = {"target": dataset.target_labels[target], "samples": samples, "few": few, "unit": unit}
    rmse = readable(best.rmse[target])
    parts = [_TEXTS["rmse"].format(best=best.label, rmse=rmse, **about)]
    for score in worth.models:
        skill = worth.skill(score, target)
        less = "less" if skill >= 0 else "more"
        share = f", {readable(abs(skill))}% {less}" if math.isfinite(skill) else ""
        rmse, mae = (readable(error[target]) for error in (score.rmse, score.mae))
        about = {"name": capital(score.label), "unit": unit, "share": share}
        parts.append(_TEXTS["model"].format(rmse=rmse, mae=mae, **about))
    season = f"the value one season before ({season_length(origin, period)})"
    before = season if period > 1 else "the row before"
    return " ".join([*parts, _TEXTS["measures"].format(before=before)])


def season_sentence(origin: Origin, chosen: int) -> str:
    """How long a season is, and unless it was `chosen`, which ones were tried, and which not."""
    season = origin.season
    rows = season_length(origin, season.period)
    gaps = _TEXTS["season_gaps"].format(gaps=counted(origin.gaps, "gap")) if origin.gaps else ""
    if chosen:
        return _TEXTS["season_chosen"].format(rows=rows) + gaps
    tried = joined([f"{m:,}" for m in season.tried])
    which = "season" if season.period > 1 else "no_season" if tried else "none_tried"
    parts = [_TEXTS[which].format(rows=rows, tried=tried)]
    there = len(training_rows(origin))
    parts += [
        _TEXTS["not_tried"].format(rows=m, needed=rows_needed(origin, m), there=there)
        for m in natural_seasons(origin)
        if m not in season.tried
    ]
    if season.baseline > season.period:
        parts.append(_TEXTS["listed"].format(rows=season_length(origin, season.baseline)))
    return " ".join(parts) + gaps


def dates_told(dataset: Dataset, origin: Origin, said: ByRow, target: int, every: int) -> Told:
    """What the band is; where it begins and ends, how wide it is, and how far off answers are."""
    unit, name = off_unit(dataset), origin.names[origin.series[said.rows[0]]]
    column = origin.columns[target // len(origin.horizons)]
    first, last = origin.label(int(said.rows[0])), origin.label(int(said.rows[-1]))
    rows = f"{first} to {last}{f', every {every}th row' if every > 1 else ''}"
    parts = [f"{capital(column)}{f' of {name}' if name else ''}, {rows}."]
    other = "; last-step mode only where a window ends" if len(said.last) > 1 else ""
    takeaway = f"Sequence mode answers each date once{other}."
    if not said.last:
        takeaway = "Not trained yet: the target, and what a baseline says of it."
    elif said.steps is None:
        takeaway = "Last-step mode answers where a window ends."
    elif said.most > 1:
        times = counted(said.most, "time")
        takeaway = f"Sequence mode answers a date up to {times}: that is the band."
        width = readable(float((said.steps[1] - said.steps[0]).mean()))
        parts.append(_TEXTS["band_of_dates"].format(width=width, unit=unit))
    off = [
        f"{MODES[mode].name} by {readable(float(np.nanmean(np.abs(values - said.truth))))}{unit}"
        for mode, values in said.last.items()
        if np.isfinite(values).any()
    ]
    if off:
        parts.append(f"At the last step, on average, off: {joined(off)}.")
    return takeaway, " ".join(parts)


def forecast_told(
    dataset: Dataset, origin: Origin, coming: Forecast, *, fed_back: bool, picked: bool = False
) -> Told:
    """What is said of the last of the rows to come; how, and how often such bands held."""
    count, unit = len(coming.errors), f" {dataset.target_unit}" if dataset.target_unit else ""
    how, ahead = _TEXTS["fed_back" if fed_back else "direct"], counted(count, origin.step)
    when = capital(f"{ahead} on")
    if coming.times is not None and origin.time_format:
        when = str(coming.times[-1].strftime(origin.time_format))
    said = [
        f"{MODES[mode].name} {_with_band(float(v[-1]), float(coming.widths[mode][-1]))}{unit}"
        for mode, v in coming.values.items()
    ]
    parts = [how.format(times=counted(count, "time"), ahead=ahead)]
    has_band = np.isfinite([*coming.widths.values()])
    if has_band.any():
        low, high = int(coming.errors.min()), int(coming.errors.max())
        many = f"{high:,}" if low == high else f"{low:,} to {high:,}"
        parts.append(_TEXTS["band"].format(errors=many, picked=PICKED * picked))
    if not has_band.all():
        parts.append(_TEXTS["no_band"])
    held = [
        f"{100 * inside / of:.0f}% of {of:,} with {MODES[mode].name}"
        for mode, (inside, of) in coming.covered.items()
    ]
    which = "held" if held else "unseen" if dataset.test else "no_test"
    parts.append(_TEXTS[which].format(held=joined(held)))
    return f"{when}: {', '.join(said)}.", " ".join(parts)


def _with_band(value: float, width: float) -> str:
    """A value to the second digit of its band's width: "356.94 ± 0.66"; as it is without one."""
    if not (math.isfinite(value) and 1e-5 < width < 1e9):
        return number(value)
    decimals = max(0, 1 - math.floor(math.log10(width)))
    return f"{value:,.{decimals}f} ± {width:,.{decimals}f}"
