"""Shapes and parameter counts, worked by hand. Agreement with Keras: tests/agreement."""

import numpy as np
import pytest

from lib.experiment import Experiment
from lib.shapes import (
    Layer,
    dense_parameter_count,
    model_shapes,
    rnn_output_shape,
    rnn_parameter_count,
    rnn_parameter_formula,
    rnn_parameter_rule,
)


def test_return_sequences_keeps_the_time_axis_and_the_default_drops_it():
    """The two worked examples: LSTM(4) on 2 steps of 3 features."""
    assert rnn_output_shape((None, 2, 3), 4, return_sequences=True) == (None, 2, 4)
    assert rnn_output_shape((None, 2, 3), 4, return_sequences=False) == (None, 4)


def test_the_batch_is_none_whatever_came_in_and_time_may_be_open():
    """Any number of samples will do, and with T = None any number of steps."""
    assert rnn_output_shape((320, 12, 3), 16, True) == (None, 12, 16)
    assert rnn_output_shape([None, None, 3], np.int64(16), True) == (None, None, 16)
    assert rnn_output_shape((None, None, 3), 16, False) == (None, 16)


@pytest.mark.parametrize(
    ("merge_mode", "expected"),
    [
        ("concat", (None, 5, 8)),
        ("sum", (None, 5, 4)),
        ("mul", (None, 5, 4)),
        ("ave", (None, 5, 4)),
        (None, ((None, 5, 4), (None, 5, 4))),
    ],
)
def test_two_directions_are_joined_by_merge_mode(merge_mode, expected):
    """Concatenated they are twice as wide; unmerged there are two."""
    shape = rnn_output_shape((None, 5, 3), 4, True, bidirectional=True, merge_mode=merge_mode)
    assert shape == expected


def test_merge_mode_means_nothing_in_one_direction():
    """It belongs to Bidirectional."""
    assert rnn_output_shape((None, 5, 3), 4, True, merge_mode=None) == (None, 5, 4)


@pytest.mark.parametrize(
    ("input_shape", "message"),
    [
        ((None, 5), r"expected ndim=3, found ndim=2.*\(None, 5\)"),
        ((None, 2, 5, 3), r"expected ndim=3, found ndim=4"),
        ((None, 5, None), r"expected a number of features.*\(None, 5, None\)"),
        ((None, -1, 3), r"expected timesteps to be a positive integer, received -1"),
        ((None, 5, 0), r"expected features to be a positive integer, received 0"),
    ],
)
def test_an_input_that_no_layer_takes_is_refused(input_shape, message):
    """In Keras's words where it has them."""
    with pytest.raises(ValueError, match=message):
        rnn_output_shape(input_shape, 4, return_sequences=True)


def test_settings_that_keras_refuses_are_refused():
    """Expected and received are both said."""
    with pytest.raises(ValueError, match="expected units to be a positive integer, received 0"):
        rnn_output_shape((None, 5, 3), 0, return_sequences=True)
    with pytest.raises(ValueError, match=r"positive integer, received 2\.5"):
        rnn_parameter_count("lstm", 3, 2.5)
    with pytest.raises(ValueError, match=r"merge_mode .* received 'add'"):
        rnn_output_shape((None, 5, 3), 4, True, bidirectional=True, merge_mode="add")
    with pytest.raises(ValueError, match=r"expected cell .*'lstm'.* received 'rnn'"):
        rnn_parameter_count("rnn", 3, 4)


def test_parameters_are_blocks_of_kernel_recurrent_kernel_and_bias():
    """LSTM(4) on 3 features: 4 blocks of 4·(3 + 4 + 1) numbers."""
    assert rnn_parameter_count("lstm", 3, 4) == 128
    assert rnn_parameter_count("gru", 3, 4) == 108
    assert rnn_parameter_count("gru", 3, 4, reset_after=False) == 96
    assert rnn_parameter_count("simple_rnn", 3, 4) == 32
    assert rnn_parameter_count("lstm", 3, 4, bidirectional=True) == 256
    assert rnn_parameter_count("lstm", 3, 4, reset_after=False) == 128
    assert dense_parameter_count(4, 2) == 10


@pytest.mark.parametrize(
    ("cell", "formula", "rule"),
    [
        ("lstm", "4·16·(3+16+1) = 1,280", "4·U·(F+U+1)"),
        ("gru", "3·16·(3+16+2) = 1,008", "3·U·(F+U+2)"),
        ("simple_rnn", "16·(3+16+1) = 320", "U·(F+U+1)"),
    ],
)
def test_a_formula_shows_how_parameters_are_counted(cell, formula, rule):
    """In numbers and in letters."""
    assert rnn_parameter_formula(cell, 3, 16) == formula
    assert rnn_parameter_rule(cell) == rule


def test_options_show_in_the_formula():
    """Two directions double it; the older GRU has one bias."""
    assert rnn_parameter_formula("gru", 3, 16, False, True) == "2·3·16·(3+16+1) = 1,920"


def test_a_models_layers_stand_from_input_to_head_for_both_modes():
    """The lower layer keeps the time axis in either mode; only the top one differs."""
    experiment = Experiment().set(layers=2, U=16)
    shapes = model_shapes(experiment, timesteps=12, features=3, targets=1)
    bottom = (
        Layer("InputLayer", ("N", "T", "F"), (None, 12, 3)),
        Layer(
            "LSTM", ("N", "T", "U"), (None, 12, 16), 1280, "4·16·(3+16+1) = 1,280", "4·U·(F+U+1)"
        ),
    )
    top = (2112, "4·16·(16+16+1) = 2,112", "4·U·(U+U+1)")
    head = (17, "1·(16+1) = 17", "K·(U+1)")
    assert shapes == {
        "sequence": (
            *bottom,
            Layer("LSTM", ("N", "T", "U"), (None, 12, 16), *top),
            Layer("Dense", ("N", "T", "K"), (None, 12, 1), *head),
        ),
        "last": (
            *bottom,
            Layer("LSTM", ("N", "U"), (None, 16), *top),
            Layer("Dense", ("N", "K"), (None, 1), *head),
        ),
    }


def test_only_the_modes_of_the_experiment_are_told_and_a_head_only_where_there_is_one():
    """Without a head the recurrent layer's output is the model's."""
    experiment = Experiment().set(mode="last", head="none", cell="gru", U=4)
    shapes = model_shapes(experiment, timesteps=2, features=3, targets=4)
    assert list(shapes) == ["last"]
    assert [layer.name for layer in shapes["last"]] == ["InputLayer", "GRU"]
    assert shapes["last"][-1].shape == (None, 4)
