"""One value at a time: Keras's stateful layers and cells against one call on the whole sequence."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from lib.recurrence import layers_of
from lib.training.keras_layers import Calls, Weights, recurrent, stack


def streaming(cell: str, weights: Weights, x: np.ndarray) -> dict[str, Any]:
    """Run a stack without a head on the first of two sequences x (2, T, F), step by step.

    Returns:
        `whole` (T, U): the top layer's outputs of one call on the whole sequence.
        `stateful`, `loop` (T, U): its outputs of T calls of stateful layers, or of their cells.
        `differences`: the largest absolute difference of each comparison, by name.
        `message`: Keras's error if a stateful batch has the wrong size.
    """
    parts, steps, half = layers_of(weights), x.shape[1], x.shape[1] // 2
    plain = stack(cell, parts, return_sequences=True)
    one, two = (_stateful(cell, parts, batch) for batch in (1, 2))
    run = Calls("streaming", cell, weights, 8 * steps, batch=1)
    run_two = Calls("streaming in pairs", cell, weights, 4 * steps, batch=2).run

    def step_by_step(inputs: np.ndarray, *, resets: bool = False) -> np.ndarray:
        """Return the stateful layers' outputs (T, U) of a call for each timestep of (1, T, F)."""
        outputs = []
        for t in range(steps):
            if resets:
                _reset(one)
            outputs.append(run.run(one, inputs[:, t : t + 1])[0])
        return np.concatenate(outputs)

    first, second = x[:1], x[1:]
    whole = run.run(plain, first)[0]
    _reset(one)
    stateful = step_by_step(first)
    not_reset = step_by_step(second)  # goes on from the first sequence's last state
    _reset(one)
    fresh = step_by_step(second)
    joined = run.run(plain, np.concatenate([first, second], axis=1))[0, steps:]
    always_reset = step_by_step(first, resets=True)
    alone = np.concatenate([run.run(plain, first[:, t : t + 1])[0] for t in range(steps)])

    _reset(two)
    run_two(two, x[:, :half])
    swapped = run_two(two, x[::-1, half:])  # the second part of each sequence, in another order
    exchanged = np.concatenate([x[:, :half], x[::-1, half:]], axis=1)
    loop = _loop(run, plain, first)
    return {
        "whole": whole,
        "stateful": stateful,
        "loop": loop,
        "differences": {
            "loop": _largest(whole - loop),
            "reset": _largest(whole - always_reset),
            "reset_rule": _largest(always_reset - alone),
            "carried": _largest(fresh - not_reset),
            "carried_rule": _largest(joined - not_reset),
            "order": _largest(run_two(plain, x)[::-1, half:] - swapped),
            "order_rule": _largest(run_two(plain, exchanged)[:, half:] - swapped),
        },
        "message": _wrong_batch(one, x[:, :1]),
    }


def _stateful(cell: str, parts: Sequence[Any], batch: int) -> tuple[Any, ...]:
    options: dict[str, Any] = {"batch": batch, "return_sequences": True, "stateful": True}
    return tuple(recurrent(cell, part, place, **options) for place, part in enumerate(parts))


def _reset(layers: Sequence[Any]) -> None:
    for layer in layers:
        layer.reset_state()


def _loop(run: Calls, layers: Sequence[Any], x: np.ndarray) -> np.ndarray:
    """Return the outputs (T, U) of the layers' cells for x (1, T, F), called in a Python loop."""
    cells = tuple(layer.cell for layer in layers)
    states = [np.asarray(s) for layer in layers for s in layer.get_initial_state(batch_size=1)]
    outputs = []
    for t in range(x.shape[1]):
        output, *states = run(_step, cells, x[:, t], *states)
        outputs.append(output[0])
    return np.array(outputs)


def _step(cells: Sequence[Any], x: Any, *states: Any) -> tuple[Any, ...]:
    """Return the top cell's output for one timestep x (1, F), and all cells' new states."""
    after, each = [], len(states) // len(cells)
    for place, cell in enumerate(cells):
        x, new = cell(x, list(states[each * place : each * (place + 1)]))
        after += new
    return x, *after


def _wrong_batch(layers: Sequence[Any], x: np.ndarray) -> str:
    """Return Keras's error message for two samples in a batch of one, without its frame."""
    try:
        layers[0](x)
    except ValueError as error:
        _, _, message = f"{error}".partition("\x1b[1m")  # bold on a terminal
        return message.partition("\x1b[0m")[0]
    return ""


def _largest(values: np.ndarray) -> float:
    """Return the largest absolute value; 0.0 only if all values are exactly zero."""
    return float(np.abs(values).max())
