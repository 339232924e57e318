"""What one unit does at one timestep, as formulas with the numbers filled in.

Three terms go into each gate: what the kernel makes of the input, what the recurrent kernel makes
of the states before, and the bias. The last line is the new hidden state, the very number that
`unroll` has there; tests compare the two.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from lib.english import number, signed, subscript
from lib.recurrence.cells import GATES, Trace, gate_symbol


@dataclass(frozen=True, slots=True, eq=False)
class LayerPass:
    """A layer, and one sample that has gone through it."""

    cell: str
    """A key of `lib.experiment.CELLS`."""
    weights: Sequence[np.ndarray]
    """The layer's: kernel, recurrent_kernel, bias."""
    x: np.ndarray
    """The layer's input, (T, F)."""
    trace: Trace
    """What `unroll` made of it, for this one sample."""

    def before(self, step: int) -> np.ndarray:
        """The hidden states that a step starts from, (U,)."""
        return _before(self.trace.hidden[0], step)

    def gates(self, step: int) -> dict[str, np.ndarray]:
        """Of one step, by the names in `GATES`: (U,) each."""
        return {name: values[0, step] for name, values in self.trace.gates.items()}

    @property
    def cell_states(self) -> np.ndarray:
        """After each step, (T, U); no rows where the cell has none."""
        states = self.trace.cell
        return np.zeros((0, self.units), np.float32) if states is None else states[0]

    @property
    def units(self) -> int:
        """U."""
        return len(self.weights[1])

    @property
    def biases(self) -> tuple[np.ndarray, np.ndarray]:
        """What is added to the input's part and to the state's part, each (G·U,).

        Only a GRU with `reset_after` has the second; elsewhere it is zero.
        """
        bias = self.weights[2]
        return (bias[0], bias[1]) if bias.ndim == 2 else (bias, np.zeros_like(bias))


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """One number that a layer computes for one unit at one timestep."""

    symbol: str
    """Its name with the timestep: "f₃"."""
    about: str
    """What it is: "forget gate"."""
    formula: str
    """How it is computed, in Keras's names."""
    filled: str
    """The same with this step's numbers."""
    value: float
    trace: np.ndarray
    """The number at every timestep, (T,)."""


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One number that a layer computes with at one timestep, for every unit."""

    label: str
    values: np.ndarray
    """(U,)."""
    kind: Literal["", "rule", "strong"] = ""
    """"rule" is what comes of the rows above, "strong" the gate or state itself."""


def _before(states: np.ndarray, step: int) -> np.ndarray:
    """Of states (T, …) those that a step starts from: zeros at first."""
    return states[step - 1] if step else np.zeros_like(states[0])


def lines(layer: LayerPass, unit: int, step: int) -> list[Line]:
    """All that unit `unit`, 0 to U-1, computes at timestep `step`, 0 to T-1, in order."""
    one_unit, _ = _FORMULAS[layer.cell]
    return one_unit(_Unit(layer, unit, step))


def state_rows(layer: LayerPass, step: int) -> list[Row]:
    """How gates and states make the new states; nothing for a cell that has no gates."""
    _, all_units = _FORMULAS[layer.cell]
    return all_units(layer, step)


class _Unit:
    """One unit at one timestep: what it computes from, and the lines that say so.

    Formulas are written as in a book: hₜ₋₁ is the state before step t, from 1 to T. At the first
    step that is h₀, which is zero.
    """

    def __init__(self, layer: LayerPass, unit: int, step: int) -> None:
        self.step = step
        self.names = list(GATES[layer.cell].items())
        trace = layer.trace
        # Each (T,): by gate, and the states.
        self.gates = [trace.gates[name][0, :, unit] for name, _ in self.names]
        self.cell_states = layer.cell_states[:, unit]
        self.hidden = trace.hidden[0, :, unit]
        # Each (G,): the terms by block, which is a gate's share of the kernels' columns.
        columns = slice(unit, None, layer.units)
        self.from_input = layer.x[step] @ layer.weights[0][:, columns]
        self.from_state = layer.before(step) @ layer.weights[1][:, columns]
        self.bias, self.state_bias = (bias[columns] for bias in layer.biases)

    def now(self, values: np.ndarray) -> float:
        """The number at this step, of all (T,)."""
        return float(values[self.step])

    def before(self, values: np.ndarray) -> float:
        """The number that this step starts from, of all (T,)."""
        return float(_before(values, self.step))

    def line(self, symbol: str, about: str, formula: str, filled: str, values: np.ndarray) -> Line:
        """One line: `values` (T,) are what the formula comes to at every step."""
        before, now = map(subscript, (self.step, self.step + 1))
        symbol, formula = (
            text.replace("ₜ₋₁", before).replace("ₜ", now) for text in (symbol, formula)
        )
        return Line(symbol, about, formula, filled, self.now(values), values)

    def gate(self, block: int) -> Line:
        """A gate, or LSTM's candidate "c": an activation of the three terms."""
        name, about = self.names[block]
        function, symbol = "tanh" if about == "candidate" else "σ", gate_symbol(name, about)
        return self.activated(f"{symbol}ₜ", about, function, block, self.gates[block])

    def activated(
        self, symbol: str, about: str, function: str, block: int, values: np.ndarray
    ) -> Line:
        """An activation of the three terms of a block; `values` (T,) are what it gives."""
        bias = self.bias[block] + self.state_bias[block]
        terms = _plus(self.from_input[block], self.from_state[block], bias)
        formula = f"{function}(xₜ·kernel + hₜ₋₁·recurrent_kernel + bias)"
        return self.line(symbol, about, formula, f"{function}({terms})", values)


def _plus(*terms: float) -> str:
    """Terms of a sum with their signs: "0.3 − 0.2 + 1"."""
    first, *rest = terms
    return signed(first) + "".join(
        f" {'−' if term < 0 else '+'} {number(abs(term))}" for term in rest
    )


def _times(a: float, b: float) -> str:
    return f"{signed(a)}·{signed(b) if b >= 0 else f'({signed(b)})'}"


def _lstm(unit: _Unit) -> list[Line]:
    i, f, c, o = map(unit.now, unit.gates)
    sums = f"{_times(f, unit.before(unit.cell_states))} + {_times(i, c)}"
    shown = f"{signed(o)}·tanh({signed(unit.now(unit.cell_states))})"
    return [
        *map(unit.gate, range(4)),
        unit.line("cₜ", "cell state", "fₜ·cₜ₋₁ + iₜ·c̃ₜ", sums, unit.cell_states),
        unit.line("hₜ", "hidden state", "oₜ·tanh(cₜ)", shown, unit.hidden),
    ]


def _gru(unit: _Unit) -> list[Line]:
    z, r, candidate = map(unit.now, unit.gates)
    from_input = _plus(unit.from_input[2], unit.bias[2])
    from_state = _times(r, unit.from_state[2] + unit.state_bias[2])
    mixed = f"{_times(z, unit.before(unit.hidden))} + {_times(1 - z, candidate)}"
    return [
        unit.gate(0),
        unit.gate(1),
        unit.line(
            "h̃ₜ",
            "candidate",
            "tanh(xₜ·kernel + bias + rₜ·(hₜ₋₁·recurrent_kernel + bias))",
            f"tanh({from_input} + {from_state})",
            unit.gates[2],
        ),
        unit.line("hₜ", "hidden state", "zₜ·hₜ₋₁ + (1 − zₜ)·h̃ₜ", mixed, unit.hidden),
    ]


def _simple_rnn(unit: _Unit) -> list[Line]:
    return [unit.activated("hₜ", "hidden state", "tanh", 0, unit.hidden)]


def _lstm_states(layer: LayerPass, step: int) -> list[Row]:
    gates = layer.gates(step)
    states = layer.cell_states
    before, after = _before(states, step), states[step]
    return [
        Row("c before", before),
        Row("f·c before", gates["f"] * before),
        Row("i·c̃", gates["i"] * gates["c"]),
        Row("c = sum of both", after, "strong"),
        Row("tanh(c)", np.tanh(after), "rule"),
        Row("h = o·tanh(c)", layer.trace.hidden[0, step], "strong"),
    ]


def _gru_states(layer: LayerPass, step: int) -> list[Row]:
    gates, before = layer.gates(step), layer.before(step)
    return [
        Row("h before", before),
        Row("z·h before", gates["z"] * before),
        Row("(1 − z)·h̃", (1 - gates["z"]) * gates["h"]),
        Row("h = sum of both", layer.trace.hidden[0, step], "strong"),
    ]


_FORMULAS: dict[
    str, tuple[Callable[[_Unit], list[Line]], Callable[[LayerPass, int], list[Row]]]
] = {
    "lstm": (_lstm, _lstm_states),
    "gru": (_gru, _gru_states),
    "simple_rnn": (_simple_rnn, lambda _layer, _step: []),
}
"""By cell: what one unit computes, and how all of them come to their new states."""
