"""Printed summaries, worked by hand; tests/agreement/test_documented_models.py has Keras's own."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.stack import total, trace
from lib.stack.base import MAX_LAYERS, Ref
from lib.stack.each_step import TimeDistributed
from lib.stack.link import to_text
from lib.stack.plain import Dense, Embedding, Input, Unread
from lib.stack.read import ModelError
from lib.stack.read.summary import read_summary
from lib.stack.recurrent import GRU, LSTM, Bidirectional, CellStack
from lib.stack.tracing import broken
from lib.stack.windows import Conv1D, MaxPooling1D

Cells = tuple[str, str, str] | tuple[str, str, str, str]


def printed(*rows: Cells) -> str:
    """A table as Keras 3 prints it."""
    head = ("Layer (type)", "Output Shape", "Param #", "Connected to")[: len(rows[0])]
    table = [[cell.split("\n") for cell in row] for row in (head, *rows)]
    lines = []
    for row in table:
        for line in range(max(map(len, row))):
            cells = [cell[line] if line < len(cell) else "" for cell in row]
            lines.append(f"│ {' │ '.join(cells)} │")
        lines.append("├────┼────┼────┤")
    return "\n".join(['Model: "sequential"', *lines, ""])


def older(*rows: Cells) -> str:
    """A table as Keras 2 prints it: 29 places for the name, 22 for the shape, 12 for the count."""
    head = ("Layer (type)", "Output Shape", "Param #", "Connected to")[: len(rows[0])]
    lines = []
    for row in (head, *rows):
        line = ""
        for cell, end in zip(row, (29, 51, 63, 99), strict=False):
            line = (line + cell)[:end].ljust(end)
        lines += [line, "_" * 70]
    return "\n".join(['Model: "sequential"', "_" * 70, *lines, ""])


def stack_of(text: str):
    """The stack of a summary that the arithmetic agrees with."""
    reading = read_summary(text)
    wrong = [
        note.sentence for note in reading.notes if "doesn't show its input" not in note.sentence
    ]
    assert wrong == []
    assert broken(trace(reading.stack)) is None
    return reading.stack


CHAIN: tuple[Cells, ...] = (
    ("lstm (LSTM)", "(None, 12, 16)", "1,280"),
    ("lstm_1 (LSTM)", "(None, 8)", "800"),
    ("dense (Dense)", "(None, 1)", "9"),
)


@pytest.mark.parametrize("table", [printed, older])
def test_the_input_of_a_sequential_is_told_by_its_first_layer(table):
    """1,280 = 4·16·(3+16+1): the row of an LSTM says how many features it reads."""
    stack = stack_of(table(*CHAIN) + " Total params: 2,089 (8.16 KB)")
    sequences = LSTM(16, return_sequences=True)
    assert stack == (Input(timesteps=12, features=3), sequences, LSTM(8), Dense(1))
    assert "(None, 12, 3)" in read_summary(table(*CHAIN)).notes[0].sentence


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (("b (Bidirectional)", "(None, 12, 32)", "2,560"), Bidirectional("lstm", 16)),
        (("b (Bidirectional)", "(None, 12, 16)", "2,560"), Bidirectional("lstm", 16, "sum")),
        (("b (Bidirectional)", "(None, 12, 32)", "2,016"), Bidirectional("gru", 16)),
        (("b (Bidirectional)", "(None, 12, 32)", "640"), Bidirectional("simple_rnn", 16)),
        (("g (GRU)", "(None, 12, 16)", "1,008"), GRU(16)),
        (("g (GRU)", "(None, 12, 16)", "960"), GRU(16, reset_after=False)),
        (("l (LSTM)", "(None, 12, 16)", "1,216"), LSTM(16, use_bias=False)),
        (("r (RNN)", "(None, 12, 4)", "128"), CellStack("lstm4")),
    ],
    ids=lambda value: value[2] if isinstance(value, tuple) else "",
)
def test_a_recurrent_layer_is_what_gives_its_numbers(row: Cells, expected):
    """Which cell, which merge mode, with or without biases: tried in turn."""
    stack = stack_of(printed(("x (InputLayer)", "(None, 12, 3)", "0"), row))
    assert stack[1] == replace(expected, return_sequences=True)


def test_windows_are_told_by_lengths_and_parameters():
    """Kernels of 5 on 3 channels, every second step; then the larger of two."""
    stack = stack_of(
        printed(
            ("x (InputLayer)", "(None, 40, 3)", "0"),
            ("conv1d (Conv1D)", "(None, 18, 8)", "128"),
            ("conv1d_1 (Conv1D)", "(None, 18, 4)", "100"),
            ("max_pooling1d (MaxPooling1D)", "(None, 9, 4)", "0"),
        )
    )
    assert stack[1:] == (
        Conv1D(8, 5, strides=2),
        Conv1D(4, 3, padding="same"),
        MaxPooling1D(2),
    )


def test_a_layer_at_each_timestep_is_tried_in_turn():
    """A Dense for what learns, Flatten for what doesn't."""
    stack = stack_of(
        printed(
            ("x (InputLayer)", "(None, 5, 4, 3)", "0"),
            ("time_distributed (TimeDistributed)", "(None, 5, 12)", "0"),
            ("time_distributed_1 (TimeDistributed)", "(None, 5, 2)", "26"),
        )
    )
    assert [layer.layer.keras for layer in stack[1:]] == ["Flatten", "Dense"]
    assert isinstance(stack[2], TimeDistributed)


def test_cells_that_go_over_several_lines_are_put_together():
    """A name and its class, and a list of shapes."""
    stack = stack_of(
        printed(
            ("input_layer\n(InputLayer)", "(None, 12)", "0", "-"),
            ("embedding\n(Embedding)", "(None, 12, 4)", "40", "input_layer[0][0]"),
            ("lstm (LSTM)", "[(None, 8), (None,\n8), (None, 8)]", "416", "embedding[0][0]"),
            ("concatenate\n(Concatenate)", "(None, 16)", "0", "lstm[0][1],\nlstm[0][2]"),
        )
    )
    assert stack[0].form == "tokens"
    assert stack[1:3] == (Embedding(10, 4), LSTM(8, return_state=True))
    assert stack[3].of == (Ref(2, 1), Ref(2, 2))


DECODER: tuple[Cells, ...] = (
    ("input_1 (InputLayer)", "[(None, None, 7)]", "0", ""),
    ("input_2 (InputLayer)", "[(None, None, 9)]", "0", ""),
    ("lstm (LSTM)", "[(None, 256), (None, 256), (None, 256)]", "270336", "input_1[0][0]"),
    ("lstm_1 (LSTM)", "(None, None, 256)", "272384", "input_2[0][0]"),
    ("", "", "", "lstm[0][1]"),
    ("", "", "", "lstm[0][2]"),
)


def test_states_come_from_what_a_decoder_is_connected_to():
    """The column of shapes is too narrow for all three of them in Keras 2."""
    stack = stack_of(older(*DECODER))
    assert (stack[3].of, stack[3].states) == ((Ref(1),), (Ref(2, 1), Ref(2, 2)))


def test_names_that_are_cut_are_what_fits():
    """Of two layers whose names begin alike only one has the shape."""
    stack = stack_of(
        printed(
            ("input_layer (InputLayer)", "(None, 6)", "0", "-"),
            ("long_name_of_one (Dense)", "(None, 4)", "28", "input_layer[0…"),
            ("long_name_of_two (Dense)", "(None, 7)", "49", "input_lay…"),
            ("add (Concatenate)", "(None, 11)", "0", "long_name_of_…\nlong_name_of_…"),
            ("dense (Dense)", "(None, 2)", "10", "long_name_of_…"),
        )
    )
    assert {ref.place for ref in stack[3].of} == {1, 2}
    assert stack[4].of == (Ref(1),)


def test_layers_whose_names_are_cut_alike_are_two():
    """Each with parameters of its own."""
    row = ("layer_normalizat…\n(LayerNormalizat…", "(None, 3)", "6", "-")
    stack = stack_of(printed(("a (InputLayer)", "(None, 3)", "0", "-"), row, row))
    assert total(trace(stack)) == 12


def test_a_shared_layer_is_called_as_often_as_others_take_it():
    """Its parameters are counted once."""
    stack = stack_of(
        printed(
            ("a (InputLayer)", "(None, 12, 3)", "0", "-"),
            ("b (InputLayer)", "(None, 12, 3)", "0", "-"),
            ("lstm (LSTM)", "(None, 4)", "128", "a[0][0],\nb[0][0]"),
            ("subtract (Subtract)", "(None, 4)", "0", "lstm[0][0],\nlstm[1][0]"),
        )
        + "Total params: 128"
    )
    assert [layer.shares for layer in stack] == [None, None, None, 2, None]
    assert total(trace(stack)) == 128


def test_a_second_input_may_be_a_mask():
    """A row of 20 is no state of 16 units."""
    stack = stack_of(
        printed(
            ("a (InputLayer)", "(None, 20, 8)", "0", "-"),
            ("b (InputLayer)", "(None, 20)", "0", "-"),
            ("gru (GRU)", "(None, 16)", "1,248", "a[0][0],\nb[0][0]"),
        )
    )
    assert (stack[2].of, stack[2].states) == ((Ref(0),), ())


def test_an_inner_model_ends_the_trace():
    """What `expand_nested=True` shows below it is passed by; what comes after it is there."""
    reading = read_summary(
        printed(
            ("x (InputLayer)", "(None, 12, 3)", "0", "-"),
            ("tower (Functional)", "(None, 4)", "128", "x[0][0]"),
            ("   └ y (InputLayer)", "(None, 12, 3)", "0", "-"),
            ("   └ lstm (LSTM)", "(None, 4)", "128", "-"),
            ("dense (Dense)", "(None, 1)", "5", "tower[0][0]"),
        )
    )
    assert [layer.keras for layer in reading.stack] == ["Input", "Functional", "Dense"]
    assert broken(trace(reading.stack)) == 1
    assert "model.to_json()" in reading.notes[0].sentence


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (
            ("lstm_1 (LSTM)", "(None, 8)", "999"),
            "Layer 3, lstm_1: the summary says 999 parameters, the arithmetic gives 800",
        ),
        (
            ("flatten (Flatten)", "(None, 100)", "0"),
            "Layer 3, flatten: the summary says (None, 100), the arithmetic gives (None, 192).",
        ),
        (("mine (Mine)", "(None, 8)", "7"), "Layer 3, mine: Mine can't be told from its row"),
        (("rnn (RNN)", "(None, 8)", "801"), "Layer 3, rnn: RNN can't be told from its row"),
        (
            ("enc (Sequential)", "(None, 8)", "7"),
            "Layer 3, enc: Sequential can't be told from its row",
        ),
    ],
)
def test_a_row_that_disagrees_is_named_with_its_line(row: Cells, words: str):
    """What comes after it is compared with what the summary says of it."""
    rows = (*CHAIN[:1], row, ("dense (Dense)", f"{row[1][:6]}, 1)", "1"))
    note = read_summary(printed(*rows)).notes[1]
    assert words in note.sentence
    assert note.line == 6


@pytest.mark.parametrize(
    ("sample", "row", "layer"),
    [
        (
            "(None, 5, 7, 3)",
            ("t (TimeDistributed)", "(None, 5, 18)", "936"),
            "td-bi_u9",
        ),
        ("(None, 5, 7, 3)", ("t (TimeDistributed)", "(None, 5, 9)", "378"), "td-gru_u9"),
        ("(None, 20, 6)", ("c (Conv1D)", "(None, 18, 6)", "42"), "conv1d_k6_g3"),
        ("(None, 20, 16)", ("c (Conv1D)", "(None, 16, 32)", "192"), "conv1d_k32_w5_g16"),
        (
            "(None, 50, 32)",
            ("g (GlobalAveragePooling1D)", "(None, 50)", "0"),
            "pool_dfchannels-first",
        ),
        ("(None, 64, 64, 3)", ("c (Conv2D)", "(None, 32, 32, 8)", "224"), "conv2d_k8_s2.2_psame"),
        ("(None, 12, 16)", ("b (BatchNormalization)", "(None, 12, 16)", "48"), "bnorm_noscale"),
        ("(None, 12, 8)", ("b (BatchNormalization)", "(None, 12, 8)", "48"), "bnorm_a1"),
    ],
)
def test_arguments_that_few_use_are_tried_too(sample: str, row: Cells, layer: str):
    """Two directions at each timestep, filters in groups, features before timesteps, strides."""
    stack = stack_of(printed(("x (InputLayer)", sample, "0"), row))
    assert to_text(stack[1:]) == layer


def test_attention_to_another_sequence_has_the_parameters_of_both():
    """The queries' width and that of what they attend to."""
    inputs = [
        ("q (InputLayer)", "(None, 5, 8)", "0", "-"),
        ("v (InputLayer)", "(None, 7, 6)", "0", "-"),
    ]
    taken = "q[0][0]\nv[0][0]"
    attends = ("m (MultiHeadAttention)", "(None, 5, 8)", "256", taken)
    assert to_text(stack_of(printed(*inputs, attends))[2:]) == "mha_h1_k8_of1-2"
    inputs[1] = ("v (InputLayer)", "(None, 7, 8)", "0", "-")
    plain = ("a (Attention)", "(None, 5, 8)", "0", taken)
    assert to_text(stack_of(printed(*inputs, plain))[2:]) == "attend_of1-2"


def test_what_no_arguments_give_that_were_tried_may_be_right():
    """A layer has more arguments than are tried: value_dim=6 is one that no row tells."""
    text = printed(
        ("q (InputLayer)", "(None, 5, 8)", "0", "-"),
        ("m (MultiHeadAttention)", "(None, 5, 8)", "316", "q[0][0]\nq[0][0]"),
    )
    assert [note.sentence for note in read_summary(text).notes] == [
        "Layer 2, m: MultiHeadAttention may have (None, 5, 8) and 316 parameters, but no arguments "
        "that were tried give that. model.to_json() says which it has."
    ]


def test_pictures_at_each_timestep_come_first_as_convolutions():
    """Of a Sequential, whose input isn't shown: 896 is 32·(3·3·3+1), and a Dense of 27 as well."""
    reading = read_summary(
        printed(
            ("t (TimeDistributed)", "(None, 10, 62, 62, 32)", "896"),
            ("t_1 (TimeDistributed)", "(None, 10, 31, 31, 32)", "0"),
            ("t_2 (TimeDistributed)", "(None, 10, 30752)", "0"),
            ("lstm (LSTM)", "(None, 8)", "984,352"),
        )
    )
    assert to_text(reading.stack) == (
        "input_formother_x10.62.62.3~td-conv2d_k32_psame~td-maxpool2d~td-flatten~lstm_u8"
    )
    assert "(None, 10, 62, 62, 3) is what fits" in reading.notes[0].sentence


def test_one_tensor_in_a_list_is_joined_with_nothing():
    """A summary is that of a model that was built."""
    join = ("c (Concatenate)", "(None, 4, 3)", "0", "x[0][0]")
    table = printed(("x (InputLayer)", "(None, 4, 3)", "0", "-"), join)
    assert to_text(stack_of(table)[1:]) == "concat_of1"


def test_a_sum_that_disagrees_is_said_where_all_rows_agree():
    """An optimizer's numbers are in it after training, and aren't the model's."""
    trained = " Total params: 6,268\n Trainable params: 2,089\n Optimizer params: 4,179\n"
    stack_of(printed(*CHAIN) + trained)
    note = read_summary(printed(*CHAIN) + "Total params: 2,090").notes[1]
    assert note.sentence == "In all the summary says 2,090 parameters, the arithmetic gives 2,089."


def test_a_class_of_someones_own_ends_the_trace():
    """What comes before is there."""
    stack = read_summary(printed(*CHAIN[:1], ("mine (Mine)", "(None, 8)", "7"))).stack
    assert isinstance(stack[2], Unread)
    assert broken(trace(stack)) == 2


def refusal(text: str) -> str:
    """The sentence that a text is refused with."""
    with pytest.raises(ModelError) as raised:
        read_summary(text)
    return raised.value.sentence


def test_what_is_no_summary_is_refused_with_a_sentence():
    """Or that of a model that isn't built, or one that is too long."""
    assert "Layer (type)" in refusal("")
    assert "Layer (type)" in refusal("Layer (type) Output Shape Param #\n")
    assert "model.build" in refusal(printed(("lstm (LSTM)", "?", "0 (unbuilt)")))
    many = [("dense (Dense)", "(None, 4)", "20")] * (MAX_LAYERS + 1)
    assert "up to 60" in refusal(printed(*many))
    assert "1 to 10,000" in refusal(printed(("x (InputLayer)", "(None, 99999, 3)", "0")))


@pytest.mark.parametrize(
    "text",
    [
        "Layer (type) Output Shape Param #\n" + "x" * 5_000_000,
        "Layer (type) Output Shape Param #\n" + "\n" * 5_000_000,
        "Layer (type) Output Shape Param #\n" + "(" * 5_000_000,
        "│ Layer (type) │ Output Shape │ Param # │\n" + "│" * 5_000_000,
        printed(*[("t (TimeDistributed)", "(None, 7, 5, 5, 9)", "123457")] * MAX_LAYERS),
        printed(*[("d (Concatenate)", "(None, 7, 9)", "0", "d…\nd…\nd…")] * MAX_LAYERS),
        printed(
            ("c0 (InputLayer)", "(None, None, 1)", "0", "-"),
            *[
                (f"c{n} (Concatenate)", "(None, None, 1)", "0", f"c{n - 1}[0][0]\nc{n - 1}[0][0]")
                for n in range(1, MAX_LAYERS)
            ],
        ),
    ],
    ids=["text", "lines", "brackets", "bars", "tries", "names", "doubled"],
)
def test_hostile_text_is_answered_in_under_a_second(text: str):
    """However many layers would have to be tried."""
    with suppress(ModelError):
        read_summary(text)


CLASSES = st.sampled_from(
    [
        *("LSTM", "Bidirectional", "Conv1D", "TimeDistributed", "RNN", "Dot", "Reshape", "Permute"),
        *("MaxPooling1D", "Cropping1D", "MultiHeadAttention", "Embedding", "InputLayer", "Glob"),
    ]
)
SIZES = st.lists(st.sampled_from(["None", "0", "1", "3", "12", "99999999"]), max_size=5)
ROWS = st.tuples(CLASSES, SIZES, st.integers(0, 10**12), st.sampled_from(["-", "a[0][1]", "a…"]))


@settings(max_examples=40)
@given(st.lists(ROWS, max_size=4))
def test_any_table_is_a_stack_or_a_sentence(rows: list[tuple[str, list[str], int, str]]):
    """Never another exception, nor of the trace of what was read."""
    told = [(f"a ({kind})", f"({', '.join(sizes)})", f"{n:,}", on) for kind, sizes, n, on in rows]
    for table in (printed, older):
        with suppress(ModelError):
            trace(read_summary(table(*told, ("a (Dense)", "(None, 1)", "5", "-"))).stack)


def test_keras_rows_of_a_mask_are_the_embeddings_own():
    """It lists what compares the numbers with 0, and takes it for a layer's input."""
    text = printed(
        ("input_layer (InputLayer)", "(None, 20)", "0", "-"),
        ("embedding (Embedding)", "(None, 20, 8)", "400", "input_layer[0][0]"),
        ("not_equal (NotEqual)", "(None, 20)", "0", "input_layer[0][0]"),
        ("lstm (LSTM)", "(None, 6)", "360", "embedding[0][0],\nnot_equal[0][0]"),
    )
    reading = read_summary(text)
    assert not reading.notes
    assert to_text(reading.stack) == "input_t20_formtokens~embed_v50_e8_mask~lstm_u6"
