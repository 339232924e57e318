"""Are the two modes one computation? Both of them, and every prefix, on the same weights."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache, partial
from typing import Any

import numpy as np
import tensorflow as tf

from lib.training.answers.stacks import largest, recurrent, split, through
from lib.training.engine import tracing


def modes(
    cell: str, layers: int, weights: Sequence[np.ndarray], x: np.ndarray, sample: int
) -> dict[str, Any]:
    """Run a stack with `return_sequences=True`, with `False`, and with `return_state=True`.

    Args:
        cell: a key of `lib.experiment.CELLS`.
        layers: how many recurrent layers there are.
        weights: the model's; a head's are passed over.
        x: inputs (N, T, F).
        sample: which of these to run every prefix of.

    Returns:
        `sequence` (N, T, U) and `last` (N, U), the top layer's outputs; `difference`, the largest
        of |sequence[:, -1] - last|; `prefixes` (T, U), what `return_sequences=False` says of the
        first 1, 2, … T timesteps of the sample, and `whole` (T, U), what `True` says of all of it
        at once, run alone as the prefixes are; and `states`, each (N, U), that `return_state`
        adds to the top layer's output.
    """
    parts, _ = split(weights, layers)
    *below, every = [
        recurrent(cell, part, place, return_sequences=True) for place, part in enumerate(parts)
    ]
    last = recurrent(cell, parts[-1])
    stateful = recurrent(cell, parts[-1], return_sequences=True, return_state=True)

    alone = {top: _one_sample((*below, top), x.shape[2]) for top in (every, last)}
    reached = through(below, x)
    sequence, final = np.asarray(every(reached)), np.asarray(last(reached))
    one = tf.constant(x[sample : sample + 1], tf.float32)
    prefixes = [np.asarray(alone[last](one[:, :t])) for t in range(1, x.shape[1] + 1)]
    return {
        "difference": largest(sequence[:, -1] - final),
        "sequence": sequence,
        "last": final,
        "prefixes": np.concatenate(prefixes),
        "whole": np.asarray(alone[every](one))[0],
        "states": tuple(np.asarray(state) for state in stateful(reached)[1:]),
    }


@lru_cache(maxsize=16)
def _one_sample(layers: tuple[Any, ...], features: int) -> Any:
    """A stack of layers as a function of one sample with any number of timesteps.

    Traced once, without XLA, so that a hundred prefixes take half a second. The layers are used
    again with other weights, and so is this.
    """
    with tracing:
        return tf.function(
            partial(through, layers),
            autograph=False,
            input_signature=(tf.TensorSpec((1, None, features)),),
        ).get_concrete_function()
