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

    @tf.custom_gradient
    def pools(hidden: Array) -> tuple[Array, Callable[[Array], Array]]:
        real = tf.maximum(reads, 0.0)
        shares = real / tf.maximum(tf.reduce_sum(real, axis=0), 1.0)
        query = tf.reduce_sum(is_query * hidden, axis=0)

        def repeated(pool: Array) -> Array:
            return tf.broadcast_to(pool, tf.shape(hidden))

        def candidates() -> Array:
            return tf.where(reads > 0, hidden, tf.where(reads < 0, 0.0, hidden.dtype.min))

        def weights() -> Array:
            scores = tf.reduce_sum(hidden * query, axis=3, keepdims=True)
            return tf.nn.softmax(tf.where(reads > 0, scores, scores.dtype.min), axis=0)

        forwards = {
            "none": lambda: hidden,
            "mean": lambda: repeated(tf.reduce_sum(shares * hidden, axis=0)),
            "max": lambda: repeated(tf.reduce_max(candidates(), axis=0)),
            "attention": lambda: repeated(tf.reduce_sum(weights() * hidden, axis=0)),
        }

        def gradient(upstream: Array) -> Array:
            total = tf.reduce_sum(upstream, axis=0)

            def of_maximum() -> Array:
                each = candidates()
                highest = tf.cast(each == tf.reduce_max(each, axis=0), tf.float32)
                return real * total * highest / tf.reduce_sum(highest, axis=0)

            def of_attention() -> Array:
                each = weights()
                products = tf.reduce_sum(total * hidden, axis=3, keepdims=True)
                by_score = each * (products - tf.reduce_sum(each * products, axis=0))
                by_query = tf.reduce_sum(by_score * hidden, axis=0)
                return each * total + by_score * query + is_query * by_query

            backwards = {
                "none": lambda: upstream,
                "mean": lambda: shares * total,
                "max": of_maximum,
                "attention": of_attention,
            }
            return tf.switch_case(chosen, [backwards[name] for name in POOLINGS])

        return tf.switch_case(chosen, [forwards[name] for name in POOLINGS]), gradient

    return pools(hidden)
