"""The recurrence in NumPy is Keras's: random weights and sizes, every cell, masks, directions."""

import keras
import numpy as np
import pytest

from lib.experiment.experiment import CELLS, Experiment
from lib.recurrence import forward, initial_model_weights, unroll
from lib.recurrence.weights import dense_weights, initial_weights

SIZES = [(2, 2, 3, 4), (5, 7, 2, 3), (1, 1, 1, 1), (3, 40, 6, 17), (33, 12, 16, 128)]
"""N, T, F, U: the worked example, small, smallest, long, wide."""
KINDS = {cell: {} for cell in CELLS} | {"gru_reset_before": {"reset_after": False}}
"""Every cell, and the other kind of GRU."""
LAYERS = {"lstm": keras.layers.LSTM, "gru": keras.layers.GRU, "simple_rnn": keras.layers.SimpleRNN}


def pair(kind, size, seed=0, **options):
    """A cell's name, a built Keras layer with random weights (its biases too), and inputs."""
    cell = kind.removesuffix("_reset_before")
    n, t, f, u = size
    rng = np.random.default_rng([seed, *size])
    layer = LAYERS[cell](u, return_sequences=True, **KINDS[kind], **options)
    layer.build((None, t, f))
    # Larger recurrent weights make a chaotic layer: it would multiply any last bit step by step.
    spreads = (1, 1 / np.sqrt(u), 0.5)
    old = layer.get_weights()
    layer.set_weights([rng.normal(0, s, w.shape) for s, w in zip(spreads, old, strict=True)])
    return cell, layer, (2 * rng.standard_normal((n, t, f))).astype(np.float32)


def assert_close(ours, keras_says):
    """The largest difference is below 1e-5 of the largest value."""
    keras_says = np.asarray(keras_says)
    assert ours.shape == keras_says.shape
    assert np.abs(ours - keras_says).max() < 1e-5 * np.abs(keras_says).max()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_output_is_keras_output(kind, size):
    """Both directions; backwards in order of processing."""
    for go_backwards in (False, True):
        cell, layer, x = pair(kind, size, go_backwards=go_backwards)
        trace = unroll(cell, layer.get_weights(), x, go_backwards=go_backwards)
        assert_close(trace.hidden, layer(x))


@pytest.mark.parametrize("go_backwards", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_masks_hold_and_repeat_as_in_keras(kind, go_backwards):
    """Holes, padding at the end, padding at the start, and a sample that is masked throughout."""
    cell, layer, x = pair(kind, (6, 9, 3, 5), go_backwards=go_backwards)
    mask = np.random.default_rng(1).random((6, 9)) < 0.6
    mask[0], mask[1] = False, True
    mask[2], mask[3] = np.arange(9) < 4, np.arange(9) >= 4
    trace = unroll(cell, layer.get_weights(), x, mask=mask, go_backwards=go_backwards)
    assert_close(trace.hidden, layer(x, mask=mask))


@pytest.mark.parametrize("kind", KINDS)
def test_states_are_the_last_step_of_the_trace(kind):
    """What `return_state` gives: h, and c for an LSTM, after the last step."""
    cell, layer, x = pair(kind, (4, 6, 3, 5), return_state=True)
    trace = unroll(cell, layer.get_weights(), x)
    _, *states = layer(x)
    kept = [trace.hidden] if trace.cell is None else [trace.hidden, trace.cell]
    assert len(states) == len(kept)
    for ours, state in zip(kept, states, strict=True):
        assert_close(ours[:, -1], state)


def test_cell_states_of_an_lstm_are_keras_states_at_every_step():
    """Keras gives one state per call, so it is asked for each prefix."""
    cell, layer, x = pair("lstm", (3, 8, 2, 4), return_state=True)
    trace = unroll(cell, layer.get_weights(), x)
    for t in range(1, 9):
        assert_close(trace.cell[:, t - 1], layer(x[:, :t])[2])


@pytest.mark.parametrize("kind", ["lstm", "gru", "gru_reset_before"])
def test_gates_are_those_of_keras_own_formula(kind):
    """A kernel's block of columns, from Keras's own previous output."""
    cell, layer, x = pair(kind, (3, 6, 2, 4))
    kernel, recurrent, bias = layer.get_weights()
    into, again = bias if bias.ndim == 2 else (bias, np.zeros_like(bias))
    hidden = np.asarray(layer(x))
    before = np.concatenate([np.zeros_like(hidden[:, :1]), hidden[:, :-1]], axis=1)
    sums = x @ kernel + into + before @ recurrent + again
    gates = unroll(cell, layer.get_weights(), x).gates
    for position, (name, gate) in enumerate(gates.items()):
        block = sums[:, :, 4 * position : 4 * position + 4]
        if (cell, name) == ("lstm", "c"):
            expected = np.tanh(block)
        elif (cell, name) == ("gru", "h"):
            expected = np.tanh(
                x @ kernel[:, 8:] + into[8:] + gates["r"] * (before @ recurrent[:, 8:] + again[8:])
                if layer.reset_after
                else x @ kernel[:, 8:] + into[8:] + (gates["r"] * before) @ recurrent[:, 8:]
            )
        else:
            expected = keras.ops.sigmoid(block)
        assert_close(gate, expected)


@pytest.mark.parametrize("head", ["dense", "none"])
@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize("cell", CELLS)
def test_a_whole_stack_is_the_keras_model_with_the_same_weights(cell, layers, head):
    """In both modes, and in the order of `model.get_weights()`."""
    experiment = Experiment().set(cell=cell, layers=layers, head=head, U=8, seed=7)
    x = np.random.default_rng(0).standard_normal((5, 6, 3)).astype(np.float32)
    weights = initial_model_weights(experiment, features=3, targets=2)
    _, outputs = forward(experiment, weights, x)
    for top_returns in (True, False):
        model = keras.Sequential([keras.Input((6, 3))])
        for layer in range(layers):
            returns = top_returns or layer < layers - 1
            model.add(LAYERS[cell](8, return_sequences=returns))
        if head == "dense":
            model.add(keras.layers.Dense(2))
        model.set_weights(weights)
        assert_close(outputs if top_returns else outputs[:, -1], model(x))


@pytest.mark.parametrize("cell", CELLS)
def test_initial_weights_have_the_shapes_and_the_spread_of_keras(cell):
    """Same shapes and dtype, same biases; kernels of the same standard deviation within 5 %."""
    layer = LAYERS[cell](96)
    layer.build((None, 5, 48))
    ours = initial_weights(cell, 48, 96, np.random.default_rng(0))
    theirs = layer.get_weights()
    assert [(w.shape, w.dtype) for w in ours] == [(w.shape, w.dtype) for w in theirs]
    np.testing.assert_array_equal(ours[2], theirs[2])
    for mine, other in zip(ours[:2], theirs[:2], strict=True):
        assert mine.std() == pytest.approx(other.std(), rel=0.05)
        assert np.abs(mine).max() == pytest.approx(np.abs(other).max(), rel=0.25)


def test_initial_weights_of_a_dense_head_have_the_shapes_and_the_spread_of_keras():
    """Glorot uniform and zero."""
    layer = keras.layers.Dense(50)
    layer.build((None, 60))
    ours = dense_weights(60, 50, np.random.default_rng(0))
    theirs = layer.get_weights()
    assert [(w.shape, w.dtype) for w in ours] == [(w.shape, w.dtype) for w in theirs]
    np.testing.assert_array_equal(ours[1], theirs[1])
    assert ours[0].std() == pytest.approx(theirs[0].std(), rel=0.05)
