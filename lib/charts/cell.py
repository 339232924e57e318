"""The Cell page: the layer unrolled in time, one unit's formulas with numbers, and takeaways.

HTML fragments for `st.html`: see cell.html. Matrices have time across and units down, on a scale
from -1 to 1. An LSTM's cell state can grow by 1 at each step, so it has its own scale.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from lib.charts import html
from lib.charts.html import STEPS, render
from lib.charts.palette import Palette
from lib.charts.sentences import Words, setup_sentence
from lib.data import Dataset
from lib.experiment import CELLS, Experiment
from lib.recurrence import GATES, LayerPass, Line, Row, Trace, gate_symbol, state_rows
from lib.shapes import STATES
from lib.text import ALMOST_0, all_of, apart, capital, counted, number, percent, short

CSS = Path(__file__).with_suffix(".css").read_text("utf-8")
PLAYHEAD = Path(__file__).with_name("playhead")  # .html, .css and .js: a component of two sliders
STATE = {"h": "hidden state"}  # used instead of `GATES` for a cell without gates
SATURATED = 0.05  # a gate this close to 0 or 1 counts as closed or open
DIVERGED = "Some states are NaN: the run has diverged."


def unrolled_picture(
    layer: LayerPass,
    order: np.ndarray,
    palette: Palette,
    sentence: str,
    *,
    modes: Sequence[str],
    start: int,
    as_it_runs: bool = False,
) -> str:
    """Draw a layer over all timesteps: inputs below, cells in the middle, outputs above.

    `order` (U,) is the unit of each row of outputs, and `start` the row marked first. `as_it_runs`
    hides outputs after the playhead.
    """
    x, hidden = layer.x, layer.trace.hidden[0]
    reach = float(np.nanmax(np.abs(x), initial=1e-9))
    height = min(3.0, max(0.9, 0.5 * x.shape[1]))
    inputs = html.shaded(x.T, palette, f"height:{height}rem", reach)
    scale = f", from −{number(reach)} to {number(reach)}" if x.any() and np.isfinite(reach) else ""
    outputs = _matrix(hidden.T[order], 1.0, palette)
    drawn = outputs, inputs, *hidden.shape, scale, CELLS[layer.cell].label, palette
    of_layer = modes, layer.trace.cell is not None, sentence, start, as_it_runs
    return render("charts/cell.html", "unrolled", *drawn, *of_layer)


def states_and_gates(layer: LayerPass, order: np.ndarray) -> dict[str, np.ndarray]:
    """Return an LSTM's cell state and all gates by name, (U, T) each; a SimpleRNN has none.

    `order` (U,) is the unit of each row.
    """
    trace, matrices = layer.trace, {}
    if trace.cell is not None:
        matrices["c, cell state"] = trace.cell[0].T[order]
    for name, values in trace.gates.items():
        meaning = GATES[layer.cell][name]
        matrices[f"{gate_symbol(name, meaning)}, {meaning}"] = values[0].T[order]
    return matrices


def heatmaps(
    matrices: dict[str, np.ndarray], palette: Palette, sentence: str, *, start: int, wide: bool
) -> str:
    """Draw `matrices` (U, T) by name, in a grid that fits the screen.

    `start` is the row marked first. If `wide`, the first matrix is as wide as the grid.
    """
    shown = []
    for name, rows in matrices.items():
        reach = reach_of(rows)
        scale = "" if reach == 1 else f", from −{number(reach)} to {number(reach)}"
        shown.append((name, scale, _matrix(rows, reach, palette), rows.shape))
    least = "15rem,40%" if rows.shape[1] <= 4 else "8rem,20%"  # numbers need more room than shades
    return render("charts/cell.html", "heatmaps", shown, palette, least, start, sentence, wide)


def reach_of(values: np.ndarray) -> float:
    """Return the largest absolute value, rounded up to one or two digits; at least 1."""
    most = float(np.max(np.abs(values[np.isfinite(values)]), initial=0.0))
    if most <= 1.001:
        return 1.0
    power = 10.0 ** np.floor(np.log10(most))
    return float(power * next(k for k in (1, 1.5, 2, 3, 5, 7, 10) if k * power >= most))


def _matrix(rows: np.ndarray, reach: float, palette: Palette) -> str:
    """Draw values (U, T) from -reach to reach as an image; few values as squares with numbers."""
    units, steps = rows.shape
    if steps > 4 or units > 8:
        height = min(9.0, max(2.0, 0.22 * units))
        return html.shaded(rows, palette, f"height:max({height:.2f}rem,3.8vw)", reach)
    shades, squares = palette.signed(STEPS), []
    for value, index in zip(rows.ravel(), html.shade_indexes(rows, reach).ravel(), strict=True):
        fits = not value or abs(value) >= 0.001  # a power of ten is too long for a square
        words = number(value) if fits else ALMOST_0
        squares.append((words, shades[index], palette.text_on(shades[index])))
    return render("charts/cell.html", "numbers", squares, steps)


def unit_lines(lines: Sequence[Line], palette: Palette, *, is_top: bool = True) -> str:
    """Draw each line of formulas as a row: its values over time, name, and formula with numbers."""
    rows = []
    for line in lines:
        known = np.nan_to_num(np.asarray(line.trace, np.float64), posinf=0.0, neginf=0.0)
        high = max(1.0, float(np.abs(known).max(initial=0.0)))
        low = -high if known.min(initial=0.0) < 0 else 0.0
        zero, *heights = 38 - 36 * (np.array([0, *known]) - low) / (high - low)  # pixels from top
        body = f'<rect width="1000" height="40" fill="{palette.surface}"/>'
        body += html.plotted_line(np.full(len(known), zero), palette.baseline, 1, dash="2 3")
        body += html.plotted_line(np.array(heights), palette.ink, 2)
        image = html.svg_uri(body, "0 0 1000 40", 'preserveAspectRatio="none"')
        is_outlined = is_top and line is lines[-1]  # the output that last-step mode returns
        rows.append((line, image, short(high), short(low), is_outlined))
    return render("charts/cell.html", "lines", rows, len(lines[0].trace), palette)


def can_show(features: int, units: int) -> bool:
    """Return whether a layer is small enough for `by_hand` to show all its products."""
    return features <= 8 and units <= 6


def by_hand(layer: LayerPass, step: int, palette: Palette) -> str:
    """Draw a table for each gate at `step`, 0 to T-1: products in rows, units in columns."""
    tables = {
        f"{gate_symbol(name, about)}, {about}": _block(layer, step, place, name, about)
        for place, (name, about) in enumerate((GATES[layer.cell] or STATE).items())
    }
    if rows := state_rows(layer, step):
        tables["new states"] = rows
    return render("charts/cell.html", "by_hand", tables, palette)


def _block(layer: LayerPass, step: int, place: int, name: str, about: str) -> list[Row]:
    """Return the rows of one gate: its products, their sum, and the activation's result."""
    kernel, recurrent, bias = layer.weights
    columns = slice(place * layer.units, (place + 1) * layer.units)
    x, before, gates = layer.x[step], layer.before(step), layer.gates(step)
    input_bias, state_bias = (part[columns] for part in layer.biases)
    reset_after = bias.ndim == 2
    from_input = x @ kernel[:, columns] + input_bias
    from_state = before @ recurrent[:, columns] + state_bias
    rows = _products("x, feature", x, kernel[:, columns])
    rows.append(Row("input bias" if reset_after else "bias", input_bias))
    rows += _products("previous h, unit", before, recurrent[:, columns])
    if reset_after:
        rows.append(Row("recurrent bias", state_bias))
    function = "tanh" if about in ("candidate", *STATE.values()) else "σ"
    if function == "tanh" and reset_after:
        rows += [Row("sum of x", from_input, "rule"), Row("sum of h", from_state)]
        rows.append(Row("x + r·h", from_input + gates["r"] * from_state))
    else:
        rows.append(Row("sum", from_input + from_state, "rule"))
    value = gates[name] if gates else layer.trace.hidden[0, step]
    return [*rows, Row(f"{function}(sum) = {gate_symbol(name, about)}", value, "strong")]


def _products(name: str, values: np.ndarray, weights: np.ndarray) -> list[Row]:
    """Return a row for each of `values` (F,) or (U,): its products (U,) with its weights."""
    numbered = enumerate(zip(values, weights, strict=True), start=1)
    return [Row(f"{name} {k} = {number(v)}", v * row, weights=row) for k, (v, row) in numbered]


def cell_sentence(experiment: Experiment, dataset: Dataset) -> str:
    """Return the page's title: cell, layers, units, timesteps and data."""
    model = experiment.model
    stack = f"{counted(model.layers, 'layer')} of {counted(model.units, 'unit')}"
    about = f"{stack}, {counted(dataset.shape[1], 'timestep')}. Data: {dataset.title}."
    return f"Inside the {CELLS[model.cell].label}: {about}"


def unrolled_words(experiment: Experiment, layer: int, steps: int, features: int) -> Words:
    """Return what a layer reads at each of `steps` timesteps, and what each mode returns."""
    model = experiment.model
    reads = f"{features} outputs of the layer below" if layer else counted(features, "feature")
    states = f"its previous hidden {'and cell ' if 'c' in STATES[model.cell] else ''}state"
    label, returns = CELLS[model.cell].label, f"{all_of(steps)} outputs"
    text = f"In both modes this {label} passes {returns} to the layer above."
    if layer == model.layers - 1:
        text = setup_sentence(model, steps)
    place = f"Layer {layer + 1} of {model.layers}: at" if model.layers > 1 else "At"
    return text, f"{place} each timestep the {label} reads {reads} and {states}. {text}"


def step_takeaway(layer: LayerPass, unit: int, step: int) -> str:
    """Return how the picked unit changes its state at the playhead's timestep."""
    trace, place = layer.trace, f"Timestep {step + 1}, unit {unit + 1}"
    name, values = ("state", trace.hidden) if trace.cell is None else ("cell state", trace.cell)
    states = values[0, :, unit]
    if not np.isfinite(states[: step + 1]).all():
        return f"{place}: its {name} is NaN."
    if step == 0:
        return f"{place}: its {name} was 0 and becomes {number(states[0])}."
    gates = layer.gates(step)
    if layer.cell == "lstm":
        added = number(float(gates["i"][unit] * gates["c"][unit]))
        return f"{place}: keeps {_part(gates['f'][unit])} of its {name} and adds {added}."
    if layer.cell == "gru":
        return f"{place}: keeps {_part(gates['z'][unit])} of its {name}; the rest is new."
    before, after = apart(*states[step - 1 : step + 1])
    return f"{place}: its {name} goes from {before} to {after}."


def findings(cell: str, trace: Trace) -> tuple[str, str]:
    """Return the main finding about the states of one sample, and all findings."""
    hidden = trace.hidden[0]
    if not np.isfinite(hidden).all():
        return DIVERGED, DIVERGED
    bound = capital(_part(np.abs(hidden) > 1 - SATURATED))
    sentences = [
        f"{capital(about)}: {_part(trace.gates[name] > 1 - SATURATED)} of its values are above "
        f"{1 - SATURATED}, and {_part(trace.gates[name] < SATURATED)} are below {SATURATED}."
        for name, about in GATES[cell].items()
        if about != "candidate"
    ] or [f"{bound} of the outputs are within {SATURATED} of −1 or 1."]
    widest = int(np.argmax(np.ptp(hidden, axis=0)))
    low, high = apart(hidden[:, widest].min(), hidden[:, widest].max())
    changes_most = f"Unit {widest + 1} changes most: its output ranges from {low} to {high}."
    return changes_most, " ".join([*sentences, changes_most])


def _part(values: float | np.ndarray) -> str:
    """Return a share, or the share of true values, in percent."""
    return percent(100 * float(np.mean(values)))
