"""What one unit does at one timestep, as formulas with the numbers filled in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from lib.recurrence.cells import GATES, Trace, gate_symbol
from lib.text import number, signed, subscript


@dataclass(frozen=True, slots=True, eq=False)
class LayerPass:
    """A layer, and one sample that has gone through it."""

    cell: str
    weights: Sequence[np.ndarray]  # the layer's: kernel, recurrent_kernel, bias
    x: np.ndarray  # the layer's input, (T, F)
    trace: Trace  # what `unroll` made of it, for this one sample

    def before(self, step: int) -> np.ndarray:
        """The hidden states that a step starts from, (U,)."""
        return _before(self.trace.hidden[0], step)

    def gates(self, step: int) -> dict[str, np.ndarray]:
        """Of one step, by the names in `GATES`: (U,) each."""
        return {name: values[0, step] for name, values in self.trace.gates.items()}

    @property
    def units(self) -> int:
        """U."""
        return len(self.weights[1])

    @property
    def biases(self) -> tuple[np.ndarray, np.ndarray]:
        """Biases of the input's and the state's part, (G·U,) each; the second is a GRU's alone."""
        bias = self.weights[2]
        return (bias[0], bias[1]) if bias.ndim == 2 else (bias, np.zeros_like(bias))


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """One number that a layer computes for one unit at one timestep."""

    symbol: str  # with the timestep: "f₃"
    about: str  # what it is: "forget gate"
    formula: str  # in Keras's names
    filled: str  # the formula with this step's numbers
    value: float
    trace: np.ndarray  # the number at every timestep, (T,)


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One number that a layer computes with at one timestep, for every unit."""

    label: str
    values: np.ndarray  # (U,)
    kind: Literal["", "rule", "strong"] = ""  # a result of the rows above, a gate or state


def _before(states: np.ndarray, step: int) -> np.ndarray:
    """Of states (T, …) those that a step starts from: zeros at first."""
    return states[step - 1] if step else np.zeros_like(states[0])


def lines(layer: LayerPass, unit: int, step: int) -> list[Line]:
    """All that a unit, 0 to U-1, computes at a step, 0 to T-1; hₜ₋₁ is the state before it."""
    columns = slice(unit, None, layer.units)  # a column for each gate
    about = GATES[layer.cell] or {"h": "hidden state"}
    from_input = dict(zip(about, layer.x[step] @ layer.weights[0][:, columns], strict=True))
    from_state = dict(zip(about, layer.before(step) @ layer.weights[1][:, columns], strict=True))
    bias, state_bias = (dict(zip(about, of[columns], strict=True)) for of in layer.biases)
    gates = {name: gate[0, :, unit] for name, gate in layer.trace.gates.items()}
    now = {name: float(values[step]) for name, values in gates.items()}
    hidden, made = layer.trace.hidden[0, :, unit], list[Line]()

    def add(symbol: str, what: str, formula: str, filled: str, values: np.ndarray) -> None:
        for letter, index in (("ₜ₋₁", step), ("ₜ", step + 1)):
            symbol = symbol.replace(letter, subscript(index))
            formula = formula.replace(letter, subscript(index))
        made.append(Line(symbol, what, formula, filled, float(values[step]), values))

    def add_gate(name: str, function: str, values: np.ndarray) -> None:
        symbol = f"{gate_symbol(name, about[name])}ₜ"
        formula = f"{function}(xₜ·kernel + hₜ₋₁·recurrent_kernel + bias)"
        terms = _sum(from_input[name], from_state[name], bias[name] + state_bias[name])
        add(symbol, about[name], formula, f"{function}({terms})", values)

    if layer.cell == "lstm" and layer.trace.cell is not None:
        cell = layer.trace.cell[0, :, unit]
        for name in about:
            add_gate(name, "tanh" if name == "c" else "σ", gates[name])
        kept = f"{signed(now['f'])}·{_factor(float(_before(cell, step)))}"
        filled = f"{kept} + {signed(now['i'])}·{_factor(now['c'])}"
        add("cₜ", "cell state", "fₜ·cₜ₋₁ + iₜ·c̃ₜ", filled, cell)
        output = f"{signed(now['o'])}·tanh({signed(cell[step])})"
        add("hₜ", "hidden state", "oₜ·tanh(cₜ)", output, hidden)
    elif layer.cell == "gru":
        add_gate("z", "σ", gates["z"])
        add_gate("r", "σ", gates["r"])
        candidate = "tanh(xₜ·kernel + bias + rₜ·(hₜ₋₁·recurrent_kernel + bias))"
        state = f"{signed(now['r'])}·{_factor(from_state['h'] + state_bias['h'])}"
        filled = f"tanh({_sum(from_input['h'], bias['h'])} + {state})"
        add("h̃ₜ", "candidate", candidate, filled, gates["h"])
        kept = f"{signed(now['z'])}·{_factor(float(_before(hidden, step)))}"
        filled = f"{kept} + {signed(1 - now['z'])}·{_factor(now['h'])}"
        add("hₜ", "hidden state", "zₜ·hₜ₋₁ + (1 − zₜ)·h̃ₜ", filled, hidden)
    else:
        add_gate("h", "tanh", hidden)
    return made


def _factor(value: float) -> str:
    """A number of a product, in brackets where it is negative."""
    return signed(value) if value >= 0 else f"({signed(value)})"


def _sum(first: float, *others: float) -> str:
    """Terms of a sum with their signs: "0.3 − 0.2 + 1"."""
    rest = (f" {'−' if term < 0 else '+'} {number(abs(term))}" for term in others)
    return signed(first) + "".join(rest)


def state_rows(layer: LayerPass, step: int) -> list[Row]:
    """How gates and states make the new states; nothing for a cell that has no gates."""
    gates, before, hidden = layer.gates(step), layer.before(step), layer.trace.hidden[0, step]
    if layer.trace.cell is not None:
        cell, carried = layer.trace.cell[0, step], _before(layer.trace.cell[0], step)
        return [
            Row("c before", carried),
            Row("f·c before", gates["f"] * carried),
            Row("i·c̃", gates["i"] * gates["c"]),
            Row("c = sum of both", cell, "strong"),
            Row("tanh(c)", np.tanh(cell), "rule"),
            Row("h = o·tanh(c)", hidden, "strong"),
        ]
    if layer.cell == "gru":
        return [
            Row("h before", before),
            Row("z·h before", gates["z"] * before),
            Row("(1 − z)·h̃", (1 - gates["z"]) * gates["h"]),
            Row("h = sum of both", hidden, "strong"),
        ]
    return []


def by_similarity(hidden: np.ndarray) -> np.ndarray:
    """Order units (U,): the highest on average, then always the most like it, by traces (T, U)."""
    traces = np.nan_to_num(np.asarray(hidden, np.float64)).T
    squares = (traces**2).sum(axis=1)
    distance = squares[:, None] + squares[None, :] - 2 * traces @ traces.T
    left = np.ones(len(traces), bool)
    order = [int(np.argmax(traces.mean(axis=1)))]
    for _ in range(len(traces) - 1):
        left[order[-1]] = False
        order.append(int(np.argmin(np.where(left, distance[order[-1]], np.inf))))
    return np.array(order)
