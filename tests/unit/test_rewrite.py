"""A change of a stack becomes changed lines of the user's code, in the style of the code."""

from dataclasses import replace

import pytest

from lib.shapes import fixes, put, rewritten, to_text, trace
from lib.shapes.stack.read import read_code

SEQUENTIAL = "model = Sequential()\nmodel.add(Input((9, 2)))\n{}"
FUNCTIONAL = "i = Input((9, 2))\n{}\nmodel = Model(i, x)"
FIRST = ""
"""Stands for the label of the first fix, the likeliest."""


def becomes(reading, after):
    """Return the new text of the changed lines, or [] if no lines give this change."""
    lines, new = rewritten(reading, after)
    if not lines:
        assert new is reading
        return []
    assert all(line in new.text for line in lines.values())
    assert to_text(read_code(new.text).stack) == to_text(after)
    return [*lines.values()]


def offered(code):
    """Return the new lines for each fix of the code, by label."""
    reading = read_code(code)
    return {fix.fix: becomes(reading, fix.stack) for fix in fixes(trace(reading.stack))}


@pytest.mark.parametrize(
    ("lines", "line"),
    [
        ("LSTM(64, activation='relu'))", "LSTM(64, activation='relu', return_sequences=True))"),
        ("tf.keras.layers.LSTM(units=64, return_sequences=False))  # encodes",
         "tf.keras.layers.LSTM(units=64, return_sequences=True))  # encodes"),
        ("  Bidirectional(LSTM(8, seed=1), name='two'))",
         "  Bidirectional(LSTM(8, seed=1, return_sequences=True), name='two'))"),
        ("LSTM(é)) # é", "LSTM(é, return_sequences=True)) # é"),
    ],
)  # fmt: skip
def test_a_setting_is_changed_in_place_or_added(lines, line):
    """The other arguments, the names and the comments of the line stay."""
    code = SEQUENTIAL.format(f"é = 4\nmodel.add({lines}\nmodel.add(LSTM(3))")
    assert next(iter(offered(code).values())) == [f"model.add({line}"]


@pytest.mark.parametrize(
    ("code", "words", "lines"),
    [
        # A new or a removed layer changes no lines.
        (SEQUENTIAL.format("model.add(LSTM(8))\nmodel.add(LSTM(8))"),
         "Insert RepeatVector(9) before layer 3, LSTM", []),
        (SEQUENTIAL.format("model.add(LSTM(8))\nmodel.add(LSTM(3))"), "Remove layer 3, LSTM", []),
        # Refused arguments are renamed or removed. All other arguments stay.
        (SEQUENTIAL.format("model.add(LSTM(units=5, return_sequence=True, name='e'))"),
         "Rename return_sequence to return_sequences",
         ["model.add(LSTM(units=5, return_sequences=True, name='e'))"]),
        (SEQUENTIAL.format("model.add(LSTM(\n  8))\nmodel.add(LSTM(3))"), FIRST,
         ["model.add(LSTM(8, return_sequences=True))"]),
        # An Input gets a shape, and keeps its name.
        ("Sequential([Input((3,), name='x'), LSTM(4)])", FIRST,
         ["Sequential([Input((3, 1), name='x'), LSTM(4)])"]),
        ("n = 3\nSequential([Input((n,)), LSTM(4)])",
         "Start with 3 features at each timestep: keras.Input((None, 3))",
         ["Sequential([Input((None, n)), LSTM(4)])"]),
        # Without an Input, the first layer has the shape.
        ("n = 9\nSequential([LSTM(4, input_shape=(n,), name='a')])", FIRST,
         ["Sequential([LSTM(4, name='a', input_shape=(n, 1))])"]),
        ("Sequential([LSTM(4, input_dim=features)])", FIRST,
         ["Sequential([LSTM(4, input_shape=(None, features))])"]),
        # The layer in a wrapper keeps its arguments.
        (SEQUENTIAL.format("model.add(LSTM(4))\nmodel.add(TimeDistributed(Dense(2, name='a')))"),
         "Use Dense(2) without TimeDistributed", ["model.add(Dense(2, name='a'))"]),
        (SEQUENTIAL.format("model.add(LSTM(5, return_state=True))\nmodel.add(Dense(2))"),
         "Set return_state=False on layer 2, LSTM", ["model.add(LSTM(5, return_state=False))"]),
    ],
)  # fmt: skip
def test_a_fix_is_written_into_the_lines_that_it_changes(code, words, lines):
    """A fix changes the right lines, or no lines if none give exactly this change."""
    changes = offered(code)
    assert changes[words or next(iter(changes))] == lines


@pytest.mark.parametrize(
    ("line", "change", "new"),
    [
        ("LSTM(output_dim=4, inner_activation='hard_sigmoid')",
         "Rename output_dim to units and inner_activation to recurrent_activation",
         "LSTM(units=4, recurrent_activation='hard_sigmoid')"),
        ("GRU(4, dropout_W=0.1, dropout_U=p, consume_less='gpu', forget_bias_init=1, **options)",
         "Rename dropout_W to dropout and dropout_U to recurrent_dropout; "
         "remove consume_less and forget_bias_init",
         "GRU(4, dropout=0.1, recurrent_dropout=p, **options)"),
        ("Conv1D(nb_filter=4, filter_length=n, border_mode='same', init='uniform', input_length=9)",
         "Rename nb_filter to filters, filter_length to kernel_size, border_mode to padding and "
         "init to kernel_initializer; remove input_length",
         "Conv1D(filters=4, kernel_size=n, padding='same', kernel_initializer='uniform')"),
        ("TimeDistributed(Dense(4, init='uniform', bias=False))",
         "Rename init to kernel_initializer and bias to use_bias",
         "TimeDistributed(Dense(4, kernel_initializer='uniform', use_bias=False))"),
        ("LSTM(4, consume_less='cpu', return_sequences=True, return_sequence=True)",
         "Remove consume_less and return_sequence", "LSTM(4, return_sequences=True)"),
    ],
)  # fmt: skip
def test_a_fix_renames_or_names_every_argument_that_keras_refuses(line, change, new):
    """Most arguments of Keras 1 have another name. The fix changes all equal mistakes at once."""
    lines = f"n, p, options = 2, 0.5, {{}}\nmodel.add({line})\nmodel.add(Dropout(p))\n"
    fix, *_ = offered(SEQUENTIAL.format(lines + f"model.add({line})")).items()
    assert fix == (change, [f"model.add({new})"] * 2)


def test_the_shape_of_an_earlier_keras_becomes_an_input_shape_or_an_input():
    """Length and width become one argument, and keep their names in the code."""
    assert offered("T, F = 9, 2\nSequential([LSTM(4, input_dim=F, input_length=T)])") == {
        "Replace input_length and input_dim by input_shape": [
            "Sequential([LSTM(4, input_shape=(T, F))])"
        ],
    }
    first, *_ = offered("Sequential([LSTM(4, batch_input_shape=(1, 9, 2), stateful=True)])").items()
    assert first == ("Remove batch_input_shape; start with keras.Input(batch_shape=(1, 9, 2))", [])


@pytest.mark.parametrize(
    "lines",
    [
        SEQUENTIAL.format("for units in (8, 4):\n    model.add(LSTM(units))"),
        FUNCTIONAL.format("def enc(x, n):\n    return LSTM(n)(x)\nx = enc(enc(i, 8), 4)"),
    ],
)
def test_a_line_that_creates_several_layers_changes_only_if_all_of_them_change(lines):
    """A fix of one layer from a loop or function changes no lines."""
    assert [*offered(lines).values()] == [[], [], []]
    reading = read_code(lines)
    first, *both = reading.stack
    after = (first, *(replace(layer, return_sequences=True) for layer in both))
    assert "return_sequences=True" in becomes(reading, after)[0]


def test_layers_in_one_line_change_separately():
    """Only the second of two equal calls changes. Two changes in a line give one new line."""
    reading = read_code("Sequential([Input((9, 2)), Dense(4), Dense(4)])")
    first, second, third = reading.stack
    assert becomes(reading, (first, second, replace(third, units=5))) == [
        "Sequential([Input((9, 2)), Dense(4), Dense(5)])"
    ]
    both = (first, replace(second, use_bias=False), replace(third, units=5))
    assert becomes(reading, both) == [
        "Sequential([Input((9, 2)), Dense(4, use_bias=False), Dense(5)])"
    ]


def test_text_around_the_code_stays():
    """Prompts, tabs and notebook commands stay, and lines are numbered as in the text."""
    reading = read_code(">>> m = Sequential()\n>>> m.add(Input((9, 2)))\n>>> m.add(LSTM(8))")
    after = put(reading.stack, 1, replace(reading.stack[1], return_sequences=True))
    lines, new = rewritten(reading, after)
    assert lines == {3: "m.add(LSTM(8, return_sequences=True))"}
    assert new.text.split("\n")[2] == f">>> {lines[3]}"
    code = "!pip install keras\nif True:\n\tm = Sequential([Input((9, 2)), LSTM(8)])"
    reading = read_code(code)
    lines, new = rewritten(reading, put(reading.stack, 1, replace(reading.stack[1], units=9)))
    assert new.text == code.replace("8", "9")
    assert [*lines] == [3]
