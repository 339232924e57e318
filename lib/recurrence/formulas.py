"""What one unit does at one timestep, as formulas with the numbers filled in; and which move alike.

The last line is the new hidden state, the very number that `unroll` has there; tests compare the
two. The formulas are in formulas.toml.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from lib.recurrence.cells import GATES, Trace
from lib.text import beside, number, signed, subscript

_FORMULAS = beside(__file__)


@dataclass(frozen=True, slots=True, eq=False)
class LayerPass:
    """A layer, and one sample that has gone through it."""

    cell: str
    """A key of `lib.experiment.experiment.CELLS`."""
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


def _arrays(layer: LayerPass) -> dict[str, np.ndarray]:
    """All gates and states that the layer has, by name, (T, U) each."""
    trace = layer.trace
    arrays = {name: gate[0] for name, gate in trace.gates.items()} | {"hidden": trace.hidden[0]}
    return arrays if trace.cell is None else arrays | {"cell": trace.cell[0]}


def _terms(layer: LayerPass, step: int) -> dict[str, np.ndarray]:
    """What formulas.toml can name of a step, (U,) each: gates and states, and what comes of one."""
    terms: dict[str, np.ndarray] = {}
    for name, array in _arrays(layer).items():
        now, before = array[step], _before(array, step)
        terms |= {name: now, f"{name}_before": before}
        terms |= {f"{name}_rest": 1 - now, f"{name}_tanh": np.tanh(now)}
    return terms


def lines(layer: LayerPass, unit: int, step: int) -> list[Line]:
    """All that unit `unit`, 0 to U-1, computes at timestep `step`, 0 to T-1, in order."""
    columns = slice(unit, None, layer.units)  # the unit's own, one for each gate
    terms = zip(
        GATES[layer.cell] or ["h"],
        layer.x[step] @ layer.weights[0][:, columns],
        layer.before(step) @ layer.weights[1][:, columns],
        *(bias[columns] for bias in layer.biases),
        strict=True,
    )
    words: dict[str, object] = {}
    for name, from_input, from_state, bias, state_bias in terms:
        words[f"{name}_terms"] = _plus(from_input, from_state, bias + state_bias)
        words[f"{name}_input"] = _plus(from_input, bias)
        words[f"{name}_state"] = _Factor(from_state + state_bias)
    words |= {name: _Factor(values[unit]) for name, values in _terms(layer, step).items()}
    values = {name: array[:, unit] for name, array in _arrays(layer).items()}

    def at_step(text: str) -> str:
        return text.replace("ₜ₋₁", subscript(step)).replace("ₜ", subscript(step + 1))

    return [
        Line(
            at_step(row["symbol"]),
            row["about"],
            at_step(row["formula"]),
            row["filled"].format_map(words),
            float(values[row["values"]][step]),
            values[row["values"]],
        )
        for row in _FORMULAS[layer.cell]
    ]


class _Factor(float):
    """A number of a product; with ":()" in brackets where it is negative."""

    def __format__(self, brackets: str) -> str:
        return f"({signed(self)})" if brackets and not self >= 0 else signed(self)


def _plus(*terms: float) -> str:
    """Terms of a sum with their signs: "0.3 − 0.2 + 1"."""
    first, *rest = terms
    return signed(first) + "".join(
        f" {'−' if term < 0 else '+'} {number(abs(term))}" for term in rest
    )


def state_rows(layer: LayerPass, step: int) -> list[Row]:
    """How gates and states make the new states; nothing for a cell that has no gates."""
    terms = _terms(layer, step)
    return [
        Row(row["label"], np.prod([terms[name] for name in row["product"]], axis=0), row["kind"])
        for row in _FORMULAS["states"].get(layer.cell, [])
    ]


def by_similarity(hidden: np.ndarray) -> np.ndarray:
    """Indexes of the units, (U,): each is followed by the one most like it of those left.

    The first is the one that is highest on average. Likeness is the distance of the traces, which
    are states of one sample, (T, U).
    """
    traces = np.nan_to_num(np.asarray(hidden, np.float64)).T
    squares = (traces**2).sum(axis=1)
    distance = squares[:, None] + squares[None, :] - 2 * traces @ traces.T
    left = np.ones(len(traces), bool)
    order = [int(np.argmax(traces.mean(axis=1)))]
    for _ in range(len(traces) - 1):
        left[order[-1]] = False
        order.append(int(np.argmin(np.where(left, distance[order[-1]], np.inf))))
    return np.array(order)
