"""Stacks that are graphs: their shapes, their code, and how names of layers follow an edit."""

import pytest

from lib.shapes import Ref, broken, code_lines, from_text, put, swap, to_text, total, trace
from lib.shapes.stack.code import model_line
from lib.shapes.stack.plain import Dense
from lib.shapes.stack.recurrent import LSTM
from lib.shapes.stack.tracing import keras_names


def steps_of(text):
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
