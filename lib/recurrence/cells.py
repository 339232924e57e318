"""A recurrent layer forward, step by step: `unroll` and the `Trace` that it keeps."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from lib.experiment import CELLS
from lib.shapes import BLOCKS, bias_shapes

GATES: dict[str, dict[str, str]] = {
    "lstm": {"i": "input gate", "f": "forget gate", "c": "candidate", "o": "output gate"},
    "gru": {"z": "update gate", "r": "reset gate", "h": "candidate"},
    "simple_rnn": {},
}
"""The names in `Trace.gates` by cell, in the order of the kernel's blocks, and what they are.

Candidates, tanh, from -1 to 1, are what could be written into the state; the rest are gates,
sigmoid, from 0 to 1. A SimpleRNN has none: its one block is its output.
"""

HIGHEST_OUTPUT: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "lstm": np.tanh,
    "gru": np.ones_like,
    "simple_rnn": np.ones_like,
}
"""By cell: from the timesteps 1, 2, … T to what |h|, a unit's output, stays below at each.

From a zero state an LSTM's cell state grows by less than 1 a step, so |h_t| < tanh(t). A
SimpleRNN's output is a tanh, and a GRU's a mixture of tanhs: less than 1 at every step.
"""


def highest_output(cell: str, timesteps: int) -> np.ndarray:
    """What a unit's output can come close to but not exceed, by timestep (T,)."""
    return HIGHEST_OUTPUT[cell](np.arange(1.0, timesteps + 1))


def gate_symbol(name: str, about: str) -> str:
    """A name and what it is, of `GATES`, as formulas write it: a candidate has a tilde."""
    return f"{name}\u0303" if about == "candidate" else name


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """Everything that one recurrent layer computed, by timestep, in float32 unless asked otherwise.

    With `return_sequences=True` Keras returns `hidden`; with `False` it returns `hidden[:, -1]`.
    """

    hidden: np.ndarray
    """Outputs (N, T, U)."""
    cell: np.ndarray | None
    """LSTM's cell states (N, T, U); None for cells that have none."""
    gates: dict[str, np.ndarray]
    """By the names in `GATES`, each (N, T, U). At a masked step they are what the cell computed
    and Keras threw away."""


def unroll(
    cell: str,
    weights: Sequence[np.ndarray],
    x: np.ndarray,
    mask: np.ndarray | None = None,
    go_backwards: bool = False,
    *,
    precision: type[np.floating] = np.float32,
) -> Trace:
    """Run a recurrent layer over its input, from a zero state, and keep every step.

    Args:
        cell: a key of `lib.experiment.CELLS`.
        weights: `layer.get_weights()`: kernel, recurrent_kernel, bias. A GRU's bias says which
            kind it is: (2, 3U) with `reset_after`, (3U,) without.
        x: inputs (N, T, F).
        mask: (N, T), true where a step counts. At the others the state is held and the previous
            output is repeated (zeros, where there is none before).
        go_backwards: from the last step to the first. As in Keras the results then stand in the
            order of processing: step 0 of the trace has seen `x[:, -1]`.
        precision: to compute in. Keras has 32 bits; 64 show what rounding does to those.

    Raises:
        ValueError: for an unknown cell, or shapes that don't fit.
    """
    x = np.asarray(x, dtype=precision)
    kernel, recurrent, bias = _checked(cell, weights, x)
    if mask is not None:
        mask = np.asarray(mask, dtype=bool)
        if mask.shape != x.shape[:2]:
            raise ValueError(f"mask must have shape (N, T) = {x.shape[:2]}, got {mask.shape}")
    if go_backwards:
        x = x[:, ::-1]
        mask = None if mask is None else mask[:, ::-1]
    n, t, f = x.shape
    skipped = None if mask is None else ~mask.T[:, :, None]
    # A run that has diverged is drawn too: inf and nan are answers here, not accidents.
    with np.errstate(over="ignore", invalid="ignore"):
        # Time first, so that each step is one block of memory; and all steps' inputs go through
        # the kernel at once, since they don't depend on the state.
        blocks = x.transpose(1, 0, 2).reshape(t * n, f) @ kernel
        blocks += bias[0] if bias.ndim == 2 else bias
        hidden, states, gates = _UNROLL[cell](blocks.reshape(t, n, -1), recurrent, bias, skipped)
    samples_first = {name: values.swapaxes(0, 1) for name, values in gates.items()}
    states = None if states is None else states.swapaxes(0, 1)
    return Trace(hidden.swapaxes(0, 1), states, samples_first)


def _sigmoid(values: np.ndarray) -> None:
    """In place: 1 / (1 + exp(-values)), precise at both ends.

    Not by `np.negative`, which is wrong in place on every fourth number of an array (NumPy 2.4.6
    on x86): on the gates of a layer with one unit.
    """
    np.multiply(values, -1, out=values)
    np.exp(values, out=values)
    values += 1
    np.reciprocal(values, out=values)


_Steps = tuple[np.ndarray, np.ndarray | None, dict[str, np.ndarray]]
"""What a `Trace` is made of, time first: each (T, N, U)."""


def _lstm(
    blocks: np.ndarray, recurrent: np.ndarray, _: np.ndarray, skipped: np.ndarray | None
) -> _Steps:
    """`blocks` (T, N, 4U) comes in as the inputs' part and goes out as the four gates."""
    units = len(recurrent)
    i, f, c, o = (blocks[:, :, k * units : (k + 1) * units] for k in range(4))
    both = blocks[:, :, : 2 * units]  # i and f, for one call
    hidden, cell_states = np.empty((2, *i.shape), blocks.dtype)
    h = carry = np.zeros(i.shape[1:], blocks.dtype)
    for t in range(len(blocks)):
        blocks[t] += h @ recurrent
        _sigmoid(both[t])
        np.tanh(c[t], out=c[t])
        _sigmoid(o[t])
        np.multiply(f[t], carry, out=cell_states[t])
        cell_states[t] += i[t] * c[t]
        np.tanh(cell_states[t], out=hidden[t])
        hidden[t] *= o[t]
        if skipped is not None:
            np.copyto(cell_states[t], carry, where=skipped[t])
            np.copyto(hidden[t], h, where=skipped[t])
        h, carry = hidden[t], cell_states[t]
    return hidden, cell_states, {"i": i, "f": f, "c": c, "o": o}


def _gru(
    blocks: np.ndarray, recurrent: np.ndarray, bias: np.ndarray, skipped: np.ndarray | None
) -> _Steps:
    """`blocks` (T, N, 3U) comes in as the inputs' part and goes out as z, r and the candidate.

    With `reset_after` the reset gate scales what the recurrent kernel made of the state, without
    it the state before the kernel.
    """
    units, reset_after = len(recurrent), bias.ndim == 2
    z, r, candidate = (blocks[:, :, k * units : (k + 1) * units] for k in range(3))
    both = blocks[:, :, : 2 * units]  # z and r, for one call
    early = recurrent if reset_after else np.ascontiguousarray(recurrent[:, : 2 * units])
    late = np.ascontiguousarray(recurrent[:, 2 * units :])
    hidden = np.empty(z.shape, blocks.dtype)
    h = np.zeros(z.shape[1:], blocks.dtype)
    for t in range(len(blocks)):
        from_state = h @ early
        if reset_after:
            from_state += bias[1]
        both[t] += from_state[:, : 2 * units]
        _sigmoid(both[t])
        candidate[t] += r[t] * from_state[:, 2 * units :] if reset_after else (r[t] * h) @ late
        np.tanh(candidate[t], out=candidate[t])
        np.subtract(1, z[t], out=hidden[t])
        hidden[t] *= candidate[t]
        hidden[t] += z[t] * h
        if skipped is not None:
            np.copyto(hidden[t], h, where=skipped[t])
        h = hidden[t]
    return hidden, None, {"z": z, "r": r, "h": candidate}


def _simple_rnn(
    blocks: np.ndarray, recurrent: np.ndarray, _: np.ndarray, skipped: np.ndarray | None
) -> _Steps:
    """`blocks` (T, N, U) comes in as the inputs' part and goes out as the outputs."""
    h = np.zeros(blocks.shape[1:], blocks.dtype)
    for t in range(len(blocks)):
        blocks[t] += h @ recurrent
        np.tanh(blocks[t], out=blocks[t])
        if skipped is not None:
            np.copyto(blocks[t], h, where=skipped[t])
        h = blocks[t]
    return blocks, None, {}


_UNROLL: dict[str, Callable[..., _Steps]] = {"lstm": _lstm, "gru": _gru, "simple_rnn": _simple_rnn}


def _checked(
    cell: str, weights: Sequence[np.ndarray], x: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The three weights in the precision of x. Raises ValueError unless they fit the cell and x."""
    if cell not in _UNROLL:
        raise ValueError(f"cell must be one of {list(CELLS)}, got {cell!r}")
    if x.ndim != 3:
        raise ValueError(f"x must have 3 axes (N, T, F), got shape {x.shape}")
    if len(weights) != 3:
        raise ValueError(
            f"weights must be 3 arrays (kernel, recurrent_kernel, bias), got {len(weights)}"
        )
    kernel, recurrent, bias = (np.asarray(array, dtype=x.dtype) for array in weights)
    features, units = x.shape[-1], len(recurrent)
    width = BLOCKS[cell] * units
    for name, array, allowed in (
        ("kernel", kernel, ((features, width),)),
        ("recurrent_kernel", recurrent, ((units, width),)),
        ("bias", bias, bias_shapes(cell, units)),
    ):
        if array.shape not in allowed:
            expected = " or ".join(map(str, allowed))
            raise ValueError(f"{cell}: {name} must have shape {expected}, got {array.shape}")
    return kernel, recurrent, bias
