"""One value at a time: Keras's stateful layers and cells against one call on the whole sequence."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from lib.recurrence import layers_of
from lib.training.keras_layers import Calls, Weights, largest, recurrent, stack


def streaming(cell: str, weights: Weights, x: np.ndarray) -> dict[str, Any]:
    """Run a stack without a head on the first of two sequences x (2, T, F), step by step.

    Returns:
        `whole` (T, U): the top layer's outputs of one call on the whole sequence.
        `stateful` (T, U): its outputs of a call of stateful layers for each timestep.
        `pairs`: right and wrong outputs, (2, T, U) or (2, T/2, U), by the name of a wrong state.
        `differences`: the largest absolute difference of each comparison, by name.
        `message`: Keras's error if a stateful batch has another size.
    """
    parts, steps, half = layers_of(weights), x.shape[1], x.shape[1] // 2
    plain = stack(cell, parts, return_sequences=True)
    calls = Calls("streaming", cell, weights, 8 * steps, batch=1)
    run_pair = Calls("streaming pairs", cell, weights, 4 * steps, batch=2).run

    def in_one_call(inputs: np.ndarray) -> np.ndarray:
        """Return the outputs (T, U) for inputs (T, F), from zero states."""
        return np.asarray(calls.run(plain, inputs[None])[0])

    def step_by_step(inputs: np.ndarray, *, resets: bool = False) -> np.ndarray:
        """Return the outputs (T, U) of a call of stateful layers for each timestep of (T, F)."""
        outputs = []
        for row in inputs:
            if resets:
                _reset(one)
            outputs.append(calls.run(one, row[None, None])[0])
        return np.concatenate(outputs)

    first, second = x
    one, pair = _stateful(cell, parts, 1), _stateful(cell, parts, 2)
    whole, by_steps = in_one_call(first), step_by_step(first)
    not_reset, always_reset = step_by_step(second), step_by_step(first, resets=True)
    alone = np.concatenate([in_one_call(row[None]) for row in first])
    exchanged = np.concatenate([x[:, :half], x[::-1, half:]], axis=1)
    run_pair(pair, x[:, :half])
    swapped = run_pair(pair, x[::-1, half:])  # each second half goes on from the other first half
    pairs = {
        "reset": np.stack([whole, always_reset]),
        "carried": np.stack([in_one_call(second), not_reset]),
        "order": np.stack([run_pair(plain, x)[1, half:], swapped[0]]),
    }
    return {
        "whole": whole,
        "stateful": by_steps,
        "pairs": pairs,
        "differences": {name: largest(right - wrong) for name, (right, wrong) in pairs.items()}
        | {
            "steps": largest(whole - by_steps),
            "steps_rule": largest(whole - _cells_in_a_loop(calls, plain, first)),
            "reset_rule": largest(always_reset - alone),
            "carried_rule": largest(in_one_call(np.concatenate(x))[steps:] - not_reset),
            "order_rule": largest(run_pair(plain, exchanged)[:, half:] - swapped),
        },
        "message": _wrong_batch(one[0], x[:, :1]),
    }


def _stateful(cell: str, parts: Sequence[Any], batch: int) -> tuple[Any, ...]:
    """Return stateful layers with zero states, from their weights."""
    options: dict[str, Any] = {"batch": batch, "return_sequences": True, "stateful": True}
    layers = tuple(recurrent(cell, part, place, **options) for place, part in enumerate(parts))
    _reset(layers)
    return layers


def _reset(layers: Sequence[Any]) -> None:
    for layer in layers:
        layer.reset_state()


def _cells_in_a_loop(calls: Calls, layers: Sequence[Any], x: np.ndarray) -> np.ndarray:
    """Return the outputs (T, U) of the layers' cells for x (T, F), called once per timestep."""
    cells, outputs = tuple(layer.cell for layer in layers), []
    states = [np.asarray(s) for layer in layers for s in layer.get_initial_state(batch_size=1)]
    for row in x:
        output, *states = calls(_one_step, cells, row[None], *states)
        outputs.append(output[0])
    return np.array(outputs)


def _one_step(cells: Sequence[Any], x: Any, *states: Any) -> tuple[Any, ...]:
    """Return the top cell's output for one timestep x (1, F), and all cells' new states."""
    after, each = [], len(states) // len(cells)
    for place, cell in enumerate(cells):
        x, new = cell(x, list(states[each * place : each * (place + 1)]))
        after += new
    return x, *after


def _wrong_batch(layer: Any, x: np.ndarray) -> str:
    """Return Keras's error message for two samples in a batch of one, without its frame."""
    try:
        layer(x)
    except ValueError as error:
        return f"{error}".partition("\x1b[1m")[2].partition("\x1b[0m")[0]  # bold on a terminal
    return ""
