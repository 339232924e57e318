"""Keras's optimizers as functions, with their default options.

A step takes and returns all that it changes, so that a program holds no variables: models may take
turns in it, and two threads may run it at once. Keras's own can't be called so with TensorFlow.

Source: `update_step` of keras/src/optimizers/{adam,sgd,rmsprop}.py.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import tensorflow as tf

Array: TypeAlias = "tf.Tensor"
Stepped: TypeAlias = "tuple[Array, Sequence[Array]]"
EPSILON = 1e-7


@dataclass(frozen=True, slots=True)
class Optimizer:
    """How one array of weights changes by its gradient, of the same shape."""

    step: Callable[[Array, Array, Sequence[Array], Array, Array], Stepped]
    """(weights, gradient, memory, rate, number of the step from 1) → weights and memory after."""
    memory: int
    """Arrays like the weights that it remembers from step to step, zeros at first."""


def _sgd(w: Array, g: Array, memory: Sequence[Array], rate: Array, _step: Array) -> Stepped:
    return w - g * rate, memory


def _adam(w: Array, g: Array, memory: Sequence[Array], rate: Array, step: Array) -> Stepped:
    m, v = memory
    alpha = rate * tf.sqrt(1 - tf.pow(0.999, step)) / (1 - tf.pow(0.9, step))
    m += (g - m) * (1 - 0.9)
    v += (g * g - v) * (1 - 0.999)
    return w - m * alpha / (tf.sqrt(v) + EPSILON), (m, v)


def _rmsprop(w: Array, g: Array, memory: Sequence[Array], rate: Array, _step: Array) -> Stepped:
    v = 0.9 * memory[0] + (1 - 0.9) * g * g
    return w - rate * g / tf.sqrt(v + EPSILON), (v,)


STEPS = {"adam": Optimizer(_adam, 2), "sgd": Optimizer(_sgd, 0), "rmsprop": Optimizer(_rmsprop, 1)}
"""By optimizer, a key of `lib.experiment.OPTIMIZERS`."""
