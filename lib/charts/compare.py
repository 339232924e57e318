"""Compared runs: charts, different settings, each run's values, and which run is better.

Colors show the mode. Each run has its own dash, mark and letter. The names of its traces begin
with the letter, so that `lib/ui/listener.js` finds them. Curves are medians over the run's seeds.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from lib import results
from lib.charts import axes, chart
from lib.charts.chart import Chart, End, Part
from lib.charts.html import plot_image, plotted_line
from lib.charts.over_time import error_unit, root_error
from lib.charts.palette import Palette
from lib.charts.sentences import Words, name_of, off_unit, pair_sentence, too_few, value_of
from lib.data import idle, suggested
from lib.experiment import LOSSES, MODES, SETTINGS
from lib.results import Compared, compared_part, decided, independent_samples, same_data
from lib.text import capital, counted, joined, readable, short

LOOKS = {  # by a run's letter: the dash of a line, and the shape of a mark
    "A": ("solid", "diamond-open"),
    "B": ("dash", "circle-open"),
    "C": ("dot", "square-open"),
    "D": ("dashdot", "triangle-up-open"),
    "E": ("longdash", "star-open"),
    "F": ("longdashdot", "cross-open"),
}
SPARK = 64  # points of a small curve
MOST_SETTINGS = 5  # a run's name shows at most this many settings, and counts the others
ERROR = "final_mse"  # the field of `ModeResult` with the error at the last step
LOSSES_AT_END = {"validation": "final_validation_loss", "training": "final_loss"}
"""The field of `ModeResult` with the loss on each part of the data."""
NO_COMMON_SAMPLE = "Pick runs on the same data to compare their predictions."


class _Curve(NamedTuple):
    """Values y (P,) over x (P,), drawn as a line, or as a mark if there is a single value."""

    run: Compared
    mode: str
    x: np.ndarray
    y: np.ndarray


def losses_figure(runs: Sequence[Compared], palette: Palette) -> Chart:
    """Draw validation loss by epoch on a log axis; training loss if a run has no validation."""
    part, epochs, losses = compared_part(runs), "loss_epochs", "loss"
    if part == "validation":
        epochs, losses = "checked_epochs", "validation_loss"
    curves = [
        _Curve(run, mode, getattr(result, epochs), chart.finite(getattr(result, losses)))
        for run in runs
        for mode, result in run.results.items()
    ]
    x_axis = axes.epoch_axis(max(run.snapshot.epochs for run in runs))
    y_axis = axes.log_axis(f"{part} loss", [float(y) for curve in curves for y in curve.y])
    return _figure(curves, x_axis, y_axis, palette)


def errors_figure(runs: Sequence[Compared], palette: Palette) -> Chart:
    """Draw RMSE by timestep on a log axis; if the data differ, divided by each run's baseline."""
    longest = max((run.dataset for run in runs), key=lambda dataset: dataset.shape[1])
    are_same = same_data(runs)
    name, title = "each run's baseline", "RMSE ÷ baseline's RMSE"
    if are_same:
        name, title = longest.baseline_label, chart.with_unit("RMSE", error_unit(longest))

    def error(mse: np.ndarray, baseline: np.ndarray) -> np.ndarray:
        if are_same:
            return root_error(longest, mse)
        return np.sqrt(chart.finite(mse) / np.where(baseline > 0, baseline, np.nan))

    curves = _at_steps(runs, lambda run, result: error(result.step_mse, run.dataset.baseline_mse))
    baseline = error(longest.baseline_mse, longest.baseline_mse)
    values = np.concatenate([baseline, *(curve.y for curve in curves)])
    y_axis = axes.log_axis(title, values.tolist())
    x_axis = axes.timestep_axis(longest.timestep_names)
    level = chart.level(name, baseline, "baseline", palette)
    end = End(name, float(baseline[-1]), "baseline")
    return _figure(curves, x_axis, y_axis, palette, (level, end))


def predictions_figure(
    runs: Sequence[Compared], sample: int, target: int, palette: Palette
) -> Chart:
    """Draw raw predictions and the raw target for one sample, for runs on the same data."""
    dataset, index = runs[0].dataset, int(runs[0].snapshot.samples[sample])

    def raw(y: np.ndarray) -> np.ndarray:
        return chart.finite(dataset.raw(y, index)[:, target])

    targets = raw(dataset.y[index])
    curves = _at_steps(runs, lambda _, result: raw(result.predictions[sample]))
    title = chart.with_unit(dataset.target_names[target], dataset.target_unit)
    values = np.concatenate([targets, *(curve.y for curve in curves)])
    y_axis = axes.linear_axis(title, values, axes.with_room(targets))
    x_axis = axes.timestep_axis(dataset.steps_of(index))
    line = chart.line("target", targets, {"color": palette.ink, "width": 4}, "", dots=7)
    end = End(f"target{dataset.ahead}", float(targets[-1]), "ink")
    return _figure(curves, x_axis, y_axis, palette, (line, end))


def _at_steps(
    runs: Sequence[Compared], values: Callable[[Compared, Any], np.ndarray]
) -> list[_Curve]:
    """Return each model's `values` (T,) by timestep, but only the last one for last-step mode."""
    curves = []
    for run in runs:
        for mode, result in run.results.items():
            y, first = values(run, result), 0 if mode == "sequence" else -1
            curves.append(_Curve(run, mode, np.arange(1, len(y) + 1)[first:], y[first:]))
    return curves


def _figure(
    curves: Sequence[_Curve], x: Part, y: Part, palette: Palette, *below: tuple[Part, End]
) -> Chart:
    """Draw curves over the lines `below`, each with its label at the end."""
    hover = f"{chart.hover()} · {x['title']} %{{x:,d}}"
    lines, ends = [line for line, _ in below], list[End]()
    for run, mode, of_x, of_y in curves:
        name, color = f"{run.letter}, {MODES[mode].name}", palette.mode(mode)
        dash, symbol = LOOKS[run.letter]
        if len(of_x) == 1:
            marker = {"color": color, "size": 14, "symbol": symbol, "line": {"width": 3}}
            lines.append(chart.points(name, of_x, of_y, marker, hover))
        else:
            style = {"color": color, "width": 2.5, "dash": dash}
            lines.append(chart.line(name, of_y, style, hover, x=of_x))
        [end] = chart.mode_ends({mode: of_y})
        ends.append(replace(end, words=f"{run.letter} {end.words}"))
    ends += [end for _, end in below]
    look: Part = {"name": f"compare {y['title']}", "height": 340, "hovermode": "closest"}
    return chart.plotted(lines, palette, x, y, [], ends=ends, **look)


def sparkline(run: Compared, palette: Palette) -> str:
    """Return a small HTML image of both modes' last-step error by epoch."""
    across = np.linspace(0, max(1, run.snapshot.epoch), SPARK)
    logs = {}
    for mode, result in run.results.items():
        errors = np.nan_to_num(result.last_step_mse, nan=np.inf).clip(1e-9, 1e9)
        logs[mode] = np.log(np.interp(across, result.checked_epochs, errors))
    drawn = np.array([*logs.values()] or [[0.0]])
    heights = {m: 20 + 260 * (drawn.max() - y) / (np.ptp(drawn) or 1.0) for m, y in logs.items()}
    lines = [plotted_line(each, palette.mode(mode), 1.5) for mode, each in heights.items()]
    return plot_image("".join(lines), 300, "none", 1.75)


def headline(runs: Sequence[Compared]) -> str:
    """Return the page's title: how many runs are compared."""
    if len(runs) < 2:
        return "One run. Pick another to compare." if runs else "Pick runs in the list."
    if all(run.is_recorded for run in runs):
        return f"{len(runs)} recorded runs side by side. Train your own to compare."
    return f"{len(runs)} runs side by side."


def differences(runs: Sequence[Compared]) -> list[str]:
    """Return each run's settings that differ, data first: "Echo · units 8 · cell GRU".

    A run is compared with runs on the same data and, if the data of the runs differ, with the
    suggested settings. A run without a difference shows data, timesteps and units.
    """
    names = []
    for run in runs:
        others = [o.experiment for o in runs if o.dataset.title == run.dataset.title]
        data = ["data"] if len(others) < len(runs) else []
        if data:
            others.append(suggested(run.experiment.data.name).set(seeds=run.experiment.seeds))
        own = [k for k in SETTINGS if any(run.experiment.get(k) != o.get(k) for o in others)]
        keys = data + [key for key in own if key != "data"]
        names.append(_named(run, keys) or _named(run, ["data", "T", "U"]))
    return names


def _named(run: Compared, keys: Sequence[str]) -> str:
    """Return settings with their values. Settings without effect on the run's data are left out."""
    used = [SETTINGS[key] for key in keys if key not in idle(run.experiment)]
    texts = [f"{name_of(s)} {value_of(s, run.experiment)}" for s in used]
    if "data" in keys:
        texts[0] = run.dataset.title
    rest = len(texts) - MOST_SETTINGS
    return " · ".join(texts[:MOST_SETTINGS] + ([f"and {rest} more"] if rest > 0 else []))


def spread(run: Compared, mode: str, field: str = ERROR) -> str:
    """Return a field's median over the seeds with its range: "0.01 (0.008 to 0.02)"."""
    ends = np.sort(run.snapshot.by_seed(mode, field))[[0, -1]]
    least, most = (short(float(f"{end:.2g}")) for end in ends)
    return median_text(run, mode, field) + (f" ({least} to {most})" if least != most else "")


def median_text(run: Compared, mode: str, field: str) -> str:
    """Return the median over the seeds of a field of `ModeResult`, as text; "–" for NaN."""
    value = float(np.median(run.snapshot.by_seed(mode, field)))
    return "–" if math.isnan(value) else short(value)


def reached(run: Compared) -> str:
    """Return a run's epochs and training time: "200 epochs, 8 s". A recorded run has no time."""
    snapshot = run.snapshot
    of = "" if snapshot.epoch == snapshot.epochs else f"{snapshot.epoch:,} of "
    text, rate = f"{of}{counted(snapshot.epochs, 'epoch')}", snapshot.epochs_per_second
    return text if run.is_recorded or not rate else f"{text}, {snapshot.epoch / rate:,.0f} s"


def losses_words(runs: Sequence[Compared]) -> Words:
    """Return which run's loss is smallest, or why the losses can't be ranked."""
    part = compared_part(runs)
    labels = dict.fromkeys(LOSSES[run.experiment.training.loss].label for run in runs)
    takeaway, details = _verdict_words(runs, LOSSES_AT_END[part], f"has the smallest {part} loss")
    if len(labels) > 1:
        takeaway = "The runs use different loss functions, so their losses can't be compared."
    return takeaway, f"{joined(list(labels))}, {part}: {details}"


def errors_words(runs: Sequence[Compared]) -> Words:
    """Return which run's error at the last step is smallest, or why errors can't be ranked."""
    takeaway, details = _verdict_words(runs, ERROR, "has the smallest error")
    return takeaway, f"Mean squared error at the last step: {details}"


def _verdict_words(runs: Sequence[Compared], field: str, wins: str) -> Words:
    """Return which run `wins` by a field of `ModeResult`, with all values and the tests."""
    numbers = [
        f"run {run.letter} has {spread(run, mode, field)} in {MODES[mode].name}"
        for run in runs
        for mode in run.results
    ]
    details = f"{'; '.join(numbers)}. For several seeds: the median, and the range in parentheses."
    modes = [mode for mode in runs[0].results if all(mode in run.results for run in runs)]
    errors = {mode: [run.snapshot.by_seed(mode, field) for run in runs] for mode in modes}
    medians = {mode: [float(np.median(seeds)) for seeds in errors[mode]] for mode in modes}
    if why := _why_not_ranked(runs, medians):
        return why, details
    winners: dict[str, list[str]] = {}  # the modes in which a run clearly wins, by its letter
    for mode, seeds in errors.items():
        least, second = sorted(medians[mode])[:2]
        lead = medians[mode].index(least)
        others = [place for place in range(len(runs)) if place != lead]
        verdicts = {place: results.compare_modes(seeds[lead], seeds[place]) for place in others}
        is_clear = decided(least, second, independent_samples(runs[0].dataset)) and all(
            each.is_clear and not each.better for each in verdicts.values()
        )
        winners.setdefault(runs[lead].letter if is_clear else "", []).append(MODES[mode].name)
        for place, found in verdicts.items():
            one, other = f"run {runs[lead].letter}", f"run {runs[place].letter}"
            details += f" {capital(MODES[mode].name)}: {pair_sentence(found, one, other)}"
    unclear = "".join(f"; {name} is unclear" for name in winners.pop("", []))
    if not winners:
        count = len(runs[0].snapshot.seeds)
        return f"No clear winner: {count} seeds can't tell these runs apart.", details
    takeaway = ""
    for letter, names in winners.items():
        takeaway += f", run {letter}" if takeaway else f"Run {letter} {wins}"
        takeaway += f" in {joined(names)}"
    return f"{takeaway}{unclear}.", details


def _why_not_ranked(runs: Sequence[Compared], medians: dict[str, list[float]]) -> str:
    """Return why errors can't be ranked, given the runs' medians by mode; "" if they can be."""
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
    is_decided = any(decided(min(each), max(each), samples) for each in medians.values())
    return "" if is_decided else too_few(samples)


def predictions_words(runs: Sequence[Compared], sample: int, target: int) -> Words:
    """Return errors at the last step of one sample, for runs on the same data."""
    dataset, index = runs[0].dataset, int(runs[0].snapshot.samples[sample])
    value = float(dataset.raw(dataset.y[index], index)[-1, target])
    errors = {}
    for run in runs:
        for mode, result in run.results.items():
            prediction = float(dataset.raw(result.predictions[sample], index)[-1, target])
            errors[f"run {run.letter} in {MODES[mode].name}"] = abs(prediction - value)
    unit, name = off_unit(dataset), capital(dataset.sample_name(index))
    least, most = (readable(edge(errors.values()), 2, unit) for edge in (min, max))
    texts = [f"{readable(error, 2, unit)} for {who}" for who, error in errors.items()]
    last = f"the target at the last step is {readable(value)}{dataset.spaced_unit}"
    error = least if least == most else f"{least} to {most}"
    takeaway = f"One sample: the error at the last step is {error}."
    return takeaway, f"{name}: {last}. Errors: {joined(texts)}."
