"""Bounds, memory, padding and errors of the recurrence in NumPy.

tests/agreement/test_recurrence.py compares the recurrence with Keras.
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
from lib.recurrence.padding import batch, lengths, padded_batches
from lib.text import number
from tests.unit.test_formulas import opened


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


LIGHT = PALETTES["light"]


def test_a_batch_holds_four_lengths_of_one_sample():
    """Each sequence has the sample's first steps, and zeros before or after them."""
    x = np.arange(1.0, 9.0)[:, None]
    assert lengths(8).tolist() == [8, 6, 4, 2]
    assert lengths(2).tolist() == [2, 2, 1, 1]  # 2 is the smallest T
    at_end, counts = batch(x, at_end=True)
    assert at_end[3, :, 0].tolist() == [1, 2, 0, 0, 0, 0, 0, 0]
    assert counts.sum(axis=1).tolist() == [8, 6, 4, 2]
    at_start, counts = batch(x, at_end=False)
    assert at_start[3, :, 0].tolist() == [0, 0, 0, 0, 0, 0, 1, 2]
    assert counts[3].tolist() == [False] * 6 + [True] * 2


@pytest.mark.parametrize("cell", CELLS)
def test_only_a_mask_removes_the_effect_of_padding(cell):
    """Without a mask, only the sequence of full length has the unpadded output."""
    layer = opened(cell, t=8)
    for padded in padded_batches(cell, layer.weights, layer.x):
        is_equal = padded.differences <= ROUNDING
        assert is_equal.tolist() == ([True] * 4 if padded.masked else [True, False, False, False])


def by_kind(x=None):
    """Return a GRU's padded batches for 8 timesteps, by (at the end, masked)."""
    layer = opened("gru", t=8)
    batches = padded_batches("gru", layer.weights, layer.x if x is None else x)
    return {(padded.at_end, padded.masked): padded for padded in batches}


def sample_with_zeros(steps):
    """Return the GRU's sample with zeros at some timesteps."""
    x = opened("gru", t=8).x.copy()
    x[steps] = 0.0
    return x


def test_with_a_mask_the_last_output_is_that_of_the_last_unpadded_step():
    """Without a mask the last step may be padding, and the loss includes padding."""
    batches = by_kind()
    for at_end, masked, last_step, loss_steps in (
        (True, True, [7, 5, 3, 1], 20),
        (True, False, [7] * 4, 32),
        (False, True, [7] * 4, 20),
        (False, False, [7] * 4, 32),
    ):
        padded = batches[at_end, masked]
        assert (padded.last_step.tolist(), padded.loss_steps) == (last_step, loss_steps)


def test_steps_of_zeros_are_masked_even_if_they_are_not_padding():
    """Like Keras's Masking(0.0), the mask hides steps of zeros; the details count these steps.

    A sequence that has only masked steps keeps its initial zero state.
    """
    batches = by_kind(sample_with_zeros(1))
    masked = batches[True, True]
    assert masked.counts[0].tolist() == [True, False] + [True] * 6
    assert masked.last_step.tolist() == [7, 5, 3, 0]
    assert (masked.hidden_steps, masked.loss_steps) == (4, 16)
    assert masked.differences.min() > ROUNDING
    assert "The mask hides 4 of the sequences' real steps" in padding_words([masked])[1]
    assert batches[True, False].differences[0] <= ROUNDING
    hidden = by_kind(sample_with_zeros(slice(2)))[True, True]
    assert hidden.last_step.tolist() == [7, 5, 3, -1]


def test_the_padding_figure_outlines_a_step_of_every_sequence():
    """Each of four sequences in four batches has an outline; the details describe every batch."""
    layer = opened("lstm", t=8)
    batches = padded_batches("lstm", layer.weights, layer.x)
    _, sentence = padding_words(batches)
    page = padding_picture(batches, sentence, LIGHT)
    assert page.count(f"2px solid {LIGHT.last}") == 16 + 1  # one outline is in the legend
    # Later elements are drawn on top, so the playhead doesn't hide the last step's outline.
    assert page.rindex(f"2px solid {LIGHT.last}") > page.rindex(f"2px solid {LIGHT.ink}")
    assert sentence.count("the same as without padding") == 2
    assert sentence.count("off by") == 2
    assert "hides" not in sentence


def test_the_takeaway_says_how_far_padding_moves_the_shortest_sequence():
    """It has the largest change without and with a mask; a rounding error is shown as ≈ 0."""
    layer = opened("lstm", t=8)
    batches = padded_batches("lstm", layer.weights, layer.x)
    most = max(padded.differences[-1] for padded in batches if not padded.masked)
    assert f"by {number(most)} without masking, ≈ 0 with masking." in padding_words(batches)[0]
    plain, masked = (replace(batches[k], differences=np.zeros(4)) for k in (0, 1))
    assert padding_words([plain, masked])[0].endswith("by ≈ 0 without masking, ≈ 0 with masking.")
    different = replace(masked, differences=np.full(4, 0.5))
    assert padding_words([plain, different])[0].endswith("≈ 0 without masking, 0.5 with masking.")
