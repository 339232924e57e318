"""The recurrence in NumPy is Keras's, whatever the options: activations, directions, stacks, masks.

Hypothesis chooses sizes, weights and options. What differs is below 1e-5 of the largest value.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.cell.bidirectional import MERGE_MODES, unroll_both_ways
from lib.recurrence import ACTIVATIONS, unroll

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
activations = st.sampled_from(list(ACTIVATIONS))
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


@given(kinds, sizes, seeds, activations, masks, st.booleans())
@often
def test_one_layer(kind, size, seed, activation, masked, go_backwards):  # noqa: PLR0917  drawn
    """Outputs of every step, and the states that `return_state` adds."""
    (cell, options), (n, t, f, u) = KINDS[kind], size
    rng = np.random.default_rng(seed)
    layer = LAYERS[cell](
        u,
        activation=activation,
        go_backwards=go_backwards,
        return_sequences=True,
        return_state=True,
        **options,
    )
    layer.build((None, t, f))
    weights = randomised(layer, rng)
    x, mask = rng.standard_normal((n, t, f)).astype(np.float32), some_mask(masked, n, t, rng)
    trace = unroll(cell, weights, x, mask, go_backwards, activation=activation)
    sequence, *states = layer(x, mask=mask)
    assert_close(trace.hidden, sequence)
    if mask is None:  # a sample that is masked throughout has a state, and outputs zero
        assert_close(trace.hidden[:, -1], states[0])
    if cell == "lstm":
        assert trace.cell is not None
        assert_close(trace.cell[:, -1], states[1])


@given(kinds, sizes, seeds, activations, masks, st.sampled_from(list(MERGE_MODES)))
@often
def test_bidirectional(kind, size, seed, activation, masked, merge_mode):  # noqa: PLR0917  drawn
    """Both modes of every merge: the sequence, and the last step, which isn't its last."""
    (cell, options), (n, t, f, u) = KINDS[kind], size
    rng = np.random.default_rng(seed)
    x, mask = rng.standard_normal((n, t, f)).astype(np.float32), some_mask(masked, n, t, rng)
    weights: list[np.ndarray] = []
    for returns in (True, False):
        inner = LAYERS[cell](u, activation=activation, return_sequences=returns, **options)
        layer = keras.layers.Bidirectional(inner, merge_mode=merge_mode)
        layer.build((None, t, f))
        if weights:
            layer.set_weights(weights)
        else:
            weights = randomised(layer, rng)
        both = unroll_both_ways(
            cell, weights, x, mask, merge_mode=merge_mode, activation=activation
        )
        assert_close(both.sequence if returns else both.last, layer(x, mask=mask))


def test_bidirectional_without_a_merge_returns_both_ways():
    """`merge_mode=None`: two tensors, the backward one turned round."""
    layer = keras.layers.Bidirectional(keras.layers.GRU(3, return_sequences=True), merge_mode=None)
    x = np.random.default_rng(0).standard_normal((2, 5, 4)).astype(np.float32)
    forward, backward = layer(x)
    both = unroll_both_ways("gru", layer.get_weights(), x)
    assert_close(both.forward.hidden, forward)
    assert_close(both.backward.hidden[:, ::-1], backward)


@given(kinds, sizes, seeds, st.sampled_from(["tanh", "sigmoid", "linear"]), masks)
@settings(parent=often, max_examples=15)
def test_a_stack_of_three(kind, size, seed, activation, masked):
    """Each layer reads the one below; Keras hands the mask up through all of them."""
    (cell, options), (n, t, f, u) = KINDS[kind], size
    rng = np.random.default_rng(seed)
    x, mask = rng.standard_normal((n, t, f)).astype(np.float32), some_mask(masked, n, t, rng)
    ours, theirs = x, x
    for width in (f, u, u):
        layer = LAYERS[cell](u, activation=activation, return_sequences=True, **options)
        layer.build((None, t, width))
        weights = randomised(layer, rng)
        ours = unroll(cell, weights, ours, mask, activation=activation).hidden
        theirs = layer(theirs, mask=mask)
    assert_close(ours, theirs)


@pytest.mark.parametrize("activation", list(ACTIVATIONS))
@pytest.mark.parametrize("kind", list(KINDS))
def test_long_and_wide(kind, activation):
    """A hundred steps of 128 units: nothing adds up over time."""
    cell, options = KINDS[kind]
    rng = np.random.default_rng(3)
    layer = LAYERS[cell](128, activation=activation, return_sequences=True, **options)
    layer.build((None, 100, 5))
    weights = randomised(layer, rng)
    x = rng.standard_normal((3, 100, 5)).astype(np.float32)
    assert_close(unroll(cell, weights, x, activation=activation).hidden, layer(x))
