"""The recurrence in NumPy: what it keeps, worked by hand, and what it refuses.

That it is Keras's recurrence is shown in tests/agreement/test_recurrence.py.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.experiment.experiment import CELLS, Experiment
from lib.recurrence import GATES, forward, initial_model_weights, model, unroll
from lib.recurrence.model import initial_weights

DATA_X = np.arange(1, 13, dtype=np.float32).reshape(2, 2, 3)


def layer(cell, *, n=3, t=5, f=2, u=4, seed=0):
    """Weights and inputs of some layer, all of different sizes."""
    rng = np.random.default_rng(seed)
    return initial_weights(cell, f, u, rng), rng.standard_normal((n, t, f)).astype(np.float32)


def test_a_simple_rnn_is_tanh_of_input_and_previous_output():
    """Worked by hand: kernel 1, recurrent_kernel 0.5, bias 0.1, inputs 1 and 2."""
    weights = [np.array([[1.0]]), np.array([[0.5]]), np.array([0.1])]
    hidden = unroll("simple_rnn", weights, np.array([[[1.0], [2.0]]])).hidden
    first = np.tanh(1 + 0.1)
    np.testing.assert_allclose(hidden[0, :, 0], [first, np.tanh(2 + 0.5 * first + 0.1)], rtol=1e-6)


@pytest.mark.parametrize("cell", CELLS)
def test_a_trace_is_float32_and_has_every_gate_by_name(cell):
    """Shapes are (N, T, U), whatever type the inputs are."""
    weights, x = layer(cell)
    trace = unroll(cell, weights, x.astype(np.float64))
    kept = [trace.hidden, *trace.gates.values(), *([] if trace.cell is None else [trace.cell])]
    assert [array.shape for array in kept] == [(3, 5, 4)] * len(kept)
    assert {array.dtype for array in kept} == {np.dtype(np.float32)}
    assert list(trace.gates) == list(GATES[cell])
    assert (trace.cell is not None) == (cell == "lstm")


@pytest.mark.parametrize("cell", CELLS)
def test_the_inputs_and_weights_are_left_alone(cell):
    """Gates are computed in place, but never in the caller's arrays."""
    weights, x = layer(cell)
    copies = [array.copy() for array in (*weights, x)]
    unroll(cell, weights, x)
    for array, copy in zip((*weights, x), copies, strict=True):
        np.testing.assert_array_equal(array, copy)


@given(
    cell=st.sampled_from(list(CELLS)),
    steps=st.integers(1, 6),
    seed=st.integers(0, 999),
)
@settings(derandomize=True, deadline=None, max_examples=40)
def test_the_last_step_of_a_prefix_is_that_step_of_the_whole(cell, steps, seed):
    """What comes later can't change an output: the reason why the two modes are one computation."""
    weights, x = layer(cell, t=6, seed=seed)
    whole, prefix = unroll(cell, weights, x), unroll(cell, weights, x[:, :steps])
    np.testing.assert_allclose(prefix.hidden[:, -1], whole.hidden[:, steps - 1], atol=1e-6)


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


def test_an_unknown_name_is_refused_with_the_known_ones():
    """The message says what would have been right."""
    weights, x = layer("lstm")
    with pytest.raises(ValueError, match=r"one of \['lstm', 'gru', 'simple_rnn'\], got 'rnn'"):
        unroll("rnn", weights, x)
    with pytest.raises(ValueError, match="got 'rnn'"):
        initial_weights("rnn", 2, 3, np.random.default_rng(0))


def test_shapes_that_do_not_fit_are_refused_with_both_shapes():
    """Expected and received, for each array."""
    weights, x = layer("lstm", f=2, u=4)
    kernel, recurrent, bias = weights
    with pytest.raises(ValueError, match=r"kernel must have shape \(3, 16\), got \(2, 16\)"):
        unroll("lstm", weights, np.zeros((3, 5, 3)))
    with pytest.raises(ValueError, match=r"x must have 3 axes \(N, T, F\), got shape \(5, 2\)"):
        unroll("lstm", weights, x[0])
    with pytest.raises(ValueError, match=r"3 arrays .* got 2"):
        unroll("lstm", [kernel, recurrent], x)
    with pytest.raises(ValueError, match=r"bias must have shape \(2, 12\) or \(12,\), got \(16,\)"):
        unroll("gru", [kernel[:, :12], recurrent[:, :12], bias], x)
    with pytest.raises(ValueError, match=r"recurrent_kernel must have shape \(1, 4\), got \(\)"):
        unroll("lstm", [kernel, 1.0, bias], x)
    with pytest.raises(ValueError, match=r"kernel must have shape \(2, 16\), got \(\)"):
        unroll("lstm", [1.0, recurrent, bias], x)
    with pytest.raises(ValueError, match=r"mask must have shape \(N, T\) = \(3, 5\), got \(3, 4\)"):
        unroll("lstm", weights, x, mask=np.ones((3, 4)))


def test_the_seed_decides_a_models_first_weights():
    """Same seed, same weights; another seed, others."""
    experiment = Experiment().set(layers=2)
    first, again = (initial_model_weights(experiment, 3, 2) for _ in range(2))
    other = initial_model_weights(experiment.set(seed=1), 3, 2)
    assert all((a == b).all() for a, b in zip(first, again, strict=True))
    assert not np.array_equal(first[0], other[0])


@pytest.mark.parametrize(("head", "columns"), [("dense", 2), ("none", 4)])
def test_forward_gives_a_trace_per_layer_and_an_output_at_every_step(head, columns):
    """Each layer reads the one below, and the head reads the top one."""
    experiment = Experiment().set(U=4, layers=3, head=head, cell="gru")
    weights = initial_model_weights(experiment, features=3, targets=2)
    traces, outputs = forward(experiment, weights, DATA_X)
    assert len(traces) == 3
    assert outputs.shape == (2, 2, columns)
    np.testing.assert_array_equal(
        traces[2].hidden, unroll("gru", weights[6:9], traces[1].hidden).hidden
    )
    if head == "none":
        np.testing.assert_array_equal(outputs, traces[2].hidden)


def test_forward_refuses_the_weights_of_another_stack():
    """The count of arrays is said."""
    experiment = Experiment().set(layers=2)
    weights = initial_model_weights(experiment, 3, 1)
    with pytest.raises(ValueError, match="5 arrays for this model, got 8"):
        forward(experiment.set(layers=1), weights, DATA_X)


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
