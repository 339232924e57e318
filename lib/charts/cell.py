"""The Cell page: the layer unrolled in time, its formulas with their numbers, and what they show.

HTML fragments for `st.html`: see cell.html. Matrices have time across and units down, on a scale
from -1 to 1; an LSTM's cell state, whose bound is t at step t, has its own.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from markupsafe import Markup

from lib.charts import html
from lib.charts.html import OVER_TIME, STEPS, Macros
from lib.charts.palette import Palette
from lib.charts.words import Words
from lib.data import Dataset
from lib.experiment import CELLS, MODES, Experiment
from lib.recurrence import GATES, STATE_GATE, LayerPass, Line, Row, Trace, gate_symbol, state_rows
from lib.shapes import STATES
from lib.text import ALMOST_0, apart, capital, counted, number, short, signed

WIDEST = 8.0  # the greatest width of a timestep, in rem
STATE = {"h": "hidden state"}  # what stands for the gates of a cell that has none
SATURATED = 0.05  # a gate this close to 0 or 1 is called shut or open
STILL = 0.01  # a unit whose output moves less than this over all timesteps never moves
DIVERGED = "Some of the states aren't numbers any more: the run has diverged."
STEP_ROOM = "Timestep 100, unit 128: keeps over 99% of its cell state and adds −0.0000888."
"""As long as `step_takeaway` usually gets: what is next to nothing takes more words."""

_HTML = Macros(__file__, over=OVER_TIME, MODES=MODES, svg_uri=html.svg_uri, signed=signed)


def unrolled_picture(x: np.ndarray, palette: Palette, **about: Any) -> str:
    """Inputs below, cells in the middle, outputs above, over all timesteps.

    `x` (T, F) is one sample's input. It is about `modes`, whether it `has_cell_state`, a
    `sentence`, and perhaps `as_it_runs`: outputs up to the playhead alone.
    """
    reach = float(np.nanmax(np.abs(x), initial=1e-9))
    height = min(3.0, max(0.9, 0.5 * x.shape[1]))
    inputs = html.shaded(x.T, palette, f"height:{height}rem", reach)
    scale = f", ±{number(reach)}" if x.any() and np.isfinite(reach) else ""
    return str(_HTML.unrolled(inputs, len(x), scale, palette, WIDEST, **about))


def heatmaps(
    matrices: dict[str, np.ndarray], order: np.ndarray, palette: Palette, **about: Any
) -> str:
    """`matrices` (T, U) by name, in a grid that fits the screen.

    `order` (U,) is which unit stands in each row. It is about a `sentence`, the row that is marked
    at the `start`, and the `outlined_name` of the first matrix, whose last timestep is what
    `return_sequences=False` keeps; "" where both modes hand out all of it.
    """
    shown = []
    for name, values in matrices.items():
        rows, reach = values.T[order], _reach(values)
        scale = "" if reach == 1 else f", ±{number(reach)}"
        shown.append((name, scale, _matrix(rows, reach, palette), rows.shape))
    # Six stand in two rows, four in two as well, however wide the screen is.
    least = "15rem,40%" if len(shown) in (2, 4) else "9rem,30%"
    return str(_HTML.heatmaps(shown, palette, least, **about))


def _reach(values: np.ndarray) -> float:
    """1, or what lies furthest from zero, in round numbers, where that is more."""
    most = float(np.max(np.abs(values[np.isfinite(values)]), initial=0.0))
    if most <= 1.001:
        return 1.0
    power = 10.0 ** np.floor(np.log10(most))
    return float(power * next(k for k in (1, 1.5, 2, 3, 5, 7, 10) if k * power >= most))


def _matrix(rows: np.ndarray, reach: float, palette: Palette) -> Markup:
    """Values (U, T) from -reach to reach as an image, or as squares with their numbers."""
    units, steps = rows.shape
    if steps > 4 or units > 8:
        height = min(9.0, max(2.0, 0.22 * units))
        return html.shaded(rows, palette, f"height:max({height:.2f}rem,3.8vw)", reach)
    shades, squares = palette.signed(STEPS), []
    for value, index in zip(rows.ravel(), html.shade_indexes(rows, reach).ravel(), strict=True):
        words = signed(value) if not value or abs(value) >= 0.001 else ALMOST_0  # no room for less
        squares.append((words, shades[index], palette.text_on(shades[index])))
    numbers: Markup = _HTML.numbers(squares, steps)
    return numbers


def unit_lines(lines: Sequence[Line], palette: Palette, *, top: bool = True) -> str:
    """A row for each line: its name, its trace with zero, and its formula with the numbers."""
    rows = []
    for line in lines:
        known = np.nan_to_num(np.asarray(line.trace, np.float64), posinf=0.0, neginf=0.0)
        high = max(1.0, float(np.abs(known).max(initial=0.0)))
        low = -high if known.min(initial=0.0) < 0 else 0.0
        zero, *heights = 38 - 36 * (np.array([0, *known]) - low) / (high - low)
        shapes = (
            f'<path d="M0 {zero:.1f}H1000" stroke="{palette.baseline}" stroke-dasharray="2 3" '
            'fill="none" vector-effect="non-scaling-stroke"/>'
        ) + html.plotted_line(np.array(heights), palette.ink, 2)
        image = html.plot_image(shapes, 40, palette.surface, 3.25)
        ends = short(high), short(low).replace("-", "−")
        rows.append((line, image, *ends, top and line is lines[-1]))
    return str(_HTML.lines(rows, len(lines[0].trace), palette))


def bound_picture(hidden: np.ndarray, bound: np.ndarray, sentence: str, palette: Palette) -> str:
    """|h| of every unit, (T, U), below the bound (T,) that they can't cross."""
    heights = 99 - 98 * np.minimum(1, np.abs(np.nan_to_num(hidden)))  # 0 is at the bottom
    each = hidden.shape[1] <= 32
    shapes = "".join(html.plotted_line(unit, palette.baseline, 1) for unit in heights.T if each)
    shapes += html.plotted_line(heights.min(axis=1), palette.ink, 2.5)
    shapes += html.plotted_line(99 - 98 * bound, palette.best, 2.5, dash="7 5")
    image = html.plot_image(shapes, 100, palette.surface, 8)
    return str(_HTML.bound(image, len(hidden), each, sentence, palette))


def can_show(features: int, units: int) -> bool:
    """Whether a layer is small enough to be written out: nobody would follow more."""
    return features <= 8 and units <= 6


def by_hand(layer: LayerPass, step: int, palette: Palette) -> str:
    """A table of products, (inputs and states, U), for each gate at timestep `step`, 0 to T-1."""
    tables = {
        f"{gate_symbol(name, about)}, {about}": _block(layer, step, place, name, about)
        for place, (name, about) in enumerate((GATES[layer.cell] or STATE).items())
    }
    if rows := state_rows(layer, step):
        tables["the new states"] = rows
    return str(_HTML.by_hand(tables, palette))


def _block(layer: LayerPass, step: int, place: int, name: str, about: str) -> list[Row]:
    """One gate: what is multiplied by what, the sum, and what the activation makes of it."""
    kernel, recurrent, bias = layer.weights
    columns = slice(place * layer.units, (place + 1) * layer.units)
    x, before, gates = layer.x[step], layer.before(step), layer.gates(step)
    into, again = (part[columns] for part in layer.biases)
    reset_after = bias.ndim == 2
    from_input = x @ kernel[:, columns] + into
    from_state = before @ recurrent[:, columns] + again
    rows = [Row(f"input {k} = {signed(v)}", kernel[k - 1, columns]) for k, v in enumerate(x, 1)]
    rows.append(Row("input bias" if reset_after else "bias", into))
    for k, value in enumerate(before):
        rows.append(Row(f"h of unit {k + 1} = {signed(value)}", recurrent[k, columns]))
    if reset_after:
        rows.append(Row("recurrent bias", again))
    function = "tanh" if about in ("candidate", *STATE.values()) else "σ"
    if function == "tanh" and reset_after:
        rows += [Row("sum of x", from_input, "rule"), Row("sum of h", from_state)]
        gate = STATE_GATE[layer.cell]
        rows.append(Row(f"x + {gate}·h", from_input + gates[gate] * from_state))
    else:
        rows.append(Row("sum", from_input + from_state, "rule"))
    value = gates[name] if gates else layer.trace.hidden[0, step]
    return [*rows, Row(f"{function}(sum) = {gate_symbol(name, about)}", value, "strong")]


# Words


def cell_sentence(experiment: Experiment, dataset: Dataset) -> str:
    """What is opened up."""
    model = experiment.model
    stack = f"{model.layers} layers, each" if model.layers > 1 else "one layer"
    return (
        f"Inside the {CELLS[model.cell].label}: {stack} of {counted(model.units, 'unit')}, "
        f"at each of {dataset.shape[1]} timesteps. Data: {dataset.title}."
    )


def unrolled_words(experiment: Experiment, layer: int, steps: int, features: int) -> Words:
    """How often a layer is used and what each mode hands out; what goes in, and is handed on."""
    model = experiment.model
    reads = f"{features} {'outputs of the layer below' if layer else 'features'}"
    states = "the hidden and the cell state" if "c" in STATES[model.cell] else "the hidden state"
    hands_out = {
        "both": f"sequence mode hands out {steps} outputs, last-step mode one",
        "sequence": f"it hands out all {steps} outputs",
        "last": "it hands out its last output alone",
    }[model.mode]
    if layer < model.layers - 1:
        hands_out = f"in both modes it hands all {steps} outputs to the layer above"
    place = f"Layer {layer + 1} of {model.layers}: at" if model.layers > 1 else "At"
    return f"One {CELLS[model.cell].label}, used {steps} times: {hands_out}.", (
        f"{place} each timestep it reads {reads} and {states} of the step before; {hands_out}."
    )


def step_takeaway(layer: LayerPass, unit: int, step: int) -> str:
    """Where the playhead stands, and what the picked unit does there with its state."""
    trace, place = layer.trace, f"Timestep {step + 1}, unit {unit + 1}"
    name, kept = ("state", trace.hidden) if trace.cell is None else ("cell state", trace.cell)
    states = kept[0, :, unit]
    if not np.isfinite(states[: step + 1]).all():
        return f"{place}: its {name} isn't a number any more."
    if step == 0:
        return f"{place}: its {name} was 0 and becomes {_read(states[0])[0]}."
    gates = layer.gates(step)
    if layer.cell == "lstm":
        [added] = _read(float(gates["i"][unit] * gates["c"][unit]))
        return f"{place}: keeps {_part(gates['f'][unit])} of its {name} and adds {added}."
    if layer.cell == "gru":
        return f"{place}: keeps {_part(gates['z'][unit])} of its {name}; the rest is new."
    before, after = _read(*states[step - 1 : step + 1])
    return f"{place}: its {name} goes from {before} to {after}."


def findings(cell: str, trace: Trace) -> tuple[str, str]:
    """The most striking thing to be seen in one sample's trace, and all of them."""
    hidden = trace.hidden[0]
    if not np.isfinite(hidden).all():
        return DIVERGED, DIVERGED
    bound = capital(_part(np.abs(hidden) > 1 - SATURATED))
    sentences = [
        f"The {about} is above {1 - SATURATED} in {_part(trace.gates[name] > 1 - SATURATED)} and "
        f"below {SATURATED} in {_part(trace.gates[name] < SATURATED)} of its values."
        for name, about in GATES[cell].items()
        if about != "candidate"
    ] or [f"{bound} of the outputs are within {SATURATED} of −1 or 1."]
    ranges = np.ptp(hidden, axis=0)
    if still := int((ranges < STILL).sum()):
        units = counted(still, "unit")
        sentences.append(f"The output of {units} changes by less than {STILL} in all.")
    widest = int(np.argmax(ranges))
    low, high = _read(hidden[:, widest].min(), hidden[:, widest].max())
    moves_most = f"Unit {widest + 1} moves most: its output is between {low} and {high}."
    if ranges[widest] < STILL:
        moves_most = f"No unit's output changes by {STILL} or more."
    return moves_most, " ".join([*sentences, moves_most])


def _part(values: float | np.ndarray) -> str:
    """A share, or that of true values, in percent: "0%" is nothing, "100%" is all of it."""
    share = float(np.mean(values))
    if 0 < share < 0.01:
        return "under 1%"
    return "over 99%" if 0.99 < share < 1 else f"{share:.0%}"


def _read(*values: float) -> list[str]:
    """Numbers to be read, told apart, with a minus as wide as a plus, as the formulas have it."""
    texts = apart(*values, nothing=ALMOST_0)
    return [f"−{text[1:]}" if text.startswith("-") else text for text in texts]
