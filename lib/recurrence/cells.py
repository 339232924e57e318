"""The forward pass of a recurrent layer: `unroll`, its `Trace`, and its steps as formulas."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from lib.experiment import CELLS
from lib.shapes import BLOCKS, STATES, bias_shapes
from lib.text import number, subscript

Array: TypeAlias = np.ndarray

GATES: dict[str, dict[str, str]] = {  # each cell's gates, in the order of the kernel's blocks
    "lstm": {"i": "input gate", "f": "forget gate", "c": "candidate", "o": "output gate"},
    "gru": {"z": "update gate", "r": "reset gate", "h": "candidate"},
    "simple_rnn": {},
}


def highest_output(cell: str, timesteps: int) -> Array:
    """Return the bound of |h| at each timestep t, (T,): tanh(t) for an LSTM, otherwise 1."""
    steps = np.arange(1.0, timesteps + 1)
    return np.tanh(steps) if cell == "lstm" else np.ones_like(steps)


def gate_symbol(name: str, about: str) -> str:
    """Return a gate's symbol in formulas, from its name and meaning in `GATES`."""
    return f"{name}\u0303" if about == "candidate" else name


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """The values of a forward pass, (N, T, U) each; last-step mode returns `hidden[:, -1]`."""

    hidden: Array
    cell: Array | None  # the cell states of an LSTM; None for other cells
    gates: dict[str, Array]  # by name in `GATES`; also computed at masked steps, but not used there

    @property
    def states(self) -> tuple[Array, ...]:
        """The states of every step: h, and an LSTM's c."""
        return (self.hidden,) if self.cell is None else (self.hidden, self.cell)


def unroll(
    cell: str,
    weights: Sequence[Array],
    x: Array,
    mask: Array | None = None,
    go_backwards: bool = False,
    *,
    initial_state: Sequence[Array] | None = None,
) -> Trace:
    """Run a recurrent layer over its input, and return the values of every step.

    Args:
        cell: a key of `lib.experiment.CELLS`.
        weights: kernel, recurrent_kernel, bias; for a GRU, bias (2, 3U) implies `reset_after`.
        x: inputs (N, T, F).
        mask: (N, T), false at steps that keep the previous state and output.
        go_backwards: read from the last step to the first. Step 0 of the trace reads `x[:, -1]`.
        initial_state: the states before the first step, (N, U) each; by default zeros.

    Raises ValueError for an unknown cell or for shapes that don't match.
    """
    x = np.asarray(x, dtype=np.float32)
    kernel, recurrent, bias = _checked(cell, weights, x)
    if mask is not None and (mask := np.asarray(mask, dtype=bool)).shape != x.shape[:2]:
        raise ValueError(f"mask must have shape (N, T) = {x.shape[:2]}, got {mask.shape}")
    if go_backwards:
        x = x[:, ::-1]
        mask = None if mask is None else mask[:, ::-1]
    n, t, f = x.shape
    # The pages also draw diverged runs, so inf and NaN are valid results here.
    with np.errstate(over="ignore", invalid="ignore"):
        # Time is the first axis, so that a step is one block of memory. Multiply all steps at once.
        blocks = x.transpose(1, 0, 2).reshape(t * n, f) @ kernel
        blocks += bias[0] if bias.ndim == 2 else bias
        gates = blocks.reshape(t, n, -1)
        units, compute_step = len(recurrent), STEPS[cell]
        states = np.zeros((t + 1, len(STATES[cell]), n, units), np.float32)
        if initial_state is not None:
            states[0] = initial_state
        for step, after in enumerate(states[1:]):
            compute_step(gates[step], states[step], after, recurrent, bias)
            if mask is not None:
                np.copyto(after, states[step], where=~mask[:, step, None])
    hidden, *others = states[1:].transpose(1, 2, 0, 3)  # (N, T, U) each
    by_sample = gates.swapaxes(0, 1)
    named = {name: by_sample[..., k * units :][..., :units] for k, name in enumerate(GATES[cell])}
    return Trace(hidden, others[0] if others else None, named)


def _sigmoid(values: Array) -> Array:
    return 1 / (1 + np.exp(-values))


def _lstm(gates: Array, before: Array, after: Array, recurrent: Array, _: Array) -> None:
    """Compute one step. `gates` (N, 4U) begin as x·kernel + bias; states (2, N, U) are h and c."""
    units = len(recurrent)
    i, f, candidate, o = (gates[:, k * units : (k + 1) * units] for k in range(4))
    gates += before[0] @ recurrent
    tanh = np.tanh(candidate)
    gates[...] = _sigmoid(gates)  # one call is faster than three, so include the candidate
    candidate[...] = tanh
    after[1] = f * before[1] + i * candidate
    after[0] = o * np.tanh(after[1])


def _gru(gates: Array, before: Array, after: Array, recurrent: Array, bias: Array) -> None:
    """Compute one step. `gates` (N, 3U) begin as x·kernel + bias; the state (1, N, U) is h."""
    h, units = before[0], len(recurrent)
    early = 2 * units  # the columns of z and r, which come first
    z, r, candidate = (gates[:, k * units : (k + 1) * units] for k in range(3))
    if bias.ndim == 2:  # the GRU has `reset_after`
        from_state = h @ recurrent + bias[1]
        gates[:, :early] = _sigmoid(gates[:, :early] + from_state[:, :early])
        from_state = r * from_state[:, early:]
    else:
        gates[:, :early] = _sigmoid(gates[:, :early] + h @ recurrent[:, :early])
        from_state = (r * h) @ recurrent[:, early:]
    candidate[...] = np.tanh(candidate + from_state)
    after[0] = z * h + (1 - z) * candidate


def _simple_rnn(gates: Array, before: Array, after: Array, recurrent: Array, _: Array) -> None:
    """Compute one step. `gates` (N, U) are x·kernel + bias; the state (1, N, U) is h."""
    after[0] = np.tanh(gates + before[0] @ recurrent)


STEPS: dict[str, Callable[..., None]] = {"lstm": _lstm, "gru": _gru, "simple_rnn": _simple_rnn}
"""Each cell's function for one step: it turns x·kernel + bias into gates, and writes new states."""


def _checked(cell: str, weights: Sequence[Array], x: Array) -> tuple[Array, Array, Array]:
    """Return the three weights as float32. Raises ValueError if they don't fit the cell and x."""
    if cell not in STEPS:
        raise ValueError(f"cell must be one of {list(CELLS)}, got {cell!r}")
    if x.ndim != 3:
        raise ValueError(f"x must have 3 axes (N, T, F), got shape {x.shape}")
    if len(weights) != 3:
        raise ValueError(f"weights must be 3 arrays (kernel, recurrent, bias), got {len(weights)}")
    kernel, recurrent, bias = (np.asarray(array, dtype=np.float32) for array in weights)
    units = len(np.atleast_1d(recurrent))
    width = BLOCKS[cell] * units
    for name, array, shapes in (
        ("recurrent_kernel", recurrent, [(units, width)]),
        ("kernel", kernel, [(x.shape[-1], width)]),
        ("bias", bias, bias_shapes(cell, units)),
    ):
        if array.shape not in shapes:
            allowed = " or ".join(map(str, shapes))
            raise ValueError(f"{cell}: {name} must have shape {allowed}, got {array.shape}")
    return kernel, recurrent, bias


@dataclass(frozen=True, slots=True, eq=False)
class LayerPass:
    """A layer with its forward pass over one sample."""

    cell: str
    weights: Sequence[Array]  # kernel, recurrent_kernel, bias
    x: Array  # the layer's input, (T, F)
    trace: Trace  # the result of `unroll` for this sample, N = 1

    def before(self, step: int) -> Array:
        """Return the hidden state before a step, (U,)."""
        return _before(self.trace.hidden[0], step)

    def gates(self, step: int) -> dict[str, Array]:
        """Return the gates of one step, by their names in `GATES`: (U,) each."""
        return {name: values[0, step] for name, values in self.trace.gates.items()}

    @property
    def units(self) -> int:
        """U, the number of units."""
        return len(self.weights[1])

    @property
    def biases(self) -> tuple[Array, Array]:
        """Biases added to x·kernel and to h·recurrent_kernel, (G·U,) each; the latter may be 0."""
        bias = self.weights[2]
        return (bias[0], bias[1]) if bias.ndim == 2 else (bias, np.zeros_like(bias))


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """One value that a layer computes for one unit at one timestep."""

    symbol: str  # the symbol with the timestep: "f₃"
    about: str  # the meaning of the symbol: "forget gate"
    formula: str  # the formula, in Keras's names
    filled: str  # the formula, with this step's numbers
    value: float
    trace: Array  # the value at every timestep, (T,)


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One line of a table: a value of every unit at one timestep."""

    label: str
    values: Array  # (U,)
    kind: Literal["", "rule", "strong"] = ""  # "rule" for a sum, "strong" for a gate or state
    weights: Array | None = None  # (U,), set if the values are weights times one number


def _before(states: Array, step: int) -> Array:
    """Return the state before a step, from states (T, …); zeros before step 0."""
    return states[step - 1] if step else np.zeros_like(states[0])


def lines(layer: LayerPass, unit: int, step: int) -> list[Line]:
    """Return the lines that a unit (0 to U-1) computes at a step (0 to T-1), in order."""
    columns = slice(unit, None, layer.units)  # one column for each gate
    about = GATES[layer.cell] or {"h": "hidden state"}
    from_input = dict(zip(about, layer.x[step] @ layer.weights[0][:, columns], strict=True))
    from_state = dict(zip(about, layer.before(step) @ layer.weights[1][:, columns], strict=True))
    bias, state_bias = (dict(zip(about, each[columns], strict=True)) for each in layer.biases)
    gates = {name: gate[0, :, unit] for name, gate in layer.trace.gates.items()}
    now = {name: float(values[step]) for name, values in gates.items()}
    hidden, result = layer.trace.hidden[0, :, unit], list[Line]()

    def add(symbol: str, meaning: str, formula: str, filled: str, values: Array) -> None:
        for letter, index in (("ₜ₋₁", step), ("ₜ", step + 1)):
            symbol = symbol.replace(letter, subscript(index))
            formula = formula.replace(letter, subscript(index))
        result.append(Line(symbol, meaning, formula, filled, float(values[step]), values))

    def add_gate(name: str, function: str, values: Array) -> None:
        symbol = f"{gate_symbol(name, about[name])}ₜ"
        formula = f"{function}(xₜ·kernel + hₜ₋₁·recurrent_kernel + bias)"
        terms = _sum(from_input[name], from_state[name], bias[name] + state_bias[name])
        add(symbol, about[name], formula, f"{function}({terms})", values)

    if layer.cell == "lstm" and layer.trace.cell is not None:
        cell = layer.trace.cell[0, :, unit]
        for name in about:
            add_gate(name, "tanh" if name == "c" else "σ", gates[name])
        previous = f"{number(now['f'])}·{_factor(float(_before(cell, step)))}"
        filled = f"{previous} + {number(now['i'])}·{_factor(now['c'])}"
        add("cₜ", "cell state", "fₜ·cₜ₋₁ + iₜ·c̃ₜ", filled, cell)
        output = f"{number(now['o'])}·tanh({number(cell[step])})"
        add("hₜ", "hidden state", "oₜ·tanh(cₜ)", output, hidden)
    elif layer.cell == "gru":
        add_gate("z", "σ", gates["z"])
        add_gate("r", "σ", gates["r"])
        candidate = "tanh(xₜ·kernel + bias + rₜ·(hₜ₋₁·recurrent_kernel + bias))"
        state = f"{number(now['r'])}·{_factor(from_state['h'] + state_bias['h'])}"
        filled = f"tanh({_sum(from_input['h'], bias['h'])} + {state})"
        add("h̃ₜ", "candidate", candidate, filled, gates["h"])
        previous = f"{number(now['z'])}·{_factor(float(_before(hidden, step)))}"
        filled = f"{previous} + {number(1 - now['z'])}·{_factor(now['h'])}"
        add("hₜ", "hidden state", "zₜ·hₜ₋₁ + (1 − zₜ)·h̃ₜ", filled, hidden)
    elif layer.cell == "simple_rnn":
        add_gate("h", "tanh", hidden)
    else:
        raise ValueError(f"cell {layer.cell!r} has no formulas in `lines`")
    return result


def _factor(value: float) -> str:
    """Return a factor of a product, in brackets if it is negative."""
    return number(value) if value >= 0 else f"({number(value)})"


def _sum(first: float, *others: float) -> str:
    """Return a sum of terms with their signs: "0.3 − 0.2 + 1"."""
    rest = (f" {'−' if term < 0 else '+'} {number(abs(term))}" for term in others)
    return number(first) + "".join(rest)


def state_rows(layer: LayerPass, step: int) -> list[Row]:
    """Return table rows that combine gates and states into new states; [] if there are no gates."""
    gates, before, hidden = layer.gates(step), layer.before(step), layer.trace.hidden[0, step]
    if layer.cell == "lstm" and layer.trace.cell is not None:
        cell, carried = layer.trace.cell[0, step], _before(layer.trace.cell[0], step)
        return [
            Row("previous c", carried),
            Row("f·previous c", gates["f"] * carried),
            Row("i·c̃", gates["i"] * gates["c"]),
            Row("c = f·previous c + i·c̃", cell, "strong"),
            Row("tanh(c)", np.tanh(cell), "rule"),
            Row("h = o·tanh(c)", hidden, "strong"),
        ]
    if layer.cell == "gru":
        return [
            Row("previous h", before),
            Row("z·previous h", gates["z"] * before),
            Row("(1 − z)·h̃", (1 - gates["z"]) * gates["h"]),
            Row("h = sum of both", hidden, "strong"),
        ]
    if GATES[layer.cell]:
        raise ValueError(f"cell {layer.cell!r} has no rows in `state_rows`")
    return []


def by_similarity(hidden: Array) -> Array:
    """Order units (U,) of hidden states (T, U): the highest mean, then always the most similar."""
    traces = np.nan_to_num(np.asarray(hidden, np.float64)).T
    squares = (traces**2).sum(axis=1)
    distance = squares[:, None] + squares[None, :] - 2 * traces @ traces.T
    is_left = np.ones(len(traces), bool)  # whether a unit isn't ordered yet
    order = [int(np.argmax(traces.mean(axis=1)))]
    for _ in range(len(traces) - 1):
        is_left[order[-1]] = False
        order.append(int(np.argmin(np.where(is_left, distance[order[-1]], np.inf))))
    return np.array(order)
