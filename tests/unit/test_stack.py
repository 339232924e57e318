"""Stacks traced by arithmetic. tests/agreement/test_stack.py compares the traces with Keras."""

import re
from itertools import product

import pytest

from lib import shapes
from lib.experiment import CELLS, Experiment
from lib.shapes import MAX_LAYERS, PATTERNS, code_lines, fixes, keras_code, put, shape_in_letters
from lib.shapes.stack.code import model_line
from lib.shapes.stack.link import from_text, to_text
from lib.shapes.stack.plain import Dense
from lib.shapes.stack.tracing import broken_at, stopped_at, total, trace
from tests.agreement.layer_cases import CASES


def steps_of(text):
    """Return the trace of a stack that is written as in a link."""
    return trace(from_text(text))


def test_every_layer_has_its_shape_and_its_parameters_in_letters_and_in_numbers():
    """Two LSTMs and a head have shapes and counts. Equal letters get an index."""
    steps = steps_of("input_t12_f3~lstm_u4_seq~lstm_u2~dense_k1")
    named = ["(N, T, F)", "(N, T, U₁)", "(N, U₂)", "(N, K)"]
    assert [shape_in_letters(step.tensors[0]) for step in steps] == named
    expected = [(None, 12, 3), (None, 12, 4), (None, 2), (None, 1)]
    assert [step.shapes[0] for step in steps] == expected
    first, second = (step.outputs for step in steps[1:3])
    assert (first.product, first.rule) == ("4·4·(3+4+1)", "4·U₁·(F+U₁+1)")
    assert (second.product, second.rule) == ("4·2·(4+2+1)", "4·U₂·(U₁+U₂+1)")
    assert [step.parameters for step in steps] == [0, 128, 56, 3]
    assert total(steps) == 187


ENDS = ("conv1d_k4_w2", "dense_nobias", "dense", "lnorm_a1", "lstm_u2_nobias", "gru_u2")
ENDS += ("bi_u2_seq~conv1d_k2_nobias", "flatten~dense_nobias")
"""Layers to call on joined tensors of 3 and 2 features."""
LETTER = re.compile(r"(\d*)([A-Z][₀-₉′]*)")
"""A letter in a formula, with the number before it: "2U₁"."""


@pytest.mark.parametrize(
    "text",
    [text for texts in CASES.values() for text in texts if text.count("input") == 1]
    + [f"input_t6_f3~dense_k2~concat_of1-2~{end}" for end in ENDS],
)
def test_formulas_equal_the_parameters(text):
    """Formulas in numbers and in letters give the parameter count."""
    sizes_of = {}
    for step in steps_of(text):
        inside = step.layer.inside
        widths = (getattr(inside, name, None) for name in ("units", "filters", "output_dim"))
        sizes_of.update((axis.letter, axis.size) for one in step.tensors for axis in one)
        sizes_of.update((step.inputs.letter, width) for width in widths if width)
        sizes_of["V"] = getattr(inside, "input_dim", None)
        for formula in (step.outputs.product, step.outputs.rule):
            if formula and step.layer.shares is None:
                filled = LETTER.sub(
                    lambda match: f"({match[1] or 1}*{sizes_of[match[2]]})", formula
                )
                assert eval(filled.replace("·", "*")) == step.parameters  # noqa: S307


def test_a_broken_layer_has_an_error_and_later_layers_have_no_output():
    """An LSTM on an LSTM without return_sequences breaks, and the layer after it has no output."""
    steps = steps_of("input~lstm_u16~lstm_u8~dense")
    assert broken_at(steps) == 2
    error = steps[2].error
    assert (error.expected, error.received) == ("3 axes, (N, T, F)", "2 axes, (N, 16)")
    assert "expected ndim=3, found ndim=2. Full shape received: (None, 16)" in f"{error}"
    assert steps[3].tensors == ()


@pytest.mark.parametrize(
    ("text", "words", "fixed"),
    [
        ("input~lstm~lstm_u8", "Set return_sequences=True on layer 2", "input~lstm_seq~lstm_u8"),
        ("input_formflat~lstm", "keras.Input((3, 1))", "input_t3_f1~lstm"),
        ("input_f1_formflat~lstm", "1 feature at each timestep: keras.Input((None, 1))",
         "input_tany_f1~lstm"),
        ("input_formflat~dense~lstm", "keras.Input((None, 3))", "input_tany~dense~lstm"),
        ("input~lstm_state~dense", "Unpack", "input~lstm_state~unpack~dense"),
        ("input~lstm_stateful", "batch size to 32", "input_b32~lstm_stateful"),
        ("input_tany~lstm_seq~flatten~dense", "timesteps to 12", "input~lstm_seq~flatten~dense"),
        ("input~lstm_seq~repeat", "return_sequences=False on layer 2", "input~lstm~repeat"),
        ("input~gru_state~repeat_of2.0~gru_u8_from2.1", "units=16",
         "input~gru_state~repeat_of2.0~gru_from2.1"),
    ],
)  # fmt: skip
def test_the_first_fix_is_the_likeliest(text, words, fixed):
    """The first fix has the expected label and gives the expected stack."""
    fix = fixes(steps_of(text))[0]
    assert words in fix.fix
    assert to_text(fix.stack) == fixed


def test_each_pattern_works_and_is_recognized():
    """A pattern's stack needs no fix, and its name is found from its stack."""
    for name, pattern in PATTERNS.items():
        assert fixes(trace(pattern.stack)) == ()
        assert shapes.pattern_of(pattern.stack) == name


def test_the_two_modes_of_a_model_differ_only_in_the_top_recurrent_layer():
    """Lower recurrent layers return sequences in both modes."""
    models = shapes.model_layers(Experiment().set(layers=2, U=16).model, 12, 3, 1)
    outputs_of = {"sequence": ["(N, 12, 16)", "(N, 12, 1)"], "last": ["(N, 16)", "(N, 1)"]}
    for mode, ends in outputs_of.items():
        outputs = [shapes.readable_shape(step.tensors[0]) for step in models[mode]]
        assert outputs == ["(N, 12, 3)", "(N, 12, 16)", *ends]
        assert total(models[mode]) == 1280 + 2112 + 17
    assert models["last"][2].outputs.rule == "4·U·(U+U+1)"


def test_the_code_names_the_shape_after_each_line_and_where_it_breaks():
    """The code has a line per layer, with its shape or where the stack breaks."""
    code = keras_code(steps_of("input_t12_f3~lstm_u16~lstm_u8~dense"))
    assert "x = inputs = keras.Input((12, 3))  # (None, 12, 3)" in code
    assert "x = layers.LSTM(8)(x)" in code
    assert code.count("# breaks here") == code.count("# not reached") == 1
    assert "incomplete" not in code
    lines = keras_code(steps_of("input_t4_f3~unread_x4.2~dense_k2~add_of2-3")).splitlines()
    assert "incomplete" in lines[0]
    assert lines[5].startswith("x = x2 = ...  # layer")  # The sum uses this name.


@pytest.mark.parametrize(
    ("layer", "reason"),
    [
        ("layers.RNN(LSTMCell(4))(x)", "RNN"),
        ("Reshape((3, 2.5))(x)", "target_shape=2.5"),
        ("Lambda(f)(x)", "Lambda"),
        ("Conv1D(4, 1001)(x)", "kernel_size=1,001"),
    ],
)
def test_a_layer_that_cannot_be_traced_is_no_error(layer, reason):
    """An untraced layer has a reason, but no error and no fix. Later layers have no output."""
    steps = trace(shapes.read_model(f"x = keras.Input((4, 3))\nmodel = Model(x, {layer})"))
    assert (broken_at(steps), stopped_at(steps), fixes(steps)) == (None, 1, ())
    assert reason in f"{steps[1].not_traced}"
    assert "# not traced" in keras_code(steps)


def test_an_entered_output_shape_continues_the_trace():
    """The link keeps the entered shape and the name. The layer counts no parameters."""
    stack = from_text("input_t5_f4~unread_x0.7_nLambda~lstm_u2")
    assert from_text(to_text(stack)) == stack
    steps = trace(stack)
    assert [step.shapes for step in steps[1:]] == [((None, None, 7),), ((None, 2),)]
    assert stopped_at(steps) is None
    assert total(steps) == 4 * 2 * (7 + 2 + 1)


@pytest.mark.parametrize(
    ("entered", "named"),
    [("12.8", "(N, T, U)"), ("8", "(N, U)"), ("12", "(N, F′)"), ("9.0.8", "(N, T′, W′, U)")],
)
def test_an_axis_keeps_its_letter_only_with_its_size(entered, named):
    """An entered shape keeps the letter of each axis whose size stays."""
    steps = steps_of(f"input~lstm_u8_seq~unread_x{entered}~dense")
    assert shape_in_letters(steps[2].tensors[0]) == named


# Graphs


def test_a_decoder_with_its_own_input_starts_from_the_states_of_an_encoder():
    """The code passes the states as initial_state and the sequence to the last layer."""
    steps = steps_of(
        "input_tany_f8~lstm_u4_state~input_tany_f5~lstm_u4_seq_state_from2.1-2.2~dense_k5_of4.0"
    )
    assert steps[3].shapes == ((None, None, 4), (None, 4), (None, 4))
    assert [*code_lines(steps)[1:4], model_line(steps)] == [
        "x = x2 = layers.LSTM(4, return_state=True)(x)",
        "x = inputs_2 = keras.Input((None, 5))",
        "x = x4 = layers.LSTM(4, return_sequences=True, return_state=True)"
        "(x, initial_state=[x2[1], x2[2]])",
        "model = keras.Model([inputs, inputs_2], x)",
    ]


def test_a_layer_that_is_called_again_has_its_weights_once():
    """A second call keeps the settings of the first, and adds no parameters."""
    steps = steps_of("input_t4_f3~lstm_u2~input_t4_f3~lstm_u9_as2~concat_of2-4")
    assert steps[3].shapes == ((None, 2),)
    assert total(steps) == 4 * 2 * (3 + 2 + 1)
    lines = code_lines(steps)
    assert lines[1] == "x = x2 = (layer2 := layers.LSTM(2))(x)"
    assert lines[3:] == ["x = x4 = layer2(x)", "x = layers.Concatenate()([x2, x4])"]


def test_references_follow_an_edit():
    """References still lead to their layers after an insertion and a removal."""
    stack = from_text("input_t4~dense_k3~lstm_u3_seq_from2.1~add_of2-3")
    more = put(stack, 1, Dense(9), stack[1])
    assert to_text(more) == "input_t4~dense_k9~dense_k3~lstm_u3_seq_from3.1~add_of3-4"
    assert to_text(put(stack, 2)) == "input_t4~dense_k3~add_of2-2"


# What Explore can train


def test_a_stack_gives_back_the_settings_of_its_experiment():
    """All settings survive. An Input with any number of timesteps leaves out T."""
    modes, layers, heads = ("sequence", "last"), (1, 3), ("dense", "none")
    for cell, mode, count, head in product(CELLS, modes, layers, heads):
        settings = {"cell": cell, "mode": mode, "layers": count, "head": head, "U": 7, "T": 9}
        model = Experiment().set(**settings).model
        assert shapes.as_settings(shapes.model_stack(model, mode, 9, 3, 2), 2) == settings
        labels = {"activation": "softmax", "masks": True}
        masked = shapes.model_stack(model, mode, 9, 3, 2, **labels)
        if head == "dense":
            assert shapes.as_settings(masked, 2, **labels) == settings
            assert shapes.as_settings((masked[0], *masked[2:]), 2, **labels)["mask"] == "off"
    assert shapes.as_settings(from_text("input_t10000~lstm~dense"), 1)["T"] < 10_000
    assert "T" not in shapes.as_settings(from_text("input_tany~lstm~dense"), 1)


@pytest.mark.parametrize(
    ("stack", "why"),
    [
        ("input", "Explore trains LSTM, GRU or SimpleRNN"),
        ("input~lstm_seq_u4~lstm_u5", "of one kind and width"),
        ("input~lstm~dense_k3", "end with Dense(1)"),
        ("input~lstm_u500~dense", "up to 128. Here it is 500"),
    ],
)
def test_a_stack_that_explore_cannot_train_has_a_reason(stack, why):
    """The reason is a sentence, here for data with one target column."""
    assert why in f"{shapes.as_settings(from_text(stack), 1)}"


# Sizes that double with each layer have a limit, so that no link uses up a server's memory


TIMES = MAX_LAYERS - 1


def linked(layer):
    """Return a link whose layers each join the previous output with itself."""
    calls = (f"{layer}_of{place}-{place}" for place in range(1, TIMES + 1))
    return "~".join(["input_t2_f2_formother_x2.2.2", *calls])


@pytest.mark.parametrize(
    ("text", "received"),
    [
        (linked("concat"), "has 4 axes"),
        (linked("dot"), "has 19 axes"),
        ("input_t3" + "~upsample_s1000" * TIMES, "(N, 3000000000000, 3) has 3 axes"),
    ],
)
def test_sizes_that_double_with_each_layer_reach_a_limit(text, received):
    """The trace stops at the limit, and letters and code stay short."""
    steps = steps_of(text)
    assert received in steps[stopped_at(steps)].not_traced.reason
    assert all(len(shape_in_letters(one)) < 60 for step in steps for one in step.tensors)
    assert len(keras_code(steps)) < 100 * MAX_LAYERS
    assert fixes(steps) == ()
