"""The recurrence in NumPy is Keras's, whatever the options: directions, stacks, masks.

Hypothesis chooses sizes, weights and options. What differs is below 1e-5 of the largest value.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.recurrence import unroll

LAYERS = {"lstm": keras.layers.LSTM, "gru": keras.layers.GRU, "simple_rnn": keras.layers.SimpleRNN}
KINDS = {
    "lstm": ("lstm", {}),
    "gru, reset after": ("gru", {"reset_after": True}),
    "gru, reset before": ("gru", {"reset_after": False}),
    "simple_rnn": ("simple_rnn", {}),
}
"""What a person can build: the cell's name, and Keras's own options for it."""

sizes = st.tuples(st.integers(1, 5), st.integers(1, 8), st.integers(1, 5), st.integers(1, 9))
"""N, T, F, U."""
seeds = st.integers(0, 2**32 - 1)
kinds = st.sampled_from(list(KINDS))
masks = st.sampled_from(["none", "holes", "padded at the end", "padded at the start"])
often = settings(derandomize=True, deadline=None, max_examples=40)


def randomised(layer: Any, rng: np.random.Generator) -> list[np.ndarray]:
    """Give a built layer random weights, its biases too, and return them.

    Small enough that a layer without bound grows slowly, and multiplies no rounding error.
    """
    weights = [
        rng.normal(0, 0.7 / np.sqrt(len(old)) if old.ndim == 2 else 0.3, old.shape)
        for old in layer.get_weights()
    ]
    layer.set_weights(weights)
    return [np.asarray(array) for array in layer.get_weights()]


def some_mask(kind: str, n: int, t: int, rng: np.random.Generator) -> np.ndarray | None:
    """A mask (N, T) of a kind; one sample may be masked throughout."""
    if kind == "none":
        return None
    if kind == "holes":
        return rng.random((n, t)) < 0.6
    long = rng.integers(0, t + 1, (n, 1))
    steps = np.arange(t)
    return steps < long if kind == "padded at the end" else steps >= t - long


def assert_close(ours: np.ndarray, keras_says: Any) -> None:
    """Same shape; the largest difference is below 1e-5 of the largest value."""
    keras_says = np.asarray(keras_says)
    assert ours.shape == keras_says.shape
    assert np.abs(ours - keras_says).max() <= 1e-5 * np.abs(keras_says).max() + 1e-12


@given(kinds, sizes, seeds, masks, st.booleans())
@often
def test_one_layer(kind, size, seed, masked, go_backwards):
    """Outputs of every step, and the states that `return_state` adds."""
    (cell, options), (n, t, f, u) = KINDS[kind], size
    rng = np.random.default_rng(seed)
    layer = LAYERS[cell](
        u, go_backwards=go_backwards, return_sequences=True, return_state=True, **options
    )
    layer.build((None, t, f))
    weights = randomised(layer, rng)
    x, mask = rng.standard_normal((n, t, f)).astype(np.float32), some_mask(masked, n, t, rng)
    trace = unroll(cell, weights, x, mask, go_backwards)
    sequence, *states = layer(x, mask=mask)
    assert_close(trace.hidden, sequence)
    if mask is None:  # a sample that is masked throughout has a state, and outputs zero
        assert_close(trace.hidden[:, -1], states[0])
    if cell == "lstm":
        assert trace.cell is not None
        assert_close(trace.cell[:, -1], states[1])


@given(kinds, sizes, seeds, masks)
@settings(parent=often, max_examples=15)
def test_a_stack_of_three(kind, size, seed, masked):
    """Each layer reads the one below; Keras hands the mask up through all of them."""
    (cell, options), (n, t, f, u) = KINDS[kind], size
    rng = np.random.default_rng(seed)
    x, mask = rng.standard_normal((n, t, f)).astype(np.float32), some_mask(masked, n, t, rng)
    ours, theirs = x, x
    for width in (f, u, u):
        layer = LAYERS[cell](u, return_sequences=True, **options)
        layer.build((None, t, width))
        weights = randomised(layer, rng)
        ours = unroll(cell, weights, ours, mask).hidden
        theirs = layer(theirs, mask=mask)
    assert_close(ours, theirs)


@pytest.mark.parametrize("kind", list(KINDS))
def test_long_and_wide(kind):
    """A hundred steps of 128 units: nothing adds up over time."""
    cell, options = KINDS[kind]
    rng = np.random.default_rng(3)
    layer = LAYERS[cell](128, return_sequences=True, **options)
    layer.build((None, 100, 5))
    weights = randomised(layer, rng)
    x = rng.standard_normal((3, 100, 5)).astype(np.float32)
    assert_close(unroll(cell, weights, x).hidden, layer(x))
