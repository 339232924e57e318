"""Runs laid over one another: loss by epoch, error by timestep, and answers on the same sample.

Colours are the modes'. A run has a dash, a mark and a letter; its traces' names begin with the
letter, by which `lib/ui/listener.js` finds them. Curves are medians over the run's seeds.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from lib.charts import axes, chart
from lib.charts.chart import Entry, Part
from lib.charts.html import plot_image, plotted_line
from lib.charts.over_time import error_unit, typical_error
from lib.charts.palette import Palette
from lib.experiment import MODES
from lib.results import Compared, ModeResult, part_of, same_data

LOOKS = {
    "A": ("solid", "diamond-open", "line"),
    "B": ("dash", "circle-open", "dashed"),
    "C": ("dot", "square-open", "dotted"),
    "D": ("dashdot", "triangle-up-open", "dashdot"),
    "E": ("longdash", "star-open", "long dashes"),
    "F": ("longdashdot", "cross-open", "long dashdot"),
}
"""By a run's letter: the dash of a line, the shape of a mark, and how the key draws it."""
SPARK = 64  # points of a small curve


class _Curve(NamedTuple):
    """Values y (P,) over x (P,): a line, or a mark where there is one alone."""

    run: Compared
    mode: str
    x: np.ndarray
    y: np.ndarray


def losses_figure(runs: Sequence[Compared], palette: Palette) -> chart.Chart:
    """Loss by epoch, logarithmic: on validation, or in training where a run has no such part."""
    part, x, y = part_of(runs), "loss_epochs", "loss"
    if part == "validation":
        x, y = "checked_epochs", "validation_loss"
    curves = [
        _Curve(run, mode, getattr(result, x), chart.finite(getattr(result, y)))
        for run in runs
        for mode, result in run.results.items()
    ]
    x_axis = axes.epoch_axis(max(run.snapshot.epochs for run in runs))
    y_axis = axes.log_axis(f"{part} loss", [float(y) for curve in curves for y in curve.y])
    return _figure(curves, x_axis, y_axis, palette)


def errors_figure(runs: Sequence[Compared], palette: Palette) -> chart.Chart:
    """Root of the mean squared error by timestep, logarithmic; last-step mode has its last alone.

    Where the data are the same it is in the target's unit, beside the guess or baseline. Else it is
    a share of what that has at each step.
    """
    longest = max((run.dataset for run in runs), key=lambda dataset: dataset.shape[1])
    name, unit = "the guess of its data", "guess: 1"
    if alike := same_data(runs):
        name, unit = longest.naive_label, error_unit(longest)

    def error(mse: np.ndarray, naive: np.ndarray) -> np.ndarray:
        if alike:
            return typical_error(longest, mse)
        return np.sqrt(chart.finite(mse) / np.where(naive > 0, naive, np.nan))

    curves = _by_step(runs, lambda run, of: error(of.step_mse, run.dataset.naive_mse))
    guess = error(longest.naive_mse, longest.naive_mse)
    level = chart.line(name, guess, chart.naive_style(palette), "")
    values = np.concatenate([guess, *(curve.y for curve in curves)])
    y_axis = axes.log_axis(chart.with_unit("typical error", unit), values.tolist())
    x_axis = axes.timestep_axis(longest.timestep_names)
    return _figure(curves, x_axis, y_axis, palette, (level, Entry("dotted", name, "baseline")))


def answers_figure(
    runs: Sequence[Compared], sample: int, target: int, palette: Palette
) -> chart.Chart:
    """What runs of the same data say of one sample, in the raw unit, beside the target."""
    dataset, index = runs[0].dataset, int(runs[0].snapshot.samples[sample])
    truth = chart.finite(dataset.raw(dataset.y[index], index)[:, target])
    line = chart.line("target", truth, {"color": palette.ink, "width": 4}, "", dots=7)
    curves = _by_step(
        runs, lambda _, of: chart.finite(dataset.raw(of.predictions[sample], index)[:, target])
    )
    title = chart.with_unit(dataset.target_names[target], dataset.target_unit)
    values = np.concatenate([truth, *(curve.y for curve in curves)])
    y_axis = axes.linear_axis(title, values, axes.with_room(truth))
    x_axis = axes.timestep_axis(dataset.steps_of(index))
    entry = Entry("dots", f"target{dataset.ahead}")
    return _figure(curves, x_axis, y_axis, palette, (line, entry))


def _by_step(
    runs: Sequence[Compared], values: Callable[[Compared, ModeResult], np.ndarray]
) -> list[_Curve]:
    """Values (T,) over the timesteps; of the last-step mode the last alone, since that is asked."""
    curves = []
    for run in runs:
        for mode, result in run.results.items():
            y = values(run, result)
            asked = slice(0 if mode == "sequence" else -1, None)
            curves.append(_Curve(run, mode, np.arange(1, len(y) + 1)[asked], y[asked]))
    return curves


def _figure(
    curves: Sequence[_Curve], x: Part, y: Part, palette: Palette, *below: tuple[Part, Entry]
) -> chart.Chart:
    """Curves, over lines `below` them, each with its entry in the key."""
    modes = dict.fromkeys(curve.mode for curve in curves)
    letters = list(dict.fromkeys(curve.run.letter for curve in curves))
    looks = [Entry(LOOKS[letter][2], letter) for letter in letters]
    key = [chart.mode_keys(modes), looks + [entry for _, entry in below]]
    hover = f"%{{y:{chart.VALUE}}} · {x['title']} %{{x:,d}}"
    lines, ends = [line for line, _ in below], []
    ranked = sorted(curves, key=lambda curve: curve.y[-1:].tolist())
    for run, mode, of_x, of_y in curves:
        name, color = f"{run.letter}, {MODES[mode].name}", palette.mode(mode)
        dash, symbol, _ = LOOKS[run.letter]
        if len(of_x) == 1:
            marker = {"color": color, "size": 14, "symbol": symbol, "line": {"width": 3}}
            lines.append(chart.points(name, of_x, of_y, marker, hover))
        else:
            style = {"color": color, "width": 2.5, "dash": dash}
            lines.append(chart.line(name, of_y, style, hover, x=of_x))
        column = "\N{EM SPACE}" * (letters.index(run.letter) + 1)
        end = chart.points(run.letter, of_x[-1:], of_y[-1:], {}, "") | {"mode": "text"}
        own = [curve.mode for curve in ranked if curve.run.letter == run.letter]
        side = ("bottom", "top")[own.index(mode)] if len(own) > 1 else "middle"  # never on another
        end |= {"text": [column + run.letter], "textposition": f"{side} right"}
        ends.append(end | {"textfont": {"color": palette.words(mode)}})
    name, right = f"compare {y['title']}", 24 + chart.FONT_SIZE * len(letters)
    look: Part = {"name": name, "height": 340, "right": right, "hovermode": "closest"}
    return chart.plotted([*lines, *ends], palette, x, y, key, **look)


def sparkline(run: Compared, palette: Palette) -> str:
    """A small curve as HTML: both modes' last-step error by epoch, logarithmic. It has no text."""
    across = np.linspace(0, max(1, run.snapshot.epoch), SPARK)
    logs = {}
    for mode, result in run.results.items():
        errors = np.nan_to_num(result.last_step_mse, nan=np.inf).clip(1e-9, 1e9)
        logs[mode] = np.log(np.interp(across, result.checked_epochs, errors))
    ends = np.array([*logs.values()] or [[0.0]])
    heights = {m: 20 + 260 * (ends.max() - y) / (np.ptp(ends) or 1.0) for m, y in logs.items()}
    lines = [plotted_line(each, palette.mode(mode), 1.5) for mode, each in heights.items()]
    return plot_image("".join(lines), 300, "none", 1.75)
