"""Recurrent layers and pools with Keras's weights and arithmetic, and faster backward passes.

The gradient of Keras's layer adds to each kernel's gradient at every timestep. These layers project
the input for all timesteps in one matrix product before the time loop, and compute the kernels'
gradients in one product after the loop. They are 1.3 to 1.7 times as fast.

Arrays are time-major, (T, L, B, …), so that a timestep is contiguous in memory. T is timesteps, L
lanes (separate models), B samples of a batch, F features, U units, and G gates. Keras concatenates
the gates in its kernels. A pool of the top layer's hidden states is repeated at each timestep, so
that the rest of a program is the same for all modes. `lib.recurrence.pooling` has pools in NumPy.

Sources: the `call` of Keras's cells, keras/src/layers/rnn/{lstm,gru,simple_rnn}.py, and of its
layers pooling/global_{average,max}_pooling1d.py and attention/attention.py in keras/src/layers.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import tensorflow as tf

from lib.experiment import POOLINGS
from lib.shapes import STATES

Array: TypeAlias = "tf.Tensor"
PerUnit = tuple[Array, ...]  # arrays (L, B, U) of one timestep
Stepped = tuple[PerUnit, Array, PerUnit]  # states after the step, gates, `more`
Gradients = tuple[Array, Array, PerUnit]  # of p, of q, of the states before the step: see `Rule`


@dataclass(frozen=True, slots=True)
class Rule:
    """One timestep of a cell, forwards and backwards.

    p is the projected input and q the projected hidden state, (L, B, G·U) each. The states are (h,)
    or (h, c). The gates, (L, B, G·U), are activations. `more` has other arrays for the backward
    pass. A gate can scale q, as in a GRU with `reset_after`, but not the state itself.
    """

    step: Callable[[Array, Array, PerUnit], Stepped]  # (p, q, states before) → `Stepped`
    back: Callable[[Array, PerUnit, PerUnit, PerUnit], Gradients]
    """(gates, more, states before, gradients of the states after) → gradients of p, of q, and of
    the states before, excluding the part through q."""
    more: int = 0  # the number of arrays in `more`
    sum_only: bool = True  # whether a step uses only the sum p + q; a GRU's reset gate scales q


def _sigmoid(x: Array) -> Array:
    """Return the sigmoid, computed by tanh: XLA has faster code for tanh than for exp."""
    return 0.5 * tf.tanh(0.5 * x) + 0.5


def _lstm_step(p: Array, q: Array, states: PerUnit) -> Stepped:
    i, f, g, o = tf.split(p + q, 4, axis=-1)
    i, f, g, o = _sigmoid(i), _sigmoid(f), tf.tanh(g), _sigmoid(o)
    c = f * states[1] + i * g
    tanh_c = tf.tanh(c)
    return (o * tanh_c, c), tf.concat((i, f, g, o), axis=-1), (tanh_c,)


def _lstm_back(gates: Array, more: PerUnit, before: PerUnit, gradients: PerUnit) -> Gradients:
    (i, f, g, o), (tanh_c,), (dh, dc) = tf.split(gates, 4, axis=-1), more, gradients
    dc = dc + dh * o * (1 - tanh_c * tanh_c)
    di, df, dg, do = dc * g, dc * before[1], dc * i, dh * tanh_c
    gradients_of_p = di * i * (1 - i), df * f * (1 - f), dg * (1 - g * g), do * o * (1 - o)
    dp = tf.concat(gradients_of_p, axis=-1)
    return dp, dp, (tf.zeros_like(dh), dc * f)


def _gru_step(p: Array, q: Array, states: PerUnit) -> Stepped:
    """Return a timestep of a GRU with `reset_after`, Keras's default."""
    (pz, pr, pg), (qz, qr, qg) = tf.split(p, 3, axis=-1), tf.split(q, 3, axis=-1)
    z, r = _sigmoid(pz + qz), _sigmoid(pr + qr)
    g = tf.tanh(pg + r * qg)
    return (z * states[0] + (1 - z) * g,), tf.concat((z, r, g), axis=-1), (qg,)


def _gru_back(gates: Array, more: PerUnit, before: PerUnit, gradients: PerUnit) -> Gradients:
    (z, r, g), (qg,), (dh,) = tf.split(gates, 3, axis=-1), more, gradients
    dz = dh * (before[0] - g) * z * (1 - z)
    dg = dh * (1 - z) * (1 - g * g)
    dr = dg * qg * r * (1 - r)
    return tf.concat((dz, dr, dg), axis=-1), tf.concat((dz, dr, dg * r), axis=-1), (dh * z,)


def _simple_step(p: Array, q: Array, _states: PerUnit) -> Stepped:
    h = tf.tanh(p + q)
    return (h,), h, ()


def _simple_back(gates: Array, _more: PerUnit, _before: PerUnit, gradients: PerUnit) -> Gradients:
    dp = gradients[0] * (1 - gates * gates)
    return dp, dp, (tf.zeros_like(dp),)


RULES = {
    "lstm": Rule(_lstm_step, _lstm_back, more=1),
    "gru": Rule(_gru_step, _gru_back, more=1, sum_only=False),
    "simple_rnn": Rule(_simple_step, _simple_back),
}
"""Rules by a key of `lib.experiment.CELLS`."""


def recurrent(cell: str, weights: Sequence[Array], x: Array, timesteps: Array) -> Array:
    """Return a Keras layer's hidden states (T, L, B, U) for x (T, L, B, F); 0 after `timesteps`.

    `weights` are kernel, recurrent kernel and bias, with the lanes as first axis. The projected
    input, the gates and their gradients share the array `work`: XLA zeroes new arrays each batch.
    """
    rule = RULES[cell]

    @tf.custom_gradient
    def layer(
        x: Array, kernel: Array, recurrent_kernel: Array, bias: Array
    ) -> tuple[Array, Callable[[Array], tuple[Array, ...]]]:
        steps, lanes, batch, features = tf.unstack(tf.shape(x))
        units = tf.shape(recurrent_kernel)[1]
        bias_p, bias_q = (bias, None) if rule.sum_only else tf.unstack(bias, num=2, axis=1)
        # Projections after `timesteps` stay in the `work` array, so they must be 0.
        ones = tf.cast(tf.range(steps) < timesteps, tf.float32)[:, None, None, None]
        ones *= tf.ones(tf.stack((steps, lanes, batch, 1)))
        x = tf.concat((x, ones), 3)  # the bias becomes the last row of the kernel
        p = product(x, tf.concat((kernel, bias_p[:, None]), 1))
        start = (tf.zeros(tf.stack((lanes, batch, units))),) * len(STATES[cell])

        def array(count: Array) -> Any:
            shape = (None, None, None)  # (L, B, …)
            return tf.TensorArray(tf.float32, count, element_shape=shape, clear_after_read=False)

        def forwards(
            t: Array, now: PerUnit, work: Any, states: list[Any], more: list[Any]
        ) -> tuple[Any, ...]:
            q = tf.matmul(now[0], recurrent_kernel)
            if bias_q is not None:
                q += bias_q[:, None]
            now, gates, others = rule.step(work.read(t), q, now)
            states = [a.write(t + 1, value) for a, value in zip(states, now, strict=True)]
            more = [a.write(t, value) for a, value in zip(more, others, strict=True)]
            return t + 1, now, work.write(t, gates), states, more

        states = [array(steps + 1).write(0, value) for value in start]
        loop = tf.constant(0), start, array(steps).unstack(p), states, [array(steps)] * rule.more
        _, _, work, states, more = tf.while_loop(lambda t, *_: t < timesteps, forwards, loop)
        gates = work.stack()
        states = [array.stack() for array in states]  # (T + 1, L, B, U) each, starting with zeros
        more = [array.stack() for array in more]

        def gradient(dy: Array) -> tuple[Array, ...]:
            def backwards(
                t: Array, gradients: PerUnit, work: Any, extra: list[Any]
            ) -> tuple[Any, ...]:
                gradients = (gradients[0] + dy[t], *gradients[1:])
                others, before = tuple(a[t] for a in more), tuple(a[t] for a in states)
                dp, dq, gradients = rule.back(work.read(t), others, before, gradients)
                dh = gradients[0] + tf.matmul(dq, recurrent_kernel, transpose_b=True)
                extra = [array.write(t, dq) for array in extra]
                return t - 1, (dh, *gradients[1:]), work.write(t, dp), extra

            extra = [] if rule.sum_only else [array(steps)]
            loop = timesteps - 1, start, array(steps).unstack(gates), extra
            _, _, work, extra = tf.while_loop(lambda t, *_: t >= 0, backwards, loop)
            dp, before = work.stack(), states[0][:-1]
            dx = product(dp, tf.transpose(kernel, (0, 2, 1)))
            if rule.sum_only:
                sums = _sums(tf.concat((x, before), 3), dp)
                return dx, sums[:, :features], sums[:, features + 1 :], sums[:, features]
            of_p, of_q = _sums(x, dp), _sums(tf.concat((before, ones), 3), extra[0].stack())
            return dx, of_p[:, :-1], of_q[:, :-1], tf.stack((of_p[:, -1], of_q[:, -1]), axis=1)

        return states[0][1:], gradient

    return layer(x, *weights)


def product(x: Array, matrix: Array) -> Array:
    """Return x (T, L, B, I) times each lane's matrix (L, I, O): (T, L, B, O)."""
    return tf.einsum("tlbi,lio->tlbo", x, matrix)


def _sums(x: Array, y: Array) -> Array:
    """Return xᵀy (L, I, O) summed over timesteps and samples: (T, L, B, I) and (T, L, B, O)."""
    return tf.einsum("tlbi,tlbo->lio", x, y)


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
