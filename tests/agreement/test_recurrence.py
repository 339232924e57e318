"""The recurrence in NumPy equals Keras: outputs, states, gates, stacks and initial weights.

Hypothesis chooses sizes, weights and options. Differences are below 1e-5 of the largest value.
"""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.experiment import CELLS
from lib.recurrence import initial_weights, unroll

LAYERS = {name: getattr(keras.layers, cell.keras) for name, cell in CELLS.items()}
KINDS = {name: (name, {}) for name in CELLS} | {
    "gru, reset before": ("gru", {"reset_after": False}),
}
"""The name of the cell and Keras's options, by kind."""

sizes = st.tuples(st.integers(1, 5), st.integers(1, 8), st.integers(1, 5), st.integers(1, 9))
"""N, T, F and U."""
seeds = st.integers(0, 2**32 - 1)
kinds = st.sampled_from(list(KINDS))
masks = st.sampled_from(["none", "holes", "padded at the end", "padded at the start"])
forty_examples = settings(derandomize=True, deadline=None, max_examples=40)


def randomized(layer, rng):
    """Set random weights and biases in a built layer, and return them.

    The weights are small, so that an unbounded layer doesn't amplify rounding errors.
    """
    weights = [
        rng.normal(0, 0.7 / np.sqrt(len(old)) if old.ndim == 2 else 0.3, old.shape)
        for old in layer.get_weights()
    ]
    layer.set_weights(weights)
    return [np.asarray(array) for array in layer.get_weights()]


def some_mask(kind, n, t, rng):
    """Return a mask (N, T) of a kind, or None. It may hide all steps of a sample."""
    if kind == "none":
        return None
    if kind == "holes":
        return rng.random((n, t)) < 0.6
    lengths = rng.integers(0, t + 1, (n, 1))
    steps = np.arange(t)
    return steps < lengths if kind == "padded at the end" else steps >= t - lengths


def assert_close(ours, expected):
    """Assert equal shapes, and differences of at most 1e-5 of the largest expected value."""
    expected = np.asarray(expected)
    assert ours.shape == expected.shape
    assert np.abs(ours - expected).max() <= 1e-5 * np.abs(expected).max() + 1e-12


@given(kinds, sizes, seeds, masks, st.booleans())
@forty_examples
def test_one_layer_equals_keras(kind, size, seed, masked, go_backwards):
    """The outputs of every step and the final states are equal."""
    (cell, options), (n, t, f, u) = KINDS[kind], size
    rng = np.random.default_rng(seed)
    layer = LAYERS[cell](
        u, go_backwards=go_backwards, return_sequences=True, return_state=True, **options
    )
    layer.build((None, t, f))
    weights = randomized(layer, rng)
    x, mask = rng.standard_normal((n, t, f)).astype(np.float32), some_mask(masked, n, t, rng)
    trace = unroll(cell, weights, x, mask, go_backwards)
    sequence, *states = layer(x, mask=mask)
    assert_close(trace.hidden, sequence)
    if mask is None:  # If all steps are masked, Keras returns zeros but keeps the state.
        assert_close(trace.hidden[:, -1], states[0])
    if cell == "lstm":
        assert trace.cell is not None
        assert_close(trace.cell[:, -1], states[1])


@pytest.mark.parametrize("kind", ["lstm", "gru", "gru, reset before"])
def test_gates_follow_keras_formulas(kind):
    """Each gate is computed from its block of columns and Keras's previous output."""
    cell, options = KINDS[kind]
    layer = LAYERS[cell](4, return_sequences=True, **options)
    layer.build((None, 6, 2))
    rng = np.random.default_rng(0)
    weights, x = randomized(layer, rng), rng.standard_normal((3, 6, 2)).astype(np.float32)
    kernel, recurrent, bias = weights
    input_bias, recurrent_bias = bias if bias.ndim == 2 else (bias, np.zeros_like(bias))
    hidden = np.asarray(layer(x))
    before = np.concatenate([np.zeros_like(hidden[:, :1]), hidden[:, :-1]], axis=1)
    sums = x @ kernel + input_bias + before @ recurrent + recurrent_bias
    gates = unroll(cell, weights, x).gates
    for position, (name, gate) in enumerate(gates.items()):
        block = sums[:, :, 4 * position : 4 * position + 4]
        if (cell, name) == ("lstm", "c"):
            expected = np.tanh(block)
        elif (cell, name) == ("gru", "h"):
            from_input = x @ kernel[:, 8:] + input_bias[8:]
            if layer.reset_after:
                from_state = gates["r"] * (before @ recurrent[:, 8:] + recurrent_bias[8:])
            else:
                from_state = (gates["r"] * before) @ recurrent[:, 8:]
            expected = np.tanh(from_input + from_state)
        else:
            expected = keras.ops.sigmoid(block)
        assert_close(gate, expected)


@pytest.mark.parametrize("cell", CELLS)
def test_initial_weights_have_the_shapes_and_the_spread_of_keras(cell):
    """Shapes, dtypes and biases are equal. Standard deviations of kernels agree within 5%."""
    layer = LAYERS[cell](96)
    layer.build((None, 5, 48))
    ours = initial_weights(cell, 48, 96, np.random.default_rng(0))
    expected = layer.get_weights()
    assert [(w.shape, w.dtype) for w in ours] == [(w.shape, w.dtype) for w in expected]
    np.testing.assert_array_equal(ours[2], expected[2])
    np.testing.assert_allclose(ours[1] @ ours[1].T, np.eye(96), atol=1e-5)  # It's orthogonal.
    for kernel, of_keras in zip(ours[:2], expected[:2], strict=True):
        assert kernel.std() == pytest.approx(of_keras.std(), rel=0.05)
        assert np.abs(kernel).max() == pytest.approx(np.abs(of_keras).max(), rel=0.25)
