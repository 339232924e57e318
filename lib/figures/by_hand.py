"""A small layer's step by hand: every number of every matrix that goes into each gate.

An HTML fragment for `st.html`: a table for each block of the kernels' columns. Rows are what is
multiplied, columns are units, and the last rows are the sum and what the activation makes of it.
"""

from collections.abc import Sequence
from html import escape

from lib.english import signed
from lib.figures.html import block
from lib.figures.palette import Palette
from lib.recurrence import GATES, gate_symbol
from lib.recurrence.formulas import LayerPass, Row, state_rows

STATE = {"h": "hidden state"}
"""What stands for the gates of a cell that has none."""


def can_show(features: int, units: int) -> bool:
    """Whether a layer is small enough to be written out: nobody would follow more."""
    return features <= 8 and units <= 6


def by_hand(layer: LayerPass, step: int, palette: Palette) -> str:
    """All tables of timestep `step`, 0 to T-1."""
    tables = [
        _table(f"{gate_symbol(name, about)}, {about}", _block(layer, step, place, name, about))
        for place, (name, about) in enumerate((GATES[layer.cell] or STATE).items())
    ]
    if rows := state_rows(layer, step):
        tables.append(_table("the new states", rows))
    return block("by-hand", *tables, style=f"color:{palette.ink}")


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


def _table(title: str, rows: Sequence[Row]) -> str:
    """Rows of a label and one number for each unit."""
    units = range(1, len(rows[0].values) + 1)
    head = "".join(f'<th scope="col">unit {k}</th>' for k in units)
    body = "".join(
        f'<tr class="{row.kind}"><th scope="row">{escape(row.label)}</th>'
        f"{''.join(f'<td>{signed(value)}</td>' for value in row.values)}</tr>"
        for row in rows
    )
    return (
        f'<div tabindex="0" role="region" aria-label="{escape(title)}"><table>'
        f"<caption>{escape(title)}</caption><tr><td></td>{head}</tr>{body}</table></div>"
    )
