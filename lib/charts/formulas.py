"""The formulas of a layer with its numbers: one unit's over time, and all of a step by hand.

HTML fragments for `st.html`: see formulas.html. By hand there is a table for each block of the
kernels' columns: rows are products, columns units, the last rows the sum and its activation.
"""

from collections.abc import Sequence

import numpy as np
from markupsafe import Markup

from lib.charts.html import OVER_TIME, plot_image, plotted_line, templates
from lib.charts.palette import Palette
from lib.recurrence import GATES, LayerPass, Line, Row, gate_symbol, state_rows
from lib.text import short, signed

_HTML = templates(__file__, over=OVER_TIME, signed=signed)


def unit_lines(lines: Sequence[Line], palette: Palette, *, top: bool = True) -> str:
    """A row for each line: its name and trace, and its formula with the numbers filled in."""
    rows = [(line, *_trace(line, palette), top and line is lines[-1]) for line in lines]
    return str(_HTML.lines(rows, len(lines[0].trace), palette))


def _trace(line: Line, palette: Palette) -> tuple[Markup, str, str]:
    """A line's trace as an image, with zero, and its scale's ends: 1 at least, and -1 or 0."""
    known = np.nan_to_num(np.asarray(line.trace, np.float64), posinf=0.0, neginf=0.0)
    high = max(1.0, float(np.abs(known).max(initial=0.0)))
    low = -high if known.min(initial=0.0) < 0 else 0.0
    zero, *heights = 38 - 36 * (np.array([0, *known]) - low) / (high - low)
    shapes = (
        f'<path d="M0 {zero:.1f}H1000" stroke="{palette.baseline}" stroke-dasharray="2 3" '
        'fill="none" vector-effect="non-scaling-stroke"/>'
    ) + plotted_line(np.array(heights), palette.ink, 2)
    image = plot_image(shapes, 40, palette.surface, 3.25)
    return image, short(high), short(low).replace("-", "−")


STATE = {"h": "hidden state"}  # what stands for the gates of a cell that has none


def bound_picture(hidden: np.ndarray, bound: np.ndarray, sentence: str, palette: Palette) -> str:
    """|h| of every unit, (T, U), below the bound (T,) that they can't cross."""
    heights = 99 - 98 * np.minimum(1, np.abs(np.nan_to_num(hidden)))  # 0 is at the bottom
    each = hidden.shape[1] <= 32
    shapes = "".join(plotted_line(unit, palette.baseline, 1) for unit in heights.T) if each else ""
    shapes += plotted_line(heights.min(axis=1), palette.ink, 2.5)
    shapes += plotted_line(99 - 98 * bound, palette.best, 2.5, dash="7 5")
    image = plot_image(shapes, 100, palette.surface, 8)
    return str(_HTML.bound(image, len(hidden), each, sentence, palette))


def can_show(features: int, units: int) -> bool:
    """Whether a layer is small enough to be written out: nobody would follow more."""
    return features <= 8 and units <= 6


def by_hand(layer: LayerPass, step: int, palette: Palette) -> str:
    """All tables of timestep `step`, 0 to T-1."""
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
        rows.append(Row("x + r·h", from_input + gates["r"] * from_state))
    else:
        rows.append(Row("sum", from_input + from_state, "rule"))
    value = gates[name] if gates else layer.trace.hidden[0, step]
    return [*rows, Row(f"{function}(sum) = {gate_symbol(name, about)}", value, "strong")]
