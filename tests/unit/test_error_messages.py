"""The error decoder, message by message: of today, of earlier versions, and in a long traceback.

The messages that Keras raises today are provoked in tests/agreement/test_error_messages.py; those
of real_messages.toml were met by people, and have the cause that their thread found.
"""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

from lib.shapes.errors import EXAMPLES, described_stack, explain_error
from lib.shapes.errors.axes import Comparison
from lib.shapes.errors.explain import MESSAGES, known
from lib.shapes.errors.message import Message
from lib.shapes.errors.pasted import READ, ends, pasted
from lib.shapes.stack.link import from_text
from lib.shapes.stack.tracing import broken, trace
from tests.unit.known_messages import OLDER, TODAY

REAL = tomllib.loads(Path(__file__).with_name("real_messages.toml").read_text("utf-8"))["message"]


@pytest.mark.parametrize(("message", "cause", "fix"), TODAY + OLDER)
def test_a_message_is_explained_with_its_own_numbers(message, cause, fix):
    """Each meaning in what a page has room for, and with code that is Python."""
    explanation = explain_error(message)
    if cause is None:
        assert explanation is None
        return
    assert cause in explanation.cause
    assert fix in f"{explanation.fix}\n{explanation.code}"
    for meaning in explanation.meanings:
        assert max(len(meaning.cause), len(meaning.fix), len(meaning.code)) < 600
    ast.parse(explanation.code.replace("…", "0"))  # "…" stands for anything
    assert not re.search(r"\{[a-z_]+\}", explanation.cause + explanation.fix)


def verdict(row: dict, explanation) -> str:
    """Whether the likeliest meaning has the words of the thread's cause, or another one has."""
    if explanation is None:
        return "unknown"
    texts = [f"{m.cause} {m.fix} {m.code}" for m in explanation.meanings]
    right = [any(re.search(words, text, re.I) for words in row["says"]) for text in texts]
    misleads = any(re.search(words, texts[0], re.I) for words in row["misleads"])
    if right[0] and not misleads:
        return "right"
    return "hedged" if any(right[1:]) else "misleading"


@pytest.mark.parametrize(
    ("collected", "right", "misleading"),
    [("dev", 0.95, 0), ("held", 0.98, 0), ("fresh", 0.92, 0)],
)
def test_what_people_met_is_explained_with_the_cause_that_their_thread_found(
    collected, right, misleading
):
    """Nearly all, in the likeliest meaning; few are told something else."""
    met = [row for row in REAL if row["set"] == collected]
    verdicts = [(verdict(row, explain_error(row["text"])), row["id"]) for row in met]
    told = {name: [key for each, key in verdicts if each == name] for name, _ in verdicts}
    assert len(told["right"]) >= right * len(met), told
    assert len(told.get("misleading", [])) <= misleading * len(met), told["misleading"]


@pytest.mark.parametrize("row", REAL, ids=lambda row: row["id"])
def test_no_size_that_nobody_would_give_a_layer_is_offered(row):
    """No question mark, no open width, and no Input or Dense as large as a table has rows."""
    explanation = explain_error(row["text"])
    code = explanation.code if explanation else ""
    assert not re.search(r"(?:Dense|LSTM|GRU)\((?:\?|None)", code)
    for sizes in re.findall(r"(?:Input|Dense)\(\(?([\d, ]+)", code):
        assert max(int(size) for size in re.findall(r"\d+", sizes)) <= 5_000


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        (
            'in assert_input_compatibility\n    f"expected shape={spec.shape}, found shape={shape}"'
            "\nValueError: expected shape=(None, 5, 2), found shape=(8, 5, 3)",
            "takes (None, 5, 2) and got (8, 5, 3): 3 features instead of 2",
        ),
        (
            'f"Data cardinality is ambiguous. Make sure all arrays contain the same number"\n'
            "ValueError: Data cardinality is ambiguous. 'x' sizes: 8 'y' sizes: 7",
            "x has 8 samples and y has 7",
        ),
    ],
)
def test_a_traceback_quotes_the_code_and_the_message_comes_last(text, cause):
    """In the code the message has no numbers yet."""
    assert cause in explain_error(text).cause


def test_the_last_error_of_a_chain_is_explained_first():
    """What stands above it alone is a possibility."""
    first = "ValueError: expected ndim=3, found ndim=2"
    between = "\n\nDuring handling of the above exception, another exception occurred:\n\n"
    last = "ValueError: You must call `compile()` before calling `fit()`."
    assert "compiled" in explain_error(first + between + last).cause
    assert explain_error(first).confidence != "possible"
    assert explain_error(first + between + "KeyError: 'a'").confidence == "possible"


def test_one_wording_with_several_causes_has_readings_in_order_and_a_check():
    """Each behind an if; the code of each is labelled, and one line tells which it is."""
    explanation = explain_error("Shapes (None, 1) and (None, 10) are incompatible")
    first, second = explanation.meanings
    assert first.condition == "y holds class numbers"
    assert "to_categorical(y, 10)" in first.code
    assert "10 timesteps" in second.condition
    assert explanation.confidence == "likely"
    assert explanation.code.startswith("# either, if y holds class numbers:\n")
    assert "\n# or, if the output" in explanation.code
    assert explanation.check == "print(y.shape, y[:2], model.output_shape)"


def test_shapes_are_compared_axis_by_axis():
    """The axis that differs is named, and an open size differs from none."""
    both = Comparison((32, 12, 3), (16, 12, 5))
    assert both.told() == "16 samples instead of 32 and 5 features instead of 3"
    assert Comparison((None, 12, 3), (16, 12, 3)).told() == ""
    assert Comparison((32, 12, 3), (16, 12, 3)).is_batch
    assert Comparison((None, 12, 1), (None, 12)).gaps == [2]
    assert Comparison((None, 12, 3), (12, 3)).told() == "1 axis too few, of samples or timesteps"


@pytest.mark.parametrize(
    ("received", "says"),
    [
        ("(16, 12, 3)", "batch size is fixed at 32"),
        ("(32, 7, 3)", "7 timesteps instead of 12"),
        ("(32, 12, 4)", "4 features instead of 3"),
        ("(32, 3, 12)", "timesteps and features are swapped"),
    ],
)
def test_a_model_that_refuses_its_data_says_which_axis(received, says):
    """A fixed batch size, the time, the features, or two that are swapped."""
    message = f"expected shape=(32, 12, 3), found shape={received}"
    explanation = explain_error(f'Input 0 of layer "sequential" is incompatible: {message}')
    assert explanation.cause.startswith(f"sequential takes (32, 12, 3) and got {received}")
    assert says in explanation.cause


def test_equal_shapes_are_never_called_different():
    """A message with the same shape twice gets no answer from it."""
    for message in (
        "expected shape=(None, 5, 2), found shape=(None, 5, 2)",
        "Shapes (None, 5) and (None, 5) are incompatible",
        "Incompatible shapes: [8,5] vs. [8,5]",
        "expected ndim=3, found ndim=3",
    ):
        assert explain_error(message) is None


def test_a_whole_model_is_told_apart_from_a_layer_in_it():
    """The model got data; the layer, what comes before it."""
    refuses = "is incompatible with the layer: expected ndim=3, found ndim=2. Full shape received:"
    model = explain_error(f'Input 0 of layer "sequential_1" {refuses} (None, 5)')
    assert "each number of a sample is a timestep" in model.meanings[0].condition
    layer = explain_error(f'Input 0 of layer "lstm_1" {refuses} (None, 64)')
    assert "the layer before" in layer.meanings[0].condition
    first = explain_error(f'Input 0 of layer "lstm" {refuses} (None, 64)')
    assert "it is the first layer" in first.meanings[0].condition


def test_a_file_of_another_version_is_told_from_code():
    """The setting is dropped while loading; no data are swapped."""
    says = "ValueError: Unrecognized keyword arguments passed to GRU: {'time_major': False}"
    loading = explain_error(f"model = load_model(path)\n{says}")
    assert "saved by another version" in loading.cause
    assert "class Older(keras.layers.GRU)" in loading.code
    assert "swap" not in loading.fix + loading.code
    assert "swap the axes" in explain_error(says).fix
    assign = "ValueError: Shapes (3, 16) and (2, 16) are incompatible"
    assert "3 features here, 2 there" in explain_error(f"in load_weights\n{assign}").cause


@pytest.mark.parametrize(
    ("message", "stack"),
    [
        (
            'Input 0 of layer "lstm_1" is incompatible with the layer: expected ndim=3, found '
            "ndim=2. Full shape received: (None, 64)",
            "input~lstm_u64~lstm",
        ),
        (
            'Input 0 of layer "lstm" is incompatible with the layer: expected ndim=3, found '
            "ndim=2. Full shape received: (None, 64)",
            "input_formflat_f64~lstm",
        ),
        (
            "Input 0 of layer 'repeat_vector' is incompatible with the layer: expected ndim=2, "
            "found ndim=3. Full shape received: (None, 30, 8)",
            "input_t30~lstm_u8_seq~repeat",
        ),
        (
            "`TimeDistributed` Layer should be passed an `input_shape` with at least 3 dimensions, "
            "received: (None, 8)",
            "input~lstm_u8~td",
        ),
        (
            'Layer "dense" expects 1 input(s), but it received 3 input tensors.',
            "input~lstm_state~dense",
        ),
        (
            "must be fully-defined (no `None` dimensions). Received: shape=(None, 1) for variable "
            "path='dense/kernel'",
            "input_tany~flatten~dense",
        ),
        ("When using `stateful=True` in a RNN, the batch size must be static", None),
    ],
)
def test_a_message_that_names_shapes_describes_a_stack_that_breaks_so(message, stack):
    """As an address has it; it breaks where the message says that it does."""
    described = described_stack(message)
    assert described == (stack or "input~lstm_stateful")
    assert broken(trace(from_text(described))) is not None


def test_a_model_that_names_its_input_opens_as_a_stack_and_what_names_none_opens_none():
    """What doesn't fit a stack's limits is not opened as another one."""
    shapes = "expected shape=(None, {}, 3), found shape=(None, 7, 3)"
    assert described_stack(shapes.format(30)) == "input_t30_f3~lstm"
    assert described_stack(shapes.format(10_000_000)) == ""
    assert described_stack("KeyError: 'a'") == described_stack("") == ""


def test_an_error_in_a_layer_isnt_laid_to_the_loss():
    """The message says where it happened."""
    explanation = explain_error(
        "Exception encountered when calling AdditiveAttention.call().\n\nIncompatible shapes: "
        "[8,5,1,3] vs. [8,1,5,4] [Op:AddV2]"
    )
    assert "In AdditiveAttention two tensors meet that can't be paired" in explanation.cause
    explanation = explain_error("Incompatible shapes: [8,5,3] vs. [8,5] [Op:Mul]")
    assert "A multiplication can't pair (8, 5, 3) with (8, 5)" in explanation.cause


def test_a_loss_of_ones_own_is_told_by_the_line_that_is_quoted():
    """Its subtraction says which comes first."""
    message = "Incompatible shapes: [8,3] vs. [8,5,3] [Op:Sub]"
    line = "in my_loss\n    return ops.mean((y_true - y_pred) ** 2)\n"
    assert "(8, 3) with (8, 5, 3), y with the output" in explain_error(line + message).cause
    turned = line.replace("y_true - y_pred", "y_pred - y_true")
    assert "(8, 3) with (8, 5, 3), the output with y" in explain_error(turned + message).cause


def test_class_weights_for_every_step_are_known_by_the_traceback():
    """The message alone may be anything."""
    message = "TypeError: only 0-dimensional arrays can be converted to Python scalars"
    assert explain_error(message) is None
    explanation = explain_error(f"class_weight_to_sample_weights(y, class_weight)\n{message}")
    assert "sample_weight" in explanation.code


@pytest.mark.parametrize("target", ["(None,)", "(None, 5, 2)", "(None, 5)", "(None, 2)"])
def test_for_an_output_of_one_column_the_sparse_loss_is_no_answer(target):
    """One column can't be the classes."""
    for output in ("(None, 5, 1)", "(None, 1)"):
        explanation = explain_error(
            "Arguments `target` and `output` must have the same rank (ndim). Received: "
            f"target.shape={target}, output.shape={output}"
        )
        assert "sparse" not in f"{explanation.fix} {explanation.code}"


def test_a_traceback_that_names_binary_cross_entropy_gets_no_sparse_loss():
    """It has none; the output was (N, 5, 1), or has too many columns. Without a name both count."""
    message = (
        "Arguments `target` and `output` must have the same shape. Received: "
        "target.shape=(None, 1), output.shape=(None, 5)"
    )
    both = explain_error(message).code
    assert "sparse" in both
    assert "Dense(1)" in both
    assert "sparse" in explain_error(f"in categorical_crossentropy\n{message}").code
    binary = explain_error(f"in binary_crossentropy\n{message}")
    assert "sparse" not in binary.code
    assert any("timesteps" in meaning.condition for meaning in binary.meanings)


@pytest.mark.parametrize(
    "place", ["\n [[{{node compile_loss/mse/sub}}]]", " in mean_squared_error"]
)
def test_the_loss_is_blamed_without_a_doubt_only_where_the_message_names_it(place):
    """Two shapes alone may meet anywhere."""
    message = "Incompatible shapes: [4,3] vs. [4,5,3]"
    assert explain_error(message + place).cause.startswith("The loss can't pair (4, 3)")
    assert explain_error(message).cause.startswith("Most likely it is the loss that can't pair")
    assert "Most likely" in explain_error("Incompatible shapes: [2,3] vs. [4,3]").cause


def test_shapes_that_are_none_are_passed_over():
    """As in a text that was changed by hand: nobody can know."""
    assert explain_error("Shapes (x,) and (y,) are incompatible") is None


def test_a_message_is_found_in_a_traceback_with_colours_and_line_breaks():
    """However it was copied."""
    text = (
        'Traceback (most recent call last):\n  File "a.py", line 1\nValueError: Exception\n\n'
        "\x1b[1mInvalid input. Expected shape (None, 5, 2),\nbut input has incompatible shape "
        "(5, 2)\x1b[0m\n\nArguments received"
    )
    assert "x[None]" in explain_error(text).code


@pytest.mark.parametrize("message", ["", "hello", "KeyError: 'a'", "IndexError: pop from empty"])
def test_a_message_that_is_not_known_gets_no_answer(message):
    """Rather none than a wrong one."""
    assert explain_error(message) is None


def test_no_two_messages_look_for_the_same_words():
    """Else the second would never be found."""
    patterns = [pattern for message in MESSAGES for pattern in message.patterns]
    assert len(patterns) == len(set(patterns))


def message_of(text: str) -> Message:
    """The one that explains a text."""
    read = pasted(text)
    return next(message for message, _ in known(read, read.message))


def test_each_message_explains_an_example():
    """Its own, or one of the tables of messages that people met."""
    texts = [text for text, cause, _ in TODAY + OLDER if cause] + [row["text"] for row in REAL]
    explained = {message_of(text) for text in texts if explain_error(text)}
    for message in MESSAGES:
        is_known = message_of(message.example) is message if message.example else True
        assert is_known, message.example
        assert message.example or message in explained, message.patterns[0]


def test_of_a_very_long_text_no_more_is_kept_than_is_read():
    """And once cut it stays as it is."""
    kept = ends("a" * 500_000 + "b" * 500_000)
    assert kept == "a" * READ + "\n" + "b" * READ == ends(kept)
    assert ends("short") == "short"


def test_of_a_very_long_text_both_ends_are_read():
    """A traceback has its message last; a log, perhaps first."""
    message = "expected ndim=3, found ndim=2"
    assert explain_error(message + " x" * 500_000)
    assert explain_error("x " * 500_000 + message)


@pytest.mark.parametrize("name", EXAMPLES)
def test_each_example_of_a_message_is_known(name):
    """The page explains all that it offers."""
    assert explain_error(EXAMPLES[name])


def test_quotes_of_all_kinds_are_one():
    """As they come from a forum, or a translated page."""
    assert pasted("layer “lstm”, ‘a’ `b`").message == 'layer "lstm", "a" "b"'


@pytest.mark.parametrize("shapes", [("(None,)", "()"), ("()", "()"), ("()", "(3,)")])
@pytest.mark.parametrize(
    "wording",
    [
        "expected shape={}, found shape={}",
        "Shapes {} and {} are incompatible",
        "A target array with shape {} was passed for an output of shape {}",
        "expected dense_1 to have shape {} but got array with shape {}",
        "expected lstm_1_input to have shape {} but got array with shape {}",
        "shape of labels (received {}) should equal the shape of logits (received {})",
        "Layer lstm weight shape {} is not compatible with provided weight shape {}",
    ],
)
def test_a_shape_without_an_axis_is_read_like_any(wording, shapes):
    """A scalar is no sample, and no axis of it can be compared."""
    explain_error(wording.format(*shapes))


@pytest.mark.parametrize(
    "text",
    [
        "x" * 5_000_000,
        "Dimensions must be equal, but are 1 and 2 " * 120_000,
        "layer '" * 700_000,
        "expected ndim=" * 70_000 + "(" * 70_000,
        "Unrecognized keyword arguments passed to LSTM: {" + "'a':" * 200_000,
        "".join(map(chr, range(32))) * 30_000,
        "expected shape=(" + "((" * 500_000,
        "Failed to convert " * 50_000,
        "logits and labels must have the same shape " * 20_000,
        "Incompatible shapes: [1] vs. [2] " * 30_000,
        "expects 1 input(s), but it received 3 input tensors" * 20_000,
        "states=(tf.Tensor(shape=(" * 40_000,
        "Exception encountered when calling LSTMCell.call() " * 20_000,
        "node compile_loss/" * 50_000,
        "missing 1 required positional argument: 'a'" * 20_000,
        "Only input tensors may be passed as positional " * 15_000,
        "Data cardinality is ambiguous 'x' sizes: 5" + ", 5" * 300_000,
        "Could not interpret loss identifier: (" * 25_000,
        "class_weight" * 80_000,
        ".shape[2]" * 100_000,
        "mask=tf.Tensor(shape=" * 45_000,
        "SelectV2" * 120_000,
        "ValueError: " * 400_000,
        "\nA.B.C.D." * 500_000,
        "Unrecognized data type: " * 40_000,
        "size would be negative inputs shape=(" * 40_000,
        "A" * 3_000_000,
        "Abc" * 1_000_000,
    ],
    ids=range(28),
)
def test_megabytes_of_anything_are_read(text):
    """An answer or none comes back, however long or odd the text, and however often one begins."""
    explanation = explain_error(text)
    assert explanation is None or explanation.cause
