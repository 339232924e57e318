"""What one unit does at one timestep, as formulas with the numbers filled in.

Three terms go into each gate: what the kernel makes of the input, what the recurrent kernel makes
of the states before, and the bias. The last line is the new hidden state, the very number that
`lib.recurrence` has there; tests compare the two.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from lib.english import number, signed
from lib.recurrence import GATES, Trace

_ABOUT = GATES["lstm"] | {name: GATES["gru"][name] for name in "zr"}
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
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
        return self.trace.hidden[0, step - 1] if step else np.zeros(self.units, np.float32)

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
    """One number that a cell computes for one unit at one timestep."""

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
class Sums:
    """What goes into the activations of one unit at one timestep, block by block, (G,) each.

    A block is a gate's share of the kernels' columns, in the order of `lib.recurrence.GATES`.
    """

    from_input: np.ndarray
    from_state: np.ndarray
    bias: np.ndarray
    """Added to the input's part."""
    state_bias: np.ndarray
    """Added to the state's part: that of a GRU with `reset_after`, else zero."""


def lines(layer: Opened, unit: int, step: int) -> list[Line]:
    """All that unit `unit`, 0 to U-1, computes at timestep `step`, 0 to T-1, in order."""
    kernel, recurrent, _ = layer.weights
    into, again = layer.biases
    columns = slice(unit, None, layer.units)
    sums = Sums(
        layer.x[step] @ kernel[:, columns],
        layer.before(step) @ recurrent[:, columns],
        into[columns],
        again[columns],
    )
    return _LINES[layer.cell](sums, layer.trace, unit, step)


def _at(symbol: str, step: int) -> str:
    """A symbol with its timestep, counted from 1; 0 is before the first, where states are zero."""
    return symbol + f"{step}".translate(_SUBSCRIPTS)


def _plus(*terms: float) -> str:
    """Terms of a sum with their signs: "0.3 − 0.2 + 1"."""
    first, *rest = terms
    return signed(first) + "".join(
        f" {'−' if term < 0 else '+'} {number(abs(term))}" for term in rest
    )


def _times(a: float, b: float) -> str:
    return f"{signed(a)}·{signed(b) if b >= 0 else f'({signed(b)})'}"


def _lstm(sums: Sums, trace: Trace, unit: int, step: int) -> list[Line]:
    assert trace.cell is not None  # noqa: S101  an LSTM has one
    now, past = step + 1, step
    gates = {name: values[0, :, unit] for name, values in trace.gates.items()}
    cells, hidden = trace.cell[0, :, unit], trace.hidden[0, :, unit]
    made = [_gate(name, block, sums, gates[name], step) for block, name in enumerate("ifco")]
    i, f, c, o = (float(gates[name][step]) for name in "ifco")
    before, after = float(cells[step - 1]) if step else 0.0, float(cells[step])
    made += [
        Line(
            _at("c", now),
            "cell state",
            f"{_at('f', now)}·{_at('c', past)} + {_at('i', now)}·{_at('c̃', now)}",
            f"{_times(f, before)} + {_times(i, c)}",
            after,
            cells,
        ),
        Line(
            _at("h", now),
            "hidden state",
            f"{_at('o', now)}·tanh({_at('c', now)})",
            f"{signed(o)}·tanh({signed(after)})",
            float(hidden[step]),
            hidden,
        ),
    ]
    return made


def _gru(sums: Sums, trace: Trace, unit: int, step: int) -> list[Line]:
    now, past = step + 1, step
    gates = {name: values[0, :, unit] for name, values in trace.gates.items()}
    hidden = trace.hidden[0, :, unit]
    z, r, candidate = (float(gates[name][step]) for name in "zrh")
    before = float(hidden[step - 1]) if step else 0.0
    from_state = float(sums.from_state[2] + sums.state_bias[2])
    return [
        _gate("z", 0, sums, gates["z"], step),
        _gate("r", 1, sums, gates["r"], step),
        Line(
            _at("h̃", now),
            GATES["gru"]["h"],
            f"tanh({_at('x', now)}·kernel + bias + {_at('r', now)}·"
            f"({_at('h', past)}·recurrent_kernel + bias))",
            f"tanh({_plus(float(sums.from_input[2]), float(sums.bias[2]))} + "
            f"{_times(r, from_state)})",
            candidate,
            gates["h"],
        ),
        Line(
            _at("h", now),
            "hidden state",
            f"{_at('z', now)}·{_at('h', past)} + (1 − {_at('z', now)})·{_at('h̃', now)}",
            f"{_times(z, before)} + {_times(1 - z, candidate)}",
            float(hidden[step]),
            hidden,
        ),
    ]


def _simple_rnn(sums: Sums, trace: Trace, unit: int, step: int) -> list[Line]:
    hidden = trace.hidden[0, :, unit]
    now, past = step + 1, step
    terms = (float(sums.from_input[0]), float(sums.from_state[0]), float(sums.bias[0]))
    return [
        Line(
            _at("h", now),
            "hidden state",
            f"tanh({_at('x', now)}·kernel + {_at('h', past)}·recurrent_kernel + bias)",
            f"tanh({_plus(*terms)})",
            float(hidden[step]),
            hidden,
        )
    ]


_LINES: dict[str, Callable[[Sums, Trace, int, int], list[Line]]] = {
    "lstm": _lstm,
    "gru": _gru,
    "simple_rnn": _simple_rnn,
}


def _gate(name: str, block: int, sums: Sums, trace: np.ndarray, step: int) -> Line:
    """A gate, or LSTM's candidate "c": an activation of the three terms."""
    function, symbol = ("tanh", "c̃") if name == "c" else ("σ", name)
    bias = float(sums.bias[block] + sums.state_bias[block])
    terms = (float(sums.from_input[block]), float(sums.from_state[block]), bias)
    now = step + 1
    return Line(
        _at(symbol, now),
        _ABOUT[name],
        f"{function}({_at('x', now)}·kernel + {_at('h', step)}·recurrent_kernel + bias)",
        f"{function}({_plus(*terms)})",
        float(trace[step]),
        trace,
    )
