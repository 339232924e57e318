"""Bounds, memory and errors of the recurrence in NumPy.

tests/agreement/test_recurrence.py compares the recurrence with Keras.
"""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.experiment import CELLS, Experiment
from lib.recurrence import forward, initial_model_weights, model, unroll
from lib.recurrence.model import initial_weights


def layer(cell, *, n=3, t=5, f=2, u=4, seed=0):
    """Return the weights and inputs of a layer; N, T, F and U differ."""
    rng = np.random.default_rng(seed)
    return initial_weights(cell, f, u, rng), rng.standard_normal((n, t, f)).astype(np.float32)


@pytest.mark.parametrize("cell", CELLS)
def test_unroll_changes_no_inputs_and_no_weights(cell):
    """It computes in place, but never in the caller's arrays."""
    weights, x = layer(cell)
    copies = [array.copy() for array in (*weights, x)]
    unroll(cell, weights, x)
    for array, copy in zip((*weights, x), copies, strict=True):
        np.testing.assert_array_equal(array, copy)


@given(steps=st.integers(1, 8), scale=st.floats(0.1, 50), seed=st.integers(0, 999))
@settings(derandomize=True, deadline=None, max_examples=40)
def test_an_lstms_output_at_step_t_stays_within_tanh_of_t(steps, scale, seed):
    """The cell state changes by less than 1 per step, so |h_t| <= tanh(t)."""
    weights, x = layer("lstm", t=steps, seed=seed)
    hidden = unroll("lstm", weights, scale * x).hidden
    bound = np.tanh(np.arange(1, steps + 1))
    assert (np.abs(hidden).max(axis=(0, 2)) <= bound + 1e-6).all()


def test_a_diverged_layer_returns_nan_without_a_warning():
    """The weights are so large that sums overflow."""
    experiment = Experiment().set(U=4)
    weights = [np.full_like(array, 3e38) for array in initial_model_weights(experiment, 3, 1)]
    weights[1][:, :2] = np.nan
    _, outputs = forward(experiment, weights, np.ones((2, 2, 3), np.float32))
    assert np.isnan(outputs[:, 1:]).all()


def test_outputs_in_parts_equal_the_outputs_of_all_samples_at_once(monkeypatch):
    """A part's forward pass needs at most `MAX_NUMBERS` numbers."""
    experiment = Experiment().set(cell="simple_rnn", U=4)
    weights = initial_model_weights(experiment, 3, 2)
    x = np.random.default_rng(0).normal(size=(10, 5, 3)).astype(np.float32)
    monkeypatch.setattr(model, "MAX_NUMBERS", 4 * 6 * 5 * 4)
    parts = list(model.outputs_in_parts(experiment, weights, x))
    assert [len(part) for part in parts] == [4, 4, 2]
    whole = forward(experiment, weights, x)[1]
    np.testing.assert_allclose(np.concatenate(parts), whole, atol=1e-6)


LSTM, X = layer("lstm")


@pytest.mark.parametrize(
    ("cell", "weights", "x", "message"),
    [
        ("rnn", LSTM, X, re.escape(f"one of {list(CELLS)}, got 'rnn'")),
        ("lstm", LSTM, np.zeros((3, 5, 3)), r"kernel must have shape \(3, 16\), got \(2, 16\)"),
        ("lstm", LSTM, X[0], r"x must have 3 axes \(N, T, F\), got shape \(5, 2\)"),
        ("lstm", LSTM[:2], X, r"3 arrays .* got 2"),
        ("gru", layer("gru")[0][:2] + LSTM[2:], X, r"shape \(2, 12\) or \(12,\), got \(16,\)"),
        ("lstm", [LSTM[0], 1.0, LSTM[2]], X, r"recurrent_kernel .* shape \(1, 4\), got \(\)"),
    ],
)
def test_arguments_that_do_not_match_raise_an_error(cell, weights, x, message):
    """The error has the expected and the received value, for each array and for a mask."""
    with pytest.raises(ValueError, match=message):
        unroll(cell, weights, x)
    with pytest.raises(ValueError, match=r"mask must have shape \(N, T\) = \(3, 5\), got \(3, 4\)"):
        unroll("lstm", LSTM, X, mask=np.ones((3, 4)))
