"""A change of a stack as the lines of a person's code that it changes, in their own style."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lib.stack.base import Origin
from lib.stack.making import made
from lib.stack.plain import Dense, Input
from lib.stack.read.mending import changed_lines, rewritten
from lib.stack.recurrent import LSTM, Bidirectional
from lib.stack.windows import GlobalAveragePooling1D


def of(layer, text: str, call: str, line: int = 3):
    """The layer as it was read from this statement, whose `call` makes it."""
    return replace(layer, origin=Origin(line, text, call))


@pytest.mark.parametrize(
    ("text", "call", "becomes"),
    [
        (
            "model.add(LSTM(64, activation='relu'))",
            "LSTM(64, activation='relu')",
            "model.add(LSTM(64, activation='relu', return_sequences=True))",
        ),
        (
            "x = tf.keras.layers.LSTM(units=64, return_sequences=False)(x)",
            "tf.keras.layers.LSTM(units=64, return_sequences=False)",
            "x = tf.keras.layers.LSTM(units=64, return_sequences=True)(x)",
        ),
    ],
)
def test_a_setting_is_changed_where_it_stands_or_added(text, call, becomes):
    """What else stands there, and how it is called, stays."""
    before = (Input(), of(LSTM(64), text, call))
    after = (before[0], before[1].with_settings(return_sequences=True))
    assert changed_lines(before, after) == {3: becomes}


def test_the_layer_inside_a_wrapper_is_the_one_that_changes():
    """Its merge mode is the wrapper's own."""
    call = "Bidirectional(LSTM(8), merge_mode='sum')"
    before = (Input(), of(Bidirectional(units=8, merge_mode="sum"), f"x = {call}(x)", call))
    after = (before[0], replace(before[1], return_sequences=True, merge_mode="concat"))
    line = "x = Bidirectional(LSTM(8, return_sequences=True), merge_mode='concat')(x)"
    assert changed_lines(before, after) == {3: line}


def test_a_layer_as_it_was_meant_has_its_own_arguments():
    """Those that Keras doesn't take are gone."""
    call = "layers.LSTM(8, return_sequence=True)"
    wrong = of(made("LSTM", (8,), {"return_sequence": True}), f"x = {call}(x)", call)
    after = (Input(), replace(wrong.mended, origin=wrong.origin))
    assert changed_lines((Input(), wrong), after) == {
        3: "x = layers.LSTM(8, return_sequences=True)(x)"
    }


@pytest.mark.parametrize(
    ("text", "call", "added"),
    [
        (
            "model.add(LSTM(8))",
            "LSTM(8)",
            "model.add(LSTM(8))\nmodel.add(GlobalAveragePooling1D())",
        ),
        (
            "h = layers.LSTM(8)(x)",
            "layers.LSTM(8)",
            "h = layers.LSTM(8)(x)\nh = layers.GlobalAveragePooling1D()(h)",
        ),
        ("LSTM(8),", "LSTM(8)", "LSTM(8),\nGlobalAveragePooling1D(),"),
    ],
)
def test_a_new_layer_is_a_line_more(text, call, added):
    """In the way that the line before it has."""
    before = (Input(), of(LSTM(8), text, call), of(Dense(), "", "Dense(1)", 4))
    after = (before[0], before[1], GlobalAveragePooling1D(), before[2])
    assert changed_lines(before, after) == {3: added}


def test_a_layer_that_goes_is_a_comment_and_what_has_no_code_has_no_lines():
    """So that it can be found again."""
    first = of(LSTM(8), "model.add(LSTM(8))", "LSTM(8)")
    assert changed_lines((Input(), first), (Input(),)) == {3: "# model.add(LSTM(8))"}
    assert changed_lines((Input(), LSTM()), (Input(), LSTM(), Dense())) == {}


def test_a_line_with_several_layers_is_never_a_comment_as_a_whole():
    """Of one that goes no line is told; two that change are changed in one line."""
    text = "m = Sequential([Input((9, 2)), LSTM(8), LSTM(4)])"
    first, second = of(LSTM(8), text, "LSTM(8)"), of(LSTM(4), text, "LSTM(4)")
    assert changed_lines((Input(), first, second), (Input(), first)) == {}
    after = (Input(), replace(first, return_sequences=True), replace(second, units=5))
    line = "m = Sequential([Input((9, 2)), LSTM(8, return_sequences=True), LSTM(5)])"
    assert changed_lines((Input(), first, second), after) == {3: line}


def test_a_change_is_written_into_the_code():
    """With the indentation that stands there; not where the line is another one by now."""
    code = "if True:\n    model = Sequential()\n    model.add(LSTM(8))\n"
    layer = of(LSTM(8), "model.add(LSTM(8))", "LSTM(8)")
    after = (Input(), replace(layer, units=9), Dense(2))
    assert rewritten(code, (Input(), layer), after).splitlines()[2:] == [
        "    model.add(LSTM(9))",
        "    model.add(Dense(2))",
    ]
    assert rewritten("\n\nother", (Input(), layer), after) == ""
