"""Pools of a top layer's hidden states with Keras's arithmetic, and their own backward pass.

Arrays are time-major, as in `recurrent_layers`. A pool is repeated at each timestep, so that the
rest of a program is the same for all modes. `lib.recurrence.pooling` has the pools in NumPy.

Source: the `call` of Keras's layers, keras/src/layers/pooling/global_{average,max}_pooling1d.py and
keras/src/layers/attention/attention.py.
"""

from collections.abc import Callable
from typing import TypeAlias

import tensorflow as tf

from lib.experiment import POOLINGS

Array: TypeAlias = "tf.Tensor"


def pooled(hidden: Array, reads: Array, is_query: Array, chosen: Array) -> Array:
    """Return the pool of hidden states (T, L, B, U) at each step, for an index of POOLINGS.

    `reads` (T, L, B, 1) is 1 at steps that the pool reads, -1 at steps that count as 0 in a
    maximum, else 0. `is_query` (T, L, B, 1) is 1 at attention's query, the last output, else 0.
    """
    # The mean is attention to a query of zeros: all steps have the same score.
    is_query = is_query * tf.cast(chosen == [*POOLINGS].index("attention"), tf.float32)
    branches = tf.constant([{"none": 0, "max": 2}.get(name, 1) for name in POOLINGS])
    branch = tf.gather(branches, chosen)

    @tf.custom_gradient
    def pools(hidden: Array) -> tuple[Array, Callable[[Array], Array]]:
        def weighted() -> Array:
            mean = tf.reduce_sum(_weights(hidden, reads, is_query) * hidden, axis=0)
            return tf.broadcast_to(mean, tf.shape(hidden))

        def highest() -> Array:
            largest = tf.reduce_max(_candidates(hidden, reads), axis=0)
            return tf.broadcast_to(largest, tf.shape(hidden))

        def gradient(upstream: Array) -> Array:
            total = tf.reduce_sum(upstream, axis=0)

            def of_maximum() -> Array:
                each = _candidates(hidden, reads)
                is_max = tf.cast(each == tf.reduce_max(each, axis=0), tf.float32)
                shares = is_max / tf.reduce_sum(is_max, axis=0)
                return tf.where(reads > 0, total * shares, 0.0)

            def of_weights() -> Array:
                each = _weights(hidden, reads, is_query)
                products = tf.reduce_sum(total * hidden, axis=3, keepdims=True)
                by_score = each * (products - tf.reduce_sum(each * products, axis=0))
                query = tf.reduce_sum(is_query * hidden, axis=0)
                by_query = tf.reduce_sum(by_score * hidden, axis=0)
                return each * total + by_score * query + is_query * by_query

            return tf.switch_case(branch, [lambda: upstream, of_weights, of_maximum])

        return tf.switch_case(branch, [lambda: hidden, weighted, highest]), gradient

    return pools(hidden)


def _weights(hidden: Array, reads: Array, is_query: Array) -> Array:
    """Return the weight (T, L, B, 1) of each step in attention, or in the mean without a query."""
    query = tf.reduce_sum(is_query * hidden, axis=0)
    scores = tf.reduce_sum(hidden * query, axis=3, keepdims=True)
    return tf.nn.softmax(tf.where(reads > 0, scores, scores.dtype.min), axis=0)


def _candidates(hidden: Array, reads: Array) -> Array:
    """Return the values (T, L, B, U) of which a pool takes the maximum."""
    return tf.where(reads > 0, hidden, tf.where(reads < 0, 0.0, hidden.dtype.min))
