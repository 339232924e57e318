"""Sequences of different length: what each mode says of them, padded and masked in each way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np

from lib.training.answers.stacks import recurrent

_MASKING = keras.layers.Masking(0.0)
# As objects Keras's losses know of masks; as functions they don't.
CLASSES = {
    "mse": keras.losses.MeanSquaredError,
    "mae": keras.losses.MeanAbsoluteError,
    "huber": keras.losses.Huber,
}
"""By the names of `lib.experiment.LOSSES`."""


def padding(
    cell: str, weights: Sequence[np.ndarray], batches: Mapping[str, np.ndarray], loss: str
) -> dict[str, Any]:
    """What the last-step mode says of padded batches, and the sequence mode's loss.

    Args:
        cell: a key of `lib.experiment.CELLS`.
        weights: a layer's.
        batches: inputs (N, T, F) by name, padded with zeros.
        loss: a key of `lib.experiment.LOSSES`.

    Returns:
        By the name of the batch, plain and behind `Masking(0.0)`: `last` and `masked_last`,
        outputs (N, U); `loss` and `masked_loss`, of all timesteps against targets of zero.
    """
    every = recurrent(cell, weights, return_sequences=True)
    last = recurrent(cell, weights)
    masking, measure = _MASKING, CLASSES[loss]()
    answers = {}
    for name, x in batches.items():
        zeros = np.zeros((*x.shape[:2], len(weights[1])), np.float32)
        answers[name] = {
            "last": np.asarray(last(x)),
            "masked_last": np.asarray(last(masking(x))),
            "loss": float(measure(zeros, every(x))),
            "masked_loss": float(measure(zeros, every(masking(x)))),
        }
    return answers
