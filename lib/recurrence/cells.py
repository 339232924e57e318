"""A recurrent layer forward, step by step: `unroll` and the `Trace` that it keeps."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from lib.experiment import CELLS
from lib.shapes import BLOCKS, STATES, bias_shapes

Array: TypeAlias = np.ndarray

GATES: dict[str, dict[str, str]] = {
    "lstm": {"i": "input gate", "f": "forget gate", "c": "candidate", "o": "output gate"},
    "gru": {"z": "update gate", "r": "reset gate", "h": "candidate"},
    "simple_rnn": {},
}
"""Names in `Trace.gates` by cell, in the order of the kernel's blocks; a candidate is a tanh."""


def highest_output(cell: str, timesteps: int) -> Array:
    """What |h| stays below at each timestep, (T,): an LSTM's cell state grows by less than 1."""
    steps = np.arange(1.0, timesteps + 1)
    return np.tanh(steps) if cell == "lstm" else np.ones_like(steps)


def gate_symbol(name: str, about: str) -> str:
    """A name and what it is, of `GATES`, as formulas write it: a candidate has a tilde."""
    return f"{name}\u0303" if about == "candidate" else name


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """All that one recurrent layer computed, (N, T, U) each; last-step mode has `hidden[:, -1]`."""

    hidden: Array
    cell: Array | None  # LSTM's cell states; None for cells that have none
    gates: dict[str, Array]
    """By the names in `GATES`; at a masked step what the cell computed and Keras threw away."""


def unroll(
    cell: str,
    weights: Sequence[Array],
    x: Array,
    mask: Array | None = None,
    go_backwards: bool = False,
) -> Trace:
    """Run a recurrent layer over its input, from a zero state, and keep every step.

    Args:
        cell: a key of `lib.experiment.CELLS`.
        weights: kernel, recurrent_kernel, bias; a GRU's of (2, 3U) with `reset_after`, else (3U,).
        x: inputs (N, T, F).
        mask: (N, T), true where a step counts; at the others state and output are those before.
        go_backwards: from the last step on; as in Keras, step 0 of the trace has seen `x[:, -1]`.

    Raises ValueError for an unknown cell, or shapes that don't fit.
    """
    x = np.asarray(x, dtype=np.float32)
    kernel, recurrent, bias = _checked(cell, weights, x)
    if mask is not None and (mask := np.asarray(mask, dtype=bool)).shape != x.shape[:2]:
        raise ValueError(f"mask must have shape (N, T) = {x.shape[:2]}, got {mask.shape}")
    if go_backwards:
        x = x[:, ::-1]
        mask = None if mask is None else mask[:, ::-1]
    n, t, f = x.shape
    # A run that has diverged is drawn too: inf and nan are answers here, not accidents.
    with np.errstate(over="ignore", invalid="ignore"):
        # Time first, so that a step is one block of memory; one product for all steps' inputs.
        blocks = x.transpose(1, 0, 2).reshape(t * n, f) @ kernel
        blocks += bias[0] if bias.ndim == 2 else bias
        gates = blocks.reshape(t, n, -1)
        units, go = len(recurrent), STEPS[cell]
        states = np.zeros((t + 1, len(STATES[cell]), n, units), np.float32)
        for step, after in enumerate(states[1:]):
            go(gates[step], states[step], after, recurrent, bias)
            if mask is not None:
                np.copyto(after, states[step], where=~mask[:, step, None])
    hidden, *others = states[1:].transpose(1, 2, 0, 3)  # (N, T, U) each
    by_sample = gates.swapaxes(0, 1)
    named = {name: by_sample[..., k * units :][..., :units] for k, name in enumerate(GATES[cell])}
    return Trace(hidden, others[0] if others else None, named)


def _sigmoid(values: Array) -> Array:
    return 1 / (1 + np.exp(-values))


def _lstm(gates: Array, before: Array, after: Array, recurrent: Array, _: Array) -> None:
    """One step: `gates` (N, 4U) are the input's part at first; states (2, N, U) are h and c."""
    units = len(recurrent)
    i, f, candidate, o = (gates[:, k * units : (k + 1) * units] for k in range(4))
    gates += before[0] @ recurrent
    tanh = np.tanh(candidate)
    gates[...] = _sigmoid(gates)  # of the candidate, too: faster than three pieces without it
    candidate[...] = tanh
    after[1] = f * before[1] + i * candidate
    after[0] = o * np.tanh(after[1])


def _gru(gates: Array, before: Array, after: Array, recurrent: Array, bias: Array) -> None:
    """One step: `gates` (N, 3U) are z, r and the candidate; the state is (1, N, U)."""
    h, units, early = before[0], len(recurrent), 2 * len(recurrent)
    z, r, candidate = (gates[:, k * units : (k + 1) * units] for k in range(3))
    if bias.ndim == 2:  # reset_after
        from_state = h @ recurrent + bias[1]
        gates[:, :early] = _sigmoid(gates[:, :early] + from_state[:, :early])
        from_state = r * from_state[:, early:]
    else:
        gates[:, :early] = _sigmoid(gates[:, :early] + h @ recurrent[:, :early])
        from_state = (r * h) @ recurrent[:, early:]
    candidate[...] = np.tanh(candidate + from_state)
    after[0] = z * h + (1 - z) * candidate


def _simple_rnn(gates: Array, before: Array, after: Array, recurrent: Array, _: Array) -> None:
    """One step: `gates` (N, U) are the input's part; the state is (1, N, U)."""
    after[0] = np.tanh(gates + before[0] @ recurrent)


STEPS: dict[str, Callable[..., None]] = {"lstm": _lstm, "gru": _gru, "simple_rnn": _simple_rnn}
"""By cell, what makes gates of the inputs' part, in place, and the states after a step."""


def _checked(cell: str, weights: Sequence[Array], x: Array) -> tuple[Array, Array, Array]:
    """The three weights, float32. Raises ValueError unless they fit the cell and x."""
    if cell not in STEPS:
        raise ValueError(f"cell must be one of {list(CELLS)}, got {cell!r}")
    if x.ndim != 3:
        raise ValueError(f"x must have 3 axes (N, T, F), got shape {x.shape}")
    if len(weights) != 3:
        raise ValueError(f"weights must be 3 arrays (kernel, recurrent, bias), got {len(weights)}")
    kernel, recurrent, bias = (np.asarray(array, dtype=np.float32) for array in weights)
    units = len(np.atleast_1d(recurrent))
    width = BLOCKS[cell] * units
    expected = {"recurrent_kernel": (units, width), "kernel": (x.shape[-1], width)}
    for array, (name, shape) in zip((recurrent, kernel), expected.items(), strict=True):
        if array.shape != shape:
            raise ValueError(f"{cell}: {name} must have shape {shape}, got {array.shape}")
    if bias.shape not in (shapes := bias_shapes(cell, units)):
        allowed = " or ".join(map(str, shapes))
        raise ValueError(f"{cell}: bias must have shape {allowed}, got {bias.shape}")
    return kernel, recurrent, bias
