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
def test_unroll_changes_neither_inputs_nor_weights(cell):
    """`unroll` computes in place, but never in the caller's arrays."""
    weights, x = layer(cell)
    copies = [array.copy() for array in (*weights, x)]
    unroll(cell, weights, x)
    for array, copy in zip((*weights, x), copies, strict=True):
        np.testing.assert_array_equal(array, copy)


@given(steps=st.integers(1, 8), scale=st.floats(0.1, 50), seed=st.integers(0, 999))
@settings(derandomize=True, deadline=None, max_examples=40)
def test_an_lstms_output_at_step_t_is_at_most_tanh_of_t(steps, scale, seed):
    """The cell state grows by less than 1 per step, so |h_t| <= tanh(t)."""
    weights, x = layer("lstm", t=steps, seed=seed)
    hidden = unroll("lstm", weights, scale * x).hidden
    bound = np.tanh(np.arange(1, steps + 1))
    assert (np.abs(hidden).max(axis=(0, 2)) <= bound + 1e-6).all()


def test_a_diverged_layer_returns_nan_without_a_warning():
    """NumPy would warn of weights that overflow."""
    experiment = Experiment().set(U=4)
    weights = [np.full_like(array, 3e38) for array in initial_model_weights(experiment, 3, 1)]
    weights[1][:, :2] = np.nan
    _, outputs = forward(experiment, weights, np.ones((2, 2, 3), np.float32))
    assert np.isnan(outputs[:, 1:]).all()


def test_outputs_in_parts_equal_the_outputs_of_all_samples_at_once(monkeypatch):
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
    """The error has the expected and the received value, for each array and for a mask."""
    with pytest.raises(ValueError, match=message):
        unroll(cell, weights, x)
    with pytest.raises(ValueError, match=r"mask must have shape \(N, T\) = \(3, 5\), got \(3, 4\)"):
        unroll("lstm", LSTM, X, mask=np.ones((3, 4)))


LIGHT = PALETTES["light"]


def test_a_padded_batch_has_four_lengths_of_one_sample():
    """Each sequence has the first steps of the sample. Zeros pad it at the end or at the start."""
    x = np.arange(1.0, 9.0)[:, None]
    assert lengths(8).tolist() == [8, 6, 4, 2]
    assert lengths(2).tolist() == [2, 2, 1, 1]  # T is at least 2.
    at_end, counts = batch(x, at_end=True)
    assert at_end[3, :, 0].tolist() == [1, 2, 0, 0, 0, 0, 0, 0]
    assert counts.sum(axis=1).tolist() == [8, 6, 4, 2]
    at_start, counts = batch(x, at_end=False)
    assert at_start[3, :, 0].tolist() == [0, 0, 0, 0, 0, 0, 1, 2]
    assert counts[3].tolist() == [False] * 6 + [True] * 2


@pytest.mark.parametrize("cell", CELLS)
def test_only_a_mask_removes_the_effect_of_padding(cell):
    """If there is no mask, only the sequence of full length has the output of its own steps."""
    layer = opened(cell, t=8)
    for way in ways(cell, layer.weights, layer.x):
        right = way.differences <= ROUNDING
        assert right.tolist() == ([True] * 4 if way.masked else [True, False, False, False])


def by_kind(x=None):
    """Return four padded batches of 8 timesteps in a GRU, by (padded at the end, masked)."""
    layer = opened("gru", t=8)
    found = ways("gru", layer.weights, layer.x if x is None else x)
    return {(way.at_end, way.masked): way for way in found}


def sample_with_zeros(steps):
    """Return the GRU's sample with zeros at some timesteps."""
    x = opened("gru", t=8).x.copy()
    x[steps] = 0.0
    return x


def test_only_a_mask_makes_the_output_that_of_a_sequences_own_last_step():
    """If there is no mask, the last step may be padding, and the loss includes padding."""
    padded = by_kind()
    for at_end, masked, last_step, loss_steps in (
        (True, True, [7, 5, 3, 1], 20),
        (True, False, [7] * 4, 32),
        (False, True, [7] * 4, 20),
        (False, False, [7] * 4, 32),
    ):
        way = padded[at_end, masked]
        assert (way.last_step.tolist(), way.loss_steps) == (last_step, loss_steps)


def test_the_mask_also_hides_real_steps_of_zeros():
    """Keras's Masking(0.0) does the same. The details have the number of these steps.

    A sequence whose steps are all masked keeps its initial state of zeros.
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


def test_the_picture_outlines_the_last_step_of_every_sequence():
    """Each of 4 sequences in 4 padded batches has an outline. The details name all batches."""
    layer = opened("lstm", t=8)
    padded = ways("lstm", layer.weights, layer.x)
    _, sentence = padding_words(padded)
    page = padding_picture(padded, sentence, LIGHT)
    assert page.count(f"2px solid {LIGHT.last}") == 16 + 1  # The legend has one.
    # Later elements cover earlier ones, so the playhead doesn't hide the outline.
    assert page.rindex(f"2px solid {LIGHT.last}") > page.rindex(f"2px solid {LIGHT.ink}")
    assert sentence.count("the same as unpadded") == 2
    assert sentence.count("off by") == 2
    assert "hides" not in sentence


def test_the_takeaway_has_the_change_that_padding_causes_in_the_shortest_sequence():
    """It has the largest change if unmasked, and if masked. A rounding error is shown as ≈ 0."""
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
