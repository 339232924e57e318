"""A change of a stack as the lines of a person's code that it changes, in their own style."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from lib.shapes.stack.base import Stack, put
from lib.shapes.stack.fixes import fixes
from lib.shapes.stack.link import to_text
from lib.shapes.stack.read.code import read_code
from lib.shapes.stack.read.reading import Reading
from lib.shapes.stack.rewrite import rewritten
from lib.shapes.stack.shaping import Flatten
from lib.shapes.stack.tracing import trace

SEQUENTIAL = "model = Sequential()\nmodel.add(Input((9, 2)))\n{}"
FUNCTIONAL = "i = Input((9, 2))\n{}\nmodel = Model(i, x)"


def becomes(reading: Reading, after: Stack) -> list[str]:
    """What the lines that change become, none where they aren't that change alone."""
    lines, new = rewritten(reading, after)
    if not lines:
        assert new is reading
        return []
    assert all(line in new.text for text in lines.values() for line in text.split("\n"))
    assert to_text(read_code(new.text).stack) == to_text(after)
    return [*lines.values()]


def offered(code: str) -> dict[str, list[str]]:
    """By the words of each change that mends a code, what its lines become."""
    reading = read_code(code)
    return {fix.words: becomes(reading, fix.stack) for fix in fixes(trace(reading.stack))}


def changed(code: str, place: int, **settings: Any) -> list[str]:
    """What the lines become where a layer has other settings."""
    reading = read_code(code)
    other = reading.stack[place].with_settings(**settings)
    return becomes(reading, put(reading.stack, place, other))


@pytest.mark.parametrize(
    ("lines", "line"),
    [
        (
            "model.add(LSTM(64, activation='relu'))",
            "model.add(LSTM(64, activation='relu', return_sequences=True))",
        ),
        (
            "model.add(tf.keras.layers.LSTM(units=64, return_sequences=False))  # encodes",
            "model.add(tf.keras.layers.LSTM(units=64, return_sequences=True))  # encodes",
        ),
        (
            "model.add(LSTM(\n    64,\n    activation='relu',\n))",
            "model.add(LSTM(64, activation='relu', return_sequences=True))",
        ),
        (
            "model.add(  Bidirectional(LSTM(8), name='two'))",
            "model.add(  Bidirectional(LSTM(8, return_sequences=True), name='two'))",
        ),
        ("model.add(LSTM(é)) # é", "model.add(LSTM(é, return_sequences=True)) # é"),
    ],
)
def test_a_setting_is_changed_where_it_stands_or_added(lines: str, line: str) -> None:
    """What else stands there, and how it is called, stays."""
    code = SEQUENTIAL.format(f"é = 4\n{lines}\nmodel.add(LSTM(3))")
    assert next(iter(offered(code).values())) == [line]


@pytest.mark.parametrize(
    ("lines", "added"),
    [
        (
            SEQUENTIAL.format("model.add(LSTM(8))  # encodes\nmodel.add(LSTM(8))"),
            ["model.add(LSTM(8))  # encodes\nmodel.add(RepeatVector(9))"],
        ),
        (
            FUNCTIONAL.format("x  = layers.LSTM(8)(i)\nx = layers.LSTM(8)(x)"),
            ["x  = layers.LSTM(8)(i)\nx = layers.RepeatVector(9)(x)"],
        ),
        (
            "Sequential([\n  keras.Input((9, 2)),\n  LSTM(8),  # encodes\n  LSTM(8),\n])",
            ["LSTM(8),\nRepeatVector(9),  # encodes"],
        ),
        (
            "Sequential([Input((9, 2)), LSTM(8), LSTM(8)])",
            ["Sequential([Input((9, 2)), LSTM(8), RepeatVector(9), LSTM(8)])"],
        ),
        (FUNCTIONAL.format("x = LSTM(3)(LSTM(8)(i))"), []),
        (FUNCTIONAL.format("def enc(x, n):\n  return LSTM(n)(x)\nx = enc(enc(i, 8), 3)"), []),
    ],
)
def test_a_new_layer_is_a_line_more(lines: str, added: list[str]) -> None:
    """In the way that the line before it has; in one that is called within a line it is none."""
    assert offered(lines)["Put RepeatVector(9) before it"] == added


@pytest.mark.parametrize(
    "lines",
    [
        SEQUENTIAL.format("for units in (8, 4):\n    model.add(LSTM(units))"),
        FUNCTIONAL.format("def enc(x, n):\n    return LSTM(n)(x)\nx = enc(enc(i, 8), 4)"),
    ],
)
def test_a_line_that_makes_several_layers_changes_only_with_all_of_them(lines: str) -> None:
    """A loop, or a function: what one of its layers needs, no line can give it."""
    assert [*offered(lines).values()] == [[], [], []]
    reading = read_code(lines)
    first, *both = reading.stack
    after = (first, *(replace(layer, return_sequences=True) for layer in both))
    assert "return_sequences=True" in becomes(reading, after)[0]


def test_of_layers_that_look_alike_in_one_line_the_right_one_changes() -> None:
    """The second of them."""
    code = "Sequential([Input((9, 2)), Dense(4), Dense(4)])"
    assert changed(code, 2, units=5) == ["Sequential([Input((9, 2)), Dense(4), Dense(5)])"]


def test_an_argument_that_keras_refuses_is_renamed_or_taken_out() -> None:
    """All others stay."""
    line = "model.add(LSTM(units=5, return_sequence=True, kernel_regularizer=l2(0.01), name='e'))"
    assert offered(SEQUENTIAL.format(line))["Write LSTM(5, return_sequences=True)"] == [
        line.replace("return_sequence=", "return_sequences=")
    ]
    line = "model.add(LSTM(5, time_major=False, unroll=True))"
    assert offered(SEQUENTIAL.format(line))["Write LSTM(5)"] == ["model.add(LSTM(5, unroll=True))"]
    line = "model.add(Bidirectional(LSTM(5, return_sequence=True, seed=1)))"
    words = "Write Bidirectional(LSTM(5, return_sequences=True))"
    assert offered(SEQUENTIAL.format(line))[words] == [line.replace("sequence=", "sequences=")]


@pytest.mark.parametrize(
    ("code", "first"),
    [
        (
            "m = Sequential()\nm.add(LSTM(4, batch_input_shape=(16, 1, 3), stateful=True))",
            "m.add(Input(batch_shape=(16, 1, 3)))\nm.add(LSTM(4, stateful=True))",
        ),
        (
            "Sequential([layers.LSTM(4, batch_input_shape=(16, 1, 3), stateful=True)])",
            "Sequential([layers.Input(batch_shape=(16, 1, 3)), layers.LSTM(4, stateful=True)])",
        ),
        (
            "m = Sequential()\nm.add(LSTM(4, input_shape=(3,)))",
            "m.add(Input((12, 3)))\nm.add(LSTM(4))",
        ),
        ("Sequential([Input((3,), name='x'), LSTM(4)])", None),
    ],
)
def test_what_comes_in_is_told_by_an_input_where_it_changes(code: str, first: str | None) -> None:
    """Where a layer's arguments told it, as they did in Keras 2, and where an input does."""
    expected = first or "Sequential([Input((12, 3), name='x'), LSTM(4)])"
    assert next(iter(offered(code).values())) == [expected]


def test_the_layer_inside_a_wrapper_is_left_alone() -> None:
    """With all its arguments."""
    line = "model.add(TimeDistributed(Dense(2, name='each')))"
    code = SEQUENTIAL.format(f"model.add(LSTM(4))\n{line}")
    assert offered(code)["Write Dense(2) alone"] == ["model.add(Dense(2, name='each'))"]


def test_what_gives_several_tensors_is_unpacked_where_that_can_be() -> None:
    """Not in a Sequential, whose layer shall give one."""
    code = FUNCTIONAL.format("x = LSTM(5, return_state=True)(i)\nx = Dense(2)(x)")
    words, lines = next(iter(offered(code).items()))
    assert (words[:6], lines) == ("Unpack", ["x, *states = LSTM(5, return_state=True)(i)"])
    code = code.replace("x = LSTM(5", "enc = LSTM(5").replace(")(i)", ")\nx = enc(i)")
    assert offered(code)[words] == []
    for code in (
        SEQUENTIAL.format("model.add(LSTM(5, return_state=True))\nmodel.add(Dense(2))"),
        "Sequential([\n  Input((9, 2)),\n  LSTM(5, return_state=True),\n  Dense(2),\n])",
    ):
        words, lines = next(iter(offered(code).items()))
        assert words == "Set return_state=False on layer 2, LSTM"
        assert "return_state=False" in lines[0]


def test_a_layer_that_goes_is_a_comment_where_it_is_alone() -> None:
    """So that it can be found again; of a line with several no line is told."""
    code = SEQUENTIAL.format("model.add(LSTM(8))\nmodel.add(LSTM(\n  3))")
    assert offered(code)["Remove layer 3, LSTM"] == ["# model.add(LSTM(", "#   3))"]
    code = "Sequential([Input((9, 2)), LSTM(8), LSTM(3)])"
    assert offered(code)["Remove layer 3, LSTM"] == []


def test_two_layers_that_change_in_a_line_are_one_line() -> None:
    """Both are written into it."""
    reading = read_code("m = Sequential([Input((9, 2)), LSTM(8), LSTM(4)])")
    first, second, third = reading.stack
    after = (first, replace(second, return_sequences=True), replace(third, units=5))
    line = "m = Sequential([Input((9, 2)), LSTM(8, return_sequences=True), LSTM(5)])"
    assert becomes(reading, after) == [line]


def test_what_is_pasted_along_stays() -> None:
    """Prompts, tabs, and lines of a notebook; the lines are those of the text."""
    code = ">>> model = Sequential()\n>>> model.add(Input((9, 2)))\n>>> model.add(LSTM(8))"
    reading = read_code(code)
    after = (*put(reading.stack, 1, replace(reading.stack[1], return_sequences=True)), Flatten())
    lines, new = rewritten(reading, after)
    assert lines == {3: "model.add(LSTM(8, return_sequences=True))\nmodel.add(Flatten())"}
    assert new.text.split("\n")[2:] == [f">>> {line}" for line in lines[3].split("\n")]
    code = (
        "!pip install keras\nif True:\n\tm = Sequential()\n\tm.add(Input((9, 2)))\n\tm.add(LSTM(8))"
    )
    reading = read_code(code)
    lines, new = rewritten(reading, put(reading.stack, 1, replace(reading.stack[1], units=9)))
    assert new.text == code.replace("8", "9")
    assert lines == {5: "m.add(LSTM(9))"}


def test_what_has_no_code_has_no_lines() -> None:
    """Such as a configuration."""
    stack = read_code("Sequential([Input((9, 2)), LSTM(8)])").stack
    assert becomes(Reading(stack, "configuration"), stack[:1]) == []


def test_a_line_that_is_too_deep_is_left_alone() -> None:
    """What is in it is read no further than it must be."""
    deep = f"Sequential([Input((9, 2)), LSTM(8), LSTM(4, name=lambda: {'1+' * 500}1)])"
    assert [*offered(deep).values()] == [[], [], []]


def test_what_stands_where_the_input_should_gives_way_to_one() -> None:
    """A layer that is never called on anything; which of its lines that changes isn't told."""
    offers = {"Write keras.Input((12, 3)) in its place": []}
    assert offered("x = LSTM(8)\nx = Dense(3)(x)") == offers


def test_a_blank_line_within_a_call_that_goes_away_is_no_line_to_show() -> None:
    """It would be a comment without words."""
    code = "i = Input((9, 2))\nx = MultiHeadAttention(\n\n)(i, i)\nm = Model(i, x)"
    assert offered(code)["Remove layer 2, MultiHeadAttention"] == []


@pytest.mark.parametrize(
    ("imports", "after"),
    [
        ("from keras.layers import LSTM, Dense  # mine", "LSTM, Dense, RepeatVector  # mine"),
        ("from keras.layers import (\n    LSTM,\n    Dense,\n)", "Dense, RepeatVector,"),
        ("from keras.layers import LSTM, RepeatVector", ""),
        ("from keras.layers import *", ""),
        ("from keras import layers", ""),
    ],
)
def test_what_a_mend_needs_is_imported(imports: str, after: str) -> None:
    """As one line more that changes, where layers are imported by their names."""
    code = f"{imports}\n" + SEQUENTIAL.format("model.add(LSTM(8))\nmodel.add(LSTM(8))")
    lines = offered(code)["Put RepeatVector(9) before it"]
    assert lines[-1] == "model.add(LSTM(8))\nmodel.add(RepeatVector(9))"
    assert [line.endswith(after) for line in lines[:-1]] == [True] * bool(after)


def test_a_layer_that_becomes_another_is_imported_too() -> None:
    """So is an input that is written in front."""
    code = "from keras.layers import LSTM\nm = Sequential()\nm.add(LSTM(4, input_shape=(3,)))"
    assert next(iter(offered(code).values()))[0] == "from keras.layers import LSTM, Input"
    code = "from keras.layers import LSTM, Dropout\n" + SEQUENTIAL.format("model.add(Dropout(0.2))")
    reading = read_code(code)
    other = Flatten(origin=reading.stack[1].origin)
    lines = becomes(reading, put(reading.stack, 1, other))
    assert lines == ["from keras.layers import LSTM, Dropout, Flatten", "model.add(Flatten())"]


def test_what_two_stars_may_hold_is_never_said_twice() -> None:
    """Python would refuse it; what stands there by name changes."""
    code = "cfg = dict(units=8, return_sequences=False)\n"
    code += SEQUENTIAL.format("model.add(LSTM(**cfg))\nmodel.add(LSTM(3, name='e', **{}))")
    words = "Set return_sequences=True on layer 2, LSTM"
    assert offered(code)[words] == []
    code = code.replace("LSTM(**cfg)", "LSTM(8, return_sequences=False, **{})")
    assert offered(code)[words] == ["model.add(LSTM(8, return_sequences=True, **{}))"]


def test_an_input_of_pictures_becomes_one_of_sequences() -> None:
    """Its last two axes stay."""
    code = "model = Sequential()\nmodel.add(Input((5, 28, 28)))\nmodel.add(LSTM(8))"
    assert ["model.add(Input((28, 28)))"] in offered(code).values()


@pytest.mark.parametrize("first", ["Input((10,)), LSTM(50, ", "Input((10, 3)), LSTM(50), LSTM(5, "])
def test_of_two_faults_of_a_layer_the_argument_goes_first(first: str) -> None:
    """Then it breaks for the other one."""
    line = f"Sequential([{first}return_sequence=True), Dense(1)])"
    words, lines = next(iter(offered(line).items()))
    assert words.startswith("Write LSTM(")
    assert lines == [line.replace("sequence=", "sequences=")]
