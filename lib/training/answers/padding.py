"""Sequences of different length: what each mode says of them, padded and masked in each way."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import keras
import numpy as np

from lib.experiment import LOSSES
from lib.recurrence import layers_of
from lib.training.answers.calls import Calls
from lib.training.answers.stacks import Weights, stack


def _from_zero(loss: keras.losses.Loss, outputs: Any) -> Any:
    """The loss of outputs against targets of zero; Keras's outputs know their mask."""
    return loss(keras.ops.zeros_like(outputs), outputs)


_MASKING = keras.layers.Masking(0.0)
_LOSSES = {
    # As objects Keras's losses know of masks; as functions they don't.
    name: partial(_from_zero, getattr(keras.losses, loss.keras.title().replace("_", ""))())
    for name, loss in LOSSES.items()
}


def padding(
    cell: str, weights: Weights, batches: Mapping[str, np.ndarray], loss: str
) -> dict[str, Any]:
    """What the last-step mode says of padded batches, and the sequence mode's loss.

    `weights` are of the layers up to the one that is asked; Keras hands the mask up. `batches` are
    inputs (N, T, F) by name, padded with zeros.

    Returns:
        By the name of the batch, plain and behind `Masking(0.0)`: `last` and `masked_last`,
        outputs (N, U); `loss` and `masked_loss`, of all timesteps against targets of zero.
    """
    parts = layers_of(weights)
    every, last = stack(cell, parts, return_sequences=True), stack(cell, parts)
    measure = _LOSSES[loss]
    run = Calls("padding", cell, weights, max(x.shape[1] for x in batches.values())).run
    return {
        name: {
            "last": run(last, x),
            "masked_last": run([_MASKING, *last], x),
            "loss": float(run([*every, measure], x)),
            "masked_loss": float(run([_MASKING, *every, measure], x)),
        }
        for name, x in batches.items()
    }
