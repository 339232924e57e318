"""Stacks that are graphs: their shapes, their code, and how names of layers follow an edit."""

from __future__ import annotations

import pytest

from lib.shapes import Ref, broken, code_lines, from_text, put, swap, to_text, total, trace
from lib.shapes.stack.code import model_line
from lib.shapes.stack.making import UNKNOWN, made
from lib.shapes.stack.plain import Dense, Unread
from lib.shapes.stack.recurrent import LSTM
from lib.shapes.stack.tracing import keras_names


def steps_of(text: str):
    """The trace of a stack in its URL form."""
    return trace(from_text(text))


def test_an_encoder_hands_its_states_to_a_decoder_with_an_input_of_its_own():
    """The commonest graph: what the last layer takes is the sequence, not the states."""
    steps = steps_of(
        "input_tany_f8~lstm_u4_state~input_tany_f5~lstm_u4_seq_state_from2.1-2.2~dense_k5_of4.0"
    )
    assert steps[3].shapes == ((None, None, 4), (None, 4), (None, 4))
    assert steps[4].shapes == ((None, None, 5),)
    assert [*code_lines(steps), model_line(steps)] == [
        "x = inputs = keras.Input((None, 8))",
        "x = x2 = layers.LSTM(4, return_state=True)(x)",
        "x = inputs_2 = keras.Input((None, 5))",
        "x = x4 = layers.LSTM(4, return_sequences=True, return_state=True)"
        "(x, initial_state=[x2[1], x2[2]])",
        "x = layers.Dense(5)(x4[0])",
        "model = keras.Model([inputs, inputs_2], x)",
    ]


def test_a_layer_that_is_called_again_has_its_weights_once():
    """And its name, and its settings, whatever the link says of them."""
    steps = steps_of("input_t4_f3~lstm_u2~input_t4_f3~lstm_u9_as2~concat_of2-4")
    assert steps[3].shapes == ((None, 2),)
    assert total(steps) == 4 * 2 * (3 + 2 + 1)
    assert keras_names(from_text("input~lstm~lstm~lstm_as2"))[1:] == ["lstm", "lstm_1", "lstm"]
    lines = code_lines(steps)
    assert lines[1] == "x = x2 = (layer2 := layers.LSTM(2))(x)"
    assert lines[3] == "x = x4 = layer2(x)"
    assert lines[4] == "x = layers.Concatenate()([x2, x4])"


@pytest.mark.parametrize(
    ("text", "at", "says", "when"),
    [
        ("input~dense_k2~dense_as2", 2, "expected axis", "built"),
        ("input~lstm_u2_seq~lstm_as2", 2, "", "run"),
        ("input~lstm_as5", 1, "is not defined", "built"),
        ("input~dense~lstm_as2", 2, "is not defined", "built"),
        ("input~add_of1-7", 1, "is not defined", "built"),
    ],
)
def test_a_layer_needs_what_it_names(text, at, says, when):
    """Its weights fit the first width alone, and what it names must stand before it."""
    steps = steps_of(text)
    assert broken(steps) == at
    assert says in steps[at].error.message
    assert steps[at].error.when == when
    assert code_lines(steps)


def test_whatever_no_layer_takes_is_an_output():
    """In order; what is an output has a name of its own, unless it is the last."""
    steps = steps_of("input_t4_f3~lstm_u2~dense_of1")
    assert code_lines(steps)[1] == "x = x2 = layers.LSTM(2)(x)"
    assert code_lines(steps)[2] == "x = layers.Dense(1)(inputs)"
    assert model_line(steps) == "model = keras.Model(inputs, [x2, x])"


def test_what_is_unpacked_may_have_a_name():
    """Then the first tensor has it, and `states` are the others."""
    lines = code_lines(steps_of("input_t4_f3~lstm_u2_seq_state~unpack~drop~add_of3-4"))
    assert lines[2] == "x, *states = x3, *_ = x"
    assert lines[4] == "x = layers.Add()([x3, x4])"


def test_names_of_layers_follow_an_edit():
    """A layer more, one less, and two that change places."""
    stack = from_text("input_t4~dense_k3~lstm_u3_seq~add_of2-3")
    more = put(stack, 1, Dense(9), stack[1])
    assert to_text(more) == "input_t4~dense_k9~dense_k3~lstm_u3_seq~add_of3-4"
    assert to_text(put(stack, 1)) == "input_t4~lstm_u3_seq~add_of1-2"
    assert to_text(swap(stack, 1)) == "input_t4~lstm_u3_seq~dense_k3~add_of3-2"
    states = from_text("input_t4_f3~lstm_u2_state~input~lstm_u2_from2.1-2.2")
    moved = put(states, 0, states[0], Dense())
    assert moved[4] == LSTM(2, states=(Ref(2, 1), Ref(2, 2)))


def test_arguments_become_a_layer_or_say_what_is_wrong_with_them():
    """A name that is nearly right is mended; what only running could tell isn't guessed."""
    assert made("LSTM", (4, "relu"), {"return_sequences": True, "name": "a"}) == LSTM(
        4, activation="relu", return_sequences=True
    )
    misspelt = made("LSTM", (4,), {"return_sequence": True})
    assert isinstance(misspelt, Unread)
    assert "Unrecognized keyword arguments passed to LSTM" in misspelt.error.message
    assert misspelt.fixed == LSTM(4, return_sequences=True)
    assert "units" in made("Dense", (UNKNOWN,)).error.reason
    assert made("Dense", (3,), {"activation": UNKNOWN}) == Dense(3)


def test_cells_of_different_kinds_are_one_setting():
    """Each with its units, in the link and in the code; each reads what the one before gives."""
    steps = steps_of("input_t12_f5~cells_clstm8-gru4.before-rnn3.nobias_seq")
    lstm, gru, rnn = 4 * 8 * (5 + 8 + 1), 3 * 4 * (8 + 4 + 1), 3 * (4 + 3)
    assert (steps[1].shapes, steps[1].parameters) == (((None, 12, 3),), lstm + gru + rnn)
    cells = "[layers.LSTMCell(8), layers.GRUCell(4, reset_after=False), "
    cells += "layers.SimpleRNNCell(3, use_bias=False)]"
    assert code_lines(steps)[1] == f"x = layers.RNN({cells}, return_sequences=True)(x)"
