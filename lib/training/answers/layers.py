"""Keras's layers with given weights, and how an answer calls them: as they are, or traced.

As they are, recurrent layers take 2 ms of Python for each timestep, which the runs that train have
to share. Traced, they take microseconds, after 0.1 to 1 s for tracing. So what is asked once about
a few timesteps isn't traced, and the rest is.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from lib.experiment import CELLS
from lib.training.engine import traced, tracing

Weights = Sequence[np.ndarray]  # in Keras's order, three arrays for each recurrent layer
UNTRACED_STEPS = 40
"""Timesteps that a model is run for without tracing, by each answer, all times that it is asked."""
_steps: Counter[tuple[Any, ...]] = Counter()


class Calls:
    """Runs layers for one answer, all eagerly or all traced, as the two may round differently."""

    def __init__(self, answer: str, cell: str, weights: Weights, steps: int) -> None:
        """For the answer of this name about a model with these weights on `steps` timesteps."""
        key = (answer, cell, *(np.shape(w) for w in weights))
        _steps[key] += steps
        self._traced = _steps[key] > UNTRACED_STEPS

    def run(self, layers: Sequence[Any], x: np.ndarray, mask: np.ndarray | None = None) -> Any:
        """The output of layers in a row for x (N, T, F); `mask` (N, T) is for the first layer."""
        return self(through, tuple(layers), *([x] if mask is None else [x, mask]))

    def __call__(self, function: Callable[..., Any], what: Any, *arrays: np.ndarray) -> Any:
        """`function(what, *arrays)` as NumPy arrays; it gets tensors (N, T, …), float32.

        `what` is hashable, and the same whenever the same is to be run, such as a tuple of layers.
        """
        shapes = tuple((None, None, *array.shape[2:]) for array in arrays)
        call = _code(function, what, shapes) if self._traced else partial(function, what)
        made = call(*(tf.constant(array, tf.float32) for array in arrays))
        return tf.nest.map_structure(np.asarray, made)


def through(layers: Sequence[Any], inputs: Any, mask: Any = None) -> Any:
    """The output of layers in a row; `mask` is for the first layer."""
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


def recurrent(cell: str, weights: Weights, place: int, merge_mode: str = "", **options: Any) -> Any:
    """A built recurrent layer with kernel, recurrent_kernel and bias, and Keras's own `options`.

    With a `merge_mode` it is Bidirectional, with six arrays. The layer of a `place` in a stack is
    made once for each size and options. Raises ValueError for an unknown cell.
    """
    if cell not in CELLS:
        raise ValueError(f"cell must be one of {list(CELLS)}, got {cell!r}.")
    features, options["units"] = len(weights[0]), len(weights[1])
    named = tuple(sorted(options.items()))
    layer = _layer(CELLS[cell].keras, features, named, merge_mode, place)
    layer.set_weights(list(weights))
    return layer


def stack(cell: str, parts: Sequence[Any], **options: Any) -> tuple[Any, ...]:
    """Layers one above the other; those below return sequences, `options` are the top one's."""
    top = len(parts) - 1
    below = [recurrent(cell, parts[place], place, return_sequences=True) for place in range(top)]
    return (*below, recurrent(cell, parts[top], top, **options))


# Every layer that Keras builds leaves 0.13 MB behind, even when it is gone (measured), and some of
# these are wanted once a second. One thread answers, so nobody else has a layer meanwhile.
@lru_cache(maxsize=80)
def _layer(
    kind: str, features: int, options: tuple[Any, ...], merge_mode: str = "", place: int = 0
) -> Any:
    del place  # it only tells layers apart
    layer = getattr(keras.layers, kind)(**dict(options))
    if merge_mode:
        layer = keras.layers.Bidirectional(layer, merge_mode=merge_mode)
    layer.build((None, None, features))
    return layer


def head(weights: Weights) -> list[Any]:
    """The built Dense head alone; nothing, where there are no weights for one."""
    if not weights:
        return []
    features, units = weights[0].shape
    layer = _layer("Dense", features, (("units", units),))
    layer.set_weights(list(weights))
    return [layer]
