"""Compared runs: charts, different settings, each run's values, and which run is better.

Colors show the mode. Each run has its own dash, mark and letter. Curves are medians over the run's
seeds.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from lib.charts import axes, chart
from lib.charts.accuracy import StepAccuracy
from lib.charts.chart import Chart, End, Part
from lib.charts.class_bands import TrueClass
from lib.charts.over_time import SamplePredictions, StepValues, error_unit, raw_targets
from lib.charts.palette import Palette
from lib.charts.sentences import Words, name_of, value_of
from lib.charts.thumbnail import Plot
from lib.data import locked, suggested
from lib.experiment import MODES, SETTINGS
from lib.results import Compared, compared_part, same_data
from lib.text import capital, counted, readable

LOOKS = {  # by a run's letter: the dash of a line, and the shape of a mark
    "A": ("solid", "diamond-open"),
    "B": ("dash", "circle-open"),
    "C": ("dot", "square-open"),
    "D": ("dashdot", "triangle-up-open"),
    "E": ("longdash", "star-open"),
    "F": ("longdashdot", "cross-open"),
}
MOST_SETTINGS = 5  # a run's name shows at most this many settings, and counts the others
MIXED = "Errors of numbers and accuracies of labels share no axis: each kind has its own charts."
Drawn = list[tuple[Part, End]]  # lines or marks, each with its label


def losses_figure(runs: Sequence[Compared], palette: Palette) -> Chart:
    """Draw validation loss by epoch on a log axis; training loss if a run has no validation."""
    part, epochs, losses = compared_part(runs), "loss_epochs", "loss"
    if part == "validation":
        epochs, losses = "checked_epochs", "validation_loss"
    x_axis, curves = axes.epoch_axis(max(run.snapshot.epochs for run in runs)), Drawn()
    for run in runs:
        for mode, result in run.results.items():
            x, y = getattr(result, epochs), chart.finite(getattr(result, losses))
            curves.append(_curve(run, mode, x, y, palette))
    loss = "cross-entropy" if runs[0].experiment.has_labels else "loss"
    y_axis = axes.log_axis(f"{part} {loss}", _all_y(curves))
    return _figure(curves, x_axis, y_axis, palette)


def errors_figure(runs: Sequence[Compared], palette: Palette) -> Chart:
    """Draw RMSE by timestep on a log axis; if the data differ, divided by each run's baseline.

    For labels, draw accuracy; if the data differ, minus each run's baseline.
    """
    has_labels, are_same = runs[0].experiment.has_labels, same_data(runs)
    kind = StepAccuracy if has_labels else StepValues
    cards = {run.letter: kind(run) for run in runs}
    longest = max(cards.values(), key=lambda card: card.run.dataset.shape[1])
    name, baseline = longest.run.dataset.baseline_label, longest.baseline
    if not are_same:
        name, baseline = "each run's baseline", np.full(len(baseline), float(not has_labels))

    def error(run: Compared, mode: str) -> np.ndarray:
        card = cards[run.letter]
        median = card.values[mode].median
        if are_same:
            return median
        if has_labels:
            return median - card.baseline
        return median / np.where(card.baseline > 0, card.baseline, np.nan)

    level = chart.level(name, baseline, "baseline", palette)
    drawn = [(level, End(name, float(baseline[-1]), "baseline"))]
    drawn += _at_steps(runs, error, palette)
    if has_labels:
        title = axes.ACCURACY if are_same else "accuracy − baseline's, in points"
        y_axis = axes.linear_axis(title, _all_y(drawn), np.array([0, 100 * are_same]))
    else:
        title = chart.with_unit("RMSE", error_unit(longest.run.dataset))
        y_axis = axes.log_axis(title if are_same else "RMSE ÷ baseline's RMSE", _all_y(drawn))
    return _figure(drawn, longest.steps_axis(), y_axis, palette)


def predictions_figure(
    runs: Sequence[Compared], sample: int, target: int, palette: Palette
) -> Chart:
    """Draw raw predictions and the raw target for one sample, for runs on the same data.

    For labels, draw the probability of the true class.
    """
    dataset, index = runs[0].dataset, int(runs[0].snapshot.samples[sample])
    values = partial(_of_sample, sample=sample, target=target)
    curves, x_axis = _at_steps(runs, values, palette), axes.timestep_axis(dataset.steps_of(index))
    if dataset.has_labels:
        y_axis = axes.linear_axis("probability of the true class", np.zeros(1), np.array([0, 1]))
        return _figure(curves, x_axis, y_axis, palette)
    targets = chart.finite(raw_targets(dataset, index)[:, target])
    line = chart.line("target", targets, {"color": palette.ink, "width": 4}, "", dots=7)
    drawn = [(line, End(f"target{dataset.ahead}", float(targets[-1]), "ink")), *curves]
    title = chart.with_unit(dataset.target_names[target], dataset.target_unit)
    y_axis = axes.linear_axis(title, _all_y(drawn), axes.with_room(targets))
    return _figure(drawn, x_axis, y_axis, palette)


def _of_sample(run: Compared, mode: str, sample: int, target: int) -> np.ndarray:
    """Return a mode's raw predictions for one sample, (T,).

    For labels, return the true class's probabilities, in sequence mode up to the last real step.
    """
    if not run.dataset.has_labels:
        return chart.finite(SamplePredictions(run, sample, target).values[mode].median)
    card = TrueClass(run, sample)
    shares = card.values()[mode].median
    return shares[: card.end + 1] if MODES[mode].every_step else shares


def _at_steps(
    runs: Sequence[Compared], values: Callable[[Compared, str], np.ndarray], palette: Palette
) -> Drawn:
    """Draw each model's `values` (T,) by timestep, but only the last unless a mode returns all."""
    curves = Drawn()
    for run in runs:
        for mode in run.results:
            y, first = values(run, mode), 0 if MODES[mode].every_step else -1
            x = np.arange(1, len(y) + 1)
            curves.append(_curve(run, mode, x[first:], y[first:], palette))
    return curves


def _curve(
    run: Compared, mode: str, x: np.ndarray, y: np.ndarray, palette: Palette
) -> tuple[Part, End]:
    """Draw y (P,) over x as a line, or as a mark if there is a single value."""
    name, color = f"{run.letter}, {MODES[mode].name}", palette.mode(mode)
    dash, symbol = LOOKS[run.letter]
    hover, style = f"{chart.hover()} at %{{x}}", {"color": color, "dash": dash}
    line = chart.line(name, y, {"width": 2.5, **style}, hover, x=x)
    if len(x) == 1:
        marker = {"color": color, "size": 14, "symbol": symbol, "line": {"width": 3}}
        line = chart.points(name, x, y, marker, hover)
    [end] = chart.mode_ends({mode: y})
    return line, replace(end, words=f"{run.letter} {end.words}")


def _all_y(drawn: Drawn) -> np.ndarray:
    return chart.all_y([line for line, _ in drawn])


def _figure(drawn: Drawn, x: Part, y: Part, palette: Palette) -> Chart:
    lines, ends = [line for line, _ in drawn], [end for _, end in drawn]
    look: Part = {"name": f"compare {y['title']}", "height": 340, "hovermode": "closest"}
    return chart.plotted(lines, palette, x, y, [], ends=ends, **look)


def named_figure(plot: Plot, palette: Palette) -> Chart:
    """Draw the lines of a recorded picture by epoch, each with its own dash and its name."""
    drawn = Drawn()
    for line, (dash, _) in zip(plot.lines, LOOKS.values(), strict=False):
        style = {"color": palette.of(line.color), "dash": dash, "width": 2.5}
        curve = chart.line(line.name, line.y, style, chart.hover(), x=line.x)
        drawn.append((curve, End(line.name, float(line.y[-1]), line.color)))
    x, y = axes.epoch_axis(int(plot.lines[0].x[-1])), axes.log_axis("MSE", _all_y(drawn))
    if plot.is_share:
        y = axes.share_axis(axes.ACCURACY, _all_y(drawn))
    return _figure(drawn, x, y, palette)


def headline(runs: Sequence[Compared]) -> str:
    """Return the page's title: how many runs are compared."""
    if len(runs) < 2:
        return "Pick two or more runs to compare."
    kind = "recorded runs" if all(run.is_recorded for run in runs) else "runs"
    return f"{len(runs)} {kind} side by side."


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
    used = [SETTINGS[key] for key in keys if key not in locked(run.experiment)]
    texts = [f"{name_of(s)} {value_of(s, run.experiment)}" for s in used]
    if "data" in keys:
        texts[0] = run.dataset.title
    rest = len(texts) - MOST_SETTINGS
    return " · ".join(texts[:MOST_SETTINGS] + ([f"and {rest} more"] if rest > 0 else []))


def reached(run: Compared) -> str:
    """Return a run's epochs and speed: "200 epochs, 25 a second". A recorded run has no speed."""
    snapshot = run.snapshot
    of = "" if snapshot.epoch == snapshot.epochs else f"{snapshot.epoch:,} of "
    text, rate = f"{of}{counted(snapshot.epochs, 'epoch')}", snapshot.epochs_per_second
    return text if run.is_recorded or not rate else f"{text}, {readable(rate, 2)} a second"


def predictions_words(runs: Sequence[Compared], sample: int, target: int) -> Words:
    """Return each run's takeaway about one sample."""
    dataset, details = runs[0].dataset, []
    labels = dataset.has_labels
    for run in runs:
        card = TrueClass(run, sample) if labels else SamplePredictions(run, sample, target)
        details.append(f"Run {run.letter}: {card.takeaway()}")
    name = capital(dataset.sample_name(int(runs[0].snapshot.samples[sample])))
    return f"{name}, predicted by {counted(len(runs), 'run')}.", " ".join(details)
