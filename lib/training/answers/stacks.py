"""Keras layers with given weights, which the other answers run. No answer itself."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import keras
import numpy as np

from lib.experiment import CELLS
from lib.recurrence import ARRAYS_EACH, layers_of

Weights = Sequence[np.ndarray]
"""In Keras's order, three arrays for each recurrent layer."""


def recurrent(cell: str, weights: Weights, place: int, merge_mode: str = "", **options: Any) -> Any:
    """One built recurrent layer with `weights`: kernel, recurrent_kernel, bias.

    With a `merge_mode` it is Bidirectional, and has six: forwards, then backwards. A GRU's bias
    tells its kind: (2, 3U) with `reset_after`, (3U,) without. `options` are Keras's own. Layers
    are used again: the same cell of the same size in the same `place` of a stack with the same
    options is the same object, with new weights.

    Raises ValueError for an unknown cell, or weights that don't fit.
    """
    if cell not in CELLS:
        raise ValueError(f"cell must be one of {list(CELLS)}, got {cell!r}.")
    if cell == "gru":
        options["reset_after"] = np.ndim(weights[2]) == 2
    features, options["units"] = len(weights[0]), len(weights[1])
    named = tuple(sorted(options.items()))
    layer = _layer(CELLS[cell].keras, features, named, merge_mode, place)
    layer.set_weights(list(weights))
    return layer


def stack(cell: str, parts: Sequence[Any], **options: Any) -> tuple[Any, ...]:
    """Layers one above the other, of the weights of each; `options` are the top one's.

    Those below return sequences.
    """
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


def split(weights: Weights, layers: int) -> tuple[list[Any], list[np.ndarray]]:
    """A model's weights as three for each of its recurrent layers, and the head's, if any."""
    return layers_of(weights, layers), list(weights[ARRAYS_EACH * layers :])


def head(weights: Weights) -> list[Any]:
    """The built Dense head alone; nothing, where there are no weights for one."""
    if not weights:
        return []
    features, units = weights[0].shape
    layer = _layer("Dense", features, (("units", units),))
    layer.set_weights(list(weights))
    return [layer]


def largest(values: Any) -> float:
    """The largest absolute value: 0.0 only where all of them are exactly zero."""
    return float(np.max(np.abs(np.asarray(values)), initial=0.0))
