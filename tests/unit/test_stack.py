"""Stacks by arithmetic, worked by hand. Agreement with Keras: tests/agreement/test_stack.py."""

import re
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.experiment import CELLS, Experiment
from lib.shapes import (
    KINDS,
    MAX_LAYERS,
    PATTERNS,
    CellStack,
    Input,
    Ref,
    as_settings,
    broken,
    code_lines,
    fixes,
    from_text,
    keras_code,
    letters,
    model_layers,
    model_stack,
    pattern_of,
    put,
    read_model,
    read_text,
    readable_shape,
    stopped,
    swap,
    to_text,
    total,
    trace,
    uncounted,
)
from lib.shapes.stack.code import model_line
from lib.shapes.stack.fixes import MOST_FIXES
from lib.shapes.stack.plain import Dense
from lib.shapes.stack.recurrent import LSTM
from lib.shapes.stack.tracing import MAX_AXES, MAX_SIZE, keras_names
from lib.shapes.stack.windows import Conv2D
from tests.agreement.layer_cases import CASES
from tests.layers import ANY_RANDOM, GRAPHS, any_layer


def steps_of(text):
    """The trace of a stack in its URL form."""
    return trace(from_text(text))


def test_every_layer_has_its_shape_in_letters_and_in_numbers():
    """Two LSTMs and a head: the letters of the widths are told apart by an index."""
    steps = steps_of("input_t12_f3~lstm_u32_seq~lstm_u16~dense_k1")
    named = ["(N, T, F)", "(N, T, U₁)", "(N, U₂)", "(N, K)"]
    assert [letters(step.tensors[0]) for step in steps] == named
    expected = [(None, 12, 3), (None, 12, 32), (None, 16), (None, 1)]
    assert [step.shapes[0] for step in steps] == expected


def test_parameters_come_with_the_formula_filled_in_and_in_letters():
    """LSTM(4) on 3 features has 128; a second one reads the units of the first."""
    first, second = steps_of("input_f3~lstm_u4_seq~lstm_u2")[1:]
    assert (first.outputs.product, first.outputs.rule) == ("4·4·(3+4+1)", "4·U₁·(F+U₁+1)")
    assert (second.outputs.product, second.outputs.rule) == ("4·2·(4+2+1)", "4·U₂·(U₁+U₂+1)")
    assert (first.parameters, second.parameters) == (128, 56)
    assert total((first, second)) == 184


JOINED = "input_t6_f3~dense_k2~concat_of1-2~{}"
ROWS = "input_formother_x4.6.2~td-conv1d_k3_w1~concat_of1-2~{}"
PICTURES = "input_formother_x4.6.6.2~td-conv2d_k3_w1.1~concat_of1-2~{}"
LETTER = re.compile(r"(\d*)([A-Z][₀-₉′]*)")
"""In a formula, with a number before it: "2U₁"."""


@pytest.mark.parametrize(
    "text",
    [text for texts in CASES.values() for text in texts if text.count("input") == 1]
    + [JOINED.format(end) for end in ("conv1d_k4_w2", "dense_nobias", "dense", "lnorm", "bnorm")]
    + [JOINED.format(end) for end in ("lstm_u2_nobias", "gru_u2", "bi_u2_seq~conv1d_k2_nobias")]
    + [JOINED.format(end) for end in ("conv1dt", "flatten~dense_nobias", "lnorm_a1.2")]
    + [ROWS.format(end) for end in ("convlstm_k4_w2_seq~concat_of3-3~convlstm", "convlstm_nobias")]
    + [PICTURES.format(end) for end in ("convlstm2d_w2.3", "conv3d", "td-conv2d_w2.2_nobias")],
)
def test_formulas_come_to_the_parameters(text):
    """In numbers and in letters: a sum is a factor only in brackets."""
    sizes_of = {}
    for step in steps_of(text):
        inside = step.layer.inside
        widths = (getattr(inside, name, None) for name in ("units", "filters", "output_dim"))
        sizes_of.update((axis.letter, axis.size) for one in step.tensors for axis in one)
        sizes_of.update((step.inputs.letter, width) for width in widths if width)
        sizes_of["V"] = getattr(inside, "input_dim", None)
        for formula in (step.outputs.product, step.outputs.rule):
            if formula and step.layer.shares is None:
                filled = LETTER.sub(lambda at: f"({at[1] or 1}*{sizes_of[at[2]]})", formula)
                assert eval(filled.replace("·", "*")) == step.parameters  # noqa: S307


def test_a_broken_layer_is_marked_and_nothing_above_it_is_reached():
    """The commonest of all: two LSTMs, the lower one without return_sequences."""
    steps = steps_of("input~lstm_u16~lstm_u8~dense")
    assert broken(steps) == 2
    error = steps[2].error
    assert (error.expected, error.received) == ("3 axes, (N, T, F)", "2 axes, (N, 16)")
    assert "expected ndim=3, found ndim=2. Full shape received: (None, 16)" in f"{error}"
    assert steps[3].tensors == ()


@pytest.mark.parametrize(
    ("text", "words", "mended"),
    [
        ("input~lstm~lstm_u8", "Set return_sequences=True on layer 2", "input~lstm_seq~lstm_u8"),
        ("input_formother_x4.6.6.1~convlstm2d~conv3d",
         "Set return_sequences=True on layer 2, ConvLSTM2D",
         "input_formother_x4.6.6.1~convlstm2d_seq~conv3d"),
        ("input_formflat~lstm", "keras.Input((12, 3))", "input~lstm"),
        ("input_forminside~lstm", "keras.Input((12, 3))", "input~lstm"),
        ("input~lstm_state~dense", "Unpack", "input~lstm_state~unpack~dense"),
        ("input~lstm_stateful", "batch size at 32", "input_b32~lstm_stateful"),
        ("input_tany~lstm_seq~flatten~dense", "timesteps at 12", "input~lstm_seq~flatten~dense"),
        ("input~lstm_seq~repeat", "return_sequences=False on layer 2", "input~lstm~repeat"),
        ("input~lstm~pool", "return_sequences=True on layer 2", "input~lstm_seq~pool"),
        ("input~lstm_seq~pool~td", "Remove layer 3, GlobalAveragePooling1D", "input~lstm_seq~td"),
        ("input~bi_mnone~dense", "Unpack", "input~bi_mnone~unpack~dense"),
        ("input~gru_state~unpack~repeat~gru_u8_init", "16 units",
         "input~gru_state~unpack~repeat~gru_init"),
    ],
)  # fmt: skip
def test_the_first_fix_is_the_likeliest(text, words, mended):
    """One click makes it."""
    fix = fixes(steps_of(text))[0]
    assert words in fix.words
    assert to_text(fix.stack) == mended


def test_what_works_needs_no_fix():
    """And each pattern works."""
    for name, pattern in PATTERNS.items():
        assert fixes(trace(pattern.stack)) == ()
        assert pattern_of(pattern.stack) == name
    assert pattern_of((Input(), Dense())) is None


def test_a_models_layers_stand_from_input_to_head_for_both_modes():
    """The lower layer keeps the time axis in either mode; only the top one differs."""
    models = model_layers(Experiment().set(layers=2, U=16).model, 12, 3, 1)
    shapes = {
        mode: [readable_shape(step.tensors[0]) for step in steps] for mode, steps in models.items()
    }
    assert shapes == {
        "sequence": ["(N, 12, 3)", "(N, 12, 16)", "(N, 12, 16)", "(N, 12, 1)"],
        "last": ["(N, 12, 3)", "(N, 12, 16)", "(N, 16)", "(N, 1)"],
    }
    assert {total(steps) for steps in models.values()} == {1280 + 2112 + 17}
    top = models["last"][2]
    assert letters(top.tensors[0]) == "(N, U)"
    assert top.shapes == ((None, 16),)
    assert (top.outputs.product, top.outputs.rule) == ("4·16·(16+16+1)", "4·U·(U+U+1)")


def test_the_code_names_the_shape_after_each_line_and_where_it_breaks():
    """It is the stack as Keras takes it, to copy."""
    code = keras_code(steps_of("input_t12_f3~lstm_u16~lstm_u8~dense"))
    assert "x = inputs = keras.Input((12, 3))  # (None, 12, 3)" in code
    assert "x = layers.LSTM(8)(x)" in code
    assert code.count("# breaks here") == code.count("# not reached") == 1
    assert "incomplete" not in code
    lines = keras_code(steps_of("input_t4_f3~unread_x4.2~dense_k2~add_of2-3")).splitlines()
    assert "incomplete" in lines[0]
    assert lines[5].startswith("x = x2 = ...  # layer")  # which the sum has by name


def test_a_decoder_takes_the_states_it_has_room_for():
    """A GRU has one, so of an LSTM's two it gets the first."""
    code = keras_code(steps_of("input~lstm_state~unpack~repeat~gru_seq_init"))
    assert "initial_state=states[:1])" in code
    assert "leaves 1 of the states out" in code


def layers_of(most):
    """Up to so many layers, each of any kind with any settings."""
    layer = ANY_RANDOM.map(lambda random: any_layer(random, small=False))
    return st.lists(layer, max_size=most)


@settings(derandomize=True, deadline=None)
@given(layers_of(MAX_LAYERS - 1))
def test_a_stack_survives_the_address(layers):
    """Its text is read as the same stack, and holds nothing that an address would escape."""
    stack = (Input(timesteps=None, batch=4), *layers)
    text = to_text(stack)
    assert read_text(text) == (stack, [])
    assert set(text) <= set("abcdefghijklmnopqrstuvwxyz0123456789_~.-")


@settings(derandomize=True, deadline=None)
@given(GRAPHS)
def test_a_graph_survives_the_address(stack):
    """With the layers that others take, start from, or are; its code names no other."""
    assert read_text(to_text(stack)) == (stack, [])
    steps = trace(stack)
    assert len(code_lines(steps)) == len(stack)
    assert len(fixes(steps)) <= MOST_FIXES


@settings(derandomize=True, deadline=None)
@given(
    st.text()
    | st.lists(st.sampled_from([*KINDS, "_", "~", "u", "9e9", "-1", "t", "_of2-9", "_as2"])).map(
        "".join
    )
)
def test_any_text_is_a_stack_or_none(text):
    """Nonsense in an address is dropped; what is left can be traced, mended and written."""
    stack = from_text(text)
    assert len(stack) <= MAX_LAYERS
    if stack:
        assert isinstance(stack[0], Input)
        steps = trace(stack)
        assert len(fixes(steps)) <= MOST_FIXES
        assert keras_code(steps)


def test_numbers_out_of_range_are_clamped_and_words_of_no_use_dropped():
    """As in the rest of the address, and that is said."""
    assert "RNN has no setting “clstm8.before”" in read_text("input~cells_clstm8.before")[1][0]
    assert from_text("input_t9999999_f0~lstm_uabc_seq_what~nothing") == (
        Input(timesteps=1_000_000, features=1),
        LSTM(return_sequences=True),
    )
    assert from_text("lstm") == (Input(), LSTM())
    assert from_text("dense~input_f5~input_f6") == (Input(features=5), Dense())
    assert from_text("") == from_text("what~ever") == ()


@pytest.mark.parametrize(
    ("layer", "reason"),
    [
        ("Bidirectional(RNN(LSTMCell(4)))(x)", "RNN"),
        ("Reshape((3, 2.5))(x)", "target_shape=2.5"),
        ("BatchNormalization(axis=[1, 2])(x)", "axis=[1, 2]"),
        ("Lambda(f)(x)", "Lambda"),
        ("Conv1D(4, 1001)(x)", "kernel_size=1,001"),
    ],
)
def test_what_this_tracer_cannot_tell_is_not_called_refused(layer, reason):
    """It has no error and no fix, and prints why; the layers after it aren't reached."""
    steps = trace(read_model(f"x = keras.Input((4, 3))\nmodel = Model(x, {layer})"))
    assert [step.error for step in steps] == [None] * len(steps)
    assert (broken(steps), stopped(steps), fixes(steps)) == (None, 1, ())
    assert reason in f"{steps[1].not_traced}"
    assert "isn't traced here" in keras_code(steps)


@pytest.mark.parametrize("text", ["input~unread", "input_t5_f4~unread_nLambda"])
def test_the_trace_goes_on_where_a_person_says_what_comes_out(text):
    """The link keeps the shape and the name; whose parameters aren't counted is known."""
    stack = from_text(f"{text}_x0.7~lstm_u2")
    assert from_text(to_text(stack)) == stack
    steps = trace(stack)
    assert [step.shapes for step in steps[1:]] == [((None, None, 7),), ((None, 2),)]
    assert (stopped(steps), uncounted(steps)) == (None, [1])
    assert total(steps) == 4 * 2 * (7 + 2 + 1)


@pytest.mark.parametrize(
    ("said", "named", "rule"),
    [("12.8", "(N, T, U)", "K·(U+1)"), ("8", "(N, U)", "K·(U+1)"), ("12", "(N, F′)", "K·(F′+1)"),
     ("9.0.8", "(N, T′, W′, U)", "K·(U+1)"), ("12.16", "(N, T, F′)", "K·(F′+1)")],
)  # fmt: skip
def test_an_axis_keeps_its_letter_only_with_its_size(said, named, rule):
    """Of a shape that a person says; else it has another."""
    steps = steps_of(f"input~lstm_u8_seq~unread_x{said}~dense")
    assert letters(steps[2].tensors[0]) == named
    assert steps[3].outputs.rule == rule


def test_one_tensor_in_a_list_is_named_in_links_and_in_code():
    """A chain of other layers needs no names."""
    steps = steps_of("input_t4_f3~dense_k3~add_of2~lstm_u2")
    assert broken(steps) is None
    assert code_lines(steps)[2] == "x = layers.Add()([x2])"
    assert to_text(tuple(step.layer for step in steps)) == "input_t4~dense_k3~add_of2~lstm_u2"


# Graphs


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


# What Explore can train


def test_the_stack_of_an_experiments_model_is_that_experiment():
    """Its settings come back as they were; a sequence of any length leaves the sidebar's T."""
    modes, layers, heads = ("sequence", "last"), (1, 3), ("dense", "none")
    for cell, mode, count, head in product(CELLS, modes, layers, heads):
        settings = {"cell": cell, "mode": mode, "layers": count, "head": head, "U": 7, "T": 9}
        model = Experiment().set(**settings).model
        assert as_settings(model_stack(model, mode, 9, 3, 2), 2) == settings
    assert as_settings(from_text("input_t10000~lstm~dense"), 1)["T"] < 10_000
    assert "T" not in as_settings(from_text("input_tany~lstm~dense"), 1)


@pytest.mark.parametrize(
    ("stack", "why"),
    [
        ("input", "Explore trains an LSTM, GRU or SimpleRNN"),
        ("input~conv1d~lstm~dense", "Explore trains an LSTM, GRU or SimpleRNN"),
        ("input~lstm_seq_u4~lstm_u5", "of one kind and width"),
        ("input~lstm_drop0.2~dense", "of one kind and width"),
        ("input~lstm~dense_k3", "it would take Dense(1)"),
        ("input~lstm_u500~dense", "up to 128; here it is 500"),
    ],
)
def test_why_a_stack_is_none_of_explores(stack, why):
    """In a sentence, for data with one column to learn."""
    assert why in f"{as_settings(from_text(stack), 1)}"


# What doubles with each layer stops at a size: a link can't use up a server's memory


TIMES = MAX_LAYERS - 1
TOO_MANY = f"(N, {', '.join('2' * 18)}) has 19 axes"


def twice(layer, sample="(3, 4)"):
    """Code that calls a layer on a tensor and itself, again and again."""
    return f"x = Input({sample})\n" + f"x = {layer}([x, x])\n" * TIMES + "model = Model(x, x)"


def linked(layer, sample="input_t3_f4"):
    """The same as a link."""
    calls = (f"{layer}_of{place}-{place}" for place in range(1, TIMES + 1))
    return "~".join([sample, *calls])


@pytest.mark.parametrize(
    ("stack", "received"),
    [
        (read_model(twice("Concatenate()")), "(N, 3, 1099511627776) has 3 axes"),
        (from_text(linked("concat")), "(N, 3, 1099511627776) has 3 axes"),
        (read_model(twice("Dot(2)", "(2, 2, 2)")), TOO_MANY),
        (from_text("input_t3" + "~upsample_s1000" * TIMES), "(N, 3000000000000, 3) has 3 axes"),
    ],
)
def test_what_doubles_with_each_layer_is_too_large_to_trace_at_some_point(stack, received):
    """What is written of it stays short, up to there."""
    steps = trace(stack)
    place = stopped(steps)
    assert place is not None
    assert received in steps[place].not_traced.reason
    assert all(len(letters(one)) < 60 for step in steps for one in step.tensors)
    assert len(keras_code(steps)) < 100 * MAX_LAYERS
    assert fixes(steps) == ()


def test_the_largest_that_is_traced():
    """As many axes as there may be, and as long a one."""
    looked_up = from_text("input_formother_x2.2.2.2.2.2.2.2" + "~embed" * 8)
    assert [len(step.tensors[0]) for step in trace(looked_up)[1:8]] == [*range(10, MAX_AXES + 1)]
    assert stopped(trace(looked_up)) == 8
    longest = from_text("input_t10~upsample_s1000~upsample_s1000~upsample_s1000~upsample_s100")
    assert trace(longest)[-1].tensors[0][1].size == MAX_SIZE


def test_cells_of_cells_are_counted():
    """A stack of two stacks of cells has twice as many; Keras would make each of them."""
    lines = ["c = LSTMCell(3)", *["c = StackedRNNCells([c, c])"] * TIMES]
    model = "model = Sequential([Input((3, 4)), RNN(c)])"
    layer = read_model("\n".join([*lines[:6], model]))[1]
    assert isinstance(layer, CellStack)
    assert len(layer.layers()) == 32
    step = trace(read_model("\n".join([*lines, model])))[1]
    assert "cells=256" in step.not_traced.reason


def test_sizes_in_a_link_are_numbers_of_seven_places_at_most():
    """Those of a kernel, whose product is written down, and of a sample."""
    digits = "9" * 3000
    stack, said = read_text(f"input_formother_x{digits}~conv2d_w{digits}.{digits}")
    assert stack == (Input(form="other"), Conv2D())
    assert len(said) == 2
    assert to_text(stack) == "input_formother~conv2d"
