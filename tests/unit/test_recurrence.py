"""The recurrence in NumPy: bounds, memory, padding and errors.

tests/agreement/test_recurrence.py compares it with Keras.
"""

import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.charts.gradients import padding_picture, padding_words
from lib.charts.palette import PALETTES
from lib.experiment import CELLS, Experiment
from lib.recurrence import forward, initial_model_weights, model, unroll
from lib.recurrence.model import ROUNDING, initial_weights
from lib.recurrence.padding import batch, lengths, ways
from lib.text import number
from tests.unit.test_formulas import opened


def layer(cell, *, n=3, t=5, f=2, u=4, seed=0):
    """Return weights and inputs of a layer whose sizes all differ."""
    rng = np.random.default_rng(seed)
    return initial_weights(cell, f, u, rng), rng.standard_normal((n, t, f)).astype(np.float32)


@pytest.mark.parametrize("cell", CELLS)
def test_the_inputs_and_weights_are_left_alone(cell):
    """`unroll` computes in place, but never in the caller's arrays."""
    weights, x = layer(cell)
    copies = [array.copy() for array in (*weights, x)]
    unroll(cell, weights, x)
    for array, copy in zip((*weights, x), copies, strict=True):
        np.testing.assert_array_equal(array, copy)


@given(steps=st.integers(1, 8), scale=st.floats(0.1, 50), seed=st.integers(0, 999))
@settings(derandomize=True, deadline=None, max_examples=40)
def test_an_lstms_output_at_step_t_stays_within_tanh_of_t(steps, scale, seed):
    """The cell state grows by less than 1 per step, so |h_t| <= tanh(t)."""
    weights, x = layer("lstm", t=steps, seed=seed)
    hidden = unroll("lstm", weights, scale * x).hidden
    bound = np.tanh(np.arange(1, steps + 1))
    assert (np.abs(hidden).max(axis=(0, 2)) <= bound + 1e-6).all()


def test_a_diverged_layer_gives_nan_without_a_warning():
    """Weights that overflow yield NaN instead of a warning."""
    experiment = Experiment().set(U=4)
    weights = [np.full_like(array, 3e38) for array in initial_model_weights(experiment, 3, 1)]
    weights[1][:, :2] = np.nan
    _, outputs = forward(experiment, weights, np.ones((2, 2, 3), np.float32))
    assert np.isnan(outputs[:, 1:]).all()


def test_outputs_in_parts_are_those_of_all_samples_at_once(monkeypatch):
    """Parts hold at most `HELD` numbers, and together equal the outputs of all samples."""
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
        ("rnn", LSTM, X, re.escape(f"one of {list(CELLS)}, got 'rnn'")),
        ("lstm", LSTM, np.zeros((3, 5, 3)), r"kernel must have shape \(3, 16\), got \(2, 16\)"),
        ("lstm", LSTM, X[0], r"x must have 3 axes \(N, T, F\), got shape \(5, 2\)"),
        ("lstm", LSTM[:2], X, r"3 arrays .* got 2"),
        ("gru", layer("gru")[0][:2] + LSTM[2:], X, r"shape \(2, 12\) or \(12,\), got \(16,\)"),
        ("lstm", [LSTM[0], 1.0, LSTM[2]], X, r"recurrent_kernel .* shape \(1, 4\), got \(\)"),
    ],
)
def test_arguments_that_do_not_match_raise_an_error(cell, weights, x, message):
    """The error gives the expected and the received value, for each array and for a mask."""
    with pytest.raises(ValueError, match=message):
        unroll(cell, weights, x)
    with pytest.raises(ValueError, match=r"mask must have shape \(N, T\) = \(3, 5\), got \(3, 4\)"):
        unroll("lstm", LSTM, X, mask=np.ones((3, 4)))


LIGHT = PALETTES["light"]


def test_a_batch_holds_four_lengths_of_one_sample():
    """The rest is zeros; padding at the start keeps each sequence's first steps."""
    x = np.arange(1.0, 9.0)[:, None]
    assert lengths(8).tolist() == [8, 6, 4, 2]
    assert lengths(2).tolist() == [2, 2, 1, 1]  # the shortest data there is
    at_end, counts = batch(x, at_end=True)
    assert at_end[3, :, 0].tolist() == [1, 2, 0, 0, 0, 0, 0, 0]
    assert counts.sum(axis=1).tolist() == [8, 6, 4, 2]
    at_start, counts = batch(x, at_end=False)
    assert at_start[3, :, 0].tolist() == [0, 0, 0, 0, 0, 0, 1, 2]
    assert counts[3].tolist() == [False] * 6 + [True] * 2


@pytest.mark.parametrize("cell", CELLS)
def test_only_a_mask_removes_the_effect_of_padding(cell):
    """Without a mask, only the full-length sequence has the unpadded output."""
    layer = opened(cell, t=8)
    for way in ways(cell, layer.weights, layer.x):
        right = way.differences <= ROUNDING
        assert right.tolist() == ([True] * 4 if way.masked else [True, False, False, False])


def by_kind(x=None):
    """Return a GRU's four kinds of padding for 8 timesteps, by (at the end, masked)."""
    layer = opened("gru", t=8)
    found = ways("gru", layer.weights, layer.x if x is None else x)
    return {(way.at_end, way.masked): way for way in found}


def sample_with_zeros(steps):
    """Return the GRU's sample with zeros at some timesteps."""
    x = opened("gru", t=8).x.copy()
    x[steps] = 0.0
    return x


def test_last_is_the_sequences_own_last_step_only_with_a_mask():
    """Without a mask the last step may be padding, and the loss includes padding."""
    padded = by_kind()
    for at_end, masked, last_step, loss_steps in (
        (True, True, [7, 5, 3, 1], 20),
        (True, False, [7] * 4, 32),
        (False, True, [7] * 4, 20),
        (False, False, [7] * 4, 32),
    ):
        way = padded[at_end, masked]
        assert (way.last_step.tolist(), way.loss_steps) == (last_step, loss_steps)


def test_steps_of_zeros_are_masked_though_they_are_no_padding():
    """Like Keras's Masking(0.0), the mask hides steps of zeros, and the details give their number.

    A sequence with only masked steps keeps its initial zero state.
    """
    padded = by_kind(sample_with_zeros(1))
    masked = padded[True, True]
    assert masked.counts[0].tolist() == [True, False] + [True] * 6
    assert masked.last_step.tolist() == [7, 5, 3, 0]
    assert (masked.hidden_steps, masked.loss_steps) == (4, 16)
    assert masked.differences.min() > ROUNDING
    assert "The mask hides 4 of the sequences' own steps" in padding_words([masked])[1]
    assert padded[True, False].differences[0] <= ROUNDING
    hidden = by_kind(sample_with_zeros(slice(2)))[True, True]
    assert hidden.last_step.tolist() == [7, 5, 3, -1]


def test_the_picture_outlines_a_step_of_every_sequence():
    """Four sequences in four kinds have an outline each; the details cover every kind."""
    layer = opened("lstm", t=8)
    padded = ways("lstm", layer.weights, layer.x)
    _, sentence = padding_words(padded)
    page = padding_picture(padded, sentence, LIGHT)
    assert page.count(f"2px solid {LIGHT.last}") == 16 + 1  # the legend's
    # Later elements lie above: the playhead doesn't hide the last step's outline.
    assert page.rindex(f"2px solid {LIGHT.last}") > page.rindex(f"2px solid {LIGHT.ink}")
    assert sentence.count("the same as unpadded") == 2
    assert sentence.count("off by") == 2
    assert "hides" not in sentence


def test_the_takeaway_says_how_far_padding_moves_the_shortest_sequence():
    """It gives the largest change without and with a mask; a rounding error reads as zero."""
    layer = opened("lstm", t=8)
    padded = ways("lstm", layer.weights, layer.x)
    most = max(way.differences[-1] for way in padded if not way.masked)
    assert f"by {number(most)} unmasked, by ≈ 0 masked." in padding_words(padded)[0]
    plain, masked = (replace(padded[k], differences=np.zeros(4)) for k in (0, 1))
    assert padding_words([plain, masked])[0].endswith("output by ≈ 0 unmasked, by ≈ 0 masked.")
    hidden = replace(masked, differences=np.full(4, 0.5))
    assert padding_words([plain, hidden])[0].endswith("≈ 0 unmasked, by 0.5 masked.")
    faint = replace(plain, differences=np.full(4, 5e-6))
    assert padding_words([faint, masked])[0].endswith("by under 10⁻⁵ unmasked, by ≈ 0 masked.")
