"""The Cell page's part on streaming: the states between two calls, and generated values."""

import numpy as np

from lib.charts import axes, chart
from lib.charts.cell import reach_of
from lib.charts.chart import End, Entry, Part
from lib.charts.html import named, render, shaded
from lib.charts.palette import Palette
from lib.charts.sentences import Words
from lib.data import Dataset
from lib.recurrence import LayerPass
from lib.results import Generated, why_not_fed_back
from lib.shapes import STATES
from lib.text import apart, beside, counted, joined, number, readable

_TEXTS = beside(__file__)
HEIGHT = 240  # of the chart, in pixels


def carried_states(layer: LayerPass, order: np.ndarray, palette: Palette) -> str:
    """Draw a layer's inputs, and its states before the first and after each call.

    `order` (U,) is the unit of each row.
    """
    rows, x = [], np.nan_to_num(layer.x)
    for name, values in zip(STATES[layer.cell], layer.trace.states, strict=True):
        reach, states = reach_of(values), np.pad(values[0], [(1, 0), (0, 0)])[:, order]
        rows.append((name, number(reach), shaded(states.T, palette, "height:3.5rem", reach)))
    inputs = shaded(x.T, palette, "height:1.5rem", max(1e-9, float(np.abs(x).max())))
    calls = {0: "0"} | {k + 1: name for k, name in named(len(x), 8).items() if k}
    drawn = inputs, rows, len(x), calls, _TEXTS["state"], palette
    return render("charts/generation.html", "carried", *drawn)


def state_sentence(layer: LayerPass, outputs: np.ndarray | None, unit: int, step: int) -> str:
    """Return a unit's states before and after a call, and Keras's output among `outputs` (T, U)."""
    words = []
    for name, values in zip(STATES[layer.cell], layer.trace.states, strict=True):
        before = number(values[0, step - 1, unit]) if step else "0"
        words.append(f"{name} from {before} to {number(values[0, step, unit])}")
    keras = "…" if outputs is None else f"{number(outputs[step, unit])}."
    return f"Call {step + 1} takes unit {unit + 1}'s {joined(words)}. Keras returns {keras}"


def generated_figure(dataset: Dataset, one: Generated, mode: str, palette: Palette) -> chart.Chart:
    """Draw one sample's first target: the true values, and the values generated after the given."""
    steps, hover, color = dataset.shape[1], chart.hover(dataset.target_unit), palette.mode(mode)
    timesteps = np.arange(2, steps + 2)
    ahead, dots = timesteps[one.given - 1 :], chart.dot_size(steps)
    known, fed_back, one_step = (v[0, :, 0] for v in (one.known, one.fed_back, one.one_step))
    rings = {"color": color, "size": dots + 3, "symbol": "circle-open", "line": {"width": 2}}
    style = {"color": color, "width": 2.5}
    data = [
        chart.line("true", known, {"color": palette.ink, "width": 3}, hover, x=timesteps),
        chart.points("from true inputs", ahead, one_step, rings, hover),
        chart.line("generated", fed_back, style, hover, x=ahead, dots=dots),
    ]
    ends = [End("true", known[-1], "ink"), End("generated", fed_back[-1], mode)]
    key = [[Entry("square", "given", "border", "muted"), Entry("rings", "from true inputs", mode)]]
    x = axes.timestep_axis([f"{step}" for step in range(1, steps + 2)])
    edges = {"x0": x["range"][0], "x1": one.given + 0.5}
    given = {"type": "rect", **chart.FULL_HEIGHT, "line": {"width": 0}, **edges}
    y = axes.linear_axis(_title(dataset), chart.all_y(data), axes.with_room(known))
    look: Part = {"name": f"generated {dataset.name} {steps}", "height": HEIGHT, "ends": ends}
    look["shapes"] = [given | {"fillcolor": palette.surface}]
    return chart.plotted(data, palette, x, y, key, **look)


def generated_words(dataset: Dataset, many: Generated) -> Words:
    """Return the errors of the final generated values over `many` samples, and what they mean."""
    others = _TEXTS["others"] if dataset.shape[2] > dataset.targets else ""
    others += _TEXTS["table"] if dataset.origin and not why_not_fed_back(dataset) else ""
    errors, unit = many.errors, dataset.spaced_unit
    generated, one_step = apart(errors["fed_back"], errors["one_step"], unit=unit)
    ahead = counted(many.fed_back.shape[1], "timestep")
    takeaway = f"{ahead} ahead: off by {generated}; from true inputs, by {one_step}."
    words = {"given": many.given, "samples": counted(len(many.known), "sample")}
    words["last"] = readable(errors["last"], unit=unit)
    return takeaway, _TEXTS["generated"].format(others=others, title=_title(dataset), **words)


def _title(dataset: Dataset) -> str:
    """Return the first target's name with its unit."""
    name = dataset.origin.columns[0] if dataset.origin else "signal"
    name = name if dataset.base is None else f"change of {name}"
    return chart.with_unit(name, dataset.target_unit)
