"""Keras's optimizers as one rule with other numbers, and its losses, in TensorFlow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import keras
import tensorflow as tf

from lib.experiment import LOSSES

Array: TypeAlias = "tf.Tensor"
EPSILON = 1e-7


@dataclass(frozen=True, slots=True)
class Optimizer:
    """The numbers that make one rule Keras's Adam, SGD or RMSprop: one program has them all.

    w are weights, g is their gradient, m and v are like these and zeros at first. m takes a part of
    g, v of g²; then w loses rate · m / (√(v + inside) + outside).

    Source: `update_step` of keras/src/optimizers/{adam,sgd,rmsprop}.py.
    """

    m_part: float = 1.0
    v_part: float = 0.0
    inside: float = 0.0
    outside: float = 0.0
    corrects: bool = False
    """Whether the rate makes up for m and v having been zeros."""


STEPS = {
    "adam": Optimizer(m_part=1 - 0.9, v_part=1 - 0.999, outside=EPSILON, corrects=True),
    "sgd": Optimizer(inside=1.0),  # v stays 0, so that m, which is g, is divided by 1
    "rmsprop": Optimizer(v_part=1 - 0.9, inside=EPSILON),
}
"""By optimizer, a key of `lib.experiment.experiment.OPTIMIZERS`."""
COPIES = 3
"""Arrays for each of the weights: these, m and v."""


def cost(loss: str, wrong: Array) -> Array:
    """The cost of each output that is wrong by so much; a loss is the mean of these.

    `loss` is a key of `lib.experiment.LOSSES`. Keras's losses are means over the last axis: here
    each output has one of its own.
    """
    alone = wrong[..., None]
    costs: Array = keras.losses.get(LOSSES[loss].keras)(tf.zeros_like(alone), alone)
    return costs


def step_rates(numbers: Array, rule: Array, corrects: Array) -> Array:
    """The rate of each step, by its number from 1 on, where it makes up for m and v.

    All at once, before the first: two powers at each step took a tenth of a tiny model's time.
    """
    rate, m_part, v_part, *_ = tf.unstack(rule, num=5)
    numbers = tf.cast(numbers, tf.float32)
    missing = 1 - tf.pow(1 - v_part, numbers), 1 - tf.pow(1 - m_part, numbers)
    return tf.where(corrects > 0, rate * tf.sqrt(missing[0]) / missing[1], rate)


def stepped(values: list[Array], g: Array, rate: Array, rule: Array) -> tuple[Array, Array, Array]:
    """Weights, m and v after a step of an `Optimizer`."""
    w, m, v = values
    _, m_part, v_part, inside, outside = tf.unstack(rule, num=5)
    m = (1 - m_part) * m + m_part * g
    v = (1 - v_part) * v + v_part * g * g
    return w - rate * m / (tf.sqrt(v + inside) + outside), m, v
