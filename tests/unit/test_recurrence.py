"""The recurrence in NumPy: what it keeps, worked by hand, and what it refuses.

That it is Keras's recurrence is shown in tests/agreement/test_recurrence.py.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.experiment import CELLS, Experiment
from lib.recurrence import forward, initial_model_weights, model, unroll
from lib.recurrence.model import initial_weights

DATA_X = np.arange(1, 13, dtype=np.float32).reshape(2, 2, 3)


def layer(cell, *, n=3, t=5, f=2, u=4, seed=0):
    """Weights and inputs of some layer, all of different sizes."""
    rng = np.random.default_rng(seed)
    return initial_weights(cell, f, u, rng), rng.standard_normal((n, t, f)).astype(np.float32)


@pytest.mark.parametrize("cell", CELLS)
def test_the_inputs_and_weights_are_left_alone(cell):
    """Gates are computed in place, but never in the caller's arrays."""
    weights, x = layer(cell)
    copies = [array.copy() for array in (*weights, x)]
    unroll(cell, weights, x)
    for array, copy in zip((*weights, x), copies, strict=True):
        np.testing.assert_array_equal(array, copy)


@given(steps=st.integers(1, 8), scale=st.floats(0.1, 50), seed=st.integers(0, 999))
@settings(derandomize=True, deadline=None, max_examples=40)
def test_an_lstms_output_at_step_t_stays_within_tanh_of_t(steps, scale, seed):
    """The cell state grows by less than one per step, so |h_t| <= tanh(t)."""
    weights, x = layer("lstm", t=steps, seed=seed)
    hidden = unroll("lstm", weights, scale * x).hidden
    bound = np.tanh(np.arange(1, steps + 1))
    assert (np.abs(hidden).max(axis=(0, 2)) <= bound + 1e-6).all()


def test_a_diverged_layer_gives_nan_without_a_warning():
    """A run that went astray is drawn like any other."""
    experiment = Experiment().set(U=4)
    weights = [np.full_like(array, 3e38) for array in initial_model_weights(experiment, 3, 1)]
    weights[1][:, :2] = np.nan
    _, outputs = forward(experiment, weights, DATA_X)
    assert np.isnan(outputs[:, 1:]).all()


def test_outputs_in_parts_are_those_of_all_samples_at_once(monkeypatch):
    """Of many samples no more are held at a time than there is room for."""
    experiment = Experiment().set(cell="simple_rnn", U=4)
    weights = initial_model_weights(experiment, 3, 2)
    x = np.random.default_rng(0).normal(size=(10, 5, 3)).astype(np.float32)
    monkeypatch.setattr(model, "HELD", 4 * 6 * 5 * 4)
    parts = list(model.outputs_in_parts(experiment, weights, x))
    assert [len(part) for part in parts] == [4, 4, 2]
    whole = forward(experiment, weights, x)[1]
    np.testing.assert_allclose(np.concatenate(parts), whole, atol=1e-6)


LSTM, X = layer("lstm")


@pytest.mark.parametrize(
    ("cell", "weights", "x", "message"),
    [
        ("rnn", LSTM, X, r"one of \['lstm', 'gru', 'simple_rnn'\], got 'rnn'"),
        ("lstm", LSTM, np.zeros((3, 5, 3)), r"kernel must have shape \(3, 16\), got \(2, 16\)"),
        ("lstm", LSTM, X[0], r"x must have 3 axes \(N, T, F\), got shape \(5, 2\)"),
        ("lstm", LSTM[:2], X, r"3 arrays .* got 2"),
        ("gru", layer("gru")[0][:2] + LSTM[2:], X, r"shape \(2, 12\) or \(12,\), got \(16,\)"),
        (
            "lstm",
            [LSTM[0], 1.0, LSTM[2]],
            X,
            r"recurrent_kernel must have shape \(1, 4\), got \(\)",
        ),
    ],
)
def test_what_does_not_fit_is_refused(cell, weights, x, message):
    """Expected and received, for each array; of a model's weights their number, and of a mask."""
    with pytest.raises(ValueError, match=message):
        unroll(cell, weights, x)
    with pytest.raises(ValueError, match=r"mask must have shape \(N, T\) = \(3, 5\), got \(3, 4\)"):
        unroll("lstm", LSTM, X, mask=np.ones((3, 4)))
