"""Sequences of different length in one batch, padded and masked in each way."""

from dataclasses import replace

import numpy as np
import pytest

from lib.charts.gradients import padding_picture, padding_words
from lib.charts.palette import PALETTES
from lib.experiment import CELLS
from lib.recurrence.model import ROUNDING, batch, lengths, ways
from lib.text import number
from tests.unit.test_formulas import opened

LIGHT = PALETTES["light"]


def test_a_batch_holds_four_lengths_of_one_sample():
    """Zeros elsewhere; padded at the start the sequence still begins with its first step."""
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
def test_a_mask_makes_padding_invisible_and_nothing_else_does(cell):
    """Only the full-length sequence is right without one."""
    layer = opened(cell, t=8)
    for way in ways(cell, layer.weights, layer.x):
        right = way.differences <= ROUNDING
        assert right.tolist() == ([True] * 4 if way.masked else [True, False, False, False])


def by_kind(x=None):
    """A GRU's four ways, of a sample of 8 timesteps, by whether they pad at the end and mask."""
    layer = opened("gru", t=8)
    found = ways("gru", layer.weights, layer.x if x is None else x)
    return {(way.at_end, way.masked): way for way in found}


def sample_with_zeros(steps):
    """That sample with timesteps of zeros."""
    x = opened("gru", t=8).x.copy()
    x[steps] = 0.0
    return x


def test_last_is_the_sequences_own_last_step_only_with_a_mask():
    """Without one it is the last of the batch, which may be padding; the loss counts that too."""
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
    """As Keras's Masking(0.0) does, which can't know what is padding; the sentence says so.

    A sequence whose steps are all hidden stays at the zero state that it starts from.
    """
    padded = by_kind(sample_with_zeros(1))
    masked = padded[True, True]
    assert masked.counts[0].tolist() == [True, False] + [True] * 6
    assert masked.last_step.tolist() == [7, 5, 3, 0]
    assert (masked.hidden_steps, masked.loss_steps) == (4, 16)
    assert masked.differences.min() > ROUNDING
    assert "The mask hides 4 of the sequences' own steps too" in padding_words([masked])[1]
    assert padded[True, False].differences[0] <= ROUNDING
    hidden = by_kind(sample_with_zeros(slice(2)))[True, True]
    assert hidden.last_step.tolist() == [7, 5, 3, -1]


def test_the_picture_outlines_a_step_of_every_sequence():
    """Four sequences, four ways; the sentence says how far off the shortest is in each."""
    layer = opened("lstm", t=8)
    padded = ways("lstm", layer.weights, layer.x)
    _, sentence = padding_words(padded)
    page = padding_picture(padded, sentence, LIGHT)
    assert page.count(f"2px solid {LIGHT.last}") == 16 + 1  # the legend's
    # What comes later is drawn above: the playhead doesn't hide the last step's outline.
    assert page.rindex(f"2px solid {LIGHT.last}") > page.rindex(f"2px solid {LIGHT.ink}")
    assert sentence.count("the same as unpadded") == 2
    assert sentence.count("off by") == 2
    assert "hides" not in sentence


def test_the_takeaway_says_how_far_padding_moves_the_shortest_sequence():
    """At most, without a mask and with it; nothing is said of what rounding leaves."""
    layer = opened("lstm", t=8)
    padded = ways("lstm", layer.weights, layer.x)
    most = max(way.differences[-1] for way in padded if not way.masked)
    assert padding_words(padded)[0] == (
        f"Padding moves the shortest sequence's answer by up to {number(most)}; masked, not at all."
    )
    plain, masked = (replace(padded[k], differences=np.zeros(4)) for k in (0, 1))
    assert padding_words([plain, masked])[0] == (
        "Padding moves the shortest sequence's answer not at all; masked, not at all."
    )
    hidden = replace(masked, differences=np.full(4, 0.5))
    assert padding_words([plain, hidden])[0].endswith("not at all; masked, by up to 0.5.")
    faint = replace(plain, differences=np.full(4, 5e-6))
    assert padding_words([faint, masked])[0].endswith("answer hardly; masked, not at all.")
