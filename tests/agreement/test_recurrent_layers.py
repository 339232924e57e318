"""The engine's recurrent layers equal Keras's in outputs and gradients."""

import numpy as np
import pytest

from lib.training.machine import set_environment

set_environment()

import keras  # noqa: E402  It needs the environment.
import tensorflow as tf  # noqa: E402

from lib.experiment import CELLS  # noqa: E402
from lib.training.recurrent_layers import recurrent  # noqa: E402

B, F, U = 3, 2, 4  # Samples, features and units differ, so mixed-up axes fail.


@pytest.mark.parametrize("padding", [0, 5])
@pytest.mark.parametrize("steps", [1, 2, 30])
@pytest.mark.parametrize("cell", list(CELLS))
def test_outputs_and_gradients_equal_those_of_keras(cell, steps, padding):
    """Gradients of x, kernels and biases are equal, also with padded timesteps."""
    rng = np.random.default_rng(steps)
    layer = getattr(keras.layers, CELLS[cell].keras)(U, return_sequences=True)
    layer.build((None, steps, F))
    layer.set_weights([rng.normal(0, 0.5, w.shape) for w in layer.get_weights()])
    x = tf.constant(rng.normal(size=(B, steps, F)), tf.float32)
    mix = tf.constant(rng.normal(size=(B, steps, U)), tf.float32)
    sources = [x, *(variable.value for variable in layer.trainable_variables)]
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        of_keras = layer(x)
        weights = [variable.value[None] for variable in layer.trainable_variables]
        padded = tf.pad(tf.transpose(x, (1, 0, 2)), [[0, padding], [0, 0], [0, 0]])
        states = recurrent(cell, weights, padded[:, None], tf.constant(steps))
        ours = tf.transpose(states[:steps, 0], (1, 0, 2))
        losses = [tf.reduce_sum(mix * outputs) for outputs in (of_keras, ours)]
    np.testing.assert_allclose(ours, of_keras, rtol=1e-5, atol=1e-6)
    assert not np.any(states[steps:])
    for expected, actual in zip(*(tape.gradient(loss, sources) for loss in losses), strict=True):
        scale = np.abs(expected).max()
        np.testing.assert_allclose(actual, expected, rtol=0, atol=1e-5 * max(scale, 1e-3))
