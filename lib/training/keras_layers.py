"""Keras's layers with given weights, and calls that run them, for answers.py and streaming.py.

An eager recurrent layer takes 2 ms of Python per timestep, which slows down training. A traced
layer takes microseconds per timestep, after 0.1 to 1 s of tracing. So a model runs eagerly for its
first UNTRACED_STEPS timesteps, and is traced after that.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from lib.experiment import CELLS, POOLINGS
from lib.training.engine import traced, tracing

Weights = Sequence[np.ndarray]
UNTRACED_STEPS = 40  # timesteps that a model runs eagerly, over all calls of one function
_steps: Counter[tuple[Any, ...]] = Counter()  # timesteps run so far, by function and model


class Calls:
    """Runs all layers for an answer the same way: eager and traced layers may round differently."""

    def __init__(
        self, function: str, cell: str, weights: Weights, steps: int, batch: int | None = None
    ) -> None:
        """Add `steps` to the timesteps of this function with models of the same weight shapes.

        Stateful layers need the number of samples, `batch`.
        """
        key = (function, cell, *(np.shape(w) for w in weights))
        _steps[key] += steps
        self._traced, self._batch = _steps[key] > UNTRACED_STEPS, batch

    def run(self, layers: Sequence[Any], x: np.ndarray, mask: np.ndarray | None = None) -> Any:
        """Return a stack's outputs for x (N, T, F) and a mask (N, T); `layers` from the bottom."""
        return self(apply_layers, tuple(layers), *([x] if mask is None else [x, mask]))

    def __call__(self, function: Callable[..., Any], model: Any, *arrays: np.ndarray) -> Any:
        """Return `function(model, *tensors)` with NumPy arrays as results; `model` is hashable."""
        shapes = tuple((self._batch, None, *array.shape[2:]) for array in arrays)
        call = _code(function, model, shapes) if self._traced else partial(function, model)
        results = call(*(tf.constant(array, tf.float32) for array in arrays))
        return tf.nest.map_structure(np.asarray, results)


def apply_layers(layers: Sequence[Any], inputs: Any, mask: Any = None) -> Any:
    """Return the outputs of layers applied in order. The first layer gets the mask."""
    for layer in layers:
        options = {} if mask is None else {"mask": keras.ops.cast(mask, "bool")}
        inputs, mask = layer(inputs, **options), None
    return inputs


@lru_cache(maxsize=32)  # An entry takes 4 MB. A model needs about 15 entries for any weights.
def _code(function: Callable[..., Any], model: Any, shapes: tuple[Any, ...]) -> Callable[..., Any]:
    with tracing:
        return traced(partial(function, model), *map(tf.TensorSpec, shapes))


def recurrent(
    cell: str,
    weights: Weights,
    place: int,
    merge_mode: str = "",
    batch: int | None = None,
    **options: Any,
) -> Any:
    """Return a built Keras layer with these weights (kernel, recurrent_kernel, bias) and `options`.

    If `merge_mode` is given, the layer is Bidirectional and has six arrays. A stateful layer needs
    a `batch` size. Layers are cached by size, options and `place` in the stack.
    """
    features, options["units"] = len(weights[0]), len(weights[1])
    named = tuple(sorted(options.items()))
    layer = _layer(CELLS[cell].keras, features, named, merge_mode, place, batch=batch)
    layer.set_weights(list(weights))
    return layer


def stack(cell: str, parts: Sequence[Any], **options: Any) -> tuple[Any, ...]:
    """Return a stack of layers; `parts` are each layer's weights, `options` the top layer's."""
    top = len(parts) - 1
    below = [recurrent(cell, parts[place], place, return_sequences=True) for place in range(top)]
    return (*below, recurrent(cell, parts[top], top, **options))


# Share layers: Keras leaks 0.13 MB for each layer that it builds. Only one thread uses them.
@lru_cache(maxsize=80)
def _layer(
    kind: str,
    features: int,
    options: tuple[Any, ...],
    merge_mode: str = "",
    place: int = 0,
    *,
    batch: int | None = None,
) -> Any:
    del place  # `place` is only part of the cache key: two layers of a stack can't be one object
    layer = getattr(keras.layers, kind)(**dict(options))
    if merge_mode:
        layer = keras.layers.Bidirectional(layer, merge_mode=merge_mode)
    layer.build((batch, None, features))
    return layer


def head_layers(weights: Weights) -> list[Any]:
    """Return a list with the built Dense head; an empty list if there are no weights."""
    if not weights:
        return []
    features, units = weights[0].shape
    layer = _layer("Dense", features, (("units", units),))
    layer.set_weights(list(weights))
    return [layer]


def largest(values: np.ndarray) -> float:
    """Return the largest absolute value; 0.0 only if all values are exactly zero."""
    return float(np.abs(values).max(initial=0.0))


def keras_pool(kind: str, states: Any) -> Any:
    """Return the output (N, U) of Keras's own layers for states (N, T, U); "none": unchanged."""
    if kind == "none":
        return states
    layer = getattr(keras.layers, POOLINGS[kind].keras)(name="pooling")
    if kind == "attention":
        return keras.layers.Flatten(name="flatten")(layer([states[:, -1:], states]))
    return layer(states)
