"""Explanations of error messages of Keras and PyTorch, also inside tracebacks.

tests/agreement/test_error_messages.py raises the errors of Keras 3, and test_torch_messages.py
those of PyTorch. The messages of threads.jsonl are from public threads.
"""

import ast
import builtins
import re
from itertools import permutations

import pytest

from lib.shapes import EXAMPLES, both_ends, explain_error, from_text, trace
from lib.shapes.errors import MESSAGES, explanations
from lib.shapes.errors import TORCH as OF_TORCH
from lib.shapes.errors.pasted import READ, error_and_whole
from lib.shapes.stack.tracing import broken_at
from tests.unit.known_messages import (
    EARLIER,
    KERAS_3,
    TEXTS,
    TORCH,
    fixes_for_keras,
    known_message,
)
from tests.unit.threads import ROWS, VERDICTS, verdict

REFUSES = "is incompatible with the layer: expected ndim=3, found ndim=2. Full shape received:"


@pytest.mark.parametrize(("message", "cause", "fix"), KERAS_3 + EARLIER + TORCH)
def test_a_message_is_explained_with_its_own_numbers(message, cause, fix):
    """Cause and fix contain the message's numbers, the texts are short, and the code is Python."""
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


def test_messages_of_public_threads_get_the_cause_that_the_thread_found():
    """95% get the cause first or among the causes. 2% may be misleading, but none is certain."""
    explained = [(row, explain_error(row["text"])) for row in ROWS]
    rows = {name: [] for name in VERDICTS}
    for row, explanation in explained:
        rows[verdict(row, explanation)].append((row["source"], row["cause"], explanation))
    wrong = rows["misleading"]
    assert len(rows["first"] + rows["hedged"]) >= 0.95 * len(ROWS), rows["thin"] + rows["unknown"]
    assert len(wrong) <= 0.02 * len(ROWS), wrong
    assert not [row for row in wrong if row[-1].confidence == "certain"]


def test_fixes_have_only_plausible_sizes():
    """No Dense or LSTM has an unknown width, and no Input or Dense counts the rows of a table."""
    for row in ROWS:
        explanation = explain_error(row["text"])
        code = explanation.code if explanation else ""
        assert not re.search(r"(?:Dense|LSTM|GRU)\((?:\?|None)", code)
        for sizes in re.findall(r"(?:Input|Dense)\(\(?([\d, ]+)", code):
            assert max(int(size) for size in re.findall(r"\d+", sizes)) <= 5_000


# A shape or a number, but no version, and no place such as "axis 0".
VALUE = (
    r"(?<!Keras )(?<!h5py )(?<!axis )(?<!class )(?<![\w(])"
    r"(?:[(\[][\dNone?, ]*[)\]]|\b\d+(?:,\d{3})*)(?!\w)"
)
DIFFER = r"but |instead of|differ|can't (?:be )?pair|n't (?:fit|match)|must (?:be equal|match)"


def lies(explanation):
    """Return the sentences that say that the last two shapes or numbers differ, but are equal.

    A sentence without values refers to those of the sentence before.
    """
    texts = [explanation.happened, *(each.condition for each in explanation.meanings)]
    found = []
    for text in texts:
        values = []
        for sentence in re.split(r"(?<=[.:;]) ", text):
            own = [each.replace("?", "None").strip("[()]") for each in re.findall(VALUE, sentence)]
            values = own or values
            if len(values) > 1 and values[-1] == values[-2] and re.search(DIFFER, sentence):
                found.append(sentence)
    return found


def with_equal_values(text):
    """Yield the text with two values of its explained pattern equal, for each two values."""
    _, whole = error_and_whole(text)
    for pattern in getattr(known_message(text), "patterns", ()):
        for match in re.finditer(pattern.replace(".*?", ".{0,300}?"), whole):
            names = [name for name in match.groupdict() if re.fullmatch(VALUE, match[name] or "")]
            for one, other in permutations(names, 2):
                if (match[one][0] in "([") == (match[other][0] in "(["):
                    yield whole[: match.start(other)] + match[one] + whole[match.end(other) :]


USUAL = (
    "x y model dataset table a b np tf keras w weights x1 x2 y1 y2 w1 w2 scaler outputs build_model"
)
KNOWN = {*dir(builtins)} | set(re.findall(r"\w+", USUAL))


def unknown_names(code, text):
    """Return variables of the code that are neither defined, usual, nor named in the message."""
    nodes = list(ast.walk(ast.parse(code.replace("…", "gap"))))
    names = [node for node in nodes if isinstance(node, ast.Name) and node.id[0].islower()]
    defined = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    defined |= {getattr(node, key, "") for node in nodes for key in ("arg", "name", "asname")}
    return {node.id for node in names} - defined - KNOWN - set(re.findall(r"\w+", text))


def test_the_code_of_each_fix_has_no_unknown_names():
    """The code runs as it stands if x, y and the model exist. Other tests run the code."""
    fixes = {(part, text) for text, each, code in fixes_for_keras() for part in (code, each.check)}
    wrong = {(code, *names) for code, text in fixes if (names := unknown_names(code, text))}
    assert not wrong


def test_each_explanation_has_a_check_and_a_way_on_that_can_be_opened():
    """The check is Python, the stack of the address is known, and the target isn't right."""
    for explanation in filter(None, map(explain_error, TEXTS)):
        assert ast.parse(explanation.check).body, explanation
        assert explanation.confidence != "certain" or len(explanation.meanings) == 1, explanation
        assert not explanation.stack or from_text(explanation.stack), explanation
        if explanation.target:
            assert explanation.target.diagnose().verdict != "correct", explanation


def test_no_explanation_says_that_equal_values_differ():
    """Neither the texts of the tests, nor these texts with two equal values get such a sentence."""
    changed = [each for text in TEXTS for each in with_equal_values(text)]
    explained = [(text, explain_error(text)) for text in TEXTS + changed]
    wrong = [(text[-300:], lies(each)) for text, each in explained if each and lies(each)]
    assert len(changed) > 300
    assert not wrong


def test_each_known_message_has_a_text_in_the_tests():
    """Each message of Keras matches a text of the tests, and no two messages share a pattern."""
    matches = [explanations(*error_and_whole(text)) for text in TEXTS]
    explained = {next((each for each, _ in pairs), None) for pairs in matches}
    of_torch = [message for module in OF_TORCH for message in module.MESSAGES]
    missing = {*MESSAGES} - {*of_torch} - explained  # test_torch_messages.py has the others
    assert not missing, "add a text of each to a list in tests/unit/known_messages.jsonl"
    patterns = [pattern for message in MESSAGES for pattern in message.patterns]
    assert len(patterns) == len(set(patterns))


def test_a_text_without_backticks_gets_the_same_explanation():
    """Pages show code without its backticks, and people copy the page."""
    for text, cause, _ in KERAS_3:
        explanation = explain_error(text.replace("`", ""))
        assert cause in explanation.cause if cause else explanation is None


def test_the_last_error_of_a_traceback_is_explained_first():
    """An earlier error is only a possible cause, and a quoted line of code isn't the message."""
    first = "ValueError: expected ndim=3, found ndim=2"
    between = "\n\nDuring handling of the above exception, another exception occurred:\n\n"
    last = "ValueError: You must call `compile()` before calling `fit()`"
    assert "compiled" in explain_error(first + between + last).cause
    assert explain_error(first).confidence != "possible"
    assert explain_error(first + between + "KeyError: 'a'").confidence == "possible"
    assert explain_error("IndexError: list index out of range").confidence == "possible"
    quoted = 'f"expected shape={spec.shape}, found shape={shape}"\n'
    explanation = explain_error(
        quoted + "ValueError: expected shape=(None, 5, 2), found shape=(8, 5, 3)"
    )
    assert "received (8, 5, 3): 3 features instead of 2" in explanation.cause


def test_a_message_with_several_causes_has_meanings_in_order_and_a_check():
    """Each meaning has a condition and code, and one line of code shows which meaning applies."""
    explanation = explain_error("Shapes (None, 1) and (None, 10) are incompatible")
    first, second = explanation.meanings
    assert first.condition == "y holds class numbers"
    assert "to_categorical(y, 10)" in first.code
    assert "(samples, 10, 1)" in second.condition
    assert explanation.confidence == "likely"
    assert explanation.code.startswith("# either, if y holds class numbers:\n")
    assert "\n# or, if the output" in explanation.code
    assert explanation.check.startswith("print(x.shape, y.shape, y[:2], ")


@pytest.mark.parametrize(
    "message",
    [
        "expected shape=(None, 5, 2), found shape=(None, 5, 2)", "expected ndim=3, found ndim=3",
        "Shapes (None, 5) and (None, 5) are incompatible", "Incompatible shapes: [8,5] vs. [8,5]",
        "Shapes (x,) and (y,) are incompatible", "", "hello", "IndexError: pop from empty",
        "TypeError: unsupported operand type(s) for +: 'int' and 'str'",
        "AttributeError: 'Person' object has no attribute 'shape'",
    ],
)  # fmt: skip
def test_equal_shapes_and_unknown_messages_get_no_explanation(message):
    """A text without a known mistake gets no explanation, rather than a wrong one."""
    assert explain_error(message) is None


@pytest.mark.parametrize(
    ("layer", "condition"),
    [
        ("sequential_1", "each number of a sample is a timestep"),
        ("lstm_1", "the previous layer"),
        ("lstm", "the layer is the first"),
    ],
)
def test_a_model_and_a_layer_in_it_get_different_causes(layer, condition):
    """A model's input is data, and a layer's input is the output of the previous layer."""
    explanation = explain_error(f'Input 0 of layer "{layer}" {REFUSES} (None, 5)')
    assert condition in explanation.meanings[0].condition


def test_a_file_of_another_version_and_code_get_different_fixes():
    """A file is loaded without the argument, and code is written without it."""
    message = "ValueError: Unrecognized keyword arguments passed to GRU: {'time_major': False}"
    loading = explain_error(f"model = load_model(path)\n{message}")
    assert "saved by another Keras" in loading.cause
    assert "class Older(keras.layers.GRU)" in loading.code
    assert "swap" not in loading.fix + loading.code
    assert "swap the first two axes" in explain_error(message).fix
    assign = "ValueError: Shapes (3, 16) and (2, 16) are incompatible"
    assert "2 features instead of 3" in explain_error(f"in load_weights\n{assign}").cause


@pytest.mark.parametrize(
    ("message", "stack"),
    [
        (f'Input 0 of layer "lstm_1" {REFUSES} (None, 64)', "input~lstm_u64~lstm"),
        (f'Input 0 of layer "lstm" {REFUSES} (None, 64)', "input_formflat_f64~lstm"),
        ("`TimeDistributed` Layer should be passed an `input_shape` with at least 3 dimensions, "
         "received: (None, 8)", "input~lstm_u8~td"),
        ('Layer "dense" expects 1 input(s), but it received 3', "input~lstm_state~dense"),
        ("When using `stateful=True` in a RNN, the batch size must be static",
         "input~lstm_stateful"),
    ],
)  # fmt: skip
def test_a_message_with_shapes_describes_a_stack_that_breaks(message, stack):
    """The stack is written as in an address, and its trace breaks."""
    described = explain_error(message).stack
    assert described == stack
    assert broken_at(trace(from_text(described))) is not None


def test_a_message_about_the_input_of_a_model_describes_a_stack():
    """The stack has the sizes of x."""
    message = "expected shape=(None, 30, 3), found shape=(None, 7, 3)"
    assert explain_error(message).stack == "input_t7_f3~lstm"


@pytest.mark.parametrize(
    ("message", "cause"),
    [
        ("calling AdditiveAttention.call().\n\n{}", "AdditiveAttention can't pair its two tensors"),
        ("{} [Op:Mul]", "A multiplication can't pair (4, 3) with (4, 5, 3)"),
        ("{}\n [[{{{{node compile_loss/mse/sub}}}}]]", "The loss can't pair y (4, 3)"),
        ("{}", "Most likely the loss can't pair"),
    ],
)
def test_the_loss_is_a_certain_cause_only_if_the_message_names_it(message, cause):
    """A message with only two shapes may come from any operation."""
    pair = "Incompatible shapes: [4,3] vs. [4,5,3]"
    assert cause in explain_error(message.format(pair)).cause


@pytest.mark.parametrize("target", ["(None,)", "(None, 5, 2)", "(None, 5)", "(None, 2)"])
def test_one_column_never_gets_the_sparse_loss(target):
    """One column can't hold several classes. With several columns, y may hold class numbers."""
    text = "Arguments `target` and `output` must have the same {}: target.shape={}, output.shape={}"
    for output in ("(None, 5, 1)", "(None, 1)"):
        explanation = explain_error(text.format("rank (ndim). Received", target, output))
        assert "sparse" not in f"{explanation.fix} {explanation.code}"
    message = text.format("shape. Received", "(None, 1)", "(None, 5)")
    both, binary = (explain_error(f"{where}{message}") for where in ("", "in binary_crossentropy "))
    for explanation in (both, binary):
        assert "sparse" in explanation.code
        assert 'Dense(1, activation="sigmoid")' in explanation.code
        assert any("timestep" in meaning.condition for meaning in explanation.meanings)
    assert "to_categorical(y, 5)" in both.code
    assert "to_categorical" not in binary.code


def test_a_message_is_found_in_a_traceback_with_colors_and_line_breaks():
    """Colors, line breaks and kinds of quotes make no difference."""
    text = (
        'Traceback (most recent call last):\n  File "a.py", line 1\nValueError: Exception\n\n'
        "\x1b[1mInvalid input. Expected shape (None, 5, 2),\nbut input has incompatible shape "
        "(5, 2)\x1b[0m\n\nArguments received"
    )
    assert "x[None]" in explain_error(text).code
    assert error_and_whole("layer “lstm”, ‘a’ `b`")[0] == 'layer "lstm", "a" "b"'


def test_both_ends_of_a_very_long_text_are_read_and_kept():
    """A message at either end is found, and a shortened text stays the same."""
    message = "expected ndim=3, found ndim=2"
    assert explain_error(message + " x" * 500_000)
    assert explain_error("x " * 500_000 + message)
    kept = both_ends("a" * 500_000 + "b" * 500_000)
    assert kept == "a" * READ + "\n" + "b" * READ == both_ends(kept)


@pytest.mark.parametrize("name", EXAMPLES)
def test_each_example_of_a_message_is_known(name):
    """Each example of the page gets an explanation."""
    assert explain_error(EXAMPLES[name])


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
def test_a_shape_without_axes_raises_no_error(wording):
    """A message about a scalar raises no error in the reader of messages."""
    for shapes in (("(None,)", "()"), ("()", "()"), ("()", "(3,)")):
        explain_error(wording.format(*shapes))


@pytest.mark.parametrize(
    "text",
    [
        "x", "".join(map(chr, range(32))), "Dimensions must be equal, but are 1 and 2 ",
        "expected ndim=(", "Unrecognized keyword arguments passed to LSTM: {'a':", ".shape[2]",
        "Failed to convert ", "Incompatible shapes: [1] vs. [2] ", "states=(tf.Tensor(shape=(",
        "Exception encountered when calling LSTMCell.call() ", "node compile_loss/", "\nA.B.C.D.",
        "Data cardinality is ambiguous 'x' sizes: 5, 5", "logits and labels must have the same (",
        "Could not interpret loss identifier: (",
    ],
)  # fmt: skip
def test_a_megabyte_of_any_text_is_read(text):
    """A long, odd text raises no error, whether it is explained or not."""
    explanation = explain_error(text * (1_000_000 // len(text)))
    assert explanation is None or explanation.cause
