"""Pools of all outputs: the whole sequence becomes one, by mean, maximum or attention.

They equal Keras's `GlobalAveragePooling1D`, `GlobalMaxPooling1D`, and `Attention` without weights,
whose query is the last output. The maximum ignores a mask, and so it reads masked steps: they
repeat the previous output, and are 0 before the first real step.
"""

import numpy as np

from lib.recurrence.cells import Array

BLOCK = 32  # queries of attention at once: their weights fit into the processor's cache


def pooled(kind: str, hidden: Array, mask: Array | None = None) -> Array:
    """Return the pool of steps 1 to t at each step t, (N, T, U), for hidden states (N, T, U).

    `kind` is a key of `lib.experiment.POOLINGS`; "none" returns the hidden states. Attention and
    the mean skip steps that the mask (N, T) hides, and are 0 before the first real step.
    """
    if kind == "none":
        return hidden
    if kind == "max":
        return np.maximum.accumulate(hidden, axis=1)
    real = np.ones(hidden.shape[:2], bool) if mask is None else np.asarray(mask, bool)
    with np.errstate(over="ignore", invalid="ignore"):
        if kind == "mean":
            sums = np.cumsum(np.where(real[..., None], hidden, 0), axis=1)
            return sums / np.maximum(1, real.cumsum(axis=1, dtype=np.float32))[..., None]
        steps, pools = np.arange(hidden.shape[1]), []
        for start in range(0, len(steps), BLOCK):
            end = start + BLOCK
            queries, keys = hidden[:, start:end], hidden[:, :end]
            reads = real[:, None, :end] & (steps[:end] <= steps[start:end, None])
            pools.append(_weights(queries, keys, reads) @ keys)
        return np.concatenate(pools, axis=1)


def pool_shares(kind: str, hidden: Array, mask: Array | None = None) -> Array:
    """Return each step's share in the pool of all steps, (N, T), for attention or the maximum.

    A share is attention's weight, which is 0 for a masked step, or the share of units whose largest
    output is first at the step.
    """
    if kind == "attention":
        real = np.ones(hidden.shape[:2], bool) if mask is None else np.asarray(mask, bool)
        with np.errstate(over="ignore", invalid="ignore"):
            return _weights(hidden[:, -1:], hidden, real[:, None])[:, 0]
    first = np.nan_to_num(hidden).argmax(axis=1)  # (N, U)
    return (first[:, None] == np.arange(hidden.shape[1])[:, None]).mean(axis=2)


def _weights(queries: Array, keys: Array, reads: Array) -> Array:
    """Return the softmax (N, Q, T) of the products of queries and keys, at steps that are read."""
    scores = np.where(reads, queries @ keys.swapaxes(1, 2), -np.inf)
    lowest = np.finfo(np.float32).min  # the highest score of a query that reads no step
    powers = np.exp(scores - np.maximum(scores.max(axis=2, keepdims=True), lowest))
    return powers / np.maximum(powers.sum(axis=2, keepdims=True), 1)  # the sum is 0, or at least 1
