"""How an answer calls Keras's layers: as they are, or traced, as in `model.predict`.

As they are, recurrent layers take 2 ms of Python for each timestep, which the runs that train have
to share. Traced, a hundred timesteps take a few milliseconds, after 0.1 s for tracing a layer, and
up to a second for the gradient of a stack. So what is asked once about a few timesteps isn't
traced, and what is asked again and again, or about many timesteps, is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from lib.training.engine import traced, tracing

UNTRACED_STEPS = 40
"""Timesteps that a model is run for without tracing, by each answer, all times that it is asked."""

_steps: Counter[tuple[Any, ...]] = Counter()


class Calls:
    """Runs layers for one answer, all eagerly or all traced, as the two may round differently."""

    def __init__(self, answer: str, cell: str, weights: Sequence[np.ndarray], steps: int) -> None:
        """For the function of this name, and a model with these weights on `steps` timesteps."""
        key = (answer, cell, *(np.shape(w) for w in weights))
        _steps[key] += steps
        self._traced = _steps[key] > UNTRACED_STEPS

    def run(self, layers: Sequence[Any], x: np.ndarray, mask: np.ndarray | None = None) -> Any:
        """What layers make of x (N, T, F), one after the other; `mask` (N, T) is of the first."""
        return self(through, tuple(layers), *([x] if mask is None else [x, mask]))

    def __call__(self, function: Callable[..., Any], what: Any, *arrays: np.ndarray) -> Any:
        """`function(what, *arrays)` as NumPy arrays; it gets tensors (N, T, …), float32.

        What it is about, such as layers, is hashable, and the same whenever the same is to be run.
        """
        shapes = tuple((None, None, *array.shape[2:]) for array in arrays)
        call = _code(function, what, shapes) if self._traced else partial(function, what)
        made = call(*(tf.constant(array, tf.float32) for array in arrays))
        return tf.nest.map_structure(np.asarray, made)


def through(layers: Sequence[Any], inputs: Any, mask: Any = None) -> Any:
    """What layers make of inputs, one after the other; `mask` is of the first."""
    for layer in layers:
        options = {} if mask is None else {"mask": keras.ops.cast(mask, "bool")}
        inputs, mask = layer(inputs, **options), None
    return inputs


# What was traced runs its layers with whatever weights they have. It leaves some 4 MB, and there
# are about fifteen for a model.
@lru_cache(maxsize=32)
def _code(function: Callable[..., Any], what: Any, shapes: tuple[Any, ...]) -> Callable[..., Any]:
    with tracing:
        return traced(partial(function, what), *map(tf.TensorSpec, shapes))
